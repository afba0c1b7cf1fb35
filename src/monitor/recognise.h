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
    bool keeps; /* what is typed is kept on the device */
    char kept[120];    /* escaped: in that file; "" where nobody tells */
    unsigned refusals; /* how often a prompt was nobody's */
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
 * set if it is a prompt); -ENODEV, -EINTR. Where the device keeps what is
 * typed, it is led to a prompt where it does not (recognise_history.c), and the
 * user is told; -EPERM: it keeps it there, too.
 */
int recognise_prompt(struct recognise *r);

/* Of recognise_prompt, for recognise_history.c: see whether the last line comes
 * again when it is asked for; see whether it is d's prompt. 1: yes. */
int recognise_repeats(struct recognise *r);
int recognise_is_of(struct recognise *r, struct dialect *d);

/*
 * In recognise_history.c: what d's recognise command was answered tells where
 * what is typed is kept. To be called with the console in step, and leaves it
 * so. 1: nothing is kept (any more); else as recognise_prompt.
 */
void recognise_note_history(struct recognise *r, const struct dialect *d,
                            const struct buf *answer);
int recognise_leave_history(struct recognise *r);

#endif
