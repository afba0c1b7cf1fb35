// SPDX-License-Identifier: BSD-2-Clause
// By which dump command, and from which copy, bytes come that came before.

/*
 * A second reading is worth more when it comes another way (HACKING.md, "Why
 * another way"). Of dump commands there are two to choose from: the one in use,
 * and another one that is believed by itself. A command that brings nothing is
 * given up as the other one (device_note_another), and a medium may have one
 * only: then there is no choice.
 */

#include "monitor/device_priv.h"

#include <assert.h>

static_assert(DIALECT_DUMPS_MAX <= WAY_COMMANDS, "each has a number");

unsigned way_of(const struct device *dev, const struct dump_method *method)
{
    return way_number((unsigned)(method - dev->dialect->dumps), 0);
}

/* --- which ------------------------------------------------------------------
 */

int way_other_method(const struct device *dev)
{
    int safe = method_safe(dev);

    if (!device_trusts_another(dev))
        return dev->method;
    if (safe >= 0 && safe != dev->method)
        return safe;
    for (int i = device_method(dev, NULL, 0); i >= 0;
         i = device_method(dev, NULL, i + 1))
        if (i != dev->method && !dev->dialect->dumps[i].cpu_order &&
            !dev->trials[i].refused)
            return i;
    return dev->method;
}

int way_method(const struct device *dev, uint32_t had)
{
    return ways_have_command(had, (unsigned)dev->method) ? way_other_method(dev)
                                                         : dev->method;
}

static int other_direct(const struct device *dev, const struct map_medium *m,
                        int first)
{
    int other = device_method(dev, m, first + 1);

    return other >= 0 && device_trusts_another(dev) ? other : first;
}

const struct dump_method *way_direct(const struct device *dev,
                                     const struct map_medium *m, uint32_t had)
{
    int first = device_method(dev, m, 0);

    if (first < 0)
        return NULL;
    return &dev->dialect->dumps[ways_have_command(had, (unsigned)first)
                                    ? other_direct(dev, m, first)
                                    : first];
}

unsigned way_copy(uint32_t had)
{
    return ways_have_copy(had, 0) ? 1 : 0;
}

/* --- how many ---------------------------------------------------------------
 */

static struct way_choice ways_of_memory(const struct device *dev)
{
    bool two = dev->method >= 0 && way_other_method(dev) != dev->method;

    return (struct way_choice){two ? 2 : 1, 1};
}

static struct way_choice ways_of_medium(const struct device *dev,
                                        const struct media_route *r)
{
    struct way_choice ways = ways_of_memory(dev);

    if (r->staged)
        ways.copies = 2;
    else
        ways.commands = way_direct(dev, r->m, DEVICE_AGAIN) !=
                                way_direct(dev, r->m, DEVICE_FIRST)
                            ? 2
                            : 1;
    return ways;
}

struct way_choice device_ways(const struct device *dev, uint64_t address)
{
    struct media_route r;
    int medium = map_medium_at(&dev->map, address, 1);

    if (!dev->offline && !map_is_virtual(address))
        return ways_of_memory(dev);
    if (!dev->offline && medium >= 0 &&
        media_find_route(dev, (size_t)medium, &r, NULL))
        return ways_of_medium(dev, &r);
    return (struct way_choice){1, 1};
}

void device_forget_copies(struct device *dev)
{
    for (unsigned i = 0; i < WAY_COPIES; i++)
        dev->media.staged[i].valid = false;
}
