// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's descriptions of its memory: bdinfo, flinfo, mtd, mtdparts.
#include <string.h>

#include "board.h"
#include "hostile.h"
#include "uboot.h"

enum { SECTOR = 0x10000 };

static void print_number(struct sim *sim, const char *name, uint64_t value)
{
    if (sim->opt.format == FORMAT_OLD)
        uart_printf(&sim->uart, "%-12s= 0x%08llX\n", name,
                    (unsigned long long)value);
    else
        uart_printf(&sim->uart, "%-12s= 0x%0*llx\n", name,
                    sim->opt.wide ? 16 : 8, (unsigned long long)value);
}

static void print_text(struct sim *sim, const char *name, const char *value)
{
    uart_printf(&sim->uart, "%-12s= %s\n", name, value);
}

/* Where U-Boot itself lives in RAM. */
static uint64_t own_address(const struct memory *m)
{
    return m->ram.base + m->ram.size - m->ram.size / 8;
}

static void print_flash(struct sim *sim)
{
    const struct memory *m = &sim->memory;

    print_number(sim, "flashstart", m->chip[0].base);
    print_number(sim, "flashsize",
                 hostile_size(sim, m->chip[0].size + m->chip[1].size));
    print_number(sim, "flashoffset", 0x3f92c);
}

static void old_bdinfo(struct sim *sim)
{
    char mac[BOARD_MAC];
    const struct memory *m = &sim->memory;

    print_number(sim, "boot_params", own_address(m) - 0x50);
    print_number(sim, "memstart", m->ram.base);
    print_number(sim, "memsize", m->ram.size);
    print_flash(sim);
    print_text(sim, "ethaddr", board_mac(sim, true, mac));
    print_text(sim, "ip_addr", "192.0.2.1");
    uart_printf(&sim->uart, "%-12s= %ld bps\n", "baudrate",
                sim->opt.baud ? sim->opt.baud : 115200);
}

enum uboot_result uboot_bdinfo(struct sim *sim, const struct uboot_call *call)
{
    const struct memory *m = &sim->memory;
    uint64_t own = own_address(m);
    char mac[BOARD_MAC];

    (void)call;
    if (sim->opt.format == FORMAT_OLD) {
        old_bdinfo(sim);
        return UBOOT_OK;
    }
    print_number(sim, "boot_params", 0);
    print_number(sim, "DRAM bank", 0);
    print_number(sim, "-> start", m->ram.base);
    print_number(sim, "-> size", m->ram.size);
    print_flash(sim);
    uart_printf(&sim->uart, "%-12s= %ld bps\n", "baudrate",
                sim->opt.baud ? sim->opt.baud : 115200);
    print_number(sim, "relocaddr", own);
    print_number(sim, "reloc off", own);
    print_text(sim, "Build", sim->opt.wide ? "64-bit" : "32-bit");
    print_text(sim, "ethaddr", board_mac(sim, false, mac));
    print_text(sim, "IP addr", "192.0.2.1");
    uart_printf(&sim->uart,
                "lmb_dump_all:\n memory.cnt  = 0x1\n"
                " memory[0]\t[0x%llx-0x%llx], 0x%08llx bytes flags: 0\n",
                (unsigned long long)m->ram.base,
                (unsigned long long)(m->ram.base + m->ram.size - 1),
                (unsigned long long)m->ram.size);
    print_number(sim, "arch_number", 0);
    print_number(sim, "irq_sp", own - 0x10000);
    print_number(sim, "sp start", own - 0x10000);
    return UBOOT_OK;
}

static void print_bank_head(struct sim *sim, int bank, const struct chip *chip)
{
    uint64_t size = hostile_size(sim, chip->size);
    uint64_t sectors = size / SECTOR + (size % SECTOR != 0);
    bool small = size < 1 << 20;
    struct uart *u = &sim->uart;

    uart_printf(u,
                "\nBank # %d: CFI conformant %s (16 x 16)  Size: "
                "%llu %s in %llu Sectors\n",
                bank + 1, sim->opt.format == FORMAT_NEW ? "flash" : "FLASH",
                (unsigned long long)(size >> (small ? 10 : 20)),
                small ? "kB" : "MB", (unsigned long long)sectors);
    if (sim->opt.format == FORMAT_OLD)
        uart_puts(u, " Erase timeout 16384 ms, write timeout 1 ms, "
                     "buffer write timeout 1 ms, buffer size 1\n");
    else
        uart_puts(u, "  AMD Standard command set, Manufacturer ID: 0x01, "
                     "Device ID: 0x227E\n"
                     "  Erase timeout: 16384 ms, write timeout: 1 ms\n"
                     "  Buffer write timeout: 3 ms, buffer size: 64 bytes\n\n");
    uart_puts(u, "  Sector Start Addresses:");
}

