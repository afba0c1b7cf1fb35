// SPDX-License-Identifier: BSD-2-Clause
// Is this last line a prompt, and whose?

#include "monitor/recognise.h"

#include "base/text.h"
#include "monitor/console_priv.h"

#include <errno.h>
#include <string.h>

#define ASK_TIMEOUT_MS 1500U
#define ASK_TRIES      3U    /* noise may hit the answer */
#define QUIET_WAIT_MS  3000U /* for the end of an answer to a wrong question */
#define BLANK_TRIES    2U    /* noise may hit one */
#define ANSWER_LINES   3U    /* to a wake-up: its echo, some word, the end */

/* What came since the wake-up is how d, which has no prompt, would answer. */
static bool ends_as(const struct recognise *r, const struct dialect *d)
{
    uint64_t lines = r->console->lines - r->woken_lines;

    return d->prompt == NULL && r->woken && lines > 0 &&
           lines <= ANSWER_LINES && console_partial(r->console).len == 0 &&
           console_is_done_of(r->console, d);
}

/* The last line as a person sees it: keys that broke in are echoed behind the
 * prompt, and are rubbed out again. */
static struct span shown_line(const struct recognise *r,
                              struct console_screen *screen)
{
    struct span last = console_partial(r->console);
    size_t len;

    if (memchr(last.text, '\b', last.len) == NULL)
        return last;
    console_draw(screen, last);
    if (screen->full)
        return last;
    for (len = screen->len; len > screen->at; len--)
        if (screen->text[len - 1] != ' ')
            break;
    return (struct span){screen->text, len};
}

bool recognise_candidate(const struct recognise *r)
{
    struct console_screen screen;
    struct span last = shown_line(r, &screen);

    for (size_t i = 0; r->dialects[i] != NULL; i++)
        if (console_is_prompt_of(r->dialects[i], last) ||
            ends_as(r, r->dialects[i]))
            return true;
    return false;
}

/* Both are prompts of a dialect whose prompt changes. */
static bool may_change(const struct recognise *r, struct span one,
                       struct span other)
{
    for (size_t i = 0; r->dialects[i] != NULL; i++)
        if (r->dialects[i]->prompt_changes &&
            console_is_prompt_of(r->dialects[i], one) &&
            console_is_prompt_of(r->dialects[i], other))
            return true;
    return false;
}

/* A key that broke in and came too late stands at the prompt, perhaps unseen:
 * it is not to be run. */
static int take_back(struct recognise *r)
{
    bool typed = r->typed && r->first != NULL && r->first->clear.len > 0;
    int ret = 0;

    r->typed = false;
    if (typed)
        ret = console_clear(r->console, r->first, deadline_in(1000));
    return typed && ret == 0 ? console_drain(r->console, 20, deadline_in(1000))
                             : ret;
}

/* Learns the last line as the prompt. Spare break-in bytes may eat the first
 * key. */
int recognise_repeats(struct recognise *r)
{
    struct console_screen screen = {.len = 0};
    struct span last = shown_line(r, &screen);
    char learned[CONSOLE_PROMPT_MAX];
    size_t len = last.len < sizeof(learned) ? last.len : 0;
    int ret;

    memcpy(learned, last.text, len);
    ret = take_back(r);
    for (int i = 0; ret == 0 && i < 4; i++) {
        console_discard(r->console);
        ret = recognise_wake(r);
        if (ret < 0)
            return ret;
        last = shown_line(r, &screen);
        if ((last.len == len && memcmp(last.text, learned, len) == 0) ||
            may_change(r, (struct span){learned, len}, last)) {
            r->same = last.len == len && memcmp(last.text, learned, len) == 0;
            console_learn_prompt(r->console, last);
            console_set_line(r->console, last);
            return 1;
        }
        if (last.len > 0 && last.len < sizeof(learned)) {
            len = last.len; /* what stood there was not all of the prompt */
            memcpy(learned, last.text, len);
        }
    }
    return ret;
}

/* The prompt that was learned stands on the last line. */
static bool is_back(const struct console *c)
{
    struct span last = console_partial(c);

    return last.len == c->prompt_len &&
           memcmp(last.text, c->prompt, last.len) == 0;
}

/* After a question that was none for this boot loader: the next one is to be
 * typed at its prompt. */
static int calm_down(struct recognise *r)
{
    struct deadline until = deadline_in(QUIET_WAIT_MS);
    int ret;

    do {
        ret = console_drain(r->console, RECOGNISE_QUIET_MS, until);
    } while (ret == 0 && !r->console->restarted && !is_back(r->console) &&
             !deadline_passed(until));
    if (ret == 0 && !is_back(r->console))
        ret = recognise_wake(r);
    return ret;
}

