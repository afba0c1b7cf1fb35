// SPDX-License-Identifier: BSD-2-Clause
// What the files of the FUSE session share; nobody else includes it.

#ifndef MOUNT_FS_PRIV_H
#define MOUNT_FS_PRIV_H

#include "base/buf.h"
#include "mount/activity.h"
#include "mount/fs.h"
#include "mount/mountpoint.h"
#include "mount/nodes.h"

#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* One READ of the kernel: as much as cp asks for at once, so that what is
 * cached goes at the speed of a file. What is to be fetched goes in pieces: 7 s
 * of line at 115200 baud each; between two, others have their turn. */
#define FS_MAX_READ      131072U
#define FS_PIECE         16384U
#define FS_MAX_READAHEAD 4096U

/* The map is fixed for the life of the mount. */
#define FS_VALID_SECONDS 86400.0

/* See fs.c for states, threads and lock rules. */
struct fs {
    struct fs_config config;
    const struct map *map;
    struct fuse_session *session;
    bool mounted;      /* loop thread */
    bool ready_told;   /* loop thread */
    bool initialised;  /* loop thread; INIT was answered */
    uint64_t mount_id; /* loop thread; 0: cannot be told */
    int stop_fd;       /* eventfd, readable once fs_stop was called */
    unsigned max_read; /* bytes of one READ; FS_MAX_READ or less */
    uint8_t *answer;   /* loop thread; max_read bytes */
    uid_t uid;
    gid_t gid;
    struct timespec mapped_at;

    pthread_mutex_t lock;
    pthread_cond_t answered;    /* with lock; answering has become 0 */
    struct read_request *reads; /* lock; those not yet answered */
    unsigned answering;         /* lock; done callbacks inside libfuse */
    unsigned lent;              /* lock; requests the fetcher still has */
    struct activity *activity;  /* lock; one a segment */
    size_t latest;              /* lock; segment read last, or n_segments */
};

/* fs_ops.c */
extern const struct fuse_lowlevel_ops fs_ops;

/* reads.c: one request of the kernel that the fetcher answers; see there. */
struct read_request {
    struct fetch_request fetch; /* of the current piece */
    uint8_t *bytes;             /* NULL: there is one piece only */
    size_t len;                 /* of all pieces */
    size_t have;                /* of those that came */
    struct fs *fs;
    size_t segment;
    fuse_req_t req; /* fs->lock; NULL once taken */
    /* Fetcher thread: answers req, nothing else. status as fetch_done_fn. */
    void (*answer)(struct read_request *r, fuse_req_t req, int status,
                   const void *bytes);
    struct read_request *prev;
    struct read_request *next;
};

/* Hands r (allocated with malloc, the first member of its owner's struct if it
 * needs more; kind, len and answer are set) to the fetcher; it is freed when
 * it was answered. offset and len are inside the segment. Loop thread. */
void reads_submit(struct fs *fs, struct read_request *r, fuse_req_t req,
                  size_t segment, uint64_t offset);

/* Answers a READ at once where all of it is confirmed; else hands it to the
 * fetcher, and the answer comes later. len > 0, at most max_read, and inside
 * the segment. Loop thread. */
void reads_begin(struct fs *fs, fuse_req_t req, size_t segment, uint64_t offset,
                 size_t len);

/* verify.c: what verify_ioctl.h has, for an open segment. Loop thread. */
void verify_begin(struct fs *fs, fuse_req_t req, size_t segment, unsigned cmd,
                  const void *in, size_t in_size, size_t out_size);

/* Answers what is pending with EIO. When it returns, no other thread is in
 * libfuse or will enter it for this session. Loop thread, after the loop. */
void reads_end(struct fs *fs);

/* control.c: appends what reading a file of .fwfs shows. Any thread. -ENOMEM
 * or 0. */
int control_content(struct fs *fs, struct node node, struct buf *out);

/* control.c: the value of user.fwfs.confirmed; its length as snprintf has it.
 */
int control_confirmed(struct fs *fs, size_t segment, char *out, size_t size);

/* arguments.c: what fuse_session_new gets; free with fuse_opt_free_args. */
int fs_arguments(struct fuse_args *args, const struct fs *fs, struct err *err);

/* How long a READ may be: FS_PIECE on a kernel that takes a server for dead
 * when one request takes longer than so many seconds. */
unsigned fs_max_read(void);

#endif
