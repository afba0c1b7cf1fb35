// SPDX-License-Identifier: BSD-2-Clause
// A set of blocks of media.

#include "fetch/blockset.h"

#include <stdlib.h>
#include <string.h>

void blockset_free(struct blockset *s)
{
    free(s->list);
    *s = (struct blockset){.list = NULL};
}

static bool is_before(const struct blockset_entry *e, size_t medium,
                      uint64_t block)
{
    return e->medium < medium || (e->medium == medium && e->block < block);
}

/* The first entry that is not before it. */
static size_t place_of(const struct blockset *s, size_t medium, uint64_t block)
{
    size_t low = 0;
    size_t high = s->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(&s->list[middle], medium, block))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool blockset_meets(const struct blockset *s, size_t medium, uint64_t block,
                    uint64_t end, uint64_t *first)
{
    size_t at = place_of(s, medium, block);

    if (at == s->n || s->list[at].medium != medium || s->list[at].block >= end)
        return false;
    if (first != NULL)
        *first = s->list[at].block;
    return true;
}

static bool grow(struct blockset *s)
{
    size_t room = s->room == 0 ? 64 : s->room * 2;
    struct blockset_entry *list = realloc(s->list, room * sizeof(*list));

    if (list == NULL)
        return false;
    s->list = list;
    s->room = room;
    return true;
}

bool blockset_add(struct blockset *s, size_t medium, uint64_t block)
{
    size_t at = place_of(s, medium, block);

    if (blockset_meets(s, medium, block, block + 1, NULL))
        return true;
    if (s->n == BLOCKSET_MAX || (s->n == s->room && !grow(s)))
        return false;
    memmove(s->list + at + 1, s->list + at, (s->n - at) * sizeof(*s->list));
    s->list[at] = (struct blockset_entry){medium, block};
    s->n++;
    return true;
}

void blockset_remove(struct blockset *s, size_t medium, uint64_t block)
{
    size_t at = place_of(s, medium, block);

    if (!blockset_meets(s, medium, block, block + 1, NULL))
        return;
    s->n--;
    memmove(s->list + at, s->list + at + 1, (s->n - at) * sizeof(*s->list));
}
