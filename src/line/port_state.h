// SPDX-License-Identifier: BSD-2-Clause
// What a port was like before us, as far as the system tells, and back to that.

#ifndef LINE_PORT_STATE_H
#define LINE_PORT_STATE_H

#include <stdbool.h>

struct port_state;

/* Whether fd is a terminal at all. Changes nothing. */
bool port_state_is_terminal(int fd);

/* Reads the terminal's settings, its modem lines and whether it is exclusive.
 * The caller's, freed with port_state_free; NULL and errno when it cannot be
 * done. */
struct port_state *port_state_read(int fd);
void port_state_free(struct port_state *s);

/* All as it was when s was read. hangs_up: that closing the port lowers DTR and
 * RTS is put back, too, if it was so; else it does not. */
void port_state_put_back(int fd, const struct port_state *s, bool hangs_up);

/* s was read of a port that had been opened by us before, when it was like
 * before: whether it hangs up is of that time. */
void port_state_follows(struct port_state *s, const struct port_state *before);

#endif
