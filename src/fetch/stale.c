// SPDX-License-Identifier: BSD-2-Clause
// What an earlier session left in the cache: is it still what the device has?

/*
 * Flash may have been written to since. Where the device has checksums, what
 * was known when the session began is compared with it: what readers wait for
 * at once, before it is answered (unless bytes are answered unconfirmed
 * anyway), the rest from front to end while nobody waits.
 *
 *   checked    of each medium, all before it is compared
 *   verified   and these, out of turn; what is dropped from that list for lack
 *              of room is compared again
 *
 *   unproved   and of these what a checksum does not prove (prove.c), or about
 *              which none comes (unsummed.c). They stay as they are until
 *              somebody wants them. Then they become good, and are confirmed by
 *              one reading that agrees with them, if they had been confirmed
 *              (doubted); else as any good block is
 *
 * Where the device has none, what is known is answered as it is. Who asks for
 * confirmation has it read again: it becomes unproved then (confirm_serve.c).
 *
 * What differs is dropped and read again when it is wanted. Before a sum was
 * right once, single blocks are compared; if one differs it is read anew, which
 * shows whether the sums or the cache are to blame.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* So that a reader never waits long for the device to sum it up. */
#define PIECE_MAX (UINT64_C(256) << 10)

int stale_init(struct fetcher *f, const struct fetcher_config *config)
{
    struct stale *s = &f->stale;

    (void)pthread_mutex_init(&s->lock, NULL);
    s->checked = calloc(f->map->n_media + 1, sizeof(*s->checked));
    if (s->checked == NULL)
        return -ENOMEM;
    s->piece = PIECE_MAX;
    for (size_t i = 0; i < f->map->n_media; i++) {
        struct blocks *b = cache_blocks(f->cache, i);
        uint64_t n;
        if (!config->revalidate || !blocks_nth_known(b, 0, &n) ||
            confirm_sum_max(f, i) == 0)
            s->checked[i] = blocks_size(b);
        else
            s->on = true;
    }
    atomic_init(&f->fresh, !s->on);
    return 0;
}

void stale_free(struct fetcher *f)
{
    blockset_free(&f->stale.unproved);
    blockset_free(&f->stale.doubted);
    if (f->stale.checked != NULL)
        (void)pthread_mutex_destroy(&f->stale.lock);
    free(f->stale.checked);
}

static bool is_verified(const struct fetcher *f, size_t medium, uint64_t offset,
                        uint64_t len)
{
    const struct stale *s = &f->stale;
    uint64_t end = offset + len;

    if (offset < s->checked[medium])
        offset = s->checked[medium];
    return end <= offset ||
           ranges_hold(&s->verified, medium, offset, end - offset);
}

static bool has_unproved(const struct fetcher *f, size_t medium,
                         uint64_t offset, uint64_t len)
{
    return blockset_meets(&f->stale.unproved, medium, offset / BLOCK_SIZE,
                          (offset + len - 1) / BLOCK_SIZE + 1, NULL);
}

bool stale_is_fresh(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len)
{
    LOCK_SCOPE(&f->stale.lock);

    return is_verified(f, medium, offset, len) &&
           !has_unproved(f, medium, offset, len);
}

bool stale_is_over(const struct fetcher *f, size_t medium, uint64_t offset,
                   uint64_t len)
{
    return (!f->stale.on || is_verified(f, medium, offset, len)) &&
           !has_unproved(f, medium, offset, len);
}

/* The first known block in [offset, end). */
static bool known_in(struct blocks *b, uint64_t offset, uint64_t end,
                     uint64_t *n)
{
    enum block_state state;

    for (*n = offset / BLOCK_SIZE; *n * BLOCK_SIZE < end;) {
        uint64_t run = blocks_run(b, *n, blocks_count(b), &state);
        if (block_state_known(state))
            return true;
        *n += run;
    }
    return false;
}

