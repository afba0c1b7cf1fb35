// SPDX-License-Identifier: BSD-2-Clause
// The mount options: what the user gave, then what fwfs stands on.

#include "mount/fs_priv.h"

#include <errno.h>
#include <fuse_opt.h>
#include <stdio.h>

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
int fs_arguments(struct fuse_args *args, const struct fs *fs, struct err *err)
{
    CLEANUP_BUF struct buf ours = {0};
    const char *extra = fs->config.mount_options;
    int rc;

    buf_printf(&ours, "-oro,nosuid,nodev,max_read=%u,subtype=fwfs,fsname=",
               fs->max_read);
    add_value(&ours, device_port(fs->config.device));
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

/* Whether it has another value than 0; not so where there is no such file. */
static bool is_set(const char *path)
{
    FILE *f = fopen(path, "re");
    int c = f != NULL ? fgetc(f) : EOF;

    if (f != NULL)
        (void)fclose(f);
    return c >= '1' && c <= '9';
}

unsigned fs_max_read(void)
{
    return is_set("/proc/sys/fs/fuse/default_request_timeout") ||
                   is_set("/proc/sys/fs/fuse/max_request_timeout")
               ? FS_PIECE
               : FS_MAX_READ;
}
