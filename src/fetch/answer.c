// SPDX-License-Identifier: BSD-2-Clause
// Pending requests: who can be answered, and how.

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* A stopped process (SIGSTOP) finds all its time-outs over when it goes on;
 * this long after, the signal that tells of it has surely been handled. */
#define RESUME_US 20000

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

static void finish(struct fetcher *f, struct fetch_request **link, int status,
                   const void *bytes)
{
    struct fetch_request *r = unlink_request(f, link);

    if (f->serving == r)
        f->serving = NULL;
    f->attended_ms = 0; /* what is being read may have become pointless */
    r->done(r, status, bytes);
}

static bool late(struct fetcher *f, const struct fetch_request *r)
{
    uint64_t since = r->since_ms > f->progress_ms ? r->since_ms
                                                  : f->progress_ms;

    return clock_ms() - since > f->timeout_ms;
}

/* *waited: has that signal been waited for? */
static bool overdue(struct fetcher *f, const struct fetch_request *r,
                    bool *waited)
{
    if (!late(f, r))
        return false;
    if (!*waited)
        (void)usleep(RESUME_US);
    *waited = true;
    if (atomic_exchange(&f->resumed, false))
        f->progress_ms = clock_ms();
    return late(f, r);
}

bool answer_is_strict(const struct fetcher *f)
{
    return f->verify == VERIFY_AUTO || (f->verify == VERIFY_FAST && f->noisy);
}

bool answer_wants_confirmed(const struct fetcher *f,
                            const struct fetch_request *r)
{
    return r->kind == FETCH_CONFIRM || answer_is_strict(f);
}

/* --- findings ------------------------------------------------------------ */

static bool add_to_neighbour(struct fetch_request *r, uint64_t offset,
                             uint64_t len, bool failed)
{
    for (size_t i = 0; i < r->n_findings; i++) {
        struct fetch_finding *g = &r->findings[i];
        if (g->failed != failed || offset > g->offset + g->len ||
            g->offset > offset + len)
            continue;
        if (offset + len > g->offset + g->len)
            g->len = offset + len - g->offset;
        if (offset < g->offset) {
            g->len += g->offset - offset;
            g->offset = offset;
        }
        return true;
    }
    return false;
}

/* Adds the part of [offset, offset+len) that r asked for. */
static void add_finding(struct fetch_request *r, uint64_t offset, uint64_t len,
                        bool failed)
{
    uint64_t end = offset + len;

    if (offset < r->offset)
        offset = r->offset;
    if (end > r->offset + r->len)
        end = r->offset + r->len;
    if (offset >= end || add_to_neighbour(r, offset, end - offset, failed))
        return;
    if (r->n_findings == r->max_findings) {
        r->more_findings++;
        return;
    }
    r->findings[r->n_findings++] = (struct fetch_finding){offset, end - offset,
                                                          failed};
}

/* To r, or to who asks next. */
static void tell_differs(struct fetcher *f, struct fetch_request *r,
                         uint64_t offset, uint64_t len)
{
    if (!r->untold)
        add_finding(r, offset, len, false);
    else if (offset < r->offset + r->len && r->offset < offset + len)
        ranges_add(&f->wrong, r->medium, offset, len);
}

void answer_differs(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len)
{
    for (struct fetch_request *r = f->pending; r != NULL; r = r->next)
        if (r->kind == FETCH_CONFIRM && r->medium == medium)
            tell_differs(f, r, offset, len);
    if (!ranges_meet(&f->debts, medium, offset, len))
        return;
    ranges_add(&f->wrong, medium, offset, len);
    fetcher_count(f, &f->stats.answered_wrong, len);
    err_say(&f->last_error,
            "0x%" PRIx64 " to 0x%" PRIx64 " had been answered and proved "
            "wrong: what was copied from there is to be copied again",
            map_shown(&f->map->media[medium], offset),
            map_shown(&f->map->media[medium], offset + len - 1));
    log_warn("%s", f->last_error.text);
}

/* --- answering ----------------------------------------------------------- */

/* 1: its bytes were there and it is answered. */
static bool answer_read(struct fetcher *f, struct fetch_request **link)
{
    struct fetch_request *r = *link;
    struct blocks *b = cache_blocks(f->cache, r->medium);
    bool confirmed = blocks_have_confirmed(b, r->offset, r->len);
    void *bytes;
    int ret;

    if (!confirmed &&
        (answer_wants_confirmed(f, r) || !blocks_have(b, r->offset, r->len)))
        return false;
    if (stale_holds(f, r))
        return false;
    bytes = malloc(r->len);
    ret = bytes == NULL ? -ENOMEM : blocks_get(b, r->offset, bytes, r->len);
    if (ret == -ENODATA) { /* damaged on disk: it is absent now */
        free(bytes);
        return false;
    }
    if (ret == 0 && !confirmed)
        ranges_add(&f->debts, r->medium, r->offset, r->len);
    finish(f, link, ret < 0 ? -EIO : 0, ret < 0 ? NULL : bytes);
    free(bytes);
    return true;
}

