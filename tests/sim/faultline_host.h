// SPDX-License-Identifier: BSD-2-Clause
// The pty a host opens: there or not, open or not.
#ifndef SIM_FAULTLINE_HOST_H
#define SIM_FAULTLINE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "pty.h"

struct fl_host {
    const char *link;
    FILE *log;              /* NULL: none */
    const uint64_t *offset; /* of the bytes to the host, for the log */
    struct pty pty;
    int opens;       /* inotify: readable after an open */
    bool plugged;    /* there is a pty */
    bool listening;  /* a host has it open */
    uint64_t opened; /* so many times */
};

/* Get ready without a pty; -1 with errno on failure. */
int fl_host_init(struct fl_host *h);

/* Make a pty and publish it; -1 after a complaint. */
int fl_host_plug(struct fl_host *h);

/* Remove link and pty; the host's tty hangs up. */
void fl_host_pull(struct fl_host *h);

/* `opens` is readable. */
void fl_host_take_opens(struct fl_host *h);

/* The master hung up. */
void fl_host_closed(struct fl_host *h);

/* The master while a host listens, or -1. */
int fl_host_fd(const struct fl_host *h);

#endif
