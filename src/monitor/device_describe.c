// SPDX-License-Identifier: BSD-2-Clause
// What is known of a device, in lines for a person.

#include "monitor/device_priv.h"

#include "base/text.h"
#include "monitor/dump_cost.h"

#include <errno.h>
#include <stdio.h>

#define PROOF_SEGMENTS 16U /* beginnings looked at, at most */

static void count_row(void *arg, uint64_t address, const uint8_t *bytes,
                      size_t len)
{
    uint64_t *came = arg;

    (void)address;
    (void)bytes;
    *came += len;
}

static bool is_settled(const struct device *dev)
{
    return dev->method >= 0 && dev->trials[dev->method].understood;
}

/* Reads there, once more where a method was doubted and none settled on. */
static int prove_at(struct device *dev, uint64_t address, uint64_t *came,
                    struct err *err)
{
    const struct device_sink sink = {.row = count_row, .arg = came};
    unsigned before;
    int ret;

    do {
        before = dev->judged;
        ret = device_read(dev, DEVICE_FIRST, address, MAP_ALIGN, &sink, err);
        method_choose(dev);
    } while (ret == 0 && !is_settled(dev) && dev->judged != before);
    return ret;
}

/* Reads the beginning of each segment until one proves the order; *came: bytes.
 * A beginning that cannot be read proves nothing. */
static int prove_now(struct device *dev, uint64_t *came, struct err *err)
{
    unsigned before = dev->hopeless;
    int ret = 0;

    if (device_method(dev, NULL, 0) < 0)
        return 0;
    for (size_t i = 0; i < dev->map.n_segments && i < PROOF_SEGMENTS; i++) {
        const struct map_segment *s = &dev->map.segments[i];
        uint64_t at = s->offset - s->offset % MAP_ALIGN;
        method_choose(dev);
        if (is_settled(dev))
            return 0;
        if (s->medium < 0)
            continue;
        ret = prove_at(dev, dev->map.media[s->medium].base + at, came, err);
        if (ret < 0 && (ret != -EFAULT || dev->hopeless != before))
            return ret;
    }
    return *came == 0 && dev->method < 0 ? ret : 0;
}

/* The one in use, or that will be; where memory cannot be printed, the first
 * that prints anything. */
static const struct dump_method *shown_method(const struct device *dev)
{
    int safe = method_safe(dev);
    int n = dev->method >= 0 ? dev->method
            : safe >= 0      ? safe
                             : device_method(dev, NULL, 0);

    for (size_t i = 0; n < 0 && i < dev->dialect->n_dumps; i++)
        n = dev->has_dump[i] ? (int)i : -1;
    return &dev->dialect->dumps[n < 0 ? 0 : n];
}

static const char *fixed_order(const struct dump_method *m)
{
    return m->row.cell_bytes > 1 ? "told by the dialect, not proved"
                                 : "not needed, the dump prints bytes";
}

static const char *order_text(const struct device *dev, uint64_t came)
{
    const struct dump_method *shown = shown_method(dev);

    if (dev->method < 0 && !shown->cpu_order && device_method(dev, NULL, 0) < 0)
        return fixed_order(shown);
    if (dev->method < 0)
        return came > 0 ? "not proved yet: the segments begin with blank flash"
                        : "not proved yet: nothing was read";
    if (!dev->dialect->dumps[dev->method].cpu_order)
        return fixed_order(&dev->dialect->dumps[dev->method]);
    return dev->order == ROW_MEMORY
               ? "proved, words are printed in memory order"
               : "proved, words are printed reversed (little-endian)";
}

static void describe_prompt(const struct device *dev, char *out, size_t size)
{
    const struct console *c = &dev->console;
    char safe[4 * CONSOLE_PROMPT_MAX + 1];

    (void)text_escape(safe, sizeof(safe), c->prompt, c->prompt_len);
    if (dev->dialect->prompt == NULL)
        (void)snprintf(out, size, "none");
    else
        (void)snprintf(out, size, "'%s'%s", safe,
                       dev->dialect->prompt_changes ? ", which changes" : "");
}

static void describe_speed(const struct device *dev, struct buf *out)
{
    unsigned now = atomic_load(&dev->speed.now);

    (void)buf_printf(out, "speed:        %u baud", now);
    if (now != dev->baud)
        (void)buf_printf(out, ", raised from %u", dev->baud);
    (void)buf_printf(out, "\n");
}

/* What became of a method. */
static void describe_trial(const struct device *dev, int n, struct buf *out)
{
    const struct method_trial *t = &dev->trials[n];

    if (!dev->has_dump[n])
        (void)buf_printf(out, "this boot loader lacks it");
    else if (!chance_is_open(&t->chance, atomic_load(&dev->bytes_read)))
        (void)buf_printf(out, "not used: %s", t->why);
    else if (n == dev->method)
        (void)buf_printf(out, "in use");
    else if (n == method_reference(dev))
        (void)buf_printf(out, "what others are compared with");
    else
        (void)buf_printf(out, "%s",
                         dev->method >= 0 ? "costs more" : "not compared yet");
    if (t->cost != 0)
        (void)buf_printf(out, ", %u.%02u seen", t->cost / 100, t->cost % 100);
    (void)buf_printf(out, "\n");
}

/* The next by cost behind n, of equal ones the next in the file; -1: none. */
static int next_by_cost(const struct dialect *d, int n)
{
    unsigned from = n >= 0 ? dump_cost(&d->dumps[n]) : 0;
    int best = -1;

    for (int i = 0; i < (int)d->n_dumps; i++) {
        unsigned cost = dump_cost(&d->dumps[i]);
        if (d->dumps[i].medium == NULL &&
            (cost > from || (cost == from && i > n)) &&
            (best < 0 || cost < dump_cost(&d->dumps[best])))
            best = i;
    }
    return best;
}

/* Where there is a choice. */
static void describe_methods(const struct device *dev, struct buf *out)
{
    const struct dialect *d = dev->dialect;
    int n = next_by_cost(d, -1);

    if (n < 0 || next_by_cost(d, n) < 0)
        return;
    (void)buf_printf(out, "characters a byte:\n");
    for (; n >= 0; n = next_by_cost(d, n)) {
        unsigned cost = dump_cost(&d->dumps[n]);
        (void)buf_printf(out, "  %u.%02u        %s: ", cost / 100, cost % 100,
                         d->dumps[n].name);
        describe_trial(dev, n, out);
    }
}

int device_describe(struct device *dev, struct buf *out, struct err *err)
{
    char prompt[4 * CONSOLE_PROMPT_MAX + 32];
    uint64_t came = 0;
    int ret = prove_now(dev, &came, err);
    const struct dump_method *method = shown_method(dev);

    if (ret < 0)
        return ret;
    describe_prompt(dev, prompt, sizeof(prompt));
    (void)buf_printf(out, "dialect:      %s", dev->dialect->name);
    if (dev->dialect->description[0] != '\0')
        (void)buf_printf(out, " (%s)", dev->dialect->description);
    (void)buf_printf(out, "\n");
    (void)buf_printf(out, "banner:       %s\n",
                     dev->banner[0] != '\0' ? dev->banner : "not seen");
    (void)buf_printf(out, "prompt:       %s\n", prompt);
    describe_speed(dev, out);
    (void)buf_printf(out, "dump command: %s (%s)\n", method->command,
                     method->name);
    (void)buf_printf(out, "byte order:   %s\n", order_text(dev, came));
    describe_methods(dev, out);
    (void)buf_printf(out, "segments:\n");
    map_table(&dev->map, out);
    return out->failed ? -ENOMEM : 0;
}
