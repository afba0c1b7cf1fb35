// SPDX-License-Identifier: BSD-2-Clause
// The blocks of one medium that have been read: their bytes and states.

#ifndef STORE_BLOCKS_H
#define STORE_BLOCKS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The unit of the cache. 512 bytes: see HACKING.md, "Why 512". The last block
 * of a medium may be shorter. */
#define BLOCK_SIZE 512U

/*
 * absent     never read, or what is on disk fails its checksum
 * good       read, every row passed its checks
 * bad        given up after a bounded number of tries; no bytes
 *
 * and confirmed, that is good and proved by a second route:
 *
 * checksum   the device's own checksum of a range around it
 * image      the checksum that an image in the flash carries itself
 * reread     a second reading brought the same bytes
 */
enum block_state {
    BLOCK_ABSENT,
    BLOCK_GOOD,
    BLOCK_BAD,
    BLOCK_CHECKSUM,
    BLOCK_IMAGE,
    BLOCK_REREAD
};
#define BLOCK_STATES 6

static inline bool block_state_confirmed(enum block_state state)
{
    return state >= BLOCK_CHECKSUM;
}

static inline bool block_state_known(enum block_state state)
{
    return state == BLOCK_GOOD || block_state_confirmed(state);
}

struct blocks;

/*
 * Threads: one thread at a time calls blocks_put, blocks_confirm, blocks_drop,
 * blocks_doubt, blocks_mark_bad and blocks_sync; all others may be called from
 * any thread beside it. Only blocks_put, blocks_get, blocks_doubt and
 * blocks_sync touch the disk, but for 4 KiB of states that are read where they
 * are not in memory.
 *
 * Offsets and lengths are bytes from the start of the medium and must lie in
 * it; block numbers are offset / BLOCK_SIZE and must be below blocks_count.
 */

uint64_t blocks_size(const struct blocks *b); /* of the medium, in bytes */
uint64_t blocks_count(const struct blocks *b);

/* Bytes in block n (BLOCK_SIZE but for a short last one). */
size_t blocks_length(const struct blocks *b, uint64_t n);

enum block_state blocks_state(const struct blocks *b, uint64_t n);

/* True when every byte of [offset, offset+len) is good or confirmed. */
bool blocks_have(const struct blocks *b, uint64_t offset, uint64_t len);

/* The same for confirmed alone. */
bool blocks_have_confirmed(const struct blocks *b, uint64_t offset,
                           uint64_t len);

/* Bytes of [offset, offset+len) by the state of their block. */
void blocks_tally(const struct blocks *b, uint64_t offset, uint64_t len,
                  uint64_t bytes[BLOCK_STATES]);

/* Bytes of [offset, offset+len) that are good or confirmed, and how many
 * bytes are in bad blocks (bad may be NULL). */
uint64_t blocks_known(const struct blocks *b, uint64_t offset, uint64_t len,
                      uint64_t *bad);

/*
 * Stores block n, blocks_length(b, n) bytes, as good, whatever it was before.
 * -ENOSPC, -EFBIG and the like when the disk refuses: the block then stays as
 * it was (if its old bytes are half overwritten, blocks_get notices). (A
 * process that has a limit on file sizes must ignore SIGXFSZ.)
 */
int blocks_put(struct blocks *b, uint64_t n, const void *bytes,
               struct err *err);

/* A known block becomes confirmed by that route (checksum, image, reread);
 * any other stays what it is. */
void blocks_confirm(struct blocks *b, uint64_t n, enum block_state route);

/* A known or bad block becomes absent: its bytes have proved wrong, or it is
 * to be tried again. */
void blocks_drop(struct blocks *b, uint64_t n);

/* The block that has rank known blocks before it; false: there is none. */
bool blocks_nth_known(const struct blocks *b, uint64_t rank, uint64_t *n);

/* Moves *n to the first block at *n or behind that has this state; false:
 * there is none. */
bool blocks_find(const struct blocks *b, enum block_state state, uint64_t *n);

/* Every confirmed block becomes good: the device is not what it was. Syncs,
 * if need be several times, where that is more than the memory should have. */
void blocks_doubt(struct blocks *b);

/* Block n alone, without syncing. */
void blocks_doubt_one(struct blocks *b, uint64_t n);

/* How many blocks from n on, below end, have the state of block n. */
uint64_t blocks_run(const struct blocks *b, uint64_t n, uint64_t end,
                    enum block_state *state);

/* An absent block becomes bad, until the cache is opened again: then it gets
 * another chance. What is known stays known. */
void blocks_mark_bad(struct blocks *b, uint64_t n);

/*
 * Copies [offset, offset+len). -ENODATA, and out has no meaning, when a block
 * of it is neither good nor confirmed; that includes one whose bytes cannot be
 * read from the disk or no longer match their checksum: it is made absent, so
 * that it is read again from the device.
 */
int blocks_get(struct blocks *b, uint64_t offset, void *out, size_t len);

/* The same of what is confirmed alone, and was so when its bytes were taken. */
int blocks_get_confirmed(struct blocks *b, uint64_t offset, void *out,
                         size_t len);

/*
 * Makes what was put so far durable: data, then fdatasync, then the states.
 * Until a block's state is written this way, a restart may find it absent.
 * Cheap when nothing is new. After an error all is kept for the next call.
 */
int blocks_sync(struct blocks *b, struct err *err);

#endif
