// SPDX-License-Identifier: BSD-2-Clause
// After a reset, silence or a pulled cable: is it still the same device?

/*
 * Nothing is read from a device that was out of sight before its identity has
 * been asked for again and a few blocks have been compared (samples.c). Whoever
 * answers otherwise is another one: none of its bytes enter the cache, reads of
 * what is not cached fail, and it is asked again now and then, for the right
 * one may be put back. Where the identity is one device's alone, blocks that
 * differ do not speak against it: its flash was written to, and from then on
 * nothing of the cache is given before it is confirmed anew.
 *
 * What was read before and is not confirmed is a guess from then on, which one
 * CRC does not confirm (prove.c): a record that carries its own may have
 * changed. What is confirmed is answered as it is; who asks what the device has
 * now (FETCH_CONFIRM) has it proved as a guess, or read again.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>

#define ASK_AGAIN_MS 5000 /* whether the right device is back */

static bool is_over(void *arg)
{
    struct fetcher *f = arg;

    (void)fetcher_attend(f);
    return f->stopping;
}

static int is_same(struct fetcher *f)
{
    const struct device_sink sink = {.stop = is_over, .arg = f};
    int ret = device_is_same(f->device, &sink, &f->read_error);

    for (size_t i = 0; ret == 1 && i < f->map->n_media; i++)
        ret = samples_compare(f, i);
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
    for (size_t i = 0; i < f->map->n_media; i++) {
        make_guesses(f, i);
        ranges_add(&f->before, i, 0, f->map->media[i].size);
    }
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
