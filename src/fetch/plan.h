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
    bool confirm; /* good is not enough */
    bool once;    /* a block given up is not tried again */
};

/* Of the rows of a block: bit n says that row n needs no further reading to
 * make the block good or, with confirm, to confirm it by readings alone. */
typedef uint32_t plan_rows_fn(void *arg, size_t medium, uint64_t block,
                              bool confirm);

/* What one command does in a medium. */
struct plan_limits {
    uint64_t max;     /* bytes a read covers at most; a multiple of 16 */
    uint64_t sum_max; /* bytes a checksum covers at most; a multiple of
                         BLOCK_SIZE; 0: the device has none */
    uint64_t border;  /* neither goes across a multiple of this, which is one of
                         BLOCK_SIZE; 0: no such limit */
};

struct plan_input {
    const struct plan_want *wants; /* the most urgent first */
    size_t n_wants;
    /* Blocks of a medium. */
    const struct blocks *(*blocks)(void *arg, size_t medium);
    plan_rows_fn *rows;
    struct plan_limits (*limits)(void *arg, size_t medium);
    /* A good block that is to be read again though there is a checksum; NULL:
     * none is. */
    bool (*unproved)(void *arg, size_t medium, uint64_t block);
    void *arg;
};

enum plan_what {
    PLAN_NOTHING,
    PLAN_READ,  /* read the range for the first time */
    PLAN_AGAIN, /* read it once more, all of it is good */
    PLAN_SUM,   /* compare its checksum, all of it is good */
    /* What plan_next does not come upon, but its user: */
    PLAN_KNOWN, /* ask for its checksum, all of it is absent */
    PLAN_STALE  /* compare its checksum, all of it is of an earlier session */
};

struct plan_step {
    enum plan_what what;
    size_t medium;
    uint64_t offset; /* multiple of 16; of BLOCK_SIZE for PLAN_SUM */
    uint64_t len;    /* likewise, but at the end of the medium */
};

/*
 * What brings the first want that lacks something on. A missing block comes
 * first: if some of its rows are there already, the next run of missing rows;
 * else from its start on over all blocks that follow without a gap, are
 * missing and are wanted by anybody, up to max. Then, if good is not enough,
 * its first good block that is not confirmed: by a checksum over all good
 * blocks that follow, wanted or not, or, where there is none or the block is
 * unproved, by reading again, row runs as above.
 */
struct plan_step plan_next(const struct plan_input *in);

/* True when some want still needs a block of step. */
bool plan_wanted(const struct plan_input *in, const struct plan_step *step);

#endif