/* One blank is echoed behind the prompt and is taken back by d's key: lines are
 * read there. In a menu of single keys each key of a command would act. */
static int blank_is_echoed(struct recognise *r, const struct dialect *d)
{
    struct console *c = r->console;
    int ret = console_type_echoed(c, (struct span){" ", 1});

    if (ret == 0)
        ret = console_clear(c, d, deadline_in(1000));
    if (ret == 0)
        ret = console_settle(c, PROMPT_QUIET_MS, deadline_in(1000));
    if (ret == 0)
        return console_tidy(c);
    return ret == -EAGAIN ? 0 : ret;
}

/* 1: somebody reads lines at the prompt; 0: nobody does, or nobody can tell.
 * What repeats no key of a line cannot be asked. */
static int reads_lines(struct recognise *r, const struct dialect *d)
{
    int ret = 0;

    if (d->prompt == NULL || d->echo == ECHO_NONE || d->clear.len == 0)
        return 1;
    for (unsigned i = 0; ret == 0 && i < BLANK_TRIES; i++) {
        ret = blank_is_echoed(r, d);
        if (ret == 0)
            ret = calm_down(r);
    }
    return ret;
}

/* 1: d's harmless command is answered rightly. */
static int ask_once(struct recognise *r, struct dialect *d)
{
    struct buf answer = BUF_LIMITED(65536);
    bool right;
    int ret;

    r->console->versions = true;
    ret = console_ask(r->console, d->recognise_command, NULL, ASK_TIMEOUT_MS,
                      &answer, NULL);
    r->console->versions = false;
    right = ret == 0 && pattern_match(d->recognise_answer, answer.data,
                                      answer.len, 0, NULL);
    if (right)
        recognise_note_history(r, d, &answer);
    if (right)
        (void)buf_add(r->text, answer.data, answer.len);
    buf_free(&answer);
    if (ret < 0 && ret != -ENODEV && ret != -EINTR)
        ret = calm_down(r);
    return ret < 0 ? ret : right;
}

/* Where the user knows who it is, only what is kept is asked for, and a wrong
 * answer is a damaged one: it does not tell that nothing is kept. */
static int answers(struct recognise *r, struct dialect *d)
{
    int ret = 0;

    for (unsigned i = 0; ret == 0 && i < (r->chosen ? ASK_TRIES : 1); i++)
        ret = ask_once(r, d);
    return ret;
}

/* Without a prompt the line taken last is what tells. */
static void take_lines(struct console *c)
{
    struct span line;

    while (console_take_line(c, &line))
        console_note_line(c, line);
}

int recognise_is_of(struct recognise *r, struct dialect *d)
{
    struct span prompt = {r->console->prompt, r->console->prompt_len};
    int ret = 0;

    if (d->prompt == NULL) {
        if (prompt.len > 0 || !ends_as(r, d))
            return 0;
        r->console->dialect = d;
        console_discard(r->console);
        ret = recognise_wake(r);
        take_lines(r->console);
        if (ret < 0 || !console_at_prompt(r->console))
            return ret;
    } else if (!console_is_prompt_of(d, prompt) ||
               (!r->same && !d->prompt_changes)) {
        return 0;
    }
    r->console->dialect = d;
    if (d->recognise_command == NULL || (r->chosen && d->history == NULL))
        return 1;
    ret = r->chosen ? 1 : reads_lines(r, d);
    return ret > 0 ? answers(r, d) : ret;
}

/* 1: there is a prompt, or an answer that ends without one. */
static int is_any(struct recognise *r)
{
    r->console->prompt_len = 0;
    if (console_partial(r->console).len > 0)
        return recognise_repeats(r);
    return 1;
}

static void refuse(struct recognise *r)
{
    struct console *c = r->console;

    r->refusals++;
    if (c->prompt_len > 0)
        (void)text_escape(r->refused, sizeof(r->refused), c->prompt,
                          c->prompt_len);
    c->dialect = NULL;
    c->prompt_len = 0;
}

int recognise_prompt(struct recognise *r)
{
    int ret;

    console_end_brought_prompt(r->console);
    console_note_heard(r->console);
    r->keeps = false;
    ret = is_any(r);
    if (ret <= 0)
        return ret;
    ret = r->first != NULL ? recognise_is_of(r, r->first) : 0;
    for (size_t i = 0; ret == 0 && r->dialects[i] != NULL; i++)
        if (r->dialects[i] != r->first)
            ret = recognise_is_of(r, r->dialects[i]);
    if (ret == 1)
        ret = recognise_leave_history(r);
    if (ret == 0)
        refuse(r);
    return ret;
}
