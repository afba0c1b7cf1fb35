// SPDX-License-Identifier: BSD-2-Clause
// Whole reads and writes of plain files that live in a directory of ours.

#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Opens name in directory dir with open(2) flags, made with mode 0600. Returns
 * the descriptor (the caller's) or a negative errno: -ELOOP for a symbolic
 * link, which is never followed; -EINVAL for what is no plain file; -EMLINK
 * for one that has a second name, perhaps outside; -EPERM for one that is
 * another user's or that others can write to. Nothing is changed then.
 */
int file_open(int dir, const char *name, int flags);

/* What a negative errno of file_open means, in words. */
const char *file_strerror(int rc);

/* Reads len bytes at offset at; fewer only at the end of the file or when an
 * error comes. *got says how many in either case. */
int file_read(int fd, void *out, size_t len, uint64_t at, size_t *got);

/* Writes all of it or says why not; what is at the place is then unknown. */
int file_write(int fd, const void *bytes, size_t len, uint64_t at);

/* Appends all of file name to out. -EFBIG when that is more than max bytes;
 * else as file_open and file_read. */
int file_slurp(int dir, const char *name, size_t max, struct buf *out);

/* Gives directory dir a file of exactly these bytes: after a crash either the
 * old contents are there or the new. Whatever stood under its name, or under
 * NAME.tmp, is replaced and not written to. */
int file_replace(int dir, const char *name, const void *bytes, size_t len);

#endif
