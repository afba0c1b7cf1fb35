// SPDX-License-Identifier: BSD-2-Clause
// Has a file confirmed from front to back, in pieces that fit the line.

#include "verify_walk.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

/* A call that is faster has the next piece doubled, a slower one, halved. */
#define FAST_MS 1000U
#define SLOW_MS 5000U

/* Ends at a multiple of the piece's size, so that pieces and the blocks and
 * checksums of the device stay aligned. */
static uint64_t piece_end(const struct verify_walk *w, uint64_t at,
                          uint64_t end)
{
    uint64_t left = w->piece - at % w->piece;

    return end - at < left ? end : at + left;
}

static void adapt(struct verify_walk *w, uint64_t took_ms)
{
    if (took_ms < FAST_MS && w->piece < FWFS_VERIFY_MAX)
        w->piece *= 2;
    else if (took_ms > SLOW_MS && w->piece > VERIFY_PIECE_MIN)
        w->piece /= 2;
}

static int by_offset(const void *a, const void *b)
{
    const struct fwfs_verify_range *x = a;
    const struct fwfs_verify_range *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Tells of what lies in [from, end), whatever the answer claims; returns how
 * much of it failed. */
static uint64_t tell(struct verify_walk *w, struct fwfs_verify *v,
                     uint64_t from, uint64_t end)
{
    size_t n = v->count < FWFS_VERIFY_RANGES ? v->count
                                             : (size_t)FWFS_VERIFY_RANGES;
    uint64_t failed = 0;

    qsort(v->ranges, n, sizeof(v->ranges[0]), by_offset);
    for (size_t i = 0; i < n; i++) {
        const struct fwfs_verify_range *r = &v->ranges[i];
        uint64_t at = r->offset > from ? r->offset : from;
        uint64_t len = r->len - (at - r->offset);
        if (at >= end || r->len <= at - r->offset)
            continue;
        if (len > end - at)
            len = end - at;
        from = at + len; /* the next must not overlap */
        if (r->kind == FWFS_RANGE_FAILED)
            failed += len;
        merge_add(w->found,
                  r->kind == FWFS_RANGE_FAILED ? FWFS_RANGE_FAILED
                                               : FWFS_RANGE_DIFFERED,
                  at, len);
    }
    w->more += v->more;
    return failed;
}

static int verify_piece(struct verify_walk *w, uint64_t from, uint64_t end,
                        uint32_t flags)
{
    struct fwfs_verify v = {.offset = from,
                            .len = end - from,
                            .flags = flags,
                            .session = w->session};
    uint64_t began = clock_ms();
    uint64_t failed = end - from;
    int r = w->target->verify(w->target->arg, &v);

    if (r != 0 && r != -EIO)
        return r;
    if (r == 0) {
        w->session = v.session;
        failed = tell(w, &v, from, end);
    } else {
        merge_add(w->found, FWFS_RANGE_FAILED, from, end - from);
    }
    w->progress(w->arg, end);
    adapt(w, clock_ms() - began);
    return failed == end - from && !w->alive(w->arg) ? -EHOSTDOWN : 0;
}

int verify_walk(struct verify_walk *w, uint64_t from, uint64_t end,
                uint32_t flags)
{
    uint64_t next;
    int r = 0;

    if (w->piece == 0)
        w->piece = VERIFY_PIECE_START;
    for (uint64_t at = from; r == 0 && at < end; at = next) {
        next = piece_end(w, at, end);
        r = verify_piece(w, at, next, flags);
    }
    return r;
}
