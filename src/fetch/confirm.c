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
 * A device may have a command of that name that computes something else. Until
 * one sum was right, single blocks are compared, and read again as a whole;
 * after REFUSED_MAX that differed, its sums are not asked for any more.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#define SPOILT_MAX   64U /* rows; then whole blocks */
#define IN_BLOCK_MAX 4U  /* rows of one block; then all that is wrong in it */
#define REFUSED_MAX  5U  /* below what gives a block up */
#define ANSWERS_MAX  4   /* that cannot be understood, or differ each time */
#define PART_MAX     2   /* that cannot, and less can be asked about */
#define STACK_MAX    64U
#define STALE_ASKS   48U /* then all that is not known to be right is dropped */

enum verdict { SAME, DIFFERS, UNKNOWN };

struct piece {
    uint64_t offset;
    uint64_t len;
    bool wrong;
};

struct confirm {
    struct fetcher *f;
    size_t medium;
    struct blocks *blocks;
    struct piece stack[STACK_MAX];
    size_t n;
    unsigned spoilt; /* rows */
    size_t blocks_spoilt;
    uint64_t block;    /* the last of them */
    unsigned in_block; /* rows of it that are spoilt */
    int error;         /* ends it: of the device, or -ENODATA: of the cache */
    bool stale;        /* what is wrong is dropped, not read by rows */
    unsigned asked;    /* sums */
    uint64_t dropped;  /* bytes */
};

uint64_t confirm_sum_max(const struct fetcher *f, size_t medium)
{
    if (f->sum_broken || device_checksum_algorithm(
                             f->device, f->map->media[medium].base) == NULL)
        return 0;
    return f->sum_agreed ? f->unsummed.piece : BLOCK_SIZE;
}

static int sum_of_cache(struct confirm *c, const struct digest *algorithm,
                        const struct piece *p, struct digest_value *out)
{
    uint8_t bytes[32 * BLOCK_SIZE];
    struct digest_state state;

    digest_begin(&state, algorithm);
    for (uint64_t at = 0; at < p->len;) {
        size_t some = p->len - at < sizeof(bytes) ? (size_t)(p->len - at)
                                                  : sizeof(bytes);
        int ret = p->len <= BLOCK_SIZE
                      ? assemble_get(c->f, c->medium, p->offset, bytes, some)
                      : blocks_get(c->blocks, p->offset + at, bytes, some);
        if (ret < 0)
            return ret;
        digest_add(&state, bytes, some);
        at += some;
    }
    digest_end(&state, out);
    return 0;
}

int confirm_ask(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len,
                struct digest_value *out)
{
    const struct device_sink sink = {.stop = fetcher_attend, .arg = f};
    int ret = contact_ready(f);

    if (ret < 0)
        return ret;
    fetcher_count(f, &f->stats.sums, 1);
    ret = device_checksum(f->device, f->map->media[medium].base + offset, len,
                          out, &sink, &f->read_error);
    if (ret == 0 && device_contact(f->device) != f->contact)
        return -EBADMSG; /* whose it is, nobody knows */
    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
}

/* sure: a sum that differs must come twice. */
static enum verdict compare(struct confirm *c, const struct piece *p, bool sure)
{
    struct digest_value before = {.algorithm = NULL};
    struct digest_value ours;
    struct digest_value theirs;
    int max = p->len > BLOCK_SIZE ? PART_MAX : ANSWERS_MAX;
    int ret = -EBADMSG;

    for (int i = 0; i < max; i++) {
        if (i > 0 && fetcher_attend(c->f)) {
            ret = -EINTR;
            break;
        }
        c->asked++;
        ret = confirm_ask(c->f, c->medium, p->offset, p->len, &theirs);
        if (ret == -EBADMSG)
            continue;
        max = ANSWERS_MAX;
        if (ret == 0)
            ret = sum_of_cache(c, theirs.algorithm, p, &ours);
        if (ret < 0)
            break;
        unsummed_answered(c->f);
        if (digest_same(&ours, &theirs))
            return SAME;
        if (!sure || digest_same(&before, &theirs))
            return DIFFERS;
        before = theirs;
        ret = -EBADMSG;
    }
    if (ret == -EBADMSG)
        unsummed_note(c->f, c->medium, p->offset, p->len);
    c->error = ret;
    return UNKNOWN;
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

    f->sum_agreed = true;
    f->progress_ms = clock_ms();
    stale_verified(f, c->medium, p->offset, p->len);
    for (; n < blocks_count(c->blocks) &&
           n * BLOCK_SIZE + blocks_length(c->blocks, n) <= end;
         n++) {
        if (blocks_state(c->blocks, n) == BLOCK_CHECKSUM)
            continue;
        blocks_confirm(c->blocks, n, BLOCK_CHECKSUM);
        assemble_forget(f, c->medium, n);
        ranges_remove(&f->debts, c->medium, n * BLOCK_SIZE, BLOCK_SIZE);
        fetcher_note_change(f);
    }
}

