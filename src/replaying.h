// SPDX-License-Identifier: BSD-2-Clause
// --replay: a dialect tried on a captured console log.

#ifndef REPLAYING_H
#define REPLAYING_H

#include "base/buf.h"
#include "base/err.h"
#include "options.h"

/* Appends the report to out. -EBADMSG: not all of the log was understood, out
 * says what; others: the log or the dialect cannot be read. */
int replaying(const struct options *o, struct buf *out, struct err *err);

#endif
