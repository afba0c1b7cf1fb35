// SPDX-License-Identifier: BSD-2-Clause
// What to ask a device to prove that it has the bytes that we guess.

/*
 * A sum begins before the own sum of each self-checking span (selfsum.h). In a
 * run of zeros or ones each place is such a span, for a record of a kind that
 * could appear there; the device proves a run by comparing it with itself.
 *
 * A block with too many of both is read: asking would cost more. So are blocks
 * whose front is not known as far as the next multiple of FRONT, since a record
 * may begin before them.
 */

#include "base/proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MARKS_MAX  4U  /* questions more that a block is worth */
#define RUN_MIN    12U /* bytes, in whole words; shorter ones are cut */
#define CHANGE_MIN 5U  /* bytes within which a CRC can miss a change */
#define FRONT      4096U

struct run {
    uint64_t start; /* in whole words */
    uint64_t end;
};

struct maker {
    struct proof *out;
    const struct proof_guess *guess;
    const struct proof_means *means;
    uint64_t start; /* of the range */
    uint64_t end;
    uint64_t first_known; /* what bytes has */
    uint64_t end_known;
    uint8_t *cuts;
    uint8_t *marks; /* a block; above MARKS_MAX: it is read */
    struct run *runs;
    size_t n_runs;
    size_t room;
    bool failed;
};

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A list that doubles; NULL: no memory, and it is as it was. */
static void *room_for_one(void *list, size_t n, size_t *room, size_t each)
{
    size_t more = *room == 0 ? 16 : *room * 2;
    void *longer = list;

    if (n == *room) {
        longer = realloc(list, more * each);
        *room = longer != NULL ? more : *room;
    }
    return longer;
}

static void add_step(struct maker *m, enum proof_kind kind, uint64_t offset,
                     uint64_t end)
{
    struct proof *p = m->out;
    void *steps = room_for_one(p->steps, p->n, &p->room, sizeof(*p->steps));

    m->failed = m->failed || steps == NULL;
    if (steps == NULL)
        return;
    p->steps = steps;
    p->steps[p->n++] = (struct proof_step){kind, offset, end - offset};
}

static size_t block_of(const struct maker *m, uint64_t offset)
{
    return (size_t)(offset / PROOF_BLOCK - m->start / PROOF_BLOCK);
}

static void mark(struct maker *m, uint64_t offset, unsigned n)
{
    uint8_t *marks = &m->marks[block_of(m, offset)];

    *marks = (uint8_t)smaller(*marks + n, UINT8_MAX);
}

static bool is_read(const struct maker *m, uint64_t offset)
{
    return m->marks[block_of(m, offset)] > MARKS_MAX;
}

/* All blocks of [from, to) are to be read. */
static void mark_unproved(struct maker *m, uint64_t from, uint64_t to)
{
    from = larger(from, m->start);
    to = smaller(to, m->end);
    for (; from < to; from += PROOF_BLOCK - from % PROOF_BLOCK)
        mark(m, from, MARKS_MAX + 1);
}

/* --- runs --- */

static uint8_t byte_at(const struct maker *m, uint64_t offset)
{
    return m->guess->bytes[offset - m->first_known];
}

/* The run that offset lies in, as far as bytes are known. */
static struct run run_at(const struct maker *m, uint64_t offset)
{
    uint8_t value = byte_at(m, offset);
    struct run r = {offset, offset + 1};

    if (value != 0x00 && value != 0xff)
        return r;
    if (offset == m->start)
        while (r.start > m->first_known && byte_at(m, r.start - 1) == value)
            r.start--;
    while (r.end < m->end_known && byte_at(m, r.end) == value)
        r.end++;
    return r;
}

/* Cuts within it are of no use. */
static void clear_cuts(struct maker *m, const struct run *r)
{
    uint64_t last = r->end - PROOF_WORD;

    for (uint64_t at = larger(r->start, m->start); at <= last && at < m->end;
         at++)
        m->cuts[(at - m->start) / 8] &= (uint8_t) ~(1U << (at - m->start) % 8);
}

