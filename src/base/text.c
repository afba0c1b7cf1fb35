// SPDX-License-Identifier: BSD-2-Clause
// Bytes from a device made safe to show to a person.

#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int escape_byte(char out[5], unsigned char c)
{
    switch (c) {
    case '\r':
        return snprintf(out, 5, "\\r");
    case '\n':
        return snprintf(out, 5, "\\n");
    case '\t':
        return snprintf(out, 5, "\\t");
    case '\\':
        return snprintf(out, 5, "\\\\");
    default:
        if (c >= 0x20 && c <= 0x7e)
            return snprintf(out, 5, "%c", c);
        return snprintf(out, 5, "\\x%02x", c);
    }
}

static size_t escape(char *out, size_t size, const unsigned char *in,
                     size_t len, bool lines)
{
    size_t used = 0;
    char one[5];

    for (size_t i = 0; i < len; i++) {
        int n;
        if (lines && in[i] == '\r')
            continue;
        if (lines && in[i] == '\n')
            n = snprintf(one, sizeof(one), "\n");
        else
            n = escape_byte(one, in[i]);
        if (used + (size_t)n >= size)
            break;
        memcpy(out + used, one, (size_t)n);
        used += (size_t)n;
    }
    if (size > 0)
        out[used] = '\0';
    return used;
}

size_t text_escape(char *out, size_t size, const void *bytes, size_t len)
{
    return escape(out, size, bytes, len, false);
}

size_t text_escape_lines(char *out, size_t size, const void *bytes, size_t len)
{
    return escape(out, size, bytes, len, true);
}

size_t text_json(char *out, size_t size, const char *s)
{
    size_t used = 0;
    char one[8];

    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        int n;
        if (c == '"' || c == '\\')
            n = snprintf(one, sizeof(one), "\\%c", c);
        else if (c < 0x20 || c > 0x7e)
            n = snprintf(one, sizeof(one), "\\u%04x", c);
        else
            n = snprintf(one, sizeof(one), "%c", c);
        if (used + (size_t)n >= size)
            break;
        memcpy(out + used, one, (size_t)n);
        used += (size_t)n;
    }
    if (size > 0)
        out[used] = '\0';
    return used;
}

void text_size(char out[TEXT_SIZE_MAX], uint64_t bytes)
{
    static const char units[] = "BKMGTPE";
    uint64_t tenths = 0;
    size_t u = 0;

    while (bytes >= 1024) {
        tenths = bytes % 1024 * 10 / 1024;
        bytes /= 1024;
        u++;
    }
    if (u > 0 && bytes < 10)
        (void)snprintf(out, TEXT_SIZE_MAX, "%" PRIu64 ".%" PRIu64 "%c", bytes,
                       tenths, units[u]);
    else
        (void)snprintf(out, TEXT_SIZE_MAX, "%" PRIu64 "%c", bytes, units[u]);
}

void text_time(char out[TEXT_TIME_MAX], uint64_t seconds)
{
    uint64_t minutes = seconds / 60;

    if (minutes < 60)
        (void)snprintf(out, TEXT_TIME_MAX, "%" PRIu64 ":%02" PRIu64, minutes,
                       seconds % 60);
    else
        (void)snprintf(out, TEXT_TIME_MAX,
                       "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, minutes / 60,
                       minutes % 60, seconds % 60);
}
