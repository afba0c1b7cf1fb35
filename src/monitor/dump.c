// SPDX-License-Identifier: BSD-2-Clause
// Runs one dump command and checks its rows as they arrive.

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
 * The end comes with the prompt. A device that prints other things instead must
 * not hold us for ever: rows must come at least every CHATTER_MS, and no more
 * of them than noise can make of those asked for; and when all is said (all
 * rows came, an interrupt was sent, a fault reported) the prompt has a fixed
 * time, whatever else arrives.
 */

#include "monitor/dump.h"

#include "base/log.h"
#include "base/text.h"
#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define ATTEND_MS  500U  /* so often the reader is asked */
#define SILENT_MS  2000U /* no byte for so long: the command is dead */
#define CHATTER_MS 5000U /* no row for so long: nothing but chatter */
#define SPARE_ROWS 64U   /* beyond twice those asked for, rows are chatter */
#define LATE_MS    200U  /* a prompt before all rows came must last */
#define CLOSING_MS 1500U /* for the prompt, when all is said */
/* No byte for so long when all is said, or behind what is nearly the prompt:
 * it was damaged. */
#define QUIET_MS 300U
/* After a reported fault the prompt is there soon, or the device resets: then
 * its countdown must not be missed. */
#define FAULT_MS 300U

struct dump {
    struct console *c;
    const struct dump_request *r;
    const struct device_sink *sink;
    struct dump_result *result;
    uint64_t next;
    uint64_t end;
    uint64_t jump;
    struct row held;
    bool holding;
    bool stopping;
    uint64_t heard_ms;  /* the last byte */
    uint64_t row_ms;    /* the last line that looked like a row */
    uint64_t row_lines; /* how many did */
    uint64_t close_ms;  /* when all was said; 0: not yet */
};

/* What comes now confirms the row held back, or not. */
static void settle_held(struct dump *d, bool confirmed)
{
    if (!d->holding)
        return;
    d->holding = false;
    if (confirmed) {
        d->result->rows_good++;
        d->sink->row(d->sink->arg, d->held.address, d->held.bytes, d->held.len);
    } else {
        d->result->rows_bad++;
    }
}

static bool follows_held(const struct dump *d, uint64_t address)
{
    return address == d->held.address + d->held.len;
}

static void accept_row(struct dump *d, const struct row *row)
{
    settle_held(d, follows_held(d, row->address));
    d->held = *row;
    d->holding = true;
    d->next = row->address + row->len;
    d->jump = 0;
}

static bool within(const struct dump *d, const struct row *row)
{
    return row->address >= d->r->address && row->address < d->end &&
           (row->address - d->r->address) % row->len == 0;
}

/* A row whose form is right. */
static void place_row(struct dump *d, const struct row *row)
{
    bool expected = d->jump == 0
                        ? row->address == d->next
                        : row->address == d->jump ||
                              /* the disbelieved one's address was damaged */
                              row->address == d->next + row->len;

    if (expected && d->next < d->end && within(d, row)) {
        accept_row(d, row);
    } else if (d->holding && row->address == d->held.address) {
        /* the same row twice */
    } else {
        settle_held(d, false);
        d->result->rows_bad++;
        d->jump = row->address + row->len;
    }
}

static size_t next_row_length(const struct dump *d)
{
    size_t full = row_full_length(&d->r->method->row);
    uint64_t left = d->end - d->next;

    return d->next < d->end && left < full ? (size_t)left : full;
}

static void note_bad(struct dump *d, struct span line)
{
    char text[200];

    (void)text_escape(text, sizeof(text), line.text, line.len);
    log_debug("bad row where 0x%" PRIx64 " was expected: '%s'", d->next, text);
    d->result->rows_bad++;
}

/* A line that is no row. */
static void take_other(struct dump *d, struct span line)
{
    const struct dialect *dialect = d->c->dialect;

    if (dialect->fault != NULL &&
        pattern_match(dialect->fault, line.text, line.len, 0, NULL))
        d->result->fault = true;
    console_note_line(d->c, line);
}

static uint64_t rows_asked(const struct dump *d)
{
    size_t row = row_full_length(&d->r->method->row);

    return (d->r->len + row - 1) / row;
}

static void note_row_line(struct dump *d)
{
    if (++d->row_lines <= 2 * rows_asked(d) + SPARE_ROWS)
        d->row_ms = clock_ms();
}

