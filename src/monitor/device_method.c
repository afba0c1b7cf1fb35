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
 *   open --blocks were not, or did not come--> given up; the next one's turn
 *   open --it was used unproved, and no row was understood--> given up
 *   given up --DEVICE_CHANCE_BYTES were read--> open; the block is read by the
 *              one in use then, and one miss is enough
 *   all are given up: that is an error, and all are open again
 */

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/dump_cost.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MISSES_MAX 3U /* blocks that differ before a method is given up */
#define TRIES_MAX  8U /* the same, when noise may be why */

int method_open(const struct device *dev, const struct map_medium *m, int from)
{
    uint64_t now = atomic_load(&dev->bytes_read);
    int i = device_method(dev, m, from);

    while (i >= 0 && !chance_is_open(&dev->trials[i].chance, now))
        i = device_method(dev, m, i + 1);
    return i;
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

    for (int i = method_open(dev, NULL, 0); i >= 0;
         i = method_open(dev, NULL, i + 1))
        if (!dumps[i].cpu_order &&
            (best < 0 || doubt(&dumps[i]) < doubt(&dumps[best])))
            best = i;
    return best;
}

/* The cheapest of those that are left; text: that print text beside it. */
static int cheapest(const struct device *dev, bool text)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    int best = -1;

    for (int i = method_open(dev, NULL, 0); i >= 0;
         i = method_open(dev, NULL, i + 1))
        if ((!text || dumps[i].row.ascii) &&
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

    if (first < 0 || first == dev->method ||
        (first != method_reference(dev) && !dev->trials[first].proved))
        return;
    dev->method = first;
    dev->order = byte_order_of(dev, &dev->dialect->dumps[first]);
}

int method_untried(const struct device *dev)
{
    int first = method_cheapest(dev);

    return first != dev->method && first != method_reference(dev) &&
                   first >= 0 && !dev->trials[first].proved
               ? first
               : -1;
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
    chance_hit(&dev->trials[method].chance);
    dev->trials[method].proved = true;
    dev->trials[method].cost = cost;
    method_choose(dev);
}

static void note_given_up(struct device *dev, int method)
{
    if (dev->method == method)
        dev->method = -1;
    log_warn("the dump command '%s' is not used for a while: %s",
             dev->dialect->dumps[method].name, dev->trials[method].why);
    method_choose(dev);
}

void method_refuse(struct device *dev, int method, const char *why)
{
    struct method_trial *t = &dev->trials[method];

    t->why = why;
    dev->judged++;
    chance_give_up(&t->chance, atomic_load(&dev->bytes_read),
                   DEVICE_CHANCE_BYTES);
    note_given_up(dev, method);
}

void method_doubt(struct device *dev, int method, bool noise, const char *why)
{
    struct method_trial *t = &dev->trials[method];

    t->why = why;
    dev->judged++;
    if (++t->tries % TRIES_MAX == 0)
        method_refuse(dev, method, why);
    else if (!noise &&
             chance_miss(&t->chance, MISSES_MAX, atomic_load(&dev->bytes_read),
                         DEVICE_CHANCE_BYTES))
        note_given_up(dev, method);
}

void method_note(struct device *dev, const struct dump_method *m,
                 const struct dump_result *result, int ret)
{
    int n = (int)(m - dev->dialect->dumps);

    if (dev->trials[n].understood || dev->speed.busy || ret != 0 ||
        result->fault)
        return;
    memcpy(dev->strange, result->strange, sizeof(dev->strange));
    dev->strange_method = n;
    dev->strange_dumps++;
    method_doubt(dev, n, false,
                 result->strange[0] != '\0'
                     ? "it prints nothing that is understood"
                     : "it prints nothing");
}

static void describe_output(const struct dump_method *m, char *out, size_t size)
{
    static const char *const outputs[] = {
        [DUMP_SREC] = "S-records",
        [DUMP_HEX] = "hex digits",
        [DUMP_BASE64] = "base64",
        [DUMP_BASE64_GZIP] = "gzip in base64"};

    if (m->output == DUMP_ROWS)
        row_example(&m->row, out, size);
    else
        (void)snprintf(out, size, "%s", outputs[m->output]);
}

int method_none(struct device *dev, const struct map_medium *m, struct err *err)
{
    const struct dump_method *last = &dev->dialect->dumps[dev->strange_method];
    char expected[256];

    dev->hopeless++;
    for (int i = device_method(dev, m, 0); i >= 0;
         i = device_method(dev, m, i + 1))
        dev->trials[i].chance = (struct chance){0};
    describe_output(last, expected, sizeof(expected));
    return err_set(err, -EFAULT,
                   "no dump command of dialect %s prints what is understood: "
                   "'%s' printed '%s', section dump %s says '%s'",
                   dev->dialect->name, last->command, dev->strange, last->name,
                   expected);
}
