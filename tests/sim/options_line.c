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

int options_set_line(struct options *o, int option, const char *arg)
{
    struct line_options *l = &o->line;

    switch (option) {
    case OPT_BAUD:
        return value_small(arg, BAUD_MAX, &l->baud);
    case OPT_LOSE_AHEAD:
        l->lose_ahead = -1;
        return arg ? value_small(arg, TIMES_MAX, &l->lose_ahead) : 0;
    case OPT_LATENCY:
        return set_latency(l, arg);
    default:
        return set_fifo(l, arg);
    }
}
