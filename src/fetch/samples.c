// SPDX-License-Identifier: BSD-2-Clause
// A few blocks of a medium, compared after the device was out of sight.

/*
 * Confirmed ones are compared; where there are none, as with verify=rows, good
 * ones that were read in this session, more of them. One of these that differs
 * is another device's, unless the line is noisy and the others are the same.
 * Where all that is known is of an earlier session and not compared yet, that
 * is: it may have been written to since, so only all of it tells of another
 * one.
 *
 * A medium of which nothing tells, since its page died or its card is out,
 * counts neither for nor against: what is cached of it is confirmed anew, too.
 * A checksum or a block that makes the device reset is not asked for by the
 * next comparison, which would never end.
 */

#include "fetch/fetcher_priv.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SAMPLES      UINT64_C(3) /* blocks of each medium */
#define MORE         UINT64_C(4) /* where none of them tells */
#define SAMPLE_TRIES 6           /* answers to see whether one is the same */
#define HANGS_MAX    2           /* of them, that end in silence */
#define BLANK_MAX    32U /* blank blocks passed over to find a telling one */

/* --- one block --- */

/* The rows of a reading of one block. */
struct look {
    struct fetcher *f;
    size_t medium;
    uint64_t address;
    size_t len;
    bool unproved; /* asking does not prove it */
    uint32_t came;
    uint8_t bytes[BLOCK_SIZE];
};

static void look_row(void *arg, uint64_t address, const uint8_t *bytes,
                     size_t len)
{
    struct look *l = arg;

    for (size_t at = 0; at + ROWS_SIZE <= len; at += ROWS_SIZE) {
        uint64_t offset = address + at - l->address;
        if (address + at < l->address || offset + ROWS_SIZE > l->len)
            continue;
        memcpy(l->bytes + offset, bytes + at, ROWS_SIZE);
        l->came |= UINT32_C(1) << offset / ROWS_SIZE;
    }
}

static bool look_stop(void *arg)
{
    struct look *l = arg;

    (void)fetcher_attend(l->f);
    return l->f->stopping;
}

/* A question that ended with ret was asked at that contact. One that makes the
 * device reset, -ENOTSUP, is not asked again before one has been answered. */
static int look_answer(struct look *l, int ret, unsigned contact)
{
    const struct device_sink sink = {.stop = look_stop, .arg = l};
    int there;

    if (ret != -ETIMEDOUT && ret != -EILSEQ && ret != -EBADMSG)
        return ret;
    there = device_recover(l->f->device, &sink, &l->f->read_error);
    if (there == 0 && device_contact(l->f->device) == contact)
        return -EBADMSG;
    l->f->unsummed.resets = true;
    return there < 0 ? there : -ENOTSUP;
}

static int look_sum(void *arg, uint64_t offset, uint64_t len,
                    struct digest_value *out)
{
    struct look *l = arg;
    const struct device_sink sink = {.stop = look_stop, .arg = l};
    unsigned contact = device_contact(l->f->device);
    int ret = l->f->unsummed.resets
                  ? -ENOTSUP
                  : device_checksum(l->f->device,
                                    l->f->map->media[l->medium].base + offset,
                                    len, out, &sink, &l->f->read_error);

    return look_answer(l, ret, contact);
}

static int look_uniform(void *arg, uint64_t offset, uint64_t len, bool *uniform)
{
    struct look *l = arg;
    const struct device_sink sink = {.stop = look_stop, .arg = l};
    unsigned contact = device_contact(l->f->device);
    int ret = l->f->unsummed.resets
                  ? -ENOTSUP
                  : device_uniform(l->f->device,
                                   l->f->map->media[l->medium].base + offset,
                                   len, uniform, &sink, &l->f->read_error);

    return look_answer(l, ret, contact);
}

static void look_unproved(void *arg, uint64_t offset, uint64_t len)
{
    struct look *l = arg;

    (void)offset;
    (void)len;
    l->unproved = true;
}

/* 1: the device has it, 0: other bytes; negative: no answer came. -ENOTSUP: it
 * cannot be asked, or that would not prove it. */
static int ask_block(struct look *l, uint64_t offset)
{
    const struct proof_asker asker = {
        .sum = look_sum, .uniform = look_uniform, .arg = l};
    struct prove p = {.f = l->f,
                      .medium = l->medium,
                      .asker = &asker,
                      .sure = true,
                      .unproved = look_unproved,
                      .arg = l};
    enum proof_verdict v;

    if (l->f->unsummed.resets || confirm_sum_max(l->f, l->medium) == 0)
        return -ENOTSUP;
    v = prove_cached(&p, offset, l->len);
    if (v == PROOF_UNKNOWN)
        return p.error;
    return l->unproved ? -ENOTSUP : v == PROOF_SAME;
}

