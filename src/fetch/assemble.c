// SPDX-License-Identifier: BSD-2-Clause
// From the rows of dumps to blocks in the cache, and when to give one up.

/*
 * A block is put together in a struct rows_block; it is kept in the cache, as
 * good, when each row has a vote. Confirming by reading again goes on in the
 * same place, or in a new one filled from the cache: each further reading gives
 * its rows a vote, or takes the place of bytes that it contradicts. When all
 * have as many votes as the line's noise calls for, by as many ways as there
 * are to choose from, the block is confirmed, after its bytes were put again if
 * a row was replaced.
 *
 *   absent --all rows 1 vote--> good --all rows need_of()--> reread
 *     ^                          |
 *     +------ assemble_spoil ----+   (a checksum disagrees with a row)
 *
 * Where a command brings nothing of a block, the other one is tried; where that
 * is so for the second reading alone, the first command confirms it (one_way).
 *
 * A block is given up after TRIES_MAX requests that brought it nothing, or when
 * a row was contradicted CONFLICTS_MAX times: memory that changes, or a device
 * that prints one thing and sums up another. On a very noisy line the line
 * itself does that now and then, and a block gets four times as many.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TRIES_MAX     6U
#define CONFLICTS_MAX 8U

static unsigned row_count(const struct blocks *b, uint64_t block)
{
    return (unsigned)(blocks_length(b, block) / ROWS_SIZE);
}

static const struct rows_need once = {.votes = 1};

/* To be confirmed by readings; b may be NULL. */
static struct rows_need need_of(const struct fetcher *f, size_t medium,
                                const struct rows_block *b)
{
    struct rows_need need = {
        noise_readings(f), device_ways(f->device, f->map->media[medium].base)};

    if (b != NULL && b->one_way)
        need.ways.commands = 1;
    /* Bytes that had been confirmed are a way of their own. */
    if (b != NULL && stale_is_doubted(f, medium, b->block))
        need.ways = (struct way_choice){1, 1};
    return need;
}

/* What the current step is to bring it to. */
static struct rows_need wanted_of(const struct fetcher *f,
                                  const struct rows_block *b)
{
    return f->current.what == PLAN_AGAIN ? need_of(f, b->medium, b) : once;
}

uint32_t assemble_rows(void *arg, size_t medium, uint64_t block, bool confirm)
{
    struct fetcher *f = arg;
    struct rows_block *b = rows_find(&f->rows, medium, block);
    unsigned n = row_count(cache_blocks(f->cache, medium), block);
    struct rows_need need = once;

    if (b == NULL)
        return 0;
    if (confirm)
        need = need_of(f, medium, b);
    if (!rows_all(b, n, &need))
        return rows_mask(b, &need);
    if (!confirm)
        rows_drop(b); /* it was kept and has been lost since, on disk */
    return 0; /* else less has become enough: one reading more ends it */
}

/* The block that a row belongs to; what is known of it is its first reading. */
static struct rows_block *get_rows(struct fetcher *f, size_t medium,
                                   uint64_t block)
{
    struct rows_block *b = rows_find(&f->rows, medium, block);
    struct blocks *blocks = cache_blocks(f->cache, medium);
    uint8_t bytes[BLOCK_SIZE];

    if (b != NULL)
        return b;
    findings_slot_goes(f, rows_next(&f->rows));
    b = rows_get(&f->rows, medium, block);
    if (block_state_known(blocks_state(blocks, block)) &&
        blocks_get(blocks, block * BLOCK_SIZE, bytes,
                   blocks_length(blocks, block)) == 0) {
        rows_fill(b, bytes, row_count(blocks, block),
                  ways_kept(f, medium, block));
        b->guess = ranges_meet(&f->earlier, medium, block * BLOCK_SIZE, 1) ||
                   ranges_meet(&f->guesses, medium, block * BLOCK_SIZE, 1);
    }
    return b;
}

