// SPDX-License-Identifier: BSD-2-Clause
// Confirming by the device's own checksum.

/*
 * One checksum of up to 64 KiB costs a line of text where the bytes cost
 * thousands. What differs is halved until the wrong rows are found, which are
 * spoilt: only they are read again. A sum that differs is asked for once more
 * before it is believed; below that a half is known to be wrong without asking
 * when the other one is right.
 *
 * Pieces wait on a stack, the front ones on top. A piece is whole blocks, or
 * rows within one block.
 *
 *   unknown --ask--> same: its whole blocks are confirmed
 *                \-> differs: as wrong
 *   wrong   --one row-->  spoilt
 *           --else----->  two halves: ask the front one; it is the same: the
 *                         other one is wrong; it differs: it is wrong and the
 *                         other one unknown
 *
 * Where much is wrong, halving costs more than reading again: after SPOILT_MAX
 * rows a wrong block is spoilt as a whole, and when as many blocks are spoilt
 * as assemble.c can keep in mind with ease, they are read before it goes on.
 *
 * Bytes that were not read in this session, a guess, are compared by prove.c;
 * what that cannot prove is left to a second reading (stale.c). Of a guess that
 * is wrong whole blocks are dropped: rows beside a wrong one are no better.
 * Those that were, one sum proves: noise on the line knows nothing of records
 * and their sums.
 *
 * A device may have a command of that name that computes something else. Until
 * one sum was right, single blocks are compared, and read again as a whole;
 * after REFUSED_MAX that differed, its sums are not asked for any more.
 */

#include "fetch/confirm_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define SPOILT_MAX   64U /* rows; then whole blocks */
#define IN_BLOCK_MAX 4U  /* rows of one block; then all that is wrong in it */
#define REFUSED_MAX  5U  /* below what gives a block up */
#define STALE_ASKS   48U /* then the rest of a guess is left to be read again */

uint64_t confirm_sum_max(const struct fetcher *f, size_t medium)
{
    if (f->sum_broken || device_checksum_algorithm(
                             f->device, f->map->media[medium].base) == NULL)
        return 0;
    return f->sum_agreed ? f->unsummed.piece : BLOCK_SIZE;
}

static void push(struct confirm *c, uint64_t offset, uint64_t len, bool wrong)
{
    assert(c->n < STACK_MAX); /* a level of halving has one piece waiting */
    c->stack[c->n++] = (struct piece){offset, len, wrong};
}

static void confirm_piece(struct confirm *c, const struct piece *p)
{
    struct fetcher *f = c->f;
    uint64_t end = p->offset + p->len;
    uint64_t n = (p->offset + BLOCK_SIZE - 1) / BLOCK_SIZE;

    f->sum_agreed = f->sum_agreed || c->heard;
    f->progress_ms = clock_ms();
    if (confirm_is_guess(c, p))
        ranges_remove(&f->before, c->medium, p->offset, p->len);
    stale_verified(f, c->medium, p->offset, p->len);
    for (; n < blocks_count(c->blocks) &&
           n * BLOCK_SIZE + blocks_length(c->blocks, n) <= end;
         n++) {
        if (blocks_state(c->blocks, n) == BLOCK_CHECKSUM ||
            stale_is_unproved(f, c->medium, n))
            continue;
        blocks_confirm(c->blocks, n, BLOCK_CHECKSUM);
        doubt_forget(f, c->medium, n);
        ranges_remove(&f->debts, c->medium, n * BLOCK_SIZE, BLOCK_SIZE);
        fetcher_note_change(f);
    }
}

/* The rows of p, which lies in one block, are read again and compared with what
 * they had been. */
static void spoil_rows(struct confirm *c, const struct piece *p)
{
    for (uint64_t at = p->offset; at < p->offset + p->len; at += ROWS_SIZE)
        assemble_spoil(c->f, c->medium, at / BLOCK_SIZE,
                       (unsigned)(at % BLOCK_SIZE / ROWS_SIZE));
}

/* What an earlier session left and is wrong now, a block. Where no sum was
 * right yet it may be the sum that is wrong. */
static void drop(struct confirm *c, const struct piece *p)
{
    uint64_t n = p->offset / BLOCK_SIZE;

    if (!block_state_known(blocks_state(c->blocks, n)))
        return;
    c->dropped += blocks_length(c->blocks, n);
    if (c->f->sum_agreed)
        doubt_drop(c->f, c->medium, n);
    else
        spoil_rows(c, p);
}

static void spoil(struct confirm *c, const struct piece *p)
{
    if (c->blocks_spoilt == 0 || c->block != p->offset / BLOCK_SIZE) {
        c->blocks_spoilt++;
        c->in_block = 0;
    }
    c->block = p->offset / BLOCK_SIZE; /* p lies in one */
    c->in_block += (unsigned)(p->len / ROWS_SIZE);
    c->spoilt += (unsigned)(p->len / ROWS_SIZE);
    spoil_rows(c, p);
    c->f->noisy = true;
    device_forget_copies(c->f->device); /* a bit of one may have fallen over */
}

static uint64_t half_of(const struct piece *p)
{
    uint64_t unit = p->len > BLOCK_SIZE ? BLOCK_SIZE : ROWS_SIZE;

    return (p->len / unit + 1) / 2 * unit;
}

/* Into two of which nothing is known. */
static void part(struct confirm *c, const struct piece *p)
{
    uint64_t half = half_of(p);

    push(c, p->offset + half, p->len - half, false);
    push(c, p->offset, half, false);
}

