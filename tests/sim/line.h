// SPDX-License-Identifier: BSD-2-Clause
// What becomes of characters where the two ends differ in speed.
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "framing.h"
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
    struct framing to_host, to_device; /* while the ends differ */
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

/*
 * What arrives for `byte`, whose start bit begins at `start`: how many
 * characters, FRAMING_MAX at most. Times are in ns.
 */
size_t line_to_host(struct line *l, int byte, int64_t start, uint8_t *to);
size_t line_to_device(struct line *l, int byte, struct line_mark mark,
                      int64_t start, uint8_t *to);

/* What still arrives when nothing more is sent: all of it, or until `now`. */
size_t line_rest_to_host(struct line *l, uint8_t *to);
size_t line_rest_to_device(struct line *l, int64_t now, uint8_t *to);

/* When that is; INT64_MAX: nothing does. */
int64_t line_due_to_device(const struct line *l);

/* Nothing is on the line any more. */
void line_clear(struct line *l);

#endif
