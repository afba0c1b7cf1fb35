// SPDX-License-Identifier: BSD-2-Clause
// Confirming by the checksums that images in the flash carry themselves.

/*
 * Free of any reading where the whole image has been read, or is confirmed but
 * for what has been. What was read before the device was out of sight, or by an
 * earlier session, is no proof of what it has now: an image that was replaced
 * since is as right as before. A sum of words is too weak to trust once rows
 * arrived damaged: two errors can cancel.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>

static int read_known(void *arg, uint64_t offset, void *out, size_t len)
{
    return blocks_get(arg, offset, out, len);
}

int images_init(struct fetcher *f)
{
    for (size_t i = 0; i < f->map->n_media; i++) {
        const struct blocks *b = cache_blocks(f->cache, i);
        uint64_t n;
        if (blocks_nth_known(b, 0, &n))
            ranges_add(&f->earlier, i, n * BLOCK_SIZE,
                       blocks_size(b) - n * BLOCK_SIZE);
    }
    f->images_tried = calloc(f->map->n_segments + 1, sizeof(uint64_t));
    return f->images_tried != NULL ? 0 : -ENOMEM;
}

/* The blocks that lie wholly in the range; true: one was not confirmed yet. */
static bool confirm_range(struct fetcher *f, size_t medium, uint64_t offset,
                          uint64_t len)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t n = (offset + BLOCK_SIZE - 1) / BLOCK_SIZE;
    bool any = false;

    for (; n < blocks_count(b) &&
           n * BLOCK_SIZE + blocks_length(b, n) <= offset + len;
         n++) {
        if (blocks_state(b, n) != BLOCK_GOOD)
            continue;
        blocks_confirm(b, n, BLOCK_IMAGE);
        doubt_forget(f, medium, n);
        fetcher_note_change(f);
        any = true;
    }
    return any;
}

/* A footer may stand behind its segment; it is read once. */
static void note_need(struct fetcher *f, const struct map_segment *s,
                      const struct blocks *b, const struct image_proof *proof)
{
    if (f->footer.len > 0 || proof->need_len == 0 ||
        proof->need_len > BLOCK_SIZE ||
        blocks_have(b, proof->need_offset, proof->need_len))
        return;
    f->footer = (struct plan_want){.medium = (size_t)s->medium,
                                   .offset = proof->need_offset,
                                   .len = proof->need_len,
                                   .once = true};
}

/* What is not confirmed of it was read since the device was last out of
 * sight. */
static bool was_read_now(const struct fetcher *f, size_t medium,
                         const struct image_proof *proof)
{
    const struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t n = proof->offset / BLOCK_SIZE;

    for (; n * BLOCK_SIZE < proof->offset + proof->len; n++)
        if (!block_state_confirmed(blocks_state(b, n)) &&
            (ranges_meet(&f->earlier, medium, n * BLOCK_SIZE, BLOCK_SIZE) ||
             ranges_meet(&f->guesses, medium, n * BLOCK_SIZE, BLOCK_SIZE)))
            return false;
    return true;
}

static bool prove(struct fetcher *f, const struct map_segment *s)
{
    size_t medium = (size_t)s->medium;
    struct blocks *b = cache_blocks(f->cache, medium);
    const struct image_source source = {blocks_size(b), read_known, b};
    struct image_proof proof = {.kind = NULL};
    size_t n;
    const struct image_footer *footers = device_footers(f->device, &n);

    switch (image_prove(&source, f->map->media[medium].base, s->offset, s->size,
                        footers, n, &proof)) {
    case IMAGE_RIGHT:
        if ((!proof.strong && f->noisy) || !was_read_now(f, medium, &proof) ||
            !stale_is_over(f, medium, proof.offset, proof.len))
            return false;
        log_info("%s: proved by its %s", s->name, proof.kind);
        return confirm_range(f, medium, proof.offset, proof.len);
    case IMAGE_WRONG:
        log_info("%s: contradicts its %s", s->name, proof.kind);
        return false;
    case IMAGE_INCOMPLETE:
        note_need(f, s, b, &proof);
        return false;
    case IMAGE_NONE:
        break;
    }
    return false;
}

/* Since the last try more has become known of what s needs. */
static bool worth_a_try(struct fetcher *f, size_t i)
{
    const struct map_segment *s = &f->map->segments[i];
    struct blocks *b = cache_blocks(f->cache, (size_t)s->medium);
    uint64_t known;

    if (!blocks_have(b, s->offset, s->size))
        return false;
    known = blocks_known(b, 0, blocks_size(b), NULL) + 1;
    if (f->images_tried[i] == known)
        return false;
    f->images_tried[i] = known;
    return true;
}

bool images_need_footer(struct fetcher *f)
{
    const struct blocks *b;

    if (f->footer.len == 0)
        return false;
    b = cache_blocks(f->cache, f->footer.medium);
    if (blocks_state(b, f->footer.offset / BLOCK_SIZE) == BLOCK_ABSENT)
        return true;
    f->footer.len = 0;
    return false;
}

bool images_prove(struct fetcher *f, size_t medium, uint64_t offset)
{
    bool any = false;

    for (size_t i = 0; i < f->map->n_segments; i++) {
        const struct map_segment *s = &f->map->segments[i];
        if (s->medium != (int)medium || offset + ROWS_SIZE <= s->offset ||
            offset >= s->offset + s->size || !worth_a_try(f, i))
            continue;
        any = prove(f, s) || any;
    }
    return any;
}
