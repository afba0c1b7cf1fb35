// SPDX-License-Identifier: BSD-2-Clause
// What a dump method costs on the line.

#ifndef MONITOR_DUMP_COST_H
#define MONITOR_DUMP_COST_H

#include "monitor/dialect.h"

/*
 * Characters that the device prints for 100 bytes of a long dump, counted from
 * the shape of its output; commands and prompts aside. Pure.
 */
unsigned dump_cost(const struct dump_method *m);

#endif
