// SPDX-License-Identifier: BSD-2-Clause
// Whether the device has a piece of what is known.

/*
 * What was read in this session one sum proves. A guess is proved as prove.c
 * does it; what is around it counts as it was when the comparing began.
 */

#include "fetch/confirm_priv.h"

#include <errno.h>

#define ANSWERS_MAX 4   /* that cannot be understood, or differ each time */
#define PART_MAX    2   /* that cannot, and less can be asked about */
#define STEPS_MAX   16U /* questions about a piece; more: it is parted */

static int sum_of_cache(struct confirm *c, const struct digest *algorithm,
                        const struct piece *p, struct digest_value *out)
{
    uint8_t bytes[32 * BLOCK_SIZE];
    struct digest_state state;

    digest_begin(&state, algorithm);
    for (uint64_t at = 0; at < p->len;) {
        size_t some = p->len - at < sizeof(bytes) ? (size_t)(p->len - at)
                                                  : sizeof(bytes);
        int ret = p->len <= BLOCK_SIZE
                      ? assemble_get(c->f, c->medium, p->offset, bytes, some)
                      : blocks_get(c->blocks, p->offset + at, bytes, some);
        if (ret < 0)
            return ret;
        digest_add(&state, bytes, some);
        at += some;
    }
    digest_end(&state, out);
    return 0;
}

/* sure: a sum that differs must come twice. */
static enum proof_verdict compare_whole(struct confirm *c,
                                        const struct piece *p, bool sure)
{
    struct digest_value before = {.algorithm = NULL};
    struct digest_value ours;
    struct digest_value theirs;
    int max = p->len > BLOCK_SIZE ? PART_MAX : ANSWERS_MAX;
    int ret = -EBADMSG;

    for (int i = 0; i < max; i++) {
        if (i > 0 && fetcher_attend(c->f)) {
            ret = -EINTR;
            break;
        }
        ret = confirm_ask(c->f, c->medium, p->offset, p->len, &theirs);
        if (ret == -EBADMSG)
            continue;
        max = ANSWERS_MAX;
        if (ret == 0)
            ret = sum_of_cache(c, theirs.algorithm, p, &ours);
        if (ret < 0)
            break;
        unsummed_answered(c->f);
        if (digest_same(&ours, &theirs))
            return PROOF_SAME;
        if (!sure || digest_same(&before, &theirs))
            return PROOF_DIFFERS;
        before = theirs;
        ret = -EBADMSG;
    }
    if (ret == -EBADMSG)
        unsummed_note(c->f, c->medium, p->offset, p->len);
    c->error = ret;
    return PROOF_UNKNOWN;
}

void confirm_unproved(void *arg, uint64_t offset, uint64_t len)
{
    struct confirm *c = arg;

    stale_note_unproved(c->f, c->medium, offset, len);
    if (c->wanted)
        stale_doubt(c->f, c->medium, offset, len);
    c->partly = true;
}

bool confirm_is_guess(const struct confirm *c, const struct piece *p)
{
    return !stale_is_over(c->f, c->medium, p->offset, p->len) ||
           (c->now && ranges_meet(&c->f->before, c->medium, p->offset, p->len));
}

static bool load_guess(struct confirm *c)
{
    if (c->room == NULL)
        c->error = prove_load(c->f, c->medium, c->all.offset, c->all.len,
                              &c->room, &c->all);
    return c->error == 0;
}

enum proof_verdict confirm_compare(struct confirm *c, const struct piece *p,
                                   bool sure)
{
    struct prove q = {.f = c->f,
                      .medium = c->medium,
                      .sure = sure,
                      .steps_max = p->len > BLOCK_SIZE ? STEPS_MAX : 0,
                      .unproved = confirm_unproved,
                      .arg = c};
    struct proof_guess g;
    enum proof_verdict v;

    c->heard = true;
    c->partly = false;
    if (!confirm_is_guess(c, p))
        return compare_whole(c, p, sure);
    if (!load_guess(c))
        return PROOF_UNKNOWN;
    g = proof_part(&c->all, p->offset, p->len);
    v = prove_bytes(&q, &g);
    c->heard = v != PROOF_SAME || q.asked > 0; /* else all is unproved */
    if (v == PROOF_UNKNOWN)
        c->error = q.error;
    if (v == PROOF_UNKNOWN && q.error == -EBADMSG)
        unsummed_note(c->f, c->medium, p->offset, p->len);
    else if (q.asked > 0)
        unsummed_answered(c->f);
    return v;
}

bool confirm_is_too_much(struct confirm *c)
{
    if (c->error != -E2BIG)
        return false;
    c->error = 0;
    return true;
}
