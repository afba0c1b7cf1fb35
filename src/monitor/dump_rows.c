// SPDX-License-Identifier: BSD-2-Clause
// The rows of a dump: which of them are believed.

/*
 * A row counts when its shape, digits and ASCII column are right, its address
 * is the one expected, and what follows it agrees: the next row continues from
 * it, or the dump ends where it should. Till then it is held back, for a
 * damaged digit may make of its address just the one expected, when the row
 * that belongs there was lost.
 *
 * A row with a right shape and another address is either behind lost rows or
 * has a damaged address: it is not believed, but if the row after it continues
 * from there, the rows between were lost and reading goes on; if that one has
 * the address expected all the time plus one row, the address was damaged.
 *
 *   next   the address expected
 *   jump   where a disbelieved row would lead (0: none); never 0 by itself,
 *          since it is one row beyond a printed address. Set, it is the only
 *          address believed besides that behind next
 *   held   the row before next
 *
 * S-records are rows whose address has a checksum. Their lengths are their own.
 */

#include "monitor/dump_priv.h"

#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define SPARE_ROWS 64U /* beyond twice those asked for, rows are chatter */

size_t dump_row_length(const struct dump *d)
{
    return d->r->method->output == DUMP_ROWS
               ? row_full_length(&d->r->method->row)
               : DEVICE_ROW;
}

uint64_t dump_rows_asked(const struct dump *d)
{
    size_t row = dump_row_length(d);

    return (d->r->len + row - 1) / row;
}

/* --- what is believed, to the sink --- */

/* A piece that does not begin or end where the sink's rows do. */
static void join(struct dump *d, const struct dump_piece *p)
{
    struct dump_joint *j = &d->joint;

    if (j->len > 0 && j->address + j->len != p->address)
        j->len = 0;
    for (size_t i = 0; i < p->len; i++) {
        if (j->len == 0 && (p->address + i - d->r->address) % DEVICE_ROW != 0)
            continue;
        if (j->len == 0)
            j->address = p->address + i;
        j->bytes[j->len++] = p->bytes[i];
        if (j->len < DEVICE_ROW)
            continue;
        dump_give(d, j->address, j->bytes, DEVICE_ROW);
        j->len = 0;
    }
}

/* Those of the sink's rows that can be read whole. */
static void deliver_parts(struct dump *d, const struct dump_piece *p)
{
    for (size_t at = 0; at + DEVICE_ROW <= p->len; at += DEVICE_ROW)
        if ((p->missing >> at & 0xffffU) == 0)
            dump_give(d, p->address + at, p->bytes + at, DEVICE_ROW);
}

static void deliver(struct dump *d, const struct dump_piece *p)
{
    if (d->joint.len == 0 && (p->address - d->r->address) % DEVICE_ROW == 0 &&
        p->len % DEVICE_ROW == 0)
        dump_give(d, p->address, p->bytes, p->len);
    else
        join(d, p);
}

void dump_settle(struct dump *d, bool confirmed)
{
    if (!d->holding)
        return;
    d->holding = false;
    if (!confirmed) {
        d->result->rows_bad++;
    } else if (d->held.unproved) {
        d->result->rows_unproved++;
    } else if (d->held.missing != 0) {
        d->result->rows_unreadable++;
        deliver_parts(d, &d->held);
    } else {
        d->result->rows_good++;
        deliver(d, &d->held);
    }
}

/* --- where a row belongs --- */

static bool follows_held(const struct dump *d, uint64_t address)
{
    return address == d->held.address + d->held.len;
}

static void accept_piece(struct dump *d, const struct dump_piece *p)
{
    dump_settle(d, follows_held(d, p->address));
    d->held = *p;
    d->holding = true;
    d->next = p->address + p->len;
    d->jump = 0;
}

/* A record may begin anywhere; a row only at a row, and be shorter than one
 * only at the end. */
static bool within(const struct dump *d, const struct dump_piece *p)
{
    size_t full = dump_row_length(d);

    if (p->address < d->r->address || p->address >= d->end ||
        p->len > d->end - p->address)
        return false;
    if (d->r->method->output == DUMP_SREC)
        return true;
    return (p->address - d->r->address) % full == 0 &&
           (p->len == full || p->len == d->end - p->address);
}

/* A piece whose form is right. */
static void place_piece(struct dump *d, const struct dump_piece *p)
{
    bool expected = d->jump == 0
                        ? p->address == d->next
                        : p->address == d->jump ||
                              /* the disbelieved one's address was damaged */
                              p->address == d->next + p->len;

    if (expected && d->next < d->end && within(d, p)) {
        accept_piece(d, p);
    } else if (d->holding && p->address == d->held.address) {
        /* the same row twice */
    } else {
        dump_settle(d, false);
        d->result->rows_bad++;
        d->jump = p->address + p->len;
    }
}

