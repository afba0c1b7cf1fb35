// SPDX-License-Identifier: BSD-2-Clause
// Payload bytes a second over the last few seconds.

#include "fetch/rate.h"

#include <limits.h>
#include <string.h>

/* Seconds that went by without a byte count as zero. */
static void advance(struct rate *r, uint64_t second)
{
    if (second >= r->second + RATE_SECONDS || second < r->second) {
        memset(r->bytes, 0, sizeof(r->bytes));
        r->first = second;
        r->second = second;
    }
    while (r->second < second)
        r->bytes[++r->second % RATE_SECONDS] = 0;
}

void rate_add(struct rate *r, uint64_t now_ms, uint64_t bytes)
{
    advance(r, now_ms / 1000);
    r->bytes[r->second % RATE_SECONDS] += bytes;
}

unsigned rate_bps(struct rate *r, uint64_t now_ms)
{
    uint64_t sum = 0;
    uint64_t span_ms;

    advance(r, now_ms / 1000);
    for (int i = 0; i < RATE_SECONDS; i++)
        sum += r->bytes[i];
    span_ms = (uint64_t)(RATE_SECONDS - 1) * 1000 + now_ms % 1000;
    if (r->second - r->first < RATE_SECONDS - 1)
        span_ms = (r->second - r->first) * 1000 + now_ms % 1000;
    if (span_ms < 1000)
        span_ms = 1000;
    sum = sum * 1000 / span_ms;
    return sum > UINT_MAX ? UINT_MAX : (unsigned)sum;
}