bool stale_sample(struct fetcher *f, size_t medium, uint64_t *n)
{
    const struct stale *s = &f->stale;
    struct blocks *b = cache_blocks(f->cache, medium);

    if (!s->on)
        return blocks_nth_known(b, 0, n);
    if (known_in(b, 0, s->checked[medium], n) &&
        stale_is_over(f, medium, *n * BLOCK_SIZE, blocks_length(b, *n)))
        return true;
    for (size_t i = 0; i < s->verified.n; i++) {
        const struct range *g = &s->verified.list[i];
        if (g->medium == medium &&
            known_in(b, g->offset, g->offset + g->len, n) &&
            stale_is_over(f, medium, *n * BLOCK_SIZE, blocks_length(b, *n)))
            return true;
    }
    return false;
}

bool stale_holds(const struct fetcher *f, const struct fetch_request *r)
{
    return f->stale.on && answer_wants_confirmed(f, r) &&
           confirm_sum_max(f, r->medium) > 0 &&
           !stale_is_over(f, r->medium, r->offset, r->len);
}

/* All media are, or there is nothing to compare with. */
static void look_whether_done(struct fetcher *f)
{
    for (size_t i = 0; i < f->map->n_media; i++)
        if (f->stale.checked[i] < f->map->media[i].size &&
            confirm_sum_max(f, i) > 0)
            return;
    if (f->stale.unproved.n > 0)
        return;
    f->stale.on = false;
    atomic_store(&f->fresh, true);
    log_info("what was in the cache has been compared with the device");
}

/* Before it is full, lest two ranges become one with what is between them. */
static void empty_if_full(struct stale *s)
{
    if (s->verified.n == RANGES_MAX)
        s->verified.n = 0;
}

static void add_verified(struct stale *s, size_t medium, uint64_t offset,
                         uint64_t len)
{
    LOCK_SCOPE(&s->lock);

    if (offset <= s->checked[medium] && s->checked[medium] < offset + len)
        s->checked[medium] = offset + len;
    else if (offset > s->checked[medium])
        ranges_add(&s->verified, medium, offset, len);
    empty_if_full(s);
}

void stale_verified(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len)
{
    struct stale *s = &f->stale;

    if (!s->on)
        return;
    f->progress_ms = clock_ms();
    add_verified(s, medium, offset, len);
    if (s->checked[medium] >= f->map->media[medium].size)
        look_whether_done(f);
}

/* --- unproved --- */

static bool add_unproved(struct stale *s, size_t medium, uint64_t block)
{
    LOCK_SCOPE(&s->lock);

    return blockset_add(&s->unproved, medium, block);
}

static void remove_unproved(struct stale *s, size_t medium, uint64_t block)
{
    LOCK_SCOPE(&s->lock);

    blockset_remove(&s->unproved, medium, block);
    blockset_remove(&s->doubted, medium, block);
}

/* No memory to note it: it is read anew. */
static void forget_block(struct fetcher *f, size_t medium, uint64_t block)
{
    if (findings_matter(f, medium, block))
        findings_lost(f, medium, block);
    blocks_drop(cache_blocks(f->cache, medium), block);
}

void stale_note_unproved(struct fetcher *f, size_t medium, uint64_t offset,
                         uint64_t len)
{
    struct blocks *b = cache_blocks(f->cache, medium);

    for (uint64_t n = offset / BLOCK_SIZE; n * BLOCK_SIZE < offset + len; n++)
        if (block_state_known(blocks_state(b, n)) &&
            !add_unproved(&f->stale, medium, n))
            forget_block(f, medium, n);
}

bool stale_is_unproved(const struct fetcher *f, size_t medium, uint64_t block)
{
    return blockset_meets(&f->stale.unproved, medium, block, block + 1, NULL);
}

bool stale_is_doubted(const struct fetcher *f, size_t medium, uint64_t block)
{
    return blockset_meets(&f->stale.doubted, medium, block, block + 1, NULL);
}

