// SPDX-License-Identifier: BSD-2-Clause
// Runs one dump command and checks its rows as they arrive.

/*
 * A row counts when its shape, digits and ASCII column are right and its
 * address is the one expected next. A row with a right shape and another
 * address is either behind lost rows or has a damaged address: it is not
 * believed, but if the row after it continues from there, the rows between
 * were lost and reading goes on; if that one has the address expected all the
 * time plus one row, the address was damaged.
 *
 *   next   the address expected
 *   jump   where a disbelieved row would lead (0: none); never 0 by itself,
 *          since it is one row beyond a printed address
 */

#include "monitor/dump.h"

#include "base/log.h"
#include "base/text.h"
#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SILENT_MS 2000U /* no byte for so long: the command is dead */
#define LATE_MS   200U  /* a prompt before all rows came must last */
/* After a reported fault the prompt is there soon, or the device resets: then
 * its countdown must not be missed. */
#define FAULT_MS     300U
#define INTERRUPT_MS 1500U /* for the prompt after an interrupt key */

struct dump {
    struct console *c;
    const struct dump_request *r;
    const struct device_sink *sink;
    struct dump_result *result;
    uint64_t next;
    uint64_t end;
    uint64_t jump;
    bool stopping;
    uint64_t fault_ms; /* when result->fault was set */
};

static void accept_row(struct dump *d, const struct row *row)
{
    d->result->rows_good++;
    d->sink->row(d->sink->arg, row->address, row->bytes, row->len);
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
    bool expected = row->address == d->next ||
                    (d->jump != 0 && row->address == d->jump) ||
                    /* the disbelieved one had a damaged address */
                    (row->address == d->next + row->len && d->jump != 0);

    if (expected && d->next < d->end && within(d, row)) {
        accept_row(d, row);
    } else if (row->address + row->len != d->next) { /* else: twice the same */
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

static void note_fault(struct dump *d)
{
    if (!d->result->fault)
        d->fault_ms = clock_ms();
    d->result->fault = true;
}

static void take_line(struct dump *d, struct span line)
{
    struct row row;

    switch (row_parse(&d->r->method->row, d->r->order, line.text, line.len,
                      next_row_length(d), &row)) {
    case ROW_OK:
        place_row(d, &row);
        return;
    case ROW_BAD_CELL:
    case ROW_BAD_ASCII:
    case ROW_BAD_TAIL:
        note_bad(d, line);
        /* The next row may follow from here, if this address is right. */
        d->jump = row.address + row_full_length(&d->r->method->row);
        return;
    case ROW_NOT_A_ROW:
        if (d->c->dialect->fault != NULL &&
            pattern_match(d->c->dialect->fault, line.text, line.len, 0, NULL))
            note_fault(d);
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

/* How long to wait for the next byte. */
static unsigned patience_ms(const struct dump *d)
{
    if (console_at_prompt(d->c))
        return d->next >= d->end || d->stopping ? 0 : LATE_MS;
    if (d->result->fault)
        return FAULT_MS;
    return d->stopping ? INTERRUPT_MS : SILENT_MS;
}

/* Receives until the prompt is back. */
static int receive(struct dump *d)
{
    uint64_t heard_ms = clock_ms();

    while (patience_ms(d) > 0) {
        struct deadline until = {heard_ms + patience_ms(d)};
        int n = console_fill(d->c, until);

        if (n == -EINTR && atomic_load(&d->c->shutdown)) {
            (void)interrupt(d);
            return n;
        }
        if (n < 0 && n != -EINTR)
            return n;
        if (n > 0)
            heard_ms = clock_ms();
        take_lines(d);
        if (!d->stopping && d->next < d->end && wants_stop(d)) {
            n = interrupt(d);
            if (n < 0)
                return n;
            heard_ms = clock_ms();
        } else if (n <= 0 && deadline_passed(until)) {
            return console_at_prompt(d->c) ? 0 : -ETIMEDOUT;
        }
        if (d->result->fault && clock_ms() - d->fault_ms >= FAULT_MS)
            return console_at_prompt(d->c) ? 0 : -ETIMEDOUT;
    }
    return 0;
}

static void count_lost(struct dump *d)
{
    size_t row = row_full_length(&d->r->method->row);
    uint64_t asked = (d->r->len + row - 1) / row;
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
