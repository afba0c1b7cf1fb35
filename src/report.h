// SPDX-License-Identifier: BSD-2-Clause
// What verifying and comparing tell while they are at it.

#ifndef REPORT_H
#define REPORT_H

#include "merge.h"

#include <stdbool.h>
#include <stdint.h>

/* Where it goes; a test puts its own functions here. */
struct report {
    void (*line)(void *arg, const char *text); /* without a newline */
    /* All of the file before end is done. */
    void (*progress)(void *arg, uint64_t end);
    /* Asked when nothing can be had: is the device there at all? */
    bool (*alive)(void *arg);
    void *arg;
};

/* Texts from files and devices must be escaped before. */
void report_line(const struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "BEFORE0x00001200-0x000013ff (512 bytes) WHAT" */
void report_range(const struct report *r, const char *before,
                  const struct merge_range *range, const char *what);

#endif
