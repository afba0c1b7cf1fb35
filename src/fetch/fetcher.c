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

#include "fetch/fetcher.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "fetch/plan.h"
#include "fetch/rate.h"
#include "fetch/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRIES_MAX   6U /* requests for a row before its block is bad */
#define FAULT_TRIES 3U /* a bad address reported counts for so many */
#define TICK_MS     500U
#define SYNC_MS     900U /* blocks are durable after about a second */
#define WANTS_MAX   256U /* requests looked at when planning */

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

/* --- numbers for others -------------------------------------------------- */

static void publish(struct fetcher *f)
{
    LOCK_SCOPE(&f->lock);
    f->stats.pending = f->n_pending;
    f->stats.rate_bps = rate_bps(&f->rate, clock_ms());
    f->stats.current_medium = f->current.len > 0 ? (int)f->current.medium : -1;
    f->stats.current_offset = f->current.offset;
    (void)snprintf(f->stats.last_error, sizeof(f->stats.last_error), "%.255s",
                   f->last_error.text);
}

static void count(struct fetcher *f, uint64_t *number)
{
    LOCK_SCOPE(&f->lock);
    (*number)++;
}

/* What is due by the clock. */
static void housekeeping(struct fetcher *f)
{
    uint64_t now = clock_ms();

    if (f->unsynced && now - f->sync_ms >= SYNC_MS) {
        struct err err = {""};
        if (cache_sync(f->cache, &err) < 0) {
            log_warn("cache: %s", err.text);
            f->last_error = err;
        }
        f->unsynced = false;
        f->sync_ms = clock_ms();
    }
    if (now - f->tick_ms < TICK_MS)
        return;
    f->tick_ms = now;
    publish(f);
    if (f->tick != NULL)
        f->tick(f->tick_arg);
}

/* --- answering ----------------------------------------------------------- */

/* Takes *link out of the list of pending requests. */
static struct fetch_request *unlink_request(struct fetcher *f,
                                            struct fetch_request **link)
{
    struct fetch_request *r = *link;

    *link = r->next;
    r->next = NULL;
    f->n_pending--;
    return r;
}

static bool overdue(const struct fetcher *f, const struct fetch_request *r)
{
    uint64_t since = r->since_ms > f->progress_ms ? r->since_ms
                                                  : f->progress_ms;

    return clock_ms() - since > f->timeout_ms;
}

/* 1: its bytes were there and it is answered. */
static bool answer_if_known(struct fetcher *f, struct fetch_request **link)
{
    struct fetch_request *r = *link;
    struct blocks *b = cache_blocks(f->cache, r->medium);
    void *bytes;
    int ret;

    if (!blocks_have(b, r->offset, r->len))
        return false;
    bytes = malloc(r->len);
    ret = bytes == NULL ? -ENOMEM : blocks_get(b, r->offset, bytes, r->len);
    if (ret == -ENODATA) { /* damaged on disk: it is absent now */
        free(bytes);
        return false;
    }
    (void)unlink_request(f, link);
    r->done(r, ret < 0 ? -EIO : 0, ret < 0 ? NULL : bytes);
    free(bytes);
    return true;
}

static void note_overdue(struct fetcher *f, const struct fetch_request *r)
{
    uint64_t at = f->map->media[r->medium].base + r->offset;

    if (f->read_error.text[0] != '\0')
        f->last_error = f->read_error;
    else
        err_say(&f->last_error, "nothing came");
    err_prefix(&f->last_error, "no progress for %u s at 0x%" PRIx64,
               f->timeout_ms / 1000, at);
    log_warn("%s", f->last_error.text);
}

/* Goes over the pending requests and answers what can be. */
static void settle_requests(struct fetcher *f)
{
    struct fetch_request **link = &f->pending;

    while (*link != NULL) {
        struct fetch_request *r = *link;
        if (atomic_load(&r->cancelled)) {
            (void)unlink_request(f, link);
            r->done(r, -EINTR, NULL);
        } else if (answer_if_known(f, link)) {
            continue;
        } else if (f->stopping || overdue(f, r)) {
            if (!f->stopping)
                note_overdue(f, r);
            (void)unlink_request(f, link);
            r->done(r, -EIO, NULL);
        } else {
            link = &r->next;
        }
    }
}

