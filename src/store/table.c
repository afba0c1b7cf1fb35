// SPDX-License-Identifier: BSD-2-Clause
// The states and checksums of all blocks of a medium.

/*
 * Invariants, asserted by table_check for one chunk:
 *
 *   places[i].count   how many of its blocks have which state, exactly if it
 *                     is in memory; groups have the sums
 *   dirty             how many of its blocks have the DIRTY bit
 *   crc[i]            0 where state[i] is absent or bad
 */
#include "store/table_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct table *table_new(uint64_t count, table_read_fn *read, void *arg)
{
    uint64_t chunks = count / CHUNK + 1;
    struct table *t;

    if (chunks > SIZE_MAX / sizeof(struct place))
        return NULL;
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->count = count;
    t->read = read;
    t->arg = arg;
    t->places = calloc(chunks, sizeof(*t->places));
    t->groups = calloc(chunks / GROUP + 1, sizeof(*t->groups));
    if (t->places != NULL && t->groups != NULL)
        return t;
    table_free(t);
    return NULL;
}

void table_free(struct table *t)
{
    if (t == NULL)
        return;
    for (uint32_t i = 0; i < t->n_pool; i++)
        free(t->pool[i]);
    free(t->pool);
    free(t->groups);
    free(t->places);
    free(t);
}

void table_expect(struct table *t, uint64_t n,
                  const uint32_t count[BLOCK_STATES])
{
    struct place *p = place_of(t, n);

    assert(n < t->count && p->where == 0 && place_is_empty(p));
    for (int s = 0; s < STATES; s++) {
        p->count[s] = (uint16_t)count[s + 1];
        group_of(t, n)->count[s] += count[s + 1];
    }
    t->in_use += !place_is_empty(p);
}

void table_counts(const struct table *t, uint64_t n,
                  uint32_t count[BLOCK_STATES])
{
    uint32_t len = (uint32_t)(chunk_end(t, n) - n / CHUNK * CHUNK);

    assert(n < t->count);
    for (int s = 0; s < STATES; s++) {
        count[s + 1] = place_of(t, n)->count[s];
        len -= count[s + 1];
    }
    count[BLOCK_ABSENT] = len;
}

bool table_reserve(struct table *t, uint64_t n)
{
    assert(n < t->count);
    return table_chunk(t, n, true) != NULL;
}

struct table_entry table_get(struct table *t, uint64_t n)
{
    const struct chunk *c = table_chunk(t, n, false);

    assert(n < t->count);
    if (c == NULL)
        return (struct table_entry){.state = BLOCK_ABSENT};
    return (struct table_entry){c->crc[n % CHUNK], state_in(c, n)};
}

/* A block around n is no longer before, but now. */
static void count_change(struct table *t, uint64_t n, enum block_state before,
                         enum block_state now)
{
    struct place *p = place_of(t, n);
    struct group *g = group_of(t, n);

    t->in_use -= !place_is_empty(p);
    if (before != BLOCK_ABSENT) {
        p->count[before - 1]--;
        g->count[before - 1]--;
    }
    if (now != BLOCK_ABSENT) {
        p->count[now - 1]++;
        g->count[now - 1]++;
    }
    t->in_use += !place_is_empty(p);
}

static void count_dirty(struct table *t, struct chunk *c, uint32_t count,
                        bool more)
{
    uint32_t *of_group = &t->groups[c->number / GROUP].dirty;

    c->dirty = more ? c->dirty + count : c->dirty - count;
    *of_group = more ? *of_group + count : *of_group - count;
    t->dirty = more ? t->dirty + count : t->dirty - count;
}

bool table_set(struct table *t, uint64_t n, struct table_entry entry)
{
    struct chunk *c;

    assert(n < t->count);
    c = table_chunk(t, n, true);
    if (c == NULL)
        return false;
    if ((c->state[n % CHUNK] & DIRTY) == 0)
        count_dirty(t, c, 1, true);
    count_change(t, n, state_in(c, n), entry.state);
    c->state[n % CHUNK] = (uint8_t)(entry.state | DIRTY);
    c->crc[n % CHUNK] = block_state_known(entry.state) ? entry.crc : 0;
    return true;
}

/* The first dirty block of [n, end), all of one chunk; end: there is none. A
 * dirty one is in memory. */
static uint64_t dirty_in(const struct table *t, uint64_t n, uint64_t end)
{
    uint32_t where = place_of(t, n)->where;
    const struct chunk *c = where != 0 ? t->pool[where - 1] : NULL;

    if (c == NULL || c->dirty == 0)
        return end;
    while (n < end && (c->state[n % CHUNK] & DIRTY) == 0)
        n++;
    return n;
}

uint64_t table_next_dirty(struct table *t, uint64_t n)
{
    while (t->dirty > 0 && n < t->count) {
        uint64_t end = chunk_end(t, n);
        uint64_t at;

        if (group_of(t, n)->dirty == 0) {
            n = group_end(t, n);
            continue;
        }
        at = dirty_in(t, n, end);
        if (at < end)
            return at;
        n = end;
    }
    return t->count;
}

size_t table_take_dirty(struct table *t, uint64_t *n, struct table_entry *out,
                        size_t max)
{
    size_t taken = 0;

    *n = table_next_dirty(t, *n);
    for (uint64_t at = *n; at < t->count && taken < max; at++, taken++) {
        struct chunk *c;

        if (dirty_in(t, at, at + 1) != at)
            break;
        c = table_chunk(t, at, false);
        if (c == NULL)
            break;
        out[taken] = table_get(t, at);
        c->state[at % CHUNK] = (uint8_t)(c->state[at % CHUNK] & ~DIRTY);
        c->unsettled = true;
        count_dirty(t, c, 1, false);
    }
    return taken;
}

void table_settle(struct table *t)
{
    for (uint32_t i = 0; i < t->n_pool; i++)
        t->pool[i]->unsettled = false;
    table_trim(t);
}

void table_taint(struct table *t)
{
    for (uint32_t i = 0; i < t->n_pool; i++) {
        struct chunk *c = t->pool[i];
        uint64_t n = c->number * CHUNK;
        uint32_t len = (uint32_t)(chunk_end(t, n) - n);

        if (!c->unsettled)
            continue;
        c->unsettled = false;
        count_dirty(t, c, len - c->dirty, true);
        for (uint32_t j = 0; j < len; j++)
            c->state[j] |= DIRTY;
    }
}

void table_check(struct table *t, uint64_t n)
{
#ifndef NDEBUG
    uint64_t first = n / CHUNK * CHUNK;
    uint64_t end = chunk_end(t, n);
    uint16_t count[BLOCK_STATES] = {0};
    uint32_t dirty = 0;
    uint32_t where = place_of(t, n)->where;
    const struct chunk *c;

    if (where == 0)
        return;
    c = t->pool[where - 1];
    assert(c->number == n / CHUNK);
    for (uint64_t i = first; i < end; i++) {
        enum block_state state = state_in(c, i);

        assert(block_state_known(state) || c->crc[i % CHUNK] == 0);
        count[state]++;
        dirty += (c->state[i % CHUNK] & DIRTY) != 0;
    }
    assert(memcmp(count + 1, place_of(t, n)->count,
                  STATES * sizeof(count[0])) == 0);
    assert(dirty == c->dirty && dirty <= group_of(t, n)->dirty);
    assert(group_of(t, n)->dirty <= t->dirty);
#else
    (void)t;
    (void)n;
#endif
}
