// SPDX-License-Identifier: BSD-2-Clause
// Answers that never end, never break, lie about sizes or write to the screen.
#include "hostile.h"

#include <string.h>
#include <strings.h>

enum topic { TOPIC_OTHER, TOPIC_DUMP, TOPIC_MAP, TOPIC_SUM };

enum { TICK = 1000000, LONG_LINE = 1 << 20 };

/* The names break out of a folder, hide, repeat, or are none. */
static const char sizes_parts[] =
    "nor0:0(zero),64k@0(../../etc/passwd),64k@0(dup),64k@0x8000(dup),"
    "0xFFFFFFFFFFFFFFFF@0(huge),4096m@0xFFFFFFFF(wrap),"
    "64k@0x7FFFFFFFFFFFFFFF(far),-1@0(negative),64k@0x10000(.),"
    "64k@0x10000(..),64k@0x10000(),64k@0x10000(a/b),-@0(rest)";

static const char escapes_parts[] =
    "nor0:64k(\033]0;x\007),64k(a\033[2Jb),64k(\033[31mred\033[0m),"
    "64k(\033P1$r\033\\\\),-(c\rd\be\177)";

/* In the words of Winbond's `ls`. */
struct image {
    const char *number, *name, *base, *size;
};

static const struct image sizes_images[] = {
    {" 1", "zero", "0x7F000000", "0x00000000"},
    {" 2", "../../etc/passwd", "0x7F000000", "0x00010000"},
    {" 3", "dup", "0x7F000000", "0x00010000"},
    {" 3", "dup", "0x7F008000", "0x00010000"},
    {" 4", "huge", "0x7F000000", "0xFFFFFFFFFFFFFFFF"},
    {" 5", "wrap", "0xFFFFFFFF", "0xFFFFFFFF"},
    {"-1", "negative", "0x7F010000", "-1"},
    {" 6", "..", "0x7F010000", "0x00010000"},
    {" 7", "", "0x7F010000", "0x00010000"},
    {"4294967296", "a/b", "0x7F010000", "0x00010000"},
    {NULL, NULL, NULL, NULL},
};

static const struct image escapes_images[] = {
    {" 1", "\033]0;x\007", "0x7F010000", "0x00001000"},
    {" 2", "a\033[2Jb", "0x7F020000", "0x00001000"},
    {" 3", "\033[31mred\033[0m", "0x7F030000", "0x00001000"},
    {" 4", "c\rd\be\177", "0x7F000000", "0x00001000"},
    {NULL, NULL, NULL, NULL},
};

static const char *const sums[] = {
    "crc32 for 9f000000 ... 9f00ffff ==> ",
    "crc32 for 9f000000 ... 9f00ffff ==> 123456789",
    "crc32 for 9f000000 ... 9f00ffff ==> 1234567",
    "crc32 for 9f000000 ... 9f00ffff ==> xyzxyzxy",
    "crc32 for 9f000000 ... 9f00ffff ==> 0x12345678",
    "crc32 for 9f000000 ... 9f00ffff ==> -1",
    "crc32 for ffffffff ... 00000000 ==> 00000000",
    "==> 00000000 ==> ffffffff",
    "CRC: 00000000",
    "",
};

static const char *const checks[] = {
    "Image check finished. -1 checksum error found.",
    "Image check finished. 99999999999999999999 checksum error found.",
    "Image check finished.",
    "ERROR: Image 4294967296 checksum error found !",
    "",
};

void hostile_set_up(struct sim *sim)
{
    struct options *o = &sim->opt;

    if (o->mtdparts)
        return;
    if (o->hostile == HOSTILE_SIZES)
        o->mtdparts = sizes_parts;
    if (o->hostile == HOSTILE_ESCAPES)
        o->mtdparts = escapes_parts;
}

