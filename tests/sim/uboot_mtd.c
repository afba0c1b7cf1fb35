// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `mtd`, which knows chips and their partitions by name.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "uboot.h"

/* A chip, or a part of it. */
struct place {
    struct mtd_device device;
    char name[64];
    uint64_t base, size; /* within the chip */
};

static bool is_nand(const struct place *p)
{
    return p->device.type[1] == 'a';
}

static uint64_t unit(const struct sim *sim, const struct place *p)
{
    return is_nand(p) ? sim->opt.media.shape.page : 1;
}

static void print_chip(struct sim *sim, const struct mtd_device *d)
{
    bool nand = strcmp(d->type, "nand") == 0;
    struct uart *u = &sim->uart;

    uart_printf(u,
                "* %s%d\n  - device: %s@%d\n  - parent: %s\n"
                "  - driver: %s\n  - path: /flash@%d\n"
                "  - type: %s flash\n  - block size: 0x%llx bytes\n",
                d->type, d->number, nand ? "nand" : "flash", d->number,
                d->mapped ? "root_driver" : "spi@e0000000",
                nand        ? "spi_nand"
                : d->mapped ? "cfi_flash"
                            : "jedec_spi_nor",
                d->number, nand ? "NAND" : "NOR", (unsigned long long)d->erase);
    if (!nand)
        uart_puts(u, "  - min I/O: 0x1 bytes\n");
    else
        uart_printf(u,
                    "  - min I/O: 0x%llx bytes\n  - OOB size: %llu bytes\n"
                    "  - OOB available: %llu bytes\n",
                    (unsigned long long)sim->opt.media.shape.page,
                    (unsigned long long)sim->opt.media.shape.oob,
                    (unsigned long long)sim->opt.media.shape.oob / 2);
    uart_printf(u, "  - 0x%012x-0x%012llx : \"%s%d\"\n", 0,
                (unsigned long long)hostile_size(sim, d->chip->size), d->type,
                d->number);
}

static void list_device(struct sim *sim, int index, const struct mtd_device *d)
{
    struct partition_list list;

    print_chip(sim, d);
    if (!partitions_parse(uboot_partitions(sim), index, d->chip->size, &list))
        return;
    for (int i = 0; i < list.count; i++) {
        const struct partition *p = &list.part[i];

        uart_printf(&sim->uart, "\t  - 0x%012llx-0x%012llx : \"%s\"\n",
                    (unsigned long long)p->offset,
                    (unsigned long long)p->offset + p->size, p->name);
    }
}

static enum uboot_result list_all(struct sim *sim)
{
    struct mtd_device devices[MTD_MAX];
    int count = uboot_mtd_devices(sim, devices);

    uart_puts(&sim->uart, "List of MTD devices:\n");
    for (int i = 0; i < count; i++)
        list_device(sim, i, &devices[i]);
    if (count == 0)
        uart_puts(&sim->uart, "No MTD device found\n");
    return count ? UBOOT_OK : UBOOT_FAILED;
}

static bool find_in(struct sim *sim, int index, const struct mtd_device *d,
                    const char *name, struct place *p)
{
    struct partition_list list;

    *p = (struct place){.device = *d, .size = d->chip->size};
    snprintf(p->name, sizeof p->name, "%s%d", d->type, d->number);
    if (strcmp(p->name, name) == 0)
        return true;
    if (!partitions_parse(uboot_partitions(sim), index, d->chip->size, &list))
        return false;
    for (int i = 0; i < list.count; i++) {
        if (strcmp(list.part[i].name, name) != 0)
            continue;
        strcpy(p->name, list.part[i].name);
        p->base = list.part[i].offset;
        p->size = list.part[i].size;
        return true;
    }
    return false;
}