static void give_up(struct fetcher *f, struct rows_block *b, const char *why)
{
    struct blocks *blocks = cache_blocks(f->cache, b->medium);
    uint64_t n = b->block;
    size_t medium = b->medium;
    bool told = f->read_error.text[0] != '\0' &&
                strcmp(f->read_error.text, f->gave_up_for.text) == 0;

    err_say(&f->last_error, "gave up 0x%" PRIx64 ": %s",
            map_shown(&f->map->media[medium], n * BLOCK_SIZE), why);
    if (f->read_error.text[0] != '\0')
        err_prefix(&f->last_error, "%s", f->read_error.text);
    if (told)
        log_debug("%s", f->last_error.text); /* one of many blocks */
    else
        log_warn("%s", f->last_error.text);
    f->gave_up_for = f->read_error;
    if (findings_matter_in(f, b))
        findings_lost(f, medium, n);
    rows_drop(b);
    blocks_drop(blocks, n);
    blocks_mark_bad(blocks, n);
    fetcher_note_change(f);
    fetcher_count(f, &f->stats.blocks_bad, 1);
    answer_give_up(f, medium, n);
}

/* False: the disk would not take it. */
static bool store(struct fetcher *f, struct rows_block *b)
{
    struct blocks *blocks = cache_blocks(f->cache, b->medium);
    struct err err = {""};

    if (blocks_put(blocks, b->block, b->bytes, &err) < 0) {
        f->read_error.text[0] = '\0';
        give_up(f, b, err.text);
        return false;
    }
    doubt_if_old(f, b);
    b->matters = false;
    fetcher_note_change(f);
    return true;
}

/* The bytes that had been kept are not those that the readings agree on. */
static bool was_replaced(struct fetcher *f, const struct rows_block *b)
{
    struct blocks *blocks = cache_blocks(f->cache, b->medium);
    size_t len = blocks_length(blocks, b->block);
    uint64_t offset = b->block * BLOCK_SIZE;
    bool matters = findings_matter_in(f, b);
    uint8_t before[BLOCK_SIZE];

    if (blocks_get(blocks, offset, before, len) < 0)
        return true;
    if (memcmp(before, b->bytes, len) == 0)
        return false;
    if (stale_is_unproved(f, b->medium, b->block))
        findings_differ(f, b->medium, offset, len, matters);
    else
        findings_differ_rows(f, b->medium, b->block, before, b->bytes, matters);
    return true;
}

/* What an earlier session left is not the device's any more. */
static void note_stale(struct fetcher *f, const struct rows_block *b)
{
    size_t len = blocks_length(cache_blocks(f->cache, b->medium), b->block);
    uint64_t offset = b->block * BLOCK_SIZE;

    if (!stale_is_unproved(f, b->medium, b->block))
        return;
    fetcher_count(f, &f->stats.stale, len);
    log_warn("0x%" PRIx64 " is not what was read there before",
             map_shown(&f->map->media[b->medium], offset));
}

/* Enough readings agree on every row. */
static void confirm_block(struct fetcher *f, struct rows_block *b)
{
    struct blocks *blocks = cache_blocks(f->cache, b->medium);

    if (was_replaced(f, b) && !store(f, b))
        return;
    stale_was_read(f, b->medium, b->block);
    blocks_confirm(blocks, b->block, BLOCK_REREAD);
    fetcher_note_change(f);
    ranges_remove(&f->debts, b->medium, b->block * BLOCK_SIZE, BLOCK_SIZE);
    doubt_forget(f, b->medium, b->block);
    answer_settle(f);
}

/* Every row has a vote. What more is known of it than by which way they came is
 * kept. */
static void keep_block(struct fetcher *f, struct rows_block *b)
{
    uint32_t ways = rows_way(
        b, row_count(cache_blocks(f->cache, b->medium), b->block));

    if (!store(f, b))
        return;
    ways_keep(f, b->medium, b->block, ways);
    if (ways != 0 && rows_conflicts(b) == 0)
        rows_drop(b);
    answer_settle(f);
}

