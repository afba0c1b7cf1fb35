// SPDX-License-Identifier: BSD-2-Clause
// What .fwfs/status of a mount says, drawn for a terminal.

#ifndef STATUSVIEW_H
#define STATUSVIEW_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* Appends the picture for the terminal on stdout, or status.json as it is. */
int statusview(const char *mountpoint, bool json, struct buf *out,
               struct err *err);

/*
 * The picture alone: text is .fwfs/status as mount/status.h documents it, but
 * trusted no further than any file: lines that do not fit are left out, and
 * no control character comes through. One bar a file in at most columns.
 */
void statusview_draw(const char *text, unsigned columns, struct buf *out);

#endif
