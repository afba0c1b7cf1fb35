// SPDX-License-Identifier: BSD-2-Clause
// A dump in a log: its rows counted and compared with what was asked for, and
// what its other lines are.

#include "monitor/replay_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_MAX (16U << 20) /* bytes of one */
#define TYPED_MAX  40U         /* keys behind a question */

/* A dump being read. */
struct reading {
    struct replay *r;
    struct replay_command *c;
    const struct dump_method *m;
    struct replay_dump *sums;
    struct stream stream;
    bool stopped; /* what follows are no rows */
    bool any;     /* a row with an address came */
    uint64_t next;
    uint64_t bytes;
};

static struct span line_at(const struct replay *r, size_t n)
{
    return replay_span(&r->log.lines[n]);
}

static void count_good(struct reading *x, uint64_t address, size_t len)
{
    struct replay_command *c = x->c;

    if (c->good == 0 || address < c->from)
        c->from = address;
    if (c->good == 0 || address + len - 1 > c->to)
        c->to = address + len - 1;
    if (x->sums->good == 0 || address < x->sums->from)
        x->sums->from = address;
    if (x->sums->good == 0 || address + len - 1 > x->sums->to)
        x->sums->to = address + len - 1;
    c->good++;
    x->sums->good++;
    x->bytes += len;
}

static void count_bad(struct reading *x)
{
    x->c->bad++;
    x->sums->bad++;
}

/* What was asked for, as far as it could be read from the command. */
static bool asked(const struct reading *x, uint64_t *out)
{
    const struct replay_values *v = &x->c->values;
    bool offset = x->m->medium != NULL && v->has_offset;

    *out = offset ? v->offset : v->address;
    return offset || v->has_address;
}

static void check_first(struct reading *x, size_t n, uint64_t address)
{
    size_t full = x->m->output == DUMP_ROWS ? row_full_length(&x->m->row)
                                            : SREC_BYTES_MAX;
    uint64_t near = x->m->fixed > full ? x->m->fixed : full;
    uint64_t want;

    if (!asked(x, &want) || x->m->base == DUMP_PAGE)
        return;
    if (x->m->base == DUMP_REQUEST) {
        if (address != 0 && address == want)
            replay_miss(x->r, n,
                        "the rows have the address asked for: dump %s, base = "
                        "absolute",
                        x->m->name);
        return;
    }
    if (address <= want && want - address < near)
        return;
    replay_miss(x->r, n,
                "0x%" PRIx64 " was asked for and the rows begin at 0x%" PRIx64
                ": dump %s, base (request where they count from 0), or how "
                "command writes numbers",
                want, address, x->m->name);
}

/* Each row has to begin where the one before it ended; pages begin anew. */
static void check_next(struct reading *x, size_t n, uint64_t address)
{
    if (!x->any)
        check_first(x, n, address);
    else if (address != x->next &&
             (x->m->base != DUMP_PAGE || address > x->next))
        replay_miss(x->r, n,
                    "0x%" PRIx64 " should follow, not 0x%" PRIx64
                    ": rows are missing in the log, or dump %s, row: "
                    "cell-bytes and cells make too few or too many bytes",
                    x->next, address, x->m->name);
}

static void take_good(struct reading *x, size_t n, const struct row *row)
{
    uint64_t base = 0;

    x->sums->suits_memory += row->suits_memory && !row->suits_reversed;
    x->sums->suits_reversed += row->suits_reversed && !row->suits_memory;
    if (row_has_address(&x->m->row))
        check_next(x, n, row->address);
    else if (asked(x, &base))
        base += x->bytes;
    else
        base = x->bytes;
    if (row_has_address(&x->m->row) && x->m->base == DUMP_REQUEST)
        (void)asked(x, &base);
    count_good(x, base + row->address, row->len);
    x->any = true;
    x->next = row->address + row->len;
}

