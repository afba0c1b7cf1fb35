// SPDX-License-Identifier: BSD-2-Clause
// Puts together ranges that touch, so that each is told once.

#ifndef MERGE_H
#define MERGE_H

#include <stdbool.h>
#include <stdint.h>

/* [from, end), not empty. kind: the caller's, 0 to MERGE_KINDS-1. */
struct merge_range {
    uint64_t from;
    uint64_t end;
    unsigned kind;
};
#define MERGE_KINDS 4

/* Start with emit and arg set and the rest zeroed. */
struct merge {
    void (*emit)(void *arg, const struct merge_range *r);
    void *arg;
    uint64_t bytes[MERGE_KINDS]; /* emitted so far, by kind */
    struct merge_range open;     /* may still grow */
    bool is_open;
};

/* len 0 is nothing. A range of the same kind that touches the one before or
 * overlaps its end makes it longer; any other has it emitted. Ranges should
 * come in ascending order; one that goes back is told on its own. */
void merge_add(struct merge *m, unsigned kind, uint64_t from, uint64_t len);

/* No more come: emits the last one. */
void merge_end(struct merge *m);

#endif
