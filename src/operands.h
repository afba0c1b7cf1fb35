// SPDX-License-Identifier: BSD-2-Clause
// What follows the options on the command line, and what is missing there.

#ifndef OPERANDS_H
#define OPERANDS_H

#include "options.h"

/* What to write for command. */
const char *operands_usage(enum command command);

/* Notes one; arg must live as long as o. -ENOMEM. */
int operands_add(struct options *o, const char *arg, struct err *err);

/* Once all of them and all options are there: puts each where it belongs in
 * o, or -EINVAL with what to write. */
int operands_check(struct options *o, struct err *err);

#endif
