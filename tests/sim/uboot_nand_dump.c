// SPDX-License-Identifier: BSD-2-Clause
// Pages of a NAND with their spare bytes, as a dump or raw in RAM.
#include <string.h>

#include "uboot_nand.h"

enum { OOB_MAX = 65536 };

/* Blank but for the mark of a bad block. */
static const uint8_t *spare(const struct sim *sim, uint64_t offset)
{
    static uint8_t oob[OOB_MAX];
    const struct media_options *o = &sim->opt.media;

    memset(oob, 0xff, (size_t)o->shape.oob);
    if (media_nand_bad(o, sim->uboot.nand, offset))
        oob[0] = 0;
    return oob;
}

enum uboot_result uboot_nand_raw(struct sim *sim, const struct uboot_call *call)
{
    const struct nand_shape *s = &sim->opt.media.shape;
    uint64_t addr = uboot_hex(call->argv[2]);
    uint64_t offset = uboot_hex(call->argv[3]);
    uint64_t pages = call->argc > 4 ? uboot_hex(call->argv[4]) : 1;
    const struct chip *nand = &sim->media.nand[sim->uboot.nand];
    uint64_t size = nand->size;

    if (offset >= size || pages > (size - offset) / s->page) {
        uart_puts(&sim->uart, offset >= size
                                  ? "Offset exceeds device limit\n"
                                  : "Size exceeds partition or device limit\n");
        return UBOOT_FAILED;
    }
    for (uint64_t i = 0; i < pages; i++) {
        uboot_store(sim, addr, nand->data + offset, s->page);
        uboot_store(sim, addr + s->page, spare(sim, offset), s->oob);
        addr += s->page + s->oob;
        offset += s->page;
    }
    pages *= s->page + s->oob;
    uart_printf(&sim->uart, " %llu bytes read: OK\n",
                (unsigned long long)pages);
    return UBOOT_OK;
}

/* A tab, then bytes; a wide gap in the middle of sixteen. */
static void add_old(struct row *row, const uint8_t *bytes, int len)
{
    row_add(row, "\t");
    for (int i = 0; i < len; i++)
        row_add(row, "%s%02x", i == 8 ? "  " : i ? " " : "", bytes[i]);
}

/* As md does. */
static void add_new(struct row *row, const uint8_t *bytes, int len)
{
    row_add(row, "%08llx:", (unsigned long long)row->addr);
    for (int i = 0; i < len; i++)
        row_add(row, " %02x", bytes[i]);
    row->hex_to = row->len;
    row_add(row, "  ");
    for (int i = 0; i < len; i++)
        row_add(row, "%c",
                bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.');
}

static void print_rows(struct sim *sim, uint64_t addr, const uint8_t *bytes,
                       uint64_t count, int per_row)
{
    for (uint64_t i = 0; i < count; i += (uint64_t)per_row) {
        struct row row = {.addr = addr + i, .end = addr + i + 1};

        row.end = row.addr + (uint64_t)per_row;
        if (sim->opt.format == FORMAT_NEW)
            add_new(&row, bytes + i, per_row);
        else
            add_old(&row, bytes + i, per_row);
        row.hex_from = sim->opt.format == FORMAT_NEW ? 9 : 0;
        if (row.hex_to == 0)
            row.hex_to = row.len;
        row_add(&row, "\n");
        faults_print_row(&sim->faults, &sim->uart, &row);
    }
}

enum uboot_result uboot_nand_dump(struct sim *sim,
                                  const struct uboot_call *call)
{
    const struct nand_shape *s = &sim->opt.media.shape;
    struct uboot_memory *m = &sim->uboot;
    uint64_t offset = m->nand_page + s->page;
    const struct chip *nand = &sim->media.nand[m->nand];

    if (call->argc < 3)
        return UBOOT_USAGE;
    if (!call->repeat)
        offset = uboot_hex(call->argv[2]);
    offset -= offset % s->page;
    m->nand_page = offset;
    if (offset >= nand->size) {
        uart_printf(&sim->uart, "Error (-22) reading page %08llx\n",
                    (unsigned long long)offset);
        return UBOOT_FAILED;
    }
    uart_printf(&sim->uart, "Page %s%08llx dump:\n",
                sim->opt.format == FORMAT_NEW ? "at offset " : "",
                (unsigned long long)offset);
    if (strcmp(call->argv[1], "dump.oob") != 0)
        print_rows(sim, offset, nand->data + offset, s->page, 16);
    uart_puts(&sim->uart, "OOB:\n");
    print_rows(sim, offset, spare(sim, offset), s->oob, 8);
    return UBOOT_OK;
}
