// SPDX-License-Identifier: BSD-2-Clause
// What to ask checksums about before it is moved, and when.

/*
 * Each absent range once, in windows of known.reach bytes; and again what
 * follows a run of blank rows. Nothing before a sum of what had been read was
 * right (the first read is cut short for that).
 */

#include "fetch/fetcher_priv.h"

#include <string.h>

#define REACH_MAX KNOWN_REACH_MAX
#define LEAF      KNOWN_LEAF
#define CREDIT    64
#define HINT_RUN  UINT64_C(1024)

void known_init(struct fetcher *f, const struct fetcher_config *config)
{
    f->known.ask_first = config->ask_first;
    f->known.reach = config->ask_first;
    f->known.references = config->references;
    f->known.n_references = config->n_references;
    f->known.credit = config->n_references > 0 ? CREDIT : 0;
}

/* ... and not asked about. */
static bool is_absent(const struct fetcher *f, const struct blocks *b,
                      size_t medium, uint64_t n)
{
    return blocks_state(b, n) == BLOCK_ABSENT &&
           !ranges_meet(&f->known.asked, medium, n * BLOCK_SIZE, 1);
}

/* The absent blocks around block n that nothing was asked about, in the window
 * of so many bytes that it lies in. */
static struct plan_step around(struct fetcher *f, size_t medium, uint64_t n,
                               uint64_t window)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t border = device_border(f->device, f->map->media[medium].base);
    uint64_t size = border != 0 && border < window ? border : window;
    uint64_t first = n;
    uint64_t end = n;
    struct plan_step s = {.what = PLAN_KNOWN, .medium = medium};

    while (first > 0 && first * BLOCK_SIZE % size != 0 &&
           is_absent(f, b, medium, first - 1))
        first--;
    do {
        s.len += blocks_length(b, end++);
    } while (end < blocks_count(b) && end * BLOCK_SIZE % size != 0 &&
             is_absent(f, b, medium, end));
    s.len += (n - first) * BLOCK_SIZE;
    s.offset = first * BLOCK_SIZE;
    return s;
}

/* A block that is known, to see whether the device's sums can be believed; if
 * there is none, little is read, to have one. None of an earlier session: its
 * flash may have been written to. */
static bool first_known(struct fetcher *f, struct plan_step *step)
{
    size_t medium = step->medium;
    struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t n;

    if (!stale_sample(f, medium, &n) || unsummed_has(f, medium, n)) {
        step->len = step->len > LEAF ? LEAF : step->len;
        return false;
    }
    *step = (struct plan_step){PLAN_SUM, medium, n * BLOCK_SIZE,
                               blocks_length(b, n)};
    return true;
}

/* What follows a run of blank rows. */
static bool follow_hint(struct fetcher *f, struct plan_step *step)
{
    struct known *k = &f->known;
    uint64_t n = k->run_at / BLOCK_SIZE;
    struct blocks *b = cache_blocks(f->cache, step->medium);
    struct plan_step s;

    k->hint = k->hint && k->hint_medium == step->medium &&
              n >= step->offset / BLOCK_SIZE &&
              n * BLOCK_SIZE < step->offset + step->len &&
              n < blocks_count(b) && blocks_state(b, n) == BLOCK_ABSENT;
    if (!k->hint)
        return false;
    ranges_remove(&k->asked, step->medium, n * BLOCK_SIZE, k->ask_first);
    s = around(f, step->medium, n, k->ask_first);
    s.len -= n * BLOCK_SIZE - s.offset;
    s.offset = n * BLOCK_SIZE;
    k->hint_after = s.offset + s.len / 4 + 4 * HINT_RUN;
    *step = s;
    return true;
}

/* Only as far as has been asked about. */
static void cut_at_unasked(const struct fetcher *f, struct plan_step *step)
{
    const struct blocks *b = cache_blocks(f->cache, step->medium);
    uint64_t end = step->offset + step->len;
    uint64_t n = step->offset / BLOCK_SIZE + 1;

    while (n * BLOCK_SIZE < end && !is_absent(f, b, step->medium, n))
        n++;
    if (n * BLOCK_SIZE < end)
        step->len = n * BLOCK_SIZE - step->offset;
}

bool known_consider(struct fetcher *f, struct plan_step *step)
{
    uint64_t n = step->offset / BLOCK_SIZE;
    struct plan_step s;

    if (f->known.ask_first == 0 || step->what != PLAN_READ)
        return false;
    if (confirm_sum_max(f, step->medium) == 0 ||
        (f->known.n_references == 0 && !prove_knows_blank(f, step->medium))) {
        f->known.hint = false; /* it would end every read */
        return false;
    }
    if (!f->sum_agreed)
        return first_known(f, step);
    if (follow_hint(f, step))
        return true;
    if (step->offset % BLOCK_SIZE == 0 &&
        is_absent(f, cache_blocks(f->cache, step->medium), step->medium, n) &&
        assemble_rows(f, step->medium, n, false) == 0) {
        s = around(f, step->medium, n, f->known.reach);
        if (s.len >= LEAF) {
            *step = s;
            return true;
        }
    }
    cut_at_unasked(f, step);
    return false;
}

/* --- a run of blank rows --- */

/* To break off what is being read and ask. */
static bool pays(const struct fetcher *f)
{
    const struct known *k = &f->known;

    return k->ask_first > 0 && f->sum_agreed && f->current.what == PLAN_READ &&
           confirm_sum_max(f, f->current.medium) > 0 &&
           prove_knows_blank(f, f->current.medium) &&
           f->current.offset + f->current.len >= k->run_at + 2 * HINT_RUN &&
           (f->current.medium != k->hint_medium || k->run_at >= k->hint_after ||
            k->run_at + REACH_MAX < k->hint_after);
}

void known_note_row(struct fetcher *f, uint64_t offset, const uint8_t *bytes,
                    size_t len)
{
    struct known *k = &f->known;
    bool same = (bytes[0] == 0xff || bytes[0] == 0x00) &&
                memcmp(bytes, bytes + 1, len - 1) == 0;

    if (!same || offset != k->run_at || bytes[0] != k->value)
        k->run = 0;
    k->value = bytes[0];
    k->run_at = offset + len;
    k->run += same ? len : 0;
    if (k->run >= HINT_RUN && pays(f)) {
        k->hint = true;
        k->hint_medium = f->current.medium;
        f->attended_ms = 0; /* to be looked at now */
    }
}

bool known_has_hint(const struct fetcher *f)
{
    return f->known.hint && f->current.what == PLAN_READ;
}
