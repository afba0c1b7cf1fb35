// SPDX-License-Identifier: BSD-2-Clause
// Whole reads and writes of plain files that live in a directory of ours.

#include "store/file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int file_open(int dir, const char *name, int flags)
{
    struct stat st;
    int rc = 0;
    /* O_NONBLOCK: to open a FIFO put in our way must not hang. */
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
                    0600);

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        rc = -errno;
    else if (!S_ISREG(st.st_mode))
        rc = -EINVAL;
    if (rc == 0)
        return fd;
    (void)close(fd);
    return rc;
}

int file_read(int fd, void *out, size_t len, uint64_t at, size_t *got)
{
    ssize_t n;

    for (*got = 0; *got < len; *got += (size_t)n) {
        n = pread(fd, (char *)out + *got, len - *got, (off_t)(at + *got));
        if (n < 0 && errno == EINTR)
            n = 0;
        else if (n < 0)
            return -errno;
        else if (n == 0)
            break;
    }
    return 0;
}

int file_write(int fd, const void *bytes, size_t len, uint64_t at)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pwrite(fd, (const char *)bytes + done, len - done,
                           (off_t)(at + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO;
        done += (size_t)n;
    }
    return 0;
}

static int write_durably(int dir, const char *name, const void *bytes,
                         size_t len)
{
    CLEANUP_CLOSE int fd = file_open(dir, name, O_WRONLY | O_CREAT | O_TRUNC);
    int rc;

    if (fd < 0)
        return fd;
    rc = file_write(fd, bytes, len, 0);
    if (rc == 0 && fsync(fd) < 0)
        rc = -errno;
    return rc;
}

int file_replace(int dir, const char *name, const void *bytes, size_t len)
{
    char temp[128];
    int rc;

    if (snprintf(temp, sizeof(temp), "%s.tmp", name) >= (int)sizeof(temp))
        return -ENAMETOOLONG;
    rc = write_durably(dir, temp, bytes, len);
    if (rc < 0)
        return rc;
    if (renameat(dir, temp, dir, name) < 0 || fsync(dir) < 0)
        return -errno;
    return 0;
}
