// SPDX-License-Identifier: BSD-2-Clause
// Requests for checksums: FETCH_CONFIRM's comparing, and FETCH_SUM.

/*
 * FETCH_CONFIRM is about what the device has now. Where there is a checksum all
 * that is known is compared; where there is none, what an earlier session
 * confirmed is read again, once, as what asking does not prove (stale.c), and
 * so is what this one confirmed before the device was last out of sight.
 *
 * Whenever the device is waited for, requests are answered (fetcher_attend),
 * and a request that was answered is its owner's, who may have freed it. So
 * nothing that talks to the device holds one: it gets a copy of the range, and
 * the request is looked at only through f->serving, which is NULL once it has
 * been answered.
 */

#include "fetch/fetcher_priv.h"

#include <errno.h>

#define ANSWERS_MAX 4 /* that cannot be understood */

struct piece {
    uint64_t offset;
    uint64_t len;
};

/* Block n can be compared. */
static bool is_fit(const struct fetcher *f, size_t medium, uint64_t n)
{
    return block_state_known(blocks_state(cache_blocks(f->cache, medium), n)) &&
           !unsummed_has(f, medium, n);
}

/* Bytes that one question of a comparison may cover. */
static uint64_t most(const struct fetcher *f)
{
    return f->unsummed.piece < UNSUMMED_PIECE_MAX ? f->unsummed.piece
                                                  : UINT64_MAX;
}

/* The blocks from *n on, below end, that can be compared at once, not across a
 * multiple of border (0: any). What cannot be compared is passed over: nothing
 * tells whether it is right but another reading. False: there are none. */
static bool next_known(struct fetcher *f, size_t medium, uint64_t *n,
                       uint64_t end, uint64_t border, struct piece *out)
{
    const struct blocks *b = cache_blocks(f->cache, medium);
    uint64_t first;

    for (; *n < end && !is_fit(f, medium, *n); (*n)++)
        doubt_block(f, medium, *n);
    for (first = *n; *n < end && is_fit(f, medium, *n) &&
                     (*n - first) * BLOCK_SIZE < most(f);) {
        (*n)++;
        if (border != 0 && *n * BLOCK_SIZE % border == 0)
            break;
    }
    if (*n == first)
        return false;
    *out = (struct piece){first * BLOCK_SIZE, (*n - first - 1) * BLOCK_SIZE +
                                                  blocks_length(b, *n - 1)};
    return true;
}

/* Confirmed by an earlier session, or before the device was last out of sight,
 * and not read since. */
static bool is_earlier(const struct fetcher *f, size_t medium, uint64_t n)
{
    uint64_t at = n * BLOCK_SIZE;

    return block_state_confirmed(
               blocks_state(cache_blocks(f->cache, medium), n)) &&
           (ranges_meet(&f->earlier, medium, at, BLOCK_SIZE) ||
            ranges_meet(&f->before, medium, at, BLOCK_SIZE));
}

/* The device is; a reset that it went through while nobody asked is noticed.
 * False also if nobody waits any more. */
static bool is_there(struct fetcher *f)
{
    (void)device_look(f->device);
    return contact_ready(f) == 0 && f->serving != NULL;
}

/* Leaves such blocks of g to be read again, once the device is there. False:
 * not now. */
static bool doubt_earlier(struct fetcher *f, const struct range *g)
{
    const struct blocks *b = cache_blocks(f->cache, g->medium);
    uint64_t n = g->offset / BLOCK_SIZE;
    uint64_t end = (g->offset + g->len - 1) / BLOCK_SIZE + 1;

    while (n < end && !block_state_confirmed(blocks_state(b, n)))
        n++;
    if (n < end && !is_there(f))
        return false;
    for (; n < end; n++)
        if (is_earlier(f, g->medium, n))
            stale_note_unproved(f, g->medium, n * BLOCK_SIZE,
                                blocks_length(b, n));
    stale_doubt(f, g->medium, g->offset, g->len);
    return true;
}

/* Compares what of g has not been yet, as far as it goes; all of it is compared
 * when there is nothing to compare with. */
