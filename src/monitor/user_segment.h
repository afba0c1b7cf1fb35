// SPDX-License-Identifier: BSD-2-Clause
// NAME:BASE:SIZE, as a user writes a segment; BASE may be MEDIUM@OFFSET.

#ifndef MONITOR_USER_SEGMENT_H
#define MONITOR_USER_SEGMENT_H

#include "base/err.h"
#include "monitor/map.h"

#include <stdint.h>

struct user_segment {
    char name[MAP_NAME_MAX];
    char medium[MAP_NAME_MAX]; /* "": base is an address, else an offset */
    uint64_t base;
    uint64_t size; /* not 0; base + size does not wrap */
};

/* BASE and SIZE as num_size has them. -EINVAL says which part is wrong. */
int user_segment_parse(const char *text, struct user_segment *out,
                       struct err *err);

#endif
