// SPDX-License-Identifier: BSD-2-Clause
// From the rows of dumps to blocks in the cache, and when to give one up.

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TRIES_MAX 6U /* requests without a new row before a block is bad */

uint32_t assemble_rows(void *arg, size_t medium, uint64_t block)
{
    struct fetcher *f = arg;
    const struct rows_block *b = rows_find(&f->rows, medium, block);

    return b != NULL ? b->have : 0;
}

static void count(struct fetcher *f, uint64_t *number)
{
    LOCK_SCOPE(&f->lock);
    (*number)++;
}

static void store_block(struct fetcher *f, struct rows_block *b)
{
    struct err err = {""};
    struct blocks *blocks = cache_blocks(f->cache, b->medium);

    if (blocks_put(blocks, b->block, b->bytes, &err) < 0) {
        log_warn("cache: %s", err.text);
        f->last_error = err;
        answer_fail(f, b->medium, b->block * BLOCK_SIZE, BLOCK_SIZE);
    } else if (!f->unsynced) {
        f->unsynced = true;
        f->sync_ms = clock_ms();
    }
    rows_drop(b);
    answer_settle(f);
}

static void take_row(struct fetcher *f, uint64_t offset, const uint8_t *bytes)
{
    struct blocks *blocks = cache_blocks(f->cache, f->current.medium);
    uint64_t block = offset / BLOCK_SIZE;
    enum block_state state = blocks_state(blocks, block);
    unsigned row = (unsigned)(offset % BLOCK_SIZE / ROWS_SIZE);
    struct rows_block *b;
    unsigned rows;

    if (block_state_known(state))
        return;
    b = rows_get(&f->rows, f->current.medium, block);
    if ((b->have >> row & 1U) != 0)
        return;
    memcpy(b->bytes + (size_t)row * ROWS_SIZE, bytes, ROWS_SIZE);
    b->have |= 1U << row;
    b->tries = 0; /* it goes on, however slowly */
    f->progress_ms = clock_ms();
    rows = (unsigned)(blocks_length(blocks, block) / ROWS_SIZE);
    if (b->have == (rows == 32 ? UINT32_MAX : (1U << rows) - 1))
        store_block(f, b);
}

void assemble_row(void *arg, uint64_t address, const uint8_t *bytes, size_t len)
{
    struct fetcher *f = arg;
    const struct map_medium *m = &f->map->media[f->current.medium];

    rate_add(&f->rate, clock_ms(), len);
    for (size_t at = 0; at + ROWS_SIZE <= len; at += ROWS_SIZE)
        if (address + at >= m->base && address + at - m->base < m->size)
            take_row(f, address + at - m->base, bytes + at);
}

/* A block that a request should have completed and did not. */
static void count_try(struct fetcher *f, uint64_t block, unsigned tries)
{
    struct blocks *blocks = cache_blocks(f->cache, f->current.medium);
    enum block_state state = blocks_state(blocks, block);
    struct rows_block *b;

    if (block_state_known(state))
        return;
    b = rows_get(&f->rows, f->current.medium, block);
    b->tries += tries;
    if (b->tries < TRIES_MAX) {
        count(f, &f->stats.retries);
        return;
    }
    blocks_mark_bad(blocks, block);
    count(f, &f->stats.blocks_bad);
    err_say(&f->last_error, "gave up 0x%" PRIx64 " after %u tries",
            f->map->media[f->current.medium].base + block * BLOCK_SIZE,
            b->tries);
    log_warn("%s", f->last_error.text);
    rows_drop(b);
    answer_fail(f, f->current.medium, block * BLOCK_SIZE, BLOCK_SIZE);
}

/* The rows of block n that lie in [offset, end). */
static uint32_t row_mask(uint64_t n, uint64_t offset, uint64_t end)
{
    uint64_t start = n * BLOCK_SIZE;
    uint64_t first = offset > start ? (offset - start) / ROWS_SIZE : 0;
    uint64_t last = end - start < BLOCK_SIZE ? (end - start) / ROWS_SIZE
                                             : BLOCK_SIZE / ROWS_SIZE;
    uint32_t below_last = last >= 32 ? UINT32_MAX : (1U << last) - 1;

    return below_last & ~((1U << first) - 1);
}

/* Of what one command was asked for: which blocks still lack rows? */
void assemble_count_tries(struct fetcher *f, unsigned tries)
{
    uint64_t end = f->current.offset + f->current.len;
    uint64_t n = f->current.offset / BLOCK_SIZE;

    for (; n * BLOCK_SIZE < end; n++) {
        uint32_t mask = row_mask(n, f->current.offset, end);
        if ((assemble_rows(f, f->current.medium, n) & mask) != mask)
            count_try(f, n, tries);
    }
}
