// SPDX-License-Identifier: BSD-2-Clause
// After a reset, silence or a pulled cable: is it still the same device?

/*
 * Nothing is read from a device that was out of sight before its identity has
 * been asked for again and a few confirmed blocks have been compared. Whoever
 * answers otherwise is another one: none of its bytes enter the cache, reads of
 * what is not cached fail, and it is asked again now and then, for the right
 * one may be put back. Where the identity is one device's alone, blocks that
 * differ do not speak against it: its flash was written to, and from then on
 * nothing of the cache is given before it is confirmed anew.
 *
 * What was read before and is not confirmed is a guess from then on, which one
 * CRC does not confirm (prove.c): a record that carries its own may have
 * changed.
 *
 * A medium of which nothing tells, since its page died or its card is out,
 * counts neither for nor against: what is cached of it is confirmed anew, too.
 * A checksum or a block that makes the device reset is not asked for by the
 * next comparison, which would never end.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SAMPLES      UINT64_C(3) /* blocks of each medium */
#define MORE         UINT64_C(4) /* where none of them tells */
#define SAMPLE_TRIES 6           /* answers to see whether one is the same */
#define HANGS_MAX    2           /* of them, that end in silence */
#define BLANK_MAX    32U  /* blank blocks passed over to find a telling one */
#define ASK_AGAIN_MS 5000 /* whether the right device is back */

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

    /* No answer comes about it: reading tells. */
    return ret == -ENOTSUP || ret == -EBADMSG ? compare_row(&l, want) : ret;
}

/* --- a few blocks --- */

static bool is_blank(const uint8_t *bytes, size_t len)
{
    return memcmp(bytes, bytes + 1, len - 1) == 0;
}

/* A confirmed block of known rank rank or a little behind, not a blank one if
 * there is another; its bytes. One of an earlier session that has not been
 * compared yet tells nothing: its flash may have been written to. */
static bool pick(struct fetcher *f, size_t medium, uint64_t rank, uint64_t *n,
                 uint8_t *bytes)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    bool found = false;
    uint64_t at;

    for (uint64_t r = rank; r < rank + BLANK_MAX; r++) {
        if (!blocks_nth_known(b, r, &at))
            break;
        if (!block_state_confirmed(blocks_state(b, at)) ||
            !stale_is_over(f, medium, at * BLOCK_SIZE, blocks_length(b, at)) ||
            blocks_get(b, at * BLOCK_SIZE, bytes, blocks_length(b, at)) < 0)
            continue;
        *n = at;
        found = true;
        if (!is_blank(bytes, blocks_length(b, at)))
            break;
    }
    return found;
}

/* The rank of sample i among known blocks: in the middle of each third, then of
 * each quarter. */
static uint64_t rank_of(uint64_t known, uint64_t i)
{
    return i < SAMPLES ? known * (2 * i + 1) / (2 * SAMPLES)
                       : known * (2 * (i - SAMPLES) + 1) / (2 * MORE);
}

/* What the samples of a medium told. */
struct samples {
    struct fetcher *f;
    size_t medium;
    uint64_t asked[SAMPLES + MORE];
    size_t n_asked;
    bool told; /* one of them at least */
    bool mute; /* of one nothing came */
    bool differs;
};

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
    s->told = true;
    if (ret == 1)
        return 0;
    s->differs = true;
    log_warn("what is at 0x%" PRIx64 " of %s is not what had been read there",
             map_shown(m, n * BLOCK_SIZE), m->name);
    return 0;
}

