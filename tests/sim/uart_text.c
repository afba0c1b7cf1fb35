// SPDX-License-Identifier: BSD-2-Clause
// What the loader prints and throws away by way of single characters.
#include <stdarg.h>
#include <stdio.h>

#include "uart.h"

void uart_puts(struct uart *u, const char *text)
{
    for (; *text; text++) {
        if (*text != '\n') {
            uart_putc(u, *text);
            continue;
        }
        for (const char *p = u->newline; *p; p++)
            uart_putc(u, *p);
    }
}

void uart_printf(struct uart *u, const char *format, ...)
{
    char buf[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(buf, sizeof buf, format, args);
    va_end(args);
    uart_puts(u, buf);
}

int uart_drop_input(struct uart *u)
{
    int lost = 0;

    while (uart_tstc(u)) {
        lost += u->fifo_len;
        u->fifo_len = 0;
    }
    u->overrun = false;
    return lost;
}
