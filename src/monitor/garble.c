// SPDX-License-Identifier: BSD-2-Clause
// Telling text from what a port makes of it at another speed.

#include "monitor/garble.h"

#include <string.h>

/* Of 32. At twice the right speed a character becomes two, of which one has
 * its highest bit set or none of those that make it printable. */
#define GARBLE_MIN 8

/* Ctrl-C and Ctrl-U are keys of ours, which come back as an echo. */
static bool is_text(char ch)
{
    return (ch >= ' ' && ch <= '~') ||
           (ch != '\0' && strchr("\a\b\t\n\r\x1b\x03\x15", ch) != NULL);
}

bool garble_add(struct garble *g, const char *bytes, size_t len)
{
    bool found = false;

    for (size_t i = 0; i < len; i++) {
        bool odd = !is_text(bytes[i]);
        g->odd += odd;
        g->recent = g->recent << 1 | odd;
        found = found || (odd && __builtin_popcount(g->recent) >= GARBLE_MIN);
    }
    return found;
}
