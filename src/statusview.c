// SPDX-License-Identifier: BSD-2-Clause
// What .fwfs/status of a mount says, drawn for a terminal.

#include "statusview.h"

#include "base/num.h"
#include "base/text.h"
#include "madefile.h"
#include "progress.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_COLUMNS 24U
#define BAR_MIN          8U
#define BAR_MAX          50U

/* A `file:` line. */
struct row {
    uint64_t known, size, percent, bad, rate_bps;
    uint64_t confirmed;
    bool has_confirmed;
    uint64_t seconds_left;
    bool has_seconds;
    const char *name; /* name_len bytes */
    size_t name_len;
};

/* The next line of *text, without the newline; false at the end. */
static bool next_line(const char **text, const char **line, size_t *len)
{
    if (**text == '\0')
        return false;
    *line = *text;
    *len = strcspn(*text, "\n");
    *text += *len + ((*text)[*len] == '\n');
    return true;
}

/* Takes a field and the blank behind it off the front. */
static bool take_field(const char **at, size_t *left, const char **field,
                       size_t *len)
{
    const char *blank = memchr(*at, ' ', *left);

    if (blank == NULL)
        return false;
    *field = *at;
    *len = (size_t)(blank - *at);
    *left -= *len + 1;
    *at = blank + 1;
    return true;
}

static bool take_number(const char **at, size_t *left, uint64_t *out)
{
    const char *field;
    size_t len;

    return take_field(at, left, &field, &len) &&
           num_digits(field, len, 10, out);
}

/* Of a `confirmed:` line: the file that it is of, and the sum. */
static bool parse_confirmed(const char *line, size_t len, struct row *row)
{
    static const char head[] = "confirmed: ";
    size_t n = sizeof(head) - 1;
    uint64_t route;

    if (len < n || memcmp(line, head, n) != 0)
        return false;
    line += n;
    len -= n;
    row->confirmed = 0;
    for (int i = 0; i < 3; i++) {
        if (!take_number(&line, &len, &route) ||
            !num_add(row->confirmed, route, &row->confirmed))
            return false;
    }
    row->name = line;
    row->name_len = len;
    return true;
}

/* Looks the line of row's file up in text. */
static void find_confirmed(const char *text, struct row *row)
{
    const char *line;
    size_t len;
    struct row found;

    row->has_confirmed = false;
    while (next_line(&text, &line, &len)) {
        if (!parse_confirmed(line, len, &found) ||
            found.name_len != row->name_len ||
            memcmp(found.name, row->name, row->name_len) != 0)
            continue;
        row->confirmed = found.confirmed;
        row->has_confirmed = true;
        return;
    }
}

static bool parse_row(const char *line, size_t len, struct row *row)
{
    static const char head[] = "file: ";
    const char *field;
    size_t n = sizeof(head) - 1;

    row->has_confirmed = false;
    if (len < n || memcmp(line, head, n) != 0)
        return false;
    line += n;
    len -= n;
    if (!take_number(&line, &len, &row->known) ||
        !take_number(&line, &len, &row->size) ||
        !take_number(&line, &len, &row->percent) ||
        !take_number(&line, &len, &row->bad) ||
        !take_number(&line, &len, &row->rate_bps) ||
        !take_field(&line, &len, &field, &n))
        return false;
    row->has_seconds = num_digits(field, n, 10, &row->seconds_left);
    row->name = line;
    row->name_len = len;
    return row->percent <= 100 && len > 0;
}

/* Text from the status file: already escaped there, and yet. */
static void add_safe(struct buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        (void)buf_add(out, s[i] >= ' ' && s[i] <= '~' ? &s[i] : "?", 1);
}

static void add_size(struct buf *out, uint64_t n)
{
    char text[TEXT_SIZE_MAX];

    text_size(text, n);
    (void)buf_printf(out, "%s", text);
}

static void add_time(struct buf *out, uint64_t seconds)
{
    char text[TEXT_TIME_MAX];

    text_time(text, seconds);
    (void)buf_printf(out, "%s", text);
}

/* What stands behind the bar. */
static void add_numbers(struct buf *out, const struct row *row)
{
    (void)buf_printf(out, "%3" PRIu64 "%%  ", row->percent);
    add_size(out, row->known);
    (void)buf_printf(out, " of ");
    add_size(out, row->size);
    if (row->has_confirmed && row->known > 0) {
        (void)buf_printf(out, "  ");
        if (row->confirmed < row->known)
            add_size(out, row->confirmed);
        (void)buf_printf(out, "%sconfirmed",
                         row->confirmed < row->known ? " " : "");
    }
    if (row->bad > 0) {
        (void)buf_printf(out, "  ");
        add_size(out, row->bad);
        (void)buf_printf(out, " bad");
    }
    if (row->rate_bps > 0) {
        (void)buf_printf(out, "  ");
        add_size(out, row->rate_bps);
        (void)buf_printf(out, "/s");
    }
    if (row->has_seconds) {
        (void)buf_printf(out, "  ");
        add_time(out, row->seconds_left);
        (void)buf_printf(out, " left");
    }
}

/* How the columns are shared out, the same for all rows. */
struct layout {
    size_t name;
    size_t bar; /* 0: no room for any */
};

static struct layout make_layout(const char *text, unsigned columns)
{
    CLEANUP_BUF struct buf numbers = {0};
    const char *whole = text;
    struct layout l = {0};
    const char *line;
    size_t len;
    size_t widest = 0;
    struct row row;

