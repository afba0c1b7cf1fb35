// SPDX-License-Identifier: BSD-2-Clause
// What U-Boot tells about its eMMCs.
#include "hostile.h"
#include "uboot.h"

void uboot_mmc_list(struct sim *sim, const char *between)
{
    int count = media_count(sim->media.mmc);
    bool typed = uboot_year(sim) >= 2016;

    for (int i = 0; i < count; i++)
        uart_printf(&sim->uart, "%sSIM_SDHC: %d%s", i ? between : "", i,
                    typed && between[0] == '\n' ? " (eMMC)" : "");
}

static void print_new(struct sim *sim, int index)
{
    struct uart *u = &sim->uart;

    uart_puts(u, "Erase Group Size: 512 KiB\nHC WP Group Size: 8 MiB\n"
                 "User Capacity: ");
    uboot_print_size(sim, hostile_size(sim, sim->media.mmc[index].size),
                     " WRREL\n");
    uart_puts(u, "Boot Capacity: ");
    uboot_print_size(sim, sim->media.mmc_boot[index][0].size, "\n");
    uart_puts(u, "RPMB Capacity: 4 MiB\nBoot area 0 is not write protected\n"
                 "Boot area 1 is not write protected\n");
}

/* The capacity is that of the part which is selected. */
void uboot_mmc_info(struct sim *sim, int index)
{
    int part = sim->uboot.mmc_part[index];
    const struct chip *chip = part ? &sim->media.mmc_boot[index][part - 1]
                                   : &sim->media.mmc[index];
    uint64_t size = hostile_size(sim, chip->size);
    uint64_t user = hostile_size(sim, sim->media.mmc[index].size);
    struct uart *u = &sim->uart;

    uart_printf(u,
                "Device: SIM_SDHC\nManufacturer ID: 7f\nOEM: 100\n"
                "Name: SIMMC%d \nBus Speed: 52000000\n",
                index + 1);
    if (sim->opt.format == FORMAT_NEW)
        uart_puts(u, "Mode: MMC High Speed (52MHz)\n");
    uart_printf(u,
                "Rd Block Len: %d\nMMC version 5.0\nHigh Capacity: %s\n"
                "Capacity: ",
                MMC_SECTOR, user > UINT32_C(1) << 31 ? "Yes" : "No");
    if (sim->opt.format == FORMAT_OLD)
        uart_printf(u, "%llu\n", (unsigned long long)size);
    else
        uboot_print_size(sim, size, "\n");
    uart_puts(u, "Bus Width: 8-bit\n");
    if (sim->opt.format == FORMAT_NEW)
        print_new(sim, index);
}
