// SPDX-License-Identifier: BSD-2-Clause
// Builds and recognises the image footers of the Winbond loader.
#include "footer.h"

#include <string.h>

enum {
    AT_NUMBER = 0,
    AT_BASE = 4,
    AT_LENGTH = 8,
    AT_LOAD = 12,
    AT_EXEC = 16,
    AT_NAME = 20,
    AT_SUM = 36,
    AT_SIGNATURE = 40,
    AT_FLAGS = 44,
    AT_FOOTER_SUM = 48,
};

static uint32_t get_word(const uint8_t *b, bool big_endian)
{
    uint32_t word = 0;

    for (int i = 0; i < 4; i++)
        word = word << 8 | b[big_endian ? i : 3 - i];
    return word;
}

static void put_word(uint8_t *b, uint32_t word, bool big_endian)
{
    for (int i = 0; i < 4; i++)
        b[big_endian ? 3 - i : i] = (uint8_t)(word >> (8 * i));
}

uint32_t footer_sum(const uint8_t *bytes, size_t len, bool big_endian)
{
    uint64_t sum = 0;

    for (size_t i = 0; i + 4 <= len; i += 4)
        sum += get_word(bytes + i, big_endian);
    return ~(uint32_t)((sum & UINT32_MAX) + (sum >> 32));
}

uint64_t footer_place(uint64_t offset, uint64_t len)
{
    uint64_t end = offset + len;
    uint64_t block_end = (end + FOOTER_BLOCK - 1) / FOOTER_BLOCK * FOOTER_BLOCK;

    if (block_end - end < FOOTER_SIZE)
        block_end += FOOTER_BLOCK;
    return block_end - FOOTER_SIZE;
}

void footer_encode(const struct footer *f, uint8_t *to, bool big_endian)
{
    put_word(to + AT_NUMBER, f->number, big_endian);
    put_word(to + AT_BASE, f->base, big_endian);
    put_word(to + AT_LENGTH, f->length, big_endian);
    put_word(to + AT_LOAD, f->load, big_endian);
    put_word(to + AT_EXEC, f->exec, big_endian);
    memcpy(to + AT_NAME, f->name, FOOTER_NAME);
    put_word(to + AT_SUM, f->sum, big_endian);
    put_word(to + AT_SIGNATURE, FOOTER_SIGNATURE, big_endian);
    put_word(to + AT_FLAGS, f->flags, big_endian);
    put_word(to + AT_FOOTER_SUM, footer_sum(to, AT_FOOTER_SUM, big_endian),
             big_endian);
}

bool footer_decode(struct footer *f, const uint8_t *from, bool big_endian)
{
    if (get_word(from + AT_SIGNATURE, big_endian) != FOOTER_SIGNATURE ||
        get_word(from + AT_FOOTER_SUM, big_endian) !=
            footer_sum(from, AT_FOOTER_SUM, big_endian))
        return false;
    f->number = get_word(from + AT_NUMBER, big_endian);
    f->base = get_word(from + AT_BASE, big_endian);
    f->length = get_word(from + AT_LENGTH, big_endian);
    f->load = get_word(from + AT_LOAD, big_endian);
    f->exec = get_word(from + AT_EXEC, big_endian);
    memcpy(f->name, from + AT_NAME, FOOTER_NAME);
    f->sum = get_word(from + AT_SUM, big_endian);
    f->flags = get_word(from + AT_FLAGS, big_endian);
    return true;
}

void footer_letters(uint32_t flags, char *letters)
{
    static const char all[] = "acxfz";

    for (int i = 0; i < 5; i++) {
        if (flags & 1u << i)
            *letters++ = all[i];
    }
    *letters = '\0';
}
