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

/* What is being looked at, and how small it is to be cut. */
struct piece {
    uint64_t offset;
    size_t len;
    size_t leaf;
    bool differs; /* its other half is the same, and the whole is not */
};

enum { DIFFERS = 0, SAME = 1 };

static int ask(struct compare *c, const struct piece *p, bool sure)
{
    bool partly = false;
    int r = c->ask(c->arg, p->offset, p->len, sure, &partly);

    c->parts += partly;
    return r;
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
    size_t parts = c->parts;
    int left = look(c, (struct piece){p->offset, half, p->leaf, false});
    int right;

    if (left < 0)
        return left;
    right = look(c, (struct piece){p->offset + half, p->len - half, p->leaf,
                                   left == SAME && c->parts == parts});
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
    c->found(c->arg, COMPARE_DIFFERS, p.offset, p.len);
    c->passed(c->arg, p.offset + p.len);
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
    if (r < 0)
        return r;
    return leaf ? leaf_differs(c, p) : look_into(c, &p);
}

int compare_piece(struct compare *c, uint64_t offset, size_t len)
{
    int r = 0;

    if (len > 0)
        r = look(c, (struct piece){offset, len, COMPARE_COARSE, false});
    return r < 0 ? r : 0;
}
