// SPDX-License-Identifier: BSD-2-Clause
// The options there are, and what they take.

#include "option_table.h"

#include <string.h>

static const struct option table[] = {
    {.name = "baud", .letter = 'b', .id = OPT_BAUD, .example = "115200"},
    {.name = "speed", .id = OPT_SPEED, .example = "max"},
    {.name = "dialect", .letter = 'd', .id = OPT_DIALECT, .example = "NAME"},
    {.name = "segment",
     .letter = 's',
     .id = OPT_SEGMENT,
     .example = "rootfs:0x40000:1M"},
    {.name = "ram", .id = OPT_RAM, .example = "0x82000000:1M"},
    {.name = "cache-dir", .letter = 'c', .id = OPT_CACHE_DIR, .example = "DIR"},
    {.name = "no-cache", .id = OPT_NO_CACHE},
    {.name = "timeout", .letter = 't', .id = OPT_TIMEOUT, .example = "30"},
    {.name = "attach-timeout", .id = OPT_ATTACH_TIMEOUT, .example = "60"},
    {.name = "foreground", .letter = 'f', .id = OPT_FOREGROUND},
    {.name = "verbose", .letter = 'v', .id = OPT_VERBOSE},
    {.name = "options", .letter = 'o', .id = OPT_OPTIONS, .example = "ro"},
    {.name = "password", .id = OPT_PASSWORD, .example = "secret"},
    {.name = "json", .id = OPT_JSON},
    {.name = "verify", .id = OPT_VERIFY, .example = "fast"},
    {.name = "prefetch", .id = OPT_PREFETCH},
    {.name = "readahead", .id = OPT_READAHEAD, .example = "256K"},
    {.name = "reference", .id = OPT_REFERENCE, .example = "FILE"},
    {.name = "against", .id = OPT_AGAINST, .example = "IMAGE"},
    {.name = "map", .id = OPT_MAP, .example = "MAPFILE"},
    {.name = "carve", .id = OPT_CARVE, .example = "128K", .optional = true},
    {.name = "probe", .command = COMMAND_PROBE},
    {.name = "status", .command = COMMAND_STATUS},
    {.name = "verify", .command = COMMAND_VERIFY},
    {.name = "retry", .command = COMMAND_RETRY},
    {.name = "list-ports", .command = COMMAND_LIST_PORTS},
    {.name = "list-dialects", .command = COMMAND_LIST_DIALECTS},
    {.name = "check-dialect", .command = COMMAND_CHECK_DIALECT},
    {.name = "replay", .command = COMMAND_REPLAY},
    {.name = "offline", .command = COMMAND_OFFLINE},
    {.name = "list-caches", .command = COMMAND_LIST_CACHES},
    {.name = "forget", .command = COMMAND_FORGET},
    {.name = "version", .letter = 'V', .command = COMMAND_VERSION},
    {.name = "help", .letter = 'h', .command = COMMAND_HELP},
};

#define N_OPTIONS (sizeof(table) / sizeof(table[0]))

const struct option *option_at(size_t n)
{
    return n < N_OPTIONS ? &table[n] : NULL;
}

const char *options_name(size_t n)
{
    return n < N_OPTIONS ? table[n].name : NULL;
}

bool option_allowed(const struct option *opt, enum option_place place)
{
    switch (opt->id) {
    case OPT_COMMAND:
    case OPT_JSON:
    case OPT_OPTIONS:
    case OPT_AGAINST:
    case OPT_MAP:
        return place == PLACE_TYPED;
    case OPT_VERIFY:
    case OPT_PASSWORD:
    case OPT_PREFETCH:
    case OPT_READAHEAD:
        return place == PLACE_O;
    default:
        return true;
    }
}

const struct option *option_find(const char *name, size_t len,
                                 enum option_place place)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option *opt = &table[i];
        if (strlen(opt->name) == len && memcmp(opt->name, name, len) == 0 &&
            option_allowed(opt, place))
            return opt;
    }
    return NULL;
}

const struct option *option_of_letter(char letter)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (table[i].letter == letter)
            return &table[i];
    }
    return NULL;
}
