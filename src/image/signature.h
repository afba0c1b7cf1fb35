// SPDX-License-Identifier: BSD-2-Clause
// What starts here? Told from the first bytes at an erase-block boundary.

#ifndef IMAGE_SIGNATURE_H
#define IMAGE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that a first look needs, and the most that any look asks for. */
#define SIGNATURE_MIN 64U
#define SIGNATURE_MAX 256U

/*
 * kinds: uimage, fit, dtb, squashfs, romfs, cramfs, jffs2, ubi, gzip, lzma,
 * xz, environment (of a boot loader: a CRC-32, perhaps a flag, and text).
 */
struct signature {
    const char *kind; /* static; NULL: nothing known starts here */
    /* As the header has it, which may be any number; 0: it does not tell. */
    uint64_t length;
    /* length, filled up to what the tool that makes such files writes; never
     * less than length. */
    uint64_t padded;
    char label[36]; /* the name that its maker gave it, printable, or "" */
    bool proved;    /* a checksum in the bytes themselves agrees */
    bool weak;      /* so few bits that it may stand there by chance where other
                       data are known to be */
    /* Each erase block of it starts like this one; those that have the same
     * series are one and the same. */
    bool repeats;
    uint32_t series;
};

/*
 * Pure; the bytes are hostile. *out is what can be said of the first len bytes;
 * of fewer than SIGNATURE_MIN that is nothing. Returns 0, or how many bytes,
 * more than len, would tell more.
 */
size_t signature_recognise(const uint8_t *bytes, size_t len,
                           struct signature *out);

#endif
