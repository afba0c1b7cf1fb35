// SPDX-License-Identifier: BSD-2-Clause
// Runs one dump command and checks its rows as they arrive.

/*
 * The end comes with the prompt. A device that prints other things instead must
 * not hold us for ever: rows must come at least every CHATTER_MS, and no more
 * of them than noise can make of those asked for; and when all is said (all
 * rows came, an interrupt was sent, a fault reported) the prompt has a fixed
 * time, whatever else arrives.
 */

#include "monitor/dump_priv.h"

#include "monitor/template.h"

#include <errno.h>
#include <string.h>

#define ATTEND_MS  500U  /* so often the reader is asked */
#define SILENT_MS  2000U /* no byte for so long: the command is dead */
#define CHATTER_MS 5000U /* no row for so long: nothing but chatter */
/* Where the device packs before it prints. */
#define STREAM_SILENT_MS  10000U
#define STREAM_CHATTER_MS 20000U
#define LATE_MS           200U  /* a prompt before all rows came must last */
#define CLOSING_MS        1500U /* for the prompt, when all is said */
/* No byte for so long when all is said, or behind what is nearly the prompt:
 * it was damaged. */
#define QUIET_MS 300U
/* After a reported fault the prompt is there soon, or the device resets: then
 * its countdown must not be missed. */
#define FAULT_MS 300U

static void take_output(struct dump *d, struct span line)
{
    const struct dump_method *m = d->r->method;

    if (d->past || (m->skip != NULL &&
                    pattern_match(m->skip, line.text, line.len, 0, NULL)))
        dump_take_other(d, line);
    else if (dump_is_stream(d))
        dump_take_stream(d, line);
    else if (m->output == DUMP_SREC)
        dump_take_record(d, line);
    else
        dump_take_row(d, line);
}

/* Takes what is there; answers what is asked. */
static int take_lines(struct dump *d)
{
    char clean[CONSOLE_LINE_MAX];
    size_t held = d->talk.held;
    struct span line;
    int ret;

    while (console_take_line(d->c, &line)) {
        line = exchange_clean(&d->talk, line, clean, sizeof(clean));
        ret = exchange_line(&d->talk, d->c, line);
        if (ret < 0)
            return ret;
        if (ret == 0)
            take_output(d, line);
        if (d->talk.held > held)
            d->row_ms = clock_ms(); /* a dialogue has an end; a pager, none */
        held = d->talk.held;
    }
    if (dump_is_stream(d))
        dump_take_stream_part(d);
    return exchange_answer(&d->talk, d->c);
}

/* Tells the device to stop, if it has ears for that. */
static int interrupt(struct dump *d)
{
    if (d->stopping)
        return 0;
    d->stopping = true;
    d->c->working = false;
    return console_send(d->c, &d->c->dialect->interrupt);
}

static bool wants_stop(const struct dump *d)
{
    return d->sink->stop != NULL && d->sink->stop(d->sink->arg);
}

static void note_all_said(struct dump *d)
{
    bool said = d->next >= d->end || d->result->fault || d->done ||
                (d->stopping && d->c->dialect->interrupt.len > 0);

    if (said && d->close_ms == 0)
        d->close_ms = clock_ms();
}

/* Until when the next byte, or the prompt, must come. */
static struct deadline patience(const struct dump *d)
{
    bool stream = dump_is_stream(d);
    struct deadline silent = {d->heard_ms +
                              (stream ? STREAM_SILENT_MS : SILENT_MS)};
    struct deadline chatter = {d->row_ms +
                               (stream ? STREAM_CHATTER_MS : CHATTER_MS)};
    struct deadline closing = {d->close_ms +
                               (d->result->fault ? FAULT_MS : CLOSING_MS)};

    if (console_at_prompt(d->c))
        silent.at_ms = d->heard_ms + LATE_MS;
    else if (d->close_ms != 0 || console_near_prompt(d->c))
        silent.at_ms = d->heard_ms + QUIET_MS;
    return deadline_min(silent, d->close_ms != 0 ? closing : chatter);
}

