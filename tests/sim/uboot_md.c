// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's memory commands: md, crc32 and base.
#include <string.h>

#include "hostile.h"
#include "uboot.h"

enum { CTRL_C = 3, ROW_BYTES = 16 };

uint64_t uboot_wrap(const struct sim *sim, uint64_t addr)
{
    return sim->opt.wide ? addr : addr & UINT32_MAX;
}

/* It came in 2014, and for processors of 64 bits only. */
bool uboot_has_quad(const struct sim *sim)
{
    return sim->opt.wide && sim->opt.format != FORMAT_OLD;
}

int uboot_width(const struct sim *sim, const char *name)
{
    const char *dot = strchr(name, '.');

    if (!dot)
        return 4;
    switch (dot[1]) {
    case 'b':
        return 1;
    case 'w':
        return 2;
    case 'l':
        return 4;
    case 'q':
        return uboot_has_quad(sim) ? 8 : 0;
    default:
        return 0;
    }
}

/*
 * The bytes and digits of a row. Old versions print while they read, so a
 * bad address leaves a part of the row behind.
 */
static void add_units(struct sim *sim, struct row *row, uint8_t *bytes,
                      int width)
{
    int len = (int)(row->end - row->addr);

    for (int i = 0; i < len; i += width) {
        for (int k = i; k < i + width; k++) {
            uint64_t addr = uboot_wrap(sim, row->addr + (uint64_t)k);

            if (memory_byte(&sim->memory, addr, &bytes[k]))
                continue;
            if (sim->opt.format != FORMAT_NEW)
                faults_print_row(&sim->faults, &sim->uart, row);
            uboot_abort(sim, addr);
        }
        row_add(
            row, " %0*llx", 2 * width,
            (unsigned long long)memory_value(&sim->memory, bytes + i, width));
    }
}

static void print_row(struct sim *sim, uint64_t addr, int len, int width)
{
    struct row row = {.addr = addr, .end = addr + (uint64_t)len};
    uint8_t bytes[ROW_BYTES] = {0};

    row_add(&row, "%08llx:", (unsigned long long)addr);
    row.hex_from = row.len;
    add_units(sim, &row, bytes, width);
    row.hex_to = row.len;
    if (sim->opt.format != FORMAT_OLD)
        row_add(&row, "%*s", (ROW_BYTES - len) / width * (2 * width + 1), "");
    row_add(&row, "%s", sim->opt.format == FORMAT_NEW ? "  " : "    ");
    for (int i = 0; i < len; i++)
        row_add(&row, "%c",
                bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.');
    row_add(&row, "\n");
    faults_print_row(&sim->faults, &sim->uart, &row);
}

bool uboot_interrupted(struct sim *sim)
{
    bool now = uart_tstc(&sim->uart) && uart_getc(&sim->uart) == CTRL_C;

    sim->uboot.had_ctrlc = sim->uboot.had_ctrlc || now;
    return now;
}

static enum uboot_result print_rows(struct sim *sim, uint64_t addr,
                                    uint64_t count, int width)
{
    uint64_t per_row = (uint64_t)(ROW_BYTES / width);

    if (count == 0 && sim->opt.format != FORMAT_NEW)
        uart_printf(&sim->uart, "%08llx:\n", (unsigned long long)addr);
    while (count > 0) {
        uint64_t now = count < per_row ? count : per_row;

        print_row(sim, addr, (int)now * width, width);
        addr = uboot_wrap(sim, addr + now * (uint64_t)width);
        count -= now;
        if (hostile_endless(sim))
            count = UINT64_MAX;
        else if (uboot_interrupted(sim))
            return UBOOT_FAILED;
    }
    return UBOOT_OK;
}

uint64_t uboot_address(const struct sim *sim, const char *text)
{
    return uboot_wrap(sim, uboot_hex(text) + sim->uboot.base);
}

enum uboot_result uboot_md(struct sim *sim, const struct uboot_call *call)
{
    struct uboot_memory *m = &sim->uboot;
    uint64_t addr = m->addr;

    if (call->argc < 2)
        return UBOOT_USAGE;
    if (!call->repeat) {
        int width = uboot_width(sim, call->argv[0]);

        if (width == 0)
            return UBOOT_FAILED;
        m->width = width;
        addr = uboot_address(sim, call->argv[1]);
        if (call->argc > 2)
            m->count = uboot_hex(call->argv[2]);
    }
    m->addr = uboot_wrap(sim, addr + m->count * (uint64_t)m->width);
    return print_rows(sim, addr, m->count, m->width);
}

void uboot_take_time(struct sim *sim, uint64_t len)
{
    double rate = (double)sim->opt.sum_rate;

    if (rate > 0)
        uart_sleep(&sim->uart, (int64_t)((double)len / rate * 1e9));
}

static void fill_table(uint32_t *table)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ UINT32_C(0xedb88320) : c >> 1;
        table[i] = c;
    }
}

static uint32_t crc_of(struct sim *sim, uint64_t addr, uint64_t len)
{
    uint32_t table[256];
    uint32_t crc = UINT32_MAX;

    fill_table(table);
    for (uint64_t i = 0; i < len; i++) {
        uint8_t byte;

        if (!memory_byte(&sim->memory, uboot_wrap(sim, addr + i), &byte))
            uboot_abort(sim, addr + i);
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xff];
    }
    return ~crc;
}

enum uboot_result uboot_crc32(struct sim *sim, const struct uboot_call *call)
{
    uint64_t addr, len;
    uint32_t crc;

    if (call->argc < 3 || call->argv[1][0] == '-')
        return UBOOT_USAGE;
    addr = uboot_hex(call->argv[1]);
    len = uboot_hex(call->argv[2]);
    if (sim->opt.format == FORMAT_OLD)
        addr = uboot_wrap(sim, addr + sim->uboot.base);
    crc = faults_crc(&sim->faults, crc_of(sim, addr, len));
    uboot_take_time(sim, len);
    uart_printf(&sim->uart, "%s for %08llx ... %08llx ==> %08x\n",
                sim->opt.format == FORMAT_OLD ? "CRC32" : "crc32",
                (unsigned long long)addr,
                (unsigned long long)uboot_wrap(sim, addr + len - 1),
                (unsigned)crc);
    if (call->argc > 3)
        log_danger(&sim->log, "crc32");
    return UBOOT_OK;
}

enum uboot_result uboot_base(struct sim *sim, const struct uboot_call *call)
{
    if (call->argc > 1)
        sim->uboot.base = uboot_hex(call->argv[1]);
    uart_printf(&sim->uart, "Base Address: 0x%08llx\n",
                (unsigned long long)sim->uboot.base);
    return UBOOT_OK;
}
