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
    if (status != 0)
        findings_keep(f, r);
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
    findings_tell(f, r);
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
    case FETCH_TOLD:
        told_forget(f, (*link)->session);
        finish(f, link, 0, NULL);
        return true;
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
