// SPDX-License-Identifier: BSD-2-Clause
// One line on a terminal, kept up to date while something is read.

#ifndef PROGRESS_H
#define PROGRESS_H

#include "daemon.h"
#include "mount/fs.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Starts zeroed. progress_set_fs: main thread; progress_draw: the
 * fetcher's tick. */
struct progress {
    _Atomic(struct fs *) fs; /* NULL: nothing to tell yet */
    atomic_bool drawn;
};

/* In the foreground, with a terminal as stderr. */
bool progress_wanted(const struct daemon *d);

void progress_set_fs(struct progress *p, struct fs *fs);

/* Any line in place of the one that is there, cut to the terminal's width; "":
 * none. stderr is a terminal; arg is the struct progress. */
void progress_show(void *arg, const char *line);

/* arg is the struct progress. */
void progress_draw(void *arg);

/* Any thread; arg is the struct progress. */
void progress_clear(void *arg);

/* Columns of the terminal on fd; 80 when it is none or does not say. */
unsigned terminal_columns(int fd);

#endif
