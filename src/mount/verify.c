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
    io->sum_len = (uint32_t)digest_size(sum->algorithm);
    memset(io->sum, 0, sizeof(io->sum));
    memcpy(io->sum, sum->bytes, io->sum_len);
    (void)fuse_reply_ioctl(req, 0, io, sizeof(*io));
}

static bool is_range(const struct fs *fs, size_t segment, uint64_t offset,
                     uint64_t len)
{
    uint64_t size = fs->map->segments[segment].size;

    return len > 0 && len <= FWFS_VERIFY_MAX && offset <= size &&
           len <= size - offset;
}

/* 0, with the request made ready, or an errno. */
static int prepare(struct fs *fs, struct verify_request *v, size_t segment,
                   unsigned cmd, const void *in, uint64_t *offset)
{
    struct fetch_request *f = &v->read.fetch;
    uint64_t len;

    if (cmd == FWFS_IOC_VERIFY) {
        memcpy(&v->io.verify, in, sizeof(v->io.verify));
        f->kind = FETCH_CONFIRM;
        f->findings = v->findings;
        f->max_findings = FWFS_VERIFY_RANGES;
        v->read.answer = answer_verify;
        len = v->io.verify.len;
        *offset = v->io.verify.offset;
        if ((v->io.verify.flags & ~FWFS_VERIFY_RETRY) != 0)
            return EINVAL;
        if (v->io.verify.flags == FWFS_VERIFY_RETRY)
            f->compared = len; /* what is known is left as it is */
    } else {
        memcpy(&v->io.sum, in, sizeof(v->io.sum));
        f->kind = FETCH_SUM;
        v->read.answer = answer_sum;
        len = v->io.sum.len;
        *offset = v->io.sum.offset;
    }
    f->len = (size_t)len;
    return is_range(fs, segment, *offset, len) ? 0 : EINVAL;
}

void verify_begin(struct fs *fs, fuse_req_t req, size_t segment, unsigned cmd,
                  const void *in, size_t in_size, size_t out_size)
{
    size_t size = cmd == FWFS_IOC_VERIFY ? sizeof(struct fwfs_verify)
                                         : sizeof(struct fwfs_sum);
    struct verify_request *v;
    uint64_t offset;
    int code;

    if (cmd != FWFS_IOC_VERIFY && cmd != FWFS_IOC_SUM) {
        (void)fuse_reply_err(req, ENOTTY);
        return;
    }
    v = in_size < size || out_size < size ? NULL : calloc(1, sizeof(*v));
    if (v == NULL) {
        (void)fuse_reply_err(req, in_size < size ? EINVAL : ENOMEM);
        return;
    }
    code = prepare(fs, v, segment, cmd, in, &offset);
    if (code == 0) {
        reads_submit(fs, &v->read, req, segment, offset);
        return;
    }
    free(v);
    (void)fuse_reply_err(req, code);
}
