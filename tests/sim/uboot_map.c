// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's descriptions of its chips: flinfo, mtdparts.
#include <string.h>

#include "hostile.h"
#include "uboot.h"

enum { SECTOR = 0x10000 };

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

static void print_bank(struct sim *sim, int bank, const struct chip *chip)
{
    bool old = sim->opt.format == FORMAT_OLD;
    unsigned count = 0;

    print_bank_head(sim, bank, chip);
    for (uint64_t at = 0; at < chip->size; at += SECTOR, count++) {
        bool locked = uboot_protected(sim, bank, at);

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

static void print_partitions(struct sim *sim, const struct mtd_device *d,
                             const struct partition_list *list)
{
    struct uart *u = &sim->uart;

    uart_printf(u,
                "\ndevice %s%d <%s>, # parts = %d\n"
                " #: name\t\tsize\t\toffset\t\tmask_flags\n",
                d->type, d->number, list->id, list->count);
    for (int i = 0; i < list->count; i++) {
        const struct partition *p = &list->part[i];

        uart_printf(u, "%2d: %-20s0x%08llx\t0x%08llx\t%d\n", i, p->name,
                    (unsigned long long)p->size, (unsigned long long)p->offset,
                    p->read_only);
    }
}

static void print_active(struct sim *sim, const struct mtd_device *d)
{
    const struct partition *p;
    struct partition_list list;

    partitions_parse(uboot_partitions(sim), 0, d->chip->size, &list);
    p = &list.part[0];
    uart_printf(&sim->uart,
                "\nactive partition: %s%d,0 - (%s) 0x%08llx @ 0x%08llx\n",
                d->type, d->number, p->name, (unsigned long long)p->size,
                (unsigned long long)p->offset);
}

static void print_defaults(struct sim *sim, const struct mtd_device *d)
{
    const char *parts = uboot_partitions(sim);
    struct partition_list list;
    struct uart *u = &sim->uart;

    uart_puts(u, "\ndefaults:\n");
    if (partitions_parse(parts, 0, d->chip->size, &list))
        uart_printf(u, "mtdids  : %s%d=%s\nmtdparts: mtdparts=%s\n", d->type,
                    d->number, list.id, parts);
    else
        uart_puts(u, "mtdids  : <NULL>\nmtdparts: <NULL>\n");
}

static enum uboot_result change_partitions(struct sim *sim,
                                           const struct uboot_call *call)
{
    static const char *const verbs[] = {"default", "delall", "del",       "add",
                                        "add.e",   "add.i",  "add.spread"};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(call->argv[1], verbs[i]) == 0)
            return uboot_refuse(sim, call);
    }
    return UBOOT_USAGE;
}

enum uboot_result uboot_mtdparts(struct sim *sim, const struct uboot_call *call)
{
    struct mtd_device devices[MTD_MAX];
    int count = uboot_mtd_devices(sim, devices);
    struct partition_list list;
    int found = 0;

    if (call->argc > 1)
        return change_partitions(sim, call);
    for (int i = 0; i < count; i++) {
        if (partitions_parse(uboot_partitions(sim), i, devices[i].chip->size,
                             &list)) {
            print_partitions(sim, &devices[i], &list);
            found++;
        }
    }
    if (found)
        print_active(sim, &devices[0]);
    else
        uart_puts(&sim->uart, "no partitions defined\n");
    if (count > 0)
        print_defaults(sim, &devices[0]);
    return UBOOT_OK;
}
