// SPDX-License-Identifier: BSD-2-Clause
// Proving in which order a device prints the bytes of a word.

/*
 * Byte order. Words print in the CPU's order, which nothing announces. Until it
 * is proved, ranges are dumped as bytes; the first row whose words do not read
 * the same both ways is dumped once more as words, and whichever order makes
 * it equal is the order of this device from then on. Blank flash proves
 * nothing and costs nothing extra.
 *
 * A boot loader that prints no bytes may print text beside its words. That is
 * in memory order, so a row of which only one order suits its text proves it,
 * and rows that tell nothing are read once more when it is known.
 */

#include "monitor/device_priv.h"

#include "base/log.h"

#include <inttypes.h>
#include <string.h>

#define PROOF_TRIES 8U /* comparisons that fail before words are given up */

#define WORDS_MAX (512U / DEVICE_ROW) /* rows of a dump of fixed length */

/* Passes the rows of the byte dump on and keeps one for the comparison. */
struct proof {
    const struct device_sink *sink;
    unsigned cell; /* bytes of a word */
    bool have;
    uint64_t address;
    uint8_t row[DEVICE_ROW];
};

/* The word dump, as printed: when the order is known, it is a reading too. */
struct words {
    size_t n;
    struct {
        uint64_t address;
        uint8_t bytes[DEVICE_ROW];
    } rows[WORDS_MAX];
};

static void reverse_cells(uint8_t *out, const uint8_t *in, unsigned cell)
{
    for (size_t at = 0; at < DEVICE_ROW; at += cell)
        for (unsigned i = 0; i < cell; i++)
            out[at + i] = in[at + cell - 1 - i];
}

static bool tells_order(const uint8_t *row, unsigned cell)
{
    uint8_t reversed[DEVICE_ROW];

    reverse_cells(reversed, row, cell);
    return memcmp(row, reversed, DEVICE_ROW) != 0;
}

static void proof_row(void *arg, uint64_t address, const uint8_t *bytes,
                      size_t len)
{
    struct proof *p = arg;

    p->sink->row(p->sink->arg, address, bytes, len);
    for (size_t at = 0; at + DEVICE_ROW <= len; at += DEVICE_ROW) {
        if (p->have || !tells_order(bytes + at, p->cell))
            continue;
        p->have = true;
        p->address = address + at;
        memcpy(p->row, bytes + at, DEVICE_ROW);
    }
}

static bool proof_stop(void *arg)
{
    const struct proof *p = arg;

    return p->sink->stop != NULL && p->sink->stop(p->sink->arg);
}

static void proof_begin(void *arg)
{
    const struct proof *p = arg;

    if (p->sink->begin != NULL)
        p->sink->begin(p->sink->arg);
}

static void words_row(void *arg, uint64_t address, const uint8_t *bytes,
                      size_t len)
{
    struct words *w = arg;

    for (size_t at = 0; at + DEVICE_ROW <= len && w->n < WORDS_MAX;
         at += DEVICE_ROW) {
        w->rows[w->n].address = address + at;
        memcpy(w->rows[w->n++].bytes, bytes + at, DEVICE_ROW);
    }
}

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
    byte_order_choose(dev);
}

int byte_order_safe_method(const struct device *dev)
{
    int i = device_method(dev, NULL, 0);

    while (i >= 0 && dev->dialect->dumps[i].cpu_order)
        i = device_method(dev, NULL, i + 1);
    return i;
}

/* The method to be used once the order is proved; there is one. */
static const struct dump_method *best(const struct device *dev)
{
    return &dev->dialect->dumps[device_method(dev, NULL, 0)];
}

/* words: rows of the best method as printed; bytes: one of them in memory
 * order. */
