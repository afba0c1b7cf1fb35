// SPDX-License-Identifier: BSD-2-Clause
// Images in flash that carry their own checksums: recognised and proved.

#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Pure: no I/O but the source's callback, no state, any thread. All bytes are
 * hostile: what is read is bounded by the medium and by 4 GiB; about 20 KiB of
 * stack. Offsets count from the start of the medium.
 */

/* A medium, as far as its bytes are known. */
struct image_source {
    uint64_t size; /* of the medium */
    /* All len bytes at offset, or: -ENODATA, not all of them are known (no
     * error); another negative errno, give up. Never asked beyond size, nor for
     * more than 16 KiB. */
    int (*read)(void *arg, uint64_t offset, void *out, size_t len);
    void *arg;
};

#define IMAGE_FOOTER_MAX 512

/*
 * A table behind an image, as a dialect describes it. It stands at the end of
 * the image's last erase block or, when the image leaves less than `size` bytes
 * there, at the end of the next one. Fields are 32 bits, little endian; at_*
 * are their offsets in the footer.
 */
struct image_footer {
    uint64_t erase_block; /* bytes; counted from the start of the medium */
    uint32_t size;        /* bytes, at most IMAGE_FOOTER_MAX */
    uint32_t at_signature;
    uint32_t signature; /* its value */
    uint32_t at_base;   /* absolute address of the image's start */
    uint32_t at_length; /* bytes */
    uint32_t at_data_sum;
    uint32_t at_own_sum; /* over all bytes before it; behind the others */
    /* "word-sum": with the 64-bit sum S of 32-bit little-endian words, the low
     * 32 bits of NOT(low32(S) + high32(S)); over the length rounded up to 4. */
    const char *sum;
};

/* Sizes and offsets fit together and the sum is known. image_prove passes over
 * one that is not valid. */
bool image_footer_valid(const struct image_footer *f);

enum image_result {
    IMAGE_NONE,       /* nothing recognised, or it cannot be judged: longer than
                       * the segment, read error */
    IMAGE_INCOMPLETE, /* bytes are missing: see need_offset */
    IMAGE_WRONG,      /* recognised, and its bytes contradict its checksum */
    IMAGE_RIGHT,
};

/*
 * kinds:
 *   footer  the image's length is proved; weak, for a sum does not see order
 *           and two errors can cancel
 *   uimage  header and data, CRC-32 each; strong
 *   romfs   the whole words of the first 512 bytes; weak, a sum
 *
 * Not gzip: its CRC is of what it inflates to, and other bytes inflate to the
 * same: one wrong digit in 200, where there are runs of zeros.
 */
struct image_proof {
    const char *kind; /* static; NULL: none yet */
    uint64_t offset;  /* the range that is proved; WRONG: what does not agree */
    uint64_t len;
    bool strong; /* RIGHT: no damage that noise is likely to do goes unseen */
    /* INCOMPLETE: fetch this and ask again. Starts at a multiple of 512. For a
     * header or footer at most 512 bytes; else from the first hole to the end
     * of the image. May lie outside the segment (a footer), never outside the
     * medium. */
    uint64_t need_offset;
    uint64_t need_len;
};

/*
 * Looks whether the segment [offset, offset + size) of the medium holds an
 * image that proves itself. Footers are tried first, then what stands at the
 * start of the segment. One WRONG makes all WRONG, even if another is right;
 * then INCOMPLETE goes before RIGHT; of several that are right the widest is
 * told. medium_base: address of the medium's first byte on the device's bus.
 *
 * INCOMPLETE also when it is not known yet whether there is a footer or header:
 * for a segment without one, that costs 512 bytes each to find out.
 */
enum image_result image_prove(const struct image_source *medium,
                              uint64_t medium_base, uint64_t offset,
                              uint64_t size, const struct image_footer *footers,
                              size_t n_footers, struct image_proof *out);

#endif