static bool find_place(struct sim *sim, const char *name, struct place *p)
{
    struct mtd_device devices[MTD_MAX];
    int count = uboot_mtd_devices(sim, devices);

    for (int i = 0; i < count; i++) {
        if (find_in(sim, i, &devices[i], name, p))
            return true;
    }
    uart_printf(&sim->uart, "MTD device %s not found, ret -19\n", name);
    return false;
}

static bool is_bad(const struct sim *sim, const struct place *p,
                   uint64_t offset)
{
    return is_nand(p) &&
           media_nand_bad(&sim->opt.media, p->device.nand, p->base + offset);
}

static void print_dump(struct sim *sim, uint64_t addr, const uint8_t *bytes,
                       uint64_t len)
{
    for (uint64_t i = 0; i < len; i += 16) {
        struct row row = {.addr = addr + i, .end = addr + i + 16};

        row_add(&row, "0x%08llx:\t", (unsigned long long)row.addr);
        row.hex_from = row.len;
        for (uint64_t k = 0; k < 16 && i + k < len; k++)
            row_add(&row, "%02x %s", bytes[i + k], k == 7 ? " " : "");
        row.hex_to = row.len;
        row_add(&row, "\n");
        faults_print_row(&sim->faults, &sim->uart, &row);
    }
}

/* What mtd read and the others do with each piece. */
enum action { ACTION_READ, ACTION_WRITE, ACTION_DUMP };

static void do_piece(struct sim *sim, const struct place *p, enum action action,
                     uint64_t addr, uint64_t offset, uint64_t len)
{
    uint8_t *data = p->device.chip->data + p->base + offset;
    char name[16];

    if (action == ACTION_READ) {
        uboot_store(sim, addr, data, len);
    } else if (action == ACTION_WRITE) {
        uint8_t *bytes = malloc((size_t)len);

        if (!bytes)
            abort();
        snprintf(name, sizeof name, "%s%d", p->device.type, p->device.number);
        uboot_fetch(sim, addr, bytes, len);
        uboot_program(sim, p->device.chip, name, p->base + offset, bytes, len);
        free(bytes);
    } else {
        uart_printf(&sim->uart, "\nDump %llu data bytes from 0x%0*llx:\n",
                    (unsigned long long)len, is_nand(p) ? 8 : 1,
                    (unsigned long long)addr);
        print_dump(sim, addr, data, len);
    }
}

/* Piece by piece; a bad block is left out and what is behind it moves up. */
static enum uboot_result transfer(struct sim *sim, const struct place *p,
                                  enum action action, uint64_t addr,
                                  uint64_t offset, uint64_t len)
{
    uint64_t piece = is_nand(p) ? unit(sim, p) : len;
    uint64_t block = p->device.erase;

    while (len > 0) {
        if (offset >= p->size || piece > p->size - offset) {
            uart_printf(&sim->uart,
                        "Failure while %s at offset 0x%llx\n"
                        "%s on %s failed with error -22\n",
                        action == ACTION_WRITE ? "writing" : "reading",
                        (unsigned long long)offset,
                        action == ACTION_WRITE ? "Write" : "Read", p->name);
            return UBOOT_FAILED;
        }
        if (is_bad(sim, p, offset)) {
            offset += block - offset % block;
            continue;
        }
        do_piece(sim, p, action, addr, offset, piece);
        addr += piece;
        offset += piece;
        len -= piece;
    }
    return UBOOT_OK;
}

static enum uboot_result move(struct sim *sim, const struct uboot_call *call,
                              enum action action)
{
    int first = action == ACTION_DUMP ? 3 : 4;
    uint64_t addr, offset, len, page;
    struct place p;

