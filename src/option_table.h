// SPDX-License-Identifier: BSD-2-Clause
// The options there are, and what they take.

#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "options.h"

#include <stdbool.h>
#include <stddef.h>

enum option_id {
    OPT_COMMAND, /* selects what to do; never in -o */
    OPT_BAUD,
    OPT_DIALECT,
    OPT_SEGMENT,
    OPT_CACHE_DIR,
    OPT_NO_CACHE,
    OPT_TIMEOUT,
    OPT_ATTACH_TIMEOUT,
    OPT_FOREGROUND,
    OPT_VERBOSE,
    OPT_OPTIONS,
    OPT_JSON
};

struct option {
    const char *name;
    const char *example; /* a value; NULL: the option takes none */
    enum option_id id;
    enum command command; /* of an OPT_COMMAND */
    char letter;          /* '\0': none */
};

/* All of them, counted from 0; NULL: no more. */
const struct option *option_at(size_t n);

/* The option of this name (len bytes), or of this letter; NULL: none. */
const struct option *option_find(const char *name, size_t len, char letter);

/* Options that make no sense behind -o. */
bool option_only_typed(const struct option *opt);

#endif
