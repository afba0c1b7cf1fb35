// SPDX-License-Identifier: BSD-2-Clause
// The commands --verify, --verify --against and --retry.

#ifndef VERIFY_CLIENT_H
#define VERIFY_CLIENT_H

#include "base/err.h"
#include "options.h"

/*
 * Does what o->command says and prints as it goes. *exit_code: 0 all is
 * right, 1 something is not, which was said. A negative errno: it ended early,
 * with one sentence for the user.
 */
int verify_run(const struct options *o, int *exit_code, struct err *err);

#endif