static void compare_request(struct fetcher *f, const struct range *g,
                            uint64_t compared)
{
    uint64_t n = (g->offset + compared) / BLOCK_SIZE;
    uint64_t end = (g->offset + g->len - 1) / BLOCK_SIZE + 1;
    uint64_t border = device_border(f->device, f->map->media[g->medium].base);
    struct piece p;

    while (confirm_sum_max(f, g->medium) > 0 &&
           next_known(f, g->medium, &n, end, border, &p)) {
        bool all;
        if (p.offset >
            g->offset) /* what was passed over is not doubted again */
            f->serving->compared = p.offset - g->offset;
        all = confirm_known(f, g->medium, p.offset, p.len);
        if (f->serving == NULL || (!all && !f->sum_broken))
            return;
        f->serving->compared = p.offset + p.len - g->offset;
    }
    if (confirm_sum_max(f, g->medium) == 0 && !doubt_earlier(f, g))
        return;
    f->serving->compared = g->len;
}

static struct range serve_begin(struct fetcher *f)
{
    struct fetch_request *r = f->pending;

    f->is_serving = true;
    f->step_contact = f->contact;
    f->unanswered.len = 0;
    f->serving = r;
    return (struct range){r->medium, r->offset, r->len};
}

static void serve_end(struct fetcher *f)
{
    f->is_serving = false;
    f->serving = NULL;
}

void confirm_request(struct fetcher *f)
{
    const struct range g = serve_begin(f);

    compare_request(f, &g, f->serving->compared);
    serve_end(f);
}

/* One sum cannot cover it. */
static bool crosses_border(const struct fetcher *f, const struct range *g)
{
    uint64_t border = device_border(f->device, f->map->media[g->medium].base);

    return border != 0 &&
           g->offset / border != (g->offset + g->len - 1) / border;
}

/* Until the answer is understood, or nobody waits for it any more. */
static int ask_sum(struct fetcher *f, const struct range *g,
                   struct digest_value *sum)
{
    int ret = -EBADMSG;

    for (int i = 0; f->serving != NULL && ret == -EBADMSG && i < ANSWERS_MAX;
         i++)
        ret = confirm_sum_max(f, g->medium) == 0 || crosses_border(f, g)
                  ? -EOPNOTSUPP
                  : confirm_ask(f, g->medium, g->offset, g->len, sum);
    return ret == -ENOTSUP ? -EOPNOTSUPP : ret;
}

static void end_question(struct fetcher *f, int ret)
{
    /* A device that does not answer now is asked again until the time-out. */
    if (ret == 0 || ret == -EOPNOTSUPP || ret == -EBADMSG || ret == -ESTALE)
        answer_served(f, ret == 0 || ret == -EOPNOTSUPP ? ret : -EIO);
    serve_end(f);
}

void confirm_serve_sum(struct fetcher *f)
{
    const struct range g = serve_begin(f);
    struct digest_value sum = {.algorithm = NULL};
    int ret = ask_sum(f, &g, &sum);

    if (f->serving != NULL && ret == 0) {
        f->serving->sum = sum;
        f->serving->unit = device_checksum_unit(f->device,
                                                f->map->media[g.medium].base);
    }
    end_question(f, ret);
}

static bool is_words(const struct range *g)
{
    return g->offset % PROOF_WORD == 0 && g->len % PROOF_WORD == 0 &&
           g->len >= (size_t)2 * PROOF_WORD;
}

static int ask_uniform(struct fetcher *f, const struct range *g, bool *uniform)
{
    int ret = -EBADMSG;

    for (int i = 0; f->serving != NULL && ret == -EBADMSG && i < ANSWERS_MAX;
         i++)
        ret = confirm_sum_max(f, g->medium) == 0 || crosses_border(f, g) ||
                      !is_words(g)
                  ? -EOPNOTSUPP
                  : confirm_ask_uniform(f, g->medium, g->offset, g->len,
                                        uniform);
    return ret == -ENOTSUP ? -EOPNOTSUPP : ret;
}

void confirm_serve_uniform(struct fetcher *f)
{
    const struct range g = serve_begin(f);
    bool uniform = false;
    int ret = ask_uniform(f, &g, &uniform);

    if (f->serving != NULL && ret == 0)
        f->serving->uniform = uniform;
    end_question(f, ret);
}
