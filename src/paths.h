// SPDX-License-Identifier: BSD-2-Clause
// Paths from the command line, made fit for a daemon.

#ifndef PATHS_H
#define PATHS_H

#include "base/err.h"

#include <stddef.h>

/* Puts the working directory before a relative path; path need not exist. */
int path_absolute(const char *path, char *out, size_t size, struct err *err);

/* The same for a port, which may also be a word that is no file: then it is
 * left as typed. */
int path_of_port(const char *port, char *out, size_t size, struct err *err);

/* The ID of a cache, left as typed, or the path of its directory: what has a
 * slash, "." or "..". */
int path_of_cache(const char *cache, char *out, size_t size, struct err *err);

/* Without symbolic links, as /proc/mounts will show it; absolute at least
 * where it cannot be resolved. */
int path_of_mountpoint(const char *path, char *out, size_t size,
                       struct err *err);

#endif
