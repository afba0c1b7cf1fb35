// SPDX-License-Identifier: BSD-2-Clause
// A short list of ranges of media, merged where they touch.

#ifndef FETCH_RANGES_H
#define FETCH_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    size_t medium;
    uint64_t offset; /* bytes from the start of the medium */
    uint64_t len;
};

/* Start from {0}. In the order of their first byte's coming; one thread. At
 * most RANGES_MAX: then the two neighbours with the least between them become
 * one, so that nothing that was added is ever left out. */
#define RANGES_MAX 256U
struct ranges {
    struct range list[RANGES_MAX];
    size_t n;
};

void ranges_add(struct ranges *r, size_t medium, uint64_t offset, uint64_t len);

/* Takes [offset, offset+len) out. */
void ranges_remove(struct ranges *r, size_t medium, uint64_t offset,
                   uint64_t len);

/* All of it lies in one range. */
bool ranges_hold(const struct ranges *r, size_t medium, uint64_t offset,
                 uint64_t len);

bool ranges_meet(const struct ranges *r, size_t medium, uint64_t offset,
                 uint64_t len);

#endif
