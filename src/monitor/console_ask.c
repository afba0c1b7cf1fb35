// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: a command and its answer.

#include "monitor/console_priv.h"
#include "monitor/exchange.h"

#include <errno.h>
#include <string.h>

/* So long, and what is nearly the prompt is taken for a damaged one. */
#define NEAR_QUIET_MS 300U
/* An answer may take so many of its time-outs, or a minute more than one,
 * however it dribbles; and so long for each of its bytes, as they come at 1200
 * baud. */
#define ASK_PATIENCE 12U
#define ASK_MORE_MS  60000U
#define BYTE_MS      9U
#define BYTES_MAX    32768U

struct ask {
    struct console *c;
    struct exchange_run talk;
    struct pattern *enough;
    struct buf *answer;
    struct deadline silent;
    struct deadline whole; /* but for what is still arriving */
    uint64_t before;       /* console's count of received bytes then */
    uint64_t heard_ms;     /* last */
};

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.text[i] != ' ' && line.text[i] != '\b')
            return false;
    return true;
}

/* Moves complete lines to the answer. The first one is the rest of the echoed
 * line: empty, since the echo was taken while typing. A banner is a start,
 * unless the answer tells the version. */
static int collect(struct ask *a)
{
    char clean[CONSOLE_LINE_MAX];
    struct span line;

    while (console_take_line(a->c, &line)) {
        if (!a->c->versions)
            console_note_line(a->c, line);
        line = exchange_clean(&a->talk, line, clean, sizeof(clean));
        switch (exchange_line(&a->talk, a->c, line)) {
        case 0:
            break;
        case 1:
            continue;
        default:
            return a->c->restarted ? -ERESTART : -EIO;
        }
        if (!is_blank(line) && (!buf_add(a->answer, line.text, line.len) ||
                                !buf_add(a->answer, "\n", 1)))
            return -EMSGSIZE;
    }
    return exchange_answer(&a->talk, a->c);
}

/* The last line says that the system starts soon: no answer ends so. */
static bool counts_down(const struct console *c)
{
    return console_is_any(c->dialect->hints, c->dialect->n_hints,
                          console_partial(c));
}

/* The prompt can be believed at once. */
static bool is_enough(const struct ask *a)
{
    if (a->c->dialect->prompt != NULL && console_is_done(a->c))
        return true;
    return a->enough != NULL && a->answer->len > 0 &&
           pattern_match(a->enough, a->answer->data, a->answer->len, 0, NULL);
}

static struct deadline patience(const struct ask *a, bool prompt, bool starting)
{
    if (prompt || starting)
        return deadline_in(PROMPT_QUIET_MS);
    if (console_near_prompt(a->c))
        return deadline_min(a->silent, deadline_in(NEAR_QUIET_MS));
    return exchange_wait(&a->talk, a->c, a->silent);
}

/* Something came, or was typed. */
static void hear(struct ask *a, unsigned timeout_ms)
{
    uint64_t silent_ms = clock_ms() - a->heard_ms;

    if (silent_ms > a->c->slowest_ms)
        a->c->slowest_ms = (unsigned)silent_ms;
    a->heard_ms = clock_ms();
    a->silent = deadline_in(timeout_ms);
}

static bool took_too_long(const struct ask *a)
{
    uint64_t came = atomic_load(&a->c->received) - a->before;

    return clock_ms() >
           a->whole.at_ms + BYTE_MS * (came < BYTES_MAX ? came : BYTES_MAX);
}

/* Takes what comes. 1: the answer is complete; -ETIMEDOUT: nothing more came
 * where something had to. */
static int one_turn(struct ask *a, unsigned timeout_ms)
{
    struct console *c = a->c;
    bool prompt = console_at_prompt(c);
    bool starting = counts_down(c);
    int talked;
    int n;

    if (prompt && is_enough(a))
        return 1;
    n = console_fill_on(c, patience(a, prompt, starting));
    if (n < 0 || (n == 0 && prompt))
        return n < 0 ? n : 1;
    c->restarted = c->restarted || (n == 0 && starting);
    talked = collect(a);
    if (talked < 0)
        return talked;
    if (n > 0 || talked > 0)
        hear(a, timeout_ms);
    else if (deadline_passed(a->silent) || console_near_prompt(c))
        return -ETIMEDOUT;
    return c->restarted ? -ERESTART : 0;
}

static int tell(int ret, const char *command, unsigned timeout_ms,
                struct err *err)
{
    switch (ret) {
    case 1:
        return 0;
    case -ETIMEDOUT:
        return err_set(err, ret,
                       "'%s': no prompt within %u ms after the answer", command,
                       timeout_ms);
    case -EMSGSIZE:
        return err_set(err, ret, "'%s': an answer without end", command);
    case -ERESTART:
        return err_set(err, -ETIMEDOUT, "'%s': the device was reset", command);
    case -ENODEV:
        return err_set(err, ret, "'%s': the port went away", command);
    default:
        return err_set(err, ret, "'%s': %s", command, strerror(-ret));
    }
}

int console_ask(struct console *c, const char *command, struct pattern *enough,
                unsigned timeout_ms, struct buf *answer, struct err *err)
{
    return console_ask_with(c, command, NULL, NULL, true, enough, timeout_ms,
                            answer, err);
}

int console_ask_with(struct console *c, const char *command,
                     const struct exchanges *dialogue,
                     const struct template_values *values, bool enter,
                     struct pattern *enough, unsigned timeout_ms,
                     struct buf *answer, struct err *err)
{
    struct ask a = {.c = c, .enough = enough, .answer = answer};
    uint64_t most_ms = (uint64_t)timeout_ms * ASK_PATIENCE;
    int ret = console_begin(c, command, enter, err);

    if (ret < 0)
        return ret;
    exchange_start(&a.talk, c, dialogue, values);
    if (most_ms > timeout_ms + ASK_MORE_MS)
        most_ms = timeout_ms + ASK_MORE_MS;
    a.whole = deadline_in(most_ms);
    a.before = atomic_load(&c->received);
    a.heard_ms = clock_ms();
    a.silent = deadline_in(timeout_ms);
    while (ret == 0) {
        ret = one_turn(&a, timeout_ms);
        if (ret == 0 && took_too_long(&a))
            ret = -ETIMEDOUT;
    }
    return tell(ret, command, timeout_ms, err);
}