static enum topic topic_of(const struct sim *sim, const char *command)
{
    static const struct {
        const char *name;
        enum topic topic;
    } words[] = {
        {"d", TOPIC_DUMP},       {"ls", TOPIC_MAP},
        {"chk", TOPIC_SUM},      {"md", TOPIC_DUMP},
        {"flinfo", TOPIC_MAP},   {"mtd", TOPIC_MAP},
        {"bdinfo", TOPIC_MAP},   {"mtdparts", TOPIC_MAP},
        {"printenv", TOPIC_MAP}, {"crc32", TOPIC_SUM},
        {"saves", TOPIC_DUMP},   {"spi", TOPIC_DUMP},
        {"smeminfo", TOPIC_MAP}, {"part", TOPIC_MAP},
    };
    bool winbond = sim->opt.loader == LOADER_WINBOND;
    size_t len = strcspn(command, ".&");

    for (size_t i = winbond ? 0 : 3; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].name) == len &&
            strncasecmp(command, words[i].name, len) == 0)
            return words[i].topic;
    }
    return TOPIC_OTHER;
}

_Noreturn static void endless_map(struct sim *sim)
{
    struct uart *u = &sim->uart;

    for (unsigned i = 0;; i++) {
        if (sim->opt.loader == LOADER_WINBOND)
            uart_printf(u,
                        "Image:%2u name:part%u base:0x%08X size:0x00001000 "
                        "exec:0x00000000 -a\n",
                        i, i, 0x7f000000 + i * 0x1000);
        else
            uart_printf(u, "%2u: part%-16u0x%08x\t0x%08x\t0\nname%u=value\n", i,
                        i, 0x1000, i * 0x1000, i);
        uart_sleep(u, TICK);
    }
}

static void long_line(struct sim *sim, enum topic topic)
{
    struct uart *u = &sim->uart;

    uart_puts(u, topic == TOPIC_DUMP ? "9f000000:" : "mtdparts=");
    for (int i = 0; i < LONG_LINE; i += 3)
        uart_printf(u, "%s%02x", topic == TOPIC_DUMP ? " " : "k",
                    (unsigned)i & 0xff);
    uart_puts(u, "\n");
}

static void list(struct sim *sim, const struct image *i)
{
    for (; i->number; i++)
        uart_printf(&sim->uart, "Image:%s name:%s base:%s size:%s exec:%s -a\n",
                    i->number, i->name, i->base, i->size, i->base);
}

/* In place of a map; U-Boot's comes from the partitions brought in. */
static bool map(struct sim *sim)
{
    bool winbond = sim->opt.loader == LOADER_WINBOND;

    switch (sim->opt.hostile) {
    case HOSTILE_ENDLESS_MAP:
        endless_map(sim);
    case HOSTILE_LONGLINE_MAP:
        long_line(sim, TOPIC_MAP);
        return true;
    case HOSTILE_SIZES:
        if (winbond)
            list(sim, sizes_images);
        return winbond;
    case HOSTILE_ESCAPES:
        if (winbond)
            list(sim, escapes_images);
        return winbond;
    default:
        return false;
    }
}

static void wrong_sum(struct sim *sim)
{
    size_t n = sim->hostile_sums++;
    bool winbond = sim->opt.loader == LOADER_WINBOND;

    uart_printf(&sim->uart, "%s\n",
                winbond ? checks[n % (sizeof checks / sizeof *checks)]
                        : sums[n % (sizeof sums / sizeof *sums)]);
}

bool hostile_answer(struct sim *sim, const char *command)
{
    enum topic topic = topic_of(sim, command);
    enum hostile kind = sim->opt.hostile;

    if (kind == HOSTILE_ESCAPES)
        uart_puts(&sim->uart, "\033[2J\033]0;x\007\033[1;1Hgotcha\033[6n\n");
    if (topic == TOPIC_MAP)
        return map(sim);
    if (topic == TOPIC_DUMP && kind == HOSTILE_LONGLINE) {
        long_line(sim, topic);
        return true;
    }
    if (topic == TOPIC_SUM && kind == HOSTILE_CRC) {
        wrong_sum(sim);
        return true;
    }
    return false;
}

bool hostile_endless(struct sim *sim)
{
    if (sim->opt.hostile != HOSTILE_ENDLESS)
        return false;
    uart_sleep(&sim->uart, TICK);
    return true;
}

uint64_t hostile_size(const struct sim *sim, uint64_t size)
{
    switch (sim->opt.hostile) {
    case HOSTILE_SIZES_HUGE:
        return UINT64_MAX;
    case HOSTILE_SIZES_ZERO:
        return 0;
    default:
        return size;
    }
}