static void take_bad(struct reading *x, size_t n, enum row_result why)
{
    count_bad(x);
    if (why == ROW_BLANK_CELLS)
        replay_miss(x->r, n,
                    "not used: its first cells are blank, as where a dump "
                    "starts in the middle of a row (of %zu bytes). If each row "
                    "has so many blanks there: dump %s, row: address-suffix, "
                    "with all of them",
                    row_full_length(&x->m->row), x->m->name);
    else if (why == ROW_BAD_CELL)
        replay_miss(x->r, n,
                    "damaged, or dump %s, row: cells, cell-bytes, cell-prefix, "
                    "separators",
                    x->m->name);
    else if (why == ROW_BAD_ASCII)
        replay_miss(x->r, n,
                    "damaged, or dump %s, row: ascii and what belongs to it "
                    "(gap, open, close, first, last, other), or tail%s",
                    x->m->name,
                    x->m->row.cell_bytes > 1 && !x->m->cpu_order ? ", or order"
                                                                 : "");
    else
        replay_miss(x->r, n,
                    "damaged, or dump %s, row: tail, or ascii, or rest = true",
                    x->m->name);
}

/* True: it is a row, whatever it is like. */
static bool take_row(struct reading *x, size_t n, struct span line)
{
    struct row row;
    enum row_result got = replay_row(x->m, line, &row);

    if (got == ROW_NOT_A_ROW)
        return false;
    if (got == ROW_OK || got == ROW_UNREADABLE) {
        take_good(x, n, &row);
        return true;
    }
    take_bad(x, n, got);
    x->any = x->any || row_has_address(&x->m->row);
    x->next = row.address + row_full_length(&x->m->row);
    return true;
}

static bool take_record(struct reading *x, size_t n, struct span line)
{
    struct srec record;

    switch (srec_parse(line.text, line.len, &record)) {
    case SREC_DATA:
        if (record.len == 0)
            return true;
        check_next(x, n, record.address);
        count_good(x, record.address, record.len);
        x->any = true;
        x->next = record.address + record.len;
        return true;
    case SREC_OTHER:
        return true;
    case SREC_BAD:
        count_bad(x);
        replay_miss(x->r, n, "damaged: its checksum is wrong");
        return true;
    case SREC_NONE:
        break;
    }
    return false;
}

/* Bytes of one or two digits with blanks between them. */
static bool take_tokens(struct stream *s, struct span line)
{
    char two[2];

    for (size_t at = 0; at < line.len;) {
        size_t n = 0;
        if (line.text[at] == ' ') {
            at++;
            continue;
        }
        while (at + n < line.len && line.text[at + n] != ' ')
            n++;
        two[0] = '0';
        two[n < 2] = line.text[at];
        if (n == 2)
            memcpy(two, line.text + at, 2);
        if (n > 2 || !stream_add(s, two, 2))
            return false;
        at += n;
    }
    return true;
}

static bool take_piece(struct reading *x, struct span line)
{
    line = replay_trim(line);
    if (x->m->output == DUMP_HEX && memchr(line.text, ' ', line.len) != NULL
            ? !take_tokens(&x->stream, line)
            : !stream_add(&x->stream, line.text, line.len))
        return false;
    x->c->good++;
    x->sums->good++;
    return true;
}

static bool take_data(struct reading *x, size_t n, struct span line)
{
    if (replay_is_stream(x->m))
        return take_piece(x, line);
    if (x->m->output == DUMP_SREC)
        return take_record(x, n, line);
    return take_row(x, n, line);
}

/* A question, and perhaps what was typed behind it. */
static bool is_question(const struct exchange *e, struct span line)
{
    if (replay_matches(e->expect, line))
        return true;
    for (size_t n = 1; n < line.len && n <= TYPED_MAX; n++)
        if (pattern_match(e->expect, line.text, line.len - n, 0, NULL))
            return true;
    return false;
}

static bool is_any_question(const struct exchanges *list, struct span line)
{
    for (size_t i = 0; i < list->n; i++)
        if (is_question(&list->list[i], line))
            return true;
    return false;
}

