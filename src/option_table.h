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
    OPT_SPEED,
    OPT_DIALECT,
    OPT_SEGMENT,
    OPT_CACHE_DIR,
    OPT_NO_CACHE,
    OPT_TIMEOUT,
    OPT_ATTACH_TIMEOUT,
    OPT_FOREGROUND,
    OPT_VERBOSE,
    OPT_OPTIONS,
    OPT_JSON,
    OPT_VERIFY, /* -o verify=MODE; --verify is a command */
    OPT_AGAINST,
    OPT_MAP,
    OPT_CARVE,
    OPT_PASSWORD,
    OPT_RAM, /* BASE:SIZE to read media through */
    OPT_PREFETCH,
    OPT_READAHEAD,
    OPT_REFERENCE
};

/* Where an option may stand. One name can be two options, one for each. */
enum option_place { PLACE_TYPED, PLACE_O };

struct option {
    const char *name;
    const char *example; /* a value; NULL: the option takes none */
    bool optional;       /* it may be left out; written only with '=' */
    enum option_id id;
    enum command command; /* of an OPT_COMMAND */
    char letter;          /* '\0': none */
};

/* All of them, counted from 0; NULL: no more. */
const struct option *option_at(size_t n);

/* The option of this name (len bytes) that may stand there; NULL: none. */
const struct option *option_find(const char *name, size_t len,
                                 enum option_place place);

/* The typed option of this letter, not NUL; NULL: none. */
const struct option *option_of_letter(char letter);

/* False: it makes no sense typed, or behind -o. */
bool option_allowed(const struct option *opt, enum option_place place);

#endif
