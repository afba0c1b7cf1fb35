// SPDX-License-Identifier: BSD-2-Clause
// What U-Boot's commands for media have in common: RAM, ranges, the list.
#include <string.h>

#include "hostile.h"
#include "uboot.h"

enum {
    SECTOR = 0x10000,
    STACK = 0x10000,  /* between U-Boot's code and `sp start` */
    IN_USE = 0x4000,  /* of the stack, below that */
    BYTE_TIME = 100,  /* of any medium, in ns */
    LOAD = 0x2000000, /* behind the start of RAM, if there is so much */
};

uint64_t uboot_own_address(const struct sim *sim)
{
    const struct ram *ram = &sim->memory.ram;

    return ram->base + ram->size - ram->size / 8;
}

uint64_t uboot_load_address(const struct sim *sim)
{
    const struct ram *ram = &sim->memory.ram;

    return ram->base + (ram->size > 2 * (uint64_t)LOAD ? LOAD : ram->size / 4);
}

static bool hits_itself(const struct sim *sim, uint64_t addr, uint64_t len)
{
    const struct ram *ram = &sim->memory.ram;
    uint64_t own = uboot_own_address(sim) - STACK - IN_USE;

    return len > 0 && addr < ram->base + ram->size && addr + len > own;
}

void uboot_store(struct sim *sim, uint64_t addr, const uint8_t *bytes,
                 uint64_t len)
{
    size_t done;

    if (hits_itself(sim, addr, len)) {
        log_danger(&sim->log, "overwrites U-Boot");
        uboot_abort(sim, addr);
    }
    uart_sleep(&sim->uart, (int64_t)len * BYTE_TIME);
    done = ram_write(&sim->memory.ram, addr, bytes, (size_t)len);
    if (done < len)
        uboot_abort(sim, addr + done);
}

static void add_device(struct mtd_device *list, int *count, const char *type,
                       uint64_t erase, struct chip *chip)
{
    struct mtd_device *d = &list[*count];

    *d = (struct mtd_device){.type = type, .erase = erase, .chip = chip};
    if (!chip->data)
        return;
    for (int i = 0; i < *count; i++)
        d->number += strcmp(list[i].type, type) == 0;
    (*count)++;
}

int uboot_mtd_devices(struct sim *sim, struct mtd_device *list)
{
    const struct media_options *o = &sim->opt.media;
    struct media *m = &sim->media;
    int count = 0;
    int nors;

    for (int i = 0; i < 2; i++)
        add_device(list, &count, "nor", SECTOR, &sim->memory.chip[i]);
    nors = count;
    for (int i = 0; i < count; i++)
        list[i].mapped = true;
    for (int i = 0; i < MEDIA_MAX; i++) {
        if (o->spi_style != SPI_RALINK || nors == 0)
            add_device(list, &count, "nor", SECTOR, &m->spi[i]);
    }
    for (int i = 0; i < MEDIA_MAX; i++) {
        add_device(list, &count, "nand", o->shape.block, &m->nand[i]);
        list[count ? count - 1 : 0].nand = i;
    }
    return count;
}

const char *uboot_partitions(const struct sim *sim)
{
    return sim->opt.smeminfo ? NULL : sim->opt.mtdparts;
}

void uboot_print_size(struct sim *sim, uint64_t size, const char *after)
{
    static const char units[] = "KMGT";
    int unit = 3;
    uint64_t tenths;

    while (unit > 0 && size >> 10 * (unit + 1) == 0)
        unit--;
    if (size < 1024) {
        uart_printf(&sim->uart, "%llu Bytes%s", (unsigned long long)size,
                    after);
        return;
    }
    tenths = ((size >> 10 * unit) * 10 + 512) >> 10;
    uart_printf(&sim->uart, "%llu", (unsigned long long)tenths / 10);
    if (tenths % 10)
        uart_printf(&sim->uart, ".%llu", (unsigned long long)tenths % 10);
    uart_printf(&sim->uart, " %ciB%s", units[unit], after);
}

bool uboot_range(struct sim *sim, const struct uboot_call *call, int first,
                 int device, uint64_t chip_size, uint64_t *offset,
                 uint64_t *len)
{
    struct uart *u = &sim->uart;

    if (!uboot_number(call->argv[first], offset)) {
        uart_puts(u, "offset is not a number\n");
        return false;
    }
    if (*offset >= chip_size) {
        uart_puts(u, "Offset exceeds device limit\n");
        return false;
    }
    *len = chip_size - *offset;
    if (call->argc > first + 1 && !uboot_number(call->argv[first + 1], len)) {
        uart_printf(u, "'%s' is not a number\n", call->argv[first + 1]);
        return false;
    }
    if (*len > chip_size - *offset) {
        uart_puts(u, "Size exceeds partition or device limit\n");
        return false;
    }
    uart_printf(u, "device %d ", device);
    if (*len == chip_size)
        uart_puts(u, "whole chip\n");
    else
        uart_printf(u, "offset 0x%llx, size 0x%llx\n",
                    (unsigned long long)*offset, (unsigned long long)*len);
    return true;
}

static void banner_mmc(struct sim *sim)
{
    uart_puts(&sim->uart, "MMC:   ");
    uboot_mmc_list(sim, ", ");
    uart_puts(&sim->uart, "\n");
}

void uboot_media_banner(struct sim *sim)
{
    const struct media *m = &sim->media;
    struct uart *u = &sim->uart;
    uint64_t nand = m->nand[0].size + m->nand[1].size;
    char name[SPI_NAME];

    if (nand > 0) {
        uart_puts(u, "NAND:  ");
        uboot_print_size(sim, hostile_size(sim, nand), "\n");
    }
    if (m->mmc[0].data)
        banner_mmc(sim);
    if (!m->spi[0].data)
        return;
    media_spi_name(&m->spi[0], name);
    if (sim->opt.media.spi_style == SPI_2010)
        uart_printf(u, "Spi(cs1): Block:64KB Chip:%lluMB Name:\"%s\"\n",
                    (unsigned long long)m->spi[0].size >> 20, name);
    else if (sim->opt.media.spi_style == SPI_2013)
        uart_printf(u, "SF: Detected %s\n\n", name);
}
