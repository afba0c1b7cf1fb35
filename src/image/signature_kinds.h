// SPDX-License-Identifier: BSD-2-Clause
// What the files of signature share; for signature*.c alone.

#ifndef IMAGE_SIGNATURE_KINDS_H
#define IMAGE_SIGNATURE_KINDS_H

#include "image/signature.h"

/* The bytes to be judged, SIGNATURE_MIN or more, and how to read numbers. */
struct signature_head {
    const uint8_t *bytes;
    size_t len;
    bool big; /* big endian */
};

/* The number of n bytes, 8 at most, that stands at at; all within len. */
static inline uint64_t signature_number(const struct signature_head *h,
                                        size_t at, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | h->bytes[h->big ? at + i : at + n - 1 - i];
    return value;
}

static inline uint32_t signature_u16(const struct signature_head *h, size_t at)
{
    return (uint32_t)signature_number(h, at, 2);
}

static inline uint32_t signature_u32(const struct signature_head *h, size_t at)
{
    return (uint32_t)signature_number(h, at, 4);
}

/* A name of up to max bytes at at, or as much of it as there is and can be
 * printed, becomes out's label. */
void signature_label(const struct signature_head *h, size_t at, size_t max,
                     struct signature *out);

/*
 * A judge: starts with *out = {0}, sets kind if it recognises h, and returns
 * as signature_recognise does. It sees to the byte order (h->big) itself; h is
 * its own.
 */
typedef size_t signature_judge(struct signature_head *h, struct signature *out);

signature_judge signature_uimage;
signature_judge signature_fdt; /* dtb, fit */
signature_judge signature_squashfs;
signature_judge signature_romfs;
signature_judge signature_cramfs;
signature_judge signature_jffs2;
signature_judge signature_ubi;
signature_judge signature_gzip;
signature_judge signature_lzma;
signature_judge signature_xz;
signature_judge signature_environment;

#endif
