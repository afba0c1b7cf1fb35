// SPDX-License-Identifier: BSD-2-Clause
// What the files of a dump share; for monitor/dump*.c alone.

#ifndef MONITOR_DUMP_PRIV_H
#define MONITOR_DUMP_PRIV_H

#include "monitor/dump.h"
#include "monitor/exchange.h"
#include "monitor/srec.h"
#include "monitor/stream.h"

/* Bytes that stand together: of a row, or of a record. */
struct dump_piece {
    uint64_t address; /* as the sink is told */
    size_t len;
    uint64_t missing; /* as in struct row */
    bool unproved;    /* the order of its bytes is not known */
    uint8_t bytes[SREC_BYTES_MAX];
};

/* Turns pieces of any length into rows of DEVICE_ROW for the sink. */
struct dump_joint {
    uint64_t address; /* of the row begun */
    size_t len;       /* of it, so many bytes are there */
    uint8_t bytes[DEVICE_ROW];
};

/* The rows of a page, until it is known that it ends where it should. */
struct dump_page {
    uint8_t *bytes; /* NULL: rows are given at once */
    bool *have;     /* one a row of the sink */
    uint64_t end;   /* of the last row, as the sink is told */
};

struct dump {
    struct console *c;
    const struct dump_request *r;
    const struct device_sink *sink;
    struct dump_result *result;
    struct exchange_run talk;
    struct template_values values;
    uint64_t base; /* added to a printed address */
    uint64_t next;
    uint64_t end;
    uint64_t jump;
    struct dump_piece held;
    bool holding;
    struct dump_joint joint;
    struct dump_page page;
    struct stream stream; /* rows without addresses are put into one, too */
    size_t tried;         /* characters of it when it was not complete yet */
    bool past;            /* a line said that no more rows come */
    bool done;            /* one that ends the answer came */
    bool stopping;
    uint64_t heard_ms;  /* the last byte */
    uint64_t row_ms;    /* the last line that looked like a row */
    uint64_t row_lines; /* how many did */
    uint64_t close_ms;  /* when all was said; 0: not yet */
};

/* --- dump_rows.c --- */

/* The last byte of a line that looked like a row came now. */
void dump_note_row(struct dump *d);

/* A line that should have been a row. */
void dump_note_strange(struct dump *d, struct span line);

/* A line that is no row. */
void dump_take_other(struct dump *d, struct span line);

/* A line of the output, for rows and for S-records. */
void dump_take_row(struct dump *d, struct span line);
void dump_take_record(struct dump *d, struct span line);

/* What comes now confirms the row held back, or not. */
void dump_settle(struct dump *d, bool confirmed);

/* Where the ASCII column is to prove the order of words: when it does, the row
 * is turned, and the order known from now on. False: it does not, and the row
 * would read differently the other way. */
bool dump_prove_order(struct dump *d, struct row *row);

/* Of a full row; of S-records, and streams, of one of the sink's. */
size_t dump_row_length(const struct dump *d);

uint64_t dump_rows_asked(const struct dump *d);

/* --- dump_page.c --- */

/* -ENOMEM. */
int dump_page_start(struct dump *d);
void dump_page_free(struct dump *d);

/* Rows that are believed: to the sink, or kept till dump_page_finish. */
void dump_give(struct dump *d, uint64_t address, const uint8_t *bytes,
               size_t len);

/* A line that looks like a row, good or not. */
void dump_page_note(struct dump *d, uint64_t address, size_t len);

/* All rows of the page came, and there are less or more than its size says. */
bool dump_page_is_another_size(const struct dump *d);

/* At the end of the dump. */
void dump_page_finish(struct dump *d);

/* --- dump_stream.c --- */

/* Output that says nothing of addresses: counts only as a whole. */
bool dump_is_stream(const struct dump *d);

void dump_stream_start(struct dump *d);
void dump_stream_free(struct dump *d);

/* A line of it. */
void dump_take_stream(struct dump *d, struct span line);

/* What stands on the last line, which need not end. */
void dump_take_stream_part(struct dump *d);

/* The prompt is there: is the stream whole? */
bool dump_stream_is_whole(struct dump *d);

/* Gives the bytes of a whole one to the sink. */
void dump_stream_deliver(struct dump *d);

#endif
