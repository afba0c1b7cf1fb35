// SPDX-License-Identifier: BSD-2-Clause
// Starts of packed data, none of which tells how long it is: gzip, lzma, xz.

#include "image/signature_kinds.h"

#include <string.h>

#include <zlib.h>

/* --- gzip ------------------------------------------------------------------
 */

enum { GZIP_CRC = 2, GZIP_EXTRA = 4, GZIP_NAME = 8, GZIP_COMMENT = 16 };

#define GZIP_HEADER 10U

/* at, moved behind a text with its NUL; len or more: it does not end here. A
 * text with controls in it is none, then 0. */
static size_t skip_text(const struct signature_head *h, size_t at)
{
    for (; at < h->len && h->bytes[at] != 0; at++)
        if (h->bytes[at] < 0x20 || h->bytes[at] == 0x7f)
            return 0;
    return at + 1;
}

/* Where the packed bytes begin; len or more: not here; 0: this is no gzip. */
static size_t gzip_data(const struct signature_head *h, struct signature *out)
{
    uint8_t flags = h->bytes[3];
    size_t at = GZIP_HEADER;

    if ((flags & GZIP_EXTRA) != 0)
        at += 2 + (size_t)signature_u16(h, at);
    if ((flags & GZIP_NAME) != 0 && at < h->len) {
        signature_label(h, at, h->len - at, out);
        at = skip_text(h, at);
    }
    if ((flags & GZIP_COMMENT) != 0 && at != 0 && at < h->len)
        at = skip_text(h, at);
    if ((flags & GZIP_CRC) != 0 && at != 0)
        at += 2;
    return at;
}

/* The first block of a deflate stream, whose bits begin at the low end. */
static bool deflate_starts(const struct signature_head *h, size_t at)
{
    uint8_t first;

    if (at >= h->len)
        return true; /* nothing speaks against it */
    first = h->bytes[at];
    switch (first >> 1 & 3) {
    case 0: /* stored; its length stands there twice, once inverted */
        return at + 5 > h->len ||
               (signature_u16(h, at + 1) ^ signature_u16(h, at + 3)) == 0xffff;
    case 1:
        return true;
    case 2: /* 257 to 286 codes */
        return first >> 3 <= 29;
    default:
        return false;
    }
}

size_t signature_gzip(struct signature_head *h, struct signature *out)
{
    uint8_t flags = h->bytes[3];
    uint8_t level = h->bytes[8];
    uint8_t system = h->bytes[9];
    size_t data;

    if (memcmp(h->bytes, "\x1f\x8b\x08", 3) != 0 || (flags & 0xe0) != 0 ||
        (level != 0 && level != 2 && level != 4) ||
        (system > 13 && system != 255))
        return 0;
    data = gzip_data(h, out);
    if (data == 0 || !deflate_starts(h, data))
        return 0;
    out->kind = "gzip";
    out->weak = true;
    return 0;
}

/* --- lzma: a byte of properties, the dictionary's size, the unpacked size, and
 * a range coder. No magic number: each field must be one that is in use ------
 */

enum { LZMA_DICTIONARY = 1, LZMA_SIZE = 5, LZMA_DATA = 13 };

#define LZMA_POSITION_BITS 2U /* pb; nobody uses another */
#define LZMA_SIZE_MAX      (UINT64_C(1) << 32)

static bool lzma_properties(uint8_t properties)
{
    unsigned literal = properties % 9U;
    unsigned position = properties / 9U % 5U;

    return properties / 45U == LZMA_POSITION_BITS && literal + position <= 4;
}

/* 2^n or 2^n + 2^(n-1). */
static bool lzma_dictionary(uint32_t size)
{
    uint32_t low = size & (0 - size);
    uint32_t rest = size ^ low;

    return size >= UINT32_C(1) << 12 && size <= UINT32_C(1) << 30 &&
           (rest == 0 || rest == low << 1);
}

size_t signature_lzma(struct signature_head *h, struct signature *out)
{
    uint64_t size = signature_number(h, LZMA_SIZE, 8);

    /* The coder's first byte is 0, and its first bit says literal: there is
     * nothing yet that could be repeated. */
    if (!lzma_properties(h->bytes[0]) ||
        !lzma_dictionary(signature_u32(h, LZMA_DICTIONARY)) ||
        (size != UINT64_MAX && (size == 0 || size > LZMA_SIZE_MAX)) ||
        h->bytes[LZMA_DATA] != 0 || h->bytes[LZMA_DATA + 1] >= 0x80)
        return 0;
    out->kind = "lzma";
    out->weak = true;
    return 0;
}

/* --- xz: magic number, two bytes of flags, their CRC-32 ---------------------
 */

size_t signature_xz(struct signature_head *h, struct signature *out)
{
    static const uint8_t magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};

    if (memcmp(h->bytes, magic, sizeof(magic)) != 0 || h->bytes[6] != 0 ||
        h->bytes[7] > 15 || crc32_z(0, h->bytes + 6, 2) != signature_u32(h, 8))
        return 0;
    out->kind = "xz";
    out->proved = true;
    return 0;
}
