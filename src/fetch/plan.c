// SPDX-License-Identifier: BSD-2-Clause
// From wanted ranges and block states to the next device request; pure.

#include "fetch/plan.h"

#define ROW 16U

/* A block of state s lacks what a step of kind what brings. bad_too: given up
 * blocks are tried again. */
static bool lacks(enum block_state s, enum plan_what what, bool bad_too)
{
    if (what == PLAN_READ)
        return s == BLOCK_ABSENT || (bad_too && s == BLOCK_BAD);
    return s == BLOCK_GOOD;
}

static bool covers(const struct plan_want *w, size_t medium, uint64_t block)
{
    uint64_t start = block * BLOCK_SIZE;

    return w->medium == medium && w->offset < start + BLOCK_SIZE &&
           start < w->offset + w->len;
}

static bool anybody_wants(const struct plan_input *in, size_t medium,
                          const struct blocks *b, uint64_t n,
                          enum plan_what what)
{
    for (size_t i = 0; i < in->n_wants; i++) {
        const struct plan_want *w = &in->wants[i];
        if (covers(w, medium, n) && (what == PLAN_READ || w->confirm) &&
            lacks(blocks_state(b, n), what, !w->once))
            return true;
    }
    return false;
}

/* The first block of w that lacks what a step of kind what brings. */
static bool first_lacking(const struct plan_want *w, const struct blocks *b,
                          enum plan_what what, uint64_t *out)
{
    uint64_t end = (w->offset + w->len - 1) / BLOCK_SIZE + 1;
    enum block_state state;
    uint64_t run;

    for (uint64_t n = w->offset / BLOCK_SIZE; n < end; n += run) {
        run = blocks_run(b, n, end, &state);
        if (lacks(state, what, !w->once)) {
            *out = n;
            return true;
        }
    }
    return false;
}

/* Whole rows of block n; media are multiples of 16. */
static unsigned rows_of(const struct blocks *b, uint64_t n)
{
    return (unsigned)(blocks_length(b, n) / ROW);
}

/* Cuts s where it reaches a multiple of step behind its start. */
static void cut_at(struct plan_step *s, uint64_t step)
{
    uint64_t room = step != 0 ? step - s->offset % step : s->len;

    if (s->len > room)
        s->len = room;
}

/* The next run of rows that have not come, up to the next multiple of max: a
 * command of fixed length brings no more. */
static void rest_of_block(const struct plan_limits *l, const struct blocks *b,
                          uint64_t n, uint32_t have, struct plan_step *s)
{
    unsigned rows = rows_of(b, n);
    unsigned first = 0;
    unsigned end;

    while (first < rows && (have >> first & 1U) != 0)
        first++;
    for (end = first; end < rows && (have >> end & 1U) == 0; end++)
        ;
    s->offset = n * BLOCK_SIZE + (uint64_t)first * ROW;
    s->len = (uint64_t)(end - first) * ROW;
    cut_at(s, l->max);
}

/* To be confirmed by reading though there are checksums. */
static bool is_unproved(const struct plan_input *in, size_t medium, uint64_t n)
{
    return in->unproved != NULL && in->unproved(in->arg, medium, n);
}

/* Block n is read again as the first one is. */
static bool is_alike(const struct plan_input *in, const struct plan_limits *l,
                     const struct plan_step *s, uint64_t n)
{
    return s->what != PLAN_AGAIN || l->sum_max == 0 ||
           is_unproved(in, s->medium, n);
}

static void run_of_blocks(const struct plan_input *in,
                          const struct plan_limits *l, const struct blocks *b,
                          uint64_t first, struct plan_step *s)
{
    bool confirm = s->what == PLAN_AGAIN;
    uint64_t n = first;

    s->offset = first * BLOCK_SIZE;
    do {
        s->len += blocks_length(b, n);
        n++;
    } while (s->len < l->max && n < blocks_count(b) &&
             anybody_wants(in, s->medium, b, n, s->what) &&
             is_alike(in, l, s, n) &&
             in->rows(in->arg, s->medium, n, confirm) == 0);
    if (s->len > l->max)
        s->len = l->max;
}

static struct plan_step read_step(const struct plan_input *in,
                                  const struct plan_limits *l,
                                  enum plan_what what, size_t medium,
                                  const struct blocks *b, uint64_t n)
{
    struct plan_step s = {.what = what, .medium = medium};
    uint32_t have = in->rows(in->arg, medium, n, what == PLAN_AGAIN);

    if (have != 0)
        rest_of_block(l, b, n, have, &s);
    else
        run_of_blocks(in, l, b, n, &s);
    cut_at(&s, l->border);
    return s;
}

static struct plan_step sum_step(const struct plan_input *in,
                                 const struct plan_limits *l, size_t medium,
                                 const struct blocks *b, uint64_t n)
{
    struct plan_step s = {PLAN_SUM, medium, n * BLOCK_SIZE, 0};

    for (; s.len < l->sum_max && n < blocks_count(b) &&
           blocks_state(b, n) == BLOCK_GOOD && !is_unproved(in, medium, n);
         n++)
        s.len += blocks_length(b, n);
    cut_at(&s, l->border);
    return s;
}

struct plan_step plan_next(const struct plan_input *in)
{
    for (size_t i = 0; i < in->n_wants; i++) {
        const struct plan_want *w = &in->wants[i];
        const struct blocks *b = in->blocks(in->arg, w->medium);
        enum plan_what what = PLAN_READ;
        struct plan_limits l;
        uint64_t n;
        if (!first_lacking(w, b, PLAN_READ, &n)) {
            if (!w->confirm || !first_lacking(w, b, PLAN_AGAIN, &n))
                continue;
            what = PLAN_AGAIN;
        }
        l = in->limits(in->arg, w->medium);
        return what == PLAN_AGAIN && l.sum_max > 0 &&
                       !is_unproved(in, w->medium, n)
                   ? sum_step(in, &l, w->medium, b, n)
                   : read_step(in, &l, what, w->medium, b, n);
    }
    return (struct plan_step){.what = PLAN_NOTHING};
}

bool plan_wanted(const struct plan_input *in, const struct plan_step *step)
{
    const struct blocks *b = in->blocks(in->arg, step->medium);
    uint64_t end = step->offset + step->len;

    for (uint64_t n = step->offset / BLOCK_SIZE; n * BLOCK_SIZE < end; n++)
        if (anybody_wants(in, step->medium, b, n, step->what))
            return true;
    return false;
}
