// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's line editor, as far as a host may get to see it.
#include <string.h>

#include "uboot.h"

enum {
    CTRL_C = 3,
    BELL = 7,
    BACKSPACE = 8,
    TAB = 9,
    CTRL_U = 21,
    CTRL_X = 24,
    ESC = 27,
    DELETE = 127,
};

static void add(struct sim *sim, int c)
{
    struct editor *e = &sim->editor;

    if (e->len >= UBOOT_LINE) {
        uart_putc(&sim->uart, BELL);
        return;
    }
    e->line[e->len++] = (char)c;
    uart_putc(&sim->uart, c);
}

static void backspace(struct sim *sim)
{
    if (sim->editor.len == 0)
        return;
    sim->editor.len--;
    uart_puts(&sim->uart, "\b \b");
}

static void kill_line(struct sim *sim)
{
    struct editor *e = &sim->editor;

    for (size_t i = 0; i < e->len; i++)
        uart_putc(&sim->uart, '\b');
    for (size_t i = 0; i < e->len; i++)
        uart_putc(&sim->uart, ' ');
    for (size_t i = 0; i < e->len; i++)
        uart_putc(&sim->uart, '\b');
    e->len = 0;
}

/* Show every command the line may become, and the line again. */
static void show_matches(struct sim *sim)
{
    struct editor *e = &sim->editor;

    uart_puts(&sim->uart, "\n");
    for (const struct uboot_command *c = uboot_commands; c->name; c++) {
        if (uboot_has(sim, c) && strncmp(c->name, e->line, e->len) == 0)
            uart_printf(&sim->uart, "  %s", c->name);
    }
    uart_printf(&sim->uart, "\n%s%.*s", sim->opt.prompt, (int)e->len, e->line);
}

/* Complete the name of a command. */
static void complete(struct sim *sim)
{
    struct editor *e = &sim->editor;
    const struct uboot_command *match = NULL;
    int count = 0;

    for (const struct uboot_command *c = uboot_commands; c->name; c++) {
        if (uboot_has(sim, c) && strncmp(c->name, e->line, e->len) == 0) {
            match = c;
            count++;
        }
    }
    if (count == 0) {
        uart_putc(&sim->uart, BELL);
    } else if (count > 1) {
        show_matches(sim);
    } else {
        for (const char *p = match->name + e->len; *p; p++)
            add(sim, *p);
        add(sim, ' ');
    }
}

/* Cursor and history keys do nothing here. */
static void escape(struct sim *sim)
{
    int c = uart_getc(&sim->uart);

    if (c == '[') {
        do
            c = uart_getc(&sim->uart);
        while (c < '@' || c > '~');
    } else {
        add(sim, ESC);
        add(sim, c);
    }
}

bool uboot_read_line(struct sim *sim)
{
    struct editor *e = &sim->editor;
    int c;

    while ((c = uart_getc(&sim->uart)) != '\r' && c != '\n') {
        switch (c) {
        case CTRL_C:
            return false;
        case CTRL_U:
        case CTRL_X:
            kill_line(sim);
            break;
        case BACKSPACE:
        case DELETE:
            backspace(sim);
            break;
        case TAB:
            complete(sim);
            break;
        case ESC:
            escape(sim);
            break;
        case '\0':
            break;
        default:
            add(sim, c);
            break;
        }
    }
    uart_puts(&sim->uart, "\n");
    e->line[e->len] = '\0';
    return true;
}
