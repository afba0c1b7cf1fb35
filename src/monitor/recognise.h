// SPDX-License-Identifier: BSD-2-Clause
// Is this last line a prompt, and whose?

#ifndef MONITOR_RECOGNISE_H
#define MONITOR_RECOGNISE_H

#include "base/buf.h"
#include "monitor/console.h"
#include "monitor/dialect.h"

#include <stdbool.h>

#define RECOGNISE_QUIET_MS 150U /* a device at its prompt is silent so long */

struct recognise {
    struct console *console;
    struct dialect **dialects; /* candidates, ended by NULL */
    struct dialect *first;     /* the one to try first, or NULL */
    bool chosen;               /* no question is asked: the user knows */
    struct buf *text;          /* gets the answers */
    bool woken;                /* a prompt was asked for */
    uint64_t woken_lines;      /* console's count of lines then */
    bool same;                 /* the prompt came twice the same */
    struct keys asks; /* what made an unknown boot loader show its prompt; len
                         0: nothing has yet */
    bool counting;    /* the key that is pressed is a line end */
    bool typed; /* keys that break in were sent, and may stand at the prompt */
    unsigned refusals;                    /* how often a prompt was nobody's */
    char refused[4 * CONSOLE_PROMPT_MAX]; /* escaped: a prompt nobody knows */
};

/*
 * Asks for a prompt: the boot loader that is known by its wake, any other by
 * keys that none minds (recognise_wake.c), and waits for it. Nothing that comes
 * is taken out of the console. 0: asked, and whether a prompt came
 * recognise_candidate tells; -ENODEV, -EINTR.
 */
int recognise_wake(struct recognise *r);

/* True when the unterminated last line is a prompt of one of the dialects; or,
 * for one without a prompt, when what was asked was answered as it would. */
bool recognise_candidate(const struct recognise *r);

/*
 * Sees whether the last line answers a line end with itself (where it changes,
 * with another that is a prompt), then asks each dialect whose prompt it could
 * be for its harmless command. 1: the console
 * has its dialect and prompt and is in step; 0: it is nobody's (refused is
 * set if it is a prompt); -ENODEV, -EINTR.
 */
int recognise_prompt(struct recognise *r);

#endif
