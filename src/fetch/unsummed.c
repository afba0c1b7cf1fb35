// SPDX-License-Identifier: BSD-2-Clause
// Ranges about which no checksum comes, though the device has a command for it.

/*
 * An answer may stay away for one range alone: a page of staged flash that
 * fails, a sum that takes longer than a watchdog has patience. Then less is
 * asked about, and a block about which no answer came is confirmed by a second
 * reading, as where the device has no checksum.
 *
 *   piece    bytes that one question covers: a block after one that stayed
 *            without an answer, twice as much after each that was answered
 *   stretch  bytes from there on that are not asked about after a block had no
 *            answer: a block, but twice as much after each one in a row
 *
 * After a few in a row nothing is asked about that nobody waits for, but once
 * in RETRY_MS. So a device that does not answer any more costs a few questions,
 * and one that does again is asked again: elsewhere, after RETRY_MS or a reset,
 * and by who wants to have it confirmed (FETCH_CONFIRM).
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"

#define STRETCH_MAX (UINT64_C(1) << 20)
#define RETRY_MS    300000U
#define REST        (UINT64_C(16) * BLOCK_SIZE) /* a stretch, four in a row */

void unsummed_init(struct fetcher *f)
{
    f->unsummed = (struct unsummed){.piece = UNSUMMED_PIECE_MAX,
                                    .stretch = BLOCK_SIZE};
}

static bool is_over(const struct unsummed *u)
{
    return clock_ms() - u->noted_ms > RETRY_MS;
}

void unsummed_note(struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len)
{
    struct unsummed *u = &f->unsummed;
    uint64_t start = offset - offset % BLOCK_SIZE;
    uint64_t left = f->map->media[medium].size - start;

    u->piece = BLOCK_SIZE;
    if (len > BLOCK_SIZE)
        return;
    if (is_over(u))
        u->list.n = 0;
    u->noted_ms = clock_ms();
    ranges_add(&u->list, medium, start, u->stretch < left ? u->stretch : left);
    if (u->stretch < STRETCH_MAX)
        u->stretch *= 2;
}

void unsummed_answered(struct fetcher *f)
{
    struct unsummed *u = &f->unsummed;

    u->resets = false;
    u->stretch = BLOCK_SIZE;
    if (u->piece < UNSUMMED_PIECE_MAX)
        u->piece *= 2;
}

bool unsummed_has(const struct fetcher *f, size_t medium, uint64_t block)
{
    const struct unsummed *u = &f->unsummed;

    return u->list.n > 0 && !is_over(u) &&
           ranges_meet(&u->list, medium, block * BLOCK_SIZE, BLOCK_SIZE);
}

bool unsummed_rests(const struct fetcher *f)
{
    const struct unsummed *u = &f->unsummed;

    return u->resets || (u->stretch >= REST && !is_over(u));
}

void unsummed_retry(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len)
{
    uint64_t start = offset - offset % BLOCK_SIZE;

    ranges_remove(&f->unsummed.list, medium, start, offset + len - start);
}
