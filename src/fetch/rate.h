// SPDX-License-Identifier: BSD-2-Clause
// Payload bytes a second over the last few seconds.

#ifndef FETCH_RATE_H
#define FETCH_RATE_H

#include <stdint.h>

#define RATE_SECONDS 8

/* Start from {0}. One thread. */
struct rate {
    uint64_t bytes[RATE_SECONDS]; /* of second n, at n % RATE_SECONDS */
    uint64_t second;              /* the current one */
    uint64_t first;               /* since when something has been coming */
};

void rate_add(struct rate *r, uint64_t now_ms, uint64_t bytes);
unsigned rate_bps(struct rate *r, uint64_t now_ms);

#endif
