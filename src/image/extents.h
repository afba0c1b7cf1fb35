// SPDX-License-Identifier: BSD-2-Clause
// From the starts that were recognised on a medium to files.

#ifndef IMAGE_EXTENTS_H
#define IMAGE_EXTENTS_H

#include "image/signature.h"

/* What was recognised somewhere, and what becomes of it. */
struct image_extent {
    uint64_t offset; /* from the start of the medium */
    struct signature signature;
    /* filled in: */
    uint64_t size; /* bytes, never 0; ends within the medium */
    bool refused;  /* the header's length cannot be: beyond the medium */
};

/*
 * list: n starts below medium_size, in order of their offsets, no two alike.
 * Gives each its size and takes out those that are none: the further erase
 * blocks of one that repeats, and weak ones within another of known length.
 * How many are left, in the same order.
 *
 * Where no length is told, or none that can be, it goes on to the next start,
 * to the first of bounds (other places where something is known to start, in
 * order) behind it, to the end of what it lies in, or of the medium. Pure.
 */
size_t image_extents(struct image_extent *list, size_t n, uint64_t medium_size,
                     const uint64_t *bounds, size_t n_bounds);

#endif
