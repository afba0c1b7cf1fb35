// SPDX-License-Identifier: BSD-2-Clause
// Reading ranges: one dump command at a time.

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/dump.h"
#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>

#define GOING_ON_MISSES 2U
#define CAREFUL_MAX     4096U

/* Counts the payload on its way to the reader. */
struct counted {
    struct device *dev;
    const struct device_sink *sink;
    struct method_trial *trial; /* of the method */
    const struct dump_result *result;
    unsigned bad; /* of its damaged rows, told already */
};

static bool is_understood(const struct dump_result *result)
{
    return result->rows_good + result->rows_unreadable + result->rows_unproved >
           0;
}

/* n rows were damaged or lost. In a test that tells of what is tested, and else
 * of the line. */
static void count_damaged(struct device *dev, atomic_uint_fast64_t *counter,
                          unsigned n)
{
    if (dev->speed.busy)
        dev->test_damaged += n;
    else
        atomic_fetch_add(counter, n);
    device_speed_note(dev, n, false);
}

/* At once, for bytes may be answered before the dump is at its end. What a
 * command prints of which no row was ever understood tells nothing of the
 * line. */
static void tell_bad(struct counted *c)
{
    c->trial->understood = c->trial->understood || is_understood(c->result);
    if (!c->trial->understood && !c->dev->speed.busy)
        return;
    count_damaged(c->dev, &c->dev->rows_bad, c->result->rows_bad - c->bad);
    c->bad = c->result->rows_bad;
}

/* Rows behind a bad address are not lost. */
static void tell_lost(const struct counted *c)
{
    if (!c->result->fault && (c->trial->understood || c->dev->speed.busy))
        count_damaged(c->dev, &c->dev->rows_lost, c->result->rows_lost);
}

static void counted_row(void *arg, uint64_t address, const uint8_t *bytes,
                        size_t len)
{
    struct counted *c = arg;

    tell_bad(c);
    atomic_fetch_add(&c->dev->bytes_read, len);
    device_speed_note(c->dev, len / DEVICE_ROW, true);
    edge_note_row(c->dev, address);
    c->sink->row(c->sink->arg, address, bytes, len);
}

static bool counted_stop(void *arg)
{
    struct counted *c = arg;

    tell_bad(c);
    if (device_speed_is_bad(c->dev))
        return true;
    return c->sink->stop != NULL && c->sink->stop(c->sink->arg);
}

static void note_fault(const struct device *dev, const struct dump_request *r,
                       const struct dump_result *result, struct err *err)
{
    uint64_t at = map_shown_address(&dev->map, r->address);

    if (result->page != 0)
        err_say(err,
                "the page at 0x%" PRIx64 " has %" PRIu64 " bytes, not %" PRIu64
                " as was told or is usual for such a chip",
                at, result->page, r->values.page_size);
    else
        err_say(err, "the device reports a bad address at or behind 0x%" PRIx64,
                at);
}

/* --- one command --------------------------------------------------------- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

bool dump_needs_page(const struct dump_method *m)
{
    return m->base == DUMP_PAGE || template_has(m->command, "page") ||
           template_has(m->command, "pages");
}

/* Requests start and end at multiples of it. */
static uint64_t grid(const struct dump_method *m, uint64_t page)
{
    uint64_t grid = m->fixed > m->align ? m->fixed : m->align;

    if (m->base == DUMP_PAGE && page != 0)
        return page; /* whatever align says: a command prints whole pages */
    return dump_needs_page(m) && page > grid ? page : grid;
}

uint64_t device_method_max(const struct dump_method *m, uint64_t page)
{
    uint64_t unit = grid(m, page);

    if (m->base == DUMP_PAGE && page != 0)
        return page; /* rows of the next one would begin at 0 again */
    return m->fixed != 0   ? m->fixed
           : m->max > unit ? m->max - m->max % unit
                           : unit;
}

/* What the command is told. */
static void set_place(const struct device *dev, struct dump_request *r,
                      const struct map_medium *m)
{
    uint64_t offset = m != NULL ? r->address - m->base : r->address;
    struct template_values *v = &r->values;

    v->offset = offset;
    v->medium = m != NULL ? media_word(m) : NULL;
    if (m != NULL) {
        v->index = device_number(r->method->medium, m);
        media_geometry(dev, m, &v->erase_block, &v->page_size);
    }
    r->row_base = r->address - offset;
}

