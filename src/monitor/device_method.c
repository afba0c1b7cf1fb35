// SPDX-License-Identifier: BSD-2-Clause
// Which dump method is used for memory: the cheapest that was proved.

/*
 * Methods differ in what they cost on the line. The cheapest is used once it
 * has printed the same bytes as the safe one, which prints single bytes, in
 * order, beside their addresses: until then ranges are read by that, and a
 * first block of each, where it can tell, by the cheapest one, too
 * (byte_order.c).
 *
 *   open --a block was the same--> proved: in use, if it is the cheapest
 *   open --blocks were not, or did not come--> refused; the next one's turn
 */

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/dump_cost.h"

#define MISSES_MAX 3U /* blocks that differ before a method is refused */
#define TRIES_MAX  8U /* the same, when noise may be why */

static bool is_open(const struct device *dev, int i)
{
    return !dev->trials[i].refused;
}

/* How well a method can be believed by itself: 0 is best. */
static int doubt(const struct dump_method *m)
{
    if (m->output == DUMP_ROWS && row_has_address(&m->row))
        return m->row.cell_bytes == 1 ? 0 : 1;
    return m->output == DUMP_SREC ? 2 : 3;
}

int method_safe(const struct device *dev)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    int best = -1;

    for (int i = device_method(dev, NULL, 0); i >= 0;
         i = device_method(dev, NULL, i + 1))
        if (!dumps[i].cpu_order && is_open(dev, i) &&
            (best < 0 || doubt(&dumps[i]) < doubt(&dumps[best])))
            best = i;
    return best;
}

/* The cheapest of those that are left; text: that print text beside it. */
static int cheapest(const struct device *dev, bool text)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    int best = -1;

    for (int i = device_method(dev, NULL, 0); i >= 0;
         i = device_method(dev, NULL, i + 1))
        if (is_open(dev, i) && (!text || dumps[i].row.ascii) &&
            (best < 0 || dump_cost(&dumps[i]) < dump_cost(&dumps[best])))
            best = i;
    return best;
}

int method_cheapest(const struct device *dev)
{
    return cheapest(dev, false);
}

int method_with_text(const struct device *dev)
{
    int best = cheapest(dev, true);

    return best >= 0 ? best : cheapest(dev, false);
}

int method_reference(const struct device *dev)
{
    int safe = method_safe(dev);

    return safe < 0 && dev->cpu_known ? method_with_text(dev) : safe;
}

void method_choose(struct device *dev)
{
    int first = method_cheapest(dev);

    if (dev->method >= 0 || first < 0 ||
        (first != method_reference(dev) && !dev->trials[first].proved))
        return;
    dev->method = first;
    dev->order = byte_order_of(dev, &dev->dialect->dumps[first]);
}

uint64_t method_max(const struct device *dev)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    int first = method_cheapest(dev);
    int other = method_reference(dev);
    uint64_t a;
    uint64_t b;

    if (first < 0)
        return MAP_ALIGN;
    if (other < 0)
        return device_method_max(&dumps[method_with_text(dev)], 0);
    a = device_span(dev, &dumps[first]);
    b = device_span(dev, &dumps[other]);
    return a < b ? a : b;
}

void method_prove(struct device *dev, int method, unsigned cost)
{
    dev->trials[method].proved = true;
    dev->trials[method].cost = cost;
    method_choose(dev);
}

void method_refuse(struct device *dev, int method, const char *why)
{
    struct method_trial *t = &dev->trials[method];

    t->why = why;
    t->refused = true;
    log_warn("the dump command '%s' is not used: %s",
             dev->dialect->dumps[method].name, t->why);
    method_choose(dev);
}

void method_doubt(struct device *dev, int method, bool noise, const char *why)
{
    struct method_trial *t = &dev->trials[method];

    t->why = why;
    t->misses += noise ? 0 : 1;
    if (++t->tries >= TRIES_MAX || t->misses >= MISSES_MAX)
        method_refuse(dev, method, why);
}
