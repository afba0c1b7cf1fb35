// SPDX-License-Identifier: BSD-2-Clause
// A set of blocks of media.

#ifndef FETCH_BLOCKSET_H
#define FETCH_BLOCKSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start from {0}; one thread. */
struct blockset {
    struct blockset_page **pages; /* ascending; 4 KiB each tell of 32768 */
    size_t n_pages;
    size_t room;
    size_t n; /* blocks in the set */
};

void blockset_free(struct blockset *s);

/* False: no memory. */
bool blockset_add(struct blockset *s, size_t medium, uint64_t block);
void blockset_remove(struct blockset *s, size_t medium, uint64_t block);

/* The first of [block, end) that is in it; false: none is. *first may be NULL.
 */
bool blockset_meets(const struct blockset *s, size_t medium, uint64_t block,
                    uint64_t end, uint64_t *first);

#endif
