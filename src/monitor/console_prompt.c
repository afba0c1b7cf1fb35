// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: does it wait for a command?

/*
 * Three kinds of boot loaders:
 *
 *   a prompt that was learned      the last line is it, byte by byte
 *   a prompt that changes          the whole last line matches the pattern
 *   no prompt                      a line that ends each answer came, and
 *                                  nothing follows it
 */

#include "monitor/console_priv.h"

#include <errno.h>
#include <string.h>

#define CLEAR_TRIES 3

static bool is_end(char ch)
{
    return ch == '\r' || ch == '\n';
}

/* No part of a line stands in what was received and not taken. */
static bool all_taken(const struct console *c)
{
    for (size_t i = c->taken; i < c->in.len; i++)
        if (!is_end(c->in.data[i]))
            return false;
    return true;
}

bool console_is_prompt_of(const struct dialect *d, struct span last)
{
    struct span whole;

    if (d->prompt == NULL || last.len == 0 || last.len >= CONSOLE_PROMPT_MAX ||
        !pattern_match(d->prompt, last.text, last.len, 0, NULL))
        return false;
    whole = pattern_whole(d->prompt);
    return !d->prompt_changes ||
           (whole.text == last.text && whole.len == last.len);
}

bool console_is_done_of(const struct console *c, const struct dialect *d)
{
    return d->done != NULL && c->last_line_len > 0 &&
           pattern_match(d->done, c->last_line, c->last_line_len, 0, NULL);
}

bool console_is_done(const struct console *c)
{
    return c->dialect != NULL && console_is_done_of(c, c->dialect);
}

bool console_at_prompt(const struct console *c)
{
    struct span last = console_partial(c);

    if (c->dialect != NULL && c->dialect->prompt == NULL)
        return all_taken(c) && console_is_done(c);
    if (c->dialect != NULL && c->dialect->prompt_changes)
        return console_is_prompt_of(c->dialect, last);
    return c->prompt_len > 0 && last.len == c->prompt_len &&
           memcmp(last.text, c->prompt, last.len) == 0;
}

void console_learn_prompt(struct console *c, struct span prompt)
{
    c->prompt_len = prompt.len < sizeof(c->prompt) ? prompt.len : 0;
    if (c->prompt_len > 0)
        memcpy(c->prompt, prompt.text, c->prompt_len);
    c->usual_prompt = c->prompt_len;
    console_end_is_answered(c);
}

bool console_near_prompt(const struct console *c)
{
    struct span last = console_partial(c);
    const char *want = c->prompt;
    size_t len = c->prompt_len;
    size_t front = 0;
    size_t back = 0;

    if (len < 2 || last.len + 1 < len || last.len > len + 1)
        return false;
    while (front < len && front < last.len && last.text[front] == want[front])
        front++;
    while (back < len - front && back < last.len - front &&
           last.text[last.len - 1 - back] == want[len - 1 - back])
        back++;
    /* What is left of either between the two is one character at most. */
    return len - front - back <= 1 && last.len - front - back <= 1;
}

void console_draw(struct console_screen *s, struct span text)
{
    *s = (struct console_screen){.len = 0};
    for (size_t i = 0; i < text.len; i++) {
        if (is_end(text.text[i]) || text.text[i] == '\a')
            continue;
        if (text.text[i] == '\b') {
            s->at -= s->at > 0;
            continue;
        }
        if (s->at == sizeof(s->text)) {
            s->full = true;
            return;
        }
        s->text[s->at++] = text.text[i];
        s->len = s->at > s->len ? s->at : s->len;
    }
}

static bool is_shown_prompt(const struct console *c,
                            const struct console_screen *s)
{
    if (c->dialect->prompt_changes)
        return console_is_prompt_of(c->dialect, (struct span){s->text, s->len});
    return c->prompt_len > 0 && s->len == c->prompt_len &&
           memcmp(s->text, c->prompt, s->len) == 0;
}

/* A line that was redrawn with blanks and backspaces: what a person would see
 * counts, and where the cursor stands; not where it is moved by escape
 * sequences, which are gone. s: the prompt, then. */