static bool goes_on(const struct device *dev, const struct dump_request *r)
{
    const struct device_last *last = &dev->last;

    return r->method->again != NULL &&
           chance_is_open(&dev->going_on, atomic_load(&dev->bytes_read)) &&
           last->method == r->method && last->end == r->address &&
           last->len == r->len && last->sent == atomic_load(&dev->console.sent);
}

/* A continued dump that brings nothing is none. */
static void note_again(struct device *dev, const struct dump_request *r,
                       const struct dump_result *result, int ret)
{
    if (ret != 0 || result->fault || !r->again)
        return;
    if (result->rows_good > 0)
        chance_hit(&dev->going_on);
    else
        (void)chance_miss(&dev->going_on, GOING_ON_MISSES,
                          atomic_load(&dev->bytes_read), DEVICE_CHANCE_BYTES);
}

int device_run_dump(struct device *dev, struct dump_request *r,
                    const struct device_sink *sink, struct dump_result *result,
                    struct err *err)
{
    struct counted counted = {
        dev, sink, &dev->trials[r->method - dev->dialect->dumps], result, 0};
    const struct device_sink through = {NULL, counted_row, counted_stop,
                                        &counted};
    int ret = edge_limit(dev, r->address, grid(r->method, r->values.page_size),
                         &r->len, err);

    *result = (struct dump_result){0};
    if (ret < 0)
        return ret;
    r->again = goes_on(dev, r);
    dev->last.method = NULL;
    if (sink->begin != NULL)
        sink->begin(sink->arg, way_of(dev, r->method));
    device_set_line(dev, DEVICE_LINE_BUSY);
    ret = dump_run(&dev->console, r, &through, result, err);
    dev->rows_good = result->rows_good;
    tell_bad(&counted);
    tell_lost(&counted);
    note_again(dev, r, result, ret);
    method_note(dev, r->method, result, ret);
    if (r->prove && result->order != ROW_UNPROVED)
        byte_order_proved(dev, result->order);
    result->fault = edge_note_dump(dev, r, result, ret) || result->fault;
    ret = device_settle(dev, ret);
    if (ret == 0 && !result->fault)
        dev->last = (struct device_last){r->method, r->address + r->len, r->len,
                                         atomic_load(&dev->console.sent)};
    if (ret == 0)
        device_piece_note(dev, r, result);
    if (ret == 0)
        dev->careful = result->fault;
    /* Stopped for its damaged rows: the reader asks for them again. */
    if (ret == -EINTR && dev->in_step && device_speed_is_bad(dev))
        ret = 0;
    if (!result->fault || ret == -EINTR || ret == -ENODEV)
        return ret;
    note_fault(dev, r, result, err);
    return -EFAULT;
}

/* The request of as much as one command may cover. */
static void place_request(const struct device *dev, struct dump_request *r,
                          const struct map_medium *m, uint64_t address,
                          uint64_t len)
{
    uint64_t erase_block;
    uint64_t page = 0;
    uint64_t unit;

    if (m != NULL)
        media_geometry(dev, m, &erase_block, &page);
    unit = grid(r->method, page);
    r->address = address - address % unit;
    r->len = smaller(address % unit + len, device_method_max(r->method, page));
    r->len += (unit - r->len % unit) % unit;
    set_place(dev, r, m);
}

int device_dump_medium(struct device *dev, const struct dump_method *method,
                       enum row_order order, const struct map_medium *m,
                       uint64_t address, uint64_t len,
                       const struct device_sink *sink, struct err *err)
{
    struct dump_request request = {
        .method = method, .order = order, .prove = order == ROW_UNPROVED};
    struct dump_result result = {0};

    if (request.prove && !method->row.ascii)
        return err_set(err, -EFAULT,
                       "nothing tells the byte order of what '%s' prints",
                       method->name);
    place_request(dev, &request, m, address, len);
    return device_run_dump(dev, &request, sink, &result, err);
}

int device_dump(struct device *dev, const struct dump_method *method,
                enum row_order order, uint64_t address, uint64_t len,
                const struct device_sink *sink, struct dump_result *result,
                struct err *err)
{
    struct dump_request request = {.method = method, .order = order};

