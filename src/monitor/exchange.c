// SPDX-License-Identifier: BSD-2-Clause
// What a device asks while a command runs, and the keys it gets for that.

/*
 * The dialogue is held in its order, each question once; what is asked out of
 * turn is output. Any question of the pager counts at any time. What was asked
 * is taken out of the console, so that it is neither answered twice nor taken
 * for the beginning of what follows on the same line.
 */

#include "monitor/exchange.h"

#include <string.h>

/* Nothing behind a question for so long: the device waits. More than an USB
 * adapter's 16 ms between two packets. */
#define ASKED_QUIET_MS 30U

void exchange_start(struct exchange_run *x, const struct console *c,
                    const struct exchanges *dialogue,
                    const struct template_values *values)
{
    static const struct template_values none;

    *x = (struct exchange_run){.dialogue = dialogue,
                               .pager = &c->dialect->pager,
                               .values = values != NULL ? values : &none};
}

bool exchange_complete(const struct exchange_run *x)
{
    return x->dialogue == NULL || x->held >= x->dialogue->n;
}

static bool is_asked(const struct exchange *question, struct span text)
{
    return pattern_match(question->expect, text.text, text.len, 0, NULL);
}

/* The question of the dialogue whose turn it is, if text is it. */
static const struct exchange *next_question(const struct exchange_run *x,
                                            struct span text)
{
    const struct exchange *next;

    if (text.len == 0 || exchange_complete(x))
        return NULL;
    next = &x->dialogue->list[x->held];
    return is_asked(next, text) ? next : NULL;
}

static const struct exchange *page_question(const struct exchange_run *x,
                                            struct span text)
{
    if (text.len == 0 || x->pager == NULL)
        return NULL;
    for (size_t i = 0; i < x->pager->n; i++)
        if (is_asked(&x->pager->list[i], text))
            return &x->pager->list[i];
    return NULL;
}

/* What was typed last is nothing else. */
static bool is_line_end(const struct dialect *d, const struct exchange_run *x)
{
    return x->typed_len > 0 && x->typed_len == d->line_end.len &&
           memcmp(x->typed, d->line_end.bytes, x->typed_len) == 0;
}

static int answer(struct exchange_run *x, struct console *c,
                  const struct exchange *question)
{
    int ret = template_fill_keys(question->send, x->values, x->typed,
                                 sizeof(x->typed), NULL);

    x->typed_len = ret < 0 ? 0 : strlen(x->typed);
    if (ret == 0)
        ret = console_send_bytes(c, x->typed, x->typed_len);
    c->enter_given = ret == 0 && is_line_end(c->dialect, x);
    c->enter_at = atomic_load(&c->received);
    return ret < 0 ? ret : 1;
}

struct deadline exchange_wait(const struct exchange_run *x,
                              const struct console *c, struct deadline until)
{
    struct span last = console_partial(c);
    struct deadline quiet = {c->last_byte_ms + ASKED_QUIET_MS};

    if (next_question(x, last) == NULL && page_question(x, last) == NULL)
        return until;
    return deadline_min(until, quiet);
}

int exchange_answer(struct exchange_run *x, struct console *c)
{
    struct span last = console_partial(c);
    const struct exchange *question = next_question(x, last);
    bool page = question == NULL;

    if (page)
        question = page_question(x, last);
    if (question == NULL || clock_ms() < c->last_byte_ms + ASKED_QUIET_MS)
        return 0;
    c->taken = c->in.len;
    x->held += !page;
    x->redrawn = page;
    return answer(x, c, question);
}

/* What was typed last, but for its line end. */
static bool is_echo(const struct exchange_run *x, struct span line)
{
    size_t len = x->typed_len;

    while (len > 0 && (x->typed[len - 1] == '\r' || x->typed[len - 1] == '\n'))
        len--;
    return len > 0 && line.len == len && memcmp(line.text, x->typed, len) == 0;
}

int exchange_line(struct exchange_run *x, struct console *c, struct span line)
{
    const struct exchange *question;

    if (is_echo(x, line)) {
        x->typed_len = 0;
        return 1;
    }
    question = next_question(x, line);
    if (question == NULL)
        return 0;
    x->held++;
    return answer(x, c, question);
}

struct span exchange_clean(struct exchange_run *x, struct span line, char *out,
                           size_t size)
{
    size_t at = 0;
    size_t len = 0;

    if (!x->redrawn || line.len > size)
        return line;
    x->redrawn = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.text[i] == '\b') {
            at -= at > 0;
            continue;
        }
        out[at++] = line.text[i];
        len = at > len ? at : len;
    }
    return (struct span){out, len};
}