/* The first two sectors, U-Boot's own, are write-protected. */
static void print_bank(struct sim *sim, int bank, const struct chip *chip)
{
    bool old = sim->opt.format == FORMAT_OLD;
    unsigned count = 0;

    print_bank_head(sim, bank, chip);
    for (uint64_t at = 0; at < chip->size; at += SECTOR, count++) {
        bool locked = bank == 0 && count < 2;

        if (count % 5 == 0)
            uart_puts(&sim->uart, "\n");
        if (old)
            uart_printf(&sim->uart, " %08llX%5s",
                        (unsigned long long)chip->base + at,
                        locked ? " (RO)" : " ");
        else
            uart_printf(&sim->uart, "  %08llX   %s ",
                        (unsigned long long)chip->base + at,
                        locked ? "RO" : "  ");
    }
    uart_puts(&sim->uart, "\n");
}

enum uboot_result uboot_flinfo(struct sim *sim, const struct uboot_call *call)
{
    uint64_t bank = call->argc > 1 ? uboot_hex(call->argv[1]) : 0;
    int banks = sim->memory.chip[1].data ? 2 : 1;

    if (call->argc > 1 && (bank < 1 || bank > (uint64_t)banks)) {
        uart_printf(&sim->uart, "Only FLASH Banks # 1 ... # %d supported\n",
                    banks);
        return UBOOT_FAILED;
    }
    for (int i = 0; i < banks; i++) {
        if (bank == 0 || bank == (uint64_t)i + 1)
            print_bank(sim, i, &sim->memory.chip[i]);
    }
    return UBOOT_OK;
}

static void list_device(struct sim *sim, int index, const struct chip *chip)
{
    struct partition_list list;
    struct uart *u = &sim->uart;

    uart_printf(u,
                "* nor%d\n  - device: flash@0\n  - parent: root_driver\n"
                "  - driver: cfi_flash\n  - path: /flash@0\n"
                "  - type: NOR flash\n"
                "  - block size: 0x%x bytes\n  - min I/O: 0x1 bytes\n"
                "  - 0x%012x-0x%012llx : \"nor%d\"\n",
                index, SECTOR, 0,
                (unsigned long long)hostile_size(sim, chip->size), index);
    if (!partitions_parse(sim->opt.mtdparts, index, chip->size, &list))
        return;
    for (int i = 0; i < list.count; i++) {
        const struct partition *p = &list.part[i];

        uart_printf(u, "\t  - 0x%012llx-0x%012llx : \"%s\"\n",
                    (unsigned long long)p->offset,
                    (unsigned long long)p->offset + p->size, p->name);
    }
}

enum uboot_result uboot_mtd(struct sim *sim, const struct uboot_call *call)
{
    if (call->argc < 2)
        return UBOOT_USAGE;
    if (strcmp(call->argv[1], "list") != 0) {
        log_danger(&sim->log, "mtd");
        return UBOOT_OK;
    }
    uart_puts(&sim->uart, "List of MTD devices:\n");
    list_device(sim, 0, &sim->memory.chip[0]);
    if (sim->memory.chip[1].data)
        list_device(sim, 1, &sim->memory.chip[1]);
    return UBOOT_OK;
}

static void print_partitions(struct sim *sim, int index,
                             const struct partition_list *list)
{
    struct uart *u = &sim->uart;

    uart_printf(u,
                "\ndevice nor%d <%s>, # parts = %d\n"
                " #: name\t\tsize\t\toffset\t\tmask_flags\n",
                index, list->id, list->count);
    for (int i = 0; i < list->count; i++) {
        const struct partition *p = &list->part[i];

        uart_printf(u, "%2d: %-20s0x%08llx\t0x%08llx\t%d\n", i, p->name,
                    (unsigned long long)p->size, (unsigned long long)p->offset,
                    p->read_only);
    }
}

static void print_active(struct sim *sim)
{
    const struct partition *p;
    struct partition_list list;

    partitions_parse(sim->opt.mtdparts, 0, sim->memory.chip[0].size, &list);
    p = &list.part[0];
    uart_printf(
        &sim->uart, "\nactive partition: nor0,0 - (%s) 0x%08llx @ 0x%08llx\n",
        p->name, (unsigned long long)p->size, (unsigned long long)p->offset);
}

enum uboot_result uboot_mtdparts(struct sim *sim, const struct uboot_call *call)
{
    const struct chip *chip = sim->memory.chip;
    struct partition_list list;
    int found = 0;

    if (call->argc > 1) {
        log_danger(&sim->log, "mtdparts");
        return UBOOT_OK;
    }
    for (int i = 0; i < 2 && chip[i].data; i++) {
        if (partitions_parse(sim->opt.mtdparts, i, chip[i].size, &list)) {
            print_partitions(sim, i, &list);
            found++;
        }
    }
    if (found)
        print_active(sim);
    else
        uart_puts(&sim->uart, "no partitions defined\n");
    partitions_parse(sim->opt.mtdparts, 0, chip[0].size, &list);
    uart_puts(&sim->uart, "\ndefaults:\n");
    uart_printf(&sim->uart, "mtdids  : %s%s\n", found ? "nor0=" : "<NULL>",
                list.id);
    uart_printf(&sim->uart, "mtdparts: %s%s\n", found ? "mtdparts=" : "",
                found ? sim->opt.mtdparts : "<NULL>");
    return UBOOT_OK;
}
