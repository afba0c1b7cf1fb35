// SPDX-License-Identifier: BSD-2-Clause
// Of U-Boot's line editor: keys of more than one character, completion and
// history.
#include <string.h>

#include "uboot_edit.h"

/* ESC [ and a letter: the control character that does the same. */
static int letter_key(int c, bool modern)
{
    switch (c) {
    case 'A':
        return CTRL('P');
    case 'B':
        return CTRL('N');
    case 'C':
        return CTRL('F');
    case 'D':
        return CTRL('B');
    case 'H':
        return CTRL('A');
    case 'F':
        return modern ? CTRL('E') : -1;
    default:
        return -1;
    }
}

/* Until 2016 what follows an ESC alone is lost; no key has a tilde. */
static int old_escape(char *esc, int *len, int c)
{
    int key;

    if (*len == 1 && c != '[')
        return -1;
    if (*len == 1) {
        esc[(*len)++] = '[';
        return 0;
    }
    key = letter_key(c, false);
    if (key < 0)
        esc[(*len)++] = (char)c;
    return key;
}

static int tilde_key(char digit)
{
    if (digit == '3')
        return CTRL('D');
    return digit == '1' || digit == '7' ? CTRL('A') : CTRL('E');
}

int uboot_edit_escape(const struct sim *sim, char *esc, int *len, int c)
{
    int key = -1;

    if (uboot_year(sim) < 2016)
        return old_escape(esc, len, c);
    if ((*len == 1 && (c == '[' || c == 'O')) ||
        (*len == 2 && esc[1] == '[' && c && strchr("123478", c)))
        key = 0;
    else if (*len == 2)
        key = letter_key(c, true);
    else if (*len == 3 && c == '~' && esc[2] != '2')
        key = tilde_key(esc[2]);
    if (key <= 0)
        esc[(*len)++] = (char)c;
    return key;
}

/* Show every command the line may become, and the line again. */
static void show_matches(struct sim *sim, const char *prompt)
{
    struct editor *e = &sim->editor;

    uart_puts(&sim->uart, "\n");
    for (const struct uboot_command *c = uboot_commands; c->name; c++) {
        if (uboot_has(sim, c) && strncmp(c->name, e->line, e->len) == 0)
            uart_printf(&sim->uart, "  %s", c->name);
    }
    uart_printf(&sim->uart, "\n%s%.*s", prompt, (int)e->len, e->line);
}

void uboot_edit_complete(struct sim *sim, const char *prompt)
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
    if (count == 0 || e->at < e->len) {
        uart_putc(&sim->uart, BELL);
    } else if (count > 1) {
        show_matches(sim, prompt);
    } else {
        for (const char *p = match->name + e->len; *p; p++)
            uboot_edit_add(sim, *p);
        uboot_edit_add(sim, ' ');
    }
}

void uboot_history_add(struct sim *sim, const char *line)
{
    struct history *h = &sim->uboot.history;

    if (*line && *line != '!') {
        if (h->count == HISTORY_MAX) {
            memmove(h->line, h->line + 1, sizeof h->line - sizeof *h->line);
            h->count--;
        }
        strcpy(h->line[h->count++], line);
    }
    h->at = h->count;
}

const char *uboot_history_older(struct sim *sim)
{
    struct history *h = &sim->uboot.history;

    return h->at > 0 ? h->line[--h->at] : NULL;
}

const char *uboot_history_younger(struct sim *sim)
{
    struct history *h = &sim->uboot.history;

    if (h->at == h->count)
        return NULL;
    return ++h->at == h->count ? "" : h->line[h->at];
}
