// SPDX-License-Identifier: BSD-2-Clause
// A short list of ranges of media, merged where they touch.

/*
 * Sorted by medium and offset; no two touch. remove can split one in two when
 * the list is full: then the piece is left whole, which is more, never less.
 */

#include "fetch/ranges.h"

#include <string.h>

static uint64_t end_of(const struct range *g)
{
    return g->offset + g->len;
}

static void take_out(struct ranges *r, size_t at)
{
    memmove(&r->list[at], &r->list[at + 1],
            (r->n - at - 1) * sizeof(r->list[0]));
    r->n--;
}

static void put_in(struct ranges *r, size_t at, struct range g)
{
    memmove(&r->list[at + 1], &r->list[at], (r->n - at) * sizeof(r->list[0]));
    r->list[at] = g;
    r->n++;
}

/* The two neighbours on one medium with the smallest gap become one. False:
 * there are no two on any. */
static bool join_nearest(struct ranges *r)
{
    uint64_t best = UINT64_MAX;
    size_t at = 0;

    for (size_t i = 0; i + 1 < r->n; i++) {
        uint64_t gap = r->list[i + 1].offset - end_of(&r->list[i]);
        if (r->list[i].medium != r->list[i + 1].medium || gap >= best)
            continue;
        best = gap;
        at = i;
    }
    if (best == UINT64_MAX)
        return false;
    r->list[at].len = end_of(&r->list[at + 1]) - r->list[at].offset;
    take_out(r, at + 1);
    return true;
}

/* The first range that is not wholly before offset of medium. */
static size_t find(const struct ranges *r, size_t medium, uint64_t offset)
{
    size_t i = 0;

    while (i < r->n &&
           (r->list[i].medium < medium ||
            (r->list[i].medium == medium && end_of(&r->list[i]) < offset)))
        i++;
    return i;
}

void ranges_add(struct ranges *r, size_t medium, uint64_t offset, uint64_t len)
{
    struct range g = {medium, offset, len};
    size_t at = find(r, medium, offset);

    while (at < r->n && r->list[at].medium == medium &&
           r->list[at].offset <= end_of(&g)) {
        uint64_t end = end_of(&r->list[at]) > end_of(&g) ? end_of(&r->list[at])
                                                         : end_of(&g);
        if (r->list[at].offset < g.offset)
            g.offset = r->list[at].offset;
        g.len = end - g.offset;
        take_out(r, at);
    }
    if (r->n == RANGES_MAX) {
        if (!join_nearest(r))
            return; /* a range a medium, and more media than ranges */
        ranges_add(r, g.medium, g.offset, g.len);
        return;
    }
    put_in(r, at, g);
}

void ranges_remove(struct ranges *r, size_t medium, uint64_t offset,
                   uint64_t len)
{
    uint64_t end = offset + len;
    size_t i = find(r, medium, offset);

    while (i < r->n && r->list[i].medium == medium && r->list[i].offset < end) {
        struct range g = r->list[i];
        bool head = g.offset < offset;
        bool tail = end_of(&g) > end;
        if (head && tail && r->n == RANGES_MAX)
            return;
        if (head)
            r->list[i].len = offset - g.offset;
        else
            take_out(r, i);
        i += head;
        if (tail) {
            put_in(r, i, (struct range){medium, end, end_of(&g) - end});
            return;
        }
    }
}

bool ranges_meet(const struct ranges *r, size_t medium, uint64_t offset,
                 uint64_t len)
{
    for (size_t i = find(r, medium, offset); i < r->n; i++)
        if (r->list[i].medium == medium && r->list[i].offset < offset + len &&
            offset < end_of(&r->list[i]))
            return true;
    return false;
}

bool ranges_hold(const struct ranges *r, size_t medium, uint64_t offset,
                 uint64_t len)
{
    for (size_t i = find(r, medium, offset); i < r->n; i++)
        if (r->list[i].medium == medium && r->list[i].offset <= offset &&
            offset + len <= end_of(&r->list[i]))
            return true;
    return false;
}