/* Fails what needs any of [offset, offset+len) (len 0: everything). */
static void fail_requests(struct fetcher *f, size_t medium, uint64_t offset,
                          uint64_t len)
{
    struct fetch_request **link = &f->pending;

    while (*link != NULL) {
        struct fetch_request *r = *link;
        if (len == 0 || (r->medium == medium && r->offset < offset + len &&
                         offset < r->offset + r->len)) {
            (void)unlink_request(f, link);
            r->done(r, -EIO, NULL);
        } else {
            link = &r->next;
        }
    }
}

/* --- taking in ----------------------------------------------------------- */

static void append(struct fetcher *f, struct fetch_request *newest_first)
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
}

/* Moves the inbox to the pending requests. */
static void take_inbox(struct fetcher *f)
{
    struct fetch_request *list;

    {
        LOCK_SCOPE(&f->lock);
        list = f->inbox;
        f->inbox = NULL;
        f->stopping = f->quit;
    }
    append(f, list);
}

/* Waits until there is something to do, or a tick is due. */
static void wait_for_work(struct fetcher *f)
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

/* --- planning ------------------------------------------------------------ */

static const struct blocks *plan_blocks(void *arg, size_t medium)
{
    struct fetcher *f = arg;

    return cache_blocks(f->cache, medium);
}

static uint32_t plan_rows(void *arg, size_t medium, uint64_t block)
{
    struct fetcher *f = arg;
    const struct rows_block *b = rows_find(&f->rows, medium, block);

    return b != NULL ? b->have : 0;
}

static struct plan_input plan_input(struct fetcher *f,
                                    struct plan_want wants[WANTS_MAX])
{
    size_t n = 0;

    for (struct fetch_request *r = f->pending; r != NULL && n < WANTS_MAX;
         r = r->next)
        wants[n++] = (struct plan_want){r->medium, r->offset, r->len};
    return (struct plan_input){.wants = wants,
                               .n_wants = n,
                               .blocks = plan_blocks,
                               .rows = plan_rows,
                               .arg = f,
                               .max = device_read_max(f->device)};
}

/* --- a dump -------------------------------------------------------------- */

static void store_block(struct fetcher *f, struct rows_block *b)
{
    struct err err = {""};
    struct blocks *blocks = cache_blocks(f->cache, b->medium);

    if (blocks_put(blocks, b->block, b->bytes, &err) < 0) {
        log_warn("cache: %s", err.text);
        f->last_error = err;
        fail_requests(f, b->medium, b->block * BLOCK_SIZE, BLOCK_SIZE);
    } else if (!f->unsynced) {
        f->unsynced = true;
        f->sync_ms = clock_ms();
    }
    rows_drop(&f->rows, b);
    settle_requests(f);
}

static void take_row(struct fetcher *f, uint64_t offset, const uint8_t *bytes)
{
    struct blocks *blocks = cache_blocks(f->cache, f->current.medium);
    uint64_t block = offset / BLOCK_SIZE;
    enum block_state state = blocks_state(blocks, block);
    unsigned row = (unsigned)(offset % BLOCK_SIZE / ROWS_SIZE);
    struct rows_block *b;
    unsigned rows;

    if (state == BLOCK_GOOD || state == BLOCK_CONFIRMED)
        return;
    b = rows_get(&f->rows, f->current.medium, block);
    memcpy(b->bytes + (size_t)row * ROWS_SIZE, bytes, ROWS_SIZE);
    b->have |= 1U << row;
    rows = (unsigned)(blocks_length(blocks, block) / ROWS_SIZE);
    if (b->have == (rows == 32 ? UINT32_MAX : (1U << rows) - 1))
        store_block(f, b);
}

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    struct fetcher *f = arg;
    const struct map_medium *m = &f->map->media[f->current.medium];

    f->progress_ms = clock_ms();
    rate_add(&f->rate, f->progress_ms, len);
    for (size_t at = 0; at + ROWS_SIZE <= len; at += ROWS_SIZE)
        if (address + at >= m->base && address + at - m->base < m->size)
            take_row(f, address + at - m->base, bytes + at);
}

/* See the top of the file. True: stop the dump. */
static bool attend(void *arg)
{
    struct fetcher *f = arg;
    struct plan_want wants[WANTS_MAX];
    struct plan_input in;

    take_inbox(f);
    settle_requests(f);
    housekeeping(f);
    if (f->stopping)
        return true;
    in = plan_input(f, wants);
    return !plan_wanted(&in, f->current.medium, f->current.offset,
                        f->current.len);
}

