// SPDX-License-Identifier: BSD-2-Clause
// What the files of the fetcher share; for fetch/*.c alone.

#ifndef FETCH_FETCHER_PRIV_H
#define FETCH_FETCHER_PRIV_H

#include "fetch/fetcher.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "fetch/plan.h"
#include "fetch/rate.h"
#include "fetch/rows.h"

struct fetcher {
    struct device *device;
    struct cache *cache;
    const struct map *map;
    unsigned timeout_ms;
    void (*tick)(void *arg);
    void *tick_arg;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct fetch_request *inbox; /* protected by lock; the newest first */
    bool quit;                   /* protected by lock */
    struct fetch_stats stats;    /* protected by lock */

    /* The fetcher thread's own. */
    struct fetch_request *pending; /* the oldest first */
    unsigned n_pending;
    struct rows rows;
    struct rate rate;
    struct plan_range current; /* len 0: no dump is running */
    uint64_t progress_ms;      /* when a row last came */
    uint64_t tick_ms;
    uint64_t sync_ms;
    bool unsynced;
    bool stopping;         /* quit, seen by the fetcher thread */
    struct err read_error; /* of the last device_read; "" when it was fine */
    struct err last_error; /* what the status shows; stays */
};

/* --- answer.c: pending requests --- */

/* Goes over the pending requests and answers what can be: cancelled, known,
 * overdue, all when stopping. */
void answer_settle(struct fetcher *f);

/* Fails what needs any of [offset, offset+len) of medium. */
void answer_fail(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len);
void answer_fail_all(struct fetcher *f);

/* --- assemble.c: from rows to blocks, during f->current --- */

/* len good bytes at address: the row of a device_sink. */
void assemble_row(void *fetcher, uint64_t address, const uint8_t *bytes,
                  size_t len);

/* A plan_rows_fn. */
uint32_t assemble_rows(void *fetcher, size_t medium, uint64_t block);

/* After a command that was to bring f->current: blocks of it that still lack
 * rows have had so many tries more; those that had too many are bad. */
void assemble_count_tries(struct fetcher *f, unsigned tries);

#endif
