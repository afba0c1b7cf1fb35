// SPDX-License-Identifier: BSD-2-Clause
// The Winbond W90P745 loader: start-up and prompt.
#include "winbond.h"

#include "board.h"
#include "hostile.h"

const char winbond_prompt[] = "\rbootloader > ";

static bool has_image(struct sim *sim, uint32_t number)
{
    struct footer images[FOOTER_IMAGES];
    int count = winbond_find_images(sim, images);

    for (int i = 0; i < count; i++) {
        if (images[i].number == number)
            return true;
    }
    return false;
}

void winbond_banner(struct sim *sim)
{
    struct uart *u = &sim->uart;
    char mac[BOARD_MAC];

    uart_printf(u,
                "\nW90P745 Boot Loader [ Version 1.1 $Revision: 1 $ ] "
                "Rebuilt on May 11 2010\n"
                "Memory Size is 0x%X Bytes, Flash Size is 0x%X Bytes\n"
                "Board designed by Winbond\n"
                "Hardware support provided at Winbond\n"
                "Copyright (c) Winbond Limited 2001 - 2006. "
                "All rights reserved.\n",
                (unsigned)sim->memory.ram.size,
                (unsigned)hostile_size(sim, sim->memory.chip[0].size));
    if (has_image(sim, 0))
        uart_printf(u,
                    "Boot Loader Configuration:\n\n"
                    "        MAC Address         : %s\n"
                    "        IP Address          : 0.0.0.0\n"
                    "        DHCP Client         : Enabled\n"
                    "        CACHE               : Enabled\n"
                    "        BL buffer base      : 0x00300000\n"
                    "        BL buffer size      : 0x00100000\n"
                    "        Baud Rate           : -1\n"
                    "        USB Interface       : Disabled\n"
                    "        Serial Number       : 0xFFFFFFFF\n",
                    board_mac(sim, true, mac));
    uart_puts(u, "\n\nFor help on the available commands type 'h'\n\n");
}

/* Six looks at the line, one character each; true when it is a break. */
static bool wait_for_break(struct sim *sim)
{
    struct uart *u = &sim->uart;

    uart_puts(u, "Press ESC to enter debug mode ");
    for (int i = 0; i < 6; i++) {
        uart_sleep(u, sim->opt.countdown / 6);
        if (uart_tstc(u)) {
            int c = uart_getc(u);

            if (c == 27 || c == 'B')
                return true;
        }
        uart_putc(u, '.');
    }
    return false;
}

/* Start the image marked for it; comes back when there is none. */
static void boot_image(struct sim *sim)
{
    struct footer images[FOOTER_IMAGES];
    int count = winbond_find_images(sim, images);
    struct uart *u = &sim->uart;

    for (unsigned number = 1; number < FOOTER_IMAGES; number++)
        uart_printf(u, "Processing image %u ... \n", number);
    for (int i = 0; i < count; i++) {
        if (!(images[i].flags & FLAG_EXECUTE))
            continue;
        if (images[i].flags & FLAG_COMPRESSED)
            uart_printf(u, "Unzip image %u ... \n", (unsigned)images[i].number);
        uart_printf(u, "Executing image %u ... \n", (unsigned)images[i].number);
        run_linux(sim);
    }
}

void winbond_power_on(struct sim *sim)
{
    winbond_banner(sim);
    if (!wait_for_break(sim)) {
        uart_puts(&sim->uart, "\n");
        if (has_image(sim, 0))
            uart_puts(&sim->uart, "Cache enabled!\n");
        else
            uart_puts(&sim->uart, "ERROR: Image 0 not found\n");
        boot_image(sim);
    }
    uart_puts(&sim->uart, "\n\n");
    winbond_shell(sim, true);
}

void winbond_shell(struct sim *sim, bool fresh)
{
    struct editor *e = &sim->editor;

    if (e->len >= WINBOND_LINE)
        e->len = WINBOND_LINE - 1;
    for (;; fresh = true) {
        if (fresh)
            uart_puts(&sim->uart, winbond_prompt);
        if (winbond_read_line(sim)) {
            winbond_execute(sim, e->line);
            uart_puts(&sim->uart, "\n");
            board_end_command(sim);
        }
        e->len = 0;
    }
}
