// SPDX-License-Identifier: BSD-2-Clause
// Numbers in the files of the store: little-endian.

#ifndef STORE_LE_H
#define STORE_LE_H

#include <stddef.h>
#include <stdint.h>

static inline void put_le(uint8_t *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t get_le(const uint8_t *in, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = bytes; i > 0; i--)
        value = value << 8 | in[i - 1];
    return value;
}

#endif
