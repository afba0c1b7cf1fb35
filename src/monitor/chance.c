// SPDX-License-Identifier: BSD-2-Clause
// What failed is given up for a while, and tried again later.

#include "monitor/chance.h"

bool chance_is_open(const struct chance *c, uint64_t now)
{
    return !c->given_up || now >= c->again_at;
}

void chance_hit(struct chance *c)
{
    c->misses = 0;
    c->given_up = false;
}

void chance_give_up(struct chance *c, uint64_t now, uint64_t wait)
{
    c->wait = c->wait == 0                ? wait
              : c->wait <= UINT64_MAX / 2 ? 2 * c->wait
                                          : c->wait;
    c->again_at = now <= UINT64_MAX - c->wait ? now + c->wait : UINT64_MAX;
    c->given_up = true;
    c->misses = 0;
}

bool chance_miss(struct chance *c, unsigned max, uint64_t now, uint64_t wait)
{
    if (++c->misses < max && !c->given_up)
        return false;
    chance_give_up(c, now, wait);
    return true;
}
