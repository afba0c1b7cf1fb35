// SPDX-License-Identifier: BSD-2-Clause
// The caches on disk, for a person: a list, and forgetting.

#ifndef CACHES_H
#define CACHES_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

/* Appends a table of the caches in dir (NULL: the default), or one line that
 * says that there are none. Errors as catalog_list. */
int caches_list(const char *dir, struct buf *out, struct err *err);

/* Forgets each of n caches in dir (likewise) and appends a line for each that
 * says what that gave back. One that cannot be forgotten does not stop the
 * rest; the error is that of the last one, those before are logged. */
int caches_forget(const char *dir, const char *const *ids, size_t n,
                  struct buf *out, struct err *err);

#endif
