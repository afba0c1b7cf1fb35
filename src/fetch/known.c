// SPDX-License-Identifier: BSD-2-Clause
// Bytes that need not be moved: a checksum tells what they are.

/*
 * (What to ask about, and when: known_when.c.)
 *
 * Before an absent range is read the device is asked for its checksum. If that
 * is the one of blank flash, or of the same place in a reference, the range is
 * taken from there once it is proved (prove.c): it is confirmed, by the route
 * by which everything is. Blocks that asking does not prove are read.
 *
 * A question costs as much of the line as some 160 bytes. It is asked once for
 * each range; what it left open is halved only where that pays:
 *
 *   a reference   as long as what was found in references has earned it (a
 *                 sibling that has next to nothing in common costs 64
 *                 questions, and one for each range)
 *   blank rows    a KiB of them came while reading: what follows is asked
 *                 about, a few times
 *
 * After a range that was blank as a whole the next question covers twice as
 * much, up to REACH_MAX.
 *
 * Nothing is asked before a sum of what had been read was right.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REACH_MAX  KNOWN_REACH_MAX
#define LEAF       KNOWN_LEAF /* what is halved is longer */
#define CREDIT_MAX 4096
#define HINT_ASKS  8
#define STEPS_MAX  32U /* questions to prove a piece; more: it is parted */
#define ROOM       (SELFSUM_BEFORE + REACH_MAX + SELFSUM_BEHIND)
#define STACK_MAX  64U

struct piece {
    uint64_t offset;
    uint64_t len;
    bool half;  /* its sibling is on the stack below */
    bool wrong; /* it is not what the reference has there: not asked */
};

struct asking {
    struct fetcher *f;
    size_t medium;
    struct blocks *blocks;
    struct piece stack[STACK_MAX];
    size_t n;
    int budget;             /* halvings */
    uint8_t *room;          /* ROOM bytes */
    uint8_t *bytes;         /* within: what a piece may be */
    struct ranges unproved; /* of it */
    bool same_place;        /* they were those of a reference at this offset */
    bool blank;             /* all that was asked for was blank */
    int error;              /* why nothing was proved; 0: it was answered */
};

/* --- what a sum may stand for --- */

static bool is_sum_of(const struct digest_value *sum, const void *bytes,
                      size_t len)
{
    struct digest_value ours;

    digest_of(sum->algorithm, bytes, len, &ours);
    return digest_same(sum, &ours);
}

static void note_unproved(void *arg, uint64_t offset, uint64_t len)
{
    struct asking *a = arg;

    ranges_add(&a->unproved, a->medium, offset, len);
}

/* a->bytes are the device's, all that is not in a->unproved. Their sum is
 * right; where that does not prove it, more is asked. */
static bool is_proved(struct asking *a, const struct proof_guess *g)
{
    struct prove p = {.f = a->f,
                      .medium = a->medium,
                      .steps_max = STEPS_MAX,
                      .whole_is_right = true,
                      .unproved = note_unproved,
                      .arg = a};
    enum proof_verdict v;

    a->unproved.n = 0;
    v = prove_bytes(&p, g);
    a->error = v == PROOF_UNKNOWN ? p.error : 0;
    return v == PROOF_SAME;
}

static bool is_blank(struct asking *a, const struct piece *p,
                     const struct digest_value *sum)
{
    static const int values[] = {0xff, 0x00};
    const struct proof_guess g = {
        .bytes = a->room, .len = (size_t)p->len, .offset = p->offset};

    a->bytes = a->room;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        memset(a->bytes, values[i], (size_t)p->len);
        if (is_sum_of(sum, a->bytes, (size_t)p->len))
            return is_proved(a, &g);
    }
    return false;
}

/* What the reference has there, and around it. */
static bool read_reference(struct asking *a, struct reference *r,
                           const struct piece *p, struct proof_guess *g)
{
    uint64_t end = p->offset + p->len;
    uint64_t size = reference_size(r);
    uint64_t left = size > end ? size - end : 0;

    *g = (struct proof_guess){
        .bytes = a->room,
        .before = p->offset < SELFSUM_BEFORE ? (size_t)p->offset
                                             : SELFSUM_BEFORE,
        .len = (size_t)p->len,
        .behind = left < SELFSUM_BEHIND ? (size_t)left : SELFSUM_BEHIND,
        .offset = p->offset,
        .end_unknown = left == 0 && end < blocks_size(a->blocks)};
    a->bytes = a->room + g->before;
    return end <= size && reference_read(r, p->offset - g->before, a->room,
                                         g->before + g->len + g->behind) == 0;
}

static bool is_same_place(struct asking *a, const struct piece *p,
                          const struct digest_value *sum)
{
    const struct known *k = &a->f->known;
    struct proof_guess g;

    for (size_t i = 0; i < k->n_references; i++)
        if (read_reference(a, k->references[i], p, &g) &&
            is_sum_of(sum, a->bytes, (size_t)p->len) && is_proved(a, &g))
            return true;
    return false;
}

/* --- taking it --- */

static bool keep(struct asking *a, const struct piece *p)
{
    struct fetcher *f = a->f;
    struct err err = {""};
    uint64_t n = p->offset / BLOCK_SIZE;

    for (uint64_t at = 0; at < p->len; n++) {
        size_t len = blocks_length(a->blocks, n);
        if (!block_state_confirmed(blocks_state(a->blocks, n)) &&
            !ranges_meet(&a->unproved, a->medium, n * BLOCK_SIZE, len)) {
            doubt_replace(f, a->medium, n, a->bytes + at);
            if (blocks_put(a->blocks, n, a->bytes + at, &err) < 0) {
                log_warn("cache: %s", err.text);
                return false; /* reading it will tell the reader */
            }
            blocks_confirm(a->blocks, n, BLOCK_CHECKSUM);
            ranges_remove(&f->before, a->medium, n * BLOCK_SIZE, len);
        }
        at += len;
    }
    stale_verified(f, a->medium, p->offset, p->len);
    ranges_remove(&f->debts, a->medium, p->offset, p->len);
    fetcher_note_change(f);
    f->progress_ms = clock_ms();
    return true;
}

