// SPDX-License-Identifier: BSD-2-Clause
// The keys that a dialect file may have, for libconfuse.

#ifndef MONITOR_DIALECT_SCHEMA_H
#define MONITOR_DIALECT_SCHEMA_H

#include <confuse.h>

/* A key that only the top level has, put behind the text of a file. */
#define DIALECT_SENTINEL "_end_of_file"

/* The top level; ends with CFG_END. libconfuse only reads it. */
extern cfg_opt_t dialect_schema[];

/* Has note called for each key while its line is being parsed. */
void dialect_schema_watch(int (*note)(cfg_t *sec, cfg_opt_t *opt));

#endif
