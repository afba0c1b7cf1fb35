// SPDX-License-Identifier: BSD-2-Clause
// Reads a segment with holes, and says which hole is in the way.

#include "image/reader.h"

#include "base/num.h"

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* There is a hole in [at, end): finds its block. */
static void find_hole(struct image_reader *r, uint64_t at, uint64_t end,
                      struct image_proof *p)
{
    const struct image_source *m = r->medium;
    uint64_t from = at;

    while (from < end) {
        size_t n = (size_t)min_u64(IMAGE_BLOCK - from % IMAGE_BLOCK,
                                   end - from);
        if (m->read(m->arg, from, r->piece, n) == -ENODATA)
            break;
        from += n;
    }
    if (from == end) /* filled meanwhile, or a source that contradicts itself */
        from = at;
    p->need_offset = from - from % IMAGE_BLOCK;
    p->need_len = min_u64(IMAGE_BLOCK, m->size - p->need_offset);
}

int image_read(struct image_reader *r, uint64_t at, size_t len, void *out,
               struct image_proof *p)
{
    const struct image_source *m = r->medium;
    uint64_t end;
    int ret;

    if (!num_add(at, len, &end) || end > m->size)
        return -ERANGE;
    ret = m->read(m->arg, at, out, len);
    if (ret == 0)
        return 0;
    if (ret == -ENODATA) {
        find_hole(r, at, end, p);
        return -ENODATA;
    }
    r->failed = true;
    return -EIO;
}

int image_read_all(struct image_reader *r, uint64_t at, uint64_t len,
                   void (*take)(void *arg, const uint8_t *bytes, size_t n),
                   void *arg, struct image_proof *p)
{
    uint64_t end;

    if (!num_add(at, len, &end) || end > r->medium->size)
        return -ERANGE;
    while (at < end) {
        size_t n = (size_t)min_u64(IMAGE_PIECE, end - at);
        int ret = image_read(r, at, n, r->piece, p);
        if (ret == -ENODATA)
            p->need_len = end - p->need_offset;
        if (ret != 0)
            return ret;
        take(arg, r->piece, n);
        at += n;
    }
    return 0;
}
