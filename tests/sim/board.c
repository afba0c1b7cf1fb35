// SPDX-License-Identifier: BSD-2-Clause
// Resets and hangs the board when its time has come, and exchanges it.
#include "board.h"

#include <ctype.h>
#include <errno.h>
#include <sys/time.h>

static int open_mapped(struct sim *sim, const char **what)
{
    const struct options *o = &sim->opt;
    struct chip *chip = sim->memory.chip;

    chip[0].window = o->window;
    chip[1].window = o->window;
    *what = o->flash;
    if (o->flash && chip_open(&chip[0], o->flash, o->base) < 0)
        return -1;
    *what = o->flash2;
    return o->flash2 ? chip_open(&chip[1], o->flash2, o->base2) : 0;
}

/* The chip that makes a board another one. */
static struct chip *main_chip(struct sim *sim)
{
    struct chip *const chips[] = {
        &sim->memory.chip[0],
        &sim->media.spi[0],
        &sim->media.nand[0],
        &sim->media.mmc[0],
    };
    int i = 0;

    while (i < 3 && !chips[i]->data)
        i++;
    return chips[i];
}

int board_set_up(struct sim *sim, const char **what)
{
    struct options *o = &sim->opt;
    struct board *b = &sim->board;

    if (open_mapped(sim, what) < 0 ||
        media_open(&sim->media, &o->media, what) < 0)
        return -1;
    b->swapped = main_chip(sim);
    b->first = *b->swapped;
    b->other.window = o->window;
    *what = o->flash_after;
    if (!o->flash_after)
        return 0;
    if (chip_open(&b->other, o->flash_after, b->first.base) < 0)
        return -1;
    errno = EINVAL;
    return b->other.size == b->first.size ? 0 : -1;
}

static void arm_watchdog(const struct options *o)
{
    struct itimerval timer = {0};

    timer.it_value.tv_sec = o->watchdog / 1000000000;
    timer.it_value.tv_usec = o->watchdog / 1000 % 1000000;
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* How many bytes to the next reset; the last of the list repeats. */
static uint64_t reset_distance(const struct options *o, long done)
{
    long times = o->reset_times;

    if (times < 0 && o->resets > 1)
        times = (long)o->resets;
    if (o->resets == 0 || (times >= 0 && done >= times))
        return UINT64_MAX;
    return o
        ->reset_after[done < (long)o->resets ? (size_t)done : o->resets - 1];
}

static void arm_reset(struct sim *sim)
{
    struct board *b = &sim->board;
    uint64_t distance = reset_distance(&sim->opt, b->resets_done);

    b->reset_at = UINT64_MAX;
    if (distance < UINT64_MAX - sim->uart.printed)
        b->reset_at = sim->uart.printed + distance;
}

static void arm_stop(struct sim *sim)
{
    const struct board *b = &sim->board;

    sim->uart.stop_at = b->reset_at < b->hang_at ? b->reset_at : b->hang_at;
}

void board_start(struct sim *sim)
{
    sim->board.hang_at = sim->opt.hang_after;
    arm_reset(sim);
    arm_stop(sim);
    arm_watchdog(&sim->opt);
}

static bool is_other(const struct sim *sim)
{
    return sim->board.restarts >= 1 &&
           !(sim->opt.swap_back && sim->board.restarts >= 2);
}

void board_restart(struct sim *sim)
{
    struct board *b = &sim->board;

    b->restarts++;
    ram_clear(&sim->memory.ram, sim->opt.seed ^ b->restarts << 32);
    *b->swapped = is_other(sim) && b->other.data ? b->other : b->first;
    arm_stop(sim);
    arm_watchdog(&sim->opt);
}

bool board_hangs(struct sim *sim)
{
    struct board *b = &sim->board;

    if (sim->uart.printed >= b->hang_at) {
        b->hang_at = UINT64_MAX;
        return true;
    }
    b->resets_done++;
    arm_reset(sim);
    return false;
}

void board_end_command(struct sim *sim)
{
    long *left = &sim->opt.line.lose_ahead;

    if (*left == 0 || uart_drop_input(&sim->uart) == 0)
        return;
    log_mark(&sim->log, "lost-ahead");
    if (*left > 0)
        --*left;
}

const char *board_mac(const struct sim *sim, bool upper_case, char *buf)
{
    const struct options *o = &sim->opt;
    const char *mac = is_other(sim) && o->mac_after ? o->mac_after : o->mac;

    for (int i = 0; i < BOARD_MAC; i++)
        buf[i] = (char)(upper_case ? toupper((unsigned char)mac[i])
                                   : tolower((unsigned char)mac[i]));
    return buf;
}
