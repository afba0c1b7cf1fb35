// SPDX-License-Identifier: BSD-2-Clause
// Pending requests: who can be answered, and how.

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

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

void answer_settle(struct fetcher *f)
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

static void fail_if(struct fetcher *f, bool all, size_t medium, uint64_t offset,
                    uint64_t len)
{
    struct fetch_request **link = &f->pending;

    while (*link != NULL) {
        struct fetch_request *r = *link;
        if (all || (r->medium == medium && r->offset < offset + len &&
                    offset < r->offset + r->len)) {
            (void)unlink_request(f, link);
            r->done(r, -EIO, NULL);
        } else {
            link = &r->next;
        }
    }
}

void answer_fail(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len)
{
    fail_if(f, false, medium, offset, len);
}

void answer_fail_all(struct fetcher *f)
{
    fail_if(f, true, 0, 0, 0);
}