void stale_doubt(struct fetcher *f, size_t medium, uint64_t offset,
                 uint64_t len)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t n = offset / BLOCK_SIZE;
    uint64_t end = (offset + len - 1) / BLOCK_SIZE + 1;

    for (; blockset_meets(&f->stale.unproved, medium, n, end, &n); n++) {
        if (!block_state_confirmed(blocks_state(b, n)))
            continue;
        (void)blockset_add(&f->stale.doubted, medium, n); /* else twice */
        doubt_block(f, medium, n);
    }
}

void stale_was_read(struct fetcher *f, size_t medium, uint64_t block)
{
    ranges_remove(&f->earlier, medium, block * BLOCK_SIZE, BLOCK_SIZE);
    ranges_remove(&f->before, medium, block * BLOCK_SIZE, BLOCK_SIZE);
    if (f->stale.unproved.n == 0)
        return;
    remove_unproved(&f->stale, medium, block);
    if (f->stale.on && f->stale.unproved.n == 0)
        look_whether_done(f);
}

/* --- choosing --- */

/* What of len bytes at `at` lies before the next multiple of step; 0: all. */
static uint64_t cut(uint64_t len, uint64_t at, uint64_t step)
{
    return step != 0 && len > step - at % step ? step - at % step : len;
}

/* Its first blocks may have been, where it was broken off. */
static void skip_verified(const struct fetcher *f, struct plan_step *s)
{
    while (s->len > BLOCK_SIZE &&
           is_verified(f, s->medium, s->offset, BLOCK_SIZE)) {
        s->offset += BLOCK_SIZE;
        s->len -= BLOCK_SIZE;
    }
}

/* No checksum comes about known block n (unsummed.c): it is as one that no
 * checksum proves. */
static bool left_to_reading(struct fetcher *f, size_t medium, uint64_t n)
{
    uint64_t at = n * BLOCK_SIZE;
    uint64_t len = blocks_length(cache_blocks(f->cache, medium), n);

    if (!unsummed_has(f, medium, n) || is_verified(f, medium, at, len))
        return false;
    stale_note_unproved(f, medium, at, len);
    stale_verified(f, medium, at, len);
    return true;
}

/* Blocks about which no checksum comes are not asked about with others. */
static void stop_at_mute(const struct fetcher *f, struct plan_step *s)
{
    for (uint64_t at = BLOCK_SIZE; at < s->len; at += BLOCK_SIZE)
        if (unsummed_has(f, s->medium, (s->offset + at) / BLOCK_SIZE))
            s->len = at;
}

/* The first known blocks from offset on, below end, that are not verified; what
 * is absent needs no look. */
static bool choose_in(struct fetcher *f, size_t medium, uint64_t offset,
                      uint64_t end, struct plan_step *step)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t border = device_border(f->device, f->map->media[medium].base);
    uint64_t max = f->sum_agreed ? f->stale.piece : BLOCK_SIZE;
    uint64_t n = offset / BLOCK_SIZE;
    enum block_state state;

    while (f->stale.on && n * BLOCK_SIZE < end && n < blocks_count(b)) {
        uint64_t at = n * BLOCK_SIZE;
        uint64_t left = blocks_size(b) - at;
        uint64_t run = blocks_run(b, n, blocks_count(b), &state);
        uint64_t len = run * BLOCK_SIZE < left ? run * BLOCK_SIZE : left;
        if (block_state_known(state) && left_to_reading(f, medium, n)) {
            n++;
            continue;
        }
        if (block_state_known(state)) {
            len = cut(len, at, border);
            len = cut(len, at, max);
        }
        if (block_state_known(state) && !is_verified(f, medium, at, len)) {
            *step = (struct plan_step){PLAN_STALE, medium, at, len};
            skip_verified(f, step);
            stop_at_mute(f, step);
            return true;
        }
        stale_verified(f, medium, at, len); /* so that checked goes on */
        n += (len + BLOCK_SIZE - 1) / BLOCK_SIZE;
    }
    return false;
}