/* A reading brought the row on from before to now; not to where it had been
 * before the device was out of sight. */
static bool goes_on(const struct rows_row *before, const struct rows_row *now,
                    const struct rows_need *wanted)
{
    return now->votes > now->aged &&
           (before->votes < wanted->votes ||
            (!rows_enough(before, wanted) && now->ways != before->ways));
}

static void count_row(struct fetcher *f, struct rows_block *b, unsigned row,
                      const uint8_t *bytes)
{
    const struct rows_need wanted = wanted_of(f, b);
    const struct rows_row before = b->rows[row];
    enum rows_vote vote = rows_count(b, row, bytes, f->reading, f->way);

    if (vote == ROWS_OLD)
        return;
    if (vote == ROWS_CONFLICT || goes_on(&before, &b->rows[row], &wanted)) {
        b->tries = 0; /* however slowly */
        b->brought = f->reading;
        f->progress_ms = clock_ms();
    }
    /* Bytes of an earlier session are contradicted by others, not by noise. */
    if (vote == ROWS_CONFLICT && !stale_is_unproved(f, b->medium, b->block)) {
        f->noisy = true;
        device_forget_copies(f->device);
    }
    if (vote == ROWS_REPLACED)
        findings_differ(f, b->medium,
                        b->block * BLOCK_SIZE + (uint64_t)row * ROWS_SIZE,
                        ROWS_SIZE, findings_matter_in(f, b));
}

/* The bytes of an earlier session that no question proves have been read again,
 * and are not all the same: what came is as good as any first reading. */
static bool took_place(struct fetcher *f, struct rows_block *b, unsigned rows)
{
    if (!stale_is_unproved(f, b->medium, b->block) || !rows_all_came(b, rows) ||
        !was_replaced(f, b))
        return false;
    note_stale(f, b);
    if (store(f, b))
        rows_drop(b);
    answer_settle(f);
    return true;
}

static void take_row(struct fetcher *f, uint64_t offset, const uint8_t *bytes)
{
    struct blocks *blocks = cache_blocks(f->cache, f->current.medium);
    uint64_t block = offset / BLOCK_SIZE;
    enum block_state state = blocks_state(blocks, block);
    unsigned rows = row_count(blocks, block);
    struct rows_need need;
    struct rows_block *b;

    if (block_state_confirmed(state) ||
        (state == BLOCK_GOOD && f->current.what != PLAN_AGAIN &&
         rows_find(&f->rows, f->current.medium, block) == NULL))
        return;
    b = get_rows(f, f->current.medium, block);
    count_row(f, b, (unsigned)(offset % BLOCK_SIZE / ROWS_SIZE), bytes);
    if (took_place(f, b, rows))
        return;
    need = need_of(f, b->medium, b);
    if (rows_conflicts(b) >= CONFLICTS_MAX * noise_patience(f))
        give_up(f, b, "each reading brings other bytes");
    else if (rows_all(b, rows, &need))
        confirm_block(f, b);
    else if (!block_state_known(state) && rows_all(b, rows, &once))
        keep_block(f, b);
}

void assemble_begin(void *arg, unsigned way)
{
    struct fetcher *f = arg;

    f->way = way;
    f->reading++;
    f->reading += f->reading == 0;
}

void assemble_row(void *arg, uint64_t address, const uint8_t *bytes, size_t len)
{
    struct fetcher *f = arg;
    const struct map_medium *m = &f->map->media[f->current.medium];

    /* It was lost and found again by the same device_read. */
    if (device_contact(f->device) != f->contact)
        return;
    rate_add(&f->rate, clock_ms(), len);
    if (address >= m->base) {
        f->at = address - m->base + len;
        known_note_row(f, address - m->base, bytes, len);
    }
    for (size_t at = 0; at + ROWS_SIZE <= len; at += ROWS_SIZE)
        if (address + at >= m->base && address + at - m->base < m->size)
            take_row(f, address + at - m->base, bytes + at);
}

