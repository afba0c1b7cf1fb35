// SPDX-License-Identifier: BSD-2-Clause
// A mount from its beginning to its end: all layers put together.

#ifndef MOUNTING_H
#define MOUNTING_H

#include "base/err.h"
#include "options.h"

/* Mounts, serves, unmounts; in the caller of a background mount returns when
 * it is live. 0: *exit_code is for main to return. */
int mounting(const struct options *o, int *exit_code, struct err *err);

#endif
