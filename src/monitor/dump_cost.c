// SPDX-License-Identifier: BSD-2-Clause
// What a dump method costs on the line.

#include "monitor/dump_cost.h"

#include <string.h>

#define LINE_END 2U

/* Of packed data nobody can tell; where it does not help it is as long. */
#define BASE64_COST      137U /* 76 digits a line */
#define BASE64_GZIP_COST 136U
#define HEX_COST         206U /* 64 digits a line */
#define SREC_COST        300U /* S3, 16 bytes: 48 characters a line */

/* Two digits a byte. */
static unsigned cells_length(const struct row_shape *s)
{
    unsigned cell = 2 * s->cell_bytes + (unsigned)strlen(s->cell_prefix);
    unsigned separators = s->cells - 1;

    if (s->pairs)
        separators /= 2;
    return s->cells * cell + separators;
}

static unsigned ascii_length(const struct row_shape *s)
{
    if (!s->ascii)
        return 0;
    return s->ascii_gap +
           (unsigned)(strlen(s->ascii_open) + row_full_length(s) +
                      strlen(s->ascii_close));
}

static unsigned address_length(const struct row_shape *s)
{
    if (!row_has_address(s))
        return 0;
    return (unsigned)(strlen(s->address_prefix) + strlen(s->address_suffix)) +
           s->address_digits_min;
}

unsigned dump_cost(const struct dump_method *m)
{
    const struct row_shape *s = &m->row;

    switch (m->output) {
    case DUMP_ROWS:
        break;
    case DUMP_SREC:
        return SREC_COST;
    case DUMP_HEX:
        return HEX_COST;
    case DUMP_BASE64:
        return BASE64_COST;
    case DUMP_BASE64_GZIP:
        return BASE64_GZIP_COST;
    }
    return 100 *
           (address_length(s) + cells_length(s) + ascii_length(s) + LINE_END) /
           (unsigned)row_full_length(s);
}