/* Of a wrong piece the front half is compared. */
static void halve(struct confirm *c, const struct piece *p)
{
    uint64_t half = half_of(p);
    struct piece front = {p->offset, half, false};

    c->asked++;
    switch (confirm_compare(c, &front, false)) {
    case PROOF_SAME:
        confirm_piece(c, &front);
        push(c, p->offset + half, p->len - half, !c->partly);
        break;
    case PROOF_DIFFERS:
        push(c, p->offset + half, p->len - half, false);
        push(c, front.offset, front.len, true);
        break;
    case PROOF_UNKNOWN:
        if (confirm_is_too_much(c))
            part(c, p);
        break;
    }
}

/* Bytes that the device's sums count in. */
static uint64_t unit_of(const struct confirm *c)
{
    return device_checksum_unit(c->f->device, c->f->map->media[c->medium].base);
}

static void take_wrong(struct confirm *c, const struct piece *p)
{
    bool here = c->blocks_spoilt > 0 && c->block == p->offset / BLOCK_SIZE &&
                c->in_block >= IN_BLOCK_MAX;
    bool much = p->len <= BLOCK_SIZE &&
                (here || c->spoilt >= SPOILT_MAX || p->len <= unit_of(c));

    if (confirm_is_guess(c, p) && p->len <= BLOCK_SIZE)
        drop(c, p);
    else if (p->len <= ROWS_SIZE || much)
        spoil(c, p);
    else
        halve(c, p);
}

static void take(struct confirm *c, const struct piece *p)
{
    if (confirm_is_guess(c, p) && c->asked > STALE_ASKS) {
        confirm_unproved(c, p->offset, p->len);
        return;
    }
    if (p->wrong) {
        take_wrong(c, p);
        return;
    }
    switch (confirm_compare(c, p, true)) {
    case PROOF_SAME:
        confirm_piece(c, p);
        break;
    case PROOF_DIFFERS:
        c->asked++;
        take_wrong(c, p);
        break;
    case PROOF_UNKNOWN:
        if (confirm_is_too_much(c))
            part(c, p);
        break;
    }
}

/* Works on the pieces until there are none, or it has become pointless. */
static void run(struct confirm *c)
{
    while (c->n > 0 && c->error == 0) {
        struct piece p = c->stack[--c->n];
        take(c, &p);
        if (fetcher_attend(c->f) || c->blocks_spoilt * 2 > c->f->rows.n_slots)
            break;
    }
}

static struct confirm confirm_on(struct fetcher *f, size_t medium,
                                 uint64_t offset, uint64_t len)
{
    return (struct confirm){.f = f,
                            .medium = medium,
                            .blocks = cache_blocks(f->cache, medium),
                            .all = {.offset = offset, .len = (size_t)len},
                            .wanted = true};
}

static void confirm_end(struct confirm *c)
{
    free(c->room);
}

/* The device has not been right yet: whether it ever will be is the question,
 * as much as whether the bytes are. */
static void first_sum(struct confirm *c, const struct piece *p)
{
    struct fetcher *f = c->f;
    bool guess = confirm_is_guess(c, p);
    enum proof_verdict v = confirm_compare(c, p, true);

    if (v == PROOF_SAME)
        confirm_piece(c, p);
    if (v == PROOF_SAME || (v == PROOF_UNKNOWN && c->error != -EBADMSG))
        return;
    if (v == PROOF_DIFFERS)
        spoil(c, p);
    /* A guess may be wrong: read anew it tells more. */
    if (v == PROOF_DIFFERS && guess)
        return;
    if (++f->sum_refused < REFUSED_MAX * noise_patience(f))
        return;
    f->sum_broken = true;
    err_say(&f->last_error,
            "the device's checksum command never agrees with what it prints: "
            "confirming by a second reading instead");
    log_warn("%s", f->last_error.text);
}

void confirm_by_sum(struct fetcher *f)
{
    const struct piece whole = {f->current.offset, f->current.len, false};
    struct confirm c = confirm_on(f, f->current.medium, whole.offset,
                                  whole.len);

    if (f->sum_agreed) {
        push(&c, whole.offset, whole.len, false);
        run(&c);
    } else {
        first_sum(&c, &whole);
    }
    confirm_end(&c);
    answer_settle(f);
}

int confirm_stale(struct fetcher *f, uint64_t *differs)
{
    struct confirm c = confirm_on(f, f->current.medium, f->current.offset,
                                  f->current.len);

    c.wanted = false; /* it may be compared because nobody waits */
    push(&c, f->current.offset, f->current.len, false);
    run(&c);
    confirm_end(&c);
    *differs = c.dropped;
    /* -ENODATA: a block was damaged on disk and is absent now; what is around
     * it has not been compared. */
    if (c.error == -ENODATA)
        return -EINTR;
    return c.error != 0 || c.n == 0 ? c.error : -EINTR;
}

/* Single blocks, until one tells whether the device's sums can be believed.
 * False: not yet. Of blocks that asking does not prove nothing is learned. */
static bool agree_first(struct confirm *c, struct piece *rest)
{
    while (!c->f->sum_agreed && rest->len > 0) {
        struct piece first = {rest->offset,
                              rest->len < BLOCK_SIZE ? rest->len : BLOCK_SIZE,
                              false};
        first_sum(c, &first);
        if (c->heard && !c->f->sum_agreed)
            return false;
        rest->offset += first.len;
        rest->len -= first.len;
    }
    return true;
}

bool confirm_known(struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len)
{
    struct confirm c = confirm_on(f, medium, offset, len);
    struct piece rest = {offset, len, false};
    bool agreed;

    c.now = true;
    agreed = agree_first(&c, &rest);
    if (agreed && rest.len > 0) {
        push(&c, rest.offset, rest.len, false);
        run(&c);
    }
    confirm_end(&c);
    return agreed && c.n == 0 && c.error == 0;
}
