// SPDX-License-Identifier: BSD-2-Clause
// A file here that may hold the same bytes as the device: read, summed,
// searched.

#ifndef IMAGE_REFERENCE_H
#define IMAGE_REFERENCE_H

#include "base/digest.h"
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

/* Of any len, 0 included. Fails as reference_read does. */
int reference_sum(struct reference *r, const struct digest *algorithm,
                  uint64_t offset, uint64_t len, struct digest_value *out);

/*
 * The same content elsewhere: the next place at *at or behind where len bytes
 * have this sum by a fresh look at the file; *at is moved there. len is a power
 * of two, REFERENCE_FIND_MIN to REFERENCE_FIND_MAX. False: there is none, len
 * is another, or what the file holds there is all one byte, which is not
 * looked for.
 *
 * crc32: looked for at multiples of 1 KiB in up to 64 MiB; the step doubles
 * with the size, and again where an index would have to read more than 1 GiB.
 * Other algorithms: at multiples of len, in files of up to 64 MiB.
 *
 * The first call for an algorithm and len reads the file, up to the first
 * place that cannot be read, and keeps at most 512 KiB; once more as much for
 * crc32. It does so again when time or size of the file changed, eight times at
 * most; later changes can only hide a place.
 *
 * A crc32 that nothing in the file belongs to is found by chance once in 65 000
 * questions where the file fills its index, once in 260 000 with 16 MiB. Where
 * a hit is not next to another with the same distance, a second sum should
 * confirm it: that of its first half.
 */
#define REFERENCE_FIND_MIN ((uint64_t)1 << 10)
#define REFERENCE_FIND_MAX ((uint64_t)64 << 10)
bool reference_find(struct reference *r, const struct digest_value *sum,
                    uint64_t len, uint64_t *at);

#endif
