// SPDX-License-Identifier: BSD-2-Clause
// Which lines of a log are rows of a dump, and of which.

#include "monitor/replay_priv.h"

#include "monitor/srec.h"
#include "monitor/stream.h"

#include <string.h>

#define SAMPLE_LINES 200U /* enough to see whose rows they are */
#define LONG_TEXT    40U  /* so long, and it may be a stream */

static struct span line_at(const struct replay *r, size_t n)
{
    return replay_span(&r->log.lines[n]);
}

bool replay_matches(struct pattern *p, struct span line)
{
    return p != NULL && pattern_match(p, line.text, line.len, 0, NULL);
}

enum row_result replay_row(const struct dump_method *m, struct span line,
                           struct row *row)
{
    enum row_order order = m->cpu_order ? ROW_UNPROVED : m->printed;
    size_t full = row_full_length(&m->row);
    enum row_result first = row_parse(&m->row, order, line.text, line.len, full,
                                      row);

    if (first == ROW_OK || first == ROW_UNREADABLE || first == ROW_NOT_A_ROW)
        return first;
    for (size_t n = full - m->row.cell_bytes; n > 0; n -= m->row.cell_bytes) {
        enum row_result got = row_parse(&m->row, order, line.text, line.len, n,
                                        row);
        if (got == ROW_OK || got == ROW_UNREADABLE || got == ROW_BLANK_CELLS)
            return got;
    }
    return first;
}

enum stream_form replay_stream_form(const struct dump_method *m)
{
    if (m->output == DUMP_HEX)
        return STREAM_HEX;
    return m->output == DUMP_BASE64 ? STREAM_BASE64 : STREAM_BASE64_GZIP;
}

bool replay_is_stream(const struct dump_method *m)
{
    return m->output != DUMP_ROWS && m->output != DUMP_SREC;
}

static bool is_long_text(const struct dump_method *m, struct span line)
{
    const struct stream hex = {.form = STREAM_HEX};
    const struct stream s = {.form = replay_stream_form(m)};

    /* Hex digits are characters of base64, too. */
    return line.len >= LONG_TEXT && stream_is_text(&s, line.text, line.len) &&
           (s.form == STREAM_HEX || !stream_is_text(&hex, line.text, line.len));
}

bool replay_is_row_of(const struct dump_method *m, struct span line)
{
    struct srec record;
    struct row row;
    enum row_result got;

    if (replay_is_stream(m))
        return is_long_text(m, line);
    if (m->output == DUMP_SREC)
        return srec_parse(line.text, line.len, &record) == SREC_DATA;
    got = replay_row(m, line, &row);
    return (got == ROW_OK || got == ROW_UNREADABLE) &&
           !replay_matches(m->skip, line);
}

bool replay_is_row(const struct replay *r, struct span line)
{
    for (size_t i = 0; i < r->d->n_dumps; i++)
        if (!replay_is_stream(&r->d->dumps[i]) &&
            replay_is_row_of(&r->d->dumps[i], line))
            return true;
    return false;
}

static size_t count_rows(const struct replay *r, const struct replay_command *c,
                         const struct dump_method *m)
{
    size_t rows = 0;

    /* How each gzip begins. */
    if (m->output == DUMP_BASE64_GZIP &&
        (c->first == c->last || line_at(r, c->first).len < 4 ||
         memcmp(line_at(r, c->first).text, "H4sI", 4) != 0))
        return 0;
    for (size_t i = c->first; i < c->last && i - c->first < SAMPLE_LINES; i++)
        rows += replay_is_row_of(m, line_at(r, i));
    return rows;
}

/* Whether command, with m's unit, asks for just so many rows. */
static bool asks_for(const struct dump_method *m,
                     const struct replay_command *c, size_t rows)
{
    struct replay_values v;

    return m->output == DUMP_ROWS &&
           replay_fit(m->command, c->text, m->unit, &v) >= REPLAY_FIT_START &&
           v.has_length && v.length == rows * row_full_length(&m->row);
}

static bool fits(const struct dump_method *m, const struct replay_command *c,
                 enum replay_fit least)
{
    return replay_fit(m->command, c->text, m->unit, NULL) >= least ||
           (m->again != NULL &&
            replay_fit(m->again, c->text, m->unit, NULL) >= least);
}

int replay_most_rows(const struct replay *r, const struct replay_command *c,
                     enum replay_fit only)
{
    int best = -1;
    size_t most = 0;

    for (size_t i = 0; i < r->d->n_dumps; i++) {
        const struct dump_method *m = &r->d->dumps[i];
        size_t n;
        size_t score;
        if (!fits(m, c, only))
            continue;
        n = count_rows(r, c, m);
        /* Of equals, the one in whose unit the number is right. */
        score = 2 * n + asks_for(m, c, n);
        if (n > 0 && score > most) {
            most = score;
            best = (int)i;
        }
    }
    return best;
}
