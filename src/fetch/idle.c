// SPDX-License-Identifier: BSD-2-Clause
// What is done while nobody waits: confirming what was answered, prefetching.

/*
 * Where bytes are answered before they are confirmed (verify fast), first what
 * was answered in this session, then what earlier ones left good. Then, if the
 * user wants it, all that is absent, from front to end, each part confirmed
 * before the next one is read unless rows alone are to be checked.
 */

#include "fetch/fetcher_priv.h"

#define PIECE 16384U /* so that a reader never waits for long */
/* A dump can be stopped, or its command is short. */
#define READ_PIECE (UINT64_C(1) << 20)

static bool set(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len)
{
    f->idle = (struct plan_want){.medium = medium,
                                 .offset = offset,
                                 .len = len,
                                 .confirm = f->verify != VERIFY_ROWS,
                                 .once = true};
    return true;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The first part of the oldest debt that still is one. */
static bool choose_debt(struct fetcher *f)
{
    while (f->debts.n > 0) {
        struct range g = f->debts.list[0];
        struct blocks *b = cache_blocks(f->cache, g.medium);
        uint64_t len = g.len < PIECE ? g.len : PIECE;
        uint64_t bytes[BLOCK_STATES];
        blocks_tally(b, g.offset, len, bytes);
        if (bytes[BLOCK_ABSENT] + bytes[BLOCK_GOOD] > 0)
            return set(f, g.medium, g.offset, len);
        ranges_remove(&f->debts, g.medium, g.offset, len);
    }
    return false;
}

/* The first blocks of that state. */
static bool choose_state(struct fetcher *f, enum block_state wanted,
                         uint64_t max)
{
    for (size_t i = 0; i < f->map->n_media; i++) {
        struct blocks *b = cache_blocks(f->cache, i);
        uint64_t n = 0;
        uint64_t most;
        enum block_state state;
        if (!blocks_find(b, wanted, &n))
            continue;
        most = smaller(max, blocks_size(b) - n * BLOCK_SIZE);
        return set(f, i, n * BLOCK_SIZE,
                   smaller(most, BLOCK_SIZE * blocks_run(b, n, blocks_count(b),
                                                         &state)));
    }
    return false;
}

bool idle_choose_debt(struct fetcher *f)
{
    f->idle.len = 0;
    return f->verify == VERIFY_FAST && choose_debt(f);
}

bool idle_choose(struct fetcher *f)
{
    if (idle_choose_debt(f))
        return true;
    if ((f->verify == VERIFY_FAST ||
         (f->prefetch && f->verify == VERIFY_AUTO)) &&
        choose_state(f, BLOCK_GOOD, PIECE))
        return true;
    return f->prefetch && choose_state(f, BLOCK_ABSENT, READ_PIECE);
}
