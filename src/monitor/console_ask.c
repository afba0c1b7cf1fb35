// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: a command and its answer.

#include "monitor/console_priv.h"

#include <errno.h>

/* So long, and what is nearly the prompt is taken for a damaged one. */
#define NEAR_QUIET_MS 300U
/* An answer may take so many of its time-outs, however it dribbles. */
#define ASK_PATIENCE 12U

/* Moves complete lines to answer. The first one is the rest of the echoed
 * line: empty, since the echo was taken while typing. Only where the form of
 * the answer is known is a banner none: others tell the version. */
static int collect(struct console *c, bool known, struct buf *answer)
{
    struct span line;

    while (console_take_line(c, &line)) {
        if (known)
            console_note_line(c, line);
        if (!buf_add(answer, line.text, line.len) || !buf_add(answer, "\n", 1))
            return -EMSGSIZE;
    }
    return 0;
}

/* The last line says that the system starts soon: no answer ends so. */
static bool counts_down(const struct console *c)
{
    return console_is_any(c->dialect->hints, c->dialect->n_hints,
                          console_partial(c));
}

static bool is_enough(struct pattern *enough, const struct buf *answer)
{
    return enough != NULL && answer->len > 0 &&
           pattern_match(enough, answer->data, answer->len, 0, NULL);
}

int console_ask(struct console *c, const char *command, struct pattern *enough,
                unsigned timeout_ms, struct buf *answer, struct err *err)
{
    struct deadline silent;
    struct deadline whole;
    bool restarted = c->restarted;
    int ret = console_begin(c, command, err);

    if (ret < 0)
        return ret;
    whole = deadline_in((uint64_t)timeout_ms * ASK_PATIENCE);
    silent = deadline_in(timeout_ms);
    for (;;) {
        bool prompt = console_at_prompt(c);
        bool starting = counts_down(c);
        int n;
        if (prompt && is_enough(enough, answer))
            return 0;
        n = console_fill_on(c, prompt || starting ? deadline_in(PROMPT_QUIET_MS)
                               : console_near_prompt(c)
                                   ? deadline_in(NEAR_QUIET_MS)
                                   : silent);
        if (n < 0)
            return err_set(err, n, "'%s': the port went away", command);
        if (n == 0 && prompt)
            return 0;
        c->restarted = c->restarted || (n == 0 && starting);
        if (deadline_passed(whole) ||
            (n == 0 && (deadline_passed(silent) || console_near_prompt(c))))
            return err_set(err, -ETIMEDOUT,
                           "'%s': no prompt within %u ms after the answer",
                           command, timeout_ms);
        if (n > 0)
            silent = deadline_in(timeout_ms);
        if (collect(c, enough != NULL, answer) < 0)
            return err_set(err, -EMSGSIZE, "'%s': an answer without end",
                           command);
        if (c->restarted && !restarted)
            return err_set(err, -ETIMEDOUT, "'%s': the device was reset",
                           command);
    }
}
