// SPDX-License-Identifier: BSD-2-Clause
// Proving in which order a device prints the bytes of a word.

/*
 * Byte order. Words print in the CPU's order, which nothing announces. Until it
 * is proved, ranges are dumped as bytes; the first row whose words do not read
 * the same both ways is dumped once more as words, and whichever order makes
 * it equal is the order of this device from then on. Blank flash proves
 * nothing and costs nothing extra.
 */

#include "monitor/device_priv.h"

#include "base/log.h"

#include <inttypes.h>
#include <string.h>

#define PROOF_TRIES 8U /* comparisons that fail before words are given up */

/* Passes rows on and keeps one for the comparison. */
struct proof {
    const struct device_sink *sink; /* NULL: nobody wants the rows */
    unsigned cell;                  /* bytes of a word; 0: any row will do */
    bool have;
    uint64_t address;
    uint8_t row[DEVICE_ROW];
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

    if (p->sink != NULL)
        p->sink->row(p->sink->arg, address, bytes, len);
    for (size_t at = 0; at + DEVICE_ROW <= len; at += DEVICE_ROW) {
        if (p->cell != 0 ? p->have || !tells_order(bytes + at, p->cell)
                         : address + at != p->address)
            continue;
        p->have = true;
        p->address = address + at;
        memcpy(p->row, bytes + at, DEVICE_ROW);
    }
}

static bool proof_stop(void *arg)
{
    const struct proof *p = arg;

    return p->sink != NULL && p->sink->stop != NULL &&
           p->sink->stop(p->sink->arg);
}

int byte_order_safe_method(const struct device *dev)
{
    int i = 0;

    while (dev->dialect->dumps[i].cpu_order)
        i++; /* there is one: dialect_parse sees to that */
    return i;
}

/* words: a row of method 0 as printed; bytes: the same in memory order. */
static void decide(struct device *dev, const struct proof *bytes,
                   const struct proof *words)
{
    const struct dump_method *m = &dev->dialect->dumps[0];
    uint8_t reversed[DEVICE_ROW];
    bool plain = memcmp(bytes->row, words->row, DEVICE_ROW) == 0;

    reverse_cells(reversed, words->row, m->row.cell_bytes);
    if (!words->have ||
        (!plain && memcmp(bytes->row, reversed, DEVICE_ROW) != 0)) {
        dev->proof_tries++; /* noise, or memory that changes */
        return;
    }
    dev->order = plain ? ROW_MEMORY : ROW_REVERSED;
    dev->method = 0;
    log_info("byte order proved at 0x%" PRIx64 ": '%s' prints %s",
             bytes->address, m->name,
             plain ? "memory order" : "words to be reversed");
}

/* Reads a range as bytes, for the reader too; if a row of it can tell the
 * order, dumps that row as words and compares. */
int byte_order_read(struct device *dev, uint64_t address, uint64_t len,
                    const struct device_sink *sink, struct err *err)
{
    const struct dump_method *words_method = &dev->dialect->dumps[0];
    struct proof bytes = {.sink = sink, .cell = words_method->row.cell_bytes};
    struct proof words = {.sink = NULL};
    const struct device_sink bytes_sink = {proof_row, proof_stop, &bytes};
    const struct device_sink words_sink = {proof_row, NULL, &words};
    int ret = device_dump(dev,
                          &dev->dialect->dumps[byte_order_safe_method(dev)],
                          ROW_MEMORY, address, len, &bytes_sink, err);

    if (ret < 0 || !bytes.have)
        return ret;
    words.address = bytes.address;
    ret = device_dump(dev, words_method, ROW_UNPROVED, bytes.address,
                      DEVICE_ROW, &words_sink, err);
    if (ret == 0)
        decide(dev, &bytes, &words);
    return ret;
}

void byte_order_choose(struct device *dev)
{
    if (dev->method >= 0)
        return;
    if (!dev->dialect->dumps[0].cpu_order) {
        dev->method = 0;
        dev->order = ROW_MEMORY;
    } else if (dev->proof_tries >= PROOF_TRIES) {
        dev->method = byte_order_safe_method(dev);
        dev->order = ROW_MEMORY;
        log_warn("the byte order of '%s' cannot be proved; using '%s'",
                 dev->dialect->dumps[0].name,
                 dev->dialect->dumps[dev->method].name);
    }
}
