// SPDX-License-Identifier: BSD-2-Clause
// The speed a terminal is set to, any number of bits a second.
#ifndef SIM_RATE_H
#define SIM_RATE_H

/* Of a pty's master it is that of the other end; 0: it cannot be told. */
long rate_get(int fd);

/* Returns 0 or -1 with errno. */
int rate_set(int fd, long rate);

#endif
