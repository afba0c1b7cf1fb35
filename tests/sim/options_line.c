// SPDX-License-Identifier: BSD-2-Clause
// Reads those options of fwfs-sim that are about the serial line.
#include "options_set.h"

#include "uart.h"
#include "values.h"

enum { BAUD_MAX = 100000000, LATENCY_MAX = 10000, TIMES_MAX = 1000000 };

static int set_fifo(struct line_options *l, const char *arg)
{
    if (value_small(arg, UART_FIFO_MAX, &l->fifo) < 0)
        return -1;
    return l->fifo < 1 ? complain("--fifo must be 1 or more") : 0;
}

static int set_latency(struct line_options *l, const char *arg)
{
    long ms = 0;

    if (value_small(arg, LATENCY_MAX, &ms) < 0)
        return -1;
    l->latency = ms * INT64_C(1000000);
    return 0;
}

/* N[,N...] */
static int set_table(struct line_options *l, const char *text)
{
    const char *rest = text;
    uint64_t rate;

    for (l->bauds = 0; l->bauds < BAUDS_MAX; rest++) {
        if (value_until(rest, ',', &rate, &rest) < 0)
            return -1;
        if (rate < 1 || rate > BAUD_MAX)
            return complain("no line has the speed of '%s'", text);
        l->table[l->bauds++] = (long)rate;
        if (!*rest)
            return 0;
    }
    return complain("too many speeds");
}

void options_finish_line(struct line_options *l, bool winbond)
{
    static const char winbond_table[] =
        "1200,2400,4800,9600,14400,19200,28800,38400,57600,115200,"
        "230400,460800";
    static const char uboot_table[] =
        "9600,19200,38400,57600,115200,230400,460800,921600";

    if (l->bauds == 0)
        set_table(l, winbond ? winbond_table : uboot_table);
}

int options_set_line(struct options *o, int option, const char *arg)
{
    struct line_options *l = &o->line;

    switch (option) {
    case OPT_BAUD:
        return value_small(arg, BAUD_MAX, &l->baud);
    case OPT_LOSE_AHEAD:
        l->lose_ahead = -1;
        return arg ? value_small(arg, TIMES_MAX, &l->lose_ahead) : 0;
    case OPT_STATS:
        l->stats = arg;
        return 0;
    case OPT_BAUDS:
        return set_table(l, arg);
    case OPT_STRICT_BAUD:
        l->strict_baud = true;
        return 0;
    case OPT_MAX_BAUD:
        return value_small(arg, BAUD_MAX, &l->max_baud);
    case OPT_MAX_BAUD_DEAD:
        return value_small(arg, BAUD_MAX, &l->dead_baud);
    case OPT_LATENCY:
        return set_latency(l, arg);
    default:
        return set_fifo(l, arg);
    }
}
