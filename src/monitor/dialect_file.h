// SPDX-License-Identifier: BSD-2-Clause
// The text form of a dialect, parsed by libconfuse.

#ifndef MONITOR_DIALECT_FILE_H
#define MONITOR_DIALECT_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "monitor/dialect.h"

#include <stddef.h>

/* Parses text (len bytes; path only for messages, "PATH:LINE: what"). On
 * failure *out is untouched. */
int dialect_parse(struct dialect **out, const char *text, size_t len,
                  const char *path, struct err *err);

/* The same for a file that is only to be checked: *out is not made; notes gets
 * a line "PATH:LINE: what" for everything that is allowed but strange. Returns
 * how many there are, or what dialect_parse returns. */
int dialect_check_text(const char *text, size_t len, const char *path,
                       struct buf *notes, struct err *err);

#endif
