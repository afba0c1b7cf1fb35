// SPDX-License-Identifier: BSD-2-Clause
// Blocks that are being put together from the rows of dumps.

#include "fetch/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int rows_init(struct rows *r, size_t n)
{
    *r = (struct rows){.slots = calloc(n, sizeof(*r->slots)), .n_slots = n};
    return r->slots != NULL ? 0 : -ENOMEM;
}

void rows_free(struct rows *r)
{
    free(r->slots);
    *r = (struct rows){.slots = NULL};
}

static bool is(const struct rows_block *b, size_t medium, uint64_t block)
{
    return b->used && b->medium == medium && b->block == block;
}

struct rows_block *rows_find(struct rows *r, size_t medium, uint64_t block)
{
    for (size_t i = 0; i < r->n_slots; i++) {
        size_t at = (r->last + i) % r->n_slots;
        if (is(&r->slots[at], medium, block)) {
            r->last = at;
            return &r->slots[at];
        }
    }
    return NULL;
}

struct rows_block *rows_next(const struct rows *r)
{
    struct rows_block *b = &r->slots[0];

    for (size_t i = 0; i < r->n_slots && b->used; i++)
        if (!r->slots[i].used || r->slots[i].stamp < b->stamp)
            b = &r->slots[i];
    return b;
}

struct rows_block *rows_get(struct rows *r, size_t medium, uint64_t block)
{
    struct rows_block *b = rows_find(r, medium, block);

    if (b != NULL)
        return b;
    b = rows_next(r);
    *b = (struct rows_block){
        .used = true, .medium = medium, .block = block, .stamp = ++r->stamp};
    r->last = (size_t)(b - r->slots);
    return b;
}

void rows_drop(struct rows_block *b)
{
    b->used = false;
}

void rows_fill(struct rows_block *b, const uint8_t *bytes, unsigned n,
               uint32_t ways)
{
    memcpy(b->bytes, bytes, (size_t)n * ROWS_SIZE);
    for (unsigned i = 0; i < n; i++) {
        b->rows[i].votes = 1;
        b->rows[i].ways = ways;
    }
}

bool rows_enough(const struct rows_row *row, const struct rows_need *need)
{
    return row->votes >= need->votes &&
           (need->votes < 2 || ways_differ(row->ways, need->ways));
}

uint32_t rows_mask(const struct rows_block *b, const struct rows_need *need)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < ROWS_A_BLOCK; i++)
        if (rows_enough(&b->rows[i], need))
            mask |= UINT32_C(1) << i;
    return mask;
}

bool rows_all(const struct rows_block *b, unsigned n,
              const struct rows_need *need)
{
    for (unsigned i = 0; i < n; i++)
        if (!rows_enough(&b->rows[i], need))
            return false;
    return true;
}

uint32_t rows_way(const struct rows_block *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (b->rows[i].votes != 1 || b->rows[i].ways != b->rows[0].ways)
            return 0;
    return b->rows[0].ways;
}

static void add_conflict(struct rows_row *row)
{
    if (row->conflicts < UINT8_MAX)
        row->conflicts++;
}

enum rows_vote rows_count(struct rows_block *b, unsigned n,
                          const uint8_t *bytes, unsigned reading, unsigned way)
{
    uint8_t *have = b->bytes + (size_t)n * ROWS_SIZE;
    struct rows_row *row = &b->rows[n];
    bool first = row->votes == 0;
    bool spoilt;
    bool changed;
    bool same = !first && memcmp(have, bytes, ROWS_SIZE) == 0;

    if (row->reading == reading)
        return ROWS_OLD;
    row->reading = reading;
    if (same) {
        row->votes += row->votes < UINT8_MAX;
        row->ways |= way_set(way);
        return ROWS_NEW;
    }
    spoilt = first && row->conflicts > 0;
    changed = memcmp(have, bytes, ROWS_SIZE) != 0;
    memcpy(have, bytes, ROWS_SIZE);
    row->votes = 1;
    row->ways = way_set(way);
    if (first)
        return spoilt && changed ? ROWS_REPLACED : ROWS_NEW;
    add_conflict(row);
    return ROWS_CONFLICT;
}

void rows_spoil(struct rows_block *b, unsigned n)
{
    b->rows[n].votes = 0;
    add_conflict(&b->rows[n]);
}

void rows_age(struct rows_block *b)
{
    for (unsigned i = 0; i < ROWS_A_BLOCK; i++) {
        struct rows_row *row = &b->rows[i];
        row->reading = 0;
        if (row->votes < 2)
            continue;
        row->aged = row->votes > row->aged ? row->votes : row->aged;
        row->votes = 1;
        row->ways = 0;
    }
    b->guess = true;
}

bool rows_all_came(const struct rows_block *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (b->rows[i].reading == 0)
            return false;
    return true;
}

unsigned rows_conflicts(const struct rows_block *b)
{
    unsigned most = 0;

    for (unsigned i = 0; i < ROWS_A_BLOCK; i++)
        if (b->rows[i].conflicts > most)
            most = b->rows[i].conflicts;
    return most;
}
