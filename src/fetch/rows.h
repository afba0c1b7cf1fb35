// SPDX-License-Identifier: BSD-2-Clause
// Blocks that are being put together from the rows of dumps.

#ifndef FETCH_ROWS_H
#define FETCH_ROWS_H

#include "store/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROWS_SIZE 16U

/* A block of which some rows have come. One thread. */
struct rows_block {
    bool used;
    size_t medium;
    uint64_t block;
    uint32_t have;  /* bit n: row n is there */
    unsigned tries; /* requests that should have brought a row and did not */
    uint64_t stamp; /* for giving up the oldest when room is short */
    uint8_t bytes[BLOCK_SIZE];
};

struct rows {
    struct rows_block *slots;
    size_t n_slots;
    size_t last; /* where the last look-up ended */
    uint64_t stamp;
};

/* Room for n blocks; 0 or -ENOMEM. */
int rows_init(struct rows *r, size_t n);
void rows_free(struct rows *r);

struct rows_block *rows_find(struct rows *r, size_t medium, uint64_t block);

/* As rows_find, but makes it, in the place of the oldest if all are used. */
struct rows_block *rows_get(struct rows *r, size_t medium, uint64_t block);

void rows_drop(struct rows_block *b);

#endif
