// SPDX-License-Identifier: BSD-2-Clause
// What is done to the directory of a test is noted, and compared with it.

#ifndef UNIT_CRASH_RECORD_H
#define UNIT_CRASH_RECORD_H

#include "crash_disk.h"

enum fault_mode {
    FAULT_CALLS, /* any */
    FAULT_SHORT, /* a write is done by half, its rest fails */
    FAULT_WRITES /* writes alone: the disk is full */
};

static struct op_log oplog;

static struct recorder {
    bool on;
    char top[80];        /* the directory; node 0 */
    struct image live;   /* it, as the notes have it */
    ino_t inodes[NODES]; /* of the real files */
    int nodes;           /* made so far */
    size_t calls;        /* that change or sync something */
    size_t fault_at;     /* the call that fails, from 1; 0: none */
    size_t fault_count;  /* so many fail from there on */
    enum fault_mode mode;
    int code;      /* errno of theirs */
    size_t faults; /* that there have been */
} rec;

/* From here on the notes of directory path (absolute) are taken. */
static inline void record_start(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    (void)snprintf(rec.top, sizeof(rec.top), "%s", path);
    image_reset(&rec.live);
    oplog.count = 0;
    rec.inodes[0] = st.st_ino;
    rec.nodes = 1;
    rec.calls = 0;
    rec.faults = 0;
    rec.fault_at = 0;
    rec.on = true;
}

static inline void record_compare(void)
{
    bool on = rec.on;
    int fd;

    rec.on = false;
    fd = open_dir(AT_FDCWD, rec.top);
    disk_compare(&rec.live, 0, fd);
    (void)close(fd);
    rec.on = on;
}

/* -1: none of ours. The newest first, as numbers are used again. */
static inline int node_of(int fd)
{
    struct stat st;

    if (!rec.on || fstat(fd, &st) < 0)
        return -1;
    for (int i = rec.nodes - 1; i >= 0; i--) {
        if (rec.inodes[i] == st.st_ino)
            return i;
    }
    return -1;
}

/* The directory that path is named in; *name: its last part. -1: not ours. */
static inline int resolve(int at, const char *path, const char **name)
{
    size_t top = strlen(rec.top);
    const char *slash;
    char above[200];
    int dir;

    if (!rec.on)
        return -1;
    if (path[0] != '/') {
        dir = node_of(at);
    } else {
        if (strncmp(path, rec.top, top) != 0 || path[top] != '/')
            return -1;
        dir = 0;
        path += top + 1;
    }
    slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    if (slash == NULL)
        return dir;
    (void)snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
    return image_walk(&rec.live, dir, above);
}

static inline struct op *note(enum op_kind kind, int node)
{
    struct op *op = &oplog.ops[oplog.count++];

    assert_true(oplog.count < OPS);
    *op = (struct op){.kind = kind, .node = node};
    return op;
}

/* A note is complete: the live image follows. */
static inline void noted(const struct op *op)
{
    static const struct fate kept = {.kind = FATE_KEPT};

    image_apply(&rec.live, op, &kept);
}

static inline void note_name(enum op_kind kind, int dir, const char *name,
                             const char *to, bool is_dir)
{
    int node = kind == OP_MAKE ? rec.nodes++ : image_find(&rec.live, dir, name);
    struct op *op = note(kind, node);

    assert_true(node > 0 && node < (int)NODES);
    op->dir = dir;
    op->is_dir = is_dir;
    (void)snprintf(op->name, sizeof(op->name), "%s", name);
    (void)snprintf(op->to, sizeof(op->to), "%s", to);
    noted(op);
}

/* The real number of the node made last. */
static inline void know_inode(int at, const char *path)
{
    struct stat st;

    assert_int_equal(fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW), 0);
    rec.inodes[rec.nodes - 1] = st.st_ino;
}

#endif
