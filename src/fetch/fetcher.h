// SPDX-License-Identifier: BSD-2-Clause
// The one thread that talks to the device: takes reads, fetches, answers.

#ifndef FETCH_FETCHER_H
#define FETCH_FETCHER_H

#include "base/err.h"
#include "monitor/device.h"
#include "store/cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetcher;
struct fetch_request;

struct fetcher_config {
    struct device *device; /* lent until fetcher_stop returns */
    struct cache *cache;   /* lent likewise */
    unsigned timeout_ms;   /* no progress for so long: pending reads fail */
    /* Called by the fetcher thread about twice a second, or NULL. */
    void (*tick)(void *arg);
    void *tick_arg;
};

/*
 * Answers a request, exactly once, from the fetcher thread, with no lock held.
 * status 0: bytes holds len bytes; else negative errno (-EIO, -EINTR) and
 * bytes is NULL. bytes belongs to the fetcher and is valid during the call;
 * the request itself is freed afterwards.
 */
typedef void fetch_done_fn(void *arg, int status, const void *bytes,
                           size_t len);

/* Opens the blocks of each medium of the device's map in the cache (spot
 * checks included) and starts the thread. */
int fetcher_start(struct fetcher **out, const struct fetcher_config *config,
                  struct err *err);

/* Fails what is pending with EIO, stops the thread (well under a second, the
 * device gone or not), frees everything. */
void fetcher_stop(struct fetcher *f);

/*
 * Any thread but the fetcher's; never blocks on the device. [offset,
 * offset+len) must lie in the medium. NULL when memory is short (done is not
 * called then). The result is only good for fetch_cancel, and only until done
 * was called: see there.
 */
struct fetch_request *fetch_submit(struct fetcher *f, size_t medium,
                                   uint64_t offset, size_t len,
                                   fetch_done_fn *done, void *arg);

/*
 * Any thread, also inside a FUSE interrupt callback (takes no lock that is
 * ever held over a call out): the request's done comes soon with -EINTR unless
 * it came already. id as given by fetch_id.
 */
void fetch_cancel(struct fetcher *f, uint64_t id);
uint64_t fetch_id(const struct fetch_request *r);

/* Blocks of a medium, for status and maps. */
struct blocks *fetcher_blocks(struct fetcher *f, size_t medium);

/* A snapshot of how it goes. Any thread. */
struct fetch_stats {
    unsigned pending;      /* requests waiting */
    unsigned rate_bps;     /* payload bytes a second over the last seconds */
    uint64_t retries;      /* requests for rows that were asked for before */
    uint64_t blocks_bad;   /* given up */
    int current_medium;    /* -1: idle */
    uint64_t current_offset;
    char last_error[256];  /* escaped; "" when there was none */
};
void fetcher_get_stats(struct fetcher *f, struct fetch_stats *out);

#endif
