// SPDX-License-Identifier: BSD-2-Clause
// Ralink's `spi`, which prints SPI flash as one line of unpadded bytes.
#include <string.h>

#include "uboot.h"

enum { PIECE = 16, HEAP = 0x100000, SECTOR = 0x10000 };

/* So much as a fault of a row can strike. */
static void print_piece(struct sim *sim, uint64_t offset, uint64_t len)
{
    const struct chip *spi = &sim->media.spi[0];
    struct row row = {.addr = offset, .end = offset + len};

    for (uint64_t i = 0; i < len; i++)
        row_add(&row, "%x ", spi->data[(offset + i) % spi->size]);
    row.hex_to = row.len;
    faults_print_row(&sim->faults, &sim->uart, &row);
}

/* Nothing stops it; what is beyond the end is the beginning again. */
static void read_flash(struct sim *sim, uint64_t offset, uint64_t len)
{
    uart_printf(&sim->uart, "read len: %llu\n", (unsigned long long)len);
    while (len > 0) {
        uint64_t now = len < PIECE ? len : PIECE;

        print_piece(sim, offset, now);
        offset += now;
        len -= now;
    }
    uart_puts(&sim->uart, "\n");
}

static enum uboot_result read_command(struct sim *sim,
                                      const struct uboot_call *call)
{
    uint64_t len;

    if (call->argc < 4)
        return UBOOT_USAGE;
    len = uboot_hex(call->argv[3]);
    if (len > HEAP) {
        uart_puts(&sim->uart, "malloc error\n");
        return UBOOT_FAILED;
    }
    read_flash(sim, uboot_hex(call->argv[2]), len);
    return UBOOT_OK;
}

static enum uboot_result erase_command(struct sim *sim,
                                       const struct uboot_call *call)
{
    struct chip *spi = &sim->media.spi[0];
    uint64_t offset, len;

    if (call->argc < 4)
        return UBOOT_USAGE;
    offset = uboot_hex(call->argv[2]);
    len = uboot_hex(call->argv[3]);
    uart_printf(&sim->uart, "erase offs 0x%llx, len 0x%llx\n",
                (unsigned long long)offset, (unsigned long long)len);
    len = (offset % SECTOR + len + SECTOR - 1) / SECTOR * SECTOR;
    offset -= offset % SECTOR;
    if (offset < spi->size)
        uboot_erase(sim, spi, "sf0", offset,
                    len < spi->size - offset ? len : spi->size - offset);
    return UBOOT_OK;
}

/* Two digits a byte, in one word. */
static enum uboot_result write_command(struct sim *sim,
                                       const struct uboot_call *call)
{
    struct chip *spi = &sim->media.spi[0];
    uint8_t bytes[UBOOT_LINE];
    uint64_t offset, len;

    if (call->argc < 4)
        return UBOOT_USAGE;
    offset = uboot_hex(call->argv[2]);
    len = strlen(call->argv[3]) / 2;
    for (uint64_t i = 0; i < len; i++) {
        char digits[3] = {call->argv[3][2 * i], call->argv[3][2 * i + 1], 0};

        bytes[i] = (uint8_t)uboot_hex(digits);
    }
    uart_printf(&sim->uart, "write offs 0x%llx, len 0x%llx\n",
                (unsigned long long)offset, (unsigned long long)len);
    if (offset < spi->size && len <= spi->size - offset)
        uboot_program(sim, spi, "sf0", offset, bytes, len);
    return UBOOT_OK;
}

enum uboot_result uboot_spi(struct sim *sim, const struct uboot_call *call)
{
    const char *verb = call->argc > 1 ? call->argv[1] : "";
    const char *what = call->argc > 2 ? call->argv[2] : "";

    if (strcmp(verb, "erase") == 0 || strcmp(verb, "write") == 0 ||
        (strcmp(verb, "sr") == 0 && strcmp(what, "read") != 0))
        uboot_refuse(sim, call);
    if (strcmp(verb, "erase") == 0)
        return erase_command(sim, call);
    if (strcmp(verb, "write") == 0)
        return write_command(sim, call);
    if (strcmp(verb, "read") == 0)
        return read_command(sim, call);
    if (strcmp(verb, "id") == 0)
        uart_puts(&sim->uart, "device id: ef 40 17 0 0\n");
    else if (*verb)
        uart_puts(&sim->uart, "sr 0\n");
    return *verb ? UBOOT_OK : UBOOT_USAGE;
}
