// SPDX-License-Identifier: BSD-2-Clause
// Asking a boot loader that nobody knows yet for its prompt.

/*
 * Nothing may be run by that, whoever it is, whatever somebody typed before,
 * and at whatever speed it listens. In this order, until a prompt shows:
 *
 *   drop      keys that drop a line, Ctrl-C and Ctrl-U: most loaders show
 *             their prompt then, and get the other one as well, once. Who
 *             says anything to one is asked again and gets no backspace: it
 *             may be a U-Boot, which runs its last command again on an empty
 *             line, and one bit makes a line feed of a backspace
 *   undo      a backspace behind each key: to others it was a character, and
 *             a line that is full may be run; some draw their prompt anew
 *   again     both once more, for noise may have eaten them
 *   blank     one; its echo tells that lines are read there, at this speed
 *   clear     as many backspaces as the longest line needs
 *   line end  behind one more blank that was echoed: only PMON takes that for
 *             an empty line, and shows its prompt at Ctrl-C before
 *
 * A device that is busy echoes nothing, so no line end waits in its FIFO. A key
 * alone on the line arrives as a line end at no other speed; several in a row
 * do at some, so the many backspaces come behind the echo.
 */

#include "monitor/console_priv.h"
#include "monitor/recognise.h"

#include <errno.h>
#include <string.h>

#define ROUNDS      2U
#define KEY_TRIES   3U
#define ANSWER_MAX  160U  /* bytes */
#define WAIT_MS     1500U /* for what a key brought to end */
#define NOTHING_MS  70U   /* more than an USB adapter's 16 ms, twice */
#define BACKSPACES  "\x08\x7f"
#define DROP_A_LINE "\x03\x15"
#define CLEAR_MS    10000U
#define ODD_MANY    8U /* bytes that are no text */
#define ODD_MIN     2U

/* What a key brought. TEXT: or what is none, at this speed. STARTING: a banner,
 * or more than any answer. */
enum brought { NOTHING, TEXT, STARTING, A_PROMPT };

/* Waits for the end of what came behind the first start bytes, if it is text.
 */
static int wait_for_end(struct console *c, size_t start)
{
    uint64_t odd = c->garble.odd + ODD_MANY;
    struct deadline until = deadline_in(WAIT_MS);
    unsigned quiet_ms = NOTHING_MS;
    size_t len = 0;
    int ret;

    do {
        ret = console_settle(c, quiet_ms,
                             deadline_min(until, deadline_in(quiet_ms)));
        if (console_since(c, start).len == len)
            break;
        len = console_since(c, start).len;
        quiet_ms = RECOGNISE_QUIET_MS;
    } while (ret == 0 && len <= ANSWER_MAX && c->garble.odd < odd &&
             !deadline_passed(until));
    return ret;
}

/* Then there is no time for keys that nobody asked for. */
static bool is_starting(const struct recognise *r, size_t start)
{
    struct span all = console_since(r->console, 0);

    for (size_t i = 0; all.len > 0 && r->dialects[i] != NULL; i++) {
        const struct dialect *d = r->dialects[i];
        if (console_is_any(d->banners, d->n_banners, all) ||
            console_is_any(d->hints, d->n_hints, all))
            return true;
    }
    return console_since(r->console, start).len > ANSWER_MAX;
}

/* Sends key times times. An enum brought, or negative. */
static int press(struct recognise *r, const struct keys *key, unsigned times)
{
    struct console *c = r->console;
    uint64_t before = atomic_load(&c->received);
    uint64_t odd = c->garble.odd;
    size_t start = c->in.len - c->taken;
    int ret = r->counting
                  ? console_send_end(c, key)
                  : console_clear_keys(c, key, times, deadline_in(CLEAR_MS));

    if (times > 1)
        start = 0; /* lines were taken meanwhile */
    if (ret == 0)
        ret = wait_for_end(c, start);
    if (ret < 0)
        return ret;
    if (atomic_load(&c->received) != before && recognise_candidate(r)) {
        r->asks = *key;
        return A_PROMPT;
    }
    if (is_starting(r, start))
        return STARTING;
    return console_is_text(console_since(c, start)) ||
                   c->garble.odd - odd >= ODD_MIN
               ? TEXT
               : NOTHING;
}

/* A key that drops a line. */
static int press_again(struct recognise *r, const struct keys *key)
{
    int ret = TEXT;

    for (unsigned i = 0; ret == TEXT && i < KEY_TRIES; i++)
        ret = press(r, key, 1);
    return ret;
}

/* All bytes of keys are among those of set. */
static bool is_made_of(const struct keys *keys, const char *set)
{
    for (size_t i = 0; i < keys->len; i++)
        if (keys->bytes[i] == '\0' || strchr(set, keys->bytes[i]) == NULL)
            return false;
    return keys->len > 0;
}

static bool is_same(const struct keys *a, const struct keys *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* An earlier dialect has the same key. */
static bool is_known_key(const struct recognise *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_same(&r->dialects[i]->clear, &r->dialects[n]->clear))
            return true;
    return false;
}

