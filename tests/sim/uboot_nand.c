// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `nand`: what it tells of the chip, and how it is read into RAM.
#include <string.h>

#include "uboot.h"
#include "uboot_nand.h"

static void print_info(struct sim *sim)
{
    const struct nand_shape *s = &sim->opt.media.shape;
    struct uart *u = &sim->uart;

    uart_printf(u, "Device 0: nand0, sector size %llu KiB\n",
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

    uart_puts(&sim->uart, "\nDevice 0 bad blocks:\n");
    for (uint64_t at = 0; at < sim->media.nand.size; at += o->shape.block) {
        if (media_nand_bad(o, at))
            uart_printf(&sim->uart, "  %08llx\n", (unsigned long long)at);
    }
}

/* How far `len` bytes of good blocks reach; beyond the chip if too few. */
static uint64_t reach(const struct sim *sim, uint64_t offset, uint64_t len)
{
    const struct media_options *o = &sim->opt.media;
    uint64_t block = o->shape.block;
    uint64_t at = offset;

    while (len > 0 && at < sim->media.nand.size) {
        uint64_t now = block - at % block;

        if (media_nand_bad(o, at)) {
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

        if (media_nand_bad(o, offset)) {
            uart_printf(&sim->uart, "Skipping bad block 0x%08llx\n",
                        (unsigned long long)(offset - offset % block));
            offset += now;
            continue;
        }
        now = len < now ? len : now;
        uboot_store(sim, addr, sim->media.nand.data + offset, now);
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
    else if (reach(sim, offset, *len) > sim->media.nand.size)
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
        bad += media_nand_bad(o, offset);
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
    if (!uboot_range(sim, call, 3, sim->media.nand.size, &offset, &len))
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

static enum uboot_result device(struct sim *sim, const struct uboot_call *call)
{
    if (call->argc < 3) {
        uart_puts(&sim->uart, "\n");
        print_info(sim);
    } else if (uboot_hex(call->argv[2]) != 0) {
        uart_puts(&sim->uart, "\nno devices available\n");
        return UBOOT_FAILED;
    }
    return UBOOT_OK;
}

static bool is_verb(const char *word, const char *verb)
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
        if (is_verb(word, verbs[i]))
            return true;
    }
    return false;
}

enum uboot_result uboot_nand(struct sim *sim, const struct uboot_call *call)
{
    const char *verb = call->argc > 1 ? call->argv[1] : "";
    bool fitted = sim->media.nand.data;

    if (!*verb)
        return UBOOT_USAGE;
    if (is_changing(verb))
        return uboot_refuse(sim, call);
    if (call->repeat && !is_verb(verb, "dump"))
        return UBOOT_OK;
    if (strcmp(verb, "info") == 0 && !fitted) {
        uart_puts(&sim->uart, "\n");
        return UBOOT_OK;
    }
    if (!fitted) {
        uart_puts(&sim->uart, "\nno devices available\n");
        return UBOOT_FAILED;
    }
    if (strcmp(verb, "info") == 0) {
        uart_puts(&sim->uart, "\n");
        print_info(sim);
        return UBOOT_OK;
    }
    if (strcmp(verb, "device") == 0)
        return device(sim, call);
    if (strcmp(verb, "bad") == 0) {
        print_bad(sim);
        return UBOOT_OK;
    }
    if (is_verb(verb, "read"))
        return read_nand(sim, call);
    return is_verb(verb, "dump") ? uboot_nand_dump(sim, call) : UBOOT_USAGE;
}
