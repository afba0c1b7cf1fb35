// SPDX-License-Identifier: BSD-2-Clause
// The conversation: making a prompt show itself, and nothing run.

/*
 * A line end runs what stands in the line editor, and an empty line may run the
 * last command again, whoever typed it. An editor of memory takes a line end
 * for "write this". So one goes out in two cases only:
 *
 *   behind the prompt, recognised and alone on its line, of a dialect that says
 *   that an empty line does nothing
 *   behind text of ours whose echo was compared, on a line that was cleared
 *   after an echo had shown that somebody hears us. One blank will do: to all
 *   but PMON a line of one is no empty line, and PMON is asked by Ctrl-C
 *
 * A dialogue takes a line end for an answer, and may write behind the last one:
 * where text stands that is no prompt none is sent, and where one brought such
 * text no other one.
 *
 * A key that brings the prompt by itself, as Ctrl-C does, needs no line end.
 */

#include "monitor/console_priv.h"

#include <errno.h>
#include <string.h>

#define ECHO_MS       300U
#define ECHO_QUIET_MS 20U
#define BURST         8U /* every receive FIFO holds that */
#define LEAVE_MS      1000U
#define ENDS_MAX      2U /* that bring a prompt which has not come again */

/* Not handed out as lines yet. */
static size_t waiting(const struct console *c)
{
    return c->in.len - c->taken;
}

int console_settle(struct console *c, unsigned quiet_ms, struct deadline until)
{
    for (;;) {
        int n = console_fill(c, deadline_min(deadline_in(quiet_ms), until));
        if (n == -EINTR && !console_give_up(c))
            continue;
        if (n <= 0)
            return n;
        console_note_waiting(c);
        if (c->restarted || deadline_passed(until))
            return 0; /* or it goes on for ever */
    }
}

struct span console_since(const struct console *c, size_t before)
{
    size_t len = waiting(c);

    if (before >= len)
        return (struct span){"", 0};
    return (struct span){c->in.data + c->taken + before, len - before};
}

/* Text is what a person sees of came, but for blanks behind it. */
static bool is_echo_of(struct span came, struct span text)
{
    struct console_screen s;

    console_draw(&s, came);
    if (came.len < text.len || s.full || s.len < text.len)
        return false;
    for (size_t i = text.len; i < s.len; i++)
        if (s.text[i] != ' ')
            return false;
    return memcmp(s.text, text.text, text.len) == 0;
}

/* Sends what stands from at on in text. 0: what came behind the first before
 * bytes is text up to end. */
static int type_part(struct console *c, struct span text, size_t at, size_t end,
                     size_t before)
{
    struct deadline until = deadline_in(ECHO_MS);
    int ret = console_send_bytes(c, text.text + at, end - at);

    while (ret == 0 && console_since(c, before).len < end) {
        int n = console_fill(c, until);
        if (n == -EINTR && !console_give_up(c))
            continue;
        if (n <= 0)
            return n < 0 ? n : -EAGAIN;
    }
    if (ret == 0)
        ret = console_settle(c, ECHO_QUIET_MS, until);
    if (ret < 0)
        return ret;
    return is_echo_of(console_since(c, before), (struct span){text.text, end})
               ? 0
               : -EAGAIN;
}

int console_type_echoed(struct console *c, struct span text)
{
    size_t before = waiting(c);
    size_t first = console_is_heard(c) ? text.len : 1;
    int ret;

    c->typed = true;
    ret = type_part(c, text, 0, first, before);
    if (ret == 0 && first < text.len)
        ret = type_part(c, text, first, text.len, before);
    if (ret == 0)
        console_note_heard(c);
    return ret;
}

/* What wake types before its line end; len 0: it has none. */
static struct span text_of_wake(const struct dialect *d)
{
    static const struct span blank = {" ", 1};
    const struct keys *end = &d->line_end;
    size_t len = d->wake.len;

    if (end->len == 0 || len < end->len || d->echo == ECHO_NONE ||
        memcmp(d->wake.bytes + len - end->len, end->bytes, end->len) != 0)
        return (struct span){"", 0};
    len -= end->len;
    return len > 0 ? (struct span){d->wake.bytes, len} : blank;
}

/* As it is in a dialect whose wake is an empty line. */
static bool is_harmless_here(const struct console *c, const struct dialect *d)
{
    return !d->empty_line_repeats && d->wake.len == d->line_end.len &&
           c->dialect == d && console_shows_prompt(c);
}

bool console_is_text(struct span came)
{
    for (size_t i = 0; i < came.len; i++) {
        unsigned char ch = (unsigned char)came.text[i];
        if (ch == '^' && i + 1 < came.len)
            i++;
        else if (ch > ' ' && ch < 0x7f)
            return true;
    }
    return false;
}

