// SPDX-License-Identifier: BSD-2-Clause
// Whether the device has bytes that were not read from it in this session.

/*
 * Every checksum over such bytes goes through here: what base/proof.h says is
 * asked, and only if all of it is answered as it should be, the bytes are the
 * device's. Which those bytes are, the cache's, a reference's or blank ones,
 * makes no difference.
 */

#include "fetch/fetcher_priv.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

#define MADE_ANEW_MAX 4 /* the device turned out to have less than it said */

struct proof_means prove_means(const struct fetcher *f, size_t medium)
{
    uint64_t base = f->map->media[medium].base;

    return (struct proof_means){
        .algorithm = device_checksum_algorithm(f->device, base),
        .unit = device_checksum_unit(f->device, base),
        .uniform = device_has_uniform(f->device, base),
        .border = device_border(f->device, base)};
}

bool prove_needs_one_sum(const struct fetcher *f, size_t medium)
{
    const struct digest *d = device_checksum_algorithm(
        f->device, f->map->media[medium].base);

    return d != NULL && digest_sight(d) == DIGEST_SEES_ALL;
}

bool prove_knows_blank(const struct fetcher *f, size_t medium)
{
    return prove_needs_one_sum(f, medium) ||
           device_has_uniform(f->device, f->map->media[medium].base);
}

/* --- the cache's bytes --- */

/* Known bytes before offset, as far as they go, SELFSUM_BEFORE at most. */
static size_t known_before(const struct blocks *b, uint64_t offset)
{
    uint64_t n = offset / BLOCK_SIZE;
    uint64_t first = offset % BLOCK_SIZE;

    if (first != 0 && !block_state_known(blocks_state(b, n)))
        return 0;
    for (; n > 0 && first + BLOCK_SIZE <= SELFSUM_BEFORE &&
           block_state_known(blocks_state(b, n - 1));
         n--)
        first += BLOCK_SIZE;
    return (size_t)first;
}

/* How many of the bytes from offset on, SELFSUM_BEHIND at most. */
static size_t known_behind(const struct blocks *b, uint64_t offset)
{
    uint64_t left = blocks_size(b) - offset;

    if (left == 0 || !block_state_known(blocks_state(b, offset / BLOCK_SIZE)))
        return 0;
    return left < SELFSUM_BEHIND ? (size_t)left : SELFSUM_BEHIND;
}

static int read_known(struct fetcher *f, size_t medium, uint8_t *out,
                      struct proof_guess *g)
{
    struct blocks *b = cache_blocks(f->cache, medium);
    int ret = 0;

    /* One block may be put together just now (confirm.c). */
    if (g->len <= BLOCK_SIZE)
        ret = assemble_get(f, medium, g->offset, out + g->before, g->len);
    else
        ret = blocks_get(b, g->offset, out + g->before, g->len);
    if (ret == 0 && g->before > 0 &&
        blocks_get(b, g->offset - g->before, out, g->before) < 0) {
        g->bytes += g->before; /* damaged on disk */
        g->before = 0;
        g->front_unknown = true;
    }
    if (ret == 0 && g->behind > 0 &&
        blocks_get(b, g->offset + g->len,
                   out + (g->bytes - out) + g->before + g->len,
                   g->behind) < 0) {
        g->behind = 0;
        g->end_unknown = true;
    }
    return ret;
}

int prove_load(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len,
               uint8_t **room, struct proof_guess *g)
{
    const struct blocks *b = cache_blocks(f->cache, medium);
    bool alone = prove_needs_one_sum(f, medium);

    *g = (struct proof_guess){.before = alone ? 0 : known_before(b, offset),
                              .behind = alone ? 0
                                              : known_behind(b, offset + len),
                              .offset = offset,
                              .len = (size_t)len};
    g->front_unknown = g->before < SELFSUM_BEFORE && offset - g->before > 0;
    g->end_unknown = g->behind == 0 && offset + len < blocks_size(b);
    *room = malloc(g->before + g->len + g->behind + 1);
    if (*room == NULL)
        return -ENOMEM;
    g->bytes = *room;
    return read_known(f, medium, *room, g);
}

/* --- asking --- */

static int ask_sum(void *arg, uint64_t offset, uint64_t len,
                   struct digest_value *out)
{
    struct prove *p = arg;
    int ret = confirm_ask(p->f, p->medium, offset, len, out);

    p->f->progress_ms = ret == 0 ? clock_ms() : p->f->progress_ms;
    return ret == 0 && p->asked++ > 0 && fetcher_attend(p->f) ? -EINTR : ret;
}

static int ask_uniform(void *arg, uint64_t offset, uint64_t len, bool *uniform)
{
    struct prove *p = arg;

    return confirm_ask_uniform(p->f, p->medium, offset, len, uniform);
}

static void tell_unproved(const struct prove *p, const struct proof *proof)
{
    for (size_t i = 0; i < proof->n && p->unproved != NULL; i++)
        if (proof->steps[i].kind == PROOF_NONE)
            p->unproved(p->arg, proof->steps[i].offset, proof->steps[i].len);
}

/* Where the sum of the whole is right and those of all parts but one are, so is
 * that of the last. */
static void leave_last_out(struct proof *proof)
{
    size_t last = proof->n;

    for (size_t i = 0; i < proof->n; i++) {
        if (proof->steps[i].kind == PROOF_NONE)
            return;
        if (proof->steps[i].kind == PROOF_SUM)
            last = i;
    }
    for (size_t i = last + 1; i < proof->n; i++)
        proof->steps[i - 1] = proof->steps[i];
    proof->n -= last < proof->n;
}

static enum proof_verdict prove_once(struct prove *p,
                                     const struct proof_guess *g)
{
    const struct proof_asker usual = {
        .sum = ask_sum, .uniform = ask_uniform, .arg = p};
    const struct proof_means means = prove_means(p->f, p->medium);
    struct proof proof = {.steps = NULL};
    enum proof_verdict v = PROOF_UNKNOWN;

    p->error = means.algorithm == NULL ? -ENOTSUP
                                       : proof_make(&proof, g, &means);
    if (p->error == 0 && p->whole_is_right)
        leave_last_out(&proof);
    if (p->error == 0 && p->steps_max > 0 && proof.n > p->steps_max)
        p->error = -E2BIG;
    if (p->error == 0)
        v = proof_ask_all(p->asker != NULL ? p->asker : &usual, &means, &proof,
                          g->bytes + g->before, g->offset, p->sure, &p->error);
    if (v == PROOF_SAME)
        tell_unproved(p, &proof);
    proof_free(&proof);
    return v;
}

enum proof_verdict prove_bytes(struct prove *p, const struct proof_guess *g)
{
    enum proof_verdict v = PROOF_UNKNOWN;

    p->error = -EAGAIN;
    for (int i = 0; i < MADE_ANEW_MAX && p->error == -EAGAIN; i++) {
        p->asked = 0;
        v = prove_once(p, g);
        if (v != PROOF_UNKNOWN)
            return v;
    }
    if (p->error == -EAGAIN)
        p->error = -EBADMSG;
    return v;
}

enum proof_verdict prove_cached(struct prove *p, uint64_t offset, uint64_t len)
{
    enum proof_verdict v = PROOF_UNKNOWN;
    struct proof_guess g;
    uint8_t *room;

    p->error = prove_load(p->f, p->medium, offset, len, &room, &g);
    if (p->error == 0)
        v = prove_bytes(p, &g);
    free(room);
    return v;
}
