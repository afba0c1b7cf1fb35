// SPDX-License-Identifier: BSD-2-Clause
// What the command line of fwfs-faultline asked for.
#ifndef SIM_FAULTLINE_OPTIONS_H
#define SIM_FAULTLINE_OPTIONS_H

#include "faultline_inject.h"

struct fl_options {
    const char *device;
    const char *link;
    const char *log; /* NULL: none */
    uint64_t seed;
    long baud; /* 0: not paced */
    bool both;
    struct fl_plan plan;
    char stale[256];
    uint64_t pull_after; /* bytes to the host; UINT64_MAX: never */
    int64_t back_after;  /* ns; negative: not by itself */
};

/*
 * Fill in from the command line. Returns 0, or 1 when help was asked for,
 * or -1 after a complaint on stderr.
 */
int fl_options_parse(struct fl_options *o, int argc, char **argv);

extern const char fl_help[];

#endif
