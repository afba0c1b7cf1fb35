// SPDX-License-Identifier: BSD-2-Clause
// CRC-32 of blocks, as fast as the machine has it.

/*
 * zlib's takes longer than to read a block back from memory. Where the
 * processor multiplies polynomials, a stretch of bytes is one of them, and its
 * remainder is what is asked for:
 *
 *   a 128-bit piece that stands D bits before another one is worth, there, its
 *   low half times x^(D+32) mod P plus its high half times x^(D-32) mod P,
 *   halves and factors bit-reversed as CRC-32 has them
 *
 * So four pieces side by side take in 64 bytes a step (D = 512) and are added
 * up (D = 128). Of the 128 bits that are left, 64 and then 32 are moved on in
 * the same way; the rest is divided by P, as Barrett does: times the inverse of
 * P, times P, subtracted.
 */
#include "store/crc.h"

#include <zlib.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define LANES 4UL
#define STEP  (LANES * 16)

typedef __m128i piece;

/* Moves p on by the distance of the factors in by, onto next. */
__attribute__((target("pclmul,sse4.1"))) static inline piece
fold(piece p, piece by, piece next)
{
    piece low = _mm_clmulepi64_si128(p, by, 0x00);
    piece high = _mm_clmulepi64_si128(p, by, 0x11);

    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* The remainder of 128 bits, inverted. */
__attribute__((target("pclmul,sse4.1"))) static inline uint32_t reduce(piece p)
{
    const piece by128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const piece by64 = _mm_set_epi64x(0, 0x163cd6124);
    const piece divide = _mm_set_epi64x(0x1f7011641, 0x1db710641);
    const piece low32 = _mm_set_epi32(0, -1, 0, -1);
    piece q;

    p = _mm_xor_si128(_mm_clmulepi64_si128(p, by128, 0x10),
                      _mm_srli_si128(p, 8));
    q = _mm_clmulepi64_si128(_mm_and_si128(p, low32), by64, 0x00);
    p = _mm_xor_si128(_mm_srli_si128(p, 4), q);
    q = _mm_clmulepi64_si128(_mm_and_si128(p, low32), divide, 0x10);
    q = _mm_clmulepi64_si128(_mm_and_si128(q, low32), divide, 0x00);
    return ~(uint32_t)_mm_extract_epi32(_mm_xor_si128(p, q), 1);
}

/* len: a multiple of STEP, at least one. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t
by_multiplying(const uint8_t *bytes, size_t len)
{
    const piece by512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const piece by128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const piece *in = (const piece *)(const void *)bytes;
    piece lane[LANES];

    for (size_t i = 0; i < LANES; i++)
        lane[i] = _mm_loadu_si128(in + i);
    /* The first four bytes are inverted. */
    lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128(-1));
    for (len -= STEP; len > 0; len -= STEP) {
        in += LANES;
        for (size_t i = 0; i < LANES; i++)
            lane[i] = fold(lane[i], by512, _mm_loadu_si128(in + i));
    }
    for (size_t i = 1; i < LANES; i++)
        lane[i] = fold(lane[i - 1], by128, lane[i]);
    return reduce(lane[LANES - 1]);
}

uint32_t crc_of(const void *bytes, size_t len)
{
    size_t whole = len / STEP * STEP;
    uint32_t crc = 0;

    if (whole > 0 && __builtin_cpu_supports("pclmul") &&
        __builtin_cpu_supports("sse4.1"))
        crc = by_multiplying(bytes, whole);
    else
        whole = 0;
    return (uint32_t)crc32_z(crc, (const uint8_t *)bytes + whole, len - whole);
}

#else

uint32_t crc_of(const void *bytes, size_t len)
{
    return (uint32_t)crc32_z(0, bytes, len);
}

#endif
