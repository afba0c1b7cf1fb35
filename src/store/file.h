// SPDX-License-Identifier: BSD-2-Clause
// Whole reads and writes of plain files that live in a directory of ours.

#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Opens name in directory dir with open(2) flags, made with mode 0600. Returns
 * the descriptor (the caller's) or a negative errno: -ELOOP for a symbolic
 * link, which is never followed; -EINVAL for what is no plain file. */
int file_open(int dir, const char *name, int flags);

/* Reads len bytes at offset at; fewer only at the end of the file or when an
 * error comes. *got says how many in either case. */
int file_read(int fd, void *out, size_t len, uint64_t at, size_t *got);

/* Writes all of it or says why not; what is at the place is then unknown. */
int file_write(int fd, const void *bytes, size_t len, uint64_t at);

/* Gives directory dir a file of exactly these bytes: after a crash either the
 * old contents are there or the new. */
int file_replace(int dir, const char *name, const void *bytes, size_t len);

#endif
