// SPDX-License-Identifier: BSD-2-Clause
// Every call that changes the directory of a test is noted, or fails.

/*
 * openat, mkdir, pwrite and so on of this program are the ones below. A call
 * that is not here shows when the real directory is compared with the notes
 * (record_compare), or in the symbols that the store's objects ask for
 * (test_crash_replay.c). Nothing is really synced: it would only take time.
 */
#ifndef UNIT_CRASH_CALLS_H
#define UNIT_CRASH_CALLS_H

#include "crash_record.h"

#include <sys/syscall.h>

/* Counts a call; true: it is to fail, errno says how. */
static inline bool faulty(bool writes)
{
    rec.calls++;
    if (rec.fault_at == 0 || rec.calls < rec.fault_at ||
        rec.calls - rec.fault_at >= rec.fault_count ||
        (rec.mode == FAULT_WRITES && !writes))
        return false;
    rec.faults++;
    errno = rec.code;
    return true;
}

int openat(int at, const char *path, int flags, ...)
{
    const char *name = "";
    int dir = -1;
    bool makes = false;
    va_list ap;
    mode_t mode;
    int fd;

    va_start(ap, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    if (rec.on && (flags & O_TRUNC) != 0)
        fail_msg("%s is opened with O_TRUNC, which is not noted", path);
    if ((flags & O_CREAT) != 0) {
        dir = resolve(at, path, &name);
        makes = dir >= 0 && image_find(&rec.live, dir, name) < 0;
    }
    if (makes && faulty(false))
        return -1;
    fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (makes && fd >= 0) {
        note_name(OP_MAKE, dir, name, "", false);
        know_inode(at, path);
    }
    return fd;
}

int mkdirat(int at, const char *path, mode_t mode)
{
    const char *name = "";
    int dir = resolve(at, path, &name);
    bool makes = dir >= 0 && image_find(&rec.live, dir, name) < 0;
    int rc;

    if (makes && faulty(false))
        return -1;
    rc = (int)syscall(SYS_mkdirat, at, path, mode);
    if (makes && rc == 0) {
        note_name(OP_MAKE, dir, name, "", true);
        know_inode(at, path);
    }
    return rc;
}

/* A sanitizer makes the folder of its reports before it is ready itself. */
static bool calls_ready;

__attribute__((constructor)) static void set_calls_ready(void)
{
    calls_ready = true;
}

__attribute__((no_sanitize_address)) int mkdir(const char *path, mode_t mode)
{
    if (!calls_ready)
        return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    return mkdirat(AT_FDCWD, path, mode);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    int node = node_of(fd);
    ssize_t done;
    struct op *op;

    if (node >= 0 && faulty(true)) {
        if (rec.mode != FAULT_SHORT || len < 2)
            return -1;
        len /= 2;
        rec.mode = FAULT_CALLS;
        rec.fault_at++;
    }
    done = syscall(SYS_pwrite64, fd, bytes, len, at);
    if (node < 0 || done <= 0)
        return done;
    assert_true(done <= (ssize_t)WRITE_MAX);
    op = note(OP_WRITE, node);
    op->at = (uint64_t)at;
    op->len = (size_t)done;
    memcpy(op->bytes, bytes, op->len);
    noted(op);
    return done;
}

int ftruncate(int fd, off_t size)
{
    int node = node_of(fd);
    struct op *op;
    int rc;

    if (node >= 0 && faulty(false))
        return -1;
    rc = (int)syscall(SYS_ftruncate, fd, size);
    if (node < 0 || rc < 0)
        return rc;
    op = note(OP_SIZE, node);
    op->at = (uint64_t)size;
    op->shrinks = (size_t)size < rec.live.nodes[node].size;
    noted(op);
    return 0;
}

/* The pages of a file that could not be written are lost; names are not. */
static inline int sync_node(int node, enum op_kind kind)
{
    bool fails = node >= 0 && faulty(false);

    if (node >= 0 && !fails)
        (void)note(kind, node);
    else if (fails && !rec.live.nodes[node].is_dir && rec.fault_count == 1)
        (void)note(OP_SYNC_FAILED, node);
    return fails ? -1 : 0;
}

int fsync(int fd)
{
    return sync_node(node_of(fd), OP_SYNC);
}

int fdatasync(int fd)
{
    return sync_node(node_of(fd), OP_DATASYNC);
}

int renameat(int at, const char *from, int to_at, const char *to)
{
    const char *name = "";
    const char *new = "";
    int dir = resolve(at, from, &name);
    int to_dir = resolve(to_at, to, &new);
    int rc;

    assert_int_equal(dir, to_dir);
    if (dir >= 0 && faulty(false))
        return -1;
    rc = (int)syscall(SYS_renameat2, at, from, to_at, to, 0);
    if (dir >= 0 && rc == 0)
        note_name(OP_MOVE, dir, name, new, false);
    return rc;
}

int unlinkat(int at, const char *path, int flags)
{
    const char *name = "";
    int dir = resolve(at, path, &name);
    bool there = dir >= 0 && image_find(&rec.live, dir, name) >= 0;
    int rc;

    if (there && faulty(false))
        return -1;
    rc = (int)syscall(SYS_unlinkat, at, path, flags);
    if (there && rc == 0)
        note_name(OP_REMOVE, dir, name, "", false);
    return rc;
}

#endif
