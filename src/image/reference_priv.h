// SPDX-License-Identifier: BSD-2-Clause
// What the files of a reference share: the file, and what is known of it.

#ifndef IMAGE_REFERENCE_PRIV_H
#define IMAGE_REFERENCE_PRIV_H

#include "image/reference.h"

#include <time.h>

/* The first parts of a file, one each stride bytes, unit bytes long. */
struct reference_parts {
    uint64_t unit; /* 0: none yet */
    uint64_t stride;
    size_t n;
    struct reference_part *list;
};

/* Where windows of len bytes have which sum. */
struct reference_index {
    struct reference_index *next;
    const struct digest *algorithm;
    uint64_t len;
    uint64_t stride;
    size_t n;
    uint64_t *entries; /* first 4 bytes of the sum << 32 | number; in order */
};

struct reference {
    int fd;
    bool told; /* that it cannot be read */
    uint64_t size;
    char *name;
    /* What the indexes are of; how often it was another. */
    struct timespec changed;
    int64_t size_now;
    unsigned changes;
    struct reference_parts parts;
    struct reference_index *indexes;
    uint8_t buffer[REFERENCE_FIND_MAX];
};

/* Releases all that is known about the contents. */
void reference_forget(struct reference *r);
void reference_forget_parts(struct reference_parts *p);

/* Fills in all of x but algorithm and len; not sorted. False: no memory. */
bool reference_index_crc(struct reference *r, struct reference_index *x);

/* One window into x->entries, which has room. key: first 4 bytes of its sum. */
void reference_add(struct reference_index *x, uint32_t key, size_t window);

/* Bytes that there are still. */
uint64_t reference_readable(const struct reference *r);

#define REFERENCE_MIXED (-1)
/* The byte that is all of the len (> 0), or REFERENCE_MIXED. */
int reference_fill(const uint8_t *bytes, size_t len);

/* Calls visit with each of n windows of unit bytes, one each stride bytes; how
 * many could be read. */
size_t reference_walk(struct reference *r, uint64_t unit, uint64_t stride,
                      size_t n,
                      void (*visit)(void *arg, size_t i, const uint8_t *bytes),
                      void *arg);

static inline uint64_t reference_smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
