// SPDX-License-Identifier: BSD-2-Clause
// By which way blocks came that are good and not confirmed yet, and by which
// one they are read next.

/*
 * Each way has a list of ranges of its own; a block that is in one list alone
 * came by that way. What is not known costs a reading more, so a block may be
 * missing: the lists are emptied when there is no room.
 */

#include "fetch/fetcher_priv.h"

#define WAYS           ((size_t)WAY_COMMANDS * WAY_COPIES)
#define TRIES_ONE_WAY  3U /* then the command that brings nothing may rest */
#define SPOILT_ONE_WAY 3U /* likewise where a checksum contradicts it */

/* In the place of a medium's number. */
static size_t list_of(size_t medium, unsigned way)
{
    return medium * WAYS + way;
}

/* Lest two ranges become one with what is between them. */
static void empty_if_full(struct fetcher *f)
{
    if (f->kept.n == RANGES_MAX)
        f->kept.n = 0;
}

void ways_forget(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len)
{
    for (unsigned i = 0; i < WAYS && f->kept.n > 0; i++) {
        empty_if_full(f);
        ranges_remove(&f->kept, list_of(medium, i), offset, len);
    }
}

void ways_keep(struct fetcher *f, size_t medium, uint64_t block, uint32_t set)
{
    ways_forget(f, medium, block * BLOCK_SIZE, BLOCK_SIZE);
    empty_if_full(f);
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

bool ways_may_rest(const struct fetcher *f, const struct rows_block *b)
{
    return b->tries >= TRIES_ONE_WAY * noise_patience(f);
}

/* A first reading: the other command after a few requests in vain, or a
 * checksum that contradicts what this one prints. Copy 0, for what is compared
 * later is the other one. */
static uint32_t first_had(const struct fetcher *f, const struct rows_block *b,
                          const struct rows_row *row)
{
    const uint32_t other_copy = way_set(way_number(0, 1));

    if (ways_may_rest(f, b))
        return ways_instead(other_copy, b->vain);
    if (row->conflicts >= SPOILT_ONE_WAY * noise_patience(f))
        return ways_instead(other_copy, ways_first(row->ways));
    return DEVICE_FIRST;
}

uint32_t ways_had(struct fetcher *f)
{
    uint64_t block = f->current.offset / BLOCK_SIZE;
    const struct rows_block *b = rows_find(&f->rows, f->current.medium, block);
    const struct rows_row *row =
        b != NULL ? &b->rows[f->current.offset % BLOCK_SIZE / ROWS_SIZE] : NULL;

    if (f->current.what != PLAN_AGAIN)
        return b == NULL ? DEVICE_FIRST : first_had(f, b, row);
    if (b == NULL)
        return ways_kept(f, f->current.medium, block);
    return b->one_way ? ways_instead(row->ways, b->vain) : row->ways;
}
