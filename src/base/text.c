// SPDX-License-Identifier: BSD-2-Clause
// Bytes from a device made safe to show to a person.

#include "base/text.h"

#include "base/num.h"

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

bool text_is_printable(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] < 0x20 || s[i] > 0x7e)
            return false;
    return true;
}

/* One byte, escaped or not, at the front of len; how many it took, 0: none. */
static size_t unescape_byte(const char *in, size_t len, char *out)
{
    static const char letters[] = "r\rn\nt\t\\\\";
    int high;
    int low;

    *out = in[0];
    if (in[0] != '\\')
        return text_is_printable(in, 1) ? 1 : 0;
    for (size_t i = 0; len > 1 && letters[i] != '\0'; i += 2)
        if (in[1] == letters[i]) {
            *out = letters[i + 1];
            return 2;
        }
    if (len < 4 || in[1] != 'x')
        return 0;
    high = num_hex_digit(in[2]);
    low = num_hex_digit(in[3]);
    *out = (char)(high * 16 + low);
    return high >= 0 && low >= 0 && *out != '\0' ? 4 : 0;
}

bool text_unescape(char *out, size_t size, const char *text, size_t len)
{
    size_t used = 0;

    while (len > 0) {
        size_t n = used + 1 < size ? unescape_byte(text, len, out + used) : 0;
        if (n == 0)
            return false;
        used++;
        text += n;
        len -= n;
    }
    out[used] = '\0';
    return true;
}

/* Bytes of the character at c when it may be shown, else 0. */
static size_t harmless(const unsigned char *c)
{
    size_t more = 0;

    if (c[0] < 0x80)
        return c[0] >= ' ' && c[0] != 0x7f;
    if (c[0] >= 0xc2 && c[0] < 0xf5)
        more = c[0] < 0xe0 ? 1 : c[0] < 0xf0 ? 2 : 3;
    for (size_t i = 1; i <= more; i++)
        if (c[i] < 0x80 || c[i] > 0xbf)
            return 0;
    if (c[0] == 0xc2 && c[1] < 0xa0)
        return 0; /* controls again, of ISO 8859 */
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xf0 && c[1] < 0x90))
        return 0; /* longer than need be: what is it hiding? */
    return more > 0 ? more + 1 : 0;
}

void text_defuse(char *text)
{
    while (*text != '\0') {
        size_t n = harmless((const unsigned char *)text);
        if (n == 0)
            *text = '?';
        text += n == 0 ? 1 : n;
    }
}

void text_mask(char *bytes, size_t len, const char *secret)
{
    size_t n = strlen(secret);
    char *at = bytes;

    while (n > 0 &&
           (at = memmem(at, len - (size_t)(at - bytes), secret, n)) != NULL) {
        memset(at, '*', n);
        at += n;
    }
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
