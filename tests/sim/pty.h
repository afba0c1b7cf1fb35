// SPDX-License-Identifier: BSD-2-Clause
// The pty pair behind which the simulated board sits.
#ifndef SIM_PTY_H
#define SIM_PTY_H

#include <limits.h>

struct pty {
    int master;
    int slave; /* kept open so that settings survive */
    char name[PATH_MAX];
    const char *link; /* NULL: none */
};

/* Open a raw pty pair; -1 with errno on failure. */
int pty_open(struct pty *pty);

/* Make `link` point to the slave, replacing a link already there. */
int pty_publish(struct pty *pty, const char *link);

/* Remove the link, if it is still ours, and close. */
void pty_close(struct pty *pty);

#endif