static void note_failed(struct fetcher *f, struct fetch_request *r)
{
    const struct blocks *b = cache_blocks(f->cache, r->medium);
    uint64_t last = (r->offset + r->len - 1) / BLOCK_SIZE;

    for (uint64_t n = r->offset / BLOCK_SIZE; n <= last; n++)
        if (blocks_state(b, n) == BLOCK_BAD)
            add_finding(r, n * BLOCK_SIZE, BLOCK_SIZE, true);
}

/* What was answered and put right since: who asks whether it was right must be
 * told. */
static void note_wrong(struct fetcher *f, struct fetch_request *r)
{
    for (size_t i = 0; i < f->wrong.n; i++) {
        const struct range *g = &f->wrong.list[i];
        if (g->medium == r->medium)
            add_finding(r, g->offset, g->len, false);
    }
    ranges_remove(&f->wrong, r->medium, r->offset, r->len);
}

/* 1: all of it is confirmed or given up. */
static bool answer_confirm(struct fetcher *f, struct fetch_request **link)
{
    struct fetch_request *r = *link;
    uint64_t bytes[BLOCK_STATES];

    if (r->compared < r->len)
        return false;
    blocks_tally(cache_blocks(f->cache, r->medium), r->offset, r->len, bytes);
    if (bytes[BLOCK_ABSENT] + bytes[BLOCK_GOOD] > 0)
        return false;
    if (bytes[BLOCK_BAD] > 0)
        note_failed(f, r);
    if (!r->untold)
        note_wrong(f, r);
    finish(f, link, 0, NULL);
    return true;
}

static bool answer_if_known(struct fetcher *f, struct fetch_request **link)
{
    switch ((*link)->kind) {
    case FETCH_READ:
        return answer_read(f, link);
    case FETCH_CONFIRM:
        return answer_confirm(f, link);
    case FETCH_SUM:
    case FETCH_UNIFORM:
        break;
    }
    return false;
}

static void note_overdue(struct fetcher *f, const struct fetch_request *r)
{
    uint64_t at = map_shown(&f->map->media[r->medium], r->offset);

    if (f->read_error.text[0] != '\0')
        f->last_error = f->read_error;
    else
        err_say(&f->last_error, "nothing came");
    err_prefix(&f->last_error, "no progress for %u s at 0x%" PRIx64,
               f->timeout_ms / 1000, at);
    log_warn("%s", f->last_error.text);
}

void answer_note_offline(struct fetcher *f)
{
    const struct fetch_request *r = f->pending;

    if (r->kind == FETCH_READ &&
        blocks_have(cache_blocks(f->cache, r->medium), r->offset, r->len))
        err_say(&f->last_error,
                "0x%" PRIx64 " was read, but not confirmed, and there is no "
                "device to confirm it: -o verify=rows answers it as it is",
                map_shown(&f->map->media[r->medium], r->offset));
    else
        (void)device_recover(f->device, NULL, &f->last_error);
}

void answer_settle(struct fetcher *f)
{
    struct fetch_request **link = &f->pending;
    bool waited = false;

    noise_look(f);
    while (*link != NULL) {
        if (atomic_load(&(*link)->cancelled)) {
            readahead_forget(f, *link);
            finish(f, link, -EINTR, NULL);
        } else if (answer_if_known(f, link)) {
            continue;
        } else if (f->stopping) {
            finish(f, link, -EIO, NULL);
        } else if (overdue(f, *link, &waited)) {
            note_overdue(f, *link);
            finish(f, link, -EIO, NULL);
        } else {
            link = &(*link)->next;
        }
    }
}

void answer_give_up(struct fetcher *f, size_t medium, uint64_t n)
{
    struct fetch_request **link = &f->pending;
    uint64_t offset = n * BLOCK_SIZE;

    while (*link != NULL) {
        struct fetch_request *r = *link;
        if (r->kind == FETCH_READ && r->medium == medium &&
            r->offset < offset + BLOCK_SIZE && offset < r->offset + r->len)
            finish(f, link, -EIO, NULL);
        else
            link = &r->next;
    }
}

void answer_fail_all(struct fetcher *f)
{
    while (f->pending != NULL)
        finish(f, &f->pending, -EIO, NULL);
}

void answer_served(struct fetcher *f, int status)
{
    struct fetch_request **link = &f->pending;

    if (f->serving == NULL)
        return;
    while (*link != f->serving)
        link = &(*link)->next;
    finish(f, link, status, NULL);
}
