// SPDX-License-Identifier: BSD-2-Clause
// Requests of `fwfs --verify`: from the kernel's ioctl to the fetcher and back.

#include "mount/fs_priv.h"

#include "mount/verify_ioctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct verify_request {
    struct read_request read; /* first: it is freed with it */
    union {
        struct fwfs_verify verify;
        struct fwfs_sum sum;
        struct fwfs_uniform uniform;
    } io;
    struct fetch_finding findings[FWFS_VERIFY_RANGES];
};

static int error_number(int status)
{
    return status == -EINTR || status == -EOPNOTSUPP ? -status : EIO;
}

static int by_offset(const void *a, const void *b)
{
    const struct fetch_finding *x = a;
    const struct fetch_finding *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Ascending; of two that overlap the one that failed counts. */
static void fill_ranges(struct fwfs_verify *io, struct fetch_finding *f,
                        size_t n, uint64_t start)
{
    uint64_t end = 0; /* of the ranges so far */

    qsort(f, n, sizeof(*f), by_offset);
    for (size_t i = 0; i < n; i++) {
        uint64_t from = f[i].offset > end ? f[i].offset : end;
        uint64_t to = f[i].offset + f[i].len;
        if (i + 1 < n && f[i + 1].failed && f[i + 1].offset < to)
            to = f[i + 1].offset;
        if (from >= to)
            continue;
        io->ranges[io->count++] = (struct fwfs_verify_range){
            .offset = from - start,
            .len = to - from,
            .kind = f[i].failed ? FWFS_RANGE_FAILED : FWFS_RANGE_DIFFERED};
        end = to;
    }
}

static void answer_verify(struct read_request *r, fuse_req_t req, int status,
                          const void *bytes)
{
    struct verify_request *v = (struct verify_request *)r;
    struct fwfs_verify *io = &v->io.verify;

    (void)bytes;
    if (status < 0) {
        (void)fuse_reply_err(req, error_number(status));
        return;
    }
    io->count = 0;
    io->more = (uint32_t)r->fetch.more_findings;
    io->session = r->fetch.session;
    fill_ranges(io, v->findings, r->fetch.n_findings,
                r->fetch.offset - io->offset);
    (void)fuse_reply_ioctl(req, 0, io, sizeof(*io));
}

static void answer_sum(struct read_request *r, fuse_req_t req, int status,
                       const void *bytes)
{
    struct fwfs_sum *io = &((struct verify_request *)r)->io.sum;
    const struct digest_value *sum = &r->fetch.sum;

    (void)bytes;
    if (status < 0) {
        (void)fuse_reply_err(req, error_number(status));
        return;
    }
    memset(io->algorithm, 0, sizeof(io->algorithm));
    strncpy(io->algorithm, digest_name(sum->algorithm),
            sizeof(io->algorithm) - 1);
    io->unit = (uint32_t)r->fetch.unit;
    io->sum_len = (uint32_t)digest_size(sum->algorithm);
    memset(io->sum, 0, sizeof(io->sum));
    memcpy(io->sum, sum->bytes, io->sum_len);
    (void)fuse_reply_ioctl(req, 0, io, sizeof(*io));
}

static void answer_uniform(struct read_request *r, fuse_req_t req, int status,
                           const void *bytes)
{
    struct fwfs_uniform *io = &((struct verify_request *)r)->io.uniform;

    (void)bytes;
    if (status < 0) {
        (void)fuse_reply_err(req, error_number(status));
        return;
    }
    io->uniform = r->fetch.uniform;
    (void)fuse_reply_ioctl(req, 0, io, sizeof(*io));
}

static void answer_told(struct read_request *r, fuse_req_t req, int status,
                        const void *bytes)
{
    (void)r;
    (void)bytes;
    if (status < 0)
        (void)fuse_reply_err(req, error_number(status));
    else
        (void)fuse_reply_ioctl(req, 0, NULL, 0);
}

/* Known at once. */
static void answer_place(const struct fs *fs, fuse_req_t req, size_t segment)
{
    const struct map_segment *s = &fs->map->segments[segment];
    const struct fwfs_place place = {
        .offset = s->offset, .medium_size = fs->map->media[s->medium].size};

    (void)fuse_reply_ioctl(req, 0, &place, sizeof(place));
}

static bool is_range(const struct fs *fs, size_t segment, uint64_t offset,
                     uint64_t len)
{
    uint64_t size = fs->map->segments[segment].size;

    return len > 0 && len <= FWFS_VERIFY_MAX && offset <= size &&
           len <= size - offset;
}

/* Fills v, but for the length, from in. 0 or an errno. */
static int fill(struct verify_request *v, unsigned cmd, const void *in,
                uint64_t *offset, uint64_t *len)
{
    struct fetch_request *f = &v->read.fetch;
    uint32_t flags;

    if (cmd == FWFS_IOC_SUM) {
        memcpy(&v->io.sum, in, sizeof(v->io.sum));
        f->kind = FETCH_SUM;
        *len = v->io.sum.len;
        v->read.answer = answer_sum;
        *offset = v->io.sum.offset;
        return 0;
    }
    if (cmd == FWFS_IOC_UNIFORM) {
        memcpy(&v->io.uniform, in, sizeof(v->io.uniform));
        f->kind = FETCH_UNIFORM;
        *len = v->io.uniform.len;
        v->read.answer = answer_uniform;
        *offset = v->io.uniform.offset;
        return 0;
    }
    if (cmd == FWFS_IOC_TOLD) {
        struct fwfs_told told;
        memcpy(&told, in, sizeof(told));
        f->kind = FETCH_TOLD;
        f->session = told.session;
        *offset = 0;
        *len = 1; /* it is about no bytes */
        v->read.answer = answer_told;
        return 0;
    }
    memcpy(&v->io.verify, in, sizeof(v->io.verify));
    flags = v->io.verify.flags;
    f->kind = FETCH_CONFIRM;
    *len = v->io.verify.len;
    f->findings = v->findings;
    f->max_findings = FWFS_VERIFY_RANGES;
    v->read.answer = answer_verify;
    *offset = v->io.verify.offset;
    f->retry = (flags & FWFS_VERIFY_RETRY) != 0;
    f->untold = (flags & FWFS_VERIFY_UNTOLD) != 0;
    f->session = v->io.verify.session;
    return (flags & ~(FWFS_VERIFY_RETRY | FWFS_VERIFY_UNTOLD)) != 0 ? EINVAL
                                                                    : 0;
}

/* The request, ready for reads_submit; NULL: *code is the errno. */
static struct read_request *prepare(const struct fs *fs, size_t segment,
                                    unsigned cmd, const void *in,
                                    uint64_t *offset, int *code)
{
    struct verify_request *v = calloc(1, sizeof(*v));
    uint64_t len = 0;

    *code = v == NULL ? ENOMEM : fill(v, cmd, in, offset, &len);
    if (*code == 0 && !is_range(fs, segment, *offset, len))
        *code = EINVAL;
    if (v != NULL)
        v->read.fetch.len = (size_t)len;
    if (*code == 0)
        return (struct read_request *)v; /* its first member */
    free(v);
    return NULL;
}

void verify_begin(struct fs *fs, fuse_req_t req, size_t segment, unsigned cmd,
                  const void *in, size_t in_size, size_t out_size)
{
    size_t size = _IOC_SIZE(cmd); /* that of the structure */
    struct read_request *r = NULL;
    uint64_t offset = 0;
    int code = ENOTTY;

    if (cmd == FWFS_IOC_PLACE && out_size >= size) {
        answer_place(fs, req, segment);
        return;
    }
    if (cmd == FWFS_IOC_VERIFY || cmd == FWFS_IOC_SUM ||
        cmd == FWFS_IOC_UNIFORM || cmd == FWFS_IOC_TOLD) {
        code = EINVAL;
        if (in_size >= size && (cmd == FWFS_IOC_TOLD || out_size >= size))
            r = prepare(fs, segment, cmd, in, &offset, &code);
    }
    if (r != NULL)
        reads_submit(fs, r, req, segment, offset);
    else
        (void)fuse_reply_err(req, code);
}
