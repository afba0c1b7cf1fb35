// SPDX-License-Identifier: BSD-2-Clause
// The ways by which bytes come: numbers and sets of them; pure.

#ifndef MONITOR_WAY_H
#define MONITOR_WAY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A way is a dump command and, where a medium is copied to RAM to be dumped,
 * one of two copies (0 where nothing is copied). The same number is the same
 * way for as long as the device is open. A set of ways has bit n for way n.
 */
#define WAY_COPIES   2U
#define WAY_COMMANDS 16U

/* What there is to choose from at some address: 1 or 2 of each. */
struct way_choice {
    unsigned commands;
    unsigned copies;
};

/* command: below WAY_COMMANDS, the index of its section. */
static inline unsigned way_number(unsigned command, unsigned copy)
{
    return command * WAY_COPIES + copy;
}

static inline uint32_t way_set(unsigned way)
{
    return UINT32_C(1) << way;
}

bool ways_have_command(uint32_t set, unsigned command);
bool ways_have_copy(uint32_t set, unsigned copy);

/* The ways of the set differ as far as there is a choice: in their command and
 * in their copy. */
bool ways_differ(uint32_t set, struct way_choice choice);

/* The first of set; 0 where it is empty. */
unsigned ways_first(uint32_t set);

/* The copies of set, by the command of way alone: a set for which device_read
 * takes another command than that of way, and no copy that set has. */
uint32_t ways_instead(uint32_t set, unsigned way);

#endif
