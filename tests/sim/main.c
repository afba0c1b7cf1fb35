// SPDX-License-Identifier: BSD-2-Clause
// fwfs-sim: a board with a boot loader on a pty, to test fwfs against.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "hostile.h"
#include "pty.h"
#include "sim.h"

static int trouble(const char *what)
{
    fprintf(stderr, "fwfs-sim: %s: %s\n", what, strerror(errno));
    return -1;
}

void ignore_input(struct sim *sim)
{
    for (;;)
        uart_getc(&sim->uart);
}

void run_linux(struct sim *sim)
{
    struct uart *u = &sim->uart;

    u->newline = "\r\n";
    uart_puts(u, "Linux version 2.6.31 (build@sim) (gcc version 4.3.3)\n");
    uart_sleep(u, 20000000);
    uart_puts(u, "Calibrating delay loop... 39.73 BogoMIPS\n");
    uart_sleep(u, 20000000);
    uart_puts(u, "init started: BusyBox v1.12.4\n");
    ignore_input(sim);
}

/* Out of it: the power switch, the reset button, the watchdog. */
void hang(struct sim *sim)
{
    log_mark(&sim->log, "hang");
    sim->uart.stop_at = UINT64_MAX;
    ignore_input(sim);
}

static int set_up_memory(struct sim *sim)
{
    struct options *o = &sim->opt;
    struct memory *m = &sim->memory;
    const char *what;

    m->ram.base = o->ram_base;
    m->ram.size = o->ram_size;
    m->ram.seed = o->seed;
    m->abort_at = o->abort_at;
    m->big_endian = o->big_endian;
    return board_set_up(sim, &what) < 0 ? trouble(what) : 0;
}

static int set_up(struct sim *sim, struct pty *pty)
{
    struct options *o = &sim->opt;

    sim->faults = o->faults;
    hostile_set_up(sim);
    if (set_up_memory(sim) < 0)
        return -1;
    if (log_open(&sim->log, o->log) < 0)
        return trouble(o->log);
    if (pty_open(pty) < 0)
        return trouble("no pty");
    sim->uart.log = &sim->log;
    sim->uart.restart = &sim->restart;
    if (uart_init(&sim->uart, pty->master, &o->line, o->seed) < 0)
        return trouble("signals");
    if (o->link && pty_publish(pty, o->link) < 0)
        return trouble(o->link);
    return 0;
}

/* Forget everything the loader knew. */
static void reset_loader(struct sim *sim)
{
    uart_start_baud(&sim->uart);
    sim->uart.newline = sim->opt.newline;
    sim->editor.len = 0;
    sim->winbond_next = 0;
    sim->winbond_history = (struct winbond_history){.head = -1};
    sim->winbond_foreign = false;
    sim->uboot = (struct uboot_memory){.count = 0x40, .width = 4};
    sim->uboot.mm_width = 4;
    sim->uboot.spi = -1;
    sim->uboot.mmc = -1;
    uboot_protect_start(sim);
}

_Noreturn static void power_on(struct sim *sim)
{
    if (sim->opt.state == STATE_HANG)
        ignore_input(sim);
    if (sim->opt.loader == LOADER_WINBOND)
        winbond_power_on(sim);
    uboot_power_on(sim);
}

_Noreturn static void restart(struct sim *sim)
{
    uart_reset(&sim->uart);
    board_restart(sim);
    reset_loader(sim);
    power_on(sim);
}

/* Take up in the state the command line asks for. */
_Noreturn static void start(struct sim *sim)
{
    board_start(sim);
    reset_loader(sim);
    strcpy(sim->editor.line, sim->opt.leftover);
    sim->editor.len = strlen(sim->opt.leftover);
    if (sim->opt.state == STATE_RUNNING)
        run_linux(sim);
    if (sim->opt.state != STATE_PROMPT)
        power_on(sim);
    if (sim->opt.loader == LOADER_WINBOND) {
        winbond_recall(sim);
        winbond_shell(sim, false);
    }
    uboot_recall(sim);
    uboot_shell(sim, false);
}

int main(int argc, char **argv)
{
    static struct sim sim;
    static struct pty pty;
    int status = options_parse(&sim.opt, argc, argv);

    if (status > 0)
        options_print_help();
    if (status != 0)
        return status > 0 ? 0 : 2;
    if (set_up(&sim, &pty) < 0)
        return 1;
    printf("ready %s\n", pty.name);
    fflush(stdout);
    switch (setjmp(sim.restart)) {
    case 0:
        start(&sim);
    case UART_POWER:
        log_mark(&sim.log, "power");
        uart_clear(&sim.uart);
        restart(&sim);
    case UART_STOP:
        if (board_hangs(&sim))
            hang(&sim);
        break;
    case UART_WATCHDOG:
        log_mark(&sim.log, "watchdog");
        break;
    case UART_RESET:
        break;
    default:
        if (sim.opt.line.stats &&
            stats_write(&sim.uart.stats, &sim.log, sim.opt.line.stats) < 0)
            trouble(sim.opt.line.stats);
        pty_close(&pty);
        return 0;
    }
    log_mark(&sim.log, "reset");
    restart(&sim);
}
