// SPDX-License-Identifier: BSD-2-Clause
// What FETCH_CONFIRM is told: what differed, what failed.

/*
 * Whoever asks wants to know whether what was copied is right. So what was
 * known and proves wrong is named, however that was found: by a checksum,
 * another reading, bytes that a checksum tells. Where nobody asks just then it
 * is kept for the next one who does, if it may have been answered:
 *
 *   confirmed  it may have been, at any time
 *   debts      it was, in this session
 *   earlier    it may have been, by an earlier session or before it was doubted
 *
 * What is lost without other bytes in its place, as a block that is given up,
 * may have been wrong. It is named once the block has been read anew.
 *
 * Nothing is forgotten before who was told it has passed it on (told.c).
 */

#include "fetch/fetcher_priv.h"

#include "base/log.h"

#include <inttypes.h>
#include <string.h>

static bool add_to_neighbour(struct fetch_request *r, uint64_t offset,
                             uint64_t len, bool failed)
{
    for (size_t i = 0; i < r->n_findings; i++) {
        struct fetch_finding *g = &r->findings[i];
        if (g->failed != failed || offset > g->offset + g->len ||
            g->offset > offset + len)
            continue;
        if (offset + len > g->offset + g->len)
            g->len = offset + len - g->offset;
        if (offset < g->offset) {
            g->len += g->offset - offset;
            g->offset = offset;
        }
        return true;
    }
    return false;
}

/* Adds the part of [offset, offset+len) that r asked for. */
static void add_finding(struct fetch_request *r, uint64_t offset, uint64_t len,
                        bool failed)
{
    uint64_t end = offset + len;

    if (offset < r->offset)
        offset = r->offset;
    if (end > r->offset + r->len)
        end = r->offset + r->len;
    if (offset >= end || add_to_neighbour(r, offset, end - offset, failed))
        return;
    if (r->n_findings == r->max_findings) {
        r->more_findings++;
        return;
    }
    r->findings[r->n_findings++] = (struct fetch_finding){offset, end - offset,
                                                          failed};
}

/* --- what is found --- */

bool findings_matter(const struct fetcher *f, size_t medium, uint64_t block)
{
    enum block_state state = blocks_state(cache_blocks(f->cache, medium),
                                          block);
    uint64_t at = block * BLOCK_SIZE;

    return block_state_confirmed(state) ||
           (state == BLOCK_GOOD && (ranges_meet(&f->debts, medium, at, 1) ||
                                    ranges_meet(&f->earlier, medium, at, 1)));
}

bool findings_matter_in(const struct fetcher *f, const struct rows_block *b)
{
    return b->matters || findings_matter(f, b->medium, b->block);
}

/* Else r gets to know of what failed alone. */
static bool is_told(const struct fetch_request *r)
{
    return !r->untold && !r->retry;
}

/* All that r asked for is told to it. */
static void tell_now(struct fetcher *f, struct fetch_request *r,
                     uint64_t offset, uint64_t len)
{
    uint64_t end = offset + len < r->offset + r->len ? offset + len
                                                     : r->offset + r->len;

    if (!is_told(r))
        return;
    add_finding(r, offset, len, false);
    if (offset < r->offset)
        offset = r->offset;
    if (offset < end)
        ranges_remove(&f->wrong, r->medium, offset, end - offset);
}

void findings_differ(struct fetcher *f, size_t medium, uint64_t offset,
                     uint64_t len, bool matters)
{
    bool answered = ranges_meet(&f->debts, medium, offset, len);

    if (matters || answered)
        ranges_add(&f->wrong, medium, offset, len);
    for (struct fetch_request *r = f->pending; r != NULL; r = r->next)
        if (r->kind == FETCH_CONFIRM && r->medium == medium)
            tell_now(f, r, offset, len);
    if (!answered)
        return;
    fetcher_count(f, &f->stats.answered_wrong, len);
    err_say(&f->last_error,
            "0x%" PRIx64 " to 0x%" PRIx64 " had been answered and proved "
            "wrong: what was copied from there is to be copied again",
            map_shown(&f->map->media[medium], offset),
            map_shown(&f->map->media[medium], offset + len - 1));
    log_warn("%s", f->last_error.text);
}

void findings_differ_rows(struct fetcher *f, size_t medium, uint64_t block,
                          const uint8_t *before, const uint8_t *now,
                          bool matters)
{
    size_t len = blocks_length(cache_blocks(f->cache, medium), block);

    for (size_t at = 0; at < len; at += ROWS_SIZE)
        if (memcmp(before + at, now + at, ROWS_SIZE) != 0)
            findings_differ(f, medium, block * BLOCK_SIZE + at, ROWS_SIZE,
                            matters);
}

void findings_lost(struct fetcher *f, size_t medium, uint64_t block)
{
    ranges_add(&f->wrong, medium, block * BLOCK_SIZE,
               blocks_length(cache_blocks(f->cache, medium), block));
}

void findings_slot_goes(struct fetcher *f, const struct rows_block *b)
{
    if (b->used && b->matters)
        findings_lost(f, b->medium, b->block);
}

/* --- telling --- */

/* Adds what of the block is in list. */
static void add_listed(struct fetch_request *r, const struct ranges *list,
                       uint64_t at)
{
    uint64_t end = at + BLOCK_SIZE;

    for (size_t i = 0; i < list->n; i++) {
        const struct range *g = &list->list[i];
        uint64_t from = g->offset > at ? g->offset : at;
        uint64_t to = g->offset + g->len < end ? g->offset + g->len : end;
        if (g->medium == r->medium && from < to)
            add_finding(r, from, to - from, false);
    }
}

/* A block that r asked for: it was given up, or what was wrong there has been
 * put right. */
static void tell_block(struct fetcher *f, struct fetch_request *r, uint64_t n)
{
    uint64_t at = n * BLOCK_SIZE;
    uint64_t end = at + BLOCK_SIZE;

    if (blocks_state(cache_blocks(f->cache, r->medium), n) == BLOCK_BAD) {
        add_finding(r, at, BLOCK_SIZE, true);
        return;
    }
    if (!is_told(r))
        return;
    add_listed(r, &f->wrong, at);
    for (size_t i = 0; i < TOLD_MAX; i++)
        if (f->told[i].session != r->session)
            add_listed(r, &f->told[i].list, at);
    if (at < r->offset)
        at = r->offset;
    if (end > r->offset + r->len)
        end = r->offset + r->len;
    ranges_remove(&f->wrong, r->medium, at, end - at);
}

void findings_tell(struct fetcher *f, struct fetch_request *r)
{
    uint64_t last = (r->offset + r->len - 1) / BLOCK_SIZE;

    if (is_told(r))
        told_begin(f, r);
    for (uint64_t n = r->offset / BLOCK_SIZE; n <= last; n++)
        tell_block(f, r, n);
    if (is_told(r))
        told_keep(f, r);
}

void findings_keep(struct fetcher *f, const struct fetch_request *r)
{
    if (r->kind == FETCH_CONFIRM && r->more_findings > 0)
        ranges_add(&f->wrong, r->medium, r->offset, r->len);
    for (size_t i = 0; r->kind == FETCH_CONFIRM && i < r->n_findings; i++)
        ranges_add(&f->wrong, r->medium, r->findings[i].offset,
                   r->findings[i].len);
}