static bool shown_prompt(const struct console *c, struct console_screen *s)
{
    if (c->dialect == NULL || c->dialect->prompt == NULL)
        return false;
    console_draw(s, console_partial(c));
    if (s->full)
        return false;
    /* What was wiped out with blanks is gone. */
    while (s->len > 0 && !is_shown_prompt(c, s) && s->text[s->len - 1] == ' ')
        s->len--;
    return is_shown_prompt(c, s) &&
           (c->dialect->echo == ECHO_REDRAWN || s->at == s->len);
}

bool console_shows_prompt(const struct console *c)
{
    struct console_screen s;

    return console_at_prompt(c) || shown_prompt(c, &s);
}

bool console_tidy(struct console *c)
{
    struct console_screen s;

    if (console_at_prompt(c))
        return true;
    if (!shown_prompt(c, &s))
        return false;
    console_set_line(c, (struct span){s.text, s.len});
    return console_at_prompt(c);
}

void console_set_line(struct console *c, struct span line)
{
    struct console_screen copy = {.len = line.len};

    if (copy.len > sizeof(copy.text))
        copy.len = sizeof(copy.text);
    memcpy(copy.text, line.text, copy.len);
    console_forget(c);
    (void)buf_add(&c->in, copy.text, copy.len);
}

/*
 * Clears until what stands on the last line is the prompt and nothing else, or
 * nothing came. -EAGAIN: something else did, each time.
 */
static int empty_line(struct console *c, struct deadline until)
{
    int ret = 0;

    for (int i = 0; ret == 0 && i < CLEAR_TRIES && !deadline_passed(until);
         i++) {
        console_discard(c);
        ret = console_clear(c, c->dialect, until);
        if (ret == 0)
            ret = console_drain(c, PROMPT_QUIET_MS, until);
        if (ret == 0 &&
            (console_partial(c).len == 0 || console_shows_prompt(c)))
            return 0;
    }
    return ret < 0 ? ret : -EAGAIN;
}

/* A question of ours wanted Enter and nothing has come since: it may not have
 * arrived, and some hear no other key then. Where it did arrive, and what came
 * back was lost, a prompt gets it: so a blank goes before it, behind the keys
 * that cleared the line. No other answer is typed twice, for the prompt may be
 * a menu's, where each of its characters acts. 1: it was pressed. */
static int press_enter_again(struct console *c)
{
    int ret;

    if (!c->enter_given || c->enter_at != atomic_load(&c->received) ||
        c->unheard_ms >= CONSOLE_SILENT_MS)
        return 0;           /* behind a silence it may be another device */
    c->enter_given = false; /* once */
    ret = console_send_bytes(c, " ", 1);
    if (ret == 0)
        ret = console_send(c, &c->dialect->line_end);
    return ret == 0 ? 1 : ret;
}

/* No prompt came: one by one what may bring it. A line end is not one of them,
 * but behind a blank, and our own echo or a question that wanted it. */
static int ask_for_prompt(struct console *c, struct deadline until)
{
    int ret = press_enter_again(c);

    if (ret == 0)
        ret = console_wake(c, c->dialect);
    if (ret == -EAGAIN)
        ret = console_send(c, &c->dialect->leave);
    return ret < 0 ? ret : console_drain(c, 2 * PROMPT_QUIET_MS, until);
}

/* A prompt that came makes the next line end harmless. */
static bool is_in_step(struct console *c)
{
    if (!console_tidy(c))
        return false;
    console_end_is_answered(c);
    c->typed = false;
    return true;
}

int console_resync(struct console *c, struct deadline until)
{
    int ret;

    c->working = false;
    do {
        ret = empty_line(c, until);
        if (ret == 0 && is_in_step(c))
            return 0;
        if (c->restarted) /* what stands there may be the prompt */
            return ret < 0 && ret != -EAGAIN ? ret : -ETIMEDOUT;
        console_discard(c);
        if (ret == -EAGAIN) { /* whatever stands there must not be run */
            ret = 0;
            continue;
        }
        if (ret == 0)
            ret = ask_for_prompt(c, until);
        if (ret == 0 && is_in_step(c))
            return 0;
    } while (ret == 0 && !deadline_passed(until));
    return ret < 0 ? ret : -ETIMEDOUT;
}