/* Lines that a dump has besides rows. */
static bool is_explained(struct reading *x, struct span line)
{
    const struct dialect *d = x->r->d;

    if (replay_matches(x->m->stop, line)) {
        x->stopped = true;
        return true;
    }
    return x->stopped || x->c->faulted || replay_is_blank(line) ||
           replay_matches(x->m->skip, line) || replay_matches(d->done, line) ||
           is_any_question(&d->pager, line) ||
           is_any_question(&x->m->dialogue, line);
}

static void take_other(struct reading *x, size_t n, struct span line)
{
    if (replay_is_start(x->r, line))
        x->stopped = true; /* it was reset: what follows is no answer */
    else if (replay_is_memory(line) && x->m->output == DUMP_ROWS)
        replay_miss(x->r, n,
                    "if it is a row: dump %s, row: address-prefix, "
                    "address-digits, address-suffix; else dump %s, skip",
                    x->m->name, x->m->name);
    else
        replay_miss(x->r, n,
                    "if it belongs there: dump %s, skip or stop; or console: "
                    "done, pager, fault",
                    x->m->name);
}

static void take_line(struct reading *x, size_t n)
{
    struct span line = line_at(x->r, n);

    /* Rows are most of the lines: they first, where they can be told. */
    if (x->m->output == DUMP_ROWS && !x->stopped && !x->c->faulted &&
        replay_is_row_of(x->m, line) && !replay_matches(x->m->stop, line))
        (void)take_row(x, n, line);
    else if (replay_matches(x->r->d->fault, line))
        x->c->faulted = true;
    else if (!is_explained(x, line) && !take_data(x, n, line))
        take_other(x, n, line);
}

/* Whole, where it is known how long that is. */
static void check_stream(struct reading *x)
{
    uint64_t len = x->c->values.length;
    uint8_t *bytes;
    uint64_t base = 0;

    if (!x->c->values.has_length || len > STREAM_MAX || x->c->good == 0)
        return;
    bytes = malloc(len);
    if (bytes != NULL && stream_finish(&x->stream, bytes)) {
        (void)asked(x, &base);
        x->c->from = base;
        x->c->to = base + len - 1;
        if (x->sums->to == 0 || base < x->sums->from)
            x->sums->from = base;
        if (x->c->to > x->sums->to)
            x->sums->to = x->c->to;
    } else {
        count_bad(x);
        replay_miss(x->r, x->c->first,
                    "what follows is not whole, or not of the %" PRIu64
                    " bytes asked for: dump %s, output, or unit",
                    len, x->m->name);
    }
    free(bytes);
}

/* More than was asked for tells that the numbers mean something else. */
static void check_length(struct reading *x)
{
    const struct replay_values *v = &x->c->values;
    uint64_t most = v->has_length ? v->length : 0;
    uint64_t room = x->m->output == DUMP_ROWS ? row_full_length(&x->m->row)
                                              : SREC_BYTES_MAX;
    const char *key = "unit, or in which radix command writes the length";

    if (x->m->fixed != 0) {
        most = x->m->fixed;
        key = "fixed";
    }
    if (most == 0 || x->c->by_rows || x->c->bad > 0 || x->bytes < most + room)
        return;
    replay_miss(x->r, x->c->line,
                "%" PRIu64 " bytes came where %" PRIu64
                " were expected: dump %s, %s",
                x->bytes, most, x->m->name, key);
}

void replay_read_dump(struct replay *r, struct replay_command *c)
{
    struct reading x = {.r = r,
                        .c = c,
                        .m = &r->d->dumps[c->index],
                        .sums = &r->dumps[c->index]};
    uint64_t len = c->values.has_length ? c->values.length : STREAM_MAX;

    if (replay_is_stream(x.m))
        stream_start(&x.stream, replay_stream_form(x.m),
                     len <= STREAM_MAX ? (size_t)len : STREAM_MAX);
    x.sums->commands++;
    for (size_t i = c->first; i < c->last && !c->unknown; i++)
        take_line(&x, i);
    if (replay_is_stream(x.m) && !c->faulted)
        check_stream(&x);
    else
        check_length(&x);
    stream_free(&x.stream);
    r->counts.rows_good += c->good;
    r->counts.rows_bad += c->bad;
}
