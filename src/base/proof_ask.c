// SPDX-License-Identifier: BSD-2-Clause
// Asks a device the questions of a proof.

#include "base/proof.h"

#include <errno.h>

#define ANSWERS_MAX 4 /* that cannot be understood, or differ each time */

struct answer {
    bool same;
    struct digest_value sum; /* of a PROOF_SUM */
};

static int ask_once(const struct proof_asker *asker,
                    const struct proof_means *means,
                    const struct proof_step *step, const void *bytes,
                    struct answer *out)
{
    struct digest_value ours;
    int ret;

    if (step->kind == PROOF_UNIFORM) {
        ret = asker->uniform(asker->arg, step->offset, step->len, &out->same);
        return ret == -ENOTSUP ? -EAGAIN : ret;
    }
    ret = asker->sum(asker->arg, step->offset, step->len, &out->sum);
    if (ret < 0)
        return ret;
    if (out->sum.algorithm != means->algorithm)
        return -EAGAIN;
    digest_of(means->algorithm, bytes, (size_t)step->len, &ours);
    out->same = digest_same(&ours, &out->sum);
    return 0;
}

/* The same other answer twice is another content. */
static bool came_before(const struct proof_step *step, bool heard,
                        const struct answer *before, const struct answer *now)
{
    return heard && (step->kind == PROOF_UNIFORM ||
                     digest_same(&before->sum, &now->sum));
}

enum proof_verdict proof_ask(const struct proof_asker *asker,
                             const struct proof_means *means,
                             const struct proof_step *step, const void *bytes,
                             bool sure, int *error)
{
    struct answer before = {.same = false};
    unsigned unanswered = 0;
    bool heard = false;

    for (int i = 0; i < ANSWERS_MAX; i++) {
        struct answer now = {.same = false};
        int ret = ask_once(asker, means, step, bytes, &now);
        *error = ret < 0 ? ret : -EBADMSG;
        if (ret == -EBADMSG && ++unanswered != asker->unanswered_max)
            continue;
        if (ret < 0)
            return PROOF_UNKNOWN;
        if (now.same)
            return PROOF_SAME;
        if (!sure || came_before(step, heard, &before, &now))
            return PROOF_DIFFERS;
        before = now;
        heard = true;
    }
    return PROOF_UNKNOWN;
}

enum proof_verdict proof_ask_all(const struct proof_asker *asker,
                                 const struct proof_means *means,
                                 const struct proof *p, const uint8_t *bytes,
                                 uint64_t start, bool sure, int *error)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct proof_step *s = &p->steps[i];
        enum proof_verdict v;
        if (s->kind == PROOF_NONE)
            continue;
        v = proof_ask(asker, means, s,
                      s->kind == PROOF_SUM ? bytes + (s->offset - start) : NULL,
                      sure, error);
        if (v != PROOF_SAME)
            return v;
    }
    return PROOF_SAME;
}
