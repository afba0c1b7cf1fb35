// SPDX-License-Identifier: BSD-2-Clause
// One printed line of a memory dump: checked and turned into bytes.

#ifndef MONITOR_ROW_H
#define MONITOR_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_BYTES_MAX 64U

/* How the digits of a cell stand to the bytes in memory. */
enum row_order {
    ROW_MEMORY,   /* as printed, left to right */
    ROW_REVERSED, /* the last printed byte is the first in memory */
    ROW_UNPROVED  /* not known yet: bytes come as printed, and the ASCII
                     column, which is in memory order, may suit either */
};

/*
 * The declared shape of a row:
 *
 *   PREFIX address SUFFIX cell SEP cell ... cell  GAP OPEN ascii CLOSE TAIL
 *
 * Blanks at the end, and before the tail, mean nothing.
 *
 * Digits are of either case. Cells are taken by count, never up to a delimiter,
 * and so is the ASCII column: data that looks like a delimiter changes nothing.
 */
struct row_shape {
    char address_prefix[8]; /* a blank in it: blanks and tabs, one or more */
    char address_suffix[8]; /* likewise; as many as there are of them where a
                               blank cell has no more */
    unsigned address_digits_min; /* 0: rows have no address */
    unsigned address_digits_max;
    unsigned address_radix; /* 16, 10 or 8 */
    unsigned cell_bytes;    /* 1, 2, 4 or 8 */
    unsigned cells;         /* in a full row */
    char cell_prefix[4];    /* "0x" or "" */
    char separators[8];     /* characters between cells, any number of them */
    bool pairs;             /* a separator may also be missing */
    char unreadable;    /* a cell of this character alone cannot be read; NUL:
                           there are none */
    char tail[8];       /* may stand behind the row, "" : nothing */
    bool rest;          /* what stands behind the cells is not looked at */
    bool ascii;         /* there is an ASCII column */
    bool ascii_one_way; /* ascii_other may stand for any byte */
    unsigned ascii_gap; /* blanks before it, at least */
    char ascii_open[4]; /* "|" and the like, or "" */
    char ascii_close[4];
    uint8_t ascii_first; /* bytes first..last stand for themselves, */
    uint8_t ascii_last;  /* all others are shown as ascii_other */
    char ascii_other;
};

enum row_result {
    ROW_OK,
    ROW_NOT_A_ROW, /* does not even start like one: some other text */
    ROW_BAD_CELL,  /* digits missing, too many, or not digits */
    ROW_BAD_ASCII, /* the column contradicts the cells or has another length */
    ROW_BAD_TAIL,  /* something behind the row */
    ROW_BLANK_CELLS, /* right, but the first cells are blank: it starts in the
                        middle, and its first byte is not at its address */
    ROW_UNREADABLE   /* the device says that it cannot read this */
};

struct row {
    uint64_t address; /* as printed; set for all but ROW_NOT_A_ROW; 0 where rows
                         have none */
    size_t len;       /* bytes */
    uint64_t missing; /* bit n: byte n cannot be read; 0 but for
                         ROW_UNREADABLE */
    /* For ROW_UNPROVED: the ASCII column suits the bytes as printed, and with
     * each cell reversed; both when it does not tell, or there is none. */
    bool suits_memory;
    bool suits_reversed;
    uint8_t bytes[ROW_BYTES_MAX]; /* in memory order, missing ones 0; only for
                                     ROW_OK and ROW_UNREADABLE */
};

size_t row_full_length(const struct row_shape *shape); /* bytes */

bool row_has_address(const struct row_shape *shape);

/* Parses text[0..len) as a row that holds bytes bytes (a full row or a shorter
 * last one; a multiple of the cell size). Pure. Whether the address is the
 * expected one is the caller's question. Without an address, a line that does
 * not begin with a cell is ROW_NOT_A_ROW. */
enum row_result row_parse(const struct row_shape *shape, enum row_order order,
                          const char *text, size_t len, size_t bytes,
                          struct row *out);

/* Turns bytes, len of them, from as printed to each cell reversed, in place;
 * a last cell that is cut stays. */
void row_reverse_cells(const struct row_shape *shape, uint8_t *bytes,
                       size_t len);

#endif
