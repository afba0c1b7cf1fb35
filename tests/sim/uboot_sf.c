// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `sf`, which reads SPI flash into RAM; three ages of its answers.
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "uboot.h"

enum { PAGE = 256, SECTOR = 0x10000 };

/* The chip that was probed last. */
static struct chip *selected(struct sim *sim)
{
    return &sim->media.spi[sim->uboot.spi];
}

static const char *log_name(const struct sim *sim)
{
    return sim->uboot.spi ? "sf1" : "sf0";
}

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
    const struct chip *spi = selected(sim);
    uint64_t size = hostile_size(sim, spi->size);
    struct uart *u = &sim->uart;
    char name[SPI_NAME];

    media_spi_name(spi, name);
    switch (sim->opt.media.spi_style) {
    case SPI_2010:
        uart_printf(u, "%llu KiB sim_sfc at 0:%d is now current device\n",
                    (unsigned long long)size >> 10, sim->uboot.spi);
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

/* Until 2016 the chip before stays selected when there is no such. */
static enum uboot_result probe(struct sim *sim, const struct uboot_call *call)
{
    unsigned long bus = 0;
    unsigned long select = 0;
    bool modern = sim->opt.media.spi_style == SPI_NEW;

    if (call->argc < 3 && sim->opt.media.spi_style == SPI_2010) {
        uart_puts(&sim->uart, "Usage: sf probe [bus:]cs [hz] [mode]\n");
        return UBOOT_FAILED;
    }
    if (call->argc > 2 && !parse_select(call->argv[2], &bus, &select))
        return UBOOT_USAGE;
    if (bus == 0 && select < (unsigned long)media_count(sim->media.spi)) {
        sim->uboot.spi = (int)select;
        print_chip(sim);
        return UBOOT_OK;
    }
    if (modern)
        sim->uboot.spi = -1;
    uart_printf(&sim->uart, "Failed to initialize SPI flash at %lu:%lu%s\n",
                bus, select, modern ? " (error -2)" : "");
    return UBOOT_FAILED;
}

/* The range as versions before 2016 take it; false after a complaint. */
static enum uboot_result old_range(struct sim *sim,
                                   const struct uboot_call *call,
                                   uint64_t *offset, uint64_t *len)
{
    uint64_t size = selected(sim)->size;

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

static enum uboot_result take_range(struct sim *sim,
                                    const struct uboot_call *call,
                                    uint64_t *offset, uint64_t *len)
{
    if (sim->opt.media.spi_style != SPI_NEW)
        return old_range(sim, call, offset, len);
    return uboot_range(sim, call, 3, 0, selected(sim)->size, offset, len)
               ? UBOOT_OK
               : UBOOT_USAGE;
}

static enum uboot_result read_flash(struct sim *sim,
                                    const struct uboot_call *call)
{
    const struct chip *spi = selected(sim);
    enum spi_style style = sim->opt.media.spi_style;
    enum uboot_result result;
    uint64_t addr, offset, len;

    if (call->argc < 4 || !uboot_number(call->argv[2], &addr))
        return UBOOT_USAGE;
    result = take_range(sim, call, &offset, &len);
    if (result != UBOOT_OK)
        return result;
    uboot_store(sim, addr, spi->data + offset, len);
    if (style != SPI_2010)
        uart_printf(&sim->uart, "SF: %llu bytes @ 0x%llx Read: OK\n",
                    (unsigned long long)len, (unsigned long long)offset);
    return UBOOT_OK;
}

/* Of old, with ends on whole sectors; the newest look at that too. */
static enum uboot_result erase_flash(struct sim *sim,
                                     const struct uboot_call *call)
{
    struct chip *spi = selected(sim);
    uint64_t offset, len;
    bool round = call->argc > 3 && call->argv[3][0] == '+';

    if (call->argc < 4 || !uboot_number(call->argv[2], &offset) ||
        !uboot_number(call->argv[3] + round, &len))
        return UBOOT_USAGE;
    if (round)
        len = (len + SECTOR - 1) / SECTOR * SECTOR;
    if (offset > spi->size || len > spi->size - offset) {
        uart_printf(&sim->uart,
                    "ERROR: attempting erase past flash size (0x%llx)\n",
                    (unsigned long long)spi->size);
        return UBOOT_FAILED;
    }
    if (offset % SECTOR || len % SECTOR) {
        uart_puts(&sim->uart, "SF: Erase offset/length not multiple of erase "
                              "size\n");
        return UBOOT_FAILED;
    }
    uboot_erase(sim, spi, log_name(sim), offset, len);
    if (sim->opt.media.spi_style != SPI_2010)
        uart_printf(&sim->uart, "SF: %llu bytes @ 0x%llx Erased: OK\n",
                    (unsigned long long)len, (unsigned long long)offset);
    return UBOOT_OK;
}

/* write and update; the latter erases before it. */
static enum uboot_result write_flash(struct sim *sim,
                                     const struct uboot_call *call, bool update)
{
    struct chip *spi = selected(sim);
    enum uboot_result result;
    uint64_t addr, offset, len;
    uint8_t *bytes;

    if (call->argc < 5 || !uboot_number(call->argv[2], &addr))
        return UBOOT_USAGE;
    result = take_range(sim, call, &offset, &len);
    if (result != UBOOT_OK)
        return result;
    bytes = malloc((size_t)len + 1);
    if (!bytes)
        abort();
    uboot_fetch(sim, addr, bytes, len);
    if (update)
        uboot_erase(sim, spi, log_name(sim), offset, len);
    uboot_program(sim, spi, log_name(sim), offset, bytes, len);
    free(bytes);
    if (update)
        uart_printf(&sim->uart,
                    "\r%llu bytes written, 0 bytes skipped in 0.5s, speed "
                    "%llu B/s\n",
                    (unsigned long long)len, (unsigned long long)len * 2);
    else if (sim->opt.media.spi_style != SPI_2010)
        uart_printf(&sim->uart, "SF: %llu bytes @ 0x%llx Written: OK\n",
                    (unsigned long long)len, (unsigned long long)offset);
    return UBOOT_OK;
}

enum uboot_result uboot_sf(struct sim *sim, const struct uboot_call *call)
{
    static const char *const changing[] = {"write", "erase", "update",
                                           "protect"};
    const char *verb = call->argc > 1 ? call->argv[1] : "";

    if (call->argc < 2)
        return UBOOT_USAGE;
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
        if (strcmp(verb, changing[i]) == 0)
            uboot_refuse(sim, call);
    }
    if (strcmp(verb, "probe") == 0)
        return probe(sim, call);
    if (sim->uboot.spi < 0) {
        uart_puts(&sim->uart, "No SPI flash selected. Please run `sf probe'\n");
        return UBOOT_FAILED;
    }
    if (strcmp(verb, "read") == 0)
        return read_flash(sim, call);
    if (strcmp(verb, "erase") == 0)
        return erase_flash(sim, call);
    if (strcmp(verb, "write") == 0 || strcmp(verb, "update") == 0)
        return write_flash(sim, call, *verb == 'u');
    return strcmp(verb, "protect") == 0 ? UBOOT_OK : UBOOT_USAGE;
}