static void add_run(struct maker *m, const struct run *r)
{
    void *runs = room_for_one(m->runs, m->n_runs, &m->room, sizeof(*m->runs));

    m->failed = m->failed || runs == NULL;
    if (runs == NULL)
        return;
    m->runs = runs;
    m->runs[m->n_runs++] = *r;
}

static void take_run(struct maker *m, struct run r)
{
    uint64_t end = r.end;

    r.start += (PROOF_WORD - r.start % PROOF_WORD) % PROOF_WORD;
    r.end -= r.end % PROOF_WORD;
    if (r.end < r.start + RUN_MIN)
        return;
    clear_cuts(m, &r);
    add_run(m, &r);
    if (m->means->uniform)
        mark(m, larger(r.start, m->start), r.start < m->end);
    else if (smaller(end, m->end) - larger(r.start, m->start) >= CHANGE_MIN)
        mark_unproved(m, r.start, end);
}

static void find_runs(struct maker *m)
{
    struct run r;

    for (uint64_t at = m->start; at < m->end; at = r.end) {
        r = run_at(m, at);
        if (r.end - r.start >= RUN_MIN)
            take_run(m, r);
    }
}

/* What is to be asked of run r for the part [from, to): some words more, so
 * that no record lies across the edge of what is proved. */
static struct run around(const struct maker *m, const struct run *r,
                         uint64_t from, uint64_t to)
{
    uint64_t border = m->means->border;
    uint64_t more = UINT64_C(2) * PROOF_WORD;
    struct run q = {from - from % PROOF_WORD, to};

    q.start = larger(r->start, q.start > more ? q.start - more : 0);
    q.end += (PROOF_WORD - q.end % PROOF_WORD) % PROOF_WORD;
    q.end = smaller(r->end, q.end + more);
    if (border != 0) {
        q.start = larger(q.start, from - from % border);
        q.end = smaller(q.end, (to - 1) - (to - 1) % border + border);
    }
    return q;
}

/* A part of a run that is too short to be compared with itself, and long
 * enough for a record to end in. */
static void mark_stumps(struct maker *m)
{
    for (size_t i = 0; i < m->n_runs; i++) {
        const struct run *r = &m->runs[i];
        uint64_t from = larger(r->start, m->start);
        uint64_t to = smaller(r->end, m->end);
        struct run q;
        if (from >= to || to - from < CHANGE_MIN)
            continue;
        q = around(m, r, from, to);
        if (q.end < q.start + UINT64_C(2) * PROOF_WORD)
            mark_unproved(m, from, to);
    }
}

/* --- cuts --- */

static bool is_in_run(const struct maker *m, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < m->n_runs; i++)
        if (m->runs[i].start <= from && to <= m->runs[i].end)
            return true;
    return false;
}

static void mark_cuts(struct maker *m)
{
    for (uint64_t at = m->start; at < m->end; at++) {
        size_t n = (size_t)(at - m->start);
        if (n % 8 == 0 && m->cuts[n / 8] == 0)
            at += 7;
        else if (selfsum_is_cut(m->cuts, n))
            mark(m, at, at % m->means->unit == 0 ? 1 : MARKS_MAX + 1);
    }
}

/* A record may begin before what is known. */
static void mark_front(struct maker *m)
{
    uint64_t at = m->first_known;
    uint64_t end = (at + FRONT - 1) / FRONT * FRONT;

    if (!m->guess->front_unknown)
        return;
    for (; at < smaller(end, m->end); at += PROOF_BLOCK - at % PROOF_BLOCK)
        if (at >= m->start &&
            !(m->means->uniform && is_in_run(m, at, at + PROOF_BLOCK)))
            mark(m, at, MARKS_MAX + 1);
}

/* Its sum may end behind what is known: the first bytes of that are summed up
 * alone, and cannot change unseen. Where so few cannot be, the block is read.
 */
