// SPDX-License-Identifier: BSD-2-Clause
// The one thread that talks to the device: takes reads, fetches, answers.

#ifndef FETCH_FETCHER_H
#define FETCH_FETCHER_H

#include "base/err.h"
#include "monitor/device.h"
#include "store/cache.h"

#include <stdatomic.h>
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
 * status 0: bytes holds r->len bytes, valid during the call; else negative
 * errno (-EIO, -EINTR) and bytes is NULL. From here on the request belongs to
 * the caller again, who may free it in the call.
 */
typedef void fetch_done_fn(struct fetch_request *r, int status,
                           const void *bytes);

/* Made and filled by the caller (zeroed first), lent to the fetcher from
 * fetch_submit until done is called. */
struct fetch_request {
    size_t medium;   /* index in the device's map */
    uint64_t offset; /* from the start of the medium */
    size_t len;      /* bytes, at least 1, within the medium */
    fetch_done_fn *done;
    void *arg;
    /* the fetcher's own: */
    atomic_bool cancelled;
    struct fetch_request *next;
    uint64_t since_ms;
};

/* Starts the thread. The cache has the media of the device's map, in their
 * order. */
int fetcher_start(struct fetcher **out, const struct fetcher_config *config,
                  struct err *err);

/* Fails what is pending with EIO, stops the thread (well under a second, the
 * device gone or not), frees everything. */
void fetcher_stop(struct fetcher *f);

/* Any thread but the fetcher's; never blocks on the device or the disk. */
void fetch_submit(struct fetcher *f, struct fetch_request *r);

/*
 * Any thread, also inside a FUSE interrupt callback: takes no lock, sets a flag
 * in r and wakes the fetcher, whose done(-EINTR) follows soon unless the answer
 * is already on its way. May come before fetch_submit. The caller makes sure
 * that r is still lent (fs.c: the callback is cleared before r is freed).
 */
void fetch_cancel(struct fetcher *f, struct fetch_request *r);

/* Blocks of a medium, for status and maps. */
struct blocks *fetcher_blocks(struct fetcher *f, size_t medium);

/* A snapshot of how it goes. Any thread. */
struct fetch_stats {
    unsigned pending;    /* requests waiting */
    unsigned rate_bps;   /* payload bytes a second over the last seconds */
    uint64_t retries;    /* requests for rows that were asked for before */
    uint64_t blocks_bad; /* given up */
    int current_medium;  /* -1: idle */
    uint64_t current_offset;
    char last_error[256]; /* escaped; "" when there was none */
};
void fetcher_get_stats(struct fetcher *f, struct fetch_stats *out);

#endif
