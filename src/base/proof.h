// SPDX-License-Identifier: BSD-2-Clause
// What to ask a device to prove that it has the bytes that we guess.

#ifndef BASE_PROOF_H
#define BASE_PROOF_H

#include "base/digest.h"
#include "base/selfsum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A guess is bytes that were not read from the device in this session: of an
 * earlier one, of a file, or "it is blank". One CRC over them proves too
 * little: records that carry their own CRC may have changed (HACKING.md, "What
 * a CRC-32 cannot see"). proof_make tells the questions that together do:
 *
 *   PROOF_SUM      the device's sum of a range is the one of our bytes
 *   PROOF_UNIFORM  a range of the device, multiples of PROOF_WORD, is one word
 *                  again and again
 *   PROOF_NONE     whole blocks that asking does not prove, or not more cheaply
 *                  than reading them: they are to be read
 *
 * If all of the first two are answered so, all of the range that is not
 * PROOF_NONE is what we guessed. Any answer that is not: it is not. Pure.
 */
#define PROOF_WORD  4U
#define PROOF_BLOCK 512U /* what is read at least; the cache's unit */

struct proof_guess {
    const uint8_t *bytes; /* before, the range, behind */
    size_t before;        /* up to SELFSUM_BEFORE */
    size_t len;
    size_t behind;   /* up to SELFSUM_BEHIND */
    uint64_t offset; /* of the range, from the medium's start */
    /* Nobody knows what stands in front of bytes, or after them. */
    bool front_unknown;
    bool end_unknown;
};

/* A part of it. What is around counts as it was then, also where it has proved
 * wrong since. */
struct proof_guess proof_part(const struct proof_guess *all, uint64_t offset,
                              uint64_t len);

struct proof_means {
    const struct digest *algorithm; /* of the device's sums */
    uint64_t unit;   /* its sums are of multiples of so many bytes; 1, or
                        PROOF_BLOCK at most */
    bool uniform;    /* it can be asked PROOF_UNIFORM */
    uint64_t border; /* no question goes across its multiples; 0: none */
};

enum proof_kind { PROOF_SUM, PROOF_UNIFORM, PROOF_NONE };

struct proof_step {
    enum proof_kind kind;
    uint64_t offset; /* from the medium's start */
    uint64_t len;
};

/* From the front to the end. A PROOF_UNIFORM follows the sums of the part that
 * it belongs to, and may begin or end some bytes outside it. */
struct proof {
    struct proof_step *steps;
    size_t n;
    size_t room;
};

/* 0 or -ENOMEM. *out is to be freed in any case; starting from {0}. */
int proof_make(struct proof *out, const struct proof_guess *guess,
               const struct proof_means *means);
void proof_free(struct proof *p);

/* Who can be asked. 0; -EBADMSG: no answer that is understood, to be asked
 * again; -ENOTSUP: it cannot do that; any other negative errno ends it. */
struct proof_asker {
    int (*sum)(void *arg, uint64_t offset, uint64_t len,
               struct digest_value *out);
    int (*uniform)(void *arg, uint64_t offset, uint64_t len, bool *uniform);
    void *arg;
    unsigned unanswered_max; /* so often no answer is one; 0: up to 4 times */
};

enum proof_verdict { PROOF_SAME, PROOF_DIFFERS, PROOF_UNKNOWN };

/*
 * Asks one PROOF_SUM or PROOF_UNIFORM, a few times where no answer comes; bytes
 * is what the device should have there, of the sum's len bytes. sure: what
 * differs must come twice, the same. PROOF_UNKNOWN: *error says why; -EAGAIN:
 * the device sums by another algorithm, so that the proof is to be made anew.
 */
enum proof_verdict proof_ask(const struct proof_asker *asker,
                             const struct proof_means *means,
                             const struct proof_step *step, const void *bytes,
                             bool sure, int *error);

/* All steps but PROOF_NONE, in their order; the first that is not PROOF_SAME
 * ends it. bytes: from the medium's byte start on. */
enum proof_verdict proof_ask_all(const struct proof_asker *asker,
                                 const struct proof_means *means,
                                 const struct proof *p, const uint8_t *bytes,
                                 uint64_t start, bool sure, int *error);

#endif