/* A block that a request should have brought on and did not. */
static void count_try(struct fetcher *f, uint64_t block, unsigned tries)
{
    struct rows_block *b = get_rows(f, f->current.medium, block);

    b->tries += tries;
    b->vain = f->way;
    if (f->current.what == PLAN_AGAIN && ways_may_rest(f, b))
        b->one_way = true;
    if (b->tries < TRIES_MAX * noise_patience(f))
        fetcher_count(f, &f->stats.retries, 1);
    else
        give_up(f, b, "it does not come");
}

/* The rows of block n that lie in [offset, end). */
static uint32_t row_mask(uint64_t n, uint64_t offset, uint64_t end)
{
    uint64_t start = n * BLOCK_SIZE;
    uint64_t first = offset > start ? (offset - start) / ROWS_SIZE : 0;
    uint64_t last = end - start < BLOCK_SIZE ? (end - start) / ROWS_SIZE
                                             : ROWS_A_BLOCK;
    uint32_t below_last = last >= 32 ? UINT32_MAX : (1U << last) - 1;

    return below_last & ~((1U << first) - 1);
}

static bool is_of_step(const struct fetcher *f, unsigned reading)
{
    return (int)(reading - f->step_reading) > 0;
}

/* The rows of mask all came in this step, and brought the block on. */
static bool came(struct fetcher *f, uint64_t block, uint32_t mask)
{
    const struct rows_block *b = rows_find(&f->rows, f->current.medium, block);

    for (unsigned i = 0; i < ROWS_A_BLOCK; i++)
        if ((mask >> i & 1U) != 0 &&
            (b == NULL || !is_of_step(f, b->rows[i].reading)))
            return false;
    return b != NULL && is_of_step(f, b->brought);
}

void assemble_count_tries(struct fetcher *f, unsigned tries, bool all)
{
    struct blocks *blocks = cache_blocks(f->cache, f->current.medium);
    uint64_t end = f->current.offset + f->current.len;
    uint64_t last = (f->at > f->current.offset ? f->at : f->current.offset) /
                    BLOCK_SIZE;
    uint64_t n = f->current.offset / BLOCK_SIZE;

    for (; n * BLOCK_SIZE < end && (n <= last || all); n++) {
        enum block_state state = blocks_state(blocks, n);
        if (block_state_confirmed(state) ||
            (state == BLOCK_GOOD && f->current.what != PLAN_AGAIN))
            continue;
        if (!came(f, n, row_mask(n, f->current.offset, end)))
            count_try(f, n, tries);
    }
}

int assemble_get(struct fetcher *f, size_t medium, uint64_t offset, void *out,
                 size_t len)
{
    struct blocks *blocks = cache_blocks(f->cache, medium);
    const struct rows_block *b = rows_find(&f->rows, medium,
                                           offset / BLOCK_SIZE);

    if (b == NULL ||
        block_state_known(blocks_state(blocks, offset / BLOCK_SIZE)))
        return blocks_get(blocks, offset, out, len);
    memcpy(out, b->bytes + offset % BLOCK_SIZE, len);
    return 0;
}

void assemble_spoil(struct fetcher *f, size_t medium, uint64_t block,
                    unsigned row)
{
    struct blocks *blocks = cache_blocks(f->cache, medium);
    struct rows_block *b;

    if (!block_state_known(blocks_state(blocks, block)) &&
        rows_find(&f->rows, medium, block) == NULL)
        return; /* given up, by a row before this one */
    b = get_rows(f, medium, block);
    b->matters = findings_matter_in(f, b);
    rows_spoil(b, row);
    blocks_drop(blocks, block);
    fetcher_note_change(f);
    if (rows_conflicts(b) >= CONFLICTS_MAX * noise_patience(f))
        give_up(f, b,
                "the device's checksum disagrees with what it prints, again "
                "and again");
}
