// SPDX-License-Identifier: BSD-2-Clause
// The names of files in a cache: whose they are.

#include "store/cache_priv.h"

#include <stdio.h>
#include <string.h>

bool cache_is_name(const char *s)
{
    size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return len > 0 && len <= MEDIUM_NAME_MAX && s[len] == '\0';
}

/* Behind ".2" to ".99", or s itself. */
static const char *skip_number(const char *s)
{
    size_t digits;

    if (s[0] != '.')
        return s;
    digits = strspn(s + 1, "0123456789");
    if (digits == 0 || digits > 2 || s[1] == '0' ||
        (digits == 1 && s[1] == '1'))
        return s;
    return s + 1 + digits;
}

static bool is_suffix(const char *dot)
{
    /* .state.old: of a fwfs that moved files away. */
    static const char *const suffixes[] = {".data", ".state", ".state.old",
                                           ".counts", ".counts.tmp"};

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (strcmp(dot, suffixes[i]) == 0)
            return true;
    return false;
}

bool cache_is_of_medium(const char *name, char medium[MEDIUM_NAME_MAX + 1])
{
    size_t len = strcspn(name, ".");

    if (len > MEDIUM_NAME_MAX || !is_suffix(skip_number(name + len)))
        return false;
    (void)snprintf(medium, MEDIUM_NAME_MAX + 1, "%.*s", (int)len, name);
    return cache_is_name(medium);
}

bool cache_is_copy(const char *name, const char *stem)
{
    size_t len = strlen(stem);
    const char *rest;

    if (strncmp(name, stem, len) != 0)
        return false;
    rest = skip_number(name + len);
    return rest[0] == '\0' || strcmp(rest, ".tmp") == 0;
}
