// SPDX-License-Identifier: BSD-2-Clause
// The commands of a log, their answers, and which of the dialect's they are.

#include "monitor/replay_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "mmdd  8800" of a terminal that echoes as well: every character twice. */
static bool is_doubled(struct span text)
{
    for (size_t i = 0; i + 1 < text.len; i += 2)
        if (text.text[i] != text.text[i + 1])
            return false;
    return text.len >= 4 && text.len % 2 == 0;
}

/* Halves what is doubled; nobody else looks at the bytes of this line. */
static struct span halved(struct replay *r, struct span text)
{
    char *bytes = r->log.bytes + (text.text - r->log.bytes);

    if (replay_is_known(r, text) || !is_doubled(text))
        return text;
    for (size_t i = 0; i < text.len / 2; i++)
        bytes[i] = bytes[2 * i];
    text.len /= 2;
    return text;
}

/* The same once more on the next line: a local echo. */
static bool is_echo(const struct replay *r, const struct replay_command *c,
                    size_t n)
{
    struct span line;

    if (n >= r->log.n || r->log.lines[n].typed || c->text.len == 0)
        return false;
    line = replay_trim(replay_span(&r->log.lines[n]));
    return line.len == c->text.len &&
           memcmp(line.text, c->text.text, line.len) == 0;
}

static bool says_unknown(const struct replay *r, const struct replay_command *c,
                         const struct buf *answer)
{
    struct pattern *p = r->d->unknown;

    /* On the line of the command too: some print there. */
    return p != NULL &&
           ((answer->len > 0 &&
             pattern_match(p, answer->data, answer->len, 0, NULL)) ||
            pattern_match(p, c->text.text, c->text.len, 0, NULL));
}

static unsigned unit_of(const struct replay *r, const struct replay_template *t)
{
    return t->use == REPLAY_DUMP ? r->d->dumps[t->index].unit : 1;
}

/* The template that fits best; of equals the first. */
static enum replay_fit best_fit(struct replay *r, struct replay_command *c)
{
    enum replay_fit best = REPLAY_FIT_NONE;

    for (size_t i = 0; i < r->n_templates; i++) {
        struct replay_template *t = &r->templates[i];
        struct replay_values values;
        enum replay_fit fit = replay_fit(t->text, c->text, unit_of(r, t),
                                         &values);
        if (fit <= best)
            continue;
        best = fit;
        c->template = t;
        c->use = t->use;
        c->index = t->index;
        c->values = values;
    }
    return best;
}

/* Several dump commands may begin alike: their rows tell. */
static void choose_dump(const struct replay *r, struct replay_command *c,
                        enum replay_fit fit)
{
    int n = replay_most_rows(r, c, fit);

    if (n < 0 || (size_t)n == c->index)
        return;
    c->index = (size_t)n;
    (void)replay_fit(r->d->dumps[n].command, c->text, r->d->dumps[n].unit,
                     &c->values);
}

/* No more than the first word is the dialect's, or not even that. */
static void guess(const struct replay *r, struct replay_command *c,
                  enum replay_fit fit)
{
    int n = replay_most_rows(r, c, REPLAY_FIT_NONE);

    c->values = (struct replay_values){.has_address = false};
    if (n >= 0) {
        c->use = REPLAY_DUMP;
        c->index = (size_t)n;
        c->by_rows = true;
    } else if (fit == REPLAY_FIT_NONE || c->use < REPLAY_SELECT) {
        c->use = REPLAY_OTHER;
    } else {
        c->by_word = true;
    }
}

static void classify(struct replay *r, struct replay_command *c)
{
    CLEANUP_BUF struct buf answer = BUF_LIMITED(REPLAY_ANSWER_MAX);
    enum replay_fit fit;

    c->use = REPLAY_OTHER;
    fit = best_fit(r, c);
    replay_text(r, c->first, c->last, &answer);
    if (fit >= REPLAY_FIT_START && c->use == REPLAY_DUMP)
        choose_dump(r, c, fit);
    if (fit < REPLAY_FIT_START)
        guess(r, c, fit);
    c->unknown = !c->by_rows && says_unknown(r, c, &answer);
}

static int add_command(struct replay *r, size_t n, size_t *room,
                       struct err *err)
{
    const struct replay_line *line = &r->log.lines[n];
    struct replay_command *grown = r->commands;
    const struct span typed = {line->text + line->prompt,
                               line->len - line->prompt};

    if (r->n_commands == *room) {
        *room = *room == 0 ? 64 : 2 * *room;
        grown = realloc(grown, *room * sizeof(*grown));
        if (grown == NULL)
            return err_set(err, -ENOMEM, "out of memory");
        r->commands = grown;
    }
    grown[r->n_commands++] = (struct replay_command){
        .text = halved(r, replay_trim(typed)), .line = n, .first = n + 1};
    return 0;
}

static bool is_untyped(const struct replay_command *c)
{
    return c->text.len == 0 && c->first == c->last;
}

/* Where the answer ends; a prompt with nothing at all behind it goes. */
static void close_last(struct replay *r, size_t n)
{
    struct replay_command *c;

    if (r->n_commands == 0)
        return;
    c = &r->commands[r->n_commands - 1];
    c->last = n;
    if (c->first < c->last && is_echo(r, c, c->first))
        c->first++;
    c->text = replay_inner(r, c->text);
    if (is_untyped(c))
        r->n_commands--;
}

int replay_find_commands(struct replay *r, struct err *err)
{
    size_t room = 0;
    int ret = 0;

    for (size_t i = 0; ret == 0 && i < r->log.n; i++)
        if (r->log.lines[i].typed) {
            close_last(r, i);
            ret = add_command(r, i, &room, err);
        }
    close_last(r, r->log.n);
    for (size_t i = 0; ret == 0 && i < r->n_commands; i++) {
        r->counts.commands += r->commands[i].text.len > 0;
        classify(r, &r->commands[i]);
    }
    return ret;
}
