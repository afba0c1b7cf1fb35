// SPDX-License-Identifier: BSD-2-Clause
// The windows of a reference by their CRC-32, each byte summed only once.

/*
 * Windows overlap, but the CRC of a window of 2n bytes is made of those of its
 * halves, and that of a half is in the list of the windows of n. At the bottom
 * are `parts`, kept for the next length.
 */

#include "image/reference_priv.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define STRIDE_MIN  ((uint64_t)1 << 10)
#define WINDOWS_MAX 65536
#define READ_MAX    ((uint64_t)1 << 30) /* for one index */

struct reference_part {
    uint32_t crc;
    int fill; /* the byte that is all of it, or REFERENCE_MIXED */
};

/* The CRC of some bytes into its share in that of a longer run. */
struct shift {
    uint32_t table[4][256];
};

void reference_forget_parts(struct reference_parts *p)
{
    free(p->list);
    *p = (struct reference_parts){0};
}

/* How many windows, one each stride bytes, lie within size. */
static uint64_t windows_in(uint64_t size, uint64_t len, uint64_t stride)
{
    return size < len ? 0 : (size - len) / stride + 1;
}

static uint64_t choose_stride(uint64_t size, uint64_t len)
{
    uint64_t stride = STRIDE_MIN;

    for (;; stride *= 2) {
        uint64_t unit = reference_smaller(len, stride);
        uint64_t n = windows_in(size, unit, stride);
        if (n <= WINDOWS_MAX && n * unit <= READ_MAX)
            return stride;
    }
}

static void add_part(void *arg, size_t i, const uint8_t *bytes)
{
    struct reference_parts *p = arg;

    p->list[i].crc = (uint32_t)crc32_z(0, bytes, p->unit);
    p->list[i].fill = reference_fill(bytes, p->unit);
}

static bool load_parts(struct reference *r, uint64_t unit, uint64_t stride)
{
    struct reference_parts *p = &r->parts;
    size_t n = windows_in(reference_readable(r), unit, stride);

    if (p->unit == unit && p->stride == stride)
        return true;
    reference_forget_parts(p);
    p->list = calloc(n > 0 ? n : 1, sizeof(*p->list));
    if (p->list == NULL)
        return false;
    p->unit = unit;
    p->stride = stride;
    p->n = reference_walk(r, unit, stride, n, add_part, p);
    return true;
}

/* For len bytes behind. It is linear, so 32 single bits are enough. */
static void shift_by(struct shift *s, uint64_t len)
{
    uint32_t bits[32];

    for (unsigned i = 0; i < 32; i++)
        bits[i] = (uint32_t)crc32_combine((uLong)1 << i, 0, (z_off_t)len);
    memset(s, 0, sizeof(*s));
    for (unsigned b = 0; b < 4; b++)
        for (unsigned v = 1; v < 256; v++)
            s->table[b][v] = s->table[b][v & (v - 1)] ^
                             bits[8 * b + (unsigned)__builtin_ctz(v)];
}

static uint32_t shifted(const struct shift *s, uint32_t crc)
{
    return s->table[0][crc & 0xff] ^ s->table[1][crc >> 8 & 0xff] ^
           s->table[2][crc >> 16 & 0xff] ^ s->table[3][crc >> 24];
}

/* From windows of unit bytes to those of len, in place; how many are left. */
static size_t widen(struct reference_part *list, size_t n, uint64_t unit,
                    uint64_t len)
{
    struct shift s;

    for (uint64_t now = unit; now < len; now *= 2) {
        size_t apart = now / unit;
        n = n > apart ? n - apart : 0;
        shift_by(&s, now);
        for (size_t i = 0; i < n; i++) {
            const struct reference_part *second = &list[i + apart];
            list[i].crc = shifted(&s, list[i].crc) ^ second->crc;
            if (list[i].fill != second->fill)
                list[i].fill = REFERENCE_MIXED;
        }
    }
    return n;
}

bool reference_index_crc(struct reference *r, struct reference_index *x)
{
    uint64_t unit;
    size_t n;
    struct reference_part *list;

    x->stride = choose_stride(reference_readable(r), x->len);
    unit = reference_smaller(x->len, x->stride);
    if (!load_parts(r, unit, x->stride))
        return false;
    n = r->parts.n;
    list = calloc(n > 0 ? n : 1, sizeof(*list));
    x->entries = calloc(n > 0 ? n : 1, sizeof(*x->entries));
    if (list == NULL || x->entries == NULL) {
        free(list);
        return false;
    }
    memcpy(list, r->parts.list, n * sizeof(*list));
    n = widen(list, n, unit, x->len);
    for (size_t i = 0; i < n; i++)
        if (list[i].fill == REFERENCE_MIXED)
            reference_add(x, list[i].crc, i);
    free(list);
    return true;
}
