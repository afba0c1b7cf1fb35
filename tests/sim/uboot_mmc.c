// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `mmc` and `part` for one eMMC with its boot partitions.
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "uboot.h"

enum { PARTS_MAX = 7 };

/* What commands see: the user's part of the chip, or one for booting. */
static struct chip selected(const struct sim *sim)
{
    int part = sim->uboot.mmc_part;

    if (part == 1)
        return sim->media.mmc_boot;
    return sim->media.mmc;
}

static void print_info(struct sim *sim)
{
    const struct media *m = &sim->media;
    uint64_t size = hostile_size(sim, m->mmc.size);
    struct uart *u = &sim->uart;

    uart_puts(u, "Device: SIM_SDHC\nManufacturer ID: 7f\nOEM: 100\n"
                 "Name: SIMMC1 \nBus Speed: 52000000\n");
    if (sim->opt.format == FORMAT_NEW)
        uart_puts(u, "Mode: MMC High Speed (52MHz)\n");
    uart_printf(u,
                "Rd Block Len: %d\nMMC version 5.0\nHigh Capacity: %s\n"
                "Capacity: ",
                MMC_SECTOR, size > UINT32_C(1) << 31 ? "Yes" : "No");
    if (sim->opt.format == FORMAT_OLD)
        uart_printf(u, "%llu\n", (unsigned long long)size);
    else
        uboot_print_size(sim, size, "\n");
    uart_puts(u, "Bus Width: 8-bit\n");
    if (sim->opt.format != FORMAT_NEW)
        return;
    uart_puts(u, "Erase Group Size: 512 KiB\nHC WP Group Size: 8 MiB\n"
                 "User Capacity: ");
    uboot_print_size(sim, size, " WRREL\n");
    uart_puts(u, "Boot Capacity: ");
    uboot_print_size(sim, m->mmc_boot.size, "\n");
    uart_puts(u, "RPMB Capacity: 4 MiB\nBoot area 0 is not write protected\n"
                 "Boot area 1 is not write protected\n");
}

static enum uboot_result read_mmc(struct sim *sim,
                                  const struct uboot_call *call)
{
    struct chip chip = selected(sim);
    uint64_t blocks = chip.size / MMC_SECTOR;
    uint32_t from, count;

    if (call->argc != 5)
        return UBOOT_USAGE;
    from = (uint32_t)uboot_hex(call->argv[3]);
    count = (uint32_t)uboot_hex(call->argv[4]);
    uart_printf(&sim->uart, "\nMMC read: dev # 0, block # %d, count %d ... ",
                (int)from, (int)count);
    if (from > blocks || count > blocks - from) {
        uart_printf(&sim->uart,
                    "MMC: block number 0x%llx exceeds max(0x%llx)\n"
                    "0 blocks read: ERROR\n",
                    (unsigned long long)from + count,
                    (unsigned long long)blocks);
        return UBOOT_FAILED;
    }
    uboot_store(sim, uboot_hex(call->argv[2]),
                chip.data + (uint64_t)from * MMC_SECTOR,
                (uint64_t)count * MMC_SECTOR);
    uart_printf(&sim->uart, "%d blocks read: OK\n", (int)count);
    return UBOOT_OK;
}

/* Of the boot partitions only the first is fitted. */
static enum uboot_result select_device(struct sim *sim,
                                       const struct uboot_call *call)
{
    long device = call->argc > 2 ? strtol(call->argv[2], NULL, 10) : 0;
    long part = call->argc > 3 ? strtol(call->argv[3], NULL, 10) : 0;
    bool has_parts = sim->media.mmc_boot.data;
    struct uart *u = &sim->uart;

    if (device != 0) {
        uart_printf(u, "no mmc device at slot %lx\n", (unsigned long)device);
        return UBOOT_FAILED;
    }
    if (part < 0 || part > PARTS_MAX) {
        uart_printf(u, "#part_num shouldn't be larger than %d\n", PARTS_MAX);
        return UBOOT_FAILED;
    }
    if (part > (has_parts ? 1 : 0)) {
        uart_printf(u, "switch to partitions #%ld, ERROR\n", part);
        return UBOOT_FAILED;
    }
    sim->uboot.mmc_part = (int)part;
    uart_printf(u, "switch to partitions #%ld, OK\n", part);
    if (has_parts)
        uart_printf(u, "mmc0(part %ld) is current device\n", part);
    else
        uart_puts(u, "mmc0 is current device\n");
    return UBOOT_OK;
}

static void print_table(struct sim *sim)
{
    struct chip chip = selected(sim);

    uboot_print_table(sim, &chip);
}

static bool is_changing(const char *word)
{
    static const char *const verbs[] = {
        "write",   "erase",       "rst-function", "bootpart-resize",
        "bootbus", "hwpartition", "partconf",     "rpmb",
        "swrite",  "setdsr",      "wp",           "bkops",
    };

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(word, verbs[i]) == 0)
            return true;
    }
    return false;
}

enum uboot_result uboot_mmc(struct sim *sim, const struct uboot_call *call)
{
    const char *verb = call->argc > 1 ? call->argv[1] : "";

    if (!*verb)
        return UBOOT_USAGE;
    if (is_changing(verb))
        return uboot_refuse(sim, call);
    if (strcmp(verb, "read") == 0)
        return read_mmc(sim, call);
    if (strcmp(verb, "dev") == 0)
        return select_device(sim, call);
    if (strcmp(verb, "info") == 0)
        print_info(sim);
    else if (strcmp(verb, "part") == 0)
        print_table(sim);
    else if (strcmp(verb, "list") == 0)
        uart_puts(&sim->uart, "SIM_SDHC: 0 (eMMC)\n");
    else if (strcmp(verb, "rescan") != 0)
        return UBOOT_USAGE;
    return UBOOT_OK;
}

/* part list mmc 0: it leaves the user's part of the chip selected. */
enum uboot_result uboot_part(struct sim *sim, const struct uboot_call *call)
{
    if (call->argc != 4 || strcmp(call->argv[1], "list") != 0)
        return UBOOT_USAGE;
    if (strcmp(call->argv[2], "mmc") != 0 || strcmp(call->argv[3], "0") != 0) {
        uart_printf(&sim->uart, "** Bad device %s %s **\n", call->argv[2],
                    call->argv[3]);
        return UBOOT_FAILED;
    }
    sim->uboot.mmc_part = 0;
    uboot_print_table(sim, &sim->media.mmc);
    return UBOOT_OK;
}
