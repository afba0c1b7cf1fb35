// SPDX-License-Identifier: BSD-2-Clause
// Monotonic time and deadlines, with a fake clock for tests.

#include "base/clock.h"

#include <limits.h>
#include <stddef.h>
#include <time.h>

static uint64_t (*clock_source)(void);

uint64_t clock_ms(void)
{
    struct timespec ts;

    if (clock_source != NULL)
        return clock_source();
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000U + (uint64_t)ts.tv_nsec / 1000000U;
}

void clock_set_source(uint64_t (*now)(void))
{
    clock_source = now;
}

struct deadline deadline_in(uint64_t ms)
{
    return (struct deadline){clock_ms() + ms};
}

bool deadline_passed(struct deadline d)
{
    return clock_ms() >= d.at_ms;
}

int deadline_left_ms(struct deadline d)
{
    uint64_t now = clock_ms();

    if (now >= d.at_ms)
        return 0;
    return d.at_ms - now > INT_MAX ? INT_MAX : (int)(d.at_ms - now);
}

struct deadline deadline_min(struct deadline a, struct deadline b)
{
    return a.at_ms < b.at_ms ? a : b;
}
