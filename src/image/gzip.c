// SPDX-License-Identifier: BSD-2-Clause
// gzip (RFC 1952): inflated and thrown away, for the CRC-32 and the length that
// its trailer has; zlib compares them.

#include "image/kinds.h"

#include <zlib.h>

#define KIND        "gzip"
#define INFLATE_MAX (UINT64_C(256) << 20) /* bytes, in and out */
#define SCRATCH     (32U << 10)

struct gunzip {
    z_stream z;
    gz_header header;    /* only for its `done` */
    uint64_t header_len; /* 0: not at its end yet */
    uint64_t in;
    uint64_t out;
};

/* One call of inflate; stops behind the header. */
static int inflate_some(struct gunzip *g)
{
    uint8_t scratch[SCRATCH];
    size_t had = g->z.avail_in;
    int ret;

    g->z.next_out = scratch;
    g->z.avail_out = sizeof(scratch);
    ret = inflate(&g->z, g->header.done == 1 ? Z_NO_FLUSH : Z_BLOCK);
    g->in += had - g->z.avail_in;
    g->out += sizeof(scratch) - g->z.avail_out;
    if (g->header.done == 1 && g->header_len == 0)
        g->header_len = g->in;
    return ret;
}

/* Z_OK: goes on; Z_STREAM_END: right; Z_DATA_ERROR: wrong; others: given up. */
static int inflate_piece(struct gunzip *g, uint8_t *piece, size_t len)
{
    int ret;

    g->z.next_in = piece;
    g->z.avail_in = (uInt)len;
    do {
        ret = inflate_some(g);
        if (ret == Z_OK && (g->in > INFLATE_MAX || g->out > INFLATE_MAX))
            return Z_MEM_ERROR;
    } while (ret == Z_OK && (g->z.avail_in > 0 || g->z.avail_out == 0));
    return ret == Z_BUF_ERROR ? Z_OK : ret; /* it only wants more */
}

static enum image_result prove(struct gunzip *g, struct image_reader *r,
                               struct image_proof *p)
{
    for (uint64_t at = 0; at < r->size;) {
        uint64_t left = r->size - at;
        size_t n = left < IMAGE_PIECE ? (size_t)left : IMAGE_PIECE;
        int ret = image_read(r, r->start + at, n, r->piece, p);
        if (ret != 0) {
            if (ret == -ENODATA)
                p->need_len = r->start + at + n - p->need_offset;
            return image_unread(ret);
        }
        ret = inflate_piece(g, r->piece, n);
        if (ret == Z_STREAM_END)
            return IMAGE_RIGHT;
        if (ret == Z_DATA_ERROR || ret == Z_NEED_DICT)
            return IMAGE_WRONG;
        if (ret != Z_OK)
            return IMAGE_NONE;
        at += n;
    }
    return IMAGE_NONE;
}

enum image_result image_gzip_prove(struct image_reader *r,
                                   struct image_proof *p)
{
    struct gunzip g = {.in = 0};
    enum image_result result;

    image_claim(p, KIND, r->start, 0);
    if (inflateInit2(&g.z, 16 + MAX_WBITS) != Z_OK)
        return IMAGE_NONE;
    (void)inflateGetHeader(&g.z, &g.header);
    result = prove(&g, r, p);
    (void)inflateEnd(&g.z);
    if (result == IMAGE_RIGHT)
        image_claim(p, KIND, r->start + g.header_len, g.in - g.header_len);
    else if (result == IMAGE_WRONG)
        image_claim(p, KIND, r->start, g.in);
    return result;
}
