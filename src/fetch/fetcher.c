// SPDX-License-Identifier: BSD-2-Clause
// The one thread that talks to the device: takes reads, fetches, answers.

/*
 * A request is in one of three places, and in one only:
 *
 *   inbox     submitted; protected by the lock, any thread adds
 *   pending   taken over by the fetcher thread, which alone looks at it
 *   answered  done was called; its owner's again
 *
 * The lock protects the inbox, quit and the numbers for status, nothing else,
 * and nothing is called while it is held. done is called without it.
 *
 * While a dump runs, the device asks attend() again and again: new requests
 * are taken in (those whose bytes are there are answered at once), cancelled
 * and overdue ones are answered, and when nobody wants the rest of the dump it
 * is stopped.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS       500U
#define ATTEND_MS     5U     /* bytes come oftener than there is news */
#define SYNC_MS       900U   /* blocks are durable after about a second */
#define SYNC_AGAIN_MS 10000U /* after one that failed */

/* --- numbers for others -------------------------------------------------- */

void fetcher_note_change(struct fetcher *f)
{
    if (f->unsynced)
        return;
    f->unsynced = true;
    f->sync_ms = clock_ms();
}

void fetcher_count(struct fetcher *f, uint64_t *number, uint64_t n)
{
    LOCK_SCOPE(&f->lock);
    *number += n;
}

void fetcher_publish(struct fetcher *f)
{
    size_t medium = f->current.medium; /* the last one, when idle */
    const struct digest *sum =
        medium < f->map->n_media && confirm_sum_max(f, medium) > 0
            ? device_checksum_algorithm(f->device, f->map->media[medium].base)
            : NULL;
    bool busy = f->current.what != PLAN_NOTHING;
    unsigned readings = sum == NULL && answer_is_strict(f) ? noise_readings(f)
                                                           : 1;
    LOCK_SCOPE(&f->lock);

    f->stats.pending = f->n_pending;
    f->stats.rate_bps = rate_bps(&f->rate, clock_ms());
    f->stats.current_medium = busy ? (int)f->current.medium : -1;
    f->stats.current_offset = f->current.offset;
    f->stats.verify = f->verify;
    f->stats.readings = readings;
    f->stats.noisy = f->noisy;
    f->stats.exchanged = f->exchanged;
    f->stats.route = sum != NULL ? digest_name(sum) : "";
    (void)snprintf(f->stats.last_error, sizeof(f->stats.last_error), "%.255s",
                   f->last_error.text);
}

/* What is due by the clock. */
static void housekeeping(struct fetcher *f)
{
    uint64_t now = clock_ms();

    noise_look(f);
    if (f->unsynced && now >= f->sync_ms + SYNC_MS) {
        struct err err = {""};
        f->unsynced = cache_sync(f->cache, &err) < 0;
        if (f->unsynced) {
            log_warn("cache: %s", err.text);
            f->last_error = err;
        }
        f->sync_ms = clock_ms() + (f->unsynced ? SYNC_AGAIN_MS : 0);
    }
    if (now - f->tick_ms < TICK_MS)
        return;
    f->tick_ms = now;
    fetcher_publish(f);
    if (f->tick != NULL)
        f->tick(f->tick_arg);
}

/* --- taking in ----------------------------------------------------------- */

/* Returns the first of them, in the order in which they came. */
static struct fetch_request *append(struct fetcher *f,
                                    struct fetch_request *newest_first)
{
    struct fetch_request **end = &f->pending;
    struct fetch_request *in_order = NULL;

