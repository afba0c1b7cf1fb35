// SPDX-License-Identifier: BSD-2-Clause
// Packs what the device sends as an FTDI chip does, two status bytes a packet.
#include "adapter.h"

enum { PAYLOAD = 62 };

static void hand_over(struct adapter *a)
{
    a->ready += a->held;
    a->held = 0;
}

void adapter_reset(struct adapter *a, int64_t now)
{
    a->last = now;
    a->ready = 0;
    a->held = 0;
}

void adapter_run(struct adapter *a, int64_t now)
{
    int64_t passed = now - a->last;

    if (a->latency == 0 || passed < a->latency)
        return;
    a->last += passed - passed % a->latency;
    hand_over(a);
}

void adapter_put(struct adapter *a, int64_t now)
{
    adapter_run(a, now);
    a->held++;
    if (a->latency > 0 && a->held < PAYLOAD)
        return;
    a->last = now;
    hand_over(a);
}

int64_t adapter_next(const struct adapter *a)
{
    return a->held > 0 ? a->last + a->latency : INT64_MAX;
}
