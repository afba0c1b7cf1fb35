// SPDX-License-Identifier: BSD-2-Clause
// Reads of segments between the kernel that asks and the fetcher that answers.

/*
 * What is confirmed is answered at once, whatever the mode of verifying is and
 * whatever the line does meanwhile. All else goes to the fetcher, a piece after
 * the other: each is a request of its own there, so that one long read does not
 * keep others waiting. When a piece fails, the read fails as a whole: fewer
 * bytes than were asked for are the end of the file to some programs. What came
 * before is cached, and at hand for a shorter read.
 *
 * A read_request lives from reads_begin until the fetcher's done callback has
 * run, which frees it; nobody else may. Its FUSE request is answered exactly
 * once, by whoever takes `req` out of it under fs->lock:
 *
 *   pending   req set, in fs->reads           -> answering or abandoned
 *   answering req taken by done(), counted in fs->answering
 *   abandoned req taken by reads_end(), EIO; done() then only frees
 *
 * Invariant: fs->reads holds exactly those with req set.
 *
 * An interrupt callback may run (in the loop thread, with libfuse's lock of
 * that request) until fuse_req_interrupt_func(NULL) returns; done() calls that
 * before it lets go of the request.
 */

#include "mount/fs_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* With fs->lock held. */
static void link_in(struct read_request *r)
{
    struct fs *fs = r->fs;

    r->prev = NULL;
    r->next = fs->reads;
    if (r->next != NULL)
        r->next->prev = r;
    fs->reads = r;
}

/* With fs->lock held. NULL: was taken before. */
static fuse_req_t take(struct read_request *r, bool given_up)
{
    fuse_req_t req = r->req;

    if (req == NULL)
        return NULL;
    r->req = NULL;
    if (r->prev != NULL)
        r->prev->next = r->next;
    else
        r->fs->reads = r->next;
    if (r->next != NULL)
        r->next->prev = r->prev;
    activity_end(&r->fs->activity[r->segment], given_up, clock_ms());
    return req;
}

static void on_interrupt(fuse_req_t req, void *arg)
{
    struct read_request *r = arg;

    (void)req;
    fetch_cancel(r->fs->config.fetcher, &r->fetch);
}

static fuse_req_t take_to_answer(struct read_request *r, bool given_up)
{
    LOCK_SCOPE(&r->fs->lock);
    fuse_req_t req = take(r, given_up);

    if (req != NULL)
        r->fs->answering++;
    return req;
}

static void let_go(struct fs *fs, bool was_answering)
{
    LOCK_SCOPE(&fs->lock);

    assert(fs->lent > 0);
    fs->lent--;
    if (!was_answering)
        return;
    assert(fs->answering > 0);
    fs->answering--;
    if (fs->answering == 0)
        (void)pthread_cond_broadcast(&fs->answered);
}

static bool is_abandoned(struct read_request *r)
{
    LOCK_SCOPE(&r->fs->lock);

    return r->req == NULL;
}

/* Sets what is asked for next. */
static void next_piece(struct read_request *r)
{
    size_t left = r->len - r->have;

    r->fetch.offset += r->fetch.len;
    r->fetch.len = left < FS_PIECE ? left : FS_PIECE;
}

/* Fetcher thread. */
static void on_done(struct fetch_request *fetch, int status, const void *bytes)
{
    struct read_request *r = fetch->arg;
    struct fs *fs = r->fs;
    fuse_req_t req;

    if (r->bytes != NULL && status == 0) {
        memcpy(r->bytes + r->have, bytes, fetch->len);
        r->have += fetch->len;
        if (r->have < r->len && !is_abandoned(r)) {
            next_piece(r);
            fetch_submit(fs->config.fetcher, fetch);
            return;
        }
    }
    req = take_to_answer(r, status == -EINTR);

    if (req != NULL) {
        fuse_req_interrupt_func(req, NULL, NULL);
        r->answer(r, req, status, bytes);
    }
    free(r->bytes);
    free(r);
    let_go(fs, req != NULL);
}