/* What an earlier session left and is wrong now. */
static void drop(struct confirm *c, const struct piece *p)
{
    uint64_t end = p->offset + p->len;

    for (uint64_t n = p->offset / BLOCK_SIZE; n * BLOCK_SIZE < end; n++) {
        if (!block_state_known(blocks_state(c->blocks, n)))
            continue;
        c->dropped += blocks_length(c->blocks, n);
        /* Whoever asks whether a copy is right is told, too. */
        ranges_add(&c->f->wrong, c->medium, n * BLOCK_SIZE,
                   blocks_length(c->blocks, n));
        blocks_drop(c->blocks, n);
        assemble_forget(c->f, c->medium, n);
    }
}

static void spoil(struct confirm *c, const struct piece *p)
{
    uint64_t end = p->offset + p->len;

    if (c->blocks_spoilt == 0 || c->block != p->offset / BLOCK_SIZE) {
        c->blocks_spoilt++;
        c->in_block = 0;
    }
    c->block = p->offset / BLOCK_SIZE; /* p lies in one */
    c->in_block += (unsigned)(p->len / ROWS_SIZE);
    for (uint64_t at = p->offset; at < end; at += ROWS_SIZE) {
        assemble_spoil(c->f, c->medium, at / BLOCK_SIZE,
                       (unsigned)(at % BLOCK_SIZE / ROWS_SIZE));
        c->spoilt++;
    }
    c->f->noisy = true;
}

/* Of a wrong piece the front half is compared. */
static void halve(struct confirm *c, const struct piece *p)
{
    uint64_t unit = p->len > BLOCK_SIZE ? BLOCK_SIZE : ROWS_SIZE;
    uint64_t half = (p->len / unit + 1) / 2 * unit;
    struct piece front = {p->offset, half, false};

    switch (compare(c, &front, false)) {
    case SAME:
        confirm_piece(c, &front);
        push(c, p->offset + half, p->len - half, true);
        break;
    case DIFFERS:
        push(c, p->offset + half, p->len - half, false);
        push(c, front.offset, front.len, true);
        break;
    case UNKNOWN:
        break;
    }
}

static void take_wrong(struct confirm *c, const struct piece *p)
{
    bool here = c->blocks_spoilt > 0 && c->block == p->offset / BLOCK_SIZE &&
                c->in_block >= IN_BLOCK_MAX;
    bool much = p->len <= BLOCK_SIZE && (here || c->spoilt >= SPOILT_MAX);

    if (c->stale && (p->len <= BLOCK_SIZE || c->asked > STALE_ASKS))
        drop(c, p);
    else if (p->len <= ROWS_SIZE || much)
        spoil(c, p);
    else
        halve(c, p);
}

static void take(struct confirm *c, const struct piece *p)
{
    if (p->wrong || (c->stale && c->asked > STALE_ASKS)) {
        take_wrong(c, p);
        return;
    }
    switch (compare(c, p, true)) {
    case SAME:
        confirm_piece(c, p);
        break;
    case DIFFERS:
        take_wrong(c, p);
        break;
    case UNKNOWN:
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

static struct confirm confirm_on(struct fetcher *f, size_t medium)
{
    return (struct confirm){
        .f = f, .medium = medium, .blocks = cache_blocks(f->cache, medium)};
}

/* The device has not been right yet: whether it ever will be is the question,
 * as much as whether the bytes are. */
static void first_sum(struct confirm *c, const struct piece *p)
{
    struct fetcher *f = c->f;
    bool over = stale_is_over(f, c->medium, p->offset, p->len);
    enum verdict v = compare(c, p, true);

    if (v == SAME)
        confirm_piece(c, p);
    if (v == SAME || (v == UNKNOWN && c->error != -EBADMSG))
        return;
    if (v == DIFFERS)
        spoil(c, p);
    /* What an earlier session left may be wrong: read anew it tells more. */
    if (v == DIFFERS && !over)
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
    struct confirm c = confirm_on(f, f->current.medium);
    const struct piece whole = {f->current.offset, f->current.len, false};

    if (f->sum_agreed) {
        push(&c, whole.offset, whole.len, false);
        run(&c);
    } else {
        first_sum(&c, &whole);
    }
    answer_settle(f);
}

int confirm_stale(struct fetcher *f, uint64_t *differs)
{
    struct confirm c = confirm_on(f, f->current.medium);

    c.stale = true;
    push(&c, f->current.offset, f->current.len, false);
    run(&c);
    *differs = c.dropped;
    /* -ENODATA: a block was damaged on disk and is absent now; what is around
     * it has not been compared. */
    if (c.error == -ENODATA)
        return -EINTR;
    return c.error != 0 || c.n == 0 ? c.error : -EINTR;
}

bool confirm_known(struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len)
{
    struct confirm c = confirm_on(f, medium);
    struct piece first = {offset, len < BLOCK_SIZE ? len : BLOCK_SIZE, false};

    if (!f->sum_agreed)
        first_sum(&c, &first);
    if (!f->sum_agreed)
        return false;
    push(&c, offset, len, false);
    run(&c);
    return c.n == 0 && c.error == 0;
}
