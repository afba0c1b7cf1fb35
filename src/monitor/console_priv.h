// SPDX-License-Identifier: BSD-2-Clause
// What the files of the console share; for monitor/console*.c
// and what reads their lines from elsewhere.

#ifndef MONITOR_CONSOLE_PRIV_H
#define MONITOR_CONSOLE_PRIV_H

#include "monitor/console.h"

/* A prompt counts when nothing follows it for so long: the same text may stand
 * in an answer. More than an USB adapter's 16 ms between two packets. */
#define PROMPT_QUIET_MS 60U

/* Throws away what has been received and not taken. */
void console_forget(struct console *c);

/* The same, but a banner in it is noted (console_note_line). */
void console_discard(struct console *c);

/* As console_fill, for what must not stop half way: a command being typed or
 * its answer. Who wakes it is attended to, and the wait goes on; -EINTR: shut
 * down. */
int console_fill_on(struct console *c, struct deadline until);

/* What a person would see of text on one line: line ends are taken out, a
 * backspace moves the cursor. Trailing blanks are there. */
struct console_screen {
    char text[1024];
    size_t len;
    size_t at; /* the cursor */
    bool full; /* there was more */
};
void console_draw(struct console_screen *s, struct span text);

/* True when one of the patterns matches line. */
bool console_is_any(struct pattern **list, size_t n, struct span line);

#endif
