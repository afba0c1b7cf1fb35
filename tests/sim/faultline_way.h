// SPDX-License-Identifier: BSD-2-Clause
// One way of the line: what came in, what is to go out, and when.
#ifndef SIM_FAULTLINE_WAY_H
#define SIM_FAULTLINE_WAY_H

#include "faultline_inject.h"

enum { FL_IN_MAX = 4096 };

#define FL_NEVER INT64_MAX

/* Times are CLOCK_MONOTONIC nanoseconds. */
struct fl_way {
    struct fl_injector inject;
    uint8_t in[FL_IN_MAX];
    size_t in_len;
    struct fl_bytes out;
    bool pause_asked; /* for the next byte of `in` */
    bool holding;
    int64_t held;      /* nothing passes before */
    int64_t char_time; /* 0: not paced */
    int64_t clock;     /* when the last character was out */
};

int64_t fl_now(void);

/* Read what there is room for; false: the other end is gone. */
bool fl_way_read(struct fl_way *w, int fd);

/* Let pass and write what may go now. Without `fd` (-1) it is lost. */
void fl_way_run(struct fl_way *w, int fd);

/* Has it room for input; output which may go at once? */
bool fl_way_hungry(const struct fl_way *w);
bool fl_way_ready(const struct fl_way *w, int64_t now);

/* When there is something to do besides; FL_NEVER. */
int64_t fl_way_next(const struct fl_way *w, int64_t now);

/* Forget what is in transit. */
void fl_way_clear(struct fl_way *w);

#endif
