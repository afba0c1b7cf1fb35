// SPDX-License-Identifier: BSD-2-Clause
// The host's USB adapter: it hands over what came in packets.
#ifndef SIM_ADAPTER_H
#define SIM_ADAPTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * A packet leaves when it is full or when the latency timer runs out, which
 * starts with each packet; one that runs out over nothing sends an empty
 * packet and starts anew. Times are CLOCK_MONOTONIC nanoseconds. It only
 * counts; the bytes themselves are its owner's.
 */
struct adapter {
    int64_t latency; /* 0: every byte is handed over at once */
    int64_t last;    /* when the last packet left */
    size_t ready;    /* bytes that have left and the host may get */
    size_t held;     /* bytes after them that still wait in it */
};

/* Forget all bytes; the timer starts at `now`. */
void adapter_reset(struct adapter *a, int64_t now);

/* A byte came in at `now`. */
void adapter_put(struct adapter *a, int64_t now);

/* Let the time until `now` pass. */
void adapter_run(struct adapter *a, int64_t now);

/* When to call adapter_run() next; INT64_MAX: nothing is held. */
int64_t adapter_next(const struct adapter *a);

#endif