static void note_begin(struct read_request *r, uint64_t offset)
{
    struct fs *fs = r->fs;
    size_t len = r->bytes != NULL ? r->len : r->fetch.len;
    LOCK_SCOPE(&fs->lock);

    link_in(r);
    fs->lent++;
    fs->latest = r->segment;
    activity_begin(&fs->activity[r->segment], offset, len, clock_ms());
}

void reads_submit(struct fs *fs, struct read_request *r, fuse_req_t req,
                  size_t segment, uint64_t offset)
{
    const struct map_segment *s = &fs->map->segments[segment];

    r->fs = fs;
    r->segment = segment;
    r->req = req;
    r->fetch.medium = (size_t)s->medium;
    r->fetch.offset = s->offset + offset;
    r->fetch.ahead_end = s->offset + s->size;
    r->fetch.done = on_done;
    r->fetch.arg = r;
    note_begin(r, offset);
    fuse_req_interrupt_func(req, on_interrupt, r);
    fetch_submit(fs->config.fetcher, &r->fetch);
}

/* Whatever went wrong, a reader sees EIO: never made-up bytes. */
static void answer_read(struct read_request *r, fuse_req_t req, int status,
                        const void *bytes)
{
    if (status != 0)
        (void)fuse_reply_err(req, status == -EINTR ? EINTR : EIO);
    else if (r->bytes != NULL)
        (void)fuse_reply_buf(req, (const char *)r->bytes, r->len);
    else
        (void)fuse_reply_buf(req, bytes, r->fetch.len);
}

/* NULL: no memory. */
static struct read_request *read_request_new(size_t len)
{
    struct read_request *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->fetch.kind = FETCH_READ;
    r->fetch.len = len < FS_PIECE ? len : FS_PIECE;
    r->len = len;
    r->answer = answer_read;
    if (len <= FS_PIECE)
        return r;
    r->bytes = malloc(len);
    if (r->bytes != NULL)
        return r;
    free(r);
    return NULL;
}

static void note_answered(struct fs *fs, size_t segment, uint64_t offset,
                          size_t len)
{
    uint64_t now = clock_ms();
    LOCK_SCOPE(&fs->lock);

    fs->latest = segment;
    activity_begin(&fs->activity[segment], offset, len, now);
    activity_end(&fs->activity[segment], false, now);
}

/* False: not all of it is confirmed, or that was by an earlier mount and has
 * not been compared yet. */
static bool answer_at_once(struct fs *fs, fuse_req_t req, size_t segment,
                           uint64_t offset, size_t len)
{
    const struct map_segment *s = &fs->map->segments[segment];
    struct blocks *b = fetcher_blocks(fs->config.fetcher, (size_t)s->medium);

    if (!fetcher_is_fresh(fs->config.fetcher, (size_t)s->medium,
                          s->offset + offset, len) ||
        blocks_get_confirmed(b, s->offset + offset, fs->answer, len) != 0)
        return false;
    note_answered(fs, segment, offset, len);
    (void)fuse_reply_buf(req, (const char *)fs->answer, len);
    return true;
}

void reads_begin(struct fs *fs, fuse_req_t req, size_t segment, uint64_t offset,
                 size_t len)
{
    struct read_request *r;

    assert(len <= fs->max_read);
    if (answer_at_once(fs, req, segment, offset, len))
        return;
    r = read_request_new(len);
    if (r == NULL)
        (void)fuse_reply_err(req, ENOMEM);
    else
        reads_submit(fs, r, req, segment, offset);
}

static fuse_req_t take_any(struct fs *fs)
{
    LOCK_SCOPE(&fs->lock);

    return fs->reads != NULL ? take(fs->reads, true) : NULL;
}

void reads_end(struct fs *fs)
{
    fuse_req_t req;

    while ((req = take_any(fs)) != NULL) {
        fuse_req_interrupt_func(req, NULL, NULL);
        (void)fuse_reply_err(req, EIO);
    }
    LOCK_SCOPE(&fs->lock);
    while (fs->answering > 0)
        (void)pthread_cond_wait(&fs->answered, &fs->lock);
}