/* Reads it. *same: it is what is wanted. */
static int read_block(struct look *l, uint8_t *bytes)
{
    const struct device_sink sink = {
        .row = look_row, .stop = look_stop, .arg = l};
    int ret;

    l->came = 0;
    ret = device_read(l->f->device, DEVICE_FIRST, l->address, ROWS_SIZE, &sink,
                      &l->f->read_error);
    if (ret == 0 && (l->came & 1U) == 0)
        return -EBADMSG;
    memcpy(bytes, l->bytes, ROWS_SIZE);
    return ret;
}

/* The same other row twice is another content. */
static int compare_row(struct look *l, const uint8_t *want)
{
    uint8_t before[ROWS_SIZE];
    uint8_t bytes[ROWS_SIZE];
    bool heard = false;
    int hangs = 0;
    int ret = -EBADMSG;

    for (int i = 0; i < SAMPLE_TRIES; i++) {
        ret = read_block(l, bytes);
        hangs += ret == -ETIMEDOUT;
        if (ret == -ENODEV || ret == -EINTR || hangs == HANGS_MAX)
            return ret;
        if (ret < 0)
            continue;
        if (memcmp(bytes, want, ROWS_SIZE) == 0)
            return 1;
        if (heard && memcmp(bytes, before, ROWS_SIZE) == 0)
            return 0;
        memcpy(before, bytes, ROWS_SIZE);
        heard = true;
    }
    return ret < 0 ? ret : -EBADMSG;
}

static int compare_block(struct fetcher *f, size_t medium, uint64_t n,
                         const uint8_t *want)
{
    struct look l = {.f = f,
                     .medium = medium,
                     .address = f->map->media[medium].base + n * BLOCK_SIZE,
                     .len = blocks_length(cache_blocks(f->cache, medium), n)};
    int ret = ask_block(&l, n * BLOCK_SIZE);

    /* No answer comes about it, or one that is not believed yet: reading tells.
     */
    if (ret == -ENOTSUP || ret == -EBADMSG || (ret == 0 && !f->sum_agreed))
        return compare_row(&l, want);
    return ret;
}

/* --- a few blocks --- */

static bool is_blank(const uint8_t *bytes, size_t len)
{
    return memcmp(bytes, bytes + 1, len - 1) == 0;
}

/* The rank of sample i among n blocks: in the middle of each third, then of
 * each quarter. */
static uint64_t rank_of(uint64_t n, uint64_t i)
{
    return i < SAMPLES ? n * (2 * i + 1) / (2 * SAMPLES)
                       : n * (2 * (i - SAMPLES) + 1) / (2 * MORE);
}

/* Which blocks are samples. */
enum fit {
    FIT_CONFIRMED, /* and compared, or read, in this session */
    FIT_READ,      /* in this session, and not confirmed */
    FIT_KNOWN      /* of an earlier session */
};

/* What the samples of a medium told. */
struct samples {
    struct fetcher *f;
    size_t medium;
    enum fit fit;
    uint64_t asked[SAMPLES + MORE];
    size_t n_asked;
    unsigned told; /* so many of them */
    bool mute;     /* of one nothing came */
    unsigned differ;
    uint64_t other; /* the last block that does */
};

static bool is_fit(const struct samples *s, const struct blocks *b, uint64_t n)
{
    enum block_state state = blocks_state(b, n);
    uint64_t at = n * BLOCK_SIZE;
    size_t len = blocks_length(b, n);

    if (s->fit == FIT_KNOWN)
        return block_state_known(state);
    if (s->fit == FIT_READ)
        return state == BLOCK_GOOD &&
               !ranges_meet(&s->f->earlier, s->medium, at, len);
    return block_state_confirmed(state) &&
           stale_is_over(s->f, s->medium, at, len);
}

/* The first fit block from *n on. */
static bool next_fit(const struct samples *s, struct blocks *b, uint64_t *n)
{
    enum block_state state = BLOCK_ABSENT;

    while (*n < blocks_count(b)) {
        uint64_t end = *n + blocks_run(b, *n, blocks_count(b), &state);
        for (; block_state_known(state) && *n < end; ++*n)
            if (is_fit(s, b, *n))
                return true;
        *n = end;
    }
    return false;
}

static uint64_t count_fit(const struct samples *s)
{
    struct blocks *b = cache_blocks(s->f->cache, s->medium);
    uint64_t count = 0;

    for (uint64_t n = 0; next_fit(s, b, &n); n++)
        count++;
    return count;
}

/* The fit block of rank rank among them, or one a little behind, not a blank
 * one if there is another; its bytes. */
