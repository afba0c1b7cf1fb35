// SPDX-License-Identifier: BSD-2-Clause
// Two dump methods compared: is one to be trusted, and in which order does it
// print the bytes of a word?

/*
 * Byte order. Words print in the CPU's order, which nothing announces. A block
 * is dumped as bytes and once more as words, and whichever order makes both
 * equal is the order of this device from then on. A method that needs no order,
 * as one of S-records, is compared alike: what it is told may mean something
 * else in this build. Blank flash proves nothing and costs nothing extra.
 *
 * A boot loader that prints no bytes may print text beside its words. That is
 * in memory order, so a row of which only one order suits its text proves it,
 * and rows that tell nothing are read once more when it is known.
 */

#include "monitor/device_priv.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BLOCK      1024U /* compared at once, at most */
#define BLOCK_ROWS (BLOCK / DEVICE_ROW)

/* The rows of a block, on their way to the reader or instead of it. */
struct kept {
    const struct device_sink *sink; /* NULL: nobody reads them */
    uint64_t address;               /* of the block */
    uint64_t have;                  /* bit n: row n is there */
    uint8_t rows[BLOCK_ROWS][DEVICE_ROW];
};

enum verdict { SAME, REVERSED, OTHER, NOTHING };

enum row_order byte_order_of(const struct device *dev,
                             const struct dump_method *method)
{
    if (!method->cpu_order)
        return method->printed;
    return dev->cpu_known ? dev->cpu : ROW_UNPROVED;
}

void byte_order_proved(struct device *dev, enum row_order order)
{
    dev->cpu_known = true;
    dev->cpu = order;
    method_choose(dev);
}

static void keep_row(void *arg, uint64_t address, const uint8_t *bytes,
                     size_t len)
{
    struct kept *k = arg;

    if (k->sink != NULL)
        k->sink->row(k->sink->arg, address, bytes, len);
    for (size_t at = 0; at + DEVICE_ROW <= len; at += DEVICE_ROW) {
        uint64_t row = (address + at - k->address) / DEVICE_ROW;
        if (address + at < k->address || row >= BLOCK_ROWS)
            continue;
        memcpy(k->rows[row], bytes + at, DEVICE_ROW);
        k->have |= UINT64_C(1) << row;
    }
}

static bool keep_stop(void *arg)
{
    const struct kept *k = arg;

    return k->sink != NULL && k->sink->stop != NULL &&
           k->sink->stop(k->sink->arg);
}

static void keep_begin(void *arg, unsigned way)
{
    const struct kept *k = arg;

    if (k->sink != NULL && k->sink->begin != NULL)
        k->sink->begin(k->sink->arg, way);
}

static void reverse_cells(uint8_t *out, const uint8_t *in, unsigned cell)
{
    for (size_t at = 0; at < DEVICE_ROW; at += cell)
        for (unsigned i = 0; i < cell; i++)
            out[at + i] = in[at + cell - 1 - i];
}

/* Would read otherwise in another order; of bytes in order, is not blank. */
static bool tells(const uint8_t *row, const struct dump_method *m)
{
    uint8_t reversed[DEVICE_ROW];

    reverse_cells(reversed, row, m->cpu_order ? m->row.cell_bytes : DEVICE_ROW);
    return memcmp(row, reversed, DEVICE_ROW) != 0;
}

static bool block_tells(const struct kept *k, uint64_t rows,
                        const struct dump_method *m)
{
    for (unsigned i = 0; i < BLOCK_ROWS; i++)
        if ((rows >> i & 1U) != 0 && tells(k->rows[i], m))
            return true;
    return false;
}

/* other: as method m prints it. */
static enum verdict compare(const struct kept *block, const struct kept *other,
                            const struct dump_method *m)
{
    uint64_t both = block->have & other->have;
    uint8_t reversed[DEVICE_ROW];
    bool plain = true;
    bool turned = m->cpu_order;

    if (!block_tells(block, both, m))
        return NOTHING;
    for (unsigned i = 0; i < BLOCK_ROWS; i++) {
        const uint8_t *row = other->rows[i];
        if ((both >> i & 1U) == 0)
            continue;
        reverse_cells(reversed, row, m->row.cell_bytes);
        plain = plain && memcmp(block->rows[i], row, DEVICE_ROW) == 0;
        turned = turned && memcmp(block->rows[i], reversed, DEVICE_ROW) == 0;
    }
    return plain ? SAME : turned ? REVERSED : OTHER;
}

/* A second reading of the block. */
static void pass_on(const struct device *dev, const struct kept *other,
                    const struct dump_method *m, enum verdict v,
                    const struct device_sink *sink)
{
    uint8_t row[DEVICE_ROW];

    if (sink->begin != NULL)
        sink->begin(sink->arg, way_of(dev, m));
    for (unsigned i = 0; i < BLOCK_ROWS; i++) {
        if ((other->have >> i & 1U) == 0)
            continue;
        if (v == REVERSED)
            reverse_cells(row, other->rows[i], m->row.cell_bytes);
        else
            memcpy(row, other->rows[i], DEVICE_ROW);
        sink->row(sink->arg, other->address + (uint64_t)i * DEVICE_ROW, row,
                  DEVICE_ROW);
    }
}

