// SPDX-License-Identifier: BSD-2-Clause
// Strict numbers: the whole text is a number in range, or it is refused.

#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 to 15, or -1: not a hex digit (of either case). */
int num_hex_digit(char c);

/* Plain digits in radix 10 or 16 (a `0x` is allowed in radix 16), len bytes,
 * no sign, no blank, nothing behind. False: not a number or above 2^64-1. */
bool num_digits(const char *s, size_t len, int radix, uint64_t *out);

/* As a user types a size or an address: decimal or 0x hex, then optionally K,
 * M, G (any case, powers of 1024; also KB, KiB and so on). */
bool num_size(const char *s, uint64_t *out);

/* Factor of a unit word: "" or "B" 1, K/KB/KiB 1024, M.., G.. ; 0: unknown. */
uint64_t num_unit(const char *s, size_t len);

/* a + b and a * b without wrapping; false when it would. */
bool num_add(uint64_t a, uint64_t b, uint64_t *out);
bool num_mul(uint64_t a, uint64_t b, uint64_t *out);

#endif
