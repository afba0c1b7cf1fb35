// SPDX-License-Identifier: BSD-2-Clause
// Which files of a mount a command is about.

#ifndef MOUNTED_H
#define MOUNTED_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOUNTED_MEDIUM_MAX 64

struct mounted_file {
    char *name;       /* in the mount; owned */
    uint64_t address; /* of the first byte, on medium */
    uint64_t size;    /* bytes */
    char medium[MOUNTED_MEDIUM_MAX];
    bool covered; /* lies wholly inside another one of the list */
};

/* Starts zeroed. */
struct mounted {
    char *dir;   /* the mount point; owned */
    char *meant; /* the file in it that stood for it, or NULL; owned */
    struct mounted_file *files;
    size_t n_files;
};

/*
 * where: a mount point, or a file in one, which is then the first of the
 * files. names: n files, each a name in the mount or a path to it; none and no
 * file in where: all there are, in the order of the directory. One sentence
 * for a mount that died, what is no mount, a file that is not there. Call
 * mounted_free in every case.
 */
int mounted_find(struct mounted *m, const char *where, const char *const *names,
                 size_t n, struct err *err);
void mounted_free(struct mounted *m);

/* Sets covered: of two that are the same the first is not. Pure. */
void mounted_mark_covered(struct mounted_file *files, size_t n);

#endif
