// SPDX-License-Identifier: BSD-2-Clause
// One directory of the cache: made, locked, and told to whom it belongs.

#ifndef STORE_SLOT_H
#define STORE_SLOT_H

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

/* Makes path and all that is missing above it, mode 0700, and opens it.
 * Returns the descriptor or a negative errno. */
int slot_open_root(const char *path, struct err *err);

/*
 * Opens directory name in root (whose path is for messages), made if missing,
 * and tries to lock it; that another process holds the lock is no error here.
 * *ours: its identity file has this text. A directory without such a file is
 * given one, durably, before anything else is stored there; -EBUSY if it is
 * locked then. On error s is closed.
 */
int slot_open(struct slot *s, int root, const char *root_path, const char *name,
              const char *identity, bool *ours, struct err *err);

/* -EBUSY and a sentence that names the holder. */
int slot_busy(const struct slot *s, struct err *err);

void slot_close(struct slot *s);

#endif
