// SPDX-License-Identifier: BSD-2-Clause
// Translates the values of options from text.
#include "values.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int complain(const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs(" (see --help)\n", stderr);
    return -1;
}

/* K, M or G behind a number. */
static int unit_shift(const char *unit)
{
    switch (*unit) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    default:
        return 0;
    }
}

int value_until(const char *text, int end, uint64_t *value, const char **rest)
{
    int shift;
    char *stop;

    errno = 0;
    *value = strtoull(text, &stop, 0);
    shift = unit_shift(stop);
    if (*value > UINT64_MAX >> shift)
        errno = ERANGE;
    *value <<= shift;
    stop += shift > 0;
    *rest = stop;
    if (stop == text || !isdigit((unsigned char)*text) || errno ||
        (*stop != end && *stop != '\0'))
        return complain("'%s' is not a number", text);
    return 0;
}

int value_number(const char *text, uint64_t *value)
{
    const char *rest;

    return value_until(text, '\0', value, &rest);
}

int value_small(const char *text, long max, long *value)
{
    uint64_t wide;

    if (value_number(text, &wide) < 0)
        return -1;
    if (wide > (uint64_t)max)
        return complain("%s is more than %ld", text, max);
    *value = (long)wide;
    return 0;
}

int value_seconds(const char *text, int64_t *nanoseconds)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || *end || !(seconds >= 0 && seconds < 1e6))
        return complain("'%s' is not a number of seconds", text);
    *nanoseconds = (int64_t)(seconds * 1e9);
    return 0;
}

int value_choice(const char *text, const char *const *words, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0)
            return i;
    }
    return complain("'%s' is none of the possible values", text);
}

int value_unescape(char *to, size_t size, const char *from)
{
    static const char names[] = "nrte\\";
    static const char values[] = "\n\r\t\033\\";
    size_t len = 0;

    while (*from && len + 1 < size) {
        const char *name = memchr(names, from[1], sizeof names - 1);
        size_t used = value_hex(from, &to[len]);

        if (*from != '\\') {
            to[len++] = *from++;
        } else if (used > 0) {
            len++;
            from += used;
        } else if (name) {
            to[len++] = values[name - names];
            from += 2;
        } else {
            return complain("bad escape in '%s'", from);
        }
    }
    to[len] = '\0';
    return *from ? complain("the text is too long") : 0;
}

size_t value_hex(const char *from, char *byte)
{
    unsigned value = 0;
    size_t len = 2;

    if (from[0] != '\\' || from[1] != 'x')
        return 0;
    for (; len < 4 && isxdigit((unsigned char)from[len]); len++) {
        int c = tolower((unsigned char)from[len]);

        value = value << 4 | (unsigned)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    if (len == 2)
        return 0;
    *byte = (char)value;
    return len;
}
