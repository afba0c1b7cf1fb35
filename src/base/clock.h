// SPDX-License-Identifier: BSD-2-Clause
// Monotonic time and deadlines, with a fake clock for tests.

#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since some fixed point; never goes back. Any thread. */
uint64_t clock_ms(void);

/* Tests: from now on clock_ms() calls now (NULL: the real clock again). */
void clock_set_source(uint64_t (*now)(void));

struct deadline {
    uint64_t at_ms;
};

struct deadline deadline_in(uint64_t ms);
bool deadline_passed(struct deadline d);

/* Milliseconds left, 0 when passed, capped to INT_MAX for poll(2). */
int deadline_left_ms(struct deadline d);

/* The earlier of the two. */
struct deadline deadline_min(struct deadline a, struct deadline b);

#endif
