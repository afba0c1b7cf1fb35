// SPDX-License-Identifier: BSD-2-Clause
// Takes terminal control sequences out of a stream of console bytes.

#include "monitor/ansi.h"

#include <stdbool.h>

enum { ANSI_TEXT, ANSI_ESC, ANSI_CSI };

#define ANSI_LONGEST 32U

static bool is_noise(unsigned char c)
{
    return c == 0x00 || c == 0x07 || c == 0x11 || c == 0x13;
}

/* True when c belongs to a sequence; moves the state on. */
static bool in_sequence(struct ansi *a, unsigned char c)
{
    if (a->state == ANSI_TEXT) {
        if (c != 0x1b)
            return false;
        *a = (struct ansi){.state = ANSI_ESC};
        return true;
    }
    /* A line end never belongs to a sequence: noise must not eat a row. */
    if (c == '\r' || c == '\n' || ++a->skipped > ANSI_LONGEST) {
        a->state = ANSI_TEXT;
        return false;
    }
    if (a->state == ANSI_ESC)
        a->state = c == '[' ? ANSI_CSI
                            : (c >= 0x20 && c <= 0x2f ? ANSI_ESC : ANSI_TEXT);
    else if (c >= 0x40 && c <= 0x7e)
        a->state = ANSI_TEXT;
    return true;
}

size_t ansi_strip(struct ansi *a, char *text, size_t len)
{
    size_t out = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!in_sequence(a, c) && !is_noise(c))
            text[out++] = text[i];
    }
    return out;
}
