// SPDX-License-Identifier: BSD-2-Clause
// Images in flash that carry their own checksums: recognised and proved.

#include "image/image.h"

#include "base/num.h"
#include "image/kinds.h"

#include <string.h>

static const struct kind {
    const char *magic;
    size_t len;
    enum image_result (*prove)(struct image_reader *r, struct image_proof *p);
} kinds[] = {
    {"\x27\x05\x19\x56", 4, image_uimage_prove},
    {"-rom1fs-", 8, image_romfs_prove},
};

/* By what stands at the start of the segment. */
static enum image_result prove_header(struct image_reader *r,
                                      struct image_proof *p)
{
    uint8_t head[8];
    int ret;

    if (r->size < IMAGE_HEADER_MIN)
        return IMAGE_NONE;
    ret = image_read(r, r->start, sizeof(head), head, p);
    if (ret != 0)
        return image_unread(ret);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (memcmp(head, kinds[i].magic, kinds[i].len) == 0)
            return kinds[i].prove(r, p);
    return IMAGE_NONE;
}

/* Puts the result of one kind to those of the others. */
static void merge(enum image_result *best, struct image_proof *out,
                  enum image_result result, const struct image_proof *p)
{
    static const int rank[] = {[IMAGE_NONE] = 0,
                               [IMAGE_RIGHT] = 1,
                               [IMAGE_INCOMPLETE] = 2,
                               [IMAGE_WRONG] = 3};

    if (rank[result] < rank[*best] || result == IMAGE_NONE)
        return;
    if (result == *best && (result != IMAGE_RIGHT || p->len <= out->len))
        return;
    *best = result;
    *out = *p;
}

static bool segment_fits(const struct image_source *medium, uint64_t offset,
                         uint64_t size)
{
    uint64_t end;

    return size > 0 && num_add(offset, size, &end) && end <= medium->size;
}

enum image_result image_prove(const struct image_source *medium,
                              uint64_t medium_base, uint64_t offset,
                              uint64_t size, const struct image_footer *footers,
                              size_t n_footers, struct image_proof *out)
{
    struct image_reader r;
    struct image_proof p;
    enum image_result best = IMAGE_NONE;

    memset(out, 0, sizeof(*out));
    if (!segment_fits(medium, offset, size))
        return IMAGE_NONE;
    r.medium = medium;
    r.start = offset;
    r.size = size;
    r.failed = false;
    for (size_t i = 0; i < n_footers; i++) {
        if (!image_footer_valid(&footers[i]))
            continue;
        memset(&p, 0, sizeof(p));
        merge(&best, out, image_footer_prove(&r, medium_base, &footers[i], &p),
              &p);
    }
    if (best != IMAGE_WRONG) {
        memset(&p, 0, sizeof(p));
        merge(&best, out, prove_header(&r, &p), &p);
    }
    if (!r.failed)
        return best;
    memset(out, 0, sizeof(*out));
    return IMAGE_NONE;
}
