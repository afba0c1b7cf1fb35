// SPDX-License-Identifier: BSD-2-Clause
// Which chunks of the table are in memory.

/*
 * A chunk is one of these; where it is not in memory, its counts alone are:
 *
 *   empty      no block of it is other than absent; not in memory
 *   elsewhere  read brings it, as it was when it was last settled
 *   clean      in memory, the same as elsewhere; may be forgotten
 *   changed    dirty, unsettled or with bad blocks, which are nowhere else:
 *              stays in memory
 *
 * The hand goes round over the pool: what was used since it last came by is
 * spared once. Without read all chunks stay.
 */
#include "store/table_priv.h"

#include <stdlib.h>
#include <string.h>

/* Room for the states of 1 GiB, less where the counts need much themselves. */
#define MEMORY   (4160U * sizeof(struct chunk))
#define POOL_MIN 256U /* chunks */

/* How many chunks may stay that could be forgotten. */
static uint32_t pool_limit(const struct table *t)
{
    uint64_t places = t->in_use * sizeof(struct place);
    uint64_t left = places < MEMORY ? MEMORY - places : 0;

    return left / sizeof(struct chunk) > POOL_MIN
               ? (uint32_t)(left / sizeof(struct chunk))
               : POOL_MIN;
}

static bool is_changed(const struct table *t, const struct chunk *c)
{
    return c->dirty > 0 || c->unsettled ||
           t->places[c->number].count[BLOCK_BAD - 1] > 0;
}

/* Where in the pool there is one that may be forgotten; n_pool: nowhere. */
static uint32_t find_victim(struct table *t)
{
    for (uint32_t i = 0; i < 2 * t->n_pool; i++) {
        struct chunk *c;
        t->hand = (t->hand + 1) % t->n_pool;
        c = t->pool[t->hand];
        if (!c->used && !is_changed(t, c))
            return t->hand;
        c->used = false;
    }
    return t->n_pool;
}

/* The last one takes its place. */
static void forget(struct table *t, uint32_t at)
{
    struct chunk *last = t->pool[--t->n_pool];

    t->places[t->pool[at]->number].where = 0;
    free(t->pool[at]);
    if (at == t->n_pool)
        return;
    t->pool[at] = last;
    t->places[last->number].where = at + 1;
}

void table_trim(struct table *t)
{
    while (t->read != NULL && t->n_pool > pool_limit(t)) {
        uint32_t at = find_victim(t);
        if (at == t->n_pool)
            return;
        forget(t, at);
    }
}

bool table_is_full(const struct table *t)
{
    return t->read != NULL && t->n_pool > 2 * pool_limit(t);
}

static bool grow(struct table *t)
{
    uint32_t room = t->pool_room * 2 + 64;
    struct chunk **pool;

    if (t->n_pool < t->pool_room)
        return true;
    pool = realloc(t->pool, room * sizeof(struct chunk *));
    if (pool == NULL)
        return false;
    t->pool = pool;
    t->pool_room = room;
    return true;
}

/* One of all absent blocks; NULL: no memory. */
static struct chunk *add_chunk(struct table *t, uint64_t number)
{
    uint32_t victim = t->n_pool;
    struct chunk *c;

    if (t->read != NULL && t->n_pool >= pool_limit(t))
        victim = find_victim(t);
    if (victim < t->n_pool)
        forget(t, victim);
    c = grow(t) ? calloc(1, sizeof(*c)) : NULL;
    if (c == NULL)
        return NULL;
    c->number = number;
    t->pool[t->n_pool++] = c;
    t->places[number].where = t->n_pool;
    return c;
}

/* Counts the blocks of c anew. */
static void recount(struct table *t, const struct chunk *c)
{
    struct place *p = &t->places[c->number];
    struct group *g = &t->groups[c->number / GROUP];

    t->in_use -= !place_is_empty(p);
    for (int s = 0; s < STATES; s++)
        g->count[s] -= p->count[s];
    memset(p->count, 0, sizeof(p->count));
    for (size_t i = 0; i < CHUNK; i++)
        if (c->state[i] != BLOCK_ABSENT)
            p->count[c->state[i] - 1]++;
    for (int s = 0; s < STATES; s++)
        g->count[s] += p->count[s];
    t->in_use += !place_is_empty(p);
}

static void fill(struct table *t, struct chunk *c)
{
    struct table_entry entries[CHUNK] = {{0}};
    uint64_t n = c->number * CHUNK;

    t->read(t->arg, n, entries, (size_t)(chunk_end(t, n) - n));
    for (size_t i = 0; i < CHUNK; i++) {
        c->state[i] = (uint8_t)entries[i].state;
        c->crc[i] = entries[i].crc;
    }
    recount(t, c);
}

struct chunk *table_chunk(struct table *t, uint64_t n, bool make)
{
    const struct place *p = place_of(t, n);
    bool empty;
    struct chunk *c;

    if (p->where != 0) {
        c = t->pool[p->where - 1];
        c->used = true;
        return c;
    }
    empty = place_is_empty(p);
    if (empty && !make)
        return NULL;
    c = add_chunk(t, n / CHUNK);
    if (c == NULL)
        return NULL;
    c->used = true;
    if (!empty && t->read != NULL)
        fill(t, c);
    return c;
}
