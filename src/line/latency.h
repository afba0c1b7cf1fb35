// SPDX-License-Identifier: BSD-2-Clause
// How long a USB adapter keeps what came before it hands it over.

#ifndef LINE_LATENCY_H
#define LINE_LATENCY_H

#include <stdbool.h>

/*
 * Asks the driver of an open port for little latency; FTDI's then sends after
 * 1 ms what it else keeps for 16. True: it was changed, and latency_restore is
 * to be called before the port is closed. False: the driver has nothing like
 * that, it was set already, or it is not allowed: all the same to the caller.
 */
bool latency_lower(int fd);
void latency_restore(int fd);

#endif
