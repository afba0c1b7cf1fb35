// SPDX-License-Identifier: BSD-2-Clause
// Blocks that are being put together from the rows of dumps.

#include "fetch/rows.h"

#include <errno.h>
#include <stdlib.h>

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

struct rows_block *rows_get(struct rows *r, size_t medium, uint64_t block)
{
    struct rows_block *b = rows_find(r, medium, block);

    if (b != NULL)
        return b;
    b = &r->slots[0];
    for (size_t i = 0; i < r->n_slots && b->used; i++)
        if (!r->slots[i].used || r->slots[i].stamp < b->stamp)
            b = &r->slots[i];
    *b = (struct rows_block){
        .used = true, .medium = medium, .block = block, .stamp = ++r->stamp};
    r->last = (size_t)(b - r->slots);
    return b;
}

void rows_drop(struct rows_block *b)
{
    b->used = false;
}
