// SPDX-License-Identifier: BSD-2-Clause
// An open file of a mount, and what can be asked of it.

#ifndef TARGET_H
#define TARGET_H

#include "base/err.h"
#include "mount/verify_ioctl.h"

#include <stddef.h>
#include <stdint.h>

#define TARGET_NAME_MAX 1024

/*
 * All of them block, and return 0 or a negative errno, never -EINTR. A test
 * can put its own functions here.
 */
struct target {
    int (*verify)(void *arg, struct fwfs_verify *v);
    int (*sum)(void *arg, struct fwfs_sum *s);
    int (*uniform)(void *arg, struct fwfs_uniform *u);
    int (*told)(void *arg, struct fwfs_told *t);
    int (*place)(void *arg, struct fwfs_place *p);
    /* All len bytes, or an error. */
    int (*read)(void *arg, void *out, uint64_t offset, size_t len);
    void *arg;
    char name[TARGET_NAME_MAX]; /* escaped, to be shown */
    uint64_t size;              /* bytes */
    int fd;                     /* -1: none */
};

/* Opens file name in the directory dir. A target that was opened, or zeroed
 * with fd -1, can be closed. It must not be moved while it is open. */
int target_open(struct target *t, const char *dir, const char *name,
                struct err *err);
void target_close(struct target *t);

/* The sentence for what one of the functions returned, code, which it
 * returns. dir: as the user knows the mount. */
int target_failed(const struct target *t, const char *dir, int code,
                  struct err *err);

#endif
