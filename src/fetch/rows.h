// SPDX-License-Identifier: BSD-2-Clause
// Blocks that are being put together from the rows of dumps.

#ifndef FETCH_ROWS_H
#define FETCH_ROWS_H

#include "monitor/way.h"
#include "store/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROWS_SIZE    16U
#define ROWS_A_BLOCK (BLOCK_SIZE / ROWS_SIZE)

/* What the readings of one row came to. */
struct rows_row {
    uint8_t votes;     /* readings in a row that agree; 0: its bytes are none */
    uint8_t aged;      /* the most votes that it lost by rows_age */
    uint8_t conflicts; /* how often one disagreed, or a checksum did */
    uint32_t ways;     /* by which those came that agree, as far as is known; no
                          votes: by which those came that proved wrong */
    unsigned reading;  /* number of the last one */
};

/* What makes a row sure enough. */
struct rows_need {
    unsigned votes;         /* at least 1 */
    struct way_choice ways; /* that must differ, where votes is more than 1 */
};

/* A block that some reading brought rows of. One thread. */
struct rows_block {
    bool used;
    size_t medium;
    uint64_t block;
    unsigned tries; /* requests that should have brought it on and did not */
    bool one_way;   /* its bytes come by one command only, not by the other: */
    unsigned vain;  /* the way of the last request that did not */
    unsigned brought; /* number of the last reading that brought it on */
    bool matters;     /* it was spoilt, and what had been known of it may have
                         been answered (findings.c) */
    bool guess;     /* some of its bytes were not read since the device was last
                       out of sight */
    uint64_t stamp; /* for giving up the oldest when room is short */
    struct rows_row rows[ROWS_A_BLOCK];
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

/* What rows_get gives a block that has none: one that is not used or, if all
 * are, the oldest. */
struct rows_block *rows_next(const struct rows *r);

/* As rows_find, but makes it in the place of rows_next. */
struct rows_block *rows_get(struct rows *r, size_t medium, uint64_t block);

void rows_drop(struct rows_block *b);

/* Every one of the first n rows has the bytes of a reading by one of ways (0:
 * it is not known by which): gives them (n * ROWS_SIZE bytes) one vote each. */
void rows_fill(struct rows_block *b, const uint8_t *bytes, unsigned n,
               uint32_t ways);

bool rows_enough(const struct rows_row *row, const struct rows_need *need);

/* Bit n: row n has what it needs. */
uint32_t rows_mask(const struct rows_block *b, const struct rows_need *need);

/* True when each of the first n rows has. */
bool rows_all(const struct rows_block *b, unsigned n,
              const struct rows_need *need);

/* The way by which each of the first n rows came once, if it is one and the
 * same, as a set; else 0. */
uint32_t rows_way(const struct rows_block *b, unsigned n);

/* What a reading of a row does. */
enum rows_vote {
    ROWS_OLD,      /* this reading has been counted */
    ROWS_NEW,      /* the first bytes of that row, or bytes that agree */
    ROWS_CONFLICT, /* other bytes than before; they take their place */
    ROWS_REPLACED, /* other bytes than those that had been spoilt */
};

/* Counts reading number reading (not 0) of row n, ROWS_SIZE bytes, by way. */
enum rows_vote rows_count(struct rows_block *b, unsigned n,
                          const uint8_t *bytes, unsigned reading, unsigned way);

/* Row n has proved wrong: its bytes do not count any more. */
void rows_spoil(struct rows_block *b, unsigned n);

/* The device was out of sight: what came before it counts as one reading, as
 * what the cache has does. To read the others anew is no progress. */
void rows_age(struct rows_block *b);

/* Each of the first n rows was read since rows_fill, and rows_age. */
bool rows_all_came(const struct rows_block *b, unsigned n);

/* The most conflicts of any row. */
unsigned rows_conflicts(const struct rows_block *b);

#endif
