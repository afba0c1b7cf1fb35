// SPDX-License-Identifier: BSD-2-Clause
// Compares an image with what the device has, moving as little as can be.

#ifndef AGAINST_H
#define AGAINST_H

#include "base/err.h"
#include "report.h"
#include "store/mapfile_read.h"
#include "target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct against_image {
    /* All len bytes, or a negative errno. */
    int (*read)(void *arg, void *out, uint64_t offset, size_t len);
    void *arg;
    uint64_t size;             /* bytes */
    const char *name;          /* escaped */
    const struct mapfile *map; /* only what it calls `+` counts; NULL: all */
    const char *map_name;      /* escaped */
};

/*
 * By the device's checksums where it has them, else by reading the target.
 * Reports sizes that differ, each range that differs or could not be read, in
 * steps of 16 bytes, and a last line. *same: all that was to be compared was,
 * and is the same. 0, or a negative errno that ended it early, with its
 * sentence when the image is to blame.
 */
int against(const struct target *t, const struct against_image *image,
            const struct report *r, bool *same, struct err *err);

#endif
