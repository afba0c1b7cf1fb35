// SPDX-License-Identifier: BSD-2-Clause
// Has a file confirmed from front to back, in pieces that fit the line.

#ifndef VERIFY_WALK_H
#define VERIFY_WALK_H

#include "merge.h"
#include "target.h"

#include <stdbool.h>
#include <stdint.h>

/* Pieces, in bytes; powers of two. A call should take about a second. */
#define VERIFY_PIECE_MIN   4096U
#define VERIFY_PIECE_START 16384U

/* Start zeroed but for the first four; piece 0 becomes VERIFY_PIECE_START. */
struct verify_walk {
    const struct target *target;
    struct merge *found; /* kinds: enum fwfs_range_kind; not ended here */
    /* After each call: all before end is known to be right or wrong. */
    void (*progress)(void *arg, uint64_t end);
    /* Asked when nothing of a piece could be had: is the device there at all?
     * False ends the walk. */
    bool (*alive)(void *arg);
    void *arg;
    uint64_t piece;   /* the next one's size */
    uint64_t more;    /* out: ranges that there was no room to tell of */
    uint32_t session; /* out: of fwfs_verify */
};

/* [from, end) of the target with these flags. 0; -EHOSTDOWN: alive said no,
 * what was found so far is told; else what target->verify returned. Blocks. */
int verify_walk(struct verify_walk *w, uint64_t from, uint64_t end,
                uint32_t flags);

#endif