static void cut_end(struct maker *m)
{
    size_t n = (size_t)(m->end - m->start);

    if (!m->guess->end_unknown || n < PROOF_WORD)
        return;
    if (m->means->unit > 1) {
        mark_unproved(m, m->end - 1, m->end);
        return;
    }
    n -= PROOF_WORD - 1;
    m->cuts[n / 8] |= (uint8_t)(1U << n % 8);
}

/* --- questions --- */

static void ask_sums(struct maker *m, uint64_t from, uint64_t to)
{
    for (uint64_t at = from + 1; at < to; at++) {
        if (!selfsum_is_cut(m->cuts, (size_t)(at - m->start)))
            continue;
        add_step(m, PROOF_SUM, from, at);
        from = at;
    }
    add_step(m, PROOF_SUM, from, to);
}

static void ask_uniform(struct maker *m, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < m->n_runs; i++) {
        const struct run *r = &m->runs[i];
        uint64_t start = larger(r->start, from);
        uint64_t end = smaller(r->end, to);
        struct run q;
        if (end < start + CHANGE_MIN)
            continue;
        q = around(m, r, start, end);
        add_step(m, PROOF_UNIFORM, q.start, q.end);
    }
}

static void ask(struct maker *m)
{
    uint64_t next;

    for (uint64_t at = m->start; at < m->end; at = next) {
        bool read = is_read(m, at);
        next = at;
        do
            next += PROOF_BLOCK - next % PROOF_BLOCK;
        while (next < m->end && is_read(m, next) == read);
        next = smaller(next, m->end);
        if (read) {
            add_step(m, PROOF_NONE, at, next);
            continue;
        }
        ask_sums(m, at, next);
        ask_uniform(m, at, next);
    }
}

static int make(struct maker *m)
{
    const struct proof_guess *g = m->guess;
    const struct selfsum_range range = {
        .bytes = g->bytes,
        .before = g->before,
        .len = g->len,
        .behind = g->behind,
        .offset = g->offset,
        .msb_first = digest_sight(m->means->algorithm) == DIGEST_CRC_MSB_FIRST};
    int ret = selfsum_find(&range, m->cuts);

    if (ret < 0)
        return ret;
    cut_end(m);
    find_runs(m);
    if (m->means->uniform)
        mark_stumps(m);
    mark_cuts(m);
    mark_front(m);
    ask(m);
    return m->failed ? -ENOMEM : 0;
}

int proof_make(struct proof *out, const struct proof_guess *guess,
               const struct proof_means *means)
{
    struct maker m = {.out = out,
                      .guess = guess,
                      .means = means,
                      .start = guess->offset,
                      .end = guess->offset + guess->len,
                      .first_known = guess->offset - guess->before,
                      .end_known = guess->offset + guess->len + guess->behind,
                      .cuts = malloc(guess->len / 8 + 1),
                      .marks = calloc(guess->len / PROOF_BLOCK + 2, 1)};
    int ret = -ENOMEM;

    out->n = 0;
    if (digest_sight(means->algorithm) == DIGEST_SEES_ALL) {
        add_step(&m, PROOF_SUM, m.start, m.end);
        ret = m.failed ? -ENOMEM : 0;
    } else if (m.cuts != NULL && m.marks != NULL) {
        ret = make(&m);
    }
    free(m.cuts);
    free(m.marks);
    free(m.runs);
    return ret;
}

void proof_free(struct proof *p)
{
    free(p->steps);
    *p = (struct proof){.steps = NULL};
}

struct proof_guess proof_part(const struct proof_guess *all, uint64_t offset,
                              uint64_t len)
{
    struct proof_guess g = *all;
    uint64_t left = all->offset + all->len + all->behind - (offset + len);

    g.offset = offset;
    g.before += (size_t)(offset - all->offset);
    g.len = (size_t)len;
    g.behind = left < SELFSUM_BEHIND ? (size_t)left : SELFSUM_BEHIND;
    g.end_unknown = all->end_unknown && left < PROOF_WORD - 1;
    return g;
}