static void note_proved(struct device *dev, int method, enum verdict v,
                        const struct kept *other, uint64_t cost)
{
    const struct dump_method *m = &dev->dialect->dumps[method];
    uint64_t bytes = 0;

    for (unsigned i = 0; i < BLOCK_ROWS; i++)
        bytes += (other->have >> i & 1U) * DEVICE_ROW;
    if (m->cpu_order)
        log_info("byte order proved at 0x%" PRIx64 ": '%s' prints %s",
                 other->address, m->name,
                 v == SAME ? "memory order" : "words to be reversed");
    else
        log_info("'%s' proved at 0x%" PRIx64, m->name, other->address);
    if (m->cpu_order) {
        dev->cpu_known = true;
        dev->cpu = v == SAME ? ROW_MEMORY : ROW_REVERSED;
    }
    method_prove(dev, method, (unsigned)(100 * cost / bytes));
}

/* The same again by method, compared; a method that misses it is no failure of
 * the read. */
static int try_method(struct device *dev, int method, const struct kept *block,
                      uint64_t address, uint64_t len,
                      const struct device_sink *sink, struct err *err)
{
    const struct dump_method *m = &dev->dialect->dumps[method];
    struct kept other = {.address = block->address};
    const struct device_sink keep = {.row = keep_row, .arg = &other};
    uint64_t received = atomic_load(&dev->console.received);
    bool busy = dev->speed.busy;
    struct dump_result result = {0};
    enum verdict v;
    int ret;

    dev->speed.busy = true;
    ret = device_dump(dev, m, m->cpu_order ? ROW_UNPROVED : m->printed, address,
                      len, &keep, &result, err);
    dev->speed.busy = busy;
    dev->careful = false;
    if (ret < 0 && ret != -EFAULT &&
        (ret != -ETIMEDOUT || dev->console.restarted))
        return ret;
    v = compare(block, &other, m);
    if (m->cpu_order && dev->cpu_known && v != NOTHING &&
        v != (dev->cpu == ROW_MEMORY ? SAME : REVERSED))
        v = OTHER;
    if (v == SAME || v == REVERSED) {
        note_proved(dev, method, v, &other,
                    atomic_load(&dev->console.received) - received);
        pass_on(dev, &other, m, v, sink);
    } else if (ret == 0 && other.have == 0 &&
               atomic_load(&dev->console.received) - received < len) {
        method_refuse(dev, method, "it prints nothing");
    } else {
        method_doubt(dev, method, result.rows_bad > 0,
                     v == OTHER ? "it prints other bytes than the safe one"
                                : "it prints nothing that is understood");
    }
    return dev->in_step ? 0 : -ETIMEDOUT;
}

static int read_with_text(struct device *dev, uint64_t address, uint64_t len,
                          const struct device_sink *sink, struct err *err)
{
    int method = method_with_text(dev);

    return device_dump_medium(dev, &dev->dialect->dumps[method], ROW_UNPROVED,
                              NULL, address, len, sink, err);
}

static uint64_t cut_to(uint64_t address, uint64_t len,
                       const struct dump_method *m)
{
    uint64_t max = device_method_max(m, 0);

    if (m->fixed != 0)
        max -= address % m->fixed;
    return len < max ? len : max;
}

/* The cheapest; where that is given up, the next one, too. -ECANCELED: the
 * block is there, the prompt is not. */
static int try_methods(struct device *dev, const struct kept *block,
                       uint64_t address, uint64_t len,
                       const struct device_sink *sink, struct err *err)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    int method = method_untried(dev);
    int tried = -1;
    int ret = 0;

    while (ret == 0 && method >= 0 && method != tried &&
           cut_to(address, len, &dumps[method]) == len &&
           block_tells(block, block->have, &dumps[method])) {
        tried = method;
        ret = try_method(dev, method, block, address, len, sink, err);
        method = method_untried(dev);
    }
    return ret == -ETIMEDOUT && !dev->console.restarted ? -ECANCELED : ret;
}

int byte_order_read(struct device *dev, uint64_t address, uint64_t len,
                    const struct device_sink *sink, struct err *err)
{
    const struct dump_method *dumps = dev->dialect->dumps;
    int first = method_cheapest(dev);
    int safe = dev->method >= 0 ? dev->method : method_reference(dev);
    struct kept block = {.sink = sink,
                         .address = address - address % MAP_ALIGN};
    struct dump_result result = {0};
    const struct device_sink keep = {keep_begin, keep_row, keep_stop, &block};
    uint64_t n = BLOCK - address % MAP_ALIGN;
    int ret;

    if (safe < 0)
        return read_with_text(dev, address, len, sink, err);
    n = cut_to(address, cut_to(address, len < n ? len : n, &dumps[safe]),
               &dumps[first]);
    ret = device_dump(dev, &dumps[safe], byte_order_of(dev, &dumps[safe]),
                      address, n, &keep, &result, err);
    if (ret == 0)
        ret = try_methods(dev, &block, address, n, sink, err);
    if (ret == -ECANCELED)
        return 0;
    if (ret < 0 || n == len)
        return ret;
    return device_read_with(dev, dev->method >= 0 ? dev->method : safe,
                            address + n, len - n, sink, err);
}
