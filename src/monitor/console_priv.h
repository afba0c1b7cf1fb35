// SPDX-License-Identifier: BSD-2-Clause
// What the files of the console share; for monitor/console*.c
// and what reads their lines from elsewhere.

#ifndef MONITOR_CONSOLE_PRIV_H
#define MONITOR_CONSOLE_PRIV_H

#include "monitor/console.h"

/* A prompt counts when nothing follows it for so long: the same text may stand
 * in an answer. More than an USB adapter's 16 ms between two packets. */
#define PROMPT_QUIET_MS 60U

/* An echo or a prompt was right within the last second, so somebody hears us at
 * the port's speed. Who does not know that sends one character alone: at no
 * other speed it arrives as a line end, but what follows it at once may make it
 * one, by the lengths of its bits. */
bool console_is_heard(const struct console *c);
void console_note_heard(struct console *c);

/* Throws away what has been received and not taken. */
void console_forget(struct console *c);

/* The same, but a banner in it is noted (console_note_line); what comes behind
 * one stays. */
void console_discard(struct console *c);

/* A start is shown, another dialect's or not. */
void console_note_start(struct console *c, bool foreign);

/* Notes a banner in what has been received and not taken, and takes nothing. */
void console_note_waiting(struct console *c);

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

/* Forgets what was received; line stands there instead, which may be a part of
 * it. So much of it as a console_screen holds. */
void console_set_line(struct console *c, struct span line);

/* Keeps what comes until nothing has come for quiet_ms, or until, or the device
 * starts anew. No line is taken. 0; -EINTR as console_give_up tells; -ENODEV.
 */
int console_settle(struct console *c, unsigned quiet_ms, struct deadline until);

/* What came behind the first before bytes that have not been taken. */
struct span console_since(const struct console *c, size_t before);

/* Types text and waits for its echo, which may be redrawn. 0: it was right, so
 * somebody reads lines here; -EAGAIN: it was not, or none came. What came stays
 * there. */
int console_type_echoed(struct console *c, struct span text);

/* Sends a line end that is to bring a prompt; what it brings is counted. */
int console_send_end(struct console *c, const struct keys *end);

/* True when the last one brought text that is no prompt, as a dialogue does
 * that takes a line end for an answer: no other one goes out until a prompt or
 * a start has come. Text as short as the usual prompt may be one that noise
 * hit. */
bool console_end_is_spent(const struct console *c);

/* A prompt or a start came: the count begins anew. Or what looks like a prompt:
 * another line end may go out, to see whether it comes again, but no third one,
 * for the questions of a dialogue may look so, too. A line end that brought
 * none does not count; where one comes on a new line to any other key, or to
 * none, no question was answered, and the count begins anew, too. */
void console_end_is_answered(struct console *c);
void console_end_brought_prompt(struct console *c);

/* Somebody else's text, as the question of a dialogue, stands on the line. What
 * begins with a prompt is none, though half a command may stand behind it, nor
 * is what noise or another speed brought. */
bool console_stands_question(const struct console *c,
                             bool (*is_prompt)(const void *arg,
                                               struct span text),
                             const void *arg);

/* More than keys of ours, which a terminal shows as they are or as ^C. */
bool console_is_text(struct span came);

/* True when one of the patterns matches line. */
bool console_is_any(struct pattern **list, size_t n, struct span line);

#endif