static bool decide(struct device *dev, const struct proof *bytes,
                   const struct words *words)
{
    const struct dump_method *m = best(dev);
    uint8_t reversed[DEVICE_ROW];
    size_t i = 0;
    bool plain;

    while (i < words->n && words->rows[i].address != bytes->address)
        i++;
    if (i == words->n) {
        dev->proof_tries++;
        return false;
    }
    plain = memcmp(bytes->row, words->rows[i].bytes, DEVICE_ROW) == 0;
    reverse_cells(reversed, words->rows[i].bytes, m->row.cell_bytes);
    if (!plain && memcmp(bytes->row, reversed, DEVICE_ROW) != 0) {
        dev->proof_tries++; /* noise, or memory that changes */
        return false;
    }
    byte_order_proved(dev, plain ? ROW_MEMORY : ROW_REVERSED);
    log_info("byte order proved at 0x%" PRIx64 ": '%s' prints %s",
             bytes->address, m->name,
             plain ? "memory order" : "words to be reversed");
    return true;
}

static void pass_on(const struct device *dev, const struct words *words,
                    const struct device_sink *sink)
{
    unsigned cell = best(dev)->row.cell_bytes;
    uint8_t row[DEVICE_ROW];

    if (sink->begin != NULL)
        sink->begin(sink->arg);
    for (size_t i = 0; i < words->n; i++) {
        memcpy(row, words->rows[i].bytes, DEVICE_ROW);
        if (dev->order == ROW_REVERSED)
            reverse_cells(row, words->rows[i].bytes, cell);
        sink->row(sink->arg, words->rows[i].address, row, DEVICE_ROW);
    }
}

/* The first that prints text beside its words; else the first at all. */
static const struct dump_method *method_with_text(const struct device *dev)
{
    for (int i = device_method(dev, NULL, 0); i >= 0;
         i = device_method(dev, NULL, i + 1))
        if (dev->dialect->dumps[i].row.ascii)
            return &dev->dialect->dumps[i];
    return best(dev);
}

static int read_with_text(struct device *dev, uint64_t address, uint64_t len,
                          const struct device_sink *sink, struct err *err)
{
    return device_dump_medium(dev, method_with_text(dev), ROW_UNPROVED, NULL,
                              address, len, sink, err);
}

int byte_order_read(struct device *dev, uint64_t address, uint64_t len,
                    const struct device_sink *sink, struct err *err)
{
    const struct dump_method *words_method = best(dev);
    struct proof bytes = {.sink = sink, .cell = words_method->row.cell_bytes};
    struct words words = {.n = 0};
    const struct device_sink bytes_sink = {proof_begin, proof_row, proof_stop,
                                           &bytes};
    const struct device_sink words_sink = {.row = words_row, .arg = &words};
    int safe = byte_order_safe_method(dev);
    int ret;

    if (safe < 0)
        return read_with_text(dev, address, len, sink, err);
    ret = device_dump(dev, &dev->dialect->dumps[safe],
                      byte_order_of(dev, &dev->dialect->dumps[safe]), address,
                      len, &bytes_sink, err);
    if (ret < 0 || !bytes.have)
        return ret;
    ret = device_dump(dev, words_method, ROW_UNPROVED, bytes.address,
                      DEVICE_ROW, &words_sink, err);
    if (ret == 0 && decide(dev, &bytes, &words))
        pass_on(dev, &words, sink);
    return ret;
}

void byte_order_choose(struct device *dev)
{
    int safe = byte_order_safe_method(dev);

    if (dev->method >= 0 || device_method(dev, NULL, 0) < 0)
        return;
    if (!best(dev)->cpu_order || dev->cpu_known) {
        dev->method = device_method(dev, NULL, 0);
        dev->order = byte_order_of(dev, best(dev));
    } else if (dev->proof_tries >= PROOF_TRIES && safe >= 0) {
        dev->method = safe;
        dev->order = byte_order_of(dev, &dev->dialect->dumps[safe]);
        log_warn("the byte order of '%s' cannot be proved; using '%s'",
                 best(dev)->name, dev->dialect->dumps[dev->method].name);
    }
}
