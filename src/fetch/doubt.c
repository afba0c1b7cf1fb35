// SPDX-License-Identifier: BSD-2-Clause
// What is known becomes less sure, or is replaced.

#include "fetch/fetcher_priv.h"

void doubt_forget(struct fetcher *f, size_t medium, uint64_t block)
{
    struct rows_block *b = rows_find(&f->rows, medium, block);

    if (b != NULL)
        rows_drop(b);
    ways_forget(f, medium, block * BLOCK_SIZE, BLOCK_SIZE);
}

void doubt_replace(struct fetcher *f, size_t medium, uint64_t block,
                   const uint8_t *bytes)
{
    struct rows_block *b = rows_find(&f->rows, medium, block);
    uint8_t before[BLOCK_SIZE];

    if ((b != NULL && b->matters) || findings_matter(f, medium, block))
        if (assemble_get(
                f, medium, block * BLOCK_SIZE, before,
                blocks_length(cache_blocks(f->cache, medium), block)) == 0)
            findings_differ_rows(f, medium, block, before, bytes, true);
    doubt_forget(f, medium, block);
}

void doubt_drop(struct fetcher *f, size_t medium, uint64_t block)
{
    struct blocks *blocks = cache_blocks(f->cache, medium);

    findings_differ(f, medium, block * BLOCK_SIZE, blocks_length(blocks, block),
                    findings_matter(f, medium, block));
    blocks_drop(blocks, block);
    doubt_forget(f, medium, block);
    fetcher_note_change(f);
}

void doubt_unconfirmed(struct fetcher *f, size_t medium, uint64_t offset,
                       uint64_t len)
{
    ranges_add(&f->guesses, medium, offset, len);
    if (!prove_needs_one_sum(f, medium))
        stale_again_in(f, medium, offset, len);
}

void doubt_if_old(struct fetcher *f, const struct rows_block *b)
{
    size_t len = blocks_length(cache_blocks(f->cache, b->medium), b->block);
    uint64_t offset = b->block * BLOCK_SIZE;

    stale_was_read(f, b->medium, b->block);
    if (b->guess && !rows_all_came(b, (unsigned)(len / ROWS_SIZE))) {
        doubt_unconfirmed(f, b->medium, offset, len);
    } else {
        ranges_remove(&f->guesses, b->medium, offset, BLOCK_SIZE);
        stale_verified(f, b->medium, offset, len);
    }
}

void doubt_medium(struct fetcher *f, size_t medium)
{
    ways_forget(f, medium, 0, f->map->media[medium].size);
    for (size_t i = 0; i < f->rows.n_slots; i++) {
        if (f->rows.slots[i].medium != medium)
            continue;
        findings_slot_goes(f, &f->rows.slots[i]);
        rows_drop(&f->rows.slots[i]);
    }
    blocks_doubt(cache_blocks(f->cache, medium));
    ranges_add(&f->earlier, medium, 0, f->map->media[medium].size);
    stale_again(f, medium);
    fetcher_note_change(f);
}

void doubt_block(struct fetcher *f, size_t medium, uint64_t block)
{
    struct blocks *blocks = cache_blocks(f->cache, medium);

    if (!block_state_confirmed(blocks_state(blocks, block)))
        return;
    blocks_doubt_one(blocks, block);
    ranges_add(&f->earlier, medium, block * BLOCK_SIZE,
               blocks_length(blocks, block));
    doubt_forget(f, medium, block);
    fetcher_note_change(f);
}
