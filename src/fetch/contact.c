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

/* A checksum of what stands at l->address, or of what was read there: 1 same
 * as want, 0 not, with *told the answer; negative: none came. read: no checksum
 * comes about it. */
static int ask_block(struct look *l, const uint8_t *want, bool read,
                     struct digest_value *told)
{
    struct fetcher *f = l->f;
    const struct device_sink sink = {
        .row = look_row, .stop = look_stop, .arg = l};
    struct digest_value ours;
    int ret = -ENOTSUP;

    if (!read && confirm_sum_max(f, l->medium) > 0)
        ret = device_checksum(f->device, l->address, l->len, told, &sink,
                              &f->read_error);
    if (ret == -ENOTSUP) {
        l->came = 0;
        ret = device_read(f->device, DEVICE_FIRST, l->address, ROWS_SIZE, &sink,
                          &f->read_error);
        if (ret == 0 && (l->came & 1U) == 0)
            ret = -EBADMSG;
        digest_of(digest_find("crc32"), l->bytes, ROWS_SIZE, told);
        l->len = ROWS_SIZE;
    }
    if (ret < 0)
        return ret;
    digest_of(told->algorithm, want, l->len, &ours);
    return digest_same(&ours, told);
}

/* The same other answer twice is another content. */
static int compare_block(struct fetcher *f, size_t medium, uint64_t n,
                         const uint8_t *want)
{
    struct look l = {.f = f,
                     .medium = medium,
                     .address = f->map->media[medium].base + n * BLOCK_SIZE,
                     .len = blocks_length(cache_blocks(f->cache, medium), n)};
    struct digest_value before = {.algorithm = NULL};
    struct digest_value told;
    bool read = false;
    int ret = -EBADMSG;

    for (int i = 0; i < SAMPLE_TRIES; i++) {
        read = read || (i >= SUM_TRIES && ret < 0);
        ret = ask_block(&l, want, read, &told);
        if (ret == 1 || ret == -ENODEV || ret == -EINTR)
            return ret;
        if (ret == 0 && digest_same(&before, &told))
            return 0;
        if (ret == 0)
            before = told;
    }
    return ret < 0 ? ret : -EBADMSG;
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

static int look_again(struct fetcher *f)
{
    unsigned contact = device_contact(f->device);
    int ret = is_same(f);

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
