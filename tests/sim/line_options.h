// SPDX-License-Identifier: BSD-2-Clause
// How the serial line and the adapter at the host's end of it are.
#ifndef SIM_LINE_OPTIONS_H
#define SIM_LINE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { BAUDS_MAX = 32 };

struct line_options {
    long baud;         /* 0: not paced */
    long fifo;         /* bytes */
    int64_t latency;   /* of the adapter, ns; 0: none */
    long lose_ahead;   /* times that input during a command is lost; -1: all */
    const char *stats; /* file for figures; NULL: none */

    long table[BAUDS_MAX]; /* rates a command may choose */
    int bauds;             /* how many */
    bool strict_baud;      /* a wrong rate garbles before any such command */
    long max_baud;         /* above it output is damaged; 0: none */
    long dead_baud;        /* above it nothing passes; 0: none */
};

#endif
