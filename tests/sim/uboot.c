// SPDX-License-Identifier: BSD-2-Clause
// The simulated U-Boot: start-up, countdown and prompt.
#include <string.h>

#include "uboot.h"

enum { CTRL_C = 3, ESC = 27, TICK = 10000000 };

const char *uboot_version(const struct sim *sim)
{
    switch (sim->opt.format) {
    case FORMAT_OLD:
        return "U-Boot 1.1.4 (Nov 12 2009 - 10:21:33)";
    case FORMAT_MIDDLE:
        return "U-Boot 2015.01 (Feb 02 2015 - 09:40:02)";
    default:
        return "U-Boot 2023.01 (Jan 15 2023 - 08:12:45 +0000)";
    }
}

void uboot_reset(struct sim *sim)
{
    uart_puts(&sim->uart, "resetting ...\n");
    uart_sleep(&sim->uart, 50000000);
    longjmp(sim->restart, UART_RESET);
}

void uboot_abort(struct sim *sim, uint64_t addr)
{
    uart_printf(&sim->uart,
                "data abort\n"
                "pc : [<83f9a0b4>]\t   lr : [<83f9a0a0>]\n"
                "sp : 83b49d48  ip : 0000001c\t fp : 00000000\n"
                "r10: 00000000  r9 : 83b49ee0\t r8 : 83b49f30\n"
                "r7 : 00000010  r6 : 00000004\t r5 : %08llx  r4 : 00000000\n"
                "r3 : 00000000  r2 : 00000000\t r1 : %08llx  r0 : 00000000\n"
                "Flags: nZCv  IRQs off  FIQs off  Mode SVC_32\n"
                "Resetting CPU ...\n\n",
                (unsigned long long)addr, (unsigned long long)addr);
    uboot_reset(sim);
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
    uart_printf(u, "Flash: %u MiB\n",
                (unsigned)((m->chip[0].size + m->chip[1].size) >> 20));
    uart_puts(u, "In:    serial\nOut:   serial\nErr:   serial\n");
    if (sim->opt.ansi)
        probe_terminal(sim);
}

/* Has the host typed what stops the countdown? `typed` keeps the tail. */
static bool stop_typed(struct sim *sim, char *typed)
{
    const char *stop = sim->opt.stop;
    size_t len = strlen(stop);
    struct uart *u = &sim->uart;

    while (uart_tstc(u)) {
        int c;

        if (strcmp(stop, "any") == 0) {
            if (!sim->opt.keep_key)
                uart_getc(u);
            return true;
        }
        c = uart_getc(u);
        if (strcmp(stop, "ctrl-c") == 0) {
            if (c == CTRL_C)
                return true;
            continue;
        }
        memmove(typed, typed + 1, len);
        typed[len - 1] = (char)c;
        if (strcmp(typed, stop) == 0)
            return true;
    }
    return false;
}

static bool keyed(const struct sim *sim)
{
    return strcmp(sim->opt.stop, "any") != 0 &&
           strcmp(sim->opt.stop, "ctrl-c") != 0;
}

static void show_count(struct sim *sim, int left, bool first)
{
    const char *text = strcmp(sim->opt.stop, "any") == 0
                           ? "Hit any key to stop autoboot: "
                           : "Hit Ctrl+c key to stop autoboot: ";

    if (keyed(sim)) {
        if (first)
            uart_printf(&sim->uart, "Autobooting in %d seconds\n", left);
    } else if (sim->opt.ansi) {
        uart_printf(&sim->uart, "\033[2K\r%s%2d ", text, left);
    } else if (first) {
        uart_printf(&sim->uart, "%s%2d ", text, left);
    } else {
        uart_printf(&sim->uart, "\b\b\b%2d ", left);
    }
}

static bool countdown(struct sim *sim)
{
    int64_t left = sim->opt.autoboot;
    int shown = (int)((left + 999999999) / 1000000000);
    char typed[256] = "";
    bool stopped = false;

    show_count(sim, shown, true);
    for (; left > 0 && !stopped; left -= TICK) {
        int count = (int)((left - TICK + 999999999) / 1000000000);

        uart_sleep(&sim->uart, TICK);
        stopped = stop_typed(sim, typed);
        if (stopped)
            count = 0;
        if (count < shown)
            show_count(sim, shown = count > 0 ? count : 0, false);
    }
    if (!keyed(sim))
        uart_puts(&sim->uart, "\n");
    return stopped;
}

void uboot_power_on(struct sim *sim)
{
    banner(sim);
    if (countdown(sim))
        uboot_shell(sim, true);
    uart_printf(&sim->uart,
                "## Booting kernel from Legacy Image at %08llx "
                "...\n\nStarting kernel ...\n\n",
                (unsigned long long)sim->memory.chip[0].base + 0x20000);
    run_linux(sim);
}

void uboot_shell(struct sim *sim, bool fresh)
{
    struct editor *e = &sim->editor;
    char last[sizeof e->line] = "";
    bool repeatable = false;

    for (;; fresh = true) {
        if (fresh)
            uart_puts(&sim->uart, sim->opt.prompt);
        if (!uboot_read_line(sim)) {
            uart_puts(&sim->uart, "<INTERRUPT>\n");
            repeatable = false;
        } else if (e->len > 0) {
            log_command(&sim->log, e->line);
            strcpy(last, e->line);
            repeatable = uboot_run_line(sim, last, false);
        } else if (repeatable) {
            log_command(&sim->log, "");
            repeatable = uboot_run_line(sim, last, true);
        }
        e->len = 0;
    }
}
