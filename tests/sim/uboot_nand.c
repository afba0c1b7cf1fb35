// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `nand`: what it tells of the chip, and how it is read into RAM.
#include <stdlib.h>
#include <string.h>

#include "uboot.h"
#include "uboot_nand.h"

static struct chip *current(struct sim *sim)
{
    return &sim->media.nand[sim->uboot.nand];
}

static void print_info(struct sim *sim, int index)
{
    const struct nand_shape *s = &sim->opt.media.shape;
    struct uart *u = &sim->uart;

    uart_printf(u, "Device %d: nand%d, sector size %llu KiB\n", index, index,
                (unsigned long long)s->block >> 10);
    if (sim->opt.format == FORMAT_OLD)
        return;
    uart_printf(u,
                "  Page size   %8llu b\n  OOB size    %8llu b\n"
                "  Erase size  %8llu b\n",
                (unsigned long long)s->page, (unsigned long long)s->oob,
                (unsigned long long)s->block);
    if (sim->opt.format == FORMAT_NEW)
        uart_printf(u,
                    "  subpagesize %8llu b\n  options     0x40004200\n"
                    "  bbt options 0x00008000\n",
                    (unsigned long long)s->page);
}

static void print_bad(struct sim *sim)
{
    const struct media_options *o = &sim->opt.media;

    uart_printf(&sim->uart, "\nDevice %d bad blocks:\n", sim->uboot.nand);
    for (uint64_t at = 0; at < current(sim)->size; at += o->shape.block) {
        if (media_nand_bad(o, sim->uboot.nand, at))
            uart_printf(&sim->uart, "  %08llx\n", (unsigned long long)at);
    }
}

/* How far `len` bytes of good blocks reach; beyond the chip if too few. */
static uint64_t reach(struct sim *sim, uint64_t offset, uint64_t len)
{
    const struct media_options *o = &sim->opt.media;
    uint64_t block = o->shape.block;
    uint64_t at = offset;

    while (len > 0 && at < current(sim)->size) {
        uint64_t now = block - at % block;

        if (media_nand_bad(o, sim->uboot.nand, at)) {
            at += now;
            continue;
        }
        now = len < now ? len : now;
        at += now;
        len -= now;
    }
    return at + len;
}

/* The blocks that are bad are left out, and what is behind them moves up. */
static void copy_good(struct sim *sim, uint64_t addr, uint64_t offset,
                      uint64_t len)
{
    const struct media_options *o = &sim->opt.media;
    uint64_t block = o->shape.block;

    while (len > 0) {
        uint64_t now = block - offset % block;

        if (media_nand_bad(o, sim->uboot.nand, offset)) {
            uart_printf(&sim->uart, "Skipping bad block 0x%08llx\n",
                        (unsigned long long)(offset - offset % block));
            offset += now;
            continue;
        }
        now = len < now ? len : now;
        uboot_store(sim, addr, current(sim)->data + offset, now);
        addr += now;
        offset += now;
        len -= now;
    }
}

static bool read_good(struct sim *sim, uint64_t addr, uint64_t offset,
                      uint64_t *len)
{
    const char *complaint = NULL;

    if (offset % sim->opt.media.shape.page)
        complaint = "Attempt to read non page-aligned data\n";
    else if (reach(sim, offset, *len) > current(sim)->size)
        complaint = "Attempt to read outside the flash area\n";
    if (complaint) {
        uart_puts(&sim->uart, complaint);
        *len = 0;
        return false;
    }
    copy_good(sim, addr, offset, *len);
    return true;
}

/* Without a length: to the end, less what is bad on the way. */
static void shorten(struct sim *sim, uint64_t offset, uint64_t *len)
{
    const struct media_options *o = &sim->opt.media;
    uint64_t end = offset + *len;
    unsigned bad = 0;

    for (; offset < end; offset += o->shape.block)
        bad += media_nand_bad(o, sim->uboot.nand, offset);
    if (bad == 0)
        return;
    *len -= bad * o->shape.block;
    uart_printf(&sim->uart, "size adjusted to 0x%llx (%u bad blocks)\n",
                (unsigned long long)*len, bad);
}