static bool pick(const struct samples *s, uint64_t rank, uint64_t *n,
                 uint8_t *bytes)
{
    struct blocks *b = cache_blocks(s->f->cache, s->medium);
    bool found = false;
    uint64_t at = 0;

    for (uint64_t r = 0; r < rank && next_fit(s, b, &at); r++)
        at++;
    for (unsigned i = 0; i < BLANK_MAX && next_fit(s, b, &at); i++, at++) {
        if (blocks_get(b, at * BLOCK_SIZE, bytes, blocks_length(b, at)) < 0)
            continue;
        *n = at;
        found = true;
        if (!is_blank(bytes, blocks_length(b, at)))
            break;
    }
    return found;
}

static bool was_asked(const struct samples *s, uint64_t n)
{
    for (size_t i = 0; i < s->n_asked; i++)
        if (s->asked[i] == n)
            return true;
    return false;
}

/* Nothing of block n came; 0: the device is there. A block that makes it reset
 * is no sample next time. */
static int note_mute(struct samples *s, uint64_t n, unsigned contact, int ret)
{
    struct fetcher *f = s->f;
    struct look l = {.f = f};
    const struct device_sink sink = {.stop = look_stop, .arg = &l};

    s->mute = true;
    if (ret == -ETIMEDOUT)
        ret = device_recover(f->device, &sink, &f->read_error);
    else
        ret = 0;
    if (device_contact(f->device) == contact)
        return ret;
    doubt_block(f, s->medium, n);
    ranges_add(&f->earlier, s->medium, n * BLOCK_SIZE, BLOCK_SIZE);
    return ret;
}

static int take_sample(struct samples *s, uint64_t n, const uint8_t *bytes)
{
    struct fetcher *f = s->f;
    const struct map_medium *m = &f->map->media[s->medium];
    unsigned contact = device_contact(f->device);
    int ret = compare_block(f, s->medium, n, bytes);

    if (ret == -EBADMSG || ret == -EFAULT || ret == -EILSEQ ||
        ret == -ETIMEDOUT)
        return note_mute(s, n, contact, ret);
    if (ret < 0)
        return ret;
    s->told++;
    if (ret == 1)
        return 0;
    s->differ++;
    s->other = n;
    log_warn("what is at 0x%" PRIx64 " of %s is not what had been read there",
             map_shown(m, n * BLOCK_SIZE), m->name);
    return 0;
}

static int take_samples(struct samples *s)
{
    const uint64_t fit = count_fit(s);
    const uint64_t more = SAMPLES + MORE;
    const bool few = s->fit == FIT_CONFIRMED;
    uint8_t bytes[BLOCK_SIZE];

    for (uint64_t i = 0; i < (s->told > 0 && few ? SAMPLES : more); i++) {
        uint64_t n;
        int ret;
        if (!pick(s, rank_of(fit, i), &n, bytes) || was_asked(s, n))
            continue;
        s->asked[s->n_asked++] = n;
        ret = take_sample(s, n, bytes);
        if (ret < 0)
            return ret;
        if (s->differ > 0 && few && device_is_unique(s->f->device))
            return 0;
    }
    return 0;
}

/* What is cached of medium is given once it is confirmed anew. */
static void distrust(struct fetcher *f, size_t medium)
{
    doubt_medium(f, medium);
    f->verify = VERIFY_AUTO;
}

/* What was read on a noisy line may be wrong itself, once: it is read anew. */
static bool is_noise(const struct samples *s)
{
    return s->fit == FIT_READ && s->f->noisy && s->differ == 1 && s->told > 1;
}

/* The best that there are. */
static int take_all(struct samples *s)
{
    int ret = 0;

    for (s->fit = FIT_CONFIRMED; ret == 0; s->fit++) {
        ret = take_samples(s);
        if (s->n_asked > 0 || s->fit == FIT_KNOWN)
            break;
    }
    return ret;
}

/* They are not this device's. */
static bool is_another(const struct samples *s)
{
    return s->differ > 0 && !device_is_unique(s->f->device) &&
           (s->fit != FIT_KNOWN || s->differ == s->told);
}

int samples_compare(struct fetcher *f, size_t medium)
{
    struct samples s = {.f = f, .medium = medium};
    int ret = take_all(&s);

    if (ret < 0)
        return ret;
    if (is_noise(&s)) {
        doubt_drop(f, medium, s.other);
        return 1;
    }
    if (is_another(&s))
        return 0;
    if (s.mute && s.told == 0)
        log_warn("nothing comes of what had been read of %s: what is cached "
                 "of it is compared before it is given",
                 f->map->media[medium].name);
    if (s.differ > 0 || (s.mute && s.told == 0))
        distrust(f, medium);
    return 1;
}
