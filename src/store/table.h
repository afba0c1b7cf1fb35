// SPDX-License-Identifier: BSD-2-Clause
// The states and checksums of all blocks of a medium.

#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "store/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Kept in chunks of TABLE_CHUNK blocks. Of each chunk it is known how many
 * blocks have which state; the states themselves are read when somebody asks
 * for them, and forgotten when others are wanted more. So the memory does not
 * grow with the medium (16 bytes a chunk where something is known, next to
 * nothing elsewhere) nor with what is known of it, and to count is cheap.
 *
 * Not thread-safe: the owner holds a lock around every call. Block numbers
 * must be below the count given to table_new.
 */
struct table;

#define TABLE_CHUNK 512U

/* crc is 0 unless the state is good or confirmed. */
struct table_entry {
    uint32_t crc; /* CRC-32 of the block's bytes */
    enum block_state state;
};

/* Reads the entries of count blocks, of one chunk, from n on, as they were
 * when last taken and settled; what cannot be read is absent. */
typedef void table_read_fn(void *arg, uint64_t n, struct table_entry *out,
                           size_t count);

/* All absent and clean. read: NULL where there is no other place than memory
 * for what is known. NULL when memory is short. */
struct table *table_new(uint64_t count, table_read_fn *read, void *arg);
void table_free(struct table *t); /* NULL is allowed */

/* Before anything else: so many blocks of the chunk of block n have these
 * states where read reads them. A wrong number is put right when the chunk is
 * read, but a chunk of which nothing is said here is not read at all. */
void table_expect(struct table *t, uint64_t n,
                  const uint32_t count[BLOCK_STATES]);

/* How many blocks of the chunk of block n have which state. */
void table_counts(const struct table *t, uint64_t n,
                  uint32_t count[BLOCK_STATES]);

/* Makes room, so that table_set for block n cannot fail before another block
 * is asked for. */
bool table_reserve(struct table *t, uint64_t n);

/* Absent also when there is no memory to read it into. */
struct table_entry table_get(struct table *t, uint64_t n);

/* Changes block n and makes it dirty. False, and no change, when there was no
 * room; never so for a block that table_get just called other than absent. */
bool table_set(struct table *t, uint64_t n, struct table_entry entry);

/* How many blocks from n on, below end, have the state of block n. */
uint64_t table_run(struct table *t, uint64_t n, uint64_t end,
                   enum block_state *state);

/* Adds up the blocks of [first, end) by state. */
void table_tally(struct table *t, uint64_t first, uint64_t end,
                 uint64_t count[BLOCK_STATES]);

/* The block that has rank known blocks before it; false: there is none. */
bool table_nth_known(struct table *t, uint64_t rank, uint64_t *n);

/* Moves *n to the first block at *n or behind that has this state; false:
 * there is none. */
bool table_find(struct table *t, enum block_state state, uint64_t *n);

/*
 * Dirty: changed since it was last taken. Finds the first run of dirty blocks
 * at *n or behind, copies at most max of it, makes these clean and sets *n to
 * its first block. Returns how many, 0 when there are none left.
 */
size_t table_take_dirty(struct table *t, uint64_t *n, struct table_entry *out,
                        size_t max);

/* The first dirty block at n or behind; the count of all: there is none. */
uint64_t table_next_dirty(struct table *t, uint64_t n);

/* So much is dirty that it takes more memory than what is kept to be quick. */
bool table_is_full(const struct table *t);

/* The taken ones are where read reads them, for good. */
void table_settle(struct table *t);

/* They could not be written: they are to be written again. */
void table_taint(struct table *t);

/* Asserts the invariants of the part around block n; nothing with NDEBUG. */
void table_check(struct table *t, uint64_t n);

#endif
