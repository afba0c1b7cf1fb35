// SPDX-License-Identifier: BSD-2-Clause
// The mount options: what the user gave, then what fwfs stands on.

#include "mount/fs_priv.h"

#include <errno.h>
#include <fuse_opt.h>

/* A value inside a comma-parted list: the separators get a backslash. */
static void add_value(struct buf *out, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == ',' || *s == '\\')
            buf_add(out, "\\", 1);
        buf_add(out, s, 1);
    }
}

/* The last word counts, so ours come last: a max_read other than the one told
 * in init ends the session, and nothing here can be written. */
int fs_arguments(struct fuse_args *args, const char *port, const char *extra,
                 struct err *err)
{
    CLEANUP_BUF struct buf ours = {0};
    int rc;

    buf_printf(&ours, "-oro,nosuid,nodev,max_read=%u,subtype=fwfs,fsname=",
               FS_MAX_READ);
    add_value(&ours, port);
    rc = fuse_opt_add_arg(args, "fwfs");
    if (rc == 0 && extra != NULL && extra[0] != '\0') {
        rc = fuse_opt_add_arg(args, "-o");
        if (rc == 0)
            rc = fuse_opt_add_arg(args, extra);
    }
    if (rc == 0 && !ours.failed)
        rc = fuse_opt_add_arg(args, ours.data);
    if (rc == 0 && !ours.failed)
        return 0;
    fuse_opt_free_args(args);
    return err_set(err, -ENOMEM, "out of memory");
}
