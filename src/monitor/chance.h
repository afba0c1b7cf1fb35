// SPDX-License-Identifier: BSD-2-Clause
// What failed is given up for a while, and tried again later.

#ifndef MONITOR_CHANCE_H
#define MONITOR_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Nothing fails for ever because of a bad minute, and nothing that will always
 * fail costs more than a little: each time the wait is twice as long.
 *
 * now and wait are of a unit that the caller chooses, and that grows only while
 * all goes well: bytes read, commands typed. All zero: nothing has failed.
 * Pure.
 */
struct chance {
    unsigned misses; /* one after the other */
    bool given_up;   /* until: */
    uint64_t again_at;
    uint64_t wait; /* the next one; 0: none has been */
};

/* Not given up, or long enough ago. */
bool chance_is_open(const struct chance *c, uint64_t now);

/* It worked. */
void chance_hit(struct chance *c);

/* It did not: the max-th time in a row it is given up, and at once where it had
 * been before. wait: for the first time. True: it is given up now. */
bool chance_miss(struct chance *c, unsigned max, uint64_t now, uint64_t wait);

/* Gives it up at once. */
void chance_give_up(struct chance *c, uint64_t now, uint64_t wait);

#endif
