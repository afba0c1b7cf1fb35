// SPDX-License-Identifier: BSD-2-Clause
// The 52 bytes by which the Winbond loader knows an image in flash.
#ifndef SIM_FOOTER_H
#define SIM_FOOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FOOTER_SIZE = 52,
    FOOTER_BLOCK = 0x10000,
    FOOTER_NAME = 16,
    FOOTER_IMAGES = 8,
};

#define FOOTER_SIGNATURE UINT32_C(0xA0FFFF9F)

enum footer_flag {
    FLAG_ACTIVE = 0x01,
    FLAG_COPY = 0x02,
    FLAG_EXECUTE = 0x04,
    FLAG_FILE = 0x08,
    FLAG_COMPRESSED = 0x10,
};

struct footer {
    uint32_t number, base, length, load, exec;
    char name[FOOTER_NAME]; /* not always terminated */
    uint32_t sum;           /* of the image */
    uint32_t flags;
};

/* Sum of the whole words in `len` bytes, folded and inverted. */
uint32_t footer_sum(const uint8_t *bytes, size_t len, bool big_endian);

/* Where the footer of an image of `len` bytes at `offset` is. */
uint64_t footer_place(uint64_t offset, uint64_t len);

/* Translate to flash contents, completing signature and checksum. */
void footer_encode(const struct footer *f, uint8_t *to, bool big_endian);

/* Translate from flash contents; false when that is no footer. */
bool footer_decode(struct footer *f, const uint8_t *from, bool big_endian);

/* The letters of the flags, at least 6 bytes. */
void footer_letters(uint32_t flags, char *letters);

#endif
