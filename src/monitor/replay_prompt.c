// SPDX-License-Identifier: BSD-2-Clause
// Which lines of a log begin with the prompt?

/*
 * On a device the prompt is learned from a quiet line. In a log it has a
 * command behind it, and a pattern may match other text as well ("-> " of "->
 * start"). So all beginnings of lines that the pattern matches are candidates;
 * those with a command of the dialect behind them are taken, else those that
 * stand alone, else the most frequent one. Where the prompt changes there is
 * nothing to learn: the pattern tells. Without a prompt, a line behind one that
 * ends an answer is a command.
 */

#include "monitor/replay_priv.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GLUED_MIN 4U /* a shorter prompt may stand anywhere */

/* A command could begin at text[at]; "##" is no prompt and its command. */
static bool is_cut(struct span line, size_t at)
{
    char before = line.text[at - 1];
    char after = at < line.len ? line.text[at] : ' ';

    if (at == line.len)
        return true;
    if (after == ' ')
        return before == ' ';
    return after != before && !isalnum((unsigned char)before);
}

static struct span behind(struct span line, size_t at)
{
    return (struct span){line.text + at, line.len - at};
}

/* Commands have no other bytes. */
static bool is_typeable(struct span text)
{
    text = replay_trim(text);
    return text_is_printable(text.text, text.len);
}

/* The pattern matches text[0..at) and nothing less. */
static bool may_be_prompt(const struct dialect *d, const char *text, size_t at)
{
    struct span whole;

    if (!console_is_prompt_of(d, (struct span){text, at}))
        return false;
    whole = pattern_whole(d->prompt);
    return whole.text + whole.len == text + at;
}

/* The least known one makes room. */
static struct replay_prompt *place_for(struct replay *r)
{
    struct replay_prompt *least = &r->prompts[0];

    if (r->n_prompts < REPLAY_PROMPTS_MAX)
        return &r->prompts[r->n_prompts++];
    for (size_t i = 1; i < r->n_prompts; i++)
        if (r->prompts[i].known + r->prompts[i].alone <
            least->known + least->alone)
            least = &r->prompts[i];
    return least;
}

static struct replay_prompt *candidate(struct replay *r, const char *text,
                                       size_t len, size_t number)
{
    struct replay_prompt *p;

    for (size_t i = 0; i < r->n_prompts; i++)
        if (r->prompts[i].len == len &&
            memcmp(r->prompts[i].text, text, len) == 0)
            return &r->prompts[i];
    p = place_for(r);
    *p = (struct replay_prompt){.len = len, .number = number};
    memcpy(p->text, text, len);
    return p;
}

/* A prompt alone on its line that has lost the blank at its end, as what is
 * pasted does. */
static bool lost_blank(struct replay *r, struct span line, char *with)
{
    if (line.len + 2 > CONSOLE_PROMPT_MAX || line.text[line.len - 1] == ' ')
        return false;
    memcpy(with, line.text, line.len);
    with[line.len] = ' ';
    return may_be_prompt(r->d, with, line.len + 1);
}

bool replay_is_introduction(const struct replay *r, size_t n)
{
    struct span line = replay_span(&r->log.lines[n]);

    return n == 0 && line.text[0] == '#' &&
           !replay_is_known(r, behind(line, 1));
}

static void learn_from(struct replay *r, size_t n)
{
    struct span line = replay_span(&r->log.lines[n]);
    size_t number = r->log.lines[n].number;
    char with[CONSOLE_PROMPT_MAX];

    for (size_t at = 1; at <= line.len && at < CONSOLE_PROMPT_MAX; at++) {
        struct replay_prompt *p;
        if (!is_cut(line, at) || !is_typeable(behind(line, at)) ||
            !may_be_prompt(r->d, line.text, at))
            continue;
        p = candidate(r, line.text, at, number);
        p->alone += at == line.len;
        p->known += replay_is_known(r, behind(line, at));
        p->seen++;
    }
    if (lost_blank(r, line, with))
        candidate(r, with, line.len + 1, number)->alone++;
}

/* Takes the candidates that have the best to say for themselves. */
static void choose(struct replay *r)
{
    size_t known = 0;
    size_t alone = 0;
    struct replay_prompt *most = &r->prompts[0];

    for (size_t i = 0; i < r->n_prompts; i++) {
        known += r->prompts[i].known;
        alone += r->prompts[i].alone;
        if (r->prompts[i].seen > most->seen)
            most = &r->prompts[i];
    }
    for (size_t i = 0; i < r->n_prompts; i++) {
        struct replay_prompt *p = &r->prompts[i];
        p->taken = known > 0   ? p->known > 0
                   : alone > 0 ? p->alone > 0
                               : p == most;
        p->seen = 0;
        p->number = 0;
    }
}

/* Bytes of the learned prompt at the front of line. */
static size_t learned_length(const struct replay *r, struct span line)
{
    size_t best = 0;

    for (size_t i = 0; i < r->n_prompts; i++) {
        const struct replay_prompt *p = &r->prompts[i];
        size_t len = p->len;
        if (p->text[len - 1] == ' ' && line.len == len - 1)
            len--; /* the blank is lost */
        if (p->taken && len > best && line.len >= len &&
            memcmp(p->text, line.text, len) == 0)
            best = len;
    }
    return best;
}

