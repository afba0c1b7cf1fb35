// SPDX-License-Identifier: BSD-2-Clause
// One file of a mount: confirmed, or what was given up tried again; told.

#ifndef VERIFY_FILE_H
#define VERIFY_FILE_H

#include "confirmed.h"
#include "report.h"
#include "store/mapfile_read.h"
#include "target.h"

#include <stdbool.h>
#include <stdint.h>

/* In bytes of the file. */
struct verify_outcome {
    uint64_t differed; /* and were fetched anew */
    uint64_t failed;
    uint64_t more;    /* ranges that there was no room to tell of */
    uint64_t tried;   /* verify_retry: what had been given up */
    uint32_t session; /* verify_file: for verify_told */
};

/* All is confirmed and nothing was found amiss. */
bool verify_flawless(const struct verify_outcome *o);

/*
 * Has all of the target confirmed and reports each range that differed or
 * failed. 0, -EHOSTDOWN (report->alive said that the device is gone), or what
 * target->verify returned; *out says what was found until then.
 */
int verify_file(const struct target *t, const struct report *r,
                struct verify_outcome *out);

/* The last line of a file. counts: NULL when they are not known. */
void verify_summary(const struct target *t, const struct report *r,
                    const struct verify_outcome *o,
                    const struct confirmed *counts);

/* After verify_file went well, and all that was reported is where it should be:
 * the mount need not tell it again. It does if this never comes. */
void verify_told(const struct target *t, const struct verify_outcome *o);

/* As verify_file for what map calls `-`, and nothing else: reports each range
 * that came and each that is still bad, and a last line. */
int verify_retry(const struct target *t, const struct mapfile *map,
                 const struct report *r, struct verify_outcome *out);

#endif