static int take_samples(struct samples *s)
{
    struct blocks *b = cache_blocks(s->f->cache, s->medium);
    uint64_t known = blocks_known(b, 0, blocks_size(b), NULL) / BLOCK_SIZE;
    uint8_t bytes[BLOCK_SIZE];

    for (uint64_t i = 0; i < (s->told ? SAMPLES : SAMPLES + MORE); i++) {
        uint64_t n;
        int ret;
        if (!pick(s->f, s->medium, rank_of(known, i), &n, bytes) ||
            was_asked(s, n))
            continue;
        s->asked[s->n_asked++] = n;
        ret = take_sample(s, n, bytes);
        if (ret < 0)
            return ret;
        if (s->differs && device_is_unique(s->f->device))
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

/* 1: the samples of medium are the device's, or tell nothing; 0: one is not. */
static int compare_medium(struct fetcher *f, size_t medium)
{
    struct samples s = {.f = f, .medium = medium};
    int ret = take_samples(&s);

    if (ret < 0)
        return ret;
    if (s.differs && !device_is_unique(f->device))
        return 0;
    if (s.mute && !s.told)
        log_warn("nothing comes of what had been read of %s: what is cached "
                 "of it is compared before it is given",
                 f->map->media[medium].name);
    if (s.differs || (s.mute && !s.told))
        distrust(f, medium);
    return 1;
}

/* --- the device --- */

static int is_same(struct fetcher *f)
{
    struct look l = {.f = f};
    const struct device_sink sink = {.stop = look_stop, .arg = &l};
    int ret = device_is_same(f->device, &sink, &f->read_error);

    for (size_t i = 0; ret == 1 && i < f->map->n_media; i++)
        ret = compare_medium(f, i);
    return ret;
}

static int note_exchanged(struct fetcher *f)
{
    if (!f->exchanged)
        log_warn("%s: another device answers", device_port(f->device));
    f->exchanged = true;
    f->exchanged_ms = clock_ms();
    return -ESTALE;
}

/* What was read of medium and is not confirmed may not be there any more. */
static void make_guesses(struct fetcher *f, size_t medium)
{
    const struct blocks *b = cache_blocks(f->cache, medium);
    enum block_state state;

    for (uint64_t n = 0; blocks_find(b, BLOCK_GOOD, &n);) {
        uint64_t run = blocks_run(b, n, blocks_count(b), &state);
        uint64_t left = blocks_size(b) - n * BLOCK_SIZE;
        uint64_t len = run * BLOCK_SIZE < left ? run * BLOCK_SIZE : left;
        doubt_unconfirmed(f, medium, n * BLOCK_SIZE, len);
        n += run;
    }
}

/* The bytes of a good block are kept, and by which way they came: one reading
 * more, by another one, agrees with them or not. */
static void age_all(struct fetcher *f)
{
    for (size_t i = 0; i < f->rows.n_slots; i++)
        if (f->rows.slots[i].used)
            rows_age(&f->rows.slots[i]);
    for (size_t i = 0; i < f->map->n_media; i++)
        make_guesses(f, i);
}

static int look_again(struct fetcher *f)
{
    unsigned contact = device_contact(f->device);
    int ret;

    age_all(f);
    ret = is_same(f);
    if (ret == 0)
        return note_exchanged(f);
    if (ret < 0)
        return ret;
    if (f->exchanged)
        log_warn("%s: the device is back", device_port(f->device));
    f->exchanged = false;
    if (!f->unsummed.resets && device_contact(f->device) == contact)
        unsummed_init(f); /* it may answer now */
    f->contact = contact; /* another reset meanwhile: looked at next time */
    return 0;
}

int contact_ready(struct fetcher *f)
{
    const struct device_sink sink = {.stop = fetcher_attend, .arg = f};
    int ret = device_recover(f->device, &sink, &f->read_error);

    while (ret == 0 && device_contact(f->device) != f->contact) {
        if (f->exchanged && clock_ms() - f->exchanged_ms < ASK_AGAIN_MS)
            return -ESTALE;
        if (!f->exchanged)
            fetcher_count(f, &f->stats.resets, 1);
        ret = look_again(f);
    }
    if (ret == -ESTALE)
        err_say(&f->read_error,
                "%s: another device answers here; put back the one that was "
                "mounted, or unmount",
                device_port(f->device));
    return ret;
}
