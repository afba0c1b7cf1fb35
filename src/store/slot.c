// SPDX-License-Identifier: BSD-2-Clause
// One directory of the cache: made, locked, and told to whom it belongs.

#include "store/slot.h"

#include "base/cleanup.h"
#include "base/num.h"
#include "store/dir.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 5

static int fail(const char *path, const char *verb, int rc, struct err *err)
{
    return err_set(err, rc, "cannot %s %s: %s", verb, path, file_strerror(rc));
}

static int open_directory(struct slot *s, int root, const char *name,
                          struct err *err)
{
    if (mkdirat(root, name, 0700) < 0 && errno != EEXIST)
        return fail(s->path, "make", -errno, err);
    s->dir = dir_open(root, name, false, s->path, err);
    return s->dir < 0 ? s->dir : 0;
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
    /* A full disk takes none; what is cached can be had all the same. */
    (void)file_write(fd, text, (size_t)len, 0);
    return 0;
}

/* Tries for a moment: slot_is_busy may be looking at it. */
static int take(int fd)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    int rc = 0;

    for (int i = 0; i < LOCK_TRIES; i++) {
        if (i > 0)
            (void)nanosleep(&moment, NULL);
        rc = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
        if (rc != -EWOULDBLOCK)
            break;
    }
    return rc;
}

static int lock_file(struct slot *s, int fd)
{
    struct stat st;
    int rc = take(fd);

    if (rc < 0)
        return rc;
    s->lock = fd;
    /* The directory may have been forgotten just now, and the file with it. */
    if (fstat(fd, &st) < 0 || st.st_nlink == 0)
        return -ENOENT;
    return write_pid(fd);
}

/* flags: O_CREAT, or 0 where the file must be there. */
static int try_lock(struct slot *s, int flags, struct err *err)
{
    int fd = file_open(s->dir, "lock", O_RDWR | flags);
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

/* The identity comes last: where it is, the directory and those above it are
 * durable, also when they were made by one that was killed. */
static int claim(struct slot *s, const char *identity, struct err *err)
{
    int rc = dir_settle(s->dir, s->path, err);

    if (rc < 0)
        return rc;
    rc = file_replace(s->dir, "identity", identity, strlen(identity));
    return rc < 0 ? fail(s->path, "write the identity file in", rc, err) : 0;
}

static int identify(struct slot *s, const char *identity, bool *ours,
                    struct err *err)
{
    int rc = same_identity(s->dir, identity, ours);

    if (rc == -ENOENT && s->lock < 0)
        return slot_busy(s, err);
    if (rc == -ENOENT) {
        *ours = true;
        return claim(s, identity, err);
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
        rc = try_lock(s, O_CREAT, err);
    if (rc == 0)
        rc = identify(s, identity, ours, err);
    if (rc < 0)
        slot_close(s);
    return rc;
}

/* Opens what is there already, and makes nothing. */
static int open_there(struct slot *s, int at, const char *name,
                      const char *path, struct err *err)
{
    *s = SLOT_NONE;
    s->path = strdup(path);
    if (s->path == NULL)
        return err_set(err, -ENOMEM, "no memory");
    if (faccessat(at, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
        return err_set(err, -ENOENT, "there is no cache %s", path);
    s->dir = dir_open(at, name, false, path, err);
    return s->dir < 0 ? s->dir : 0;
}

/* Locks it, or fails with who has it. */
static int insist(struct slot *s, int flags, struct err *err)
{
    int rc = try_lock(s, flags, err);

    return rc == 0 && s->lock < 0 ? slot_busy(s, err) : rc;
}

static int read_identity(const struct slot *s, struct buf *out, struct err *err)
{
    int rc = file_slurp(s->dir, "identity", UINT16_MAX, out);

    if (rc == -ENOENT)
        return err_set(err, rc, "%s is no cache of fwfs: it has no identity",
                       s->path);
    if (rc < 0)
        return fail(s->path, "use the identity file in", rc, err);
    if (out->len == 0 || strlen(out->data) != out->len)
        return err_set(err, -EBADMSG, "%s/identity is damaged", s->path);
    return 0;
}

int slot_open_kept(struct slot *s, int at, const char *name, const char *path,
                   struct buf *identity, struct err *err)
{
    int rc = open_there(s, at, name, path, err);

    if (rc == 0)
        rc = read_identity(s, identity, err);
    if (rc == 0)
        rc = insist(s, O_CREAT, err);
    if (rc < 0)
        slot_close(s);
    return rc;
}

int slot_open_doomed(struct slot *s, int at, const char *name, const char *path,
                     struct err *err)
{
    int rc = open_there(s, at, name, path, err);

    if (rc == 0)
        rc = insist(s, 0, err);
    if (rc == -ENOENT && s->dir >= 0)
        rc = err_set(err, rc, "%s is no cache of fwfs: it has no lock", path);
    if (rc < 0)
        slot_close(s);
    return rc;
}

bool slot_is_busy(int dir, long *holder)
{
    CLEANUP_CLOSE int fd = file_open(dir, "lock", O_RDONLY);

    *holder = 0;
    if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return false;
    *holder = read_pid(fd);
    return true;
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
