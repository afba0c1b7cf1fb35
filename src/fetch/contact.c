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
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SAMPLES      UINT64_C(3) /* blocks of each medium */
#define SAMPLE_TRIES 6           /* answers to see whether one is the same */
#define SUM_TRIES    3    /* of them, for a checksum that does not come */
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

static int look_sum(void *arg, uint64_t offset, uint64_t len,
                    struct digest_value *out)
{
    struct look *l = arg;
    const struct device_sink sink = {.stop = look_stop, .arg = l};
    int ret = device_checksum(l->f->device,
                              l->f->map->media[l->medium].base + offset, len,
                              out, &sink, &l->f->read_error);

    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
}

static int look_uniform(void *arg, uint64_t offset, uint64_t len, bool *uniform)
{
    struct look *l = arg;
    const struct device_sink sink = {.stop = look_stop, .arg = l};
    int ret = device_uniform(l->f->device,
                             l->f->map->media[l->medium].base + offset, len,
                             uniform, &sink, &l->f->read_error);

    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
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

    if (confirm_sum_max(l->f, l->medium) == 0)
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
    int ret = -EBADMSG;

    for (int i = 0; i < SAMPLE_TRIES; i++) {
        ret = read_block(l, bytes);
        if (ret == -ENODEV || ret == -EINTR)
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

/* The device is there, and tells nothing of this block. */
static bool is_mute(int ret)
{
    return ret == -EBADMSG || ret == -EFAULT || ret == -EILSEQ;
}

/* 1: the samples of medium are the device's, 0: one is not. One of which
 * nothing comes counts for neither, where another one does. */
static int compare_medium(struct fetcher *f, size_t medium)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t known = blocks_known(b, 0, blocks_size(b), NULL) / BLOCK_SIZE;
    uint8_t bytes[BLOCK_SIZE];
    int verdict = 1;
    int mute = 0;
    bool told = false;

    for (uint64_t i = 0; i < SAMPLES; i++) {
        uint64_t n;
        int ret;
        if (!pick(f, medium, known * (2 * i + 1) / (2 * SAMPLES), &n, bytes))
            continue;
        ret = compare_block(f, medium, n, bytes);
        if (is_mute(ret)) {
            mute = ret;
            continue;
        }
        if (ret < 0)
            return ret;
        told = true;
        if (ret == 1)
            continue;
        log_warn("what is at 0x%" PRIx64 " of %s is not what had been read "
                 "there",
                 map_shown(&f->map->media[medium], n * BLOCK_SIZE),
                 f->map->media[medium].name);
        if (!device_is_unique(f->device)) {
            verdict = 0;
            continue;
        }
        assemble_doubt(f, medium);
        f->verify = VERIFY_AUTO;
        return 1;
    }
    return mute < 0 && !told ? mute : verdict;
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
        uint64_t len = run * BLOCK_SIZE;
        stale_again_in(f, medium, n * BLOCK_SIZE, len < left ? len : left);
        n += run;
    }
    for (size_t i = 0; i < f->rows.n_slots; i++)
        if (f->rows.slots[i].medium == medium)
            f->rows.slots[i].guess = true;
    ways_forget(f, medium, 0, blocks_size(b));
}

/* Where one sum proves any bytes, or there is none, nothing changes. */
static void doubt_unconfirmed(struct fetcher *f)
{
    for (size_t i = 0; i < f->map->n_media; i++)
        if (confirm_sum_max(f, i) > 0 && !prove_needs_one_sum(f, i))
            make_guesses(f, i);
}

static int look_again(struct fetcher *f)
{
    unsigned contact = device_contact(f->device);
    int ret;

    doubt_unconfirmed(f);
    ret = is_same(f);
    if (ret == 0)
        return note_exchanged(f);
    if (ret < 0)
        return ret;
    if (f->exchanged)
        log_warn("%s: the device is back", device_port(f->device));
    f->exchanged = false;
    unsummed_init(f);     /* it may answer now */
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