/* A block that a request should have completed and did not. */
static void count_try(struct fetcher *f, uint64_t block, unsigned tries)
{
    struct blocks *blocks = cache_blocks(f->cache, f->current.medium);
    enum block_state state = blocks_state(blocks, block);
    struct rows_block *b;

    if (state == BLOCK_GOOD || state == BLOCK_CONFIRMED)
        return;
    b = rows_get(&f->rows, f->current.medium, block);
    b->tries += tries;
    if (b->tries < TRIES_MAX) {
        count(f, &f->stats.retries);
        return;
    }
    blocks_mark_bad(blocks, block);
    count(f, &f->stats.blocks_bad);
    err_say(&f->last_error, "gave up 0x%" PRIx64 " after %u tries",
            f->map->media[f->current.medium].base + block * BLOCK_SIZE,
            b->tries);
    log_warn("%s", f->last_error.text);
    rows_drop(&f->rows, b);
    fail_requests(f, f->current.medium, block * BLOCK_SIZE, BLOCK_SIZE);
}

/* The rows of block n that lie in [offset, end). */
static uint32_t row_mask(uint64_t n, uint64_t offset, uint64_t end)
{
    uint64_t start = n * BLOCK_SIZE;
    uint64_t first = offset > start ? (offset - start) / ROWS_SIZE : 0;
    uint64_t last = end - start < BLOCK_SIZE ? (end - start) / ROWS_SIZE
                                             : BLOCK_SIZE / ROWS_SIZE;
    uint32_t below_last = last >= 32 ? UINT32_MAX : (1U << last) - 1;

    return below_last & ~((1U << first) - 1);
}

/* Of what one command was asked for: which blocks still lack rows? */
static void count_tries(struct fetcher *f, unsigned tries)
{
    uint64_t end = f->current.offset + f->current.len;
    uint64_t n = f->current.offset / BLOCK_SIZE;

    for (; n * BLOCK_SIZE < end; n++) {
        uint32_t mask = row_mask(n, f->current.offset, end);
        if ((plan_rows(f, f->current.medium, n) & mask) != mask)
            count_try(f, n, tries);
    }
}

static void run_dump(struct fetcher *f, struct plan_range range)
{
    const struct device_sink sink = {on_row, attend, f};
    const struct map_medium *m = &f->map->media[range.medium];
    int ret;

    f->current = range;
    f->read_error.text[0] = '\0';
    publish(f);
    ret = device_read(f->device, m->base + range.offset, range.len, &sink,
                      &f->read_error);
    if (f->read_error.text[0] != '\0' && ret != -EINTR) {
        log_debug("%s", f->read_error.text);
        f->last_error = f->read_error;
    }
    if (ret == 0 || ret == -EILSEQ)
        count_tries(f, 1);
    else if (ret == -EFAULT)
        count_tries(f, FAULT_TRIES);
    else if (ret == -ENODEV)
        fail_requests(f, 0, 0, 0);
    f->current.len = 0;
}

static void *run(void *arg)
{
    struct fetcher *f = arg;

    for (;;) {
        struct plan_want wants[WANTS_MAX];
        struct plan_input in;
        struct plan_range range;

        take_inbox(f);
        settle_requests(f);
        housekeeping(f);
        if (f->stopping)
            return NULL;
        in = plan_input(f, wants);
        range = plan_next(&in);
        if (range.len > 0) {
            run_dump(f, range);
        } else {
            publish(f);
            wait_for_work(f);
        }
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
    f->stats.current_medium = -1;
    ret = rows_init(&f->rows,
                    2 * (size_t)(device_read_max(f->device) / BLOCK_SIZE) + 64);
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
    fail_requests(f, 0, 0, 0);
    free_fetcher(f);
}

void fetch_submit(struct fetcher *f, struct fetch_request *r)
{
    bool was_empty;

    r->since_ms = clock_ms();
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

struct blocks *fetcher_blocks(struct fetcher *f, size_t medium)
{
    return cache_blocks(f->cache, medium);
}

void fetcher_get_stats(struct fetcher *f, struct fetch_stats *out)
{
    LOCK_SCOPE(&f->lock);
    *out = f->stats;
}
