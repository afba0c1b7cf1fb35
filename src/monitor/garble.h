// SPDX-License-Identifier: BSD-2-Clause
// Telling text from what a port makes of it at another speed.

#ifndef MONITOR_GARBLE_H
#define MONITOR_GARBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start from {0}. */
struct garble {
    uint32_t recent; /* a bit for each of the last bytes; set: no text */
    uint64_t odd;    /* bytes so far that were no text */
};

/* True when a good part of the last 32 bytes, at one time while these came, was
 * nothing that a console prints: hits of noise on a line that works are far
 * fewer. */
bool garble_add(struct garble *g, const char *bytes, size_t len);

#endif