static void earn(struct asking *a, uint64_t bytes)
{
    a->budget += (int)(bytes / LEAF);
    if (a->budget > CREDIT_MAX)
        a->budget = CREDIT_MAX;
}

static uint64_t proved_of(const struct asking *a, const struct piece *p)
{
    uint64_t len = p->len;

    for (size_t i = 0; i < a->unproved.n; i++)
        len -= a->unproved.list[i].len;
    return len;
}

/* True: p is known now, but for what is not proved and is to be read. */
static bool recognise(struct asking *a, const struct piece *p,
                      const struct digest_value *sum)
{
    struct fetcher *f = a->f;

    a->same_place = false;
    a->error = 0;
    if (is_blank(a, p, sum)) {
        if (!keep(a, p))
            return false;
        fetcher_count(f, &f->stats.blank, proved_of(a, p));
        a->blank = a->blank && a->unproved.n == 0;
        return true;
    }
    a->blank = false;
    a->same_place = a->error == 0 && is_same_place(a, p, sum);
    if (!a->same_place || !keep(a, p))
        return false;
    fetcher_count(f, &f->stats.referred, proved_of(a, p));
    earn(a, proved_of(a, p));
    return true;
}

/* --- one range --- */

static void push(struct asking *a, struct piece p)
{
    assert(a->n < STACK_MAX); /* two sides of a tree of halves */
    a->stack[a->n++] = p;
}

/* Bytes in front of the roundest offset within p: what was changed lies in
 * blocks of flash. */
static uint64_t front_half(const struct piece *p)
{
    uint64_t round = REACH_MAX;
    uint64_t front;

    while ((front = round - p->offset % round) >= p->len)
        round /= 2;
    return front;
}

static void part(struct asking *a, const struct piece *p)
{
    uint64_t half = front_half(p);

    push(a, (struct piece){p->offset + half, p->len - half, false, false});
    push(a, (struct piece){p->offset, half, false, false});
}

static void halve(struct asking *a, const struct piece *p)
{
    uint64_t half;

    if (p->len <= LEAF)
        return;
    if (p->len <= a->f->known.ask_first) {
        if (a->budget <= 0)
            return;
        a->budget--;
    }
    half = front_half(p);
    push(a, (struct piece){p->offset + half, p->len - half, false, false});
    push(a, (struct piece){p->offset, half, true, false});
}

/* It is over when the device is there again; all else would come again. */
static bool is_passing(int ret)
{
    return ret == -EINTR || ret == -ENODEV || ret == -ETIMEDOUT ||
           ret == -ESTALE;
}

static int take(struct asking *a, const struct piece *p)
{
    struct digest_value sum;
    int ret;

    if (p->wrong) {
        halve(a, p);
        return 0;
    }
    ret = confirm_ask(a->f, a->medium, p->offset, p->len, &sum);
    if (ret < 0)
        a->blank = false;
    if (ret == -EBADMSG)
        return 0; /* then it is read */
    if (ret < 0)
        return ret;
    a->f->progress_ms = clock_ms(); /* many pieces may come to nothing */
    if (!recognise(a, p, &sum)) {
        if (a->error == -E2BIG)
            part(a, p);
        else if (a->error == 0)
            halve(a, p);
        return is_passing(a->error) ? a->error : 0;
    }
    if (p->half && a->same_place)
        a->stack[a->n - 1].wrong = true; /* the whole was not the reference's */
    return 0;
}

/* Where it was broken off, if it was. */
static uint64_t front(const struct asking *a, uint64_t end)
{
    return a->n > 0 ? a->stack[a->n - 1].offset : end;
}

static int ask(struct asking *a)
{
    const struct plan_step *s = &a->f->current;
    uint64_t end;
    int ret = 0;

    push(a, (struct piece){s->offset, s->len, false, false});
    while (ret == 0 && a->n > 0) {
        struct piece p = a->stack[--a->n];
        ret = take(a, &p);
        if (is_passing(ret))
            push(a, p); /* it has not been asked about */
        if (ret == 0 && fetcher_attend(a->f))
            ret = -EINTR;
    }
    end = front(a, s->offset + s->len);
    if (end > s->offset)
        ranges_add(&a->f->known.asked, s->medium, s->offset, end - s->offset);
    return ret;
}

int known_ask(struct fetcher *f)
{
    struct known *k = &f->known;
    bool hint = k->hint;
    struct asking a = {.f = f,
                       .medium = f->current.medium,
                       .blocks = cache_blocks(f->cache, f->current.medium),
                       .budget = hint ? HINT_ASKS : k->credit,
                       .blank = true};
    int ret;

    k->hint = false;
    a.room = malloc(ROOM);
    if (a.room == NULL)
        return -ENOMEM;
    ret = ask(&a);
    free(a.room);
    if (!hint)
        k->credit = a.budget;
    if (ret == 0 && a.blank)
        k->reach = k->reach * 2 < REACH_MAX ? k->reach * 2 : REACH_MAX;
    else
        k->reach = k->ask_first;
    answer_settle(f);
    return ret;
}
