// SPDX-License-Identifier: BSD-2-Clause
// What becomes of characters where the two ends differ in speed.
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "line_options.h"

/* Rates are in bits a second. */
struct line {
    const struct line_options *o;
    int fd;      /* tells the host's rate */
    bool armed;  /* the device has changed its rate, or is about to */
    long rate;   /* the device's */
    long host;   /* the host's, when last looked at */
    long before; /* and at the look before that */
    uint64_t random;
};

/* A character on the way to the device: what the host was set to then. */
struct line_mark {
    long host, before;
};

void line_init(struct line *l, const struct line_options *o, int fd,
               uint64_t seed);

/* The rate after a reset. */
long line_start_rate(const struct line_options *o);

/* Is the rate in the device's table? */
bool line_offers(const struct line_options *o, long rate);

/* Must the host's rate be looked at? */
bool line_is_watched(const struct line *l);

void line_look(struct line *l);

struct line_mark line_mark(const struct line *l);

/* What arrives for `byte`; -1: nothing. */
int line_to_host(struct line *l, int byte);
int line_to_device(struct line *l, int byte, struct line_mark mark);

#endif
