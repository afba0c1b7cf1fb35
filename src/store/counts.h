// SPDX-License-Identifier: BSD-2-Clause
// How many blocks of each chunk are known, kept beside a state file.

#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include "store/state_format.h"

#include <stdbool.h>

/*
 * Spares to read a large state file as a whole, only to count. What it says is
 * of use while the state file is as it was when it was counted; it is removed
 * before that is written to, and made again when all is done. Without it, or
 * when it does not fit, the state file is read.
 *
 * dir: where the file is, NAME.counts; state: the state file, open; key: of
 * both; blocks: of the medium, for a smaller one has counts of its own.
 */

/* Tells a new table. False: there is none that fits, and t is as it was. */
bool counts_load(int dir, const char *name, int state,
                 const struct state_key *key, uint64_t blocks, struct table *t);

/* Writes it, where it spares something; t has what the state file has. Without
 * success there is none. */
void counts_keep(int dir, const char *name, int state,
                 const struct state_key *key, uint64_t blocks,
                 const struct table *t);

/* Removes it; durable once the directory is. */
int counts_forget(int dir, const char *name);

#endif
