// SPDX-License-Identifier: BSD-2-Clause
// Reads the files in .fwfs of a mount.

#ifndef MADEFILE_H
#define MADEFILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

/* A map has at most 4096 files; in status.json a file takes some 500 bytes. */
#define MADEFILE_MAX ((size_t)8 << 20)

/* Appends .fwfs/NAME of the mount to out; its text is NUL-terminated then, and
 * not empty. Or a negative errno and one sentence for the user. */
int madefile_read(const char *mountpoint, const char *name, struct buf *out,
                  struct err *err);

/* The sentence for errno code of something below mountpoint; returns -code. */
int madefile_failed(const char *mountpoint, int code, struct err *err);

#endif
