// SPDX-License-Identifier: BSD-2-Clause
// The notes of what was done to a directory, and what of it is durable.

#ifndef UNIT_CRASH_LOG_H
#define UNIT_CRASH_LOG_H

#include "unit.h"

#define OPS       2000U
#define NODES     64U  /* files and directories ever made */
#define WRITE_MAX 512U /* bytes written at once */

enum op_kind {
    OP_MAKE,       /* node, a new one, is named name in dir */
    OP_WRITE,      /* len bytes at offset at of node */
    OP_SIZE,       /* node has size at */
    OP_MOVE,       /* node, name in dir, is named to there */
    OP_REMOVE,     /* name in dir, of node, is gone */
    OP_SYNC,       /* fsync of node */
    OP_DATASYNC,   /* fdatasync of node */
    OP_SYNC_FAILED /* either of them; see mark_unsynced */
};

struct op {
    enum op_kind kind;
    bool is_dir;  /* OP_MAKE */
    bool shrinks; /* OP_SIZE */
    bool settled; /* on the disk from the beginning */
    int node;     /* 0: the directory itself */
    int dir;
    char name[32];
    char to[32];
    uint64_t at;
    size_t len;
    uint8_t bytes[WRITE_MAX];
};

struct op_log {
    size_t count;
    struct op ops[OPS];
};

static inline bool op_changes(const struct op *op)
{
    return op->kind < OP_SYNC;
}

/*
 * Which of the first cut operations a loss of power may undo, each for itself.
 * A name is durable after a later fsync of its directory, bytes after a later
 * fsync or fdatasync of their file; so is a shorter size, while a longer one
 * that no bytes need waits for fsync. What was written before a sync that
 * failed may be lost although a later one succeeds: the kernel says it once,
 * and takes the pages for clean.
 */
static inline void mark_unsynced(const struct op_log *log, size_t cut,
                                 bool unsynced[OPS])
{
    bool all[NODES] = {false};
    bool data[NODES] = {false};

    for (size_t i = cut; i-- > 0;) {
        const struct op *op = &log->ops[i];

        unsynced[i] = false;
        switch (op->kind) {
        case OP_SYNC:
            all[op->node] = true;
            data[op->node] = true;
            break;
        case OP_DATASYNC:
            data[op->node] = true;
            break;
        case OP_SYNC_FAILED:
            all[op->node] = false;
            data[op->node] = false;
            break;
        case OP_WRITE:
            unsynced[i] = !op->settled && !data[op->node];
            break;
        case OP_SIZE:
            unsynced[i] = !op->settled &&
                          !(op->shrinks ? data[op->node] : all[op->node]);
            break;
        case OP_MAKE:
        case OP_MOVE:
        case OP_REMOVE:
            unsynced[i] = !op->settled && !all[op->dir];
            break;
        }
    }
}

/* What becomes of one operation. */
enum fate_kind {
    FATE_KEPT,
    FATE_LOST,
    FATE_HEAD, /* the first len bytes of a write are there */
    FATE_TAIL  /* all but these; where they lengthen the file, zeros */
};

struct fate {
    enum fate_kind kind;
    size_t len;
};

/* The log of a disk that has what the fates left, durably. */
static inline void settle(struct op_log *log, size_t cut,
                          const struct fate fates[OPS])
{
    size_t count = 0;

    for (size_t i = 0; i < cut; i++) {
        struct op *op = &log->ops[count];

        if (!op_changes(&log->ops[i]) || fates[i].kind == FATE_LOST)
            continue;
        if (count != i)
            *op = log->ops[i];
        op->settled = true;
        if (fates[i].kind == FATE_HEAD) {
            op->len = fates[i].len;
        } else if (fates[i].kind == FATE_TAIL) {
            op->at += fates[i].len;
            op->len -= fates[i].len;
            memmove(op->bytes, op->bytes + fates[i].len, op->len);
        }
        count++;
    }
    log->count = count;
}

#endif
