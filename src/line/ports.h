// SPDX-License-Identifier: BSD-2-Clause
// The serial ports of this machine, for --list-ports.

#ifndef LINE_PORTS_H
#define LINE_PORTS_H

#include "base/buf.h"
#include "base/err.h"

/* Appends a line a port: path, USB id, serial number, description, separated
 * by tabs ("-" for what is not known); a heading line first. Says so in one
 * line when there is none. */
int ports_list(struct buf *out, struct err *err);

#endif
