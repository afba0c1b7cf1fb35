// SPDX-License-Identifier: BSD-2-Clause
// Whether a device has what an image has: the questions of a proof, by ioctl.

#include "against_priv.h"

#include <errno.h>
#include <string.h>

#define FAILURES  2 /* questions without an answer; each was asked often */
#define MISSES    4 /* times that no answer came, and none in between */
#define MADE_ANEW 4 /* the device turned out to have less than was thought */

/* Another part may get an answer, so that it is asked for again. */
static int answer_of(int r)
{
    return r == -EIO ? -EBADMSG : r;
}

/* What the device counts in shows with the first answer. */
static int note_means(struct against_work *w, const struct digest *d,
                      uint64_t unit)
{
    bool other = d != w->means.algorithm || unit != w->means.unit;

    if (unit > PROOF_BLOCK || PROOF_BLOCK % unit != 0)
        return -EOPNOTSUPP;
    w->means.algorithm = d;
    w->means.unit = unit;
    w->algorithm = digest_name(d);
    return other ? -EAGAIN : 0;
}

static bool is_whole(uint64_t offset, uint64_t len)
{
    return offset % PROOF_BLOCK == 0 && len % PROOF_BLOCK == 0;
}

static int ask_sum(void *arg, uint64_t offset, uint64_t len,
                   struct digest_value *out)
{
    struct against_work *w = arg;
    struct fwfs_sum s = {.offset = offset - w->place.offset, .len = len};
    int r = w->gone ? -EHOSTDOWN
                    : answer_of(w->target->sum(w->target->arg, &s));

    if (r == -EOPNOTSUPP && w->means.unit == 1 && !is_whole(offset, len)) {
        w->means.unit = PROOF_BLOCK; /* perhaps it sums up sectors */
        return -EAGAIN;
    }
    if (r != 0)
        return r;
    if (memchr(s.algorithm, '\0', sizeof(s.algorithm)) == NULL)
        return -EOPNOTSUPP;
    *out = (struct digest_value){.algorithm = digest_find(s.algorithm)};
    if (out->algorithm == NULL || s.sum_len != digest_size(out->algorithm))
        return -EOPNOTSUPP;
    memcpy(out->bytes, s.sum, s.sum_len);
    return note_means(w, out->algorithm, s.unit != 0 ? s.unit : 1);
}

static int ask_uniform(void *arg, uint64_t offset, uint64_t len, bool *uniform)
{
    struct against_work *w = arg;
    struct fwfs_uniform u = {.offset = offset - w->place.offset, .len = len};
    int r = w->gone ? -EHOSTDOWN
                    : answer_of(w->target->uniform(w->target->arg, &u));

    if (r == -EOPNOTSUPP || r == -ENOTTY) { /* or of an older fwfs */
        w->means.uniform = false;
        return -ENOTSUP;
    }
    *uniform = r == 0 && u.uniform == 1;
    return r;
}

static void note_block_unproved(struct against_work *w, uint64_t offset,
                                uint64_t len)
{
    for (uint64_t at = offset; at < offset + len;
         at += PROOF_BLOCK - at % PROOF_BLOCK)
        w->unproved[at / PROOF_BLOCK - w->ours.offset / PROOF_BLOCK] = true;
}

/* Blocks that asking does not prove; true: there are some. */
static bool note_unproved(struct against_work *w, const struct proof *p)
{
    bool any = false;

    for (size_t i = 0; i < p->n; i++) {
        const struct proof_step *s = &p->steps[i];
        if (s->kind != PROOF_NONE)
            continue;
        any = true;
        note_block_unproved(w, s->offset, s->len);
    }
    return any;
}

/* Of a device that sums up sectors: the whole blocks of the range, from *at on;
 * how long they are. */
static size_t whole_blocks(uint64_t offset, size_t len, uint64_t *at)
{
    uint64_t end = offset + len - (offset + len) % PROOF_BLOCK;

    *at = offset + (PROOF_BLOCK - offset % PROOF_BLOCK) % PROOF_BLOCK;
    return end > *at ? (size_t)(end - *at) : 0;
}

/* Within a block that we have all of: a sum can only be of that. */
static bool is_within_block(const struct against_work *w, uint64_t offset,
                            size_t len)
{
    uint64_t block = offset - offset % PROOF_BLOCK;

    return len < PROOF_BLOCK && block >= w->ours.offset &&
           block + PROOF_BLOCK <= w->ours.offset + w->ours.len;
}

static int ask_once(struct against_work *w, const struct proof_guess *g,
                    bool sure, bool *partly)
{
    const struct proof_asker asker = {ask_sum, ask_uniform, w, FAILURES};
    const struct proof_means means = w->means;
    struct proof proof = {.steps = NULL};
    int error = proof_make(&proof, g, &means);
    enum proof_verdict v = PROOF_UNKNOWN;

    if (error == 0)
        v = proof_ask_all(&asker, &means, &proof, g->bytes + g->before,
                          g->offset, sure, &error);
    if (v == PROOF_SAME)
        *partly = note_unproved(w, &proof);
    proof_free(&proof);
    return v == PROOF_SAME ? 1 : v == PROOF_DIFFERS ? 0 : error;
}

/* Parts of sectors, at the file's edges, are to be read. */
static int ask_whole(struct against_work *w, uint64_t offset, size_t len,
                     bool sure, bool *partly)
{
    uint64_t end = offset + len;
    uint64_t at = offset;
    struct proof_guess g;
    int r = 1;

    if (w->means.unit > 1 && is_within_block(w, offset, len))
        return 0; /* what holds it differs */
    if (w->means.unit > 1)
        len = whole_blocks(offset, len, &at);
    if (len > 0) {
        g = proof_part(&w->ours, at, len);
        r = ask_once(w, &g, sure, partly);
    } else {
        at = end;
    }
    if (r != 1 || (at == offset && at + len == end))
        return r;
    note_block_unproved(w, offset, at - offset);
    note_block_unproved(w, at + len, end - (at + len));
    *partly = true;
    return 1;
}

/* No sum comes: the time for much is too short, or a row of it is dead. Less is
 * asked for from now on; what is small is read. */
static int ask_less(struct against_work *w, uint64_t offset, size_t len,
                    bool *partly)
{
    w->mute = w->mute || ++w->misses == MISSES;
    if (!w->mute && len > PROOF_BLOCK) {
        w->most = len / 2 > PROOF_BLOCK ? len / 2 : PROOF_BLOCK;
        return 0;
    }
    note_block_unproved(w, offset, len);
    *partly = true;
    return 1;
}

int against_ask(void *arg, uint64_t offset, size_t len, bool sure, bool *partly)
{
    struct against_work *w = arg;
    int r = -EAGAIN;

    if (w->mute)
        return ask_less(w, offset, len, partly);
    if (len > w->most)
        return 0; /* its halves will tell */
    for (int i = 0; i < MADE_ANEW && r == -EAGAIN; i++)
        r = ask_whole(w, offset, len, sure, partly);
    if (r == -EAGAIN || r == -EBADMSG)
        return ask_less(w, offset, len, partly);
    w->misses = r >= 0 ? 0 : w->misses;
    return r;
}
