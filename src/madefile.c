// SPDX-License-Identifier: BSD-2-Clause
// Reads the files in .fwfs of a mount.

#include "madefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int madefile_failed(const char *mountpoint, int code, struct err *err)
{
    if (code == ENOTCONN)
        return err_set(err, -code,
                       "%s: the fwfs that was mounted here has died; clear "
                       "it away with `fusermount3 -u %s`",
                       mountpoint, mountpoint);
    if (code == ENOENT || code == ENOTDIR)
        return err_set(err, -code, "%s: no fwfs is mounted here", mountpoint);
    return err_set(err, -code, "%s: %s", mountpoint, strerror(code));
}

int madefile_read(const char *mountpoint, const char *name, struct buf *out,
                  struct err *err)
{
    CLEANUP_BUF struct buf path = {0};
    char part[4096];
    FILE *f;
    size_t n;
    int code = 0;

    if (!buf_printf(&path, "%s/.fwfs/%s", mountpoint, name))
        return err_set(err, -ENOMEM, "out of memory");
    f = fopen(path.data, "re");
    if (f == NULL)
        return madefile_failed(mountpoint, errno, err);
    errno = 0;
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        (void)buf_add(out, part, n);
    if (ferror(f))
        code = errno;
    (void)fclose(f);
    if (code != 0)
        return madefile_failed(mountpoint, code, err);
    if (out->failed || out->len == 0)
        return err_set(err, -EPROTO, "%s/.fwfs/%s is not what fwfs writes",
                       mountpoint, name);
    return 0;
}
