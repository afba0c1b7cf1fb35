// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's line input, with a history of two lines.
#include <stdio.h>
#include <string.h>

#include "winbond.h"

enum { KEY_BACKSPACE = 8, KEY_ESC = 27, WIDTH = 79 };

static void show_line(struct sim *sim)
{
    uart_printf(&sim->uart, "\r%s%s \b", winbond_prompt, sim->editor.line);
}

/* Every third line is kept out of the two, and the first of them stays. */
static void record(struct sim *sim)
{
    struct winbond_history *h = &sim->winbond_history;

    if (h->used) {
        h->used = false;
        return;
    }
    sim->winbond_foreign = false;
    if (++h->head < WINBOND_HISTORY)
        strcpy(h->line[h->head], sim->editor.line);
    else
        h->head = 0;
}

void winbond_recall(struct sim *sim)
{
    const char *typed = sim->opt.last_command;

    if (!typed)
        typed = "del 6";
    if (!*typed || strlen(typed) >= WINBOND_LINE)
        return;
    strcpy(sim->winbond_history.line[0], typed);
    sim->winbond_history.head = 0;
    sim->winbond_foreign = true;
}

/* An arrow key: the line is there again, and the next key another one. */
static void bring_back(struct sim *sim, int step)
{
    struct winbond_history *h = &sim->winbond_history;
    struct editor *e = &sim->editor;

    if (!h->used)
        h->at = h->head;
    h->used = true;
    if (*h->line[h->at]) {
        strcpy(e->line, h->line[h->at]);
        e->len = strlen(e->line);
        uart_printf(&sim->uart, "\r%*s", WIDTH, "");
        show_line(sim);
    }
    h->at = (h->at + WINBOND_HISTORY + step) % WINBOND_HISTORY;
}

/* Before the first line [ is no different from any other character. */
static void take_escape(struct sim *sim)
{
    int c;

    if (uart_getc(&sim->uart) != '[' || sim->winbond_history.head < 0)
        return;
    c = uart_getc(&sim->uart);
    if (c == 'A')
        bring_back(sim, -1);
    else if (c == 'B')
        bring_back(sim, 1);
}

static void backspace(struct sim *sim)
{
    struct editor *e = &sim->editor;

    if (e->len == 0)
        return;
    e->line[--e->len] = '\0';
    show_line(sim);
}

static void note_line(struct sim *sim)
{
    const struct winbond_history *h = &sim->winbond_history;
    char mark[sizeof sim->editor.line + 16];

    log_command(&sim->log, sim->editor.line);
    if (!h->used || !sim->winbond_foreign ||
        strcmp(sim->editor.line, h->line[0]) != 0)
        return;
    snprintf(mark, sizeof mark, "foreign %s", sim->editor.line);
    log_mark(&sim->log, mark);
}

bool winbond_read_line(struct sim *sim)
{
    struct editor *e = &sim->editor;
    struct uart *u = &sim->uart;

    sim->winbond_history.used = false;
    while (e->len < WINBOND_LINE) {
        int c = uart_getc(u);

        if (c == '\r' || c == '\n') {
            uart_puts(u, "\n");
            break;
        }
        if (c == KEY_ESC) {
            take_escape(sim);
        } else if (c == KEY_BACKSPACE) {
            backspace(sim);
        } else {
            uart_putc(u, c);
            e->line[e->len++] = (char)c;
        }
    }
    e->line[e->len] = '\0';
    if (e->len == 0)
        return false;
    note_line(sim);
    record(sim);
    return true;
}
