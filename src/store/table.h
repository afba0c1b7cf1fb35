// SPDX-License-Identifier: BSD-2-Clause
// The states and checksums of all blocks of a medium, in memory.

#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "store/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Costs 5 bytes a block where something is known and next to nothing where
 * nothing is, so a large, mostly absent medium is cheap to open and to count.
 * Not thread-safe: the owner holds a lock around every call. Block numbers
 * must be below the count given to table_new.
 */
struct table;

/* crc is 0 unless the state is good or confirmed. */
struct table_entry {
    uint32_t crc; /* CRC-32 of the block's bytes */
    enum block_state state;
};

/* All absent and clean. NULL when memory is short. */
struct table *table_new(uint64_t count);
void table_free(struct table *t); /* NULL is allowed */

/* Makes room, so that table_set for block n cannot fail. */
bool table_reserve(struct table *t, uint64_t n);

struct table_entry table_get(const struct table *t, uint64_t n);

/* Changes block n and makes it dirty. False, and no change, when there was no
 * room; never so for a block that has another state than absent. */
bool table_set(struct table *t, uint64_t n, struct table_entry entry);

/* How many blocks from n on, below end, have the state of block n. */
uint64_t table_run(const struct table *t, uint64_t n, uint64_t end,
                   enum block_state *state);

/* Adds up the blocks of [first, end) by state. */
void table_tally(const struct table *t, uint64_t first, uint64_t end,
                 uint64_t count[BLOCK_STATES]);

/* The block that has rank known blocks before it; false: there is none. */
bool table_nth_known(const struct table *t, uint64_t rank, uint64_t *n);

/*
 * Dirty: changed since it was last taken. Finds the first run of dirty blocks
 * at *n or behind, copies at most max of it, makes these clean and sets *n to
 * its first block. Returns how many, 0 when there are none left.
 */
size_t table_take_dirty(struct table *t, uint64_t *n, struct table_entry *out,
                        size_t max);

/* The first dirty block at n or behind; the count of all: there is none. */
uint64_t table_next_dirty(const struct table *t, uint64_t n);

/* After the taken ones could not be written: everything is to be written
 * again. */
void table_taint(struct table *t);

/* As just read from disk: nothing is to be written. */
void table_clean(struct table *t);

/* Asserts the invariants of the part around block n; nothing with NDEBUG. */
void table_check(const struct table *t, uint64_t n);

#endif
