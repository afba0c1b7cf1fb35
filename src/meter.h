// SPDX-License-Identifier: BSD-2-Clause
// The line on the terminal that shows how far a command is.

#ifndef METER_H
#define METER_H

#include <stdint.h>

/*
 * One a process, on stderr, and nothing at all where that is no terminal. One
 * thread calls it. The first meter_begin starts a thread that waits for
 * SIGINT, SIGTERM and SIGHUP, clears the line and has the process die of the
 * signal: the calling thread may be deep in the kernel and hear of none.
 */

/* name lives until the next meter_begin. */
void meter_begin(const char *name, uint64_t size);

/* All before done is done, of size bytes. */
void meter_move(uint64_t done);

/* Takes the line away, until the next meter_move. arg is not looked at: it
 * can be a log_set_before function. */
void meter_clear(void *arg);

/* Bytes a second out of the last steps, for it is in steps that things move
 * here: a step may take a minute. Start from {0}. */
#define METER_STEPS 16U
struct meter_pace {
    uint64_t at_ms[METER_STEPS];
    uint64_t done[METER_STEPS];
    unsigned steps; /* noted so far */
};

/* done never goes back. */
void meter_pace_note(struct meter_pace *p, uint64_t now_ms, uint64_t done);
unsigned meter_pace_bps(const struct meter_pace *p);

#endif
