// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's plain line editor: the one of builds without a history.
#include <string.h>

#include "uboot_edit.h"

enum {
    TAB_STOP = 8,
    ROOM = UBOOT_LINE - 2,
};

static void plain_erase(struct sim *sim, int count)
{
    while (count-- > 0)
        uart_puts(&sim->uart, "\b \b");
}

/* Columns that the line takes up behind the prompt. */
static int plain_columns(const struct sim *sim, size_t prompt_len)
{
    int column = (int)prompt_len;

    for (size_t i = 0; i < sim->editor.len; i++)
        column += sim->editor.line[i] == '\t' ? TAB_STOP - column % TAB_STOP
                                              : 1;
    return column - (int)prompt_len;
}

static void plain_echo(struct sim *sim, int c, size_t prompt_len)
{
    int column = (int)prompt_len + plain_columns(sim, prompt_len);

    if (c == '\t')
        uart_printf(&sim->uart, "%*s", TAB_STOP - column % TAB_STOP, "");
    else
        uart_putc(&sim->uart, c);
}

static void plain_add(struct sim *sim, int c, size_t prompt_len)
{
    struct editor *e = &sim->editor;

    if (e->len >= ROOM) {
        uart_putc(&sim->uart, BELL);
        return;
    }
    plain_echo(sim, c, prompt_len);
    e->line[e->len++] = (char)c;
}

/* Behind a tab the whole line is typed anew. */
static void plain_delete(struct sim *sim, size_t prompt_len)
{
    struct editor *e = &sim->editor;
    size_t len = e->len;

    if (len == 0)
        return;
    if (e->line[len - 1] != '\t') {
        plain_erase(sim, 1);
        e->len--;
        return;
    }
    plain_erase(sim, plain_columns(sim, prompt_len));
    for (e->len = 0; e->len < len - 1; e->len++)
        plain_echo(sim, e->line[e->len], prompt_len);
}

static void plain_delete_word(struct sim *sim, size_t prompt_len)
{
    struct editor *e = &sim->editor;

    plain_delete(sim, prompt_len);
    while (e->len > 0 && e->line[e->len] != ' ')
        plain_delete(sim, prompt_len);
}

/* Control characters that mean nothing become part of the line. */
static bool plain_read(struct sim *sim, size_t prompt_len)
{
    int c;

    while ((c = uart_getc(&sim->uart)) != '\r' && c != '\n') {
        switch (c) {
        case '\0':
            break;
        case CTRL('C'):
            return false;
        case CTRL('U'):
            plain_erase(sim, plain_columns(sim, prompt_len));
            sim->editor.len = 0;
            break;
        case CTRL('W'):
            plain_delete_word(sim, prompt_len);
            break;
        case BACKSPACE:
        case DELETE:
            plain_delete(sim, prompt_len);
            break;
        default:
            plain_add(sim, c, prompt_len);
            break;
        }
    }
    uart_puts(&sim->uart, "\r\n");
    return true;
}

static bool is_full(const struct sim *sim)
{
    if (sim->opt.editing == EDITING_AGE)
        return uboot_year(sim) >= 2007;
    return sim->opt.editing == EDITING_FULL;
}

bool uboot_read_line(struct sim *sim, const char *prompt, bool show)
{
    struct editor *e = &sim->editor;
    bool typed;

    if (show)
        uart_puts(&sim->uart, prompt);
    if (is_full(sim))
        typed = uboot_edit_full(sim, prompt);
    else
        typed = plain_read(sim, strlen(prompt));
    if (!typed)
        e->len = 0;
    e->line[e->len] = '\0';
    e->len = strlen(e->line);
    return typed;
}
