// SPDX-License-Identifier: BSD-2-Clause
// From wanted ranges and block states to the next device request; pure.

#include "fetch/plan.h"

#define ROW 16U

static bool missing(const struct blocks *b, uint64_t n)
{
    enum block_state s = blocks_state(b, n);

    return s == BLOCK_ABSENT || s == BLOCK_BAD;
}

static bool covers(const struct plan_want *w, size_t medium, uint64_t block)
{
    uint64_t start = block * BLOCK_SIZE;

    return w->medium == medium && w->offset < start + BLOCK_SIZE &&
           start < w->offset + w->len;
}

static bool anybody_wants(const struct plan_input *in, size_t medium,
                          uint64_t block)
{
    for (size_t i = 0; i < in->n_wants; i++)
        if (covers(&in->wants[i], medium, block))
            return true;
    return false;
}

/* The first missing block of w. */
static bool first_missing(const struct plan_want *w, const struct blocks *b,
                          uint64_t *out)
{
    uint64_t last = (w->offset + w->len - 1) / BLOCK_SIZE;

    for (uint64_t n = w->offset / BLOCK_SIZE; n <= last; n++)
        if (missing(b, n)) {
            *out = n;
            return true;
        }
    return false;
}

/* Whole rows of block n; media are multiples of 16. */
static unsigned rows_of(const struct blocks *b, uint64_t n)
{
    return (unsigned)(blocks_length(b, n) / ROW);
}

/* The next run of rows that have not come, up to the next multiple of max: a
 * command of fixed length brings no more. */
static struct plan_range rest_of_block(const struct plan_input *in,
                                       size_t medium, const struct blocks *b,
                                       uint64_t n, uint32_t have)
{
    struct plan_range r = {.medium = medium};
    unsigned rows = rows_of(b, n);
    unsigned first = 0;
    unsigned end;

    while (first < rows && (have >> first & 1U) != 0)
        first++;
    for (end = first; end < rows && (have >> end & 1U) == 0; end++)
        ;
    r.offset = n * BLOCK_SIZE + (uint64_t)first * ROW;
    r.len = (uint64_t)(end - first) * ROW;
    if (r.len > in->max - r.offset % in->max)
        r.len = in->max - r.offset % in->max;
    return r;
}

static struct plan_range run_of_blocks(const struct plan_input *in,
                                       size_t medium, const struct blocks *b,
                                       uint64_t first)
{
    struct plan_range r = {medium, first * BLOCK_SIZE, 0};
    uint64_t n = first;

    do {
        r.len += blocks_length(b, n);
        n++;
    } while (r.len < in->max && n < blocks_count(b) && missing(b, n) &&
             in->rows(in->arg, medium, n) == 0 && anybody_wants(in, medium, n));
    if (r.len > in->max)
        r.len = in->max;
    return r;
}

struct plan_range plan_next(const struct plan_input *in)
{
    for (size_t i = 0; i < in->n_wants; i++) {
        const struct plan_want *w = &in->wants[i];
        const struct blocks *b = in->blocks(in->arg, w->medium);
        uint64_t n;
        uint32_t have;
        if (!first_missing(w, b, &n))
            continue;
        have = in->rows(in->arg, w->medium, n);
        if (have != 0)
            return rest_of_block(in, w->medium, b, n, have);
        return run_of_blocks(in, w->medium, b, n);
    }
    return (struct plan_range){0, 0, 0};
}

bool plan_wanted(const struct plan_input *in, size_t medium, uint64_t offset,
                 uint64_t len)
{
    const struct blocks *b = in->blocks(in->arg, medium);

    for (uint64_t n = offset / BLOCK_SIZE; n * BLOCK_SIZE < offset + len; n++)
        if (missing(b, n) && anybody_wants(in, medium, n))
            return true;
    return false;
}