static void take_line(struct dump *d, struct span line)
{
    struct row row;

    switch (row_parse(&d->r->method->row, d->r->order, line.text, line.len,
                      next_row_length(d), &row)) {
    case ROW_OK:
        note_row_line(d);
        place_row(d, &row);
        return;
    case ROW_BAD_CELL:
    case ROW_BAD_ASCII:
    case ROW_BAD_TAIL:
    case ROW_UNREADABLE:
        note_bad(d, line);
        settle_held(d, follows_held(d, row.address));
        note_row_line(d);
        /* The next row may follow from here, if this address is right. */
        d->jump = row.address + row_full_length(&d->r->method->row);
        return;
    case ROW_NOT_A_ROW:
        take_other(d, line);
        return;
    }
}

static void take_lines(struct dump *d)
{
    struct span line;

    while (console_take_line(d->c, &line))
        take_line(d, line);
}

/* Tells the device to stop, if it has ears for that. */
static int interrupt(struct dump *d)
{
    if (d->stopping)
        return 0;
    d->stopping = true;
    return console_send(d->c, &d->c->dialect->interrupt);
}

static bool wants_stop(const struct dump *d)
{
    return d->sink->stop != NULL && d->sink->stop(d->sink->arg);
}

static void note_all_said(struct dump *d)
{
    bool said = d->next >= d->end || d->result->fault ||
                (d->stopping && d->c->dialect->interrupt.len > 0);

    if (said && d->close_ms == 0)
        d->close_ms = clock_ms();
}

/* Until when the next byte, or the prompt, must come. */
static struct deadline patience(const struct dump *d)
{
    struct deadline silent = {d->heard_ms + SILENT_MS};
    struct deadline chatter = {d->row_ms + CHATTER_MS};
    struct deadline closing = {d->close_ms +
                               (d->result->fault ? FAULT_MS : CLOSING_MS)};

    if (console_at_prompt(d->c))
        silent.at_ms = d->heard_ms + LATE_MS;
    else if (d->close_ms != 0 || console_near_prompt(d->c))
        silent.at_ms = d->heard_ms + QUIET_MS;
    return deadline_min(silent, d->close_ms != 0 ? closing : chatter);
}

static bool finished(const struct dump *d)
{
    return console_at_prompt(d->c) && (d->next >= d->end || d->stopping);
}

/* Takes what came. 1: the end. */
static int one_turn(struct dump *d)
{
    int n = console_fill(d->c,
                         deadline_min(patience(d), deadline_in(ATTEND_MS)));

    if (n == -EINTR && atomic_load(&d->c->shutdown)) {
        (void)interrupt(d);
        return n;
    }
    if (n < 0 && n != -EINTR)
        return n;
    if (n > 0)
        d->heard_ms = clock_ms();
    take_lines(d);
    if (d->c->restarted)
        return -ETIMEDOUT;
    if (wants_stop(d) && d->next < d->end) {
        n = interrupt(d);
        if (n < 0)
            return n;
    }
    note_all_said(d);
    if (finished(d))
        return 1;
    if (deadline_passed(patience(d)))
        return console_at_prompt(d->c) ? 1 : -ETIMEDOUT;
    return 0;
}

/* Receives until the prompt is back. */
static int receive(struct dump *d)
{
    int ret = 0;

    d->heard_ms = d->row_ms = clock_ms();
    while (ret == 0)
        ret = one_turn(d);
    /* The last row has the end of the range to speak for it. A dump that was
     * cut off says nothing against it; one that ended a row short does. */
    settle_held(d, d->next >= d->end || ret < 0 || d->stopping ||
                       d->result->fault);
    return ret < 0 ? ret : 0;
}

static void count_lost(struct dump *d)
{
    uint64_t asked = rows_asked(d);
    uint64_t seen = (uint64_t)d->result->rows_good + d->result->rows_bad;

    d->result->rows_lost = asked > seen ? (unsigned)(asked - seen) : 0;
}

int dump_run(struct console *c, const struct dump_request *request,
             const struct device_sink *sink, struct dump_result *result,
             struct err *err)
{
    struct dump d = {.c = c, .r = request, .sink = sink, .result = result};
    const struct template_values values = {.address = request->address,
                                           .length = request->len,
                                           .count = request->len /
                                                    request->method->unit};
    char command[CONSOLE_PROMPT_MAX * 4];
    int ret;

    *result = (struct dump_result){0};
    d.next = request->address;
    d.end = request->address + request->len;
    ret = template_fill(request->method->command, &values, command,
                        sizeof(command), err);
    if (ret == 0)
        ret = console_begin(c, command, err);
    if (ret < 0)
        return ret;
    ret = receive(&d);
    if (ret == 0 && !d.stopping)
        count_lost(&d);
    if (ret < 0)
        return err_set(err, ret, "'%s': %s", command,
                       ret == -ETIMEDOUT ? "the device fell silent"
                                         : strerror(-ret));
    return d.stopping ? -EINTR : 0;
}
