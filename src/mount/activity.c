// SPDX-License-Identifier: BSD-2-Clause
// Who reads a file just now, and does he read it from front to back.

#include "mount/activity.h"

#include <assert.h>

void activity_begin(struct activity *a, uint64_t offset, size_t len,
                    uint64_t now_ms)
{
    /* At 2 kB/s a first read alone takes seconds, and the time left is wanted
     * by then: so one of the start counts. */
    a->sequential = offset == 0 || offset == a->next;
    a->offset = offset;
    a->next = offset + len;
    a->last_ms = now_ms;
    a->lingers = true;
    a->pending++;
}

void activity_end(struct activity *a, bool given_up, uint64_t now_ms)
{
    assert(a->pending > 0);
    a->pending--;
    a->last_ms = now_ms;
    a->lingers = !given_up;
}

bool activity_reading(const struct activity *a, uint64_t now_ms)
{
    if (a->pending > 0)
        return true;
    return a->lingers && now_ms - a->last_ms < ACTIVITY_LINGER_MS;
}