static bool choose_pending(struct fetcher *f, struct plan_step *step)
{
    for (const struct fetch_request *r = f->pending; r != NULL; r = r->next)
        if (r->kind == FETCH_READ && stale_holds(f, r)) {
            if (choose_in(f, r->medium, r->offset, r->offset + r->len, step))
                return true;
            stale_doubt(f, r->medium, r->offset, r->len);
        }
    return false;
}

bool stale_choose(struct fetcher *f, bool idle, struct plan_step *step)
{
    struct stale *s = &f->stale;

    if (!s->on)
        return false;
    if (!idle)
        return choose_pending(f, step);
    if (unsummed_rests(f))
        return false;
    for (size_t i = 0; i < f->map->n_media; i++)
        if (confirm_sum_max(f, i) > 0 &&
            choose_in(f, i, s->checked[i], f->map->media[i].size, step))
            return true;
    look_whether_done(f);
    return false;
}

static void forget_verified(struct stale *s, size_t medium, uint64_t offset,
                            uint64_t len)
{
    uint64_t end = offset + len;
    LOCK_SCOPE(&s->lock);
    uint64_t checked = s->checked[medium];

    ranges_remove(&s->verified, medium, offset, len);
    empty_if_full(s);
    if (checked <= offset)
        return;
    s->checked[medium] = offset;
    if (checked > end)
        ranges_add(&s->verified, medium, end, checked - end);
    empty_if_full(s);
}

void stale_again_in(struct fetcher *f, size_t medium, uint64_t offset,
                    uint64_t len)
{
    if (confirm_sum_max(f, medium) == 0)
        return;
    f->stale.on = true;
    atomic_store(&f->fresh, false);
    forget_verified(&f->stale, medium, offset, len);
}

void stale_again(struct fetcher *f, size_t medium)
{
    stale_again_in(f, medium, 0, f->map->media[medium].size);
}

bool stale_wants(struct fetcher *f)
{
    const struct plan_want *w = &f->stale.lost;
    enum block_state state;

    if (w->len == 0)
        return false;
    state = blocks_state(cache_blocks(f->cache, w->medium),
                         w->offset / BLOCK_SIZE);
    if (f->sum_agreed || (state != BLOCK_ABSENT && state != BLOCK_GOOD))
        f->stale.lost.len = 0;
    return w->len > 0;
}

/* No answer comes about what f->current is; a part of it may be what cannot be
 * summed up, such as a page of staged flash that fails. A block is noted in
 * unsummed.c, and left_to_reading sees to it. */
static void ask_for_less(struct fetcher *f)
{
    f->stale.piece = BLOCK_SIZE;
}

/* Something was compared. */
static void ask_for_more(struct fetcher *f)
{
    if (f->stale.piece < PIECE_MAX)
        f->stale.piece *= 2;
}

int stale_check(struct fetcher *f)
{
    const struct plan_step s = f->current;
    const struct map_medium *m = &f->map->media[s.medium];
    uint64_t differs = 0;
    int ret = confirm_stale(f, &differs);

    if (differs > 0) {
        fetcher_count(f, &f->stats.stale, differs);
        log_warn("0x%" PRIx64 " to 0x%" PRIx64 ": %" PRIu64 " bytes are not "
                 "what was read there before; they are read again",
                 map_shown(m, s.offset), map_shown(m, s.offset + s.len - 1),
                 differs);
        fetcher_note_change(f);
    }
    if (differs > 0 && !f->sum_agreed)
        f->stale.lost = (struct plan_want){.medium = s.medium,
                                           .offset = s.offset,
                                           .len = BLOCK_SIZE,
                                           .confirm = true,
                                           .once = true};
    if (ret == 0) {
        stale_verified(f, s.medium, s.offset, s.len);
        ask_for_more(f);
    } else if (ret == -EBADMSG) {
        ask_for_less(f);
    }
    answer_settle(f);
    return ret;
}
