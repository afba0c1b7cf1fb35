// SPDX-License-Identifier: BSD-2-Clause
// The simulated U-Boot: start-up and prompt.
#include <string.h>

#include "board.h"
#include "uboot.h"

enum { ESC = 27, TICK = 10000000 };

int uboot_year(const struct sim *sim)
{
    const struct options *o = &sim->opt;

    switch (o->format) {
    case FORMAT_OLD:
        if (o->autoboot == AUTOBOOT_MENU)
            return 2005;
        if (o->media.spi[0] && o->media.spi_style == SPI_2010)
            return 2010;
        return o->media.spi[0] && o->media.spi_style == SPI_2013 ? 2013 : 2006;
    case FORMAT_MIDDLE:
        return 2015;
    default:
        return 2023;
    }
}

const char *uboot_version(const struct sim *sim)
{
    switch (uboot_year(sim)) {
    case 2005:
        return "U-Boot 1.1.3 (Mar 19 2016 - 11:05:52)";
    case 2006:
        return "U-Boot 1.1.4 (Nov 12 2009 - 10:21:33)";
    case 2010:
        return "U-Boot 2010.06 (Oct 08 2014 - 16:22:07)";
    case 2013:
        return "U-Boot 2013.07 (May 21 2018 - 17:44:10)";
    case 2015:
        return "U-Boot 2015.01 (Feb 02 2015 - 09:40:02)";
    default:
        return "U-Boot 2023.01 (Jan 15 2023 - 08:12:45 +0000)";
    }
}

/* New versions ask the terminal for its size; one byte may get lost. */
static void probe_terminal(struct sim *sim)
{
    struct uart *u = &sim->uart;
    bool reply = false;

    uart_puts(u, "\0337\033[r\033[999;999H\033[6n\0338");
    for (int i = 0; i < 10; i++) {
        uart_sleep(u, TICK);
        while (uart_tstc(u)) {
            int c = uart_getc(u);

            if ((!reply && c != ESC) || c == 'R')
                return;
            reply = true;
        }
    }
}

static void banner(struct sim *sim)
{
    struct uart *u = &sim->uart;
    const struct memory *m = &sim->memory;

    uart_printf(u, "\n\n%s\n\n", uboot_version(sim));
    uart_printf(u, "DRAM:  %u MiB\n", (unsigned)(m->ram.size >> 20));
    if (m->chip[0].data)
        uart_printf(u, "Flash: %u MiB\n",
                    (unsigned)((m->chip[0].size + m->chip[1].size) >> 20));
    uboot_media_banner(sim);
    uart_puts(u, "In:    serial\nOut:   serial\nErr:   serial\n");
    if (sim->opt.ansi)
        probe_terminal(sim);
}

void uboot_power_on(struct sim *sim)
{
    if (sim->opt.autoboot == AUTOBOOT_MENU)
        uboot_menu(sim);
    banner(sim);
    uboot_autoboot(sim);
}

void uboot_boot(struct sim *sim)
{
    const struct chip *flash = &sim->memory.chip[0];
    uint64_t from = flash->data ? flash->base + 0x20000
                                : uboot_load_address(sim);

    uart_printf(&sim->uart,
                "## Booting kernel from Legacy Image at %08llx "
                "...\n\nStarting kernel ...\n\n",
                (unsigned long long)from);
    run_linux(sim);
}
