// SPDX-License-Identifier: BSD-2-Clause
// What a log has from the start of the device, and which line a note is about.

#include "monitor/replay_priv.h"

/* Walks the lines that no command of the dialect was asked for: those before
 * the first command, and the answers to others. */
struct boot_walk {
    const struct replay *r;
    size_t line;    /* log.n: the end */
    size_t command; /* the next one whose answer may be meant */
};

/* Sets line to the first such line from line on. */
static void boot_find(struct boot_walk *w)
{
    const struct replay *r = w->r;

    if (r->n_commands == 0 || w->line < r->commands[0].line)
        return;
    for (; w->command < r->n_commands; w->command++) {
        const struct replay_command *c = &r->commands[w->command];
        if (c->use != REPLAY_OTHER || w->line >= c->last)
            continue;
        w->line = w->line > c->first ? w->line : c->first;
        return;
    }
    w->line = r->log.n;
}

static struct boot_walk boot_start(const struct replay *r)
{
    struct boot_walk w = {.r = r};

    boot_find(&w);
    return w;
}

static void boot_next(struct boot_walk *w)
{
    w->line++;
    boot_find(w);
}

void replay_gather_boot(struct replay *r)
{
    r->boot = BUF_LIMITED(REPLAY_ANSWER_MAX);
    for (struct boot_walk w = boot_start(r); w.line < r->log.n; boot_next(&w)) {
        const struct replay_line *line = &r->log.lines[w.line];
        if (!buf_add(&r->boot, line->text, line->len) ||
            !buf_add(&r->boot, "\n", 1))
            return;
    }
}

/* The line that byte at of c's answer is on; c NULL: of the start's text. */
static size_t line_of(const struct replay *r, const struct replay_command *c,
                      size_t at)
{
    struct boot_walk w = boot_start(r);
    size_t n = c != NULL ? c->first : w.line;

    while (n < r->log.n && at > r->log.lines[n].len) {
        at -= r->log.lines[n].len + 1;
        if (c == NULL)
            boot_next(&w);
        n = c != NULL ? n + 1 : w.line;
    }
    return n;
}

void replay_miss_notes(struct replay *r, const struct replay_command *c,
                       size_t first)
{
    for (size_t i = first; i < r->map.n_notes; i++) {
        const struct map_note *note = &r->map.notes[i];
        size_t n = note->at != MAP_NOTE_NOWHERE ? line_of(r, c, note->at)
                                                : r->log.n;
        if (n < r->log.n)
            replay_miss(r, n, "%s", note->text);
    }
}
