// SPDX-License-Identifier: BSD-2-Clause
// A medium in memory with holes, for the tests of src/image.

#ifndef UNIT_IMAGE_MEDIUM_H
#define UNIT_IMAGE_MEDIUM_H

#include "unit.h"

#include "image/image.h"

#include <errno.h>

#define MEDIUM_SIZE 0x30000U
#define MEDIUM_BASE 0x7f000000U

/* Known in blocks of 512. */
struct medium {
    uint8_t bytes[MEDIUM_SIZE];
    bool hole[MEDIUM_SIZE / 512];
    int error; /* for all reads from error_at on */
    uint64_t error_at;
    struct image_source source;
};

static inline int medium_read(void *arg, uint64_t offset, void *out, size_t len)
{
    const struct medium *m = arg;

    assert_true(len > 0 && len <= 16U << 10);
    assert_true(offset < MEDIUM_SIZE && len <= MEDIUM_SIZE - offset);
    if (m->error != 0 && offset + len > m->error_at)
        return m->error;
    memset(out, 0xee, len);
    for (uint64_t b = offset / 512; b <= (offset + len - 1) / 512; b++)
        if (m->hole[b])
            return -ENODATA;
    memcpy(out, m->bytes + offset, len);
    return 0;
}

/* Erased flash, all of it known. */
static inline void medium_init(struct medium *m)
{
    memset(m, 0, sizeof(*m));
    memset(m->bytes, 0xff, sizeof(m->bytes));
    m->source = (struct image_source){MEDIUM_SIZE, medium_read, m};
}

static inline void medium_holes(struct medium *m, uint64_t from, uint64_t to,
                                bool hole)
{
    for (uint64_t b = from / 512; b * 512 < to; b++)
        m->hole[b] = hole;
}

static inline void put_be32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline void put_le32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

/* Bytes that do not repeat soon. */
static inline void put_noise(uint8_t *out, size_t len, uint32_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        out[i] = (uint8_t)(seed >> 24);
    }
}

/* Fills one needed range after the other until there is a verdict. Every need
 * must have a hole in it, be aligned, and be no longer than it may be. */
static inline enum image_result
medium_prove_with_needs(struct medium *m, uint64_t offset, uint64_t size,
                        const struct image_footer *f, size_t n,
                        struct image_proof *p)
{
    for (size_t round = 0; round <= COUNT(m->hole); round++) {
        bool filled = false;
        enum image_result result = image_prove(&m->source, MEDIUM_BASE, offset,
                                               size, f, n, p);
        if (result != IMAGE_INCOMPLETE)
            return result;
        assert_true(p->need_len > 0 && p->need_offset % 512 == 0);
        assert_true(p->need_offset + p->need_len <= MEDIUM_SIZE);
        filled = m->hole[p->need_offset / 512];
        assert_true(filled);
        medium_holes(m, p->need_offset, p->need_offset + p->need_len, false);
    }
    fail_msg("there is no end of needs");
    return IMAGE_NONE;
}

#endif
