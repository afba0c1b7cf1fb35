// SPDX-License-Identifier: BSD-2-Clause
// A captured console log read as a dialect says: what of it is understood?

/*
 * Lines first, then which of them begin with the prompt, then the commands that
 * stand there and whose they are; then each answer is read by what reads it on
 * a device: rows by row_parse, maps by map_apply and map_finish, and so on.
 * What nothing explains is counted, and the first such line is told with the
 * key of the dialect that it may be about.
 *
 * The log is hostile: its size and the number of its lines are bounded, and so
 * are the answers that patterns see, how many of them a rule tries, and what
 * the report lists. All that it prints has been escaped.
 */

#include "monitor/console_priv.h"
#include "monitor/replay_priv.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 4096U /* bytes of a list in the report */

void replay_miss(struct replay *r, size_t n, const char *why, ...)
{
    const struct replay_line *line = &r->log.lines[n];
    va_list args;

    r->counts.missed++;
    if (r->counts.missed_line != 0 && r->counts.missed_line <= line->number)
        return;
    r->counts.missed_line = line->number;
    (void)text_escape(r->missed, sizeof(r->missed), line->text, line->len);
    va_start(args, why);
    (void)vsnprintf(r->advice, sizeof(r->advice), why, args);
    va_end(args);
}

bool replay_is_start(const struct replay *r, struct span line)
{
    return console_is_any(r->d->banners, r->d->n_banners, line) ||
           console_is_any(r->d->hints, r->d->n_hints, line);
}

static void find_banner(struct replay *r)
{
    for (size_t i = 0; i < r->log.n; i++) {
        const struct replay_line *line = &r->log.lines[i];
        if (!console_is_any(r->d->banners, r->d->n_banners, replay_span(line)))
            continue;
        r->counts.banner_line = line->number;
        (void)text_escape(r->banner, sizeof(r->banner), line->text, line->len);
        return;
    }
}

/* Somewhere in line a command of the dialect stands, behind what could be a
 * prompt. */
static bool has_command(const struct replay *r, struct span line)
{
    for (size_t at = 1; at < line.len && at < CONSOLE_PROMPT_MAX; at++) {
        struct span rest = {line.text + at, line.len - at};
        if (strchr(">#$]: ", line.text[at - 1]) != NULL &&
            line.text[at] != ' ' && replay_is_known(r, rest))
            return true;
    }
    return false;
}

/* Without any prompt: where was it? */
static void miss_prompt(struct replay *r)
{
    for (size_t i = 0; i < r->log.n; i++) {
        const struct span line = replay_span(&r->log.lines[i]);
        if (has_command(r, line))
            replay_miss(r, i,
                        "if a command stands there: console, prompt does not "
                        "match what is before it");
        else if (replay_is_memory(line))
            replay_miss(r, i,
                        "looks like memory, but no prompt was seen before it: "
                        "console, prompt");
    }
}

/* A log of which not even a beginning is known. */
static void miss_all(struct replay *r)
{
    size_t first = r->log.n > 1 && replay_is_introduction(r, 0) ? 1 : 0;

    if (r->log.n > 0)
        replay_miss(r, first,
                    "neither a banner nor a prompt was seen: recognise, "
                    "banner; console, prompt");
    else if (r->counts.missed++ == 0)
        (void)snprintf(r->advice, sizeof(r->advice), "the log is empty");
}

static int read_all(struct replay *r, const char *const *user, struct err *err)
{
    int ret = replay_find_prompts(r, err);

    if (ret == 0)
        ret = replay_find_commands(r, err);
    if (ret < 0)
        return ret;
    find_banner(r);
    if (r->counts.prompt_line == 0)
        miss_prompt(r);
    if (r->counts.prompt_line == 0 && r->counts.banner_line == 0 &&
        r->counts.missed == 0)
        miss_all(r);
    for (size_t i = 0; i < r->n_commands; i++)
        if (r->commands[i].use == REPLAY_DUMP)
            replay_read_dump(r, &r->commands[i]);
    return replay_apply_rules(r, user, err);
}

static void count(struct replay *r)
{
    r->counts.media = r->map.n_media;
    r->counts.segments = r->map.n_segments;
    r->counts.understood = r->counts.missed == 0 &&
                           (r->counts.banner_line > 0 ||
                            r->counts.prompt_line > 0);
}

static void free_all(struct replay *r)
{
    replay_log_free(&r->log);
    free(r->templates);
    free(r->commands);
    free(r->dumps);
    map_free(&r->map);
    buf_free(&r->boot);
    buf_free(&r->sums);
    buf_free(&r->identities);
    buf_free(&r->faults);
}

int replay_run(struct dialect *d, const char *const *user, const char *text,
               size_t len, struct buf *out, struct replay_counts *counts,
               struct err *err)
{
    struct replay r = {.d = d,
                       .sums = BUF_LIMITED(LIST_MAX),
                       .identities = BUF_LIMITED(LIST_MAX),
                       .faults = BUF_LIMITED(LIST_MAX)};
    int ret = replay_split(&r.log, text, len, err);

    r.dumps = calloc(d->n_dumps + 1, sizeof(*r.dumps));
    if (ret == 0 && r.dumps == NULL)
        ret = err_set(err, -ENOMEM, "out of memory");
    if (ret == 0)
        ret = replay_list_templates(&r, err);
    if (ret == 0)
        ret = read_all(&r, user, err);
    if (ret == 0) {
        count(&r);
        replay_report(&r, out);
        *counts = r.counts;
        if (out->failed)
            ret = err_set(err, -ENOMEM, "out of memory");
    }
    free_all(&r);
    return ret;
}
