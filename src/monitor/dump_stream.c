// SPDX-License-Identifier: BSD-2-Clause
// Dumps without addresses: believed as a whole, or not at all.

/*
 * What comes is put together until it is as long as was asked for; a line that
 * is lost, damaged, or somebody else's makes it another length. Hex and base64
 * need not end with a line end: what belongs to the stream is counted, and the
 * prompt may follow at once.
 */

#include "monitor/dump_priv.h"

#include <stdlib.h>
#include <string.h>

#define PART_MAX 1024U /* of a line without end, kept in the console */
#define PIECE    512U  /* bytes that the sink gets at once */

bool dump_method_is_stream(const struct dump_method *m)
{
    return m->output == DUMP_HEX || m->output == DUMP_BASE64 ||
           m->output == DUMP_BASE64_GZIP ||
           (m->output == DUMP_ROWS && !row_has_address(&m->row));
}

bool dump_is_stream(const struct dump *d)
{
    return dump_method_is_stream(d->r->method);
}

static bool is_rows(const struct dump *d)
{
    return d->r->method->output == DUMP_ROWS;
}

void dump_stream_start(struct dump *d)
{
    enum dump_output output = d->r->method->output;

    stream_start(&d->stream,
                 output == DUMP_BASE64        ? STREAM_BASE64
                 : output == DUMP_BASE64_GZIP ? STREAM_BASE64_GZIP
                                              : STREAM_HEX,
                 (size_t)d->r->len);
}

void dump_stream_free(struct dump *d)
{
    stream_free(&d->stream);
}

/* Something of it came. */
static void note_progress(struct dump *d)
{
    if (d->stream.broken)
        return;
    d->row_ms = clock_ms();
    if (stream_wanted(&d->stream) == 0)
        d->next = d->end;
}

/* Rows are counted: each is the next. */
static void take_counted_row(struct dump *d, struct span line)
{
    const struct row_shape *shape = &d->r->method->row;
    size_t full = row_full_length(shape);
    size_t left = d->stream.len - d->stream.bytes.len;
    struct row row;

    switch (row_parse(shape, d->result->order, line.text, line.len,
                      left > 0 && left < full ? left : full, &row)) {
    case ROW_OK:
        d->stream.broken |= !dump_prove_order(d, &row);
        stream_add_bytes(&d->stream, row.bytes, row.len);
        note_progress(d);
        return;
    case ROW_NOT_A_ROW:
        dump_note_strange(d, line);
        dump_take_other(d, line);
        return;
    default:
        dump_note_strange(d, line);
        d->result->rows_bad++;
        d->stream.broken = true; /* what follows is not where it seems */
    }
}

static bool is_done(const struct dump *d, struct span line)
{
    struct pattern *done = d->c->dialect->done;

    return done != NULL && pattern_match(done, line.text, line.len, 0, NULL);
}

void dump_take_stream(struct dump *d, struct span line)
{
    if (is_rows(d)) {
        take_counted_row(d, line);
        return;
    }
    while (line.len > 0 && line.text[line.len - 1] == ' ')
        line.len--;
    if (line.len == 0)
        return;
    if (!is_done(d, line) && exchange_complete(&d->talk) &&
        stream_add(&d->stream, line.text, line.len))
        note_progress(d);
    else
        dump_take_other(d, line);
}

/* So much of the last line as can be taken: its end, or so much that it is no
 * prompt. Where blanks part the bytes, only whole ones. */
static size_t part_length(const struct dump *d, struct span part)
{
    size_t wanted = stream_wanted(&d->stream);
    size_t n = part.len < wanted ? part.len : wanted;

    if (d->r->method->output == DUMP_HEX && memchr(part.text, ' ', n) != NULL) {
        for (n = part.len; part.text[n - 1] != ' '; n--)
            ;
        return n < PART_MAX ? 0 : n;
    }
    return n < wanted && n < PART_MAX ? 0 : n;
}

void dump_take_stream_part(struct dump *d)
{
    struct span part = console_partial(d->c);
    size_t n = part_length(d, part);

    if (is_rows(d) || n == 0 || !exchange_complete(&d->talk) ||
        !stream_add(&d->stream, part.text, n))
        return;
    d->c->taken = d->c->in.len - part.len + n;
    note_progress(d);
}

bool dump_stream_is_whole(struct dump *d)
{
    uint8_t *bytes;
    bool whole;

    if (stream_wanted(&d->stream) != SIZE_MAX ||
        d->stream.chars == d->tried) /* nothing new since */
        return d->next >= d->end && !d->stream.broken;
    d->tried = d->stream.chars;
    bytes = malloc((size_t)d->r->len + 1);
    whole = bytes != NULL && stream_finish(&d->stream, bytes);
    free(bytes);
    if (whole)
        d->next = d->end;
    return whole;
}

void dump_stream_deliver(struct dump *d)
{
    size_t len = (size_t)d->r->len;
    uint8_t *bytes = malloc(len + 1);

    if (bytes != NULL && stream_finish(&d->stream, bytes)) {
        for (size_t at = 0; at < len; at += PIECE)
            d->sink->row(d->sink->arg, d->r->address + at, bytes + at,
                         len - at < PIECE ? len - at : PIECE);
        d->result->rows_good += (unsigned)(len / DEVICE_ROW);
    }
    free(bytes);
}
