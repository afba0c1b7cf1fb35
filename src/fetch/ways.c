// SPDX-License-Identifier: BSD-2-Clause
// By which way blocks came that are good and not confirmed yet.

/*
 * Each way has a list of ranges of its own; a block that is in one list alone
 * came by that way. What is not known costs a reading more, so a block may be
 * missing: the lists are emptied when there is no room.
 */

#include "fetch/fetcher_priv.h"

#define WAYS (WAY_COMMANDS * WAY_COPIES)

/* In the place of a medium's number. */
static size_t list_of(size_t medium, unsigned way)
{
    return medium * WAYS + way;
}

void ways_forget(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len)
{
    for (unsigned i = 0; i < WAYS && f->kept.n > 0; i++)
        ranges_remove(&f->kept, list_of(medium, i), offset, len);
}

void ways_keep(struct fetcher *f, size_t medium, uint64_t block, uint32_t set)
{
    ways_forget(f, medium, block * BLOCK_SIZE, BLOCK_SIZE);
    if (f->kept.n == RANGES_MAX)
        f->kept.n = 0;
    for (unsigned i = 0; i < WAYS; i++)
        if (set == way_set(i))
            ranges_add(&f->kept, list_of(medium, i), block * BLOCK_SIZE,
                       BLOCK_SIZE);
}

uint32_t ways_kept(const struct fetcher *f, size_t medium, uint64_t block)
{
    uint32_t set = 0;
    unsigned lists = 0;

    for (unsigned i = 0; i < WAYS && f->kept.n > 0; i++) {
        if (!ranges_meet(&f->kept, list_of(medium, i), block * BLOCK_SIZE,
                         BLOCK_SIZE))
            continue;
        set = way_set(i);
        lists++;
    }
    return lists == 1 ? set : 0;
}
