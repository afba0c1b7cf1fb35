// SPDX-License-Identifier: BSD-2-Clause
// The mtdparts= notation of the Linux kernel's command line.

#ifndef MONITOR_MTDPARTS_H
#define MONITOR_MTDPARTS_H

#include "monitor/pattern.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * ID:SIZE[@OFFSET](NAME)[ro][lk],...[;ID:...]. SIZE is a number with k, m or g
 * (any case) or "-" for the rest; without an offset a part starts where the
 * one before ended. Format: Linux, drivers/mtd/parsers/cmdlinepart.c.
 */
struct mtdpart {
    struct span id;
    struct span name; /* may be empty */
    uint64_t offset;  /* bytes */
    uint64_t size;    /* bytes; 0: the rest of the medium */
};

/*
 * Calls each for every part, in order. Where the text breaks the rules, broken
 * gets what is lost, from the part that is wrong up to the next ";" or the end:
 * where the parts behind it start depends on it. False: that happened. Pure.
 */
bool mtdparts_parse(const char *text, size_t len,
                    void (*each)(void *arg, const struct mtdpart *part),
                    void (*broken)(void *arg, struct span rest), void *arg);

#endif
