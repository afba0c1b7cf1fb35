// SPDX-License-Identifier: BSD-2-Clause
// Reading ranges: choosing the dump command, byte order, getting back in step.

/*
 * Byte order. Words print in the CPU's order, which nothing announces. Until it
 * is proved, ranges are dumped as bytes; the first row whose words do not read
 * the same both ways is dumped once more as words, and whichever order makes
 * it equal is the order of this device from then on. Blank flash proves
 * nothing and costs nothing extra.
 */

#include "monitor/device_priv.h"

#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/attach.h"
#include "monitor/dump.h"
#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define RECOVER_MS  8000U /* one try; the fetcher's time-out bounds them all */
#define PROOF_TRIES 8U    /* comparisons that fail before words are given up */
#define CRC_BASE_MS 5000U

static void set_line(struct device *dev, enum device_line state)
{
    atomic_store(&dev->line_state, (int)state);
}

/* --- getting back in step ------------------------------------------------ */

/* The device may have reset: wait for its banner and break in again. */
static int reattach(struct device *dev, struct err *err)
{
    struct dialect *one[] = {dev->dialect, NULL};
    const struct attach_config attach = {.dialects = one,
                                         .chosen = true,
                                         .quiet = true,
                                         .timeout_ms = RECOVER_MS};
    struct buf text = BUF_LIMITED(16384);
    int ret = attach_prompt(&dev->console, &attach, &text, err);

    buf_free(&text);
    return ret;
}

static int get_in_step(struct device *dev, struct err *err)
{
    int ret;

    if (dev->in_step)
        return 0;
    ret = console_resync(&dev->console, deadline_in(1500));
    if (ret == -ETIMEDOUT)
        ret = reattach(dev, err);
    else if (ret < 0)
        (void)err_set(err, ret, "%s", strerror(-ret));
    dev->in_step = ret == 0;
    return ret;
}

/* Folds what a command came to into the state. */
static int settle(struct device *dev, int ret)
{
    if (ret == 0 ||
        (ret == -EINTR && !atomic_load(&dev->console.shutdown))) {
        set_line(dev, DEVICE_LINE_IDLE);
        return ret;
    }
    dev->in_step = false;
    set_line(dev, ret == -ENODEV ? DEVICE_LINE_GONE : DEVICE_LINE_SILENT);
    return ret;
}

/* --- one dump command ---------------------------------------------------- */

/* Counts the payload on its way to the reader. */
struct counted {
    struct device *dev;
    const struct device_sink *sink;
};

static void counted_row(void *arg, uint64_t address, const uint8_t *bytes,
                        size_t len)
{
    const struct counted *c = arg;

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
    (void)err_set(err, -EFAULT,
                  "the device reports a bad address at or behind 0x%" PRIx64,
                  address);
}

/* Runs method over as much of [address, address+len) as one command may. */
static int run(struct device *dev, const struct dump_method *method,
               enum row_order order, uint64_t address, uint64_t len,
               const struct device_sink *sink, struct err *err)
{
    struct counted counted = {dev, sink};
    const struct device_sink through = {counted_row, counted_stop, &counted};
    struct dump_request request = {method, order, address, len};
    struct dump_result result = {0};
    int ret;

    if (method->fixed != 0) {
        request.address -= address % method->fixed;
        request.len = method->fixed;
    } else if (len > method->max) {
        request.len = method->max;
    }
    set_line(dev, DEVICE_LINE_BUSY);
    ret = dump_run(&dev->console, &request, &through, &result, err);
    atomic_fetch_add(&dev->rows_bad, result.rows_bad);
    atomic_fetch_add(&dev->rows_lost, result.rows_lost);
    ret = settle(dev, ret);
    if (!result.fault || ret == -EINTR || ret == -ENODEV)
        return ret;
    note_fault(request.address, err);
    return -EFAULT;
}

/* --- byte order ---------------------------------------------------------- */

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

static int byte_method(const struct device *dev)
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
static int read_and_prove(struct device *dev, uint64_t address, uint64_t len,
                          const struct device_sink *sink, struct err *err)
{
    const struct dump_method *words_method = &dev->dialect->dumps[0];
    struct proof bytes = {.sink = sink, .cell = words_method->row.cell_bytes};
    struct proof words = {.sink = NULL};
    const struct device_sink bytes_sink = {proof_row, proof_stop, &bytes};
    const struct device_sink words_sink = {proof_row, NULL, &words};
    int ret = run(dev, &dev->dialect->dumps[byte_method(dev)], ROW_MEMORY,
                  address, len, &bytes_sink, err);

    if (ret < 0 || !bytes.have)
        return ret;
    words.address = bytes.address;
    ret = run(dev, words_method, ROW_UNPROVED, bytes.address, DEVICE_ROW,
              &words_sink, err);
    if (ret == 0)
        decide(dev, &bytes, &words);
    return ret;
}

