// SPDX-License-Identifier: BSD-2-Clause
// Reading ranges: one dump command at a time.

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/dump.h"
#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>

#define AGAIN_FAILS_MAX 2U
#define CAREFUL_MAX     4096U

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
    device_speed_note(c->dev, c->result->rows_bad - c->bad, false);
    c->bad = c->result->rows_bad;
}

static void counted_row(void *arg, uint64_t address, const uint8_t *bytes,
                        size_t len)
{
    struct counted *c = arg;

    tell_bad(c);
    atomic_fetch_add(&c->dev->bytes_read, len);
    device_speed_note(c->dev, len / DEVICE_ROW, true);
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

static void note_fault(const struct device *dev, uint64_t address,
                       struct err *err)
{
    err_say(err, "the device reports a bad address at or behind 0x%" PRIx64,
            map_shown_address(&dev->map, address));
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
    if (m != NULL)
        media_geometry(dev, m, &v->erase_block, &v->page_size);
    r->row_base = r->address - offset;
}

static bool goes_on(const struct device *dev, const struct dump_request *r)
{
    const struct device_last *last = &dev->last;

    return r->method->again != NULL && dev->again_fails < AGAIN_FAILS_MAX &&
           last->method == r->method && last->end == r->address &&
           last->len == r->len && last->sent == atomic_load(&dev->console.sent);
}

/* Nothing but a reset, and for the second time there: it is how this device
 * takes a bad address, without a word. */
static bool resets_there(struct device *dev, const struct dump_request *r,
                         const struct dump_result *result, int ret)
{
    bool there = dev->reset_seen && dev->reset_at == r->address;
    bool reset = ret == -ETIMEDOUT && dev->console.restarted &&
                 result->rows_good == 0;

    if (reset) {
        dev->reset_seen = true;
        dev->reset_at = r->address;
    } else if (there && result->rows_good > 0) {
        dev->reset_seen = false;
    }
    return reset && there;
}

/* A continued dump that brings nothing is none. */
static void note_again(struct device *dev, const struct dump_request *r,
                       const struct dump_result *result, int ret)
{
    if (ret != 0 || result->fault || !(r->again || r->runs))
        return;
    dev->again_fails = result->rows_good > 0 ? 0 : dev->again_fails + 1;
}

int device_run_dump(struct device *dev, struct dump_request *r,
                    const struct device_sink *sink, struct dump_result *result,
                    struct err *err)
{
    struct counted counted = {dev, sink, result, 0};
    const struct device_sink through = {NULL, counted_row, counted_stop,
                                        &counted};
    int ret;

    r->again = goes_on(dev, r);
    dev->last.method = NULL;
    if (sink->begin != NULL)
        sink->begin(sink->arg, way_of(dev, r->method));
    device_set_line(dev, DEVICE_LINE_BUSY);
    *result = (struct dump_result){0};
    ret = dump_run(&dev->console, r, &through, result, err);
    dev->rows_good = result->rows_good;
    tell_bad(&counted);
    atomic_fetch_add(&dev->rows_lost, result->rows_lost);
    if (!result->fault)
        device_speed_note(dev, result->rows_lost, false);
    dev->noisy = dev->noisy || result->rows_bad > 0 ||
                 (result->rows_lost > 0 && !result->fault);
    note_again(dev, r, result, ret);
    if (r->prove && result->order != ROW_UNPROVED)
        byte_order_proved(dev, result->order);
    result->fault = resets_there(dev, r, result, ret) || result->fault;
    ret = device_settle(dev, ret);
    if (ret == 0 && !result->fault)
        dev->last = (struct device_last){r->method, r->address + r->len, r->len,
                                         atomic_load(&dev->console.sent)};
    if (ret == 0)
        dev->careful = result->fault;
    /* Stopped for its damaged rows: the reader asks for them again. */
    if (ret == -EINTR && dev->in_step && device_speed_is_bad(dev))
        ret = 0;
    if (!result->fault || ret == -EINTR || ret == -ENODEV)
        return ret;
    note_fault(dev, r->address, err);
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
                const struct device_sink *sink, struct err *err)
{
    struct dump_request request = {.method = method, .order = order};
    struct dump_result result = {0};

    place_request(dev, &request, NULL, address, len);
    return device_run_dump(dev, &request, sink, &result, err);
}

/* The same, with as many commands as may be. */
static int dump_on(struct device *dev, const struct dump_method *method,
                   enum row_order order, uint64_t address, uint64_t len,
                   const struct device_sink *sink, struct err *err)
{
    struct dump_request request = {.method = method, .order = order};
    uint64_t span = device_ahead_span(dev, method);

    place_request(dev, &request, NULL, address, len);
    return device_read_ahead(dev, &request,
                             request.address +
                                 smaller(span, address % method->fixed + len),
                             sink, err);
}

/* --- memory -------------------------------------------------------------- */

/* A method of the dialect that this build of the boot loader prints in another
 * form, or lacks, must not make everything unreadable. */
#define AGAIN_MISSES_MAX 3U

bool device_trusts_another(const struct device *dev)
{
    return dev->again_misses < AGAIN_MISSES_MAX;
}

void device_note_another(struct device *dev, int ret)
{
    if (dev->rows_good > 0)
        dev->again_misses = 0;
    else if (ret == 0 && ++dev->again_misses == AGAIN_MISSES_MAX)
        log_warn("the other dump command brings nothing that is understood; "
                 "what is read twice is read by the same one");
}

int device_read_with(struct device *dev, int method, uint64_t address,
                     uint64_t len, const struct device_sink *sink,
                     struct err *err)
{
    const struct dump_method *m = &dev->dialect->dumps[method];

    return (device_ahead_span(dev, m) > 0 ? dump_on : device_dump)(
        dev, m, byte_order_of(dev, m), address, len, sink, err);
}

int device_read_memory(struct device *dev, uint32_t had, uint64_t address,
                       uint64_t len, const struct device_sink *sink,
                       struct err *err)
{
    int method;
    int ret;

    if (device_method(dev, NULL, 0) < 0)
        return err_set(err, -EFAULT,
                       "this boot loader has no command that prints memory");
    method_choose(dev);
    if (dev->method < 0)
        return byte_order_read(dev, address, len, sink, err);
    method = way_method(dev, had);
    ret = device_read_with(dev, method, address, len, sink, err);
    if (method != dev->method)
        device_note_another(dev, ret);
    return ret;
}

/* Few where an address was bad, for whatever lies behind it in the same request
 * does not come. */
uint64_t device_span(const struct device *dev, const struct dump_method *m)
{
    uint64_t ahead = device_ahead_span(dev, m);
    uint64_t max = ahead > 0 ? ahead : device_method_max(m, 0);

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
        limit = larger(limit, larger(d->dumps[i].max,
                                     device_ahead_limit(d, &d->dumps[i])));
    for (size_t i = 0; i < dev->map.n_media; i++)
        limit = larger(limit, dev->map.media[i].page);
    for (size_t i = 0; i < d->n_accesses; i++)
        limit = larger(limit, d->accesses[i].page);
    return limit;
}
