// SPDX-License-Identifier: BSD-2-Clause
// How the serial line and the adapter at the host's end of it are.
#ifndef SIM_LINE_OPTIONS_H
#define SIM_LINE_OPTIONS_H

#include <stdint.h>

struct line_options {
    long baud;       /* 0: not paced */
    long fifo;       /* bytes */
    int64_t latency; /* of the adapter, ns; 0: none */
    long lose_ahead; /* times that input during a command is lost; -1: all */
};

#endif
