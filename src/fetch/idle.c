// SPDX-License-Identifier: BSD-2-Clause
// What is done while nobody waits: confirming what was answered.

/*
 * Only where bytes are answered before they are confirmed (verify fast). First
 * what was answered in this session, then what earlier ones left good.
 */

#include "fetch/fetcher_priv.h"

#define PIECE 16384U /* so that a reader never waits for long */

static bool set(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len)
{
    f->idle = (struct plan_want){.medium = medium,
                                 .offset = offset,
                                 .len = len < PIECE ? len : PIECE,
                                 .confirm = true,
                                 .once = true};
    return true;
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

static bool choose_good(struct fetcher *f)
{
    for (size_t i = 0; i < f->map->n_media; i++) {
        struct blocks *b = cache_blocks(f->cache, i);
        enum block_state state;
        uint64_t run;
        for (uint64_t n = 0; n < blocks_count(b); n += run) {
            uint64_t left = blocks_size(b) - n * BLOCK_SIZE;
            run = blocks_run(b, n, blocks_count(b), &state);
            if (state == BLOCK_GOOD)
                return set(f, i, n * BLOCK_SIZE,
                           run * BLOCK_SIZE < left ? run * BLOCK_SIZE : left);
        }
    }
    return false;
}

bool idle_choose(struct fetcher *f)
{
    f->idle.len = 0;
    if (f->verify != VERIFY_FAST)
        return false;
    return choose_debt(f) || choose_good(f);
}
