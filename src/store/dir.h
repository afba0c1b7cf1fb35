// SPDX-License-Identifier: BSD-2-Clause
// The directories of the cache: made private, and only opened when they are.

#ifndef STORE_DIR_H
#define STORE_DIR_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>

/*
 * Opens directory name in at, which may be AT_FDCWD; path is for messages.
 * Returns the descriptor (the caller's) or a negative errno: -EPERM when it
 * belongs to another user or others can write to it; -ELOOP when name is a
 * symbolic link, unless follow is set and the link is this user's or root's.
 */
int dir_open(int at, const char *name, bool follow, const char *path,
             struct err *err);

/* Name in directory dir is a symbolic link. */
bool dir_is_link(int dir, const char *name);

/*
 * Opens the root of the caches, as dir_open: given by the user, who may have
 * made it a link, or NULL: cache_default_root(), never a link. Its path is
 * left in path, "" if there is no such place. make: it and what is missing
 * above it is made, mode 0700; else -ENOENT.
 */
int dir_open_root(const char *given, bool make, char path[PATH_MAX],
                  struct err *err);

/* Makes durable that this directory is where it is: fsyncs those above it,
 * up to the first that is not the user's own. */
int dir_settle(int dir, const char *path, struct err *err);

#endif
