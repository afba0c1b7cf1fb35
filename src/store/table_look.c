// SPDX-License-Identifier: BSD-2-Clause
// Looking through the table: what is decided by the counts is not read.

#include "store/table_priv.h"

#include <assert.h>

/* The state that all blocks of the chunk of n have by its counts; false: they
 * differ. */
static bool uniform(const struct table *t, uint64_t n, enum block_state *state)
{
    uint32_t count[BLOCK_STATES];
    uint64_t len = chunk_end(t, n) - n / CHUNK * CHUNK;

    table_counts(t, n, count);
    for (int s = 0; s < BLOCK_STATES; s++) {
        *state = (enum block_state)s;
        if (count[s] == len)
            return true;
    }
    return false;
}

/* No block of its group is other than absent. */
static bool group_is_empty(const struct table *t, uint64_t n)
{
    const struct group *g = group_of(t, n);

    for (int s = 0; s < STATES; s++)
        if (g->count[s] != 0)
            return false;
    return true;
}

/* The first block of [n, end), all of one chunk, that has another state. */
static uint64_t skip_same(struct table *t, uint64_t n, uint64_t end,
                          enum block_state state)
{
    enum block_state all;
    const struct chunk *c;

    if (uniform(t, n, &all))
        return all == state ? end : n;
    c = table_chunk(t, n, false);
    if (c == NULL)
        return state == BLOCK_ABSENT ? end : n;
    while (n < end && state_in(c, n) == state)
        n++;
    return n;
}

uint64_t table_run(struct table *t, uint64_t n, uint64_t end,
                   enum block_state *state)
{
    uint64_t at = n;

    assert(n < end && end <= t->count);
    *state = table_get(t, n).state;
    while (at < end) {
        bool skip = *state == BLOCK_ABSENT && group_is_empty(t, at);
        uint64_t stop = skip ? group_end(t, at) : chunk_end(t, at);

        if (stop > end)
            stop = end;
        at = skip ? stop : skip_same(t, at, stop, *state);
        if (at < stop)
            break;
    }
    return at - n;
}

/* As table_tally within one chunk. */
static void tally_chunk(struct table *t, uint64_t first, uint64_t end,
                        uint64_t count[BLOCK_STATES])
{
    uint32_t whole[BLOCK_STATES];
    enum block_state all = BLOCK_ABSENT;
    const struct chunk *c;

    if (first % CHUNK == 0 && end == chunk_end(t, first)) {
        table_counts(t, first, whole);
        for (int s = 0; s < BLOCK_STATES; s++)
            count[s] += whole[s];
        return;
    }
    c = uniform(t, first, &all) ? NULL : table_chunk(t, first, false);
    if (c == NULL)
        count[all] += end - first;
    for (uint64_t n = first; c != NULL && n < end; n++)
        count[state_in(c, n)]++;
}

static void tally_group(const struct table *t, uint64_t first,
                        uint64_t count[BLOCK_STATES])
{
    uint64_t absent = group_end(t, first) - first;

    for (int s = 0; s < STATES; s++) {
        count[s + 1] += group_of(t, first)->count[s];
        absent -= group_of(t, first)->count[s];
    }
    count[BLOCK_ABSENT] += absent;
}

void table_tally(struct table *t, uint64_t first, uint64_t end,
                 uint64_t count[BLOCK_STATES])
{
    uint64_t stop;

    assert(end <= t->count);
    for (uint64_t n = first; n < end; n = stop) {
        stop = group_end(t, n);
        if (n % ((uint64_t)CHUNK * GROUP) == 0 && stop <= end) {
            tally_group(t, n, count);
            continue;
        }
        stop = chunk_end(t, n) < end ? chunk_end(t, n) : end;
        tally_chunk(t, n, stop, count);
    }
}

static uint64_t known_in(struct table *t, uint64_t first, uint64_t end)
{
    uint64_t count[BLOCK_STATES] = {0};

    table_tally(t, first, end, count);
    return end - first - count[BLOCK_ABSENT] - count[BLOCK_BAD];
}

bool table_nth_known(struct table *t, uint64_t rank, uint64_t *n)
{
    uint64_t unit = (uint64_t)CHUNK * GROUP;

    /* Over groups, then over the chunks of one, then over the blocks. */
    for (*n = 0; *n < t->count;) {
        uint64_t end = unit_end(t, *n, unit);
        uint64_t known = known_in(t, *n, end);

        if (rank >= known) {
            rank -= known;
            *n = end;
        } else if (unit == 1) {
            return true;
        } else {
            unit = unit > CHUNK ? CHUNK : 1;
        }
    }
    return false;
}

static bool group_has(const struct table *t, uint64_t n, enum block_state state)
{
    uint64_t count[BLOCK_STATES] = {0};

    tally_group(t, n / ((uint64_t)CHUNK * GROUP) * CHUNK * GROUP, count);
    return count[state] > 0;
}

/* The first block of [*n, end), all of one chunk, that has this state. */
static bool find_in(struct table *t, enum block_state state, uint64_t *n,
                    uint64_t end)
{
    uint32_t count[BLOCK_STATES];

    table_counts(t, *n, count);
    while (count[state] > 0 && *n < end) {
        if (table_get(t, *n).state == state)
            return true;
        (*n)++;
    }
    *n = end;
    return false;
}

bool table_find(struct table *t, enum block_state state, uint64_t *n)
{
    while (*n < t->count) {
        if (!group_has(t, *n, state))
            *n = group_end(t, *n);
        else if (find_in(t, state, n, chunk_end(t, *n)))
            return true;
    }
    return false;
}
