// SPDX-License-Identifier: BSD-2-Clause
// A record of what the loader was made to do, for tests to look at.
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include <stdint.h>
#include <stdio.h>

struct log {
    FILE *file;        /* NULL: nothing is recorded */
    uint64_t commands; /* how many lines, recorded or not */
};

/* Append to `path`; NULL records nothing. Returns 0 or -1 with errno. */
int log_open(struct log *log, const char *path);

/* Record a command line, control characters escaped. */
void log_command(struct log *log, const char *line);

/* Record an event as `!event`. */
void log_mark(struct log *log, const char *event);

/* Record that a command came which changes the device, or may. */
void log_danger(struct log *log, const char *command);

/* Record that bytes of a chip are others now. */
void log_changed(struct log *log, const char *chip, uint64_t offset,
                 uint64_t len);

#endif