int console_send_end(struct console *c, const struct keys *end)
{
    int ret = console_send(c, end);

    c->typed = false;
    c->end_open = true;
    c->end_text = 0;
    c->end_waits = true;
    return ret;
}

bool console_end_is_spent(const struct console *c)
{
    size_t most = c->usual_prompt > 0 ? c->usual_prompt + 2 : 0;

    return c->end_text > most;
}

void console_end_is_answered(struct console *c)
{
    c->end_text = 0;
    c->end_waits = false;
    c->ends = 0;
}

void console_end_brought_prompt(struct console *c)
{
    if (c->end_waits)
        c->ends++;
    else if (!c->end_open && c->line_came)
        console_end_is_answered(c); /* another key brought it, or nothing */
    c->end_waits = false;
    if (c->ends < ENDS_MAX)
        c->end_text = 0;
}

bool console_stands_question(const struct console *c,
                             bool (*is_prompt)(const void *arg,
                                               struct span text),
                             const void *arg)
{
    struct console_screen s;

    console_draw(&s, console_partial(c));
    for (size_t len = s.len; len > 0; len--) {
        unsigned char ch = (unsigned char)s.text[len - 1];
        if (ch < ' ' || ch > 0x7e || is_prompt(arg, (struct span){s.text, len}))
            return false;
    }
    return console_is_text((struct span){s.text, s.len});
}

static bool is_prompt_of(const void *d, struct span text)
{
    return console_is_prompt_of(d, text);
}

static int clear_line(struct console *c, const struct dialect *d)
{
    int ret = console_clear(c, d, deadline_in(1000));

    return ret == 0 ? console_settle(c, PROMPT_QUIET_MS, deadline_in(1000))
                    : ret;
}

/* A key of d that leaves an editor may have swallowed the first character at
 * the prompt: then the text goes out once more. */
static int type_before_end(struct console *c, const struct dialect *d,
                           struct span text)
{
    size_t before = waiting(c);
    int ret = console_type_echoed(c, text);

    if (ret == -EAGAIN && d->leave.len > 0 && d->clear.len > 0 &&
        console_since(c, before).len == 0)
        ret = console_type_echoed(c, text);
    return ret;
}

int console_wake(struct console *c, const struct dialect *d)
{
    struct span text = text_of_wake(d);
    int ret;

    if (text.len == 0 || is_harmless_here(c, d))
        return console_send(c, &d->wake);
    if (d->prompt != NULL && (console_end_is_spent(c) ||
                              (!console_near_prompt(c) &&
                               console_stands_question(c, is_prompt_of, d))))
        return -EAGAIN;
    ret = type_before_end(c, d, text);
    if (ret == 0)
        ret = clear_line(c, d);
    if (ret == 0 && c->dialect == d && console_shows_prompt(c))
        return 0;
    if (ret == 0 && d->clear.len > 0)
        ret = console_type_echoed(c, text);
    return ret == 0 ? console_send_end(c, &d->line_end) : ret;
}

int console_clear(struct console *c, const struct dialect *d,
                  struct deadline until)
{
    return console_clear_keys(c, &d->clear, d->clear_times, until);
}

/* A character was rubbed out: blanked, the cursor behind it moved back. */
static bool is_rubbed_out(struct span came)
{
    return came.len >= 2 && memcmp(came.text + came.len - 2, " \b", 2) == 0;
}

/* One of keys, and a blank if that says nothing. 0: somebody heard. */
static int find_ears(struct console *c, const struct keys *keys)
{
    size_t before = waiting(c);
    int ret = console_send(c, keys);

    if (ret == 0)
        ret = console_settle(c, PROMPT_QUIET_MS, deadline_in(ECHO_MS));
    if (ret < 0 || is_rubbed_out(console_since(c, before)))
        return ret;
    return console_type_echoed(c, (struct span){" ", 1});
}

int console_clear_keys(struct console *c, const struct keys *keys,
                       unsigned times, struct deadline until)
{
    int ret = 0;

    if (keys->len > 0 && times > 1 && !console_is_heard(c))
        ret = find_ears(c, keys);
    if (ret == -EAGAIN) { /* the blank may stand there, unseen */
        ret = console_send(c, keys);
        times = 0;
    }
    for (unsigned i = 0; ret == 0 && keys->len > 0 && i < times; i++) {
        ret = console_send(c, keys);
        if (ret == 0 && i % BURST == BURST - 1)
            ret = console_drain(c, 20, until);
    }
    return ret;
}

void console_leave(struct console *c)
{
    if (!c->typed || c->dialect == NULL)
        return;
    atomic_store(&c->shutdown, false);
    c->attend = NULL;
    (void)console_clear(c, c->dialect, deadline_in(LEAVE_MS));
    c->typed = false;
}
