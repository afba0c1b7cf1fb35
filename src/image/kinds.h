// SPDX-License-Identifier: BSD-2-Clause
// The kinds of images; each judges the segment of its reader.

#ifndef IMAGE_KINDS_H
#define IMAGE_KINDS_H

#include "image/reader.h"

/* A segment must have this many bytes to be given to the ones below. */
#define IMAGE_HEADER_MIN 16U

/* p starts as {0} and is filled as image.h says, need only if INCOMPLETE. f is
 * valid. */
enum image_result image_footer_prove(struct image_reader *r,
                                     uint64_t medium_base,
                                     const struct image_footer *f,
                                     struct image_proof *p);

/* For a segment that starts with their magic bytes. */
enum image_result image_uimage_prove(struct image_reader *r,
                                     struct image_proof *p);
enum image_result image_romfs_prove(struct image_reader *r,
                                    struct image_proof *p);

#endif