/* The backspace that is needed the most often; NULL: none. */
static const struct keys *find_backspace(const struct recognise *r,
                                         unsigned *times)
{
    const struct keys *key = NULL;

    *times = 0;
    for (size_t i = 0; r->dialects[i] != NULL; i++) {
        const struct dialect *d = r->dialects[i];
        if (is_made_of(&d->clear, BACKSPACES) && d->clear_times > *times) {
            key = &d->clear;
            *times = d->clear_times;
        }
    }
    return key;
}

/* Dialect n has a key of its own that drops a line. */
static bool has_key(const struct recognise *r, size_t n)
{
    return is_made_of(&r->dialects[n]->clear, DROP_A_LINE) &&
           !is_known_key(r, n);
}

/* CFE shows its prompt at Ctrl-C and keeps what was typed: the others that drop
 * a line go behind the one that brought a prompt. */
static int press_others(struct recognise *r)
{
    const struct keys first = r->asks;
    bool others = false;
    int ret = NOTHING;

    for (size_t i = 0; ret >= 0 && r->dialects[i] != NULL; i++)
        if (has_key(r, i) && !is_same(&r->dialects[i]->clear, &first)) {
            ret = press(r, &r->dialects[i]->clear, 1);
            others = true;
        }
    r->asks = first;
    return !others ? A_PROMPT : ret < 0 ? ret : press(r, &first, 1);
}

/* Last to first: the first dialects are the picky ones. */
static int press_keys(struct recognise *r, const struct keys *backspace)
{
    int ret = NOTHING;
    size_t n = 0;

    while (r->dialects[n] != NULL)
        n++;
    while (ret == NOTHING && n-- > 0) {
        if (!has_key(r, n))
            continue;
        ret = press_again(r, &r->dialects[n]->clear);
        if (ret == A_PROMPT)
            return press_others(r);
        if (ret != NOTHING || backspace == NULL)
            continue;
        ret = press(r, backspace, 1);
        if (ret == TEXT) /* somebody's line, drawn anew */
            ret = NOTHING;
    }
    return ret;
}

static bool is_any_prompt(const void *arg, struct span text)
{
    const struct recognise *r = arg;

    for (size_t i = 0; r->dialects[i] != NULL; i++)
        if (console_is_prompt_of(r->dialects[i], text))
            return true;
    return false;
}

/* What it brings is counted, but for a prompt. */
static int press_end(struct recognise *r, const struct keys *end)
{
    int ret;

    r->counting = true;
    ret = press(r, end, 1);
    r->counting = false;
    if (ret == A_PROMPT)
        console_end_brought_prompt(r->console);
    if (ret == STARTING)
        console_end_is_answered(r->console);
    return ret;
}

/* The line is to be cleared, and a line end goes behind a blank. */
static int run_blank(struct recognise *r, const struct keys *backspace,
                     unsigned times)
{
    static const struct keys end = {"\r", 1};
    const struct span blank = {" ", 1};
    int ret;

    if (console_end_is_spent(r->console) ||
        console_stands_question(r->console, is_any_prompt, r))
        return NOTHING;
    ret = console_type_echoed(r->console, blank);
    if (ret == 0 && backspace != NULL)
        ret = press(r, backspace, times);
    if (ret == A_PROMPT)
        return ret;
    if (ret >= 0 && backspace != NULL)
        ret = console_type_echoed(r->console, blank);
    return ret < 0 ? ret : press_end(r, &end);
}

/* Whoever it is. */
static int wake_any(struct recognise *r)
{
    unsigned times;
    const struct keys *backspace = find_backspace(r, &times);
    int ret = NOTHING;

    for (unsigned i = 0; ret == NOTHING && i < ROUNDS; i++)
        ret = press_keys(r, backspace);
    if (ret == NOTHING)
        ret = run_blank(r, backspace, times);
    return ret == -EAGAIN ? NOTHING : ret;
}

/* Without a prompt the lines of the answer are counted: not those before it. */
static void count_lines(struct recognise *r)
{
    struct span line;

    while (console_take_line(r->console, &line))
        console_note_line(r->console, line);
    r->woken_lines = r->console->lines;
}

/* d's own keys, which a menu, say, needs. */
static int wake_known(struct recognise *r, const struct dialect *d)
{
    int ret = console_wake(r->console, d);

    if (ret == 0 && d->prompt == NULL)
        count_lines(r);
    if (ret == -EAGAIN)
        ret = console_send(r->console, &d->leave);
    return ret == 0 ? console_settle(r->console, RECOGNISE_QUIET_MS,
                                     deadline_in(WAIT_MS))
                    : ret;
}

static int wake(struct recognise *r)
{
    const struct dialect *d = r->console->dialect;
    int ret = NOTHING;

    r->woken = true;
    r->woken_lines = r->console->lines;
    if (r->first != NULL || (d != NULL && d->prompt == NULL))
        return wake_known(r, r->first != NULL ? r->first : d);
    if (r->asks.len > 0 && r->asks.bytes[0] != '\r')
        ret = press(r, &r->asks, 1);
    if (ret == NOTHING || ret == TEXT)
        ret = wake_any(r);
    return ret < 0 ? ret : 0;
}

int recognise_wake(struct recognise *r)
{
    int ret = wake(r);

    if (recognise_candidate(r))
        console_end_brought_prompt(r->console);
    return ret;
}
