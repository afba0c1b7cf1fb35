// SPDX-License-Identifier: BSD-2-Clause
// Who reads a file just now, and does he read it from front to back.

#ifndef MOUNT_ACTIVITY_H
#define MOUNT_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file counts as being read while a read is pending and so long after. */
#define ACTIVITY_LINGER_MS 3000U

/* Of one file; starts zeroed. Not locked: its owner sees to that. */
struct activity {
    unsigned pending; /* reads not answered yet */
    bool sequential;  /* the last read began at 0 or behind the one before */
    bool lingers;     /* more may follow the last one */
    uint64_t offset;  /* of the last read, from the start of the file */
    uint64_t next;    /* where that one ends */
    uint64_t last_ms; /* when something last happened */
};

void activity_begin(struct activity *a, uint64_t offset, size_t len,
                    uint64_t now_ms);

/* given_up: the reader was interrupted and will not ask for more. */
void activity_end(struct activity *a, bool given_up, uint64_t now_ms);

bool activity_reading(const struct activity *a, uint64_t now_ms);

#endif