    while (newest_first != NULL) {
        struct fetch_request *next = newest_first->next;
        newest_first->next = in_order;
        in_order = newest_first;
        newest_first = next;
        f->n_pending++;
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = in_order;
    return in_order;
}

/* Who asks for confirmation gives what was given up another chance. */
static void forget_bad(struct fetcher *f, struct fetch_request *r)
{
    struct blocks *b = cache_blocks(f->cache, r->medium);
    uint64_t last = (r->offset + r->len - 1) / BLOCK_SIZE;

    unsummed_retry(f, r->medium, r->offset, r->len);
    for (uint64_t n = r->offset / BLOCK_SIZE; n <= last; n++)
        if (blocks_state(b, n) == BLOCK_BAD)
            blocks_drop(b, n);
    if (r->retry)
        r->compared = r->len; /* what is known is not */
}

/* Moves the inbox to the pending requests. */
static void take_inbox(struct fetcher *f)
{
    struct fetch_request *list;

    if (atomic_exchange(&f->resumed, false))
        f->progress_ms = clock_ms();

    {
        LOCK_SCOPE(&f->lock);
        list = f->inbox;
        f->inbox = NULL;
        f->stopping = f->quit;
    }
    for (struct fetch_request *r = list; r != NULL; r = r->next)
        if (r->kind == FETCH_CONFIRM)
            forget_bad(f, r);
    f->attended_ms = list != NULL ? 0 : f->attended_ms;
    for (const struct fetch_request *r = append(f, list); r != NULL;
         r = r->next)
        readahead_note(f, r);
}

/* Waits until something is submitted, or a tick is due. */
void fetcher_wait(struct fetcher *f)
{
    struct timespec until;
    LOCK_SCOPE(&f->lock);

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    if (f->inbox == NULL && !f->quit)
        (void)pthread_cond_timedwait(&f->filled, &f->lock, &until);
}

/* --- the thread ---------------------------------------------------------- */

/* Whether the device's sums can be believed is being found out. The block that
 * this is done with may be one that nobody wants; the step behind it waits. */
static bool is_first_sum(const struct fetcher *f)
{
    return f->current.what == PLAN_SUM && !f->sum_agreed;
}

/* What f->current does is of no use, or not the most urgent thing. */
static bool is_pointless(struct fetcher *f)
{
    struct plan_want wants[FETCHER_WANTS];
    struct plan_input in;

    if (f->is_idle_step && f->pending != NULL)
        return true;
    if (f->current.what == PLAN_STALE || is_first_sum(f))
        return false; /* soon over */
    if (f->current.what == PLAN_KNOWN)
        return !f->idle_first && urgent_other(f);
    if (known_has_hint(f) || (!f->idle_first && urgent_other(f)))
        return true;
    in = fetcher_input(f, wants);
    return !plan_wanted(&in, &f->current);
}

bool fetcher_attend(void *arg)
{
    struct fetcher *f = arg;

    take_inbox(f);
    answer_settle(f);
    housekeeping(f);
    if (f->stopping)
        return true;
    if (f->is_serving)
        return f->serving == NULL;
    if (f->current.what == PLAN_NOTHING ||
        clock_ms() - f->attended_ms < ATTEND_MS)
        return false;
    f->attended_ms = clock_ms();
    if (!is_pointless(f))
        return false;
    f->attended_ms = 0; /* whoever cannot stop now asks again soon */
    return true;
}

static void *run(void *arg)
{
    struct fetcher *f = arg;

    for (;;) {
        take_inbox(f);
        answer_settle(f);
        housekeeping(f);
        if (f->stopping)
            return NULL;
        steps_turn(f);
    }
}

/* --- the outside --------------------------------------------------------- */

static int init_sync(struct fetcher *f)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0)
        return -ENOMEM;
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->filled, &attr);
    (void)pthread_condattr_destroy(&attr);
    return 0;
}

static void free_fetcher(struct fetcher *f)
{
    (void)pthread_cond_destroy(&f->filled);
    (void)pthread_mutex_destroy(&f->lock);
    rows_free(&f->rows);
    free(f->images_tried);
    stale_free(f);
    free(f);
}

int fetcher_start(struct fetcher **out, const struct fetcher_config *config,
                  struct err *err)
{
    struct fetcher *f = calloc(1, sizeof(*f));
    int ret;

    if (f == NULL || init_sync(f) < 0) {
        free(f);
        return err_set(err, -ENOMEM, "out of memory");
    }
    f->device = config->device;
    f->cache = config->cache;
    f->map = device_map(config->device);
    f->timeout_ms = config->timeout_ms;
    f->tick = config->tick;
    f->tick_arg = config->tick_arg;
    f->verify = config->verify;
    f->ahead.limit = config->readahead;
    f->prefetch = config->prefetch;
    known_init(f, config);
    unsummed_init(f);
    f->contact = device_identity_contact(config->device);
    f->stats.current_medium = -1;
    f->stats.route = "";
    ret = rows_init(
        &f->rows, 2 * (size_t)(device_read_limit(f->device) / BLOCK_SIZE) + 64);
    if (ret == 0)
        ret = images_init(f);
    if (ret == 0)
        ret = stale_init(f, config);
    if (ret == 0)
        ret = -pthread_create(&f->thread, NULL, run, f);
    if (ret < 0) {
        free_fetcher(f);
        return err_set(err, ret, "cannot start the fetcher: %s",
                       strerror(-ret));
    }
    *out = f;
    return 0;
}

void fetcher_stop(struct fetcher *f)
{
    {
        LOCK_SCOPE(&f->lock);
        f->quit = true;
        (void)pthread_cond_signal(&f->filled);
    }
    device_shutdown(f->device);
    (void)pthread_join(f->thread, NULL);
    take_inbox(f); /* what came while the thread ended */
    answer_fail_all(f);
    free_fetcher(f);
}

void fetch_submit(struct fetcher *f, struct fetch_request *r)
{
    bool was_empty;

    r->since_ms = clock_ms();
    r->passes = 0;
    {
        LOCK_SCOPE(&f->lock);
        was_empty = f->inbox == NULL;
        r->next = f->inbox;
        f->inbox = r;
        (void)pthread_cond_signal(&f->filled);
    }
    if (was_empty)
        device_wake(f->device);
}

void fetch_cancel(struct fetcher *f, struct fetch_request *r)
{
    atomic_store(&r->cancelled, true);
    device_wake(f->device);
}

void fetcher_resumed(struct fetcher *f)
{
    atomic_store(&f->resumed, true);
    device_wake(f->device);
}

bool fetcher_is_fresh(struct fetcher *f, size_t medium, uint64_t offset,
                      uint64_t len)
{
    return atomic_load(&f->fresh) || stale_is_fresh(f, medium, offset, len);
}

struct blocks *fetcher_blocks(struct fetcher *f, size_t medium)
{
    return cache_blocks(f->cache, medium);
}

void fetcher_get_stats(struct fetcher *f, struct fetch_stats *out)
{
    LOCK_SCOPE(&f->lock);
    *out = f->stats;
}
