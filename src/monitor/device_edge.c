// SPDX-License-Identifier: BSD-2-Clause
// Where reading makes the device reset: not asked for again.

/*
 * On many boards an address that nothing answers to ends in a reset. A dump
 * tells where: the row that did not come. So
 *
 *   a fault was reported, then a reset --> an edge, there
 *   a reset without a word             --> maybe the mains; an edge, if it
 * comes again at the same row
 *
 * Nothing from an edge on is asked for in this session, at first for SPAN_MIN.
 * Where it ends nobody knows: what is read behind it and resets the device,
 * too, makes it longer, four times as far from its start, unless a row came
 * from between. So the end of a bank costs one reset, and a GiB of nothing six.
 *
 * A checksum, or a stream, does not tell where. What two of them had in common,
 * when both ended in a reset, is in no third one, until one of it is answered.
 *
 * It was a reset if the prompt was won back by more than a resync: till then
 * what was seen is pending.
 */

#include "monitor/device_priv.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SPAN_MIN (UINT64_C(1) << 20) /* banks begin at its multiples */
#define GROWTH   4U

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* --- edges --------------------------------------------------------------- */

/* The end of the medium that address lies in. */
static uint64_t medium_end(const struct device *dev, uint64_t address)
{
    int n = map_medium_at(&dev->map, address, 1);

    return n < 0 ? address : dev->map.media[n].base + dev->map.media[n].size;
}

/* The one that goes on at address, for no row came from between. */
static struct edge *edge_before(struct device_edges *e, uint64_t address)
{
    for (size_t i = 0; i < e->n; i++)
        if (e->list[i].from < address && address < e->list[i].good)
            return &e->list[i];
    return NULL;
}

static void add_edge(struct device *dev, uint64_t from)
{
    struct device_edges *e = &dev->edges;
    struct edge *edge = edge_before(e, from);
    uint64_t end = medium_end(dev, from);
    uint64_t span = SPAN_MIN;

    if (end <= from)
        return; /* of no medium: nobody reads on there */
    if (edge != NULL) {
        span = larger(span, (GROWTH - 1) * (from - edge->from));
    } else {
        if (e->n == EDGES_MAX) /* the oldest goes */
            memmove(e->list, e->list + 1, --e->n * sizeof(*e->list));
        edge = &e->list[e->n++];
        *edge = (struct edge){.from = from, .good = UINT64_MAX};
    }
    edge->end = end - from < span ? end : from + span;
    log_warn("reading 0x%" PRIx64 " made the device reset: from 0x%" PRIx64
             " to 0x%" PRIx64 " nothing is asked for in this session",
             map_shown_address(&dev->map, from),
             map_shown_address(&dev->map, edge->from),
             map_shown_address(&dev->map, edge->end - 1));
}

void edge_note_row(struct device *dev, uint64_t address)
{
    struct device_edges *e = &dev->edges;

    for (size_t i = 0; i < e->n; i++)
        if (address >= e->list[i].end)
            e->list[i].good = smaller(e->list[i].good, address);
}

static int refuse(const struct device *dev, uint64_t from, int ret,
                  struct err *err)
{
    return err_set(err, ret,
                   "reading 0x%" PRIx64 " made the device reset; that is not "
                   "asked for again in this session",
                   map_shown_address(&dev->map, from));
}

int edge_limit(struct device *dev, uint64_t address, uint64_t unit,
               uint64_t *len, struct err *err)
{
    struct device_edges *e = &dev->edges;

    edge_settle(dev);
    for (size_t i = 0; i < e->n; i++) {
        const struct edge *edge = &e->list[i];
        uint64_t before = edge->from > address ? edge->from - address : 0;
        if (address >= edge->end || before >= *len)
            continue;
        *len = before - before % unit;
        if (*len == 0)
            return refuse(dev, edge->from, -EFAULT, err);
    }
    return 0;
}

/* --- ranges that tell no place ------------------------------------------- */

static void add_doubt(struct device_edges *e, uint64_t from, uint64_t end)
{
    uint64_t both_from = larger(from, e->doubt_from);
    uint64_t both_end = smaller(end, e->doubt_end);

    if (both_from < both_end) {
        e->doubt_from = both_from;
        e->doubt_end = both_end;
        e->doubts++;
    } else {
        e->doubt_from = from;
        e->doubt_end = end;
        e->doubts = 1;
    }
}

static bool holds_doubt(const struct device_edges *e, uint64_t from,
                        uint64_t end)
{
    return e->doubts > 0 && from <= e->doubt_from && end >= e->doubt_end;
}

int edge_allows_range(struct device *dev, uint64_t address, uint64_t len,
                      struct err *err)
{
    struct device_edges *e = &dev->edges;
    uint64_t whole = len;

    edge_settle(dev);
    if (edge_limit(dev, address, 1, &whole, err) < 0)
        return -EBADMSG;
    if (whole < len)
        return refuse(dev, address + whole, -EBADMSG, err);
    if (e->doubts >= 2 && holds_doubt(e, address, address + len))
        return refuse(dev, e->doubt_from, -EBADMSG, err);
    return 0;
}

void edge_note_range(struct device *dev, uint64_t address, uint64_t len,
                     int ret)
{
    struct device_edges *e = &dev->edges;

    if (ret == 0 && holds_doubt(e, address, address + len))
        e->doubts = 0;
    if (ret == -ETIMEDOUT)
        e->pending = (struct edge_pending){address, address + len, dev->contact,
                                           EDGE_DOUBT};
}

/* --- what a dump came to ------------------------------------------------- */

static bool tells_place(const struct dump_method *m)
{
    return m->output == DUMP_SREC ||
           (m->output == DUMP_ROWS && row_has_address(&m->row));
}

bool edge_note_dump(struct device *dev, const struct dump_request *r,
                    const struct dump_result *result, int ret)
{
    struct device_edges *e = &dev->edges;
    uint64_t at = result->next;
    bool again = e->reset_seen && e->reset_at == at;

    if (!tells_place(r->method)) {
        edge_note_range(dev, r->address, r->len, ret);
        return false;
    }
    if (ret != -ETIMEDOUT || (!dev->console.restarted && !result->fault)) {
        e->reset_seen = e->reset_seen &&
                        (e->reset_at < r->address || e->reset_at >= at);
        return false;
    }
    if (result->rows_bad > 0)
        return false; /* where it was nobody knows */
    e->reset_seen = true;
    e->reset_at = at;
    if (!again && !result->fault)
        return false;
    e->pending = (struct edge_pending){at, at, dev->contact, EDGE_ROW};
    return true;
}

void edge_settle(struct device *dev)
{
    struct edge_pending p = dev->edges.pending;

    dev->edges.pending.what = EDGE_NOTHING;
    if (p.what == EDGE_NOTHING || p.contact == dev->contact)
        return;
    if (p.what == EDGE_ROW)
        add_edge(dev, p.from);
    else
        add_doubt(&dev->edges, p.from, p.end);
}
