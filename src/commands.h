// SPDX-License-Identifier: BSD-2-Clause
// What fwfs does besides mounting: --probe, --status, lists, help.

#ifndef COMMANDS_H
#define COMMANDS_H

#include "base/buf.h"
#include "base/err.h"
#include "options.h"

#include <stddef.h>

/* Does what o->command says, of those above, and prints to stdout. */
int command_run(const struct options *o, struct err *err);

/* The text of --help. */
extern const char command_help[];

#endif