static enum uboot_result read_nand(struct sim *sim,
                                   const struct uboot_call *call)
{
    const char *suffix = call->argv[1] + strlen("read");
    uint64_t offset, len;
    bool done;

    if (call->argc < 4)
        return UBOOT_USAGE;
    uart_puts(&sim->uart, "\nNAND read: ");
    if (strcmp(suffix, ".raw") == 0)
        return uboot_nand_raw(sim, call);
    if (!uboot_range(sim, call, 3, sim->uboot.nand, current(sim)->size, &offset,
                     &len))
        return UBOOT_FAILED;
    if (call->argc < 5)
        shorten(sim, offset, &len);
    if (*suffix && strcmp(suffix, ".jffs2") != 0 && strcmp(suffix, ".e") != 0 &&
        strcmp(suffix, ".i") != 0) {
        uart_printf(&sim->uart, "Unknown nand command suffix '%s'.\n", suffix);
        return UBOOT_FAILED;
    }
    done = read_good(sim, uboot_hex(call->argv[2]), offset, &len);
    uart_printf(&sim->uart, " %llu bytes read: %s\n", (unsigned long long)len,
                done ? "OK" : "ERROR");
    return done ? UBOOT_OK : UBOOT_FAILED;
}

/* Since 2010 nothing is said of the device that is the current one already. */
static enum uboot_result select_device(struct sim *sim, const char *text)
{
    uint64_t device = strtoul(text, NULL, 10);
    int year = uboot_year(sim);

    if (device >= (uint64_t)media_count(sim->media.nand)) {
        if (year < 2018)
            uart_puts(&sim->uart, "No such device\n");
        return year < 2011 ? UBOOT_FAILED : UBOOT_OK;
    }
    if (year >= 2011 && (int)device == sim->uboot.nand)
        return UBOOT_OK;
    sim->uboot.nand = (int)device;
    uart_printf(&sim->uart, "Device %d: nand%d... is now current device\n",
                sim->uboot.nand, sim->uboot.nand);
    return UBOOT_OK;
}

static enum uboot_result device(struct sim *sim, const struct uboot_call *call)
{
    if (call->argc > 2)
        return select_device(sim, call->argv[2]);
    uart_puts(&sim->uart, "\n");
    print_info(sim, sim->uboot.nand);
    return UBOOT_OK;
}

static void print_all(struct sim *sim)
{
    uart_puts(&sim->uart, "\n");
    for (int i = 0; i < media_count(sim->media.nand); i++)
        print_info(sim, i);
}

bool uboot_nand_verb(const char *word, const char *verb)
{
    size_t len = strlen(verb);

    return strncmp(word, verb, len) == 0 &&
           (word[len] == '\0' || word[len] == '.');
}

/* Which change the chip, or the list of its bad blocks. */
static bool is_changing(const char *word)
{
    static const char *const verbs[] = {
        "write",  "erase", "scrub",  "markbad",
        "biterr", "lock",  "unlock", "torture",
    };

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (uboot_nand_verb(word, verbs[i]))
            return true;
    }
    return false;
}

/* Until 2010 all of them are repeated, since then only the dump. */
enum uboot_result uboot_nand(struct sim *sim, const struct uboot_call *call)
{
    const char *verb = call->argc > 1 ? call->argv[1] : "";

    if (!*verb)
        return UBOOT_USAGE;
    if (call->repeat && uboot_year(sim) > 2010 && strcmp(verb, "dump") != 0)
        return UBOOT_OK;
    if (is_changing(verb))
        uboot_refuse(sim, call);
    if (strcmp(verb, "info") == 0) {
        print_all(sim);
        return UBOOT_OK;
    }
    if (!current(sim)->data) {
        uart_puts(&sim->uart, "\nno devices available\n");
        return UBOOT_FAILED;
    }
    if (strcmp(verb, "device") == 0)
        return device(sim, call);
    if (strcmp(verb, "bad") == 0) {
        print_bad(sim);
        return UBOOT_OK;
    }
    if (is_changing(verb))
        return uboot_nand_change(sim, call);
    if (uboot_nand_verb(verb, "read"))
        return read_nand(sim, call);
    return uboot_nand_verb(verb, "dump") ? uboot_nand_dump(sim, call)
                                         : UBOOT_USAGE;
}
