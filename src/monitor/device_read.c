// SPDX-License-Identifier: BSD-2-Clause
// Reading ranges: one dump command at a time.

#include "monitor/device_priv.h"

#include "monitor/dump.h"

#include <errno.h>
#include <inttypes.h>

/* Counts the payload on its way to the reader. */
struct counted {
    struct device *dev;
    const struct device_sink *sink;
    const struct dump_result *result;
    unsigned bad; /* of its damaged rows, told already */
};

/* At once, for bytes may be answered before the dump is at its end. */
static void tell_bad(struct counted *c)
{
    atomic_fetch_add(&c->dev->rows_bad, c->result->rows_bad - c->bad);
    c->bad = c->result->rows_bad;
}

static void counted_row(void *arg, uint64_t address, const uint8_t *bytes,
                        size_t len)
{
    struct counted *c = arg;

    tell_bad(c);
    atomic_fetch_add(&c->dev->bytes_read, len);
    c->sink->row(c->sink->arg, address, bytes, len);
}

static bool counted_stop(void *arg)
{
    const struct counted *c = arg;

    return c->sink->stop != NULL && c->sink->stop(c->sink->arg);
}

static void note_fault(uint64_t address, struct err *err)
{
    err_say(err, "the device reports a bad address at or behind 0x%" PRIx64,
            address);
}

/* Runs method over as much of [address, address+len) as one command may. */
int device_dump(struct device *dev, const struct dump_method *method,
                enum row_order order, uint64_t address, uint64_t len,
                const struct device_sink *sink, struct err *err)
{
    struct dump_result result = {0};
    struct counted counted = {dev, sink, &result, 0};
    const struct device_sink through = {NULL, counted_row, counted_stop,
                                        &counted};
    struct dump_request request = {
        .method = method, .order = order, .address = address, .len = len};
    int ret;

    if (method->fixed != 0) {
        request.address -= address % method->fixed;
        request.len = method->fixed;
    } else if (len > method->max) {
        request.len = method->max;
    }
    if (sink->begin != NULL)
        sink->begin(sink->arg);
    device_set_line(dev, DEVICE_LINE_BUSY);
    ret = dump_run(&dev->console, &request, &through, &result, err);
    tell_bad(&counted);
    atomic_fetch_add(&dev->rows_lost, result.rows_lost);
    ret = device_settle(dev, ret);
    if (!result.fault || ret == -EINTR || ret == -ENODEV)
        return ret;
    note_fault(request.address, err);
    return -EFAULT;
}

/* Another method than the one in use whose bytes need no proof; else the same
 * one again. */
static int other_method(const struct device *dev)
{
    for (size_t i = 0; i < dev->dialect->n_dumps; i++)
        if ((int)i != dev->method && !dev->dialect->dumps[i].cpu_order)
            return (int)i;
    return dev->method;
}

static int read_with(struct device *dev, int method, uint64_t address,
                     uint64_t len, const struct device_sink *sink,
                     struct err *err)
{
    return device_dump(dev, &dev->dialect->dumps[method],
                       method == dev->method ? dev->order : ROW_MEMORY, address,
                       len, sink, err);
}

int device_read(struct device *dev, enum device_reading reading,
                uint64_t address, uint64_t len, const struct device_sink *sink,
                struct err *err)
{
    int ret;

    if (dev->offline)
        return device_fail_offline(err);
    device_attend(dev, sink);
    ret = device_get_in_step(dev, err);
    if (ret < 0) {
        ret = device_settle(dev, ret);
    } else {
        byte_order_choose(dev);
        if (dev->method < 0)
            ret = byte_order_read(dev, address, len, sink, err);
        else
            ret = read_with(
                dev, reading == DEVICE_AGAIN ? other_method(dev) : dev->method,
                address, len, sink, err);
    }
    device_attend(dev, NULL);
    return ret;
}

uint64_t device_read_max(const struct device *dev)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    uint64_t safe;

    if (dev->offline)
        return MAP_ALIGN;
    safe = dumps[byte_order_safe_method(dev)].max;
    if (dev->method >= 0 &&
        dumps[other_method(dev)].max < dumps[dev->method].max)
        return dumps[other_method(dev)].max;
    if (dev->method >= 0)
        return dumps[dev->method].max;
    return dumps[0].max < safe ? dumps[0].max : safe;
}

uint64_t device_read_limit(const struct device *dev)
{
    uint64_t limit = 0;

    for (size_t i = 0; i < dev->dialect->n_dumps; i++)
        if (dev->dialect->dumps[i].max > limit)
            limit = dev->dialect->dumps[i].max;
    return limit;
}
