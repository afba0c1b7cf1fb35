// SPDX-License-Identifier: BSD-2-Clause
// Compares an image with what the device has by reading it.

/*
 * What a read of the mount gives may be of an earlier mount's cache, or not
 * confirmed (verify fast and rows). So each piece is confirmed first, as by
 * --verify, whatever the mode is: then it is what the device has now. That a
 * cached block was not, is left to the next --verify to tell: it is no
 * difference from the image, and whoever copied the block must hear of it.
 */

#include "against_priv.h"

#include <errno.h>
#include <string.h>

#define READ_BLOCKS (READ_PIECE / PROOF_BLOCK)

/* A piece: it does not go across a multiple of READ_PIECE. */
struct piece {
    uint64_t offset;
    size_t len;
    bool failed[READ_BLOCKS]; /* a block, from the multiple before on */
};

static bool *failed_at(struct piece *p, uint64_t offset)
{
    return &p->failed[offset / PROOF_BLOCK % READ_BLOCKS];
}

/* Bytes from offset on to where its block ends, or the piece. */
static size_t block_rest(const struct piece *p, uint64_t offset)
{
    uint64_t left = p->offset + p->len - offset;
    uint64_t rest = PROOF_BLOCK - offset % PROOF_BLOCK;

    return (size_t)(left < rest ? left : rest);
}

/* r, which is of the file, has a byte of [offset, offset+len) of it. */
static bool has_some(const struct fwfs_verify_range *r, uint64_t offset,
                     uint64_t len)
{
    return r->offset < offset ? r->len > offset - r->offset
                              : r->len > 0 && r->offset - offset < len;
}

static void note_failed(struct piece *p, const struct fwfs_verify_range *r,
                        uint64_t file)
{
    uint64_t end = p->offset + p->len;
    size_t n;

    for (uint64_t at = p->offset; at < end; at += n) {
        n = block_rest(p, at);
        if (has_some(r, at - file, n))
            *failed_at(p, at) = true;
    }
}

/* Blocks of it that the device does not give are noted. */
static int confirm(const struct against_work *w, struct piece *p)
{
    struct fwfs_verify v = {.offset = p->offset - w->place.offset,
                            .len = p->len,
                            .flags = FWFS_VERIFY_UNTOLD};
    int r = w->target->verify(w->target->arg, &v);

    if (r != 0 && r != -EIO)
        return r;
    if (r == -EIO || v.more > 0) {
        memset(p->failed, true, sizeof(p->failed));
        return 0;
    }
    for (size_t i = 0; i < v.count && i < FWFS_VERIFY_RANGES; i++)
        if (v.ranges[i].kind == FWFS_RANGE_FAILED)
            note_failed(p, &v.ranges[i], w->place.offset);
    return 0;
}

static void compare_bytes(struct against_work *w, const uint8_t *ours,
                          uint64_t offset, size_t len)
{
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        n = len - i < COMPARE_FINE ? len - i : COMPARE_FINE;
        if (memcmp(ours + i, w->theirs + i, n) != 0)
            against_found(w, COMPARE_DIFFERS, offset + i, n);
    }
}

static int read_run(struct against_work *w, uint64_t offset, size_t len)
{
    const uint8_t *ours = w->ours.bytes + w->ours.before +
                          (offset - w->ours.offset);
    int r = w->target->read(w->target->arg, w->theirs, offset - w->place.offset,
                            len);

    if (r == 0)
        compare_bytes(w, ours, offset, len);
    else if (r == -EIO)
        against_found(w, COMPARE_FAILED, offset, len);
    return r == -EIO ? 0 : r;
}

/* The next blocks that all failed, or all did not. */
static size_t run_at(struct piece *p, uint64_t offset)
{
    uint64_t end = p->offset + p->len;
    uint64_t at = offset;

    while (at < end && *failed_at(p, at) == *failed_at(p, offset))
        at += block_rest(p, at);
    return (size_t)(at - offset);
}

static int compare_piece_read(struct against_work *w, struct piece *p)
{
    int r = confirm(w, p);
    size_t n;

    for (uint64_t at = p->offset; r == 0 && at < p->offset + p->len; at += n) {
        n = run_at(p, at);
        if (*failed_at(p, at))
            against_found(w, COMPARE_FAILED, at, n);
        else
            r = read_run(w, at, n);
        if (w->gone)
            return -EHOSTDOWN;
    }
    if (r == 0)
        against_passed(w, p->offset + p->len);
    return r;
}

int against_read(struct against_work *w, uint64_t offset, size_t len)
{
    uint64_t end = offset + len;
    int r = 0;

    while (r == 0 && offset < end) {
        struct piece p = {.offset = offset,
                          .len = READ_PIECE - offset % READ_PIECE};
        if (end - offset < p.len)
            p.len = (size_t)(end - offset);
        r = compare_piece_read(w, &p);
        offset += p.len;
    }
    return r;
}
