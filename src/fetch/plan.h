// SPDX-License-Identifier: BSD-2-Clause
// From wanted ranges and block states to the next device request; pure.

#ifndef FETCH_PLAN_H
#define FETCH_PLAN_H

#include "store/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range that somebody waits for; bytes from the start of its medium. */
struct plan_want {
    size_t medium;
    uint64_t offset;
    uint64_t len;
};

/* A block's rows that have arrived so far; bit n is row n. NULL in
 * plan_rows_fn: none. */
typedef uint32_t plan_rows_fn(void *arg, size_t medium, uint64_t block);

struct plan_input {
    const struct plan_want *wants; /* the oldest first */
    size_t n_wants;
    /* Blocks of a medium. */
    const struct blocks *(*blocks)(void *arg, size_t medium);
    plan_rows_fn *rows;
    void *arg;
    uint64_t max; /* bytes a request covers at most; a multiple of 16 */
};

struct plan_range {
    size_t medium;
    uint64_t offset; /* multiple of 16 */
    uint64_t len;    /* multiple of 16; 0: nothing is missing */
};

/*
 * The first missing piece of the oldest want: in a block of which some rows
 * are there already the next run of missing rows; else from its start on over
 * all blocks that follow without a gap, are missing and are wanted by anybody,
 * up to max.
 */
struct plan_range plan_next(const struct plan_input *in);

/* True when some want needs a block of [offset, offset+len) of medium that is
 * not there yet. */
bool plan_wanted(const struct plan_input *in, size_t medium, uint64_t offset,
                 uint64_t len);

#endif
