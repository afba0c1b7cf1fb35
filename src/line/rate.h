// SPDX-License-Identifier: BSD-2-Clause
// The speed of a port: set, and believed only when it reads back.

#ifndef LINE_RATE_H
#define LINE_RATE_H

struct sp_port;

/*
 * Sets the port behind fd to baud bits a second, both ways. port: its
 * libserialport handle, NULL for a pty. 0, or -EINVAL: it does not do that
 * rate; *now is what it is at then (0: not known).
 */
int rate_set(int fd, struct sp_port *port, unsigned baud, unsigned *now);

/* Waits until what was written has left the machine, and for what an adapter
 * may hold back; a second at most. */
void rate_drain(int fd);

#endif
