// SPDX-License-Identifier: BSD-2-Clause
// Bytes that need not be moved: a checksum tells what they are.

/*
 * (What to ask about, and when: known_when.c.)
 *
 * Before an absent range is read the device is asked for its checksum. If that
 * is the one of blank flash, of the same place in a reference, or of another
 * place there, the range is taken from there: it is confirmed, by the route by
 * which everything is. A place elsewhere in a reference is one of many
 * thousands, so that one sum of 32 bits is not enough: the sum of the front
 * half must agree, too.
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
#define PLACES_MAX 4 /* elsewhere in a reference, for one sum */
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
    int budget;      /* halvings */
    uint8_t *bytes;  /* REACH_MAX of them: what a piece may be */
    bool same_place; /* they were those of a reference at this offset */
    bool blank;      /* all that was asked for was blank */
};

/* --- what a sum may stand for --- */

static bool is_sum_of(const struct digest_value *sum, const void *bytes,
                      size_t len)
{
    struct digest_value ours;

    digest_of(sum->algorithm, bytes, len, &ours);
    return digest_same(sum, &ours);
}

static bool is_blank(struct asking *a, const struct piece *p,
                     const struct digest_value *sum)
{
    static const int values[] = {0xff, 0x00};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        memset(a->bytes, values[i], (size_t)p->len);
        if (is_sum_of(sum, a->bytes, (size_t)p->len))
            return true;
    }
    return false;
}

static bool is_same_place(struct asking *a, const struct piece *p,
                          const struct digest_value *sum)
{
    const struct known *k = &a->f->known;

    for (size_t i = 0; i < k->n_references; i++)
        if (reference_read(k->references[i], p->offset, a->bytes,
                           (size_t)p->len) == 0 &&
            is_sum_of(sum, a->bytes, (size_t)p->len))
            return true;
    return false;
}

/* The second sum, over the front half. */
static bool front_agrees(struct asking *a, const struct piece *p)
{
    struct digest_value sum;

    return confirm_ask(a->f, a->medium, p->offset, p->len / 2, &sum) == 0 &&
           is_sum_of(&sum, a->bytes, (size_t)(p->len / 2));
}

static bool is_elsewhere_in(struct asking *a, struct reference *r,
                            const struct piece *p,
                            const struct digest_value *sum)
{
    uint64_t at = 0;

    for (int i = 0; i < PLACES_MAX && reference_find(r, sum, p->len, &at);
         i++, at++) {
        if (reference_read(r, at, a->bytes, (size_t)p->len) == 0 &&
            is_sum_of(sum, a->bytes, (size_t)p->len) && front_agrees(a, p))
            return true;
    }
    return false;
}

static bool is_elsewhere(struct asking *a, const struct piece *p,
                         const struct digest_value *sum)
{
    const struct known *k = &a->f->known;

    for (size_t i = 0; i < k->n_references; i++)
        if (is_elsewhere_in(a, k->references[i], p, sum))
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
        if (!block_state_confirmed(blocks_state(a->blocks, n))) {
            if (blocks_put(a->blocks, n, a->bytes + at, &err) < 0) {
                log_warn("cache: %s", err.text);
                return false; /* reading it will tell the reader */
            }
            blocks_confirm(a->blocks, n, BLOCK_CHECKSUM);
            assemble_forget(f, a->medium, n);
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

/* True: p is known now. */
static bool recognise(struct asking *a, const struct piece *p,
                      const struct digest_value *sum)
{
    struct fetcher *f = a->f;

    a->same_place = false;
    if (is_blank(a, p, sum)) {
        if (!keep(a, p))
            return false;
        fetcher_count(f, &f->stats.blank, p->len);
        return true;
    }
    a->blank = false;
    a->same_place = is_same_place(a, p, sum);
    if ((!a->same_place && !is_elsewhere(a, p, sum)) || !keep(a, p))
        return false;
    fetcher_count(f, &f->stats.referred, p->len);
    earn(a, p->len);
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
    if (!recognise(a, p, &sum))
        halve(a, p);
    else if (p->half && a->same_place)
        a->stack[a->n - 1].wrong = true; /* the whole was not the reference's */
    return 0;
}

/* Where it was broken off, if it was. */
static uint64_t front(const struct asking *a, uint64_t end)
{
    return a->n > 0 ? a->stack[a->n - 1].offset : end;
}

/* It is over when the device is there again; all else would come again. */
static bool is_passing(int ret)
{
    return ret == -EINTR || ret == -ENODEV || ret == -ETIMEDOUT ||
           ret == -ESTALE;
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
    a.bytes = malloc(REACH_MAX);
    if (a.bytes == NULL)
        return -ENOMEM;
    ret = ask(&a);
    free(a.bytes);
    if (!hint)
        k->credit = a.budget;
    if (ret == 0 && a.blank)
        k->reach = k->reach * 2 < REACH_MAX ? k->reach * 2 : REACH_MAX;
    else
        k->reach = k->ask_first;
    answer_settle(f);
    return ret;
}
