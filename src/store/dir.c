// SPDX-License-Identifier: BSD-2-Clause
// The directories of the cache: made private, and only opened when they are.

#include "store/dir.h"

#include "store/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool dir_is_link(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(st.st_mode);
}

/* A link that somebody else put there leads where he wants. */
static bool is_strangers_link(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0;
}

static int check_private(int fd, const char *path, struct err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_set(err, -errno, "cannot look at %s: %s", path,
                       strerror(errno));
    if (st.st_uid != geteuid())
        return err_set(err, -EPERM,
                       "%s belongs to another user; a cache must be in a "
                       "directory of your own, see -c DIR",
                       path);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return err_set(err, -EPERM, "%s: others can write to it; chmod go-w %s",
                       path, path);
    return 0;
}

int dir_open(int at, const char *name, bool follow, const char *path,
             struct err *err)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    int fd;
    int rc;

    if (follow ? is_strangers_link(at, name) : dir_is_link(at, name))
        return err_set(err, -ELOOP,
                       "%s is a symbolic link, which is not followed", path);
    fd = openat(at, name, flags);
    if (fd < 0)
        return err_set(err, -errno, "cannot open the cache directory %s: %s",
                       path, strerror(errno));
    rc = check_private(fd, path, err);
    if (rc == 0)
        return fd;
    (void)close(fd);
    return rc;
}

static int make_one(const char *path)
{
    struct stat st;
    int rc;

    if (mkdir(path, 0700) == 0)
        return 0;
    rc = -errno;
    /* Not only for EEXIST: a directory on a read-only or closed one above is
     * fine too. Where a link leads shows when it is opened. */
    if (lstat(path, &st) == 0 && (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)))
        return 0;
    return rc == -EEXIST ? -ENOTDIR : rc;
}

/* Makes what is missing of path, which is changed on the way. */
static int make_path(char *path, struct err *err)
{
    int rc = 0;

    for (char *p = path; rc == 0 && *p != '\0'; p++) {
        if (*p != '/' || p == path)
            continue;
        *p = '\0';
        rc = make_one(path);
        *p = '/';
    }
    if (rc == 0)
        rc = make_one(path);
    if (rc == 0)
        return 0;
    return err_set(err, rc, "cannot make the cache directory %s: %s", path,
                   strerror(-rc));
}

/* A slash at the end would hide that it is a link. */
static int copy_root(const char *given, char path[PATH_MAX], struct err *err)
{
    size_t len = strlen(given);

    while (len > 1 && given[len - 1] == '/')
        len--;
    if (snprintf(path, PATH_MAX, "%.*s", (int)len, given) >= PATH_MAX)
        return err_set(err, -ENAMETOOLONG, "the path of the cache is too long");
    return 0;
}

int dir_open_root(const char *given, bool make, char path[PATH_MAX],
                  struct err *err)
{
    int rc;

    path[0] = '\0';
    rc = given != NULL ? copy_root(given, path, err)
                       : cache_default_root(path, PATH_MAX, err);
    if (rc == 0 && make)
        rc = make_path(path, err);
    return rc < 0 ? rc : dir_open(AT_FDCWD, path, given != NULL, path, err);
}

/* A directory that may not be read, or knows no fsync, is left to itself. */
static int sync_directory(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : -errno;
}

/* The name of fd in the directory above may be one that we made. */
static bool has_own_above(int fd)
{
    struct stat st;
    struct stat up;

    return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
           fstatat(fd, "..", &up, 0) == 0 &&
           (up.st_ino != st.st_ino || up.st_dev != st.st_dev);
}

int dir_settle(int dir, const char *path, struct err *err)
{
    int fd = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;

    while (fd >= 0 && rc == 0) {
        int up = -1;

        rc = sync_directory(fd);
        if (rc == 0 && has_own_above(fd))
            up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        (void)close(fd);
        fd = up;
    }
    if (rc == 0)
        return 0;
    return err_set(err, rc, "cannot make durable what is above %s: %s", path,
                   strerror(-rc));
}
