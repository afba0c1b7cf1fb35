// SPDX-License-Identifier: BSD-2-Clause
// What the files of the device share; for monitor/device*.c alone.

#ifndef MONITOR_DEVICE_PRIV_H
#define MONITOR_DEVICE_PRIV_H

#include "monitor/console.h"
#include "monitor/device.h"
#include "monitor/dialect.h"

#include <stdatomic.h>

/*
 * in_step   the console stands at its prompt, the next command may be typed;
 *           false: resynchronise (and break in, if it was reset) first
 * method    index of the dump method in use; -1: the byte order of words is
 *           not proved yet; then the first read proves it on the way
 */
struct device {
    struct console console;
    struct dialect **dialects; /* owned; dialect is one of them */
    struct dialect *dialect;
    struct map map;
    struct buf boot_text; /* what came while attaching */
    struct buf identity;
    char *port;
    char banner[160]; /* escaped */
    bool in_step;
    int method;
    enum row_order order;
    unsigned proof_tries;
    atomic_uint_fast64_t bytes_read;
    atomic_uint_fast64_t rows_bad;
    atomic_uint_fast64_t rows_lost;
    atomic_int line_state; /* enum device_line */
};

#endif
