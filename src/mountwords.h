// SPDX-License-Identifier: BSD-2-Clause
// The words behind -o that are not fwfs' own options.

#ifndef MOUNTWORDS_H
#define MOUNTWORDS_H

#include "suggest.h"

enum mountword {
    MOUNTWORD_UNKNOWN,
    MOUNTWORD_FUSE,   /* to be passed on to libfuse */
    MOUNTWORD_IGNORED /* says nothing to a read-only mount */
};

enum mountword mountword(const char *word);

/* Offers all of them. */
void mountwords_suggest(struct suggestion *s);

/*
 * Takes the first word off a comma-separated list, in place; *list becomes
 * the rest, NULL behind the last word. A backslash takes the meaning from a
 * comma or a backslash.
 */
char *mountwords_split(char **list);

#endif
