// SPDX-License-Identifier: BSD-2-Clause
// Ralink's menu at the start, some of whose keys write to the flash.
#include <stdio.h>

#include "uboot.h"

enum { TICK = 10000000, SECOND = 1000000000, DEFAULT = '3' };

#define RULE "============================================\n"

static void banner(struct sim *sim)
{
    const struct chip *flash = &sim->memory.chip[0];
    const struct chip *spi = flash->data ? flash : &sim->media.spi[0];
    unsigned ram = (unsigned)(sim->memory.ram.size >> 20);
    struct uart *u = &sim->uart;
    char name[SPI_NAME];

    uart_printf(u, "\n\n%s\n\nBoard: Ralink APSoC DRAM:  %u MB\n",
                uboot_version(sim), ram);
    uart_printf(u, "relocate_code Pointer at: %08llx\n",
                (unsigned long long)uboot_own_address(sim));
    uart_printf(u,
                "flash manufacture id: ef, device id 40 17\n"
                "find flash: %s\n" RULE "Ralink UBoot Version: 4.3.0.0\n",
                media_spi_name(spi, name));
    uart_printf(u,
                "--------------------------------------------\n"
                "ASIC 7628_MP (Port5<->None)\nTotal memory: %u MBytes\n"
                "Flash component: SPI Flash\n"
                "Date:Mar 19 2016  Time:11:05:52\n" RULE,
                ram);
    uart_puts(u,
              "\nPlease choose the operation: \n"
              "   1: Load system code to SDRAM via TFTP. \n"
              "   2: Load system code then write to Flash via TFTP. \n"
              "   3: Boot system code via Flash (default).\n"
              "   4: Entr boot command line interface.\n"
              "   7: Load Boot Loader code then write to Flash via Serial. \n"
              "   9: Load Boot Loader code then write to Flash via TFTP. \n");
}

/* Any other key stands for the default. */
static int choice(int key)
{
    bool known = (key >= '1' && key <= '4') || key == '7' || key == '9';

    return known ? key : DEFAULT;
}

/* The first key decides, be it one that came before the menu did. */
static int wait_for_key(struct sim *sim)
{
    struct uart *u = &sim->uart;
    int key = 0;

    for (int64_t left = sim->opt.countdown; left > 0 && !key; left -= TICK) {
        if (left % SECOND == 0)
            uart_printf(u, "\b\b\b%2d ", (int)(left / SECOND));
        uart_sleep(u, TICK);
        if (uart_tstc(u))
            key = choice(uart_getc(u));
    }
    if (key)
        uart_printf(u, "\nYou choosed %c\n\n", key);
    uart_puts(u, "\b\b\b 0 \n");
    return key ? key : DEFAULT;
}

static void log_choice(struct sim *sim, int key)
{
    char text[16];

    snprintf(text, sizeof text, "menu %c", key);
    if (key == '2' || key == '7' || key == '9')
        log_danger(&sim->log, text);
    else
        log_mark(&sim->log, text);
}

/* The answers of the other keys are questions; none is listened to. */
_Noreturn static void ask(struct sim *sim, int key)
{
    struct uart *u = &sim->uart;

    uart_printf(u, "   \n%c: System Load %s %s.\n", key,
                key == '1'   ? "Linux to SDRAM"
                : key == '2' ? "Linux then write to Flash"
                             : "Boot Loader then write to Flash",
                key == '7' ? "via Serial" : "via TFTP");
    if (key == '2' || key == '9')
        uart_puts(u, " Are you sure to overwrite the flash? (Y/N)\n");
    ignore_input(sim);
}

void uboot_menu(struct sim *sim)
{
    int key;

    banner(sim);
    key = wait_for_key(sim);
    log_choice(sim, key);
    if (key == '4') {
        uart_printf(&sim->uart,
                    "   \n4: System Enter Boot Command Line Interface.\n"
                    "\n%s\n",
                    uboot_version(sim));
        uboot_shell(sim, true);
    }
    if (key != DEFAULT)
        ask(sim, key);
    uart_puts(&sim->uart, "   \n3: System Boot system code via Flash.\n");
    uboot_boot(sim);
}
