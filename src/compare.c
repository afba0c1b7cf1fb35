// SPDX-License-Identifier: BSD-2-Clause
// Finds where a device has other bytes than we, by its checksums alone.

/*
 * A piece that differs is halved down to COARSE bytes, the first ones of these
 * on to FINE. Noise can make an answer wrong but not right, so in between a
 * wrong answer only costs questions: whatever is told has been asked for twice.
 */

#include "compare.h"

#include <errno.h>
#include <stdbool.h>

/* For one question at most: what comes, and how often nothing may. */
#define ANSWERS  4
#define FAILURES 2

/* What is being looked at, and how small it is to be cut. */
struct piece {
    const uint8_t *bytes;
    uint64_t offset;
    size_t len;
    size_t leaf;
    bool differs; /* its other half is the same, and the whole is not */
};

enum { DIFFERS = 0, SAME = 1 };

/* DIFFERS, SAME or a negative errno. sure: asks until it can be believed. */
static int ask(struct compare *c, const struct piece *p, bool sure)
{
    struct digest_value ours;
    struct digest_value theirs;
    struct digest_value before;
    bool heard = false;
    int failures = 0;

    for (int i = 0; i < ANSWERS && failures < FAILURES; i++) {
        int r = c->sum(c->arg, p->offset, p->len, &theirs);
        if (r != 0 && r != -EIO)
            return r;
        if (r != 0) {
            failures++;
            continue;
        }
        digest_of(theirs.algorithm, p->bytes, p->len, &ours);
        if (digest_same(&ours, &theirs))
            return SAME;
        if (!sure || (heard && digest_same(&before, &theirs)))
            return DIFFERS;
        before = theirs;
        heard = true;
    }
    return -EIO;
}

static void tell(struct compare *c, const struct piece *p,
                 enum compare_kind kind)
{
    c->found(c->arg, kind, p->offset, p->len);
    c->passed(c->arg, p->offset + p->len);
}

/* The largest power of two below len, so that pieces stay aligned. */
static size_t half_of(size_t len)
{
    size_t half = 1;

    while (half * 2 < len)
        half *= 2;
    return half;
}

static int look(struct compare *c, struct piece p);

static int look_into(struct compare *c, const struct piece *p)
{
    size_t half = half_of(p->len);
    int left = look(c,
                    (struct piece){p->bytes, p->offset, half, p->leaf, false});
    int right;

    if (left < 0)
        return left;
    right = look(c, (struct piece){p->bytes + half, p->offset + half,
                                   p->len - half, p->leaf, left == SAME});
    return right == SAME ? left : right;
}

/* A smallest piece that differs beyond doubt. */
static int leaf_differs(struct compare *c, struct piece p)
{
    if (p.leaf == COMPARE_COARSE && p.len > COMPARE_FINE && c->looks > 0) {
        c->looks--;
        p.leaf = COMPARE_FINE;
        return look_into(c, &p);
    }
    tell(c, &p, COMPARE_DIFFERS);
    return DIFFERS;
}

static int look(struct compare *c, struct piece p)
{
    bool leaf = p.len <= p.leaf;
    int r = DIFFERS;

    if (leaf || !p.differs)
        r = ask(c, &p, leaf);
    if (r == SAME) {
        c->passed(c->arg, p.offset + p.len);
        return SAME;
    }
    if (r == -EIO) {
        tell(c, &p, COMPARE_FAILED);
        return DIFFERS;
    }
    if (r < 0)
        return r;
    return leaf ? leaf_differs(c, p) : look_into(c, &p);
}

int compare_piece(struct compare *c, const uint8_t *bytes, uint64_t offset,
                  size_t len)
{
    int r = 0;

    if (len > 0)
        r = look(c, (struct piece){bytes, offset, len, COMPARE_COARSE, false});
    return r < 0 ? r : 0;
}
