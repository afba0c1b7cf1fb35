// SPDX-License-Identifier: BSD-2-Clause
// What the files of the table share; for store/table*.c alone.

#ifndef STORE_TABLE_PRIV_H
#define STORE_TABLE_PRIV_H

#include "store/table.h"

#define CHUNK TABLE_CHUNK
#define GROUP 1024U /* chunks */
#define DIRTY 0x80U
#define STATES                                                                 \
    (BLOCK_STATES - 1) /* of which blocks are counted: not absent              \
                        */

/* The blocks of a chunk, while they are in memory. */
struct chunk {
    uint64_t number;
    uint32_t dirty;       /* how many of its blocks have the DIRTY bit */
    bool unsettled;       /* some were taken, and are not settled */
    bool used;            /* since the hand was last here */
    uint8_t state[CHUNK]; /* enum block_state, perhaps with DIRTY */
    uint32_t crc[CHUNK];
};

/* Of one chunk. All zero: all its blocks are absent. */
struct place {
    uint32_t where;         /* in pool, plus 1; 0: not in memory */
    uint16_t count[STATES]; /* by state - 1 */
};

/* Of GROUP chunks. */
struct group {
    uint32_t count[STATES]; /* the sum over its places */
    uint32_t dirty;         /* and over its chunks in memory */
};

struct table {
    uint64_t count;
    uint64_t dirty; /* the sum over the groups */
    table_read_fn *read;
    void *arg;
    uint64_t in_use; /* places where something is known or given up */
    struct place *places;
    struct group *groups;
    struct chunk **pool;
    uint32_t n_pool;
    uint32_t pool_room;
    uint32_t hand; /* where in pool the next to be forgotten is looked for */
};

static inline enum block_state state_in(const struct chunk *c, uint64_t n)
{
    return (enum block_state)(c->state[n % CHUNK] & ~DIRTY);
}

static inline struct place *place_of(const struct table *t, uint64_t n)
{
    return &t->places[n / CHUNK];
}

static inline bool place_is_empty(const struct place *p)
{
    for (int s = 0; s < STATES; s++)
        if (p->count[s] != 0)
            return false;
    return true;
}

static inline struct group *group_of(const struct table *t, uint64_t n)
{
    return &t->groups[n / CHUNK / GROUP];
}

/* The block behind the unit, of so many blocks, that block n is in. */
static inline uint64_t unit_end(const struct table *t, uint64_t n,
                                uint64_t unit)
{
    uint64_t end = (n / unit + 1) * unit;

    return end < t->count ? end : t->count;
}

static inline uint64_t chunk_end(const struct table *t, uint64_t n)
{
    return unit_end(t, n, CHUNK);
}

static inline uint64_t group_end(const struct table *t, uint64_t n)
{
    return unit_end(t, n, (uint64_t)CHUNK * GROUP);
}

/* table_chunks.c: the chunk of block n. NULL: all of it is absent, unless make
 * is set; or there is no memory. */
struct chunk *table_chunk(struct table *t, uint64_t n, bool make);

/* Forgets what is not needed of what is more than should be in memory. */
void table_trim(struct table *t);

#endif
