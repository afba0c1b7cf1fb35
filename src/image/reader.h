// SPDX-License-Identifier: BSD-2-Clause
// Reads a segment with holes, and says which hole is in the way.

#ifndef IMAGE_READER_H
#define IMAGE_READER_H

#include "image/image.h"

#include <errno.h>

#define IMAGE_PIECE (16U << 10)
#define IMAGE_BLOCK 512U /* holes are told in these */

/* Of one call of image_prove. */
struct image_reader {
    const struct image_source *medium;
    uint64_t start; /* of the segment */
    uint64_t size;
    bool failed; /* the source gave up */
    uint8_t piece[IMAGE_PIECE];
};

/* At most IMAGE_PIECE bytes. 0; -ENODATA, with the first block of 512 that has
 * a hole as p's need; -ERANGE, not in the medium; -EIO, given up. */
int image_read(struct image_reader *r, uint64_t at, size_t len, void *out,
               struct image_proof *p);

/* Gives len bytes to take, in pieces; a need reaches to the end of them. The
 * pieces are multiples of 4 but for the last. */
int image_read_all(struct image_reader *r, uint64_t at, uint64_t len,
                   void (*take)(void *arg, const uint8_t *bytes, size_t n),
                   void *arg, struct image_proof *p);

/* What a failed read means. */
static inline enum image_result image_unread(int ret)
{
    return ret == -ENODATA ? IMAGE_INCOMPLETE : IMAGE_NONE;
}

/* The range that is meant from now on. */
static inline void image_claim(struct image_proof *p, const char *kind,
                               uint64_t offset, uint64_t len)
{
    p->kind = kind;
    p->offset = offset;
    p->len = len;
}

static inline uint32_t image_be32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 |
           (uint32_t)in[2] << 8 | in[3];
}

static inline uint32_t image_le32(const uint8_t *in)
{
    return (uint32_t)in[3] << 24 | (uint32_t)in[2] << 16 |
           (uint32_t)in[1] << 8 | in[0];
}

#endif
