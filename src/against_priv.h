// SPDX-License-Identifier: BSD-2-Clause
// What a comparison with an image is made of; for against*.c alone.

#ifndef AGAINST_PRIV_H
#define AGAINST_PRIV_H

#include "against.h"
#include "base/proof.h"
#include "compare.h"
#include "merge.h"

#define PIECE      ((size_t)FWFS_VERIFY_MAX)
#define READ_PIECE ((size_t)16384) /* some seconds on a slow line */
#define BLOCKS     (PIECE / PROOF_BLOCK)
#define ROOM       (SELFSUM_BEFORE + PIECE + SELFSUM_BEHIND)

/* Offsets and ranges are of the medium that the file lies on, as base/proof.h
 * has them; but for those that say otherwise. */
struct against_work {
    const struct target *target;
    const struct against_image *image;
    const struct report *report;
    struct compare compare;
    struct fwfs_place place;  /* of the file */
    struct merge found;       /* kinds: enum compare_kind; of the file */
    const char *algorithm;    /* NULL: no sum came yet */
    struct proof_means means; /* what it can be asked, as far as is known */
    size_t most;              /* of which a sum is asked for */
    unsigned misses;          /* no sum came, so often in a row */
    bool mute;                /* none comes any more */
    bool reading;             /* there are no sums */
    bool gone;                /* the device is */
    uint64_t compared;        /* bytes gone over */
    uint64_t at_end;          /* of what was passed, of the file */
    uint8_t *room;            /* ROOM bytes; in it: */
    struct proof_guess ours;
    uint8_t *theirs;           /* READ_PIECE bytes */
    bool unproved[BLOCKS + 1]; /* blocks of ours that are to be read */
};

/* A struct compare's ask; of a struct against_work. What asking does not prove
 * is noted in unproved. */
int against_ask(void *work, uint64_t offset, size_t len, bool sure,
                bool *partly);

/* What is told of the range, and that all before end is done; of a struct
 * against_work. */
void against_found(void *work, enum compare_kind kind, uint64_t offset,
                   size_t len);
void against_passed(void *work, uint64_t end);

/* Compares a range of ours by reading, once the device has confirmed it. 0, or
 * what ends the comparing. */
int against_read(struct against_work *w, uint64_t offset, size_t len);

#endif
