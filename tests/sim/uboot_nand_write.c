// SPDX-License-Identifier: BSD-2-Clause
// Those of U-Boot's `nand` commands that change the chip.
#include <string.h>

#include "uboot_nand.h"

static struct chip *current(struct sim *sim)
{
    return &sim->media.nand[sim->uboot.nand];
}

static const char *log_name(const struct sim *sim)
{
    return sim->uboot.nand ? "nand1" : "nand0";
}

static bool is_bad(const struct sim *sim, uint64_t offset)
{
    return media_nand_bad(&sim->opt.media, sim->uboot.nand, offset);
}

static void erase_blocks(struct sim *sim, uint64_t offset, uint64_t len,
                         bool scrub)
{
    uint64_t block = sim->opt.media.shape.block;

    for (uint64_t at = offset; at < offset + len; at += block) {
        if (!scrub && is_bad(sim, at)) {
            uart_printf(&sim->uart,
                        "\rSkipping bad block at  0x%08llx                   "
                        "                      \n",
                        (unsigned long long)at);
            continue;
        }
        uboot_erase(sim, current(sim), log_name(sim), at, block);
        uart_printf(&sim->uart, "\rErasing at 0x%llx -- %3d%% complete.",
                    (unsigned long long)at,
                    (int)((at - offset + block) * 100 / len));
    }
}

/* y and ENTER, or nothing happens. */
static bool confirm(struct sim *sim)
{
    struct uart *u = &sim->uart;

    uart_puts(u,
              "Warning: scrub option will erase all factory set bad blocks!\n"
              "         There is no reliable way to recover them.\n"
              "         Use this command only for testing purposes if you\n"
              "         are sure of what you are doing!\n"
              "\nReally scrub this NAND flash? <y/N>\n");
    if (uart_getc(u) == 'y') {
        uart_puts(u, "y");
        if (uart_getc(u) == '\r')
            return true;
    }
    uart_puts(u, "scrub aborted\n");
    return false;
}

static enum uboot_result erase(struct sim *sim, const struct uboot_call *call,
                               bool scrub)
{
    const char *option = call->argc > 2 ? call->argv[2] : "";
    bool sure = strcmp(option, "-y") == 0;
    int first = sure || strcmp(option, "clean") == 0 ? 3 : 2;
    uint64_t block = sim->opt.media.shape.block;
    uint64_t offset, len;

    uart_printf(&sim->uart, "\nNAND %s: ", scrub ? "scrub" : "erase");
    if (call->argc <= first && uboot_year(sim) > 2010)
        return UBOOT_USAGE;
    if (call->argc <= first) {
        uart_printf(&sim->uart, "device %d whole chip\n", sim->uboot.nand);
        offset = 0;
        len = current(sim)->size;
    } else if (!uboot_range(sim, call, first, sim->uboot.nand,
                            current(sim)->size, &offset, &len)) {
        return UBOOT_FAILED;
    }
    if (scrub && !sure && !confirm(sim))
        return UBOOT_FAILED;
    offset -= offset % block;
    len = (len + block - 1) / block * block;
    if (len > current(sim)->size - offset)
        len = current(sim)->size - offset;
    erase_blocks(sim, offset, len, scrub);
    uart_puts(&sim->uart, "\nOK\n");
    return UBOOT_OK;
}

static enum uboot_result write(struct sim *sim, const struct uboot_call *call)
{
    uint64_t block = sim->opt.media.shape.block;
    uint64_t addr, offset, len, left;

    if (call->argc < 5)
        return UBOOT_USAGE;
    addr = uboot_hex(call->argv[2]);
    uart_puts(&sim->uart, "\nNAND write: ");
    if (!uboot_range(sim, call, 3, sim->uboot.nand, current(sim)->size, &offset,
                     &len))
        return UBOOT_FAILED;
    for (left = len; left > 0 && offset < current(sim)->size;) {
        uint64_t now = block - offset % block;
        uint8_t bytes[512];

        now = now < left ? now : left;
        if (is_bad(sim, offset)) {
            uart_printf(&sim->uart, "Skip bad block 0x%08llx\n",
                        (unsigned long long)(offset - offset % block));
            offset += block - offset % block;
            continue;
        }
        now = now < sizeof bytes ? now : sizeof bytes;
        uboot_fetch(sim, addr, bytes, now);
        uboot_program(sim, current(sim), log_name(sim), offset, bytes, now);
        addr += now;
        offset += now;
        left -= now;
    }
    uart_printf(&sim->uart, " %llu bytes written: %s\n",
                (unsigned long long)(len - left), left ? "ERROR" : "OK");
    return left ? UBOOT_FAILED : UBOOT_OK;
}

static enum uboot_result mark(struct sim *sim, const struct uboot_call *call)
{
    if (call->argc < 3)
        return UBOOT_USAGE;
    for (int i = 2; i < call->argc; i++) {
        uint64_t offset = uboot_hex(call->argv[i]);

        if (offset >= current(sim)->size)
            continue;
        media_nand_mark(&sim->opt.media, sim->uboot.nand, offset);
        uart_printf(&sim->uart, "block 0x%08llx successfully marked as bad\n",
                    (unsigned long long)offset);
    }
    return UBOOT_OK;
}

enum uboot_result uboot_nand_change(struct sim *sim,
                                    const struct uboot_call *call)
{
    const char *verb = call->argv[1];

    if (uboot_nand_verb(verb, "erase"))
        return erase(sim, call, false);
    if (uboot_nand_verb(verb, "scrub"))
        return erase(sim, call, true);
    if (uboot_nand_verb(verb, "write"))
        return write(sim, call);
    if (uboot_nand_verb(verb, "markbad"))
        return mark(sim, call);
    return UBOOT_OK;
}