static void choose_method(struct device *dev)
{
    if (dev->method >= 0)
        return;
    if (!dev->dialect->dumps[0].cpu_order) {
        dev->method = 0;
        dev->order = ROW_MEMORY;
    } else if (dev->proof_tries >= PROOF_TRIES) {
        dev->method = byte_method(dev);
        dev->order = ROW_MEMORY;
        log_warn("the byte order of '%s' cannot be proved; using '%s'",
                 dev->dialect->dumps[0].name,
                 dev->dialect->dumps[dev->method].name);
    }
}

int device_read(struct device *dev, uint64_t address, uint64_t len,
                const struct device_sink *sink, struct err *err)
{
    int ret;

    dev->console.attend = sink->stop;
    dev->console.attend_arg = sink->arg;
    ret = get_in_step(dev, err);
    if (ret < 0) {
        ret = settle(dev, ret);
    } else {
        choose_method(dev);
        if (dev->method < 0)
            ret = read_and_prove(dev, address, len, sink, err);
        else
            ret = run(dev, &dev->dialect->dumps[dev->method], dev->order,
                      address, len, sink, err);
    }
    dev->console.attend = NULL;
    return ret;
}

uint64_t device_read_max(const struct device *dev)
{
    return dev->dialect->dumps[dev->method < 0 ? 0 : dev->method].max;
}

/* --- checksum ------------------------------------------------------------ */

static int parse_sum(const struct dialect *d, const struct buf *answer,
                     uint32_t *crc)
{
    struct span sum;
    uint64_t value;

    if (answer->data == NULL || !pattern_match(d->crc32.answer, answer->data,
                                               answer->len, 0, NULL))
        return -ENOTSUP; /* not built in, most likely */
    sum = pattern_group(d->crc32.answer, "sum");
    if (sum.text == NULL || !num_digits(sum.text, sum.len, 16, &value) ||
        value > UINT32_MAX)
        return -EBADMSG;
    *crc = (uint32_t)value;
    return 0;
}

int device_crc32(struct device *dev, uint64_t address, uint64_t len,
                 uint32_t *crc, struct err *err)
{
    const struct template_values values = {address, len, len};
    CLEANUP_BUF struct buf answer = BUF_LIMITED(65536);
    char command[128];
    int ret;

    if (dev->dialect->crc32.command == NULL)
        return -ENOTSUP;
    ret = template_fill(dev->dialect->crc32.command, &values, command,
                        sizeof(command), err);
    if (ret == 0)
        ret = get_in_step(dev, err);
    if (ret < 0)
        return ret;
    set_line(dev, DEVICE_LINE_BUSY);
    /* Flash without a cache in front may give as little as 1 MB/s. */
    ret = settle(dev, console_ask(&dev->console, command,
                                  CRC_BASE_MS + (unsigned)(len >> 10), &answer,
                                  err));
    return ret < 0 ? ret : parse_sum(dev->dialect, &answer, crc);
}

/* --- telling ------------------------------------------------------------- */

static void ignore_row(void *arg, uint64_t address, const uint8_t *bytes,
                       size_t len)
{
    (void)arg;
    (void)address;
    (void)bytes;
    (void)len;
}

/* Reads a few rows of each medium until one proves the order. */
static int prove_now(struct device *dev, struct err *err)
{
    const struct device_sink sink = {.row = ignore_row};
    int ret = 0;

    for (size_t m = 0; m < dev->map.n_media; m++)
        for (uint64_t at = 0; at < dev->map.media[m].size && at < 16384;
             at += 512) {
            choose_method(dev);
            if (dev->method >= 0)
                return 0;
            ret = device_read(dev, dev->map.media[m].base + at, 512, &sink,
                              err);
            if (ret < 0)
                return ret;
        }
    return ret;
}

static const char *order_text(const struct device *dev)
{
    if (dev->method < 0)
        return "not proved: the first 16 KiB are blank";
    if (!dev->dialect->dumps[dev->method].cpu_order)
        return "not needed, the dump prints bytes";
    return dev->order == ROW_MEMORY
               ? "proved, words are printed in memory order"
               : "proved, words are printed reversed (little-endian)";
}

int device_describe(struct device *dev, struct buf *out, struct err *err)
{
    char prompt[4 * CONSOLE_PROMPT_MAX];
    int ret = prove_now(dev, err);
    int method = dev->method < 0 ? byte_method(dev) : dev->method;

    if (ret < 0)
        return ret;
    (void)text_escape(prompt, sizeof(prompt), dev->console.prompt,
                      dev->console.prompt_len);
    (void)buf_printf(out, "dialect:      %s (%s)\n", dev->dialect->name,
                     dev->dialect->description);
    (void)buf_printf(out, "banner:       %s\n",
                     dev->banner[0] != '\0' ? dev->banner : "not seen");
    (void)buf_printf(out, "prompt:       '%s'\n", prompt);
    (void)buf_printf(out, "dump command: %s (%s)\n",
                     dev->dialect->dumps[method].command,
                     dev->dialect->dumps[method].name);
    (void)buf_printf(out, "byte order:   %s\n", order_text(dev));
    (void)buf_printf(out, "segments:\n");
    map_table(&dev->map, out);
    return out->failed ? -ENOMEM : 0;
}
