// SPDX-License-Identifier: BSD-2-Clause
// One directory of the cache: made, locked, and told to whom it belongs.

#include "store/slot.h"

#include "base/cleanup.h"
#include "base/num.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *path, const char *verb, int rc, struct err *err)
{
    return err_set(err, rc, "cannot %s %s: %s", verb, path, strerror(-rc));
}

static int make_one(const char *path)
{
    struct stat st;
    int rc;

    if (mkdir(path, 0700) == 0)
        return 0;
    rc = -errno;
    /* Not only for EEXIST: a directory on a read-only or closed one above is
     * fine too. */
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    return rc == -EEXIST ? -ENOTDIR : rc;
}

/* Makes what is missing of path, which is the caller's to scribble on. */
static int make_path(char *path)
{
    int rc = 0;

    for (char *p = path; rc == 0 && *p != '\0'; p++) {
        if (*p != '/' || p == path)
            continue;
        *p = '\0';
        rc = make_one(path);
        *p = '/';
    }
    return rc == 0 ? make_one(path) : rc;
}

int slot_open_root(const char *path, struct err *err)
{
    char *copy = strdup(path);
    int rc = copy != NULL ? make_path(copy) : -ENOMEM;
    int fd;

    free(copy);
    if (rc < 0)
        return fail(path, "make the cache directory", rc, err);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : fail(path, "open the cache directory", -errno, err);
}

static int open_directory(struct slot *s, int root, const char *name,
                          struct err *err)
{
    bool made = mkdirat(root, name, 0700) == 0;

    if (!made && errno != EEXIST)
        return fail(s->path, "make", -errno, err);
    if (made && fsync(root) < 0)
        return fail(s->path, "make durable", -errno, err);
    s->dir = openat(root, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return s->dir >= 0 ? 0 : fail(s->path, "open", -errno, err);
}

static long read_pid(int fd)
{
    char text[24];
    size_t len;
    uint64_t pid;

    if (file_read(fd, text, sizeof(text), 0, &len) < 0)
        return 0;
    if (len == 0 || text[len - 1] != '\n' ||
        !num_digits(text, len - 1, 10, &pid) || pid > INT32_MAX)
        return 0;
    return (long)pid;
}

static int write_pid(int fd)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) < 0)
        return -errno;
    return file_write(fd, text, (size_t)len, 0);
}

static int lock_file(struct slot *s, int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return -errno;
    s->lock = fd;
    return write_pid(fd);
}

static int try_lock(struct slot *s, struct err *err)
{
    int fd = file_open(s->dir, "lock", O_RDWR | O_CREAT);
    int rc = fd < 0 ? fd : lock_file(s, fd);

    if (rc == -EWOULDBLOCK) {
        s->holder = read_pid(fd);
        rc = 0;
    }
    if (fd >= 0 && s->lock < 0)
        (void)close(fd);
    return rc < 0 ? fail(s->path, "lock", rc, err) : 0;
}

/* -ENOENT: it has none. */
static int same_identity(int dir, const char *identity, bool *same)
{
    CLEANUP_CLOSE int fd = file_open(dir, "identity", O_RDONLY);
    size_t len = strlen(identity);
    size_t got = 0;
    char *text;
    int rc;

    if (fd < 0)
        return fd;
    text = malloc(len + 1); /* one more, to see a longer one */
    if (text == NULL)
        return -ENOMEM;
    rc = file_read(fd, text, len + 1, 0, &got);
    *same = rc == 0 && got == len && memcmp(text, identity, len) == 0;
    free(text);
    return rc;
}

static int identify(struct slot *s, const char *identity, bool *ours,
                    struct err *err)
{
    int rc = same_identity(s->dir, identity, ours);

    if (rc == -ENOENT && s->lock < 0)
        return slot_busy(s, err);
    if (rc == -ENOENT) {
        *ours = true;
        rc = file_replace(s->dir, "identity", identity, strlen(identity));
    }
    return rc < 0 ? fail(s->path, "use the identity file in", rc, err) : 0;
}

int slot_open(struct slot *s, int root, const char *root_path, const char *name,
              const char *identity, bool *ours, struct err *err)
{
    int rc = 0;

    *s = SLOT_NONE;
    if (asprintf(&s->path, "%s/%s", root_path, name) < 0) {
        s->path = NULL;
        return err_set(err, -ENOMEM, "no memory");
    }
    rc = open_directory(s, root, name, err);
    if (rc == 0)
        rc = try_lock(s, err);
    if (rc == 0)
        rc = identify(s, identity, ours, err);
    if (rc < 0)
        slot_close(s);
    return rc;
}

int slot_busy(const struct slot *s, struct err *err)
{
    char who[48] = "another process";

    if (s->holder > 0)
        (void)snprintf(who, sizeof(who), "process %ld", s->holder);
    return err_set(err, -EBUSY,
                   "the cache %s of this device is in use by %s; unmount "
                   "that first, or use another cache directory",
                   s->path, who);
}

void slot_close(struct slot *s)
{
    if (s->dir >= 0)
        (void)close(s->dir);
    if (s->lock >= 0)
        (void)close(s->lock);
    free(s->path);
    *s = SLOT_NONE;
}
