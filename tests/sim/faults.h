// SPDX-License-Identifier: BSD-2-Clause
// Damage done on purpose to the rows of a dump, repeatable by its seed.
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uart;

enum { FAULTS_MAX = 64, ROW_MAX = 256 };

enum fault_kind {
    FAULT_BAD_ROW,    /* one digit of the row is wrong */
    FAULT_LOSE_ROW,   /* the row does not come */
    FAULT_NOISE_LINE, /* another program's line comes first */
};

struct fault {
    enum fault_kind kind;
    uint64_t addr;
    long left; /* times still to happen; -1: always */
};

struct faults {
    struct fault list[FAULTS_MAX];
    size_t count;
    unsigned long flip;      /* one character in so many is changed; 0: none */
    unsigned long drop;      /* one character in so many is lost; 0: none */
    unsigned long crc_wrong; /* one answer in so many is wrong; 0: none */
    bool crc_lies;           /* all are */
    int64_t slow_row;        /* ns before each row */
    uint64_t random;
};

/* A row as the loader prints it; '\n' still stands for its line end. */
struct row {
    uint64_t addr;
    uint64_t end; /* address after the last byte shown */
    char text[ROW_MAX];
    size_t len;
    size_t hex_from; /* where in the text the digits of the data are */
    size_t hex_to;
};

/* Append formatted text to a row. */
void row_add(struct row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Print a row with whatever is to go wrong with it. */
void faults_print_row(struct faults *f, struct uart *u, struct row *row);

/* What is to be shown for a checksum. */
uint32_t faults_crc(struct faults *f, uint32_t crc);

#endif
