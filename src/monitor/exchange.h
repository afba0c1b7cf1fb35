// SPDX-License-Identifier: BSD-2-Clause
// What a device asks while a command runs, and the keys it gets for that.

#ifndef MONITOR_EXCHANGE_H
#define MONITOR_EXCHANGE_H

#include "base/clock.h"
#include "monitor/console.h"
#include "monitor/dialect.h"
#include "monitor/template.h"

#include <stdbool.h>
#include <stddef.h>

#define EXCHANGE_KEYS_MAX 128U

/*
 * The talk of one command. While it runs, whoever waits for its answer
 *
 *   until = exchange_wait(x, c, until);  console_fill(c, until);
 *   for each complete line: exchange_line(); unless it says 1, use the line
 *   exchange_answer();
 *
 * A question on the unterminated last line is answered only when nothing
 * follows it for a moment: the same text may stand in the middle of output,
 * where a key would be typed to nobody.
 */
struct exchange_run {
    const struct exchanges *dialogue; /* NULL: none */
    const struct exchanges *pager;    /* likewise */
    const struct template_values *values;
    size_t held;                   /* so many of the dialogue */
    char typed[EXCHANGE_KEYS_MAX]; /* last; its echo is no output */
    size_t typed_len;              /* 0: echoed, or nothing was typed */
    bool redrawn; /* the line that comes now begins behind a question, which may
                     be wiped out first: see exchange_clean */
};

/* Everything given stays the caller's and must last as long as x. values may
 * be NULL where no place holders are used. The pager is that of c's dialect. */
void exchange_start(struct exchange_run *x, const struct console *c,
                    const struct exchanges *dialogue,
                    const struct template_values *values);

/* Until when to wait for bytes: as given, or sooner when a question may stand
 * on the last line. */
struct deadline exchange_wait(const struct exchange_run *x,
                              const struct console *c, struct deadline until);

/* Answers what stands on the last line, and takes it out of the console. 1: it
 * was a question, keys were sent; 0: none; negative: they could not be sent. */
int exchange_answer(struct exchange_run *x, struct console *c);

/* Looks at a complete line that console_take_line gave. 1: it is no output but
 * a question, which was answered, or the echo of an answer. */
int exchange_line(struct exchange_run *x, struct console *c, struct span line);

/* Of the first line behind a pager's question: what a person would see, without
 * the backspaces and blanks that wipe the question out. out has size bytes; the
 * line itself comes back when nothing was asked on it, or it does not fit. */
struct span exchange_clean(struct exchange_run *x, struct span line, char *out,
                           size_t size);

/* All questions of the dialogue were asked. */
bool exchange_complete(const struct exchange_run *x);

#endif
