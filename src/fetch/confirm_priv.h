// SPDX-License-Identifier: BSD-2-Clause
// What confirming by checksums is made of; for confirm*.c alone.

#ifndef FETCH_CONFIRM_PRIV_H
#define FETCH_CONFIRM_PRIV_H

#include "fetch/fetcher_priv.h"

#define STACK_MAX 64U

struct piece {
    uint64_t offset;
    uint64_t len;
    bool wrong;
};

struct confirm {
    struct fetcher *f;
    size_t medium;
    struct blocks *blocks;
    struct piece stack[STACK_MAX];
    size_t n;
    unsigned spoilt; /* rows */
    size_t blocks_spoilt;
    uint64_t block;    /* the last of them */
    unsigned in_block; /* rows of it that are spoilt */
    int error;         /* ends it: of the device, or -ENODATA: of the cache */
    bool now;          /* it is asked what the device has now */
    bool wanted;       /* somebody waits for all of it */
    bool heard;        /* the last verdict is the device's, ... */
    bool partly;       /* ... but not about all of the piece */
    uint8_t *room;     /* what the guess was when it began: all of it, so that
                          what is dropped still tells of records */
    struct proof_guess all;
    unsigned asked;   /* pieces that were found to differ, or halved */
    uint64_t dropped; /* bytes */
};

/* --- confirm_compare.c --- */

/* Whether the device has the piece; sure: what differs must come twice.
 * PROOF_UNKNOWN: c->error says why. Sets heard and partly. */
enum proof_verdict confirm_compare(struct confirm *c, const struct piece *p,
                                   bool sure);

/* Some of it was not read in this session; or, where it is asked what the
 * device has now, not since it was last out of sight. */
bool confirm_is_guess(const struct confirm *c, const struct piece *p);

/* After PROOF_UNKNOWN: too much to ask at once, about a piece of some blocks.
 */
bool confirm_is_too_much(struct confirm *c);

/* Blocks of the range are left to be read again; of a struct confirm. */
void confirm_unproved(void *confirm, uint64_t offset, uint64_t len);

#endif