/* The prompt is there, and nothing more is to come. */
static bool finished(struct dump *d)
{
    if (!console_at_prompt(d->c))
        return false;
    return d->next >= d->end || d->stopping ||
           (d->done && d->c->dialect->prompt != NULL) ||
           (dump_is_stream(d) && dump_stream_is_whole(d));
}

/* Takes what came. 1: the end. */
static int one_turn(struct dump *d)
{
    struct deadline until = deadline_min(patience(d), deadline_in(ATTEND_MS));
    int n = console_fill(d->c, exchange_wait(&d->talk, d->c, until));

    if (n == -EINTR && atomic_load(&d->c->shutdown)) {
        (void)interrupt(d);
        return n;
    }
    if (n < 0 && n != -EINTR)
        return n;
    if (n > 0)
        d->heard_ms = clock_ms();
    n = take_lines(d);
    if (n < 0)
        return n;
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
    if (!deadline_passed(patience(d)))
        return 0;
    return console_at_prompt(d->c) ? 1 : -ETIMEDOUT;
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
    dump_settle(d, d->next >= d->end || ret < 0 || d->stopping ||
                       d->result->fault || dump_page_is_another_size(d));
    if (ret > 0 && dump_is_stream(d))
        dump_stream_deliver(d);
    return ret < 0 ? ret : 0;
}

static void count_lost(struct dump *d)
{
    struct dump_result *r = d->result;
    uint64_t asked = dump_rows_asked(d);
    uint64_t seen = (uint64_t)r->rows_good + r->rows_bad + r->rows_unreadable +
                    r->rows_unproved;

    r->rows_lost = asked > seen ? (unsigned)(asked - seen) : 0;
    if (r->rows_unreadable > 0 && r->rows_bad == 0 && r->rows_lost == 0 &&
        r->rows_unproved == 0)
        r->fault = true; /* nothing would be gained by asking again */
}

/* What a printed address counts from. */
static uint64_t row_base(const struct dump_request *r)
{
    uint64_t page = r->values.page_size;

    switch (r->method->base) {
    case DUMP_REQUEST:
        return r->address;
    case DUMP_PAGE:
        return r->address - (page != 0 ? r->values.offset % page : 0);
    case DUMP_ABSOLUTE:
        break;
    }
    return r->row_base;
}

static struct template_values values_of(const struct dump_request *r)
{
    struct template_values values = r->values;

    values.address = r->address - r->row_base;
    values.length = r->len;
    values.count = r->len / r->method->unit;
    return values;
}

static void prepare(struct dump *d)
{
    const struct dump_request *r = d->r;

    *d->result = (struct dump_result){.order = r->order, .next = r->address};
    d->base = row_base(r);
    d->next = r->address;
    d->end = r->address + r->len;
    d->values = values_of(r);
}

/* Types the command; text is what was typed. */
static int begin(struct dump *d, char *text, size_t size, struct err *err)
{
    const struct dump_method *m = d->r->method;
    const char *command = d->r->again && m->again != NULL ? m->again
                                                          : m->command;
    int ret = template_fill(command, &d->values, text, size, err);

    if (ret == 0)
        ret = console_begin(d->c, text, m->enter, err);
    if (ret == 0)
        exchange_start(&d->talk, d->c, &m->dialogue, &d->values);
    return ret;
}

int dump_run(struct console *c, const struct dump_request *request,
             const struct device_sink *sink, struct dump_result *result,
             struct err *err)
{
    struct dump d = {.c = c, .r = request, .sink = sink, .result = result};
    char command[CONSOLE_PROMPT_MAX * 4];
    int ret;

    prepare(&d);
    ret = begin(&d, command, sizeof(command), err);
    if (ret < 0)
        return ret;
    dump_stream_start(&d);
    ret = dump_page_start(&d);
    if (ret == 0)
        ret = receive(&d);
    dump_stream_free(&d);
    if (ret == 0)
        dump_page_finish(&d);
    dump_page_free(&d);
    result->next = d.next;
    if (ret == 0 && !d.stopping)
        count_lost(&d);
    if (ret < 0)
        return err_set(err, ret, "'%s': %s", command,
                       ret == -ETIMEDOUT ? "the device fell silent"
                                         : strerror(-ret));
    return d.stopping ? -EINTR : 0;
}
