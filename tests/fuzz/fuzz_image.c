// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes image_prove: any flash, with holes; filling what it needs ends, at the
// verdict that there is without holes.

#include "fuzz.h"

#include "image/image.h"

#include <errno.h>

/* 16 bytes of text come first: offset and size of the segment in hex, four
 * digits each and a blank behind; a seed of holes; a line end. */
#define HEAD 16

static const struct image_footer footers[2] = {
    {.erase_block = 64,
     .size = 24,
     .at_signature = 0,
     .signature = 0x746f6f66, /* "foot" */
     .at_base = 4,
     .at_length = 8,
     .at_data_sum = 12,
     .at_own_sum = 20,
     .sum = "word-sum"},
    {.erase_block = 256,
     .size = 52,
     .at_signature = 0x28,
     .signature = 0xa0ffff9f,
     .at_base = 4,
     .at_length = 8,
     .at_data_sum = 0x24,
     .at_own_sum = 0x30,
     .sum = "word-sum"},
};

struct flash {
    const uint8_t *bytes;
    uint64_t size;
    uint8_t *hole; /* one a block of 512 */
};

static int flash_read(void *arg, uint64_t offset, void *out, size_t len)
{
    const struct flash *f = arg;

    MUST(len > 0 && len <= 16U << 10);
    MUST(offset < f->size && len <= f->size - offset);
    for (uint64_t b = offset / 512; b <= (offset + len - 1) / 512; b++)
        if (f->hole[b] != 0)
            return -ENODATA;
    memcpy(out, f->bytes + offset, len);
    return 0;
}

static void check(const struct flash *f, enum image_result result,
                  const struct image_proof *p)
{
    if (result == IMAGE_NONE)
        MUST(p->kind == NULL && p->len == 0);
    else
        MUST(p->offset <= f->size && p->len <= f->size - p->offset);
    if (result == IMAGE_RIGHT)
        MUST(p->kind != NULL && p->len > 0);
    if (result != IMAGE_INCOMPLETE) {
        MUST(p->need_len == 0);
        return;
    }
    MUST(p->need_offset % 512 == 0 && p->need_len > 0);
    MUST(p->need_offset < f->size);
    MUST(p->need_len <= f->size - p->need_offset);
    MUST(f->hole[p->need_offset / 512] != 0);
}

static void fill(struct flash *f, uint64_t offset, uint64_t len)
{
    for (uint64_t b = offset / 512; b * 512 < offset + len; b++)
        f->hole[b] = 0;
}

static void prove(struct flash *f, uint64_t offset, uint64_t size,
                  uint32_t seed)
{
    const struct image_source medium = {f->size, flash_read, f};
    struct image_proof whole;
    struct image_proof p;
    enum image_result expected = image_prove(&medium, 0x30303030, offset, size,
                                             footers, 2, &whole);
    enum image_result result;

    MUST(expected != IMAGE_INCOMPLETE);
    check(f, expected, &whole);
    for (uint64_t b = 0; b * 512 < f->size; b++)
        f->hole[b] = (seed >> b % 7 & 1U) != 0;
    do {
        result = image_prove(&medium, 0x30303030, offset, size, footers, 2, &p);
        check(f, result, &p);
        if (result == IMAGE_INCOMPLETE)
            fill(f, p.need_offset, p.need_len);
    } while (result == IMAGE_INCOMPLETE);
    MUST(result == expected);
    MUST(result != IMAGE_RIGHT ||
         (p.offset == whole.offset && p.len == whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char head[HEAD + 1] = "";
    struct flash f;
    char *next;
    uint64_t offset;
    uint64_t len;
    uint32_t seed;

    if (size <= HEAD)
        return 0;
    memcpy(head, data, HEAD);
    offset = strtoull(head, &next, 16);
    len = strtoull(next, &next, 16);
    seed = (uint32_t)strtoul(next, NULL, 16);
    f.bytes = data + HEAD;
    f.size = size - HEAD;
    f.hole = calloc(f.size / 512 + 1, 1);
    MUST(f.hole != NULL);
    prove(&f, offset, len, seed);
    free(f.hole);
    return 0;
}
