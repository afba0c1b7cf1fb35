// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's line editor with a cursor and a history.
#include <string.h>

#include "uboot_edit.h"

static void back(struct sim *sim, size_t count)
{
    while (count-- > 0)
        uart_putc(&sim->uart, '\b');
}

/* Show the line from the cursor on, go back to it. */
static void show_rest(struct sim *sim)
{
    struct editor *e = &sim->editor;

    for (size_t i = e->at; i < e->len; i++)
        uart_putc(&sim->uart, e->line[i]);
}

static void go_home(struct sim *sim)
{
    back(sim, sim->editor.at);
    sim->editor.at = 0;
}

static void erase_rest(struct sim *sim)
{
    struct editor *e = &sim->editor;
    size_t count = e->len - e->at;

    for (size_t i = 0; i < count; i++)
        uart_putc(&sim->uart, ' ');
    back(sim, count);
    e->len = e->at;
}

void uboot_edit_add(struct sim *sim, int c)
{
    struct editor *e = &sim->editor;
    bool grows = !e->overwrite || e->at == e->len;

    if (grows && e->len >= UBOOT_LINE) {
        uart_putc(&sim->uart, BELL);
        return;
    }
    if (grows) {
        memmove(e->line + e->at + 1, e->line + e->at, e->len - e->at);
        e->len++;
    }
    e->line[e->at] = (char)c;
    if (e->overwrite) {
        uart_putc(&sim->uart, c);
        e->at++;
        return;
    }
    show_rest(sim);
    e->at++;
    back(sim, e->len - e->at);
}

/* The character at the cursor goes. */
static void cut(struct sim *sim)
{
    struct editor *e = &sim->editor;

    e->len--;
    memmove(e->line + e->at, e->line + e->at + 1, e->len - e->at);
    show_rest(sim);
    uart_putc(&sim->uart, ' ');
    back(sim, e->len - e->at + 1);
}

static void put_line(struct sim *sim, const char *line)
{
    struct editor *e = &sim->editor;

    if (!line) {
        uart_putc(&sim->uart, BELL);
        return;
    }
    go_home(sim);
    erase_rest(sim);
    strcpy(e->line, line);
    e->len = strlen(line);
    show_rest(sim);
    e->at = e->len;
}

static void move(struct sim *sim, int c)
{
    struct editor *e = &sim->editor;

    if (c == CTRL('A')) {
        go_home(sim);
    } else if (c == CTRL('E')) {
        show_rest(sim);
        e->at = e->len;
    } else if (c == CTRL('B') && e->at > 0) {
        back(sim, 1);
        e->at--;
    } else if (c == CTRL('F') && e->at < e->len) {
        uart_putc(&sim->uart, e->line[e->at++]);
    }
}

static void take_key(struct sim *sim, int c, const char *prompt)
{
    struct editor *e = &sim->editor;

    switch (c) {
    case CTRL('A'):
    case CTRL('B'):
    case CTRL('E'):
    case CTRL('F'):
        move(sim, c);
        break;
    case CTRL('D'):
        if (e->at < e->len)
            cut(sim);
        break;
    case CTRL('K'):
        erase_rest(sim);
        break;
    case CTRL('O'):
        e->overwrite = !e->overwrite;
        break;
    case CTRL('U'):
    case CTRL('X'):
        go_home(sim);
        erase_rest(sim);
        break;
    case CTRL('P'):
        put_line(sim, uboot_history_older(sim));
        break;
    case CTRL('N'):
        put_line(sim, uboot_history_younger(sim));
        break;
    case BACKSPACE:
    case DELETE:
    case DELETE_8BIT:
        if (e->at > 0) {
            back(sim, 1);
            e->at--;
            cut(sim);
        }
        break;
    case '\t':
        uboot_edit_complete(sim, prompt);
        break;
    default:
        uboot_edit_add(sim, c);
        break;
    }
}

/* False: the key is not complete, or none and is in the line now. */
static bool take_escape(struct sim *sim, char *esc, int *len, int *c)
{
    int key = uboot_edit_escape(sim, esc, len, *c);

    if (key < 0) {
        for (int i = 0; i < *len; i++)
            uboot_edit_add(sim, esc[i]);
    }
    if (key != 0)
        *len = 0;
    *c = key;
    return key > 0;
}

bool uboot_edit_full(struct sim *sim, const char *prompt)
{
    struct editor *e = &sim->editor;
    char esc[8];
    int len = 0;
    int c;

    e->at = e->len;
    e->overwrite = false;
    while ((c = uart_getc(&sim->uart)) != '\r' && c != '\n') {
        if (c == '\0' && uboot_year(sim) >= 2018)
            continue;
        if (len > 0 && !take_escape(sim, esc, &len, &c))
            continue;
        if (c == CTRL('C'))
            return false;
        if (c == ESC)
            esc[len++] = ESC;
        else
            take_key(sim, c, prompt);
    }
    uart_puts(&sim->uart, "\n");
    e->line[e->len] = '\0';
    uboot_history_add(sim, e->line);
    return true;
}
