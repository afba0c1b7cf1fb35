// SPDX-License-Identifier: BSD-2-Clause
// What is allowed in a dialect file, but is hardly meant.

#ifndef MONITOR_DIALECT_LINT_H
#define MONITOR_DIALECT_LINT_H

#include "monitor/dialect_value.h"

/* Notes to r->notes; d was read of top without a complaint. */
void dialect_lint(struct dialect_reader *r, const struct dialect *d,
                  cfg_t *top);

#endif
