// SPDX-License-Identifier: BSD-2-Clause
// One directory of the cache: made, locked, and told to whom it belongs.

#ifndef STORE_SLOT_H
#define STORE_SLOT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts from SLOT_NONE, ends with slot_close. */
struct slot {
    int dir;     /* -1: not open */
    int lock;    /* -1: not held */
    long holder; /* who has the lock, when we have not; 0: cannot be told */
    char *path;
};

#define SLOT_NONE ((struct slot){.dir = -1, .lock = -1})

/*
 * Opens directory name in root (whose path is for messages), made if missing,
 * and tries to lock it; that another process holds the lock is no error here.
 * *ours: its identity file has this text. A directory without such a file is
 * given one, durably, before anything else is stored there; -EBUSY if it is
 * locked then. On error s is closed.
 */
int slot_open(struct slot *s, int root, const char *root_path, const char *name,
              const char *identity, bool *ours, struct err *err);

/*
 * Opens directory name in at (AT_FDCWD: path itself), which must be there and
 * have an identity file, and locks it: -EBUSY when another process has it. The
 * text of that file is appended to identity. On error s is closed.
 */
int slot_open_kept(struct slot *s, int at, const char *name, const char *path,
                   struct buf *identity, struct err *err);

/* Whether another process holds the lock of directory dir; *holder: its pid,
 * 0 when it cannot be told. A look that takes the lock for a moment. */
bool slot_is_busy(int dir, long *holder);

/* As slot_open_kept, for a directory about to be removed: it need have no
 * identity, but a lock. */
int slot_open_doomed(struct slot *s, int at, const char *name, const char *path,
                     struct err *err);

/* -EBUSY and a sentence that names the holder. */
int slot_busy(const struct slot *s, struct err *err);

void slot_close(struct slot *s);

#endif