/* The longest beginning that is a prompt, where it changes. */
static size_t changing_length(struct replay *r, struct span line)
{
    char with[CONSOLE_PROMPT_MAX];
    size_t best = 0;

    for (size_t at = 1; at <= line.len && at < CONSOLE_PROMPT_MAX; at++)
        if (is_cut(line, at) && may_be_prompt(r->d, line.text, at))
            best = at;
    return best == 0 && lost_blank(r, line, with) ? line.len : best;
}

static struct replay_prompt *listed(struct replay *r, struct span prompt)
{
    for (size_t i = 0; i < r->n_prompts; i++)
        if (r->prompts[i].len >= prompt.len &&
            r->prompts[i].len <= prompt.len + 1 &&
            memcmp(r->prompts[i].text, prompt.text, prompt.len) == 0)
            return &r->prompts[i];
    if (r->n_prompts == REPLAY_PROMPTS_MAX)
        return NULL;
    return candidate(r, prompt.text, prompt.len, 0);
}

static void note_seen(struct replay *r, struct span prompt, size_t number)
{
    struct replay_prompt *p = listed(r, prompt);

    if (r->counts.prompt_line == 0)
        r->counts.prompt_line = number;
    if (p == NULL)
        return;
    p->taken = true;
    if (p->seen++ == 0)
        p->number = number;
}

static bool has_letter(const struct replay_prompt *p)
{
    for (size_t i = 0; i < p->len; i++)
        if (isalpha((unsigned char)p->text[i]))
            return true;
    return false;
}

/* Where a prompt stands in the middle of line, behind output without an end;
 * line.len: nowhere. */
static size_t glued_at(const struct replay *r, struct span line)
{
    for (size_t i = 0; i < r->n_prompts; i++) {
        const struct replay_prompt *p = &r->prompts[i];
        const char *at;
        size_t from;
        if (!p->taken || p->len < GLUED_MIN || !has_letter(p) || line.len == 0)
            continue;
        at = memmem(line.text + 1, line.len - 1, p->text, p->len);
        if (at == NULL)
            continue;
        from = (size_t)(at - line.text);
        if ((from + p->len == line.len ||
             replay_is_known(r, behind(line, from + p->len))) &&
            !replay_is_row(r, line))
            return from;
    }
    return line.len;
}

static size_t prompt_length(struct replay *r, const struct replay_line *line)
{
    if (r->d->prompt_changes)
        return changing_length(r, replay_span(line));
    return learned_length(r, replay_span(line));
}

/* Adds line to log, in two where a prompt is glued to it. */
static int add_marked(struct replay *r, struct replay_log *log,
                      struct replay_line line, struct err *err)
{
    struct replay_line rest = line;
    size_t at = line.len;
    int ret;

    line.prompt = prompt_length(r, &line);
    line.typed = line.prompt > 0 &&
                 is_typeable(behind(replay_span(&line), line.prompt));
    if (!line.typed)
        at = glued_at(r, replay_span(&line));
    rest.text += at;
    rest.len -= at;
    line.len = at;
    if (line.typed)
        note_seen(r, (struct span){line.text, line.prompt}, line.number);
    ret = replay_add_line(log, &line, err);
    if (ret < 0 || rest.len == 0)
        return ret;
    rest.prompt = learned_length(r, replay_span(&rest));
    rest.typed = true;
    note_seen(r, (struct span){rest.text, rest.prompt}, rest.number);
    return replay_add_line(log, &rest, err);
}

static int mark_prompts(struct replay *r, struct err *err)
{
    struct replay_log marked = {.bytes = NULL};
    int ret = 0;

    for (size_t i = 0; ret == 0 && i < r->log.n; i++)
        ret = replay_is_introduction(r, i)
                  ? replay_add_line(&marked, &r->log.lines[i], err)
                  : add_marked(r, &marked, r->log.lines[i], err);
    free(r->log.lines);
    r->log.lines = marked.lines;
    r->log.n = marked.n;
    r->log.room = marked.room;
    return ret;
}

static bool is_done(const struct dialect *d, const struct replay_line *line)
{
    return d->done != NULL && line->len < CONSOLE_DONE_MAX &&
           pattern_match(d->done, line->text, line->len, 0, NULL);
}

/* Behind the end of an answer, or where a known command stands. */
static void mark_without_prompt(struct replay *r)
{
    bool done = false;

    for (size_t i = 0; i < r->log.n; i++) {
        struct replay_line *line = &r->log.lines[i];
        bool ends = is_done(r->d, line);
        line->typed = !ends && !replay_is_introduction(r, i) &&
                      (done || replay_is_whole(r, replay_span(line))) &&
                      !replay_is_row(r, replay_span(line));
        if (line->typed && r->counts.prompt_line == 0)
            r->counts.prompt_line = line->number;
        done = ends;
    }
}

int replay_find_prompts(struct replay *r, struct err *err)
{
    if (r->d->prompt == NULL) {
        mark_without_prompt(r);
        return 0;
    }
    if (!r->d->prompt_changes) {
        for (size_t i = 0; i < r->log.n; i++)
            if (!replay_is_introduction(r, i))
                learn_from(r, i);
        choose(r);
    }
    return mark_prompts(r, err);
}
