// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `sf`, which reads SPI flash into RAM; three ages of its answers.
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "uboot.h"

enum { PAGE = 256, SECTOR = 0x10000 };

/* [bus:]cs; false when it is no such thing. */
static bool parse_select(const char *text, unsigned long *bus,
                         unsigned long *select)
{
    char *end;

    *select = strtoul(text, &end, 0);
    if (*end == ':') {
        *bus = *select;
        *select = strtoul(end + 1, &end, 0);
    }
    return *text && *end == '\0';
}

static void print_chip(struct sim *sim)
{
    const struct chip *spi = &sim->media.spi;
    uint64_t size = hostile_size(sim, spi->size);
    struct uart *u = &sim->uart;
    char name[SPI_NAME];

    media_spi_name(spi, name);
    switch (sim->opt.media.spi_style) {
    case SPI_2010:
        uart_printf(u, "%llu KiB sim_sfc at 0:0 is now current device\n",
                    (unsigned long long)size >> 10);
        break;
    case SPI_2013:
        uart_printf(u, "SF: Detected %s\n\n--->probe spend 4 ms\n", name);
        break;
    default:
        uart_printf(u,
                    "SF: Detected %s with page size %d Bytes, "
                    "erase size %d KiB, total ",
                    name, PAGE, SECTOR >> 10);
        uboot_print_size(sim, size, "\n");
        break;
    }
}

static enum uboot_result probe(struct sim *sim, const struct uboot_call *call)
{
    unsigned long bus = 0;
    unsigned long select = 0;
    bool modern = sim->opt.media.spi_style == SPI_NEW;

    if (call->argc > 2 && !parse_select(call->argv[2], &bus, &select))
        return UBOOT_USAGE;
    sim->uboot.spi_probed = sim->media.spi.data && bus == 0 && select == 0;
    if (sim->uboot.spi_probed) {
        print_chip(sim);
        return UBOOT_OK;
    }
    uart_printf(&sim->uart, "Failed to initialize SPI flash at %lu:%lu%s\n",
                bus, select, modern ? " (error -2)" : "");
    return UBOOT_FAILED;
}

/* The range as versions before 2016 take it; false after a complaint. */
static enum uboot_result old_range(struct sim *sim,
                                   const struct uboot_call *call,
                                   uint64_t *offset, uint64_t *len)
{
    uint64_t size = sim->media.spi.size;

    if (call->argc < 5 || !uboot_number(call->argv[3], offset) ||
        !uboot_number(call->argv[4], len))
        return UBOOT_USAGE;
    if (*offset <= size && *len <= size - *offset)
        return UBOOT_OK;
    if (sim->opt.media.spi_style == SPI_2010)
        uart_puts(&sim->uart, "SPI flash read failed\n");
    else
        uart_printf(&sim->uart,
                    "ERROR: attempting read past flash size (0x%llx)\n",
                    (unsigned long long)size);
    return UBOOT_FAILED;
}

static enum uboot_result read_flash(struct sim *sim,
                                    const struct uboot_call *call)
{
    const struct chip *spi = &sim->media.spi;
    enum spi_style style = sim->opt.media.spi_style;
    enum uboot_result result = UBOOT_OK;
    uint64_t addr, offset, len;

    if (call->argc < 4 || !uboot_number(call->argv[2], &addr))
        return UBOOT_USAGE;
    if (style != SPI_NEW)
        result = old_range(sim, call, &offset, &len);
    else if (!uboot_range(sim, call, 3, spi->size, &offset, &len))
        result = UBOOT_USAGE;
    if (result != UBOOT_OK)
        return result;
    uboot_store(sim, addr, spi->data + offset, len);
    if (style != SPI_2010)
        uart_printf(&sim->uart, "SF: %llu bytes @ 0x%llx Read: OK\n",
                    (unsigned long long)len, (unsigned long long)offset);
    return UBOOT_OK;
}

enum uboot_result uboot_sf(struct sim *sim, const struct uboot_call *call)
{
    static const char *const changing[] = {"write", "erase", "update",
                                           "protect"};

    if (call->argc < 2)
        return UBOOT_USAGE;
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
        if (strcmp(call->argv[1], changing[i]) == 0)
            return uboot_refuse(sim, call);
    }
    if (strcmp(call->argv[1], "probe") == 0)
        return probe(sim, call);
    if (!sim->uboot.spi_probed) {
        uart_puts(&sim->uart, "No SPI flash selected. Please run `sf probe'\n");
        return UBOOT_FAILED;
    }
    if (strcmp(call->argv[1], "read") == 0)
        return read_flash(sim, call);
    return UBOOT_USAGE;
}
