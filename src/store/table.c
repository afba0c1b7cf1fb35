// SPDX-License-Identifier: BSD-2-Clause
// The states and checksums of all blocks of a medium, in memory.

/*
 * A chunk describes CHUNK blocks (2 MiB of the medium); one that never held
 * anything is not there. Invariants of a chunk, asserted by table_check:
 *
 *   count[s]  how many of its blocks have state s; together its length
 *   dirty     how many of its blocks have the DIRTY bit
 *   crc[i]    0 where state[i] is absent or bad
 */
#include "store/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096U
#define DIRTY 0x80U

struct chunk {
    uint32_t count[BLOCK_STATES];
    uint32_t dirty;
    uint8_t state[CHUNK]; /* enum block_state, perhaps with DIRTY */
    uint32_t crc[CHUNK];
};

struct table {
    uint64_t count;
    uint64_t dirty; /* sum over the chunks */
    struct chunk *chunks[];
};

static uint64_t chunk_total(const struct table *t)
{
    return (t->count + CHUNK - 1) / CHUNK;
}

/* The block behind the chunk of block n. */
static uint64_t chunk_end(const struct table *t, uint64_t n)
{
    uint64_t end = (n / CHUNK + 1) * CHUNK;

    return end < t->count ? end : t->count;
}

static enum block_state state_in(const struct chunk *c, uint64_t n)
{
    return (enum block_state)(c->state[n % CHUNK] & ~DIRTY);
}

struct table *table_new(uint64_t count)
{
    uint64_t total = count / CHUNK + 1;
    struct table *t;

    if (total > (SIZE_MAX - sizeof(*t)) / sizeof(struct chunk *))
        return NULL;
    t = calloc(1, sizeof(*t) + total * sizeof(struct chunk *));
    if (t != NULL)
        t->count = count;
    return t;
}

void table_free(struct table *t)
{
    if (t == NULL)
        return;
    for (uint64_t i = 0; i < chunk_total(t); i++)
        free(t->chunks[i]);
    free(t);
}

bool table_reserve(struct table *t, uint64_t n)
{
    struct chunk **c = &t->chunks[n / CHUNK];

    assert(n < t->count);
    if (*c != NULL)
        return true;
    *c = calloc(1, sizeof(**c));
    if (*c == NULL)
        return false;
    (*c)->count[BLOCK_ABSENT] = (uint32_t)(chunk_end(t, n) - n / CHUNK * CHUNK);
    return true;
}

struct table_entry table_get(const struct table *t, uint64_t n)
{
    const struct chunk *c = t->chunks[n / CHUNK];

    assert(n < t->count);
    if (c == NULL)
        return (struct table_entry){.state = BLOCK_ABSENT};
    return (struct table_entry){c->crc[n % CHUNK], state_in(c, n)};
}

bool table_set(struct table *t, uint64_t n, struct table_entry entry)
{
    struct chunk *c;

    assert(n < t->count);
    if (!table_reserve(t, n))
        return false;
    c = t->chunks[n / CHUNK];
    if ((c->state[n % CHUNK] & DIRTY) == 0) {
        c->dirty++;
        t->dirty++;
    }
    c->count[state_in(c, n)]--;
    c->count[entry.state]++;
    c->state[n % CHUNK] = (uint8_t)(entry.state | DIRTY);
    c->crc[n % CHUNK] = block_state_known(entry.state) ? entry.crc : 0;
    return true;
}

/* The first block of [n, end), all of one chunk, that has another state. */
static uint64_t skip_same(const struct chunk *c, uint64_t n, uint64_t end,
                          enum block_state state)
{
    if (c == NULL)
        return state == BLOCK_ABSENT ? end : n;
    while (n < end && state_in(c, n) == state)
        n++;
    return n;
}

uint64_t table_run(const struct table *t, uint64_t n, uint64_t end,
                   enum block_state *state)
{
    uint64_t at = n;

    assert(n < end && end <= t->count);
    *state = table_get(t, n).state;
    while (at < end) {
        uint64_t stop = chunk_end(t, at) < end ? chunk_end(t, at) : end;

        at = skip_same(t->chunks[at / CHUNK], at, stop, *state);
        if (at < stop)
            break;
    }
    return at - n;
}

