// SPDX-License-Identifier: BSD-2-Clause
// One printed line of a memory dump: checked and turned into bytes.

#include "monitor/row.h"

#include "base/num.h"

#include <string.h>

/* What is left to read of the line. */
struct cursor {
    const char *at;
    const char *end;
};

static bool take_literal(struct cursor *c, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
        return false;
    c->at += len;
    return true;
}

static bool at_blank(const struct cursor *c)
{
    return c->at < c->end && (*c->at == ' ' || *c->at == '\t');
}

/* As take_literal, where a blank stands for one or more, and for tabs. */
static bool take_spaced(struct cursor *c, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == ' ' ? !at_blank(c) : (c->at == c->end || *c->at != *text))
            return false;
        c->at++;
        while (*text == ' ' && at_blank(c))
            c->at++;
        while (text[0] == ' ' && text[1] == ' ')
            text++;
    }
    return true;
}

static int digit_of(char c, unsigned radix)
{
    int digit = num_hex_digit(c);

    return digit < (int)radix ? digit : -1;
}

static bool take_number(struct cursor *c, const struct row_shape *s,
                        uint64_t *out)
{
    unsigned digits = 0;
    uint64_t value = 0;

    for (; c->at < c->end && digit_of(*c->at, s->address_radix) >= 0; c->at++)
        if (++digits > s->address_digits_max ||
            !num_mul(value, s->address_radix, &value) ||
            !num_add(value, (uint64_t)digit_of(*c->at, s->address_radix),
                     &value))
            return false;
    *out = value;
    return digits >= s->address_digits_min;
}

static bool take_address(struct cursor *c, const struct row_shape *s,
                         uint64_t *out)
{
    *out = 0;
    return take_spaced(c, s->address_prefix) &&
           (!row_has_address(s) || take_number(c, s, out)) &&
           take_spaced(c, s->address_suffix);
}

/* A cell of nothing but the sign for what cannot be read. */
static bool take_unreadable(struct cursor *c, const struct row_shape *s)
{
    size_t n = 2 * (size_t)s->cell_bytes;

    if (s->unreadable == '\0')
        return false;
    for (size_t i = 0; i < n; i++)
        if (c->at[i] != s->unreadable)
            return false;
    c->at += n;
    return true;
}

/* Which bytes of a cell are at index at of a row. */
static uint64_t cell_mask(const struct row_shape *s, size_t at)
{
    return ((UINT64_C(1) << s->cell_bytes) - 1) << at;
}

static bool take_cell(struct cursor *c, const struct row_shape *s,
                      enum row_order order, size_t at, struct row *row)
{
    unsigned n = s->cell_bytes;