    if (call->argc < first)
        return UBOOT_USAGE;
    if (!find_place(sim, call->argv[2], &p))
        return UBOOT_FAILED;
    page = unit(sim, &p);
    offset = call->argc > first ? uboot_hex(call->argv[first]) : 0;
    addr = action == ACTION_DUMP ? offset : uboot_hex(call->argv[3]);
    if (offset % page) {
        uart_printf(&sim->uart, "Offset not aligned with a page (0x%llx)\n",
                    (unsigned long long)page);
        return UBOOT_FAILED;
    }
    len = action == ACTION_DUMP ? page : p.size;
    if (call->argc > first + 1)
        len = uboot_hex(call->argv[first + 1]);
    if (len % page) {
        len = (len + page - 1) / page * page;
        uart_printf(&sim->uart,
                    "Size not on a page boundary (0x%llx), rounding to "
                    "0x%llx\n",
                    (unsigned long long)page, (unsigned long long)len);
    }
    uart_printf(&sim->uart, "%s %llu byte(s)",
                action == ACTION_WRITE ? "Writing" : "Reading",
                (unsigned long long)len);
    if (is_nand(&p))
        uart_printf(&sim->uart, " (%llu page(s))",
                    (unsigned long long)(len / page));
    uart_printf(&sim->uart, " at offset 0x%08llx\n",
                (unsigned long long)offset);
    return transfer(sim, &p, action, addr, offset, len);
}

static enum uboot_result erase(struct sim *sim, const struct uboot_call *call)
{
    uint64_t offset, len, block;
    struct place p;
    char name[16];

    if (call->argc < 3)
        return UBOOT_USAGE;
    if (!find_place(sim, call->argv[2], &p))
        return UBOOT_FAILED;
    block = p.device.erase;
    offset = call->argc > 3 ? uboot_hex(call->argv[3]) : 0;
    len = call->argc > 4 ? uboot_hex(call->argv[4]) : p.size;
    if (offset % block || len % block || offset > p.size ||
        len > p.size - offset) {
        uart_printf(&sim->uart, "Size not a multiple of a block (0x%llx)\n",
                    (unsigned long long)block);
        return UBOOT_FAILED;
    }
    uart_printf(
        &sim->uart, "Erasing 0x%08llx ... 0x%08llx (%llu eraseblock(s))\n",
        (unsigned long long)offset, (unsigned long long)(offset + len - 1),
        (unsigned long long)(len / block));
    snprintf(name, sizeof name, "%s%d", p.device.type, p.device.number);
    for (; len > 0; len -= block, offset += block) {
        if (!is_bad(sim, &p, offset))
            uboot_erase(sim, p.device.chip, name, p.base + offset, block);
    }
    return UBOOT_OK;
}

static enum uboot_result list_bad(struct sim *sim,
                                  const struct uboot_call *call)
{
    struct place p;

    if (call->argc < 3)
        return UBOOT_USAGE;
    if (!find_place(sim, call->argv[2], &p))
        return UBOOT_FAILED;
    if (!is_nand(&p)) {
        uart_puts(&sim->uart, "Only NAND-based devices can have bad blocks\n");
        return UBOOT_OK;
    }
    uart_printf(&sim->uart, "MTD device %s bad blocks list:\n", p.name);
    for (uint64_t at = 0; at < p.size; at += p.device.erase) {
        if (is_bad(sim, &p, at))
            uart_printf(&sim->uart, "\t0x%08llx\n", (unsigned long long)at);
    }
    return UBOOT_OK;
}

enum uboot_result uboot_mtd(struct sim *sim, const struct uboot_call *call)
{
    const char *verb = call->argc > 1 ? call->argv[1] : "";

    if (strcmp(verb, "list") == 0)
        return list_all(sim);
    if (strcmp(verb, "read") == 0)
        return move(sim, call, ACTION_READ);
    if (strcmp(verb, "dump") == 0)
        return move(sim, call, ACTION_DUMP);
    if (strcmp(verb, "bad") == 0)
        return list_bad(sim, call);
    if (strcmp(verb, "write") != 0 && strcmp(verb, "erase") != 0)
        return UBOOT_USAGE;
    uboot_refuse(sim, call);
    return *verb == 'w' ? move(sim, call, ACTION_WRITE) : erase(sim, call);
}