void table_tally(const struct table *t, uint64_t first, uint64_t end,
                 uint64_t count[BLOCK_STATES])
{
    uint64_t stop;

    assert(end <= t->count);
    for (uint64_t n = first; n < end; n = stop) {
        const struct chunk *c = t->chunks[n / CHUNK];

        stop = chunk_end(t, n) < end ? chunk_end(t, n) : end;
        if (c == NULL) {
            count[BLOCK_ABSENT] += stop - n;
        } else if (n % CHUNK == 0 && stop == chunk_end(t, n)) {
            for (int s = 0; s < BLOCK_STATES; s++)
                count[s] += c->count[s];
        } else {
            for (; n < stop; n++)
                count[state_in(c, n)]++;
        }
    }
}

static uint64_t known_in(const struct chunk *c)
{
    uint64_t known = 0;

    for (int s = 0; c != NULL && s < BLOCK_STATES; s++)
        if (block_state_known((enum block_state)s))
            known += c->count[s];
    return known;
}

bool table_nth_known(const struct table *t, uint64_t rank, uint64_t *n)
{
    for (uint64_t i = 0; i < chunk_total(t); i++) {
        const struct chunk *c = t->chunks[i];
        uint64_t known = known_in(c);

        if (rank >= known) {
            rank -= known;
            continue;
        }
        for (*n = i * CHUNK;; (*n)++) {
            if (!block_state_known(state_in(c, *n)))
                continue;
            if (rank-- == 0)
                return true;
        }
    }
    return false;
}

uint64_t table_next_dirty(const struct table *t, uint64_t n)
{
    uint64_t end;

    for (; t->dirty > 0 && n < t->count; n = end) {
        const struct chunk *c = t->chunks[n / CHUNK];

        end = chunk_end(t, n);
        if (c == NULL || c->dirty == 0)
            continue;
        for (; n < end; n++) {
            if ((c->state[n % CHUNK] & DIRTY) != 0)
                return n;
        }
    }
    return t->count;
}

size_t table_take_dirty(struct table *t, uint64_t *n, struct table_entry *out,
                        size_t max)
{
    size_t taken = 0;

    *n = table_next_dirty(t, *n);
    for (uint64_t at = *n; at < t->count && taken < max; at++, taken++) {
        struct chunk *c = t->chunks[at / CHUNK];

        if (c == NULL || (c->state[at % CHUNK] & DIRTY) == 0)
            break;
        out[taken] = table_get(t, at);
        c->state[at % CHUNK] = (uint8_t)(c->state[at % CHUNK] & ~DIRTY);
        c->dirty--;
        t->dirty--;
    }
    return taken;
}

static void mark_all(struct table *t, bool dirty)
{
    t->dirty = 0;
    for (uint64_t n = 0; n < t->count; n = chunk_end(t, n)) {
        struct chunk *c = t->chunks[n / CHUNK];
        uint32_t len = (uint32_t)(chunk_end(t, n) - n);

        if (c == NULL)
            continue;
        for (uint32_t i = 0; i < len; i++)
            c->state[i] = (uint8_t)((c->state[i] & ~DIRTY) |
                                    (dirty ? DIRTY : 0));
        c->dirty = dirty ? len : 0;
        t->dirty += c->dirty;
    }
}

void table_taint(struct table *t)
{
    mark_all(t, true);
}

void table_clean(struct table *t)
{
    mark_all(t, false);
}

void table_check(const struct table *t, uint64_t n)
{
#ifndef NDEBUG
    const struct chunk *c = t->chunks[n / CHUNK];
    uint32_t len = (uint32_t)(chunk_end(t, n) - n / CHUNK * CHUNK);
    uint32_t count[BLOCK_STATES] = {0};
    uint32_t dirty = 0;

    if (c == NULL)
        return;
    for (uint32_t i = 0; i < len; i++) {
        enum block_state state = state_in(c, i);

        assert(block_state_known(state) || c->crc[i] == 0);
        count[state]++;
        dirty += (c->state[i] & DIRTY) != 0;
    }
    assert(memcmp(count, c->count, sizeof(count)) == 0);
    assert(dirty == c->dirty && dirty <= t->dirty);
#else
    (void)t;
    (void)n;
#endif
}
