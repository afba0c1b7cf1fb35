// SPDX-License-Identifier: BSD-2-Clause
// The FUSE session: segments as read-only files, .fwfs beside them.

#ifndef MOUNT_FS_H
#define MOUNT_FS_H

#include "base/err.h"
#include "fetch/fetcher.h"
#include "monitor/device.h"
#include "store/cache.h"

#include <stddef.h>

struct fs;

struct fs_config {
    struct device *device;   /* all lent until fetcher_stop, see fs_loop; */
    struct fetcher *fetcher; /* fs_free asks none of them */
    struct cache *cache;
    const char *mountpoint;    /* absolute */
    const char *mount_options; /* extra for libfuse, "a,b=c", or NULL */
    /* Called once, from fs_loop, when the kernel has finished the INIT
     * exchange: from then on the mount answers. */
    void (*ready)(void *arg);
    void *ready_arg;
};

/* Makes the session and mounts it; nothing is answered before fs_loop.
 * Errors: -EBUSY, -ENOENT, -ENOTDIR, -EPERM, -ENOTCONN (what was mounted there
 * died) for the mount point, with what to try; -EINVAL for mount_options. The
 * caller owns *out. */
int fs_mount(struct fs **out, const struct fs_config *config, struct err *err);

/*
 * Serves until unmounted or fs_stop; one thread, never blocks on the device.
 * 0: ended in order. The mount is gone from the tree when it returns. Requests
 * may still be pending in the fetcher: call fetcher_stop next, then fs_free.
 */
int fs_loop(struct fs *fs, struct err *err);

/* Any thread or signal handler: makes fs_loop return. */
void fs_stop(struct fs *fs);

void fs_free(struct fs *fs); /* NULL is allowed */

/* One line for a terminal that shows how it goes, no newline:
 * "romfs.img  45%  480K of 1.0M  2.4K/s  4:03 left". "" when nothing is being
 * read. At most size bytes with the NUL, so size - 1 columns. Any thread. */
void fs_progress_line(struct fs *fs, char *out, size_t size);

#endif
