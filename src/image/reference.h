// SPDX-License-Identifier: BSD-2-Clause
// A file here that may hold the same bytes as the device.

#ifndef IMAGE_REFERENCE_H
#define IMAGE_REFERENCE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A sibling's dump, a vendor's image, last year's backup. Belongs to one
 * thread; all calls block for the disk. The file is not locked: it may change
 * at any time, so whoever takes bytes from it compares the sum of what
 * reference_read gave, not of what was there before.
 */
struct reference;

/*
 * A plain file or a block device, not empty; opened read-only and kept open,
 * so that another file under its name does no harm. *out is for
 * reference_close; NULL when it fails. -EINVAL: of another kind, or empty;
 * else as open(2).
 */
int reference_open(struct reference **out, const char *path, struct err *err);
void reference_close(struct reference *r); /* NULL: nothing to do */

uint64_t reference_size(const struct reference *r); /* as it was opened, > 0 */
const char *reference_name(const struct reference *r); /* escaped */

/* All of len bytes, or -ERANGE: not within reference_size, or -EIO: it cannot
 * be read there, or has become shorter (logged once). */
int reference_read(struct reference *r, uint64_t offset, void *out, size_t len);

#endif
