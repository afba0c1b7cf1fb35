// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's line input.
#include "winbond.h"

enum { KEY_BACKSPACE = 8, KEY_ESC = 27 };

/* Arrow keys are three characters long, anything else with ESC two. */
static void swallow_escape(struct uart *u)
{
    if (uart_getc(u) == '[')
        uart_getc(u);
}

static void backspace(struct sim *sim)
{
    struct editor *e = &sim->editor;

    if (e->len > 0)
        e->len--;
    e->line[e->len] = '\0';
    uart_printf(&sim->uart, "%s%s \b", winbond_prompt, e->line);
}

bool winbond_read_line(struct sim *sim)
{
    struct editor *e = &sim->editor;
    struct uart *u = &sim->uart;

    while (e->len < WINBOND_LINE) {
        int c = uart_getc(u);

        if (c == '\r' || c == '\n') {
            uart_puts(u, "\n");
            break;
        }
        if (c == KEY_ESC) {
            swallow_escape(u);
        } else if (c == KEY_BACKSPACE) {
            backspace(sim);
        } else {
            uart_putc(u, c);
            e->line[e->len++] = (char)c;
        }
    }
    e->line[e->len] = '\0';
    return e->len > 0;
}
