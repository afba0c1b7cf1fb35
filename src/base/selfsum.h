// SPDX-License-Identifier: BSD-2-Clause
// Records in bytes of ours that carry their own CRC-32.

#ifndef BASE_SELFSUM_H
#define BASE_SELFSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A span of bytes is self-checking when its last four bytes are the CRC-32 of
 * those before. A CRC-32 over a range that holds all of such a span does not
 * depend on what the span says: HACKING.md, "What a CRC-32 cannot see". Cut
 * just before the span's own sum, the two sums of the parts do.
 *
 * Found are spans of three kinds: register of ones and sum inverted (zlib's),
 * register of ones and sum not inverted (JAMCRC: UBI, littlefs), register of
 * zeros and sum not inverted (JFFS2, eCos); sum stored in the byte order in
 * which the CRC is blind, or in the other one. Spans of the third kind, and
 * those with the other order, begin and end at multiples of four; one of the
 * third kind has 12 bytes at least.
 *
 * It may be so long, by where it begins, counted from the medium's start:
 *
 *   anywhere            below   4 KiB
 *   a multiple of 4     below  16 KiB
 *   a multiple of 64    below  64 KiB
 *   a multiple of 1024  below   1 MiB
 *
 * By chance a span is found in some 150 KiB of any bytes. Pure; no I/O.
 */
#define SELFSUM_BEFORE ((size_t)1 << 20) /* the longest */
#define SELFSUM_BEHIND 4U /* a sum may begin in the range and end there */

struct selfsum_range {
    const uint8_t *bytes; /* before, then the range, then behind */
    size_t before;        /* SELFSUM_BEFORE of them are looked at at most */
    size_t len;
    size_t behind;
    uint64_t offset; /* of the range, from the medium's start */
    bool msb_first;  /* the order of bits: cksum's; else crc32's */
};

/*
 * Sets bit n % 8 of cuts[n / 8] for each byte n of the range where the sum of
 * a self-checking span begins; (len + 7) / 8 bytes, all of which are set.
 * Takes some 50 ns a byte. 0 or -ENOMEM.
 */
int selfsum_find(const struct selfsum_range *r, uint8_t *cuts);

static inline bool selfsum_is_cut(const uint8_t *cuts, size_t n)
{
    return (cuts[n / 8] >> n % 8 & 1U) != 0;
}

#endif
