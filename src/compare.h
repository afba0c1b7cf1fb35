// SPDX-License-Identifier: BSD-2-Clause
// Finds where a device has other bytes than we, by its checksums alone.

#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pieces that are told as differing are no longer than COARSE bytes before
 * they are put together, and no shorter than FINE, but at the end. */
#define COMPARE_COARSE 512U
#define COMPARE_FINE   16U
/* So many COARSE pieces are worth looking into: each costs up to 62 sums, as
 * long as to read it. */
#define COMPARE_LOOKS 64U

enum compare_kind {
    COMPARE_DIFFERS = 1,
    COMPARE_FAILED /* the device does not give the bytes; not told here */
};

/* Start with the functions and arg set, looks = COMPARE_LOOKS. */
struct compare {
    /*
     * Whether the device has what we have in [offset, offset+len): 1 or 0, for
     * sure a 0 that can be believed; a negative errno ends the comparing.
     * *partly: set if that says
     * nothing about a part, which the caller knows.
     */
    int (*ask)(void *arg, uint64_t offset, size_t len, bool sure, bool *partly);
    /* Once for each piece that is not the same, in ascending order. */
    void (*found)(void *arg, enum compare_kind kind, uint64_t offset,
                  size_t len);
    /* All before end is done. */
    void (*passed)(void *arg, uint64_t end);
    void *arg;
    unsigned looks;
    size_t parts; /* answers that said nothing about a part */
};

/*
 * Compares len bytes at offset. A piece that differs is halved; a difference is
 * believed when ask was sure of it. Where the halves of a differing piece are
 * the same, the piece is. 0, or what ask said that ends it.
 */
int compare_piece(struct compare *c, uint64_t offset, size_t len);

#endif
