// SPDX-License-Identifier: BSD-2-Clause
// Prints dump rows, spoiling those and those characters it was told to.
#include "faults.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "memory.h"
#include "uart.h"

void row_add(struct row *row, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(row->text + row->len, ROW_MAX - row->len, format, args);
    va_end(args);
    if (len > 0 && row->len + (size_t)len < ROW_MAX)
        row->len += (size_t)len;
}

/* Does a fault of this kind strike now? */
static bool strikes(struct faults *f, enum fault_kind kind,
                    const struct row *row)
{
    for (size_t i = 0; i < f->count; i++) {
        struct fault *fault = &f->list[i];

        if (fault->kind != kind || fault->left == 0 ||
            fault->addr < row->addr || fault->addr >= row->end)
            continue;
        if (fault->left > 0)
            fault->left--;
        return true;
    }
    return false;
}

static bool one_in(struct faults *f, unsigned long n)
{
    return n > 0 && next_random(&f->random) % n == 0;
}

/* Change one digit of the data to another one. */
static void damage(struct faults *f, struct row *row)
{
    size_t digits[ROW_MAX];
    size_t count = 0;
    char *c;
    int value;

    for (size_t i = row->hex_from; i < row->hex_to; i++) {
        if (isxdigit((unsigned char)row->text[i]))
            digits[count++] = i;
    }
    if (count == 0)
        return;
    c = &row->text[digits[next_random(&f->random) % count]];
    value = isdigit((unsigned char)*c) ? *c - '0' : (*c | 0x20) - 'a' + 10;
    value ^= (int)(1 + next_random(&f->random) % 15);
    if (islower((unsigned char)*c))
        *c = "0123456789abcdef"[value];
    else if (isupper((unsigned char)*c))
        *c = "0123456789ABCDEF"[value];
    else
        *c = "0123456789"[value % 10 == *c - '0' ? (value + 1) % 10
                                                 : value % 10];
}

static void print_char(struct faults *f, struct uart *u, char c)
{
    if (one_in(f, f->drop))
        return;
    if (one_in(f, f->flip))
        c ^= (char)(1 << next_random(&f->random) % 8);
    uart_putc(u, c);
}

void faults_print_row(struct faults *f, struct uart *u, struct row *row)
{
    if (f->slow_row > 0)
        uart_sleep(u, f->slow_row);
    if (strikes(f, FAULT_NOISE_LINE, row))
        uart_printf(u, "[%5u.%06u] eth0: link is up, 100 Mbps\n",
                    (unsigned)(next_random(&f->random) % 1000),
                    (unsigned)(next_random(&f->random) % 1000000));
    if (strikes(f, FAULT_LOSE_ROW, row))
        return;
    if (strikes(f, FAULT_BAD_ROW, row))
        damage(f, row);
    for (size_t i = 0; i < row->len; i++) {
        if (row->text[i] != '\n') {
            print_char(f, u, row->text[i]);
            continue;
        }
        for (const char *p = u->newline; *p; p++)
            print_char(f, u, *p);
    }
}

uint32_t faults_crc(struct faults *f, uint32_t crc)
{
    if (f->crc_lies)
        crc += UINT32_C(0x01020304);
    if (one_in(f, f->crc_wrong))
        crc ^= (uint32_t)(1 + next_random(&f->random) % 15)
               << 4 * (next_random(&f->random) % 8);
    return crc;
}
