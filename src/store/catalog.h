// SPDX-License-Identifier: BSD-2-Clause
// All caches below a root: what each has, how large it is, who uses it.

#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* All lent for the call. */
struct catalog_entry {
    const char *id;           /* as the directory is named: any bytes */
    const char *identity;     /* the device's; NULL: none that can be read */
    const struct buf *device; /* what was kept as "device"; len 0: nothing */
    uint64_t size;      /* bytes of all media of which something is kept */
    uint64_t known;     /* of these, good or confirmed */
    uint64_t confirmed; /* of these, confirmed */
    uint64_t disk;      /* bytes it takes up on disk */
    time_t used;        /* when it was last locked or written; 0: unknown */
    bool busy;          /* mounted, or about to be */
    long holder;        /* by that process; 0: cannot be told */
};

typedef void catalog_fn(void *arg, const struct catalog_entry *entry);

/*
 * Calls each for every cache in root (as cache_config.root; its path is left
 * in path), in the order of their names; for none when there is no root.
 * device_max: of bytes in "device". Changes nothing. A directory that is not
 * the user's alone is left out with a warning, and nothing of it is told; a
 * directory that is no cache is left out. -EPERM, -ELOOP, -EACCES: the root
 * itself is not the user's.
 */
int catalog_list(const char *root, size_t device_max, char path[PATH_MAX],
                 catalog_fn *each, void *arg, struct err *err);

#endif
