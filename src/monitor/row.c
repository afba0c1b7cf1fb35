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

/* As take_literal, where a blank stands for one or more. */
static bool take_spaced(struct cursor *c, const char *text)
{
    for (; *text != '\0'; text++) {
        if (c->at == c->end || *c->at != *text)
            return false;
        c->at++;
        while (*text == ' ' && c->at < c->end && *c->at == ' ')
            c->at++;
        while (text[0] == ' ' && text[1] == ' ')
            text++;
    }
    return true;
}

static bool take_address(struct cursor *c, const struct row_shape *s,
                         uint64_t *out)
{
    unsigned digits = 0;
    uint64_t value = 0;

    if (!take_literal(c, s->address_prefix))
        return false;
    while (c->at < c->end && num_hex_digit(*c->at) >= 0) {
        if (++digits > s->address_digits_max)
            return false;
        value = value << 4 | (uint64_t)num_hex_digit(*c->at++);
    }
    *out = value;
    return digits >= s->address_digits_min && take_spaced(c, s->address_suffix);
}

static bool take_cell(struct cursor *c, const struct row_shape *s,
                      enum row_order order, uint8_t *out)
{
    unsigned n = s->cell_bytes;

    if (!take_literal(c, s->cell_prefix) ||
        (size_t)(c->end - c->at) < 2 * (size_t)n)
        return false;
    for (unsigned i = 0; i < n; i++, c->at += 2) {
        int high = num_hex_digit(c->at[0]);
        int low = num_hex_digit(c->at[1]);
        if (high < 0 || low < 0)
            return false;
        out[order == ROW_REVERSED ? n - 1 - i : i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Between two cells: at least one separator unless there are none. */
static bool take_separator(struct cursor *c, const char *separators)
{
    const char *start = c->at;

    /* strchr finds a NUL in any text. */
    while (c->at < c->end && *c->at != '\0' &&
           strchr(separators, *c->at) != NULL)
        c->at++;
    return separators[0] == '\0' || c->at > start;
}

static bool take_cells(struct cursor *c, const struct row_shape *s,
                       enum row_order order, size_t bytes, uint8_t *out)
{
    for (size_t i = 0; i < bytes; i += s->cell_bytes) {
        if (i > 0 && !take_separator(c, s->separators))
            return false;
        if (!take_cell(c, s, order, out + i))
            return false;
    }
    return true;
}

/* The column at text is that of bytes, or of bytes with each cell reversed. */
static bool shows(const struct row_shape *s, const char *text,
                  const uint8_t *bytes, size_t len, bool reversed)
{
    unsigned n = s->cell_bytes;

    for (size_t at = 0; at < len; at += n) {
        for (unsigned i = 0; i < n; i++) {
            uint8_t b = bytes[at + (reversed ? n - 1 - i : i)];
            bool plain = b >= s->ascii_first && b <= s->ascii_last;
            if (text[at + i] != (plain ? (char)b : s->ascii_other))
                return false;
        }
    }
    return true;
}

/*
 * Where the ASCII column starts is counted from the end of the line: the
 * blanks before it vary (a short last row is padded or not, releases differ),
 * and so may the column itself begin with blanks.
 */
static bool check_ascii(struct cursor *c, const struct row_shape *s,
                        enum row_order order, const uint8_t *bytes, size_t len)
{
    size_t column = strlen(s->ascii_open) + len + strlen(s->ascii_close);
    size_t left = (size_t)(c->end - c->at);

    if (left < column + s->ascii_gap)
        return false;
    for (; left > column; left--)
        if (*c->at++ != ' ')
            return false;
    if (!take_literal(c, s->ascii_open))
        return false;
    if (!shows(s, c->at, bytes, len, false) &&
        (order != ROW_UNPROVED || !shows(s, c->at, bytes, len, true)))
        return false;
    c->at += len;
    return take_literal(c, s->ascii_close);
}

static bool only_blanks(const struct cursor *c)
{
    for (const char *p = c->at; p < c->end; p++)
        if (*p != ' ')
            return false;
    return true;
}

size_t row_full_length(const struct row_shape *shape)
{
    return (size_t)shape->cell_bytes * shape->cells;
}

enum row_result row_parse(const struct row_shape *shape, enum row_order order,
                          const char *text, size_t len, size_t bytes,
                          struct row *out)
{
    struct cursor c = {text, text + len};

    if (bytes == 0 || bytes > ROW_BYTES_MAX || bytes > row_full_length(shape) ||
        bytes % shape->cell_bytes != 0 ||
        !take_address(&c, shape, &out->address))
        return ROW_NOT_A_ROW;
    out->len = bytes;
    if (!take_cells(&c, shape, order, bytes, out->bytes))
        return ROW_BAD_CELL;
    if (c.at < c.end && num_hex_digit(*c.at) >= 0)
        return ROW_BAD_CELL; /* a cell with too many digits */
    if (shape->rest)
        return ROW_OK;
    if (!shape->ascii)
        return only_blanks(&c) ? ROW_OK : ROW_BAD_TAIL;
    return check_ascii(&c, shape, order, out->bytes, bytes) ? ROW_OK
                                                            : ROW_BAD_ASCII;
}
