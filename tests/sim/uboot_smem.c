// SPDX-License-Identifier: BSD-2-Clause
// Qualcomm's `smeminfo`: the partitions in a table of its own.
#include <stdio.h>

#include "hostile.h"
#include "uboot.h"

enum { TYPE_NAND = 2, TYPE_SPI = 6 };

static void print_part(struct sim *sim, int number, const struct partition *p,
                       bool second)
{
    char start[24];
    char size[24];

    snprintf(start, sizeof start, "0x%llx", (unsigned long long)p->offset);
    snprintf(size, sizeof size, "0x%llx", (unsigned long long)p->size);
    uart_printf(&sim->uart, "%3d: %-16s 0x%08x %16s %16s\n", number, p->name,
                second ? 0x0100ffffU : 0xffffU, start, size);
}

/* The parts of a second chip follow; their numbers go on. */
enum uboot_result uboot_smeminfo(struct sim *sim, const struct uboot_call *call)
{
    struct mtd_device devices[MTD_MAX];
    int count = uboot_mtd_devices(sim, devices);
    struct uart *u = &sim->uart;
    struct partition_list list;
    int number = 0;

    (void)call;
    if (count == 0)
        return UBOOT_FAILED;
    uart_printf(u,
                "flash_type:             0x%x\n"
                "flash_index:            0x0\n"
                "flash_chip_select:      0x0\n"
                "flash_block_size:       0x%llx\n"
                "flash_density:          0x%llx\n"
                "partition table offset  0x0\n"
                "No.: Name             Attributes            Start"
                "             Size\n",
                devices[0].type[1] == 'a' ? TYPE_NAND : TYPE_SPI,
                (unsigned long long)devices[0].erase,
                (unsigned long long)hostile_size(sim, devices[0].chip->size));
    for (int i = 0; i < count; i++) {
        if (!partitions_parse(sim->opt.mtdparts, i, devices[i].chip->size,
                              &list))
            break;
        for (int k = 0; k < list.count; k++)
            print_part(sim, number++, &list.part[k], i > 0);
    }
    return UBOOT_OK;
}