    while (next_line(&text, &line, &len)) {
        if (!parse_row(line, len, &row))
            continue;
        find_confirmed(whole, &row);
        buf_clear(&numbers);
        add_numbers(&numbers, &row);
        if (numbers.len > widest)
            widest = numbers.len;
        if (row.name_len > l.name)
            l.name = row.name_len;
    }
    if (l.name > NAME_MAX_COLUMNS)
        l.name = NAME_MAX_COLUMNS;
    /* name, two blanks, [bar], blank, numbers */
    if (columns > l.name + widest + 5 + BAR_MIN)
        l.bar = columns - l.name - widest - 5;
    if (l.bar > BAR_MAX)
        l.bar = BAR_MAX;
    return l;
}

static void add_name(struct buf *out, const struct row *row, size_t columns)
{
    size_t shown = row->name_len;

    if (shown > columns) {
        shown = columns - 2;
        add_safe(out, row->name, shown);
        (void)buf_printf(out, "..");
        return;
    }
    add_safe(out, row->name, shown);
    (void)buf_printf(out, "%*s", (int)(columns - shown), "");
}

static void draw_row(struct buf *out, const struct row *row,
                     const struct layout *l)
{
    size_t full = l->bar * (size_t)row->percent / 100;

    add_name(out, row, l->name);
    (void)buf_printf(out, "  ");
    if (l->bar > 0) {
        (void)buf_add(out, "[", 1);
        for (size_t i = 0; i < l->bar; i++)
            (void)buf_add(out, i < full ? "#" : ".", 1);
        (void)buf_printf(out, "] ");
    }
    add_numbers(out, row);
    (void)buf_add(out, "\n", 1);
}

/* The value of "key: value", NULL when there is none or it is "-". */
static const char *find_value(const char *text, const char *key, size_t *len)
{
    size_t n = strlen(key);
    const char *line;

    while (next_line(&text, &line, len)) {
        if (*len > n + 2 && memcmp(line, key, n) == 0 &&
            memcmp(line + n, ": ", 2) == 0) {
            *len -= n + 2;
            line += n + 2;
            return *len == 1 && *line == '-' ? NULL : line;
        }
    }
    return NULL;
}

/* before, value, after - or nothing at all when the key has no value. */
static void add_value(struct buf *out, const char *text, const char *before,
                      const char *key, const char *after)
{
    size_t len;
    const char *value = find_value(text, key, &len);

    if (value == NULL)
        return;
    (void)buf_printf(out, "%s", before);
    add_safe(out, value, len);
    (void)buf_printf(out, "%s", after);
}

/* The same for a count, but not for none. */
static void add_count(struct buf *out, const char *text, const char *key,
                      const char *what)
{
    size_t len;
    const char *value = find_value(text, key, &len);
    uint64_t n;

    if (value != NULL && num_digits(value, len, 10, &n) && n > 0)
        (void)buf_printf(out, "%s: %" PRIu64 "\n", what, n);
}

static bool is_yes(const char *text, const char *key)
{
    size_t len;
    const char *value = find_value(text, key, &len);

    return value != NULL && len == 3 && memcmp(value, "yes", 3) == 0;
}

/* What must not be overlooked. */
static void add_warnings(struct buf *out, const char *text)
{
    if (is_yes(text, "exchanged"))
        (void)buf_printf(out, "ANOTHER DEVICE answers at the port: only what "
                              "is cached can be read\n");
    add_count(out, text, "answered_wrong",
              "BYTES ANSWERED THAT PROVED WRONG, copy again");
    add_count(out, text, "resets", "times the device was out of sight");
}

/* Each `note:` line as it is. */
static void add_notes(struct buf *out, const char *text)
{
    static const char head[] = "note: ";
    const char *line;
    size_t len;

    while (next_line(&text, &line, &len)) {
        if (len < sizeof(head) || memcmp(line, head, sizeof(head) - 1) != 0)
            continue;
        add_safe(out, line, len);
        (void)buf_add(out, "\n", 1);
    }
}

void statusview_draw(const char *text, unsigned columns, struct buf *out)
{
    const struct layout l = make_layout(text, columns);
    const char *rest = text;
    const char *line;
    struct row row;
    size_t len;

    add_value(out, text, "", "device", "");
    add_value(out, text, "  ", "dialect", "");
    add_value(out, text, "  line ", "line", "");
    (void)buf_add(out, "\n", 1);
    while (next_line(&rest, &line, &len)) {
        if (!parse_row(line, len, &row))
            continue;
        find_confirmed(text, &row);
        draw_row(out, &row, &l);
    }
    add_value(out, text, "verify ", "verify", "");
    add_value(out, text, ", confirmed by ", "route",
              is_yes(text, "noisy") ? "; rows came damaged\n" : "\n");
    add_warnings(out, text);
    add_count(out, text, "pending", "reads waiting");
    add_count(out, text, "retries", "rows asked for again");
    add_count(out, text, "blocks_bad", "blocks given up");
    add_value(out, text, "last error: ", "last_error", "\n");
    add_notes(out, text);
}

int statusview(const char *mountpoint, bool json, struct buf *out,
               struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(MADEFILE_MAX);
    int r;

    if (json)
        return madefile_read(mountpoint, "status.json", out, err);
    r = madefile_read(mountpoint, "status", &text, err);
    if (r == 0 && text.data != NULL)
        statusview_draw(text.data, terminal_columns(STDOUT_FILENO), out);
    return r;
}
