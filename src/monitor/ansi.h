// SPDX-License-Identifier: BSD-2-Clause
// Takes terminal control sequences out of a stream of console bytes.

#ifndef MONITOR_ANSI_H
#define MONITOR_ANSI_H

#include <stddef.h>

/* Start from {0}; keeps its place when a sequence is split over reads. */
struct ansi {
    int state;
    unsigned skipped; /* bytes of the sequence so far */
};

/* Removes, in place, ESC sequences (ECMA-48 CSI, and ESC with one final
 * byte), NUL, BEL, XON and XOFF. A sequence longer than 32 bytes is taken for
 * noise: what follows is text again. Returns the bytes left. */
size_t ansi_strip(struct ansi *a, char *text, size_t len);

#endif
