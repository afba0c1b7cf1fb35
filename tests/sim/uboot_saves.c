// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `saves`: memory as S-records, once ENTER was pressed.
#include "hostile.h"
#include "uboot.h"

enum { RECORD = 16 };

static uint64_t to_32_bits(uint64_t addr)
{
    return addr & UINT32_MAX;
}

static void fetch(struct sim *sim, uint64_t addr, uint8_t *bytes, uint64_t len)
{
    size_t got = memory_read(&sim->memory, addr, bytes, (size_t)len);

    if (got < len)
        uboot_abort(sim, addr + got);
}

static void print_record(struct sim *sim, uint64_t addr, uint64_t len)
{
    struct row row = {.addr = addr, .end = addr + len};
    unsigned sum = (unsigned)len + 5;
    uint8_t bytes[RECORD];

    fetch(sim, addr, bytes, len);
    row_add(&row, "S3%02X%08llX", (unsigned)len + 5, (unsigned long long)addr);
    for (int i = 0; i < 4; i++)
        sum += addr >> 8 * i & 0xff;
    row.hex_from = row.len;
    for (uint64_t i = 0; i < len; i++) {
        row_add(&row, "%02X", bytes[i]);
        sum += bytes[i];
    }
    row.hex_to = row.len;
    row_add(&row, "%02X\n", ~sum & 0xff);
    faults_print_row(&sim->faults, &sim->uart, &row);
}

/* False: Ctrl-C; it is looked for once a record, and a byte is lost each. */
static bool print_records(struct sim *sim, uint64_t addr, uint64_t size)
{
    uart_puts(&sim->uart, "S0030000FC\n");
    if (uboot_interrupted(sim))
        return false;
    while (size > 0) {
        uint64_t now = size < RECORD ? size : RECORD;

        print_record(sim, addr, now);
        if (uboot_interrupted(sim))
            return false;
        addr = to_32_bits(addr + now);
        size -= hostile_endless(sim) ? 0 : now;
    }
    uart_puts(&sim->uart, "S70500000000FA\n");
    return !uboot_interrupted(sim);
}

enum uboot_result uboot_saves(struct sim *sim, const struct uboot_call *call)
{
    uint64_t addr = call->argc > 1 ? uboot_hex(call->argv[1]) : 0;
    uint64_t size = call->argc > 2 ? uboot_hex(call->argv[2]) : 0;

    uart_puts(&sim->uart,
              "## Ready for S-Record upload, press ENTER to proceed ...\n");
    while (uart_getc(&sim->uart) != '\r')
        ;
    uart_printf(&sim->uart, "## S-Record upload %s\n",
                print_records(sim, to_32_bits(addr), size) ? "complete"
                                                           : "aborted");
    return UBOOT_OK;
}
