// SPDX-License-Identifier: BSD-2-Clause
// Whole reads and writes of plain files that live in a directory of ours.

#include "store/file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_file(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return -EPERM;
    return st.st_nlink > 1 ? -EMLINK : 0;
}

int file_open(int dir, const char *name, int flags)
{
    int rc;
    /* O_NONBLOCK: to open a FIFO put in our way must not hang. */
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
                    0600);

    if (fd < 0)
        return -errno;
    rc = check_file(fd);
    if (rc == 0)
        return fd;
    (void)close(fd);
    return rc;
}

const char *file_strerror(int rc)
{
    switch (rc) {
    case -ELOOP:
        return "it is a symbolic link, which is not followed";
    case -EINVAL:
        return "it is no plain file";
    case -EMLINK:
        return "it is a hard link to a file that has other names";
    case -EPERM:
        return "it belongs to another user, or others can write to it";
    default:
        return strerror(-rc);
    }
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

int file_slurp(int dir, const char *name, size_t max, struct buf *out)
{
    CLEANUP_CLOSE int fd = file_open(dir, name, O_RDONLY);
    char part[4096];
    size_t got = 0;
    size_t total = 0;
    int rc = fd < 0 ? fd : 0;

    while (rc == 0) {
        rc = file_read(fd, part, sizeof(part), total, &got);
        total += got;
        if (rc == 0 && total > max)
            rc = -EFBIG;
        if (rc == 0 && !buf_add(out, part, got))
            rc = -ENOMEM;
        if (got < sizeof(part))
            break;
    }
    return rc;
}

static int write_durably(int dir, const char *name, const void *bytes,
                         size_t len)
{
    CLEANUP_CLOSE int fd = -1;
    int rc;

    /* One left by a crash, or put there to be written through. */
    if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
        return -errno;
    fd = file_open(dir, name, O_WRONLY | O_CREAT | O_EXCL);
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