    place_request(dev, &request, NULL, address, len);
    return device_run_dump(dev, &request, sink, result, err);
}

/* --- memory -------------------------------------------------------------- */

/* A method of the dialect that this build of the boot loader prints in another
 * form, or lacks, must not make everything unreadable. */
#define ANOTHER_MISSES 3U

bool device_trusts_another(const struct device *dev)
{
    return chance_is_open(&dev->another, atomic_load(&dev->bytes_read));
}

void device_note_another(struct device *dev, int ret)
{
    if (dev->rows_good > 0)
        chance_hit(&dev->another);
    else if (ret == 0 &&
             chance_miss(&dev->another, ANOTHER_MISSES,
                         atomic_load(&dev->bytes_read), DEVICE_CHANCE_BYTES))
        log_warn("the other dump command brings nothing that is understood; "
                 "for a while what is read twice is read by the same one");
}

int device_read_with(struct device *dev, int method, uint64_t address,
                     uint64_t len, const struct device_sink *sink,
                     struct err *err)
{
    const struct dump_method *m = &dev->dialect->dumps[method];
    struct dump_result result = {0};

    return device_dump(dev, m, byte_order_of(dev, m), address, len, sink,
                       &result, err);
}

static int read_memory(struct device *dev, uint32_t had, uint64_t address,
                       uint64_t len, const struct device_sink *sink,
                       struct err *err)
{
    int method;
    int ret;

    method_choose(dev);
    if (method_cheapest(dev) < 0)
        return method_none(dev, NULL, err);
    if (dev->method < 0 ||
        (had == DEVICE_FIRST && !dev->speed.busy && method_untried(dev) >= 0))
        return byte_order_read(dev, address, len, sink, err);
    method = way_method(dev, had);
    ret = device_read_with(dev, method, address, len, sink, err);
    if (method != dev->method)
        device_note_another(dev, ret);
    return ret;
}

int device_read_memory(struct device *dev, uint32_t had, uint64_t address,
                       uint64_t len, const struct device_sink *sink,
                       struct err *err)
{
    unsigned before;
    int ret;

    if (device_method(dev, NULL, 0) < 0)
        return err_set(err, -EFAULT,
                       "this boot loader has no command that prints memory");
    /* The same again until a method is understood, or all are given up. */
    do {
        before = dev->strange_dumps;
        ret = read_memory(dev, had, address, len, sink, err);
    } while (ret == 0 && dev->strange_dumps != before);
    return ret;
}

/* Few where an address was bad, for whatever lies behind it in the same request
 * does not come. */
uint64_t device_span(const struct device *dev, const struct dump_method *m)
{
    uint64_t max = device_method_max(m, 0);

    max = device_piece_cut(dev, m, max);
    return dev->careful && max > CAREFUL_MAX ? CAREFUL_MAX : max;
}

uint64_t device_memory_max(const struct device *dev)
{
    const struct dump_method *dumps = dev->dialect->dumps;

    if (dev->method < 0)
        return method_max(dev);
    return smaller(device_span(dev, &dumps[dev->method]),
                   device_span(dev, &dumps[way_other_method(dev)]));
}

/* --- both ---------------------------------------------------------------- */

int device_read(struct device *dev, uint32_t had, uint64_t address,
                uint64_t len, const struct device_sink *sink, struct err *err)
{
    int ret;

    if (dev->offline)
        return device_fail_offline(err);
    device_attend(dev, sink);
    ret = device_get_in_step(dev, err);
    if (ret < 0)
        ret = device_settle(dev, ret);
    else if (map_is_virtual(address))
        ret = media_read(dev, had, address, len, sink, err);
    else
        ret = device_read_memory(dev, had, address, len, sink, err);
    device_attend(dev, NULL);
    return ret;
}

uint64_t device_read_limit(const struct device *dev)
{
    const struct dialect *d = dev->dialect;
    uint64_t limit = 0;

    for (size_t i = 0; i < d->n_dumps; i++)
        limit = larger(limit, d->dumps[i].max);
    for (size_t i = 0; i < dev->map.n_media; i++)
        limit = larger(limit, dev->map.media[i].page);
    for (size_t i = 0; i < d->n_accesses; i++)
        limit = larger(limit, d->accesses[i].page);
    return limit;
}
