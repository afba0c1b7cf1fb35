// SPDX-License-Identifier: BSD-2-Clause
// A captured console log read as a dialect says: what of it is understood?

#ifndef MONITOR_REPLAY_H
#define MONITOR_REPLAY_H

#include "base/buf.h"
#include "base/err.h"
#include "monitor/dialect.h"

#include <stdbool.h>
#include <stddef.h>

#define REPLAY_TEXT_MAX (8U << 20) /* bytes of a log */

/* What was found, for whoever does not want to read the report. Line numbers
 * count from 1; 0: there is none. */
struct replay_counts {
    bool understood;    /* a banner or a prompt, and nothing was missed */
    size_t banner_line; /* the first */
    size_t prompt_line; /* likewise */
    size_t commands;    /* typed at prompts */
    size_t rows_good;   /* of dumps; S-records and lines of streams count */
    size_t rows_bad;
    size_t sums;       /* checksums found */
    size_t identities; /* matches of identity sections */
    size_t faults;     /* bad addresses that were reported */
    size_t media;      /* of the map, and its files */
    size_t segments;
    size_t missed;      /* lines that were not understood */
    size_t missed_line; /* the first */
};

/*
 * Reads text[0..len), a log as a terminal program writes it or as somebody has
 * pasted it: raw bytes or tidied ones, with an introductory line that begins
 * with '#'. Pure: nothing is read or written but out, which gets the report,
 * all of it printable. user: as in device_config, may be NULL. The dialect's
 * patterns are used. -EFBIG: too long; -ENOMEM; -EINVAL: user.
 */
int replay_run(struct dialect *d, const char *const *user, const char *text,
               size_t len, struct buf *out, struct replay_counts *counts,
               struct err *err);

#endif