static void take_bad(struct dump *d, struct span line, uint64_t address,
                     size_t len)
{
    char text[200];

    (void)text_escape(text, sizeof(text), line.text, line.len);
    log_debug("bad row where 0x%" PRIx64 " was expected: '%s'", d->next, text);
    d->result->rows_bad++;
    dump_settle(d, follows_held(d, address));
    dump_page_note(d, address, len);
    dump_note_row(d);
    /* The next row may follow from here, if this address is right. */
    d->jump = address + len;
}

/* --- lines --- */

void dump_take_other(struct dump *d, struct span line)
{
    const struct dialect *dialect = d->c->dialect;
    struct pattern *stop = d->r->method->stop;

    if (dialect->fault != NULL &&
        pattern_match(dialect->fault, line.text, line.len, 0, NULL))
        d->result->fault = true;
    if (stop != NULL && pattern_match(stop, line.text, line.len, 0, NULL))
        d->past = true;
    if (dialect->done != NULL &&
        pattern_match(dialect->done, line.text, line.len, 0, NULL))
        d->done = true;
    console_note_line(d->c, line);
}

void dump_note_row(struct dump *d)
{
    if (++d->row_lines <= 2 * dump_rows_asked(d) + SPARE_ROWS)
        d->row_ms = clock_ms();
}

/* The next row should be a full one, or a shorter last one, but a row was lost,
 * or the device prints the last one in full. */
static enum row_result parse_row(const struct dump *d, struct span line,
                                 struct row *row)
{
    const struct row_shape *shape = &d->r->method->row;
    size_t full = row_full_length(shape);
    size_t rest = (size_t)(d->r->len % full);
    bool last = d->next < d->end && d->end - d->next < full;
    enum row_result first = row_parse(shape, d->result->order, line.text,
                                      line.len, last ? rest : full, row);
    enum row_result second;
    struct row other;

    if (first == ROW_OK || first == ROW_UNREADABLE || first == ROW_NOT_A_ROW ||
        rest == 0)
        return first;
    second = row_parse(shape, d->result->order, line.text, line.len,
                       last ? full : rest, &other);
    if (second != ROW_OK && second != ROW_UNREADABLE)
        return first;
    *row = other;
    return second;
}

static bool reads_the_same_both_ways(const struct row_shape *shape,
                                     const struct row *row)
{
    uint8_t reversed[ROW_BYTES_MAX];

    memcpy(reversed, row->bytes, row->len);
    row_reverse_cells(shape, reversed, row->len);
    return memcmp(reversed, row->bytes, row->len) == 0;
}

bool dump_prove_order(struct dump *d, struct row *row)
{
    const struct row_shape *shape = &d->r->method->row;

    if (!d->r->prove || d->result->order != ROW_UNPROVED ||
        reads_the_same_both_ways(shape, row))
        return true;
    if (row->suits_memory && row->suits_reversed)
        return false;
    d->result->order = row->suits_memory ? ROW_MEMORY : ROW_REVERSED;
    if (d->result->order == ROW_REVERSED)
        row_reverse_cells(shape, row->bytes, row->len);
    log_info("byte order proved by the text beside 0x%" PRIx64 ": '%s' prints "
             "%s",
             row->address, d->r->method->name,
             row->suits_memory ? "memory order" : "words to be reversed");
    return true;
}

static void take_good(struct dump *d, struct row *row)
{
    struct dump_piece p = {.address = row->address + d->base,
                           .len = row->len,
                           .missing = row->missing};

    p.unproved = !dump_prove_order(d, row);
    memcpy(p.bytes, row->bytes, row->len);
    if (p.address < d->end && p.len > d->end - p.address)
        p.len = (size_t)(d->end - p.address);
    dump_page_note(d, p.address, row->len);
    dump_note_row(d);
    place_piece(d, &p);
}

void dump_take_row(struct dump *d, struct span line)
{
    struct row row;

    switch (parse_row(d, line, &row)) {
    case ROW_OK:
    case ROW_UNREADABLE:
        take_good(d, &row);
        return;
    case ROW_BAD_CELL:
    case ROW_BAD_ASCII:
    case ROW_BAD_TAIL:
    case ROW_BLANK_CELLS:
        take_bad(d, line, row.address + d->base, dump_row_length(d));
        return;
    case ROW_NOT_A_ROW:
        dump_take_other(d, line);
        return;
    }
}

void dump_take_record(struct dump *d, struct span line)
{
    struct srec record;
    struct dump_piece p = {0};

    switch (srec_parse(line.text, line.len, &record)) {
    case SREC_DATA:
        p.address = record.address + d->base;
        p.len = record.len;
        memcpy(p.bytes, record.bytes, record.len);
        dump_note_row(d);
        if (p.len > 0)
            place_piece(d, &p);
        return;
    case SREC_BAD:
        take_bad(d, line, record.address + d->base, record.len);
        return;
    case SREC_OTHER:
    case SREC_NONE:
        dump_take_other(d, line);
        return;
    }
}