    if (!take_literal(c, s->cell_prefix) ||
        (size_t)(c->end - c->at) < 2 * (size_t)n)
        return false;
    if (take_unreadable(c, s)) {
        row->missing |= cell_mask(s, at);
        memset(row->bytes + at, 0, n);
        return true;
    }
    for (unsigned i = 0; i < n; i++, c->at += 2) {
        int high = num_hex_digit(c->at[0]);
        int low = num_hex_digit(c->at[1]);
        if (high < 0 || low < 0)
            return false;
        row->bytes[at + (order == ROW_REVERSED ? n - 1 - i : i)] =
            (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Between two cells: at least one separator, unless they may be missing. */
static bool take_separator(struct cursor *c, const struct row_shape *s)
{
    const char *start = c->at;

    /* strchr finds a NUL in any text. */
    while (c->at < c->end && *c->at != '\0' &&
           strchr(s->separators, *c->at) != NULL)
        c->at++;
    return s->separators[0] == '\0' || s->pairs || c->at > start;
}

static bool take_cells(struct cursor *c, const struct row_shape *s,
                       enum row_order order, struct row *row)
{
    for (size_t at = 0; at < row->len; at += s->cell_bytes) {
        if (at > 0 && !take_separator(c, s))
            return false;
        if (!take_cell(c, s, order, at, row))
            return false;
    }
    return true;
}

static bool shows_byte(const struct row_shape *s, char shown, uint8_t b)
{
    bool plain = b >= s->ascii_first && b <= s->ascii_last;

    if (s->ascii_one_way && shown == s->ascii_other)
        return true;
    return shown == (plain ? (char)b : s->ascii_other);
}

/* The column at text is that of the row, or of it with each cell reversed. */
static bool shows(const struct row_shape *s, const char *text,
                  const struct row *row, bool reversed)
{
    unsigned n = s->cell_bytes;

    for (size_t at = 0; at < row->len; at += n) {
        if ((row->missing & cell_mask(s, at)) != 0)
            continue; /* whatever it shows for that */
        for (unsigned i = 0; i < n; i++)
            if (!shows_byte(s, text[at + i],
                            row->bytes[at + (reversed ? n - 1 - i : i)]))
                return false;
    }
    return true;
}

static bool column_is_right(const struct row_shape *s, enum row_order order,
                            const char *text, struct row *row)
{
    row->suits_memory = shows(s, text, row, false);
    row->suits_reversed = shows(s, text, row, true);
    return row->suits_memory || (order == ROW_UNPROVED && row->suits_reversed);
}

/*
 * Where the ASCII column starts is counted from the end of the line: the
 * blanks before it vary (a short last row is padded or not, releases differ),
 * and so may the column itself begin with blanks.
 */
static bool check_ascii(struct cursor c, const struct row_shape *s,
                        enum row_order order, struct row *row)
{
    size_t column = strlen(s->ascii_open) + row->len + strlen(s->ascii_close);
    size_t left = (size_t)(c.end - c.at);

    if (left < column + s->ascii_gap)
        return false;
    for (; left > column; left--)
        if (*c.at++ != ' ')
            return false;
    if (!take_literal(&c, s->ascii_open) ||
        !column_is_right(s, order, c.at, row))
        return false;
    c.at += row->len;
    return take_literal(&c, s->ascii_close);
}

static bool only_blanks(const struct cursor *c)
{
    for (const char *p = c->at; p < c->end; p++)
        if (*p != ' ')
            return false;
    return true;
}

/* What stands behind the cells is right. */
static bool check_plain(struct cursor c, const struct row_shape *s,
                        enum row_order order, struct row *row)
{
    if (s->rest)
        return true;
    if (s->ascii)
        return check_ascii(c, s, order, row);
    return only_blanks(&c);
}

/* The same with blanks at the end; some of them may be text. */
static bool check_rest(struct cursor c, const struct row_shape *s,
                       enum row_order order, struct row *row)
{
    while (!check_plain(c, s, order, row)) {
        if (c.at == c.end || c.end[-1] != ' ')
            return false;
        c.end--;
    }
    return true;
}

/* The same line without the tail; false: it has none. */
static bool cut_tail(struct cursor *c, const char *tail)
{
    size_t len = strlen(tail);

    if (len == 0 || (size_t)(c->end - c->at) < len ||
        memcmp(c->end - len, tail, len) != 0)
        return false;
    c->end -= len;
    return true;
}

/* The same with the tail, and blanks behind that. */
static bool check_with_tail(struct cursor c, const struct row_shape *s,
                            enum row_order order, struct row *row)
{
    while (true) {
        struct cursor cut = c;
        if (cut_tail(&cut, s->tail) && check_rest(cut, s, order, row))
            return true;
        if (c.at == c.end || c.end[-1] != ' ')
            return false;
        c.end--;
    }
}

size_t row_full_length(const struct row_shape *shape)
{
    return (size_t)shape->cell_bytes * shape->cells;
}

bool row_has_address(const struct row_shape *shape)
{
    return shape->address_digits_min > 0;
}

static bool can_hold(const struct row_shape *shape, size_t bytes)
{
    return bytes > 0 && bytes <= ROW_BYTES_MAX &&
           bytes <= row_full_length(shape) && bytes % shape->cell_bytes == 0;
}

/* Without an address only the first cell tells a row from other text. */
static bool starts_with_cell(struct cursor c, const struct row_shape *s)
{
    struct row scrap = {.len = s->cell_bytes};

    return take_cells(&c, s, ROW_MEMORY, &scrap) &&
           (c.at == c.end || s->pairs || take_separator(&c, s));
}

/* So many characters a cell takes at least, with what parts it from the next.
 */
static size_t cell_width(const struct row_shape *s)
{
    return strlen(s->cell_prefix) + 2 * (size_t)s->cell_bytes +
           (s->separators[0] != '\0' && !s->pairs);
}

/* Before the cells, from start to at, is room for one that is blank. */
static bool has_blank_cell(const struct row_shape *s, const char *start,
                           const char *at)
{
    size_t suffix = strlen(s->address_suffix);
    size_t usual = 0;
    size_t blanks = 0;

    while (at - blanks > start && at[-1 - (ptrdiff_t)blanks] == ' ')
        blanks++;
    while (usual < suffix && s->address_suffix[suffix - 1 - usual] == ' ')
        usual++;
    return blanks >= usual + cell_width(s);
}

enum row_result row_parse(const struct row_shape *shape, enum row_order order,
                          const char *text, size_t len, size_t bytes,
                          struct row *out)
{
    struct cursor c = {text, text + len};
    const char *cells;

    if (!can_hold(shape, bytes) || !take_address(&c, shape, &out->address) ||
        (!row_has_address(shape) && !starts_with_cell(c, shape)))
        return ROW_NOT_A_ROW;
    out->len = bytes;
    out->missing = 0;
    out->suits_memory = out->suits_reversed = true;
    cells = c.at;
    if (!take_cells(&c, shape, order, out))
        return ROW_BAD_CELL;
    if (c.at < c.end && num_hex_digit(*c.at) >= 0)
        return ROW_BAD_CELL; /* a cell with too many digits */
    if (!check_rest(c, shape, order, out) &&
        !check_with_tail(c, shape, order, out))
        return shape->ascii ? ROW_BAD_ASCII : ROW_BAD_TAIL;
    if (bytes < row_full_length(shape) && has_blank_cell(shape, text, cells))
        return ROW_BLANK_CELLS;
    return out->missing != 0 ? ROW_UNREADABLE : ROW_OK;
}

void row_reverse_cells(const struct row_shape *shape, uint8_t *bytes,
                       size_t len)
{
    size_t n = shape->cell_bytes;

    for (size_t at = 0; at + n <= len; at += n)
        for (size_t i = 0; i < n / 2; i++) {
            uint8_t b = bytes[at + i];
            bytes[at + i] = bytes[at + n - 1 - i];
            bytes[at + n - 1 - i] = b;
        }
}
