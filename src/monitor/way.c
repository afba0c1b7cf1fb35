// SPDX-License-Identifier: BSD-2-Clause
// The ways by which bytes come: numbers and sets of them; pure.

#include "monitor/way.h"

bool ways_have_command(uint32_t set, unsigned command)
{
    return (set >> way_number(command, 0) & 3U) != 0;
}

bool ways_have_copy(uint32_t set, unsigned copy)
{
    return (set & UINT32_C(0x55555555) << copy) != 0;
}

bool ways_differ(uint32_t set, struct way_choice choice)
{
    unsigned commands = 0;

    for (unsigned i = 0; i < WAY_COMMANDS; i++)
        commands += ways_have_command(set, i);
    return (choice.commands < 2 || commands >= 2) &&
           (choice.copies < 2 ||
            (ways_have_copy(set, 0) && ways_have_copy(set, 1)));
}

unsigned ways_first(uint32_t set)
{
    unsigned way = 0;

    while (set != 0 && (set >> way & 1U) == 0)
        way++;
    return way;
}

uint32_t ways_instead(uint32_t set, unsigned way)
{
    unsigned command = way / WAY_COPIES;
    uint32_t out = 0;

    for (unsigned i = 0; i < WAY_COPIES; i++)
        if (ways_have_copy(set, i))
            out |= way_set(way_number(command, i));
    return out;
}
