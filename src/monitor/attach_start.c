// SPDX-License-Identifier: BSD-2-Clause
// Whose start it is that the device shows, and what that means for our keys.

/*
 * At first nobody is known: the candidate whose start is shown is believed. One
 * boot loader may start another, so the banner of another candidate puts it in
 * the place of the first one. Once a boot loader was recognised, the start of
 * another one holds its keys back instead, until its own is shown. A while
 * after that it is asked for its prompt, as one that was only silent: the other
 * one may have started it.
 *
 * What two of them share is of the one that is known.
 */

#include "monitor/attach_priv.h"

#include "base/log.h"
#include "monitor/console_priv.h"

#include <string.h>

bool attach_matches(const struct attach *a, struct pattern *p, size_t from)
{
    struct span last = console_partial(a->c);

    return pattern_match(p, a->text->data, a->text->len, from, NULL) ||
           pattern_match(p, last.text, last.len, 0, NULL);
}

static bool shows_any(const struct attach *a, struct pattern **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (attach_matches(a, list[i], a->looked))
            return true;
    return false;
}

bool attach_shows(const struct attach *a, const struct dialect *d)
{
    return shows_any(a, d->banners, d->n_banners) ||
           shows_any(a, d->hints, d->n_hints);
}

bool attach_keeps_back(const struct attach *a)
{
    return a->unknown || a->c->foreign;
}

static bool is_banner(const struct dialect *d, struct span line)
{
    return console_is_any(d->banners, d->n_banners, line);
}

static bool is_hint(const struct dialect *d, struct span line)
{
    return console_is_any(d->hints, d->n_hints, line);
}

/* Of whose start line is; NULL: of none. Own text may hold the hint of another
 * dialect, but not its banner. */
static struct dialect *find_start(const struct attach *a, struct span line)
{
    const struct attach_config *config = a->config;
    struct dialect **all = config->others != NULL ? config->others
                                                  : config->dialects;
    struct dialect *first = a->recognise.first;

    if (first != NULL && (is_banner(first, line) || is_hint(first, line)))
        return first;
    for (size_t i = 0; all[i] != NULL; i++)
        if (all[i] != first && is_banner(all[i], line))
            return all[i];
    for (size_t i = 0; !a->own_start && all[i] != NULL; i++)
        if (all[i] != first && is_hint(all[i], line))
            return all[i];
    return NULL;
}

/* Line, at that place in the text, may tell who starts. */
static void take_start(struct attach *a, struct span line, size_t at)
{
    struct dialect *d = find_start(a, line);

    if (d == NULL)
        return;
    a->started = true;
    a->own_start = a->config->others == NULL || d == a->recognise.first;
    console_note_start(a->c, !a->own_start);
    if (!a->own_start)
        return;
    console_end_is_answered(a->c);
    a->unknown = false;
    if (d == a->recognise.first)
        return;
    if (a->recognise.first != NULL)
        a->fresh = a->since = at;
    a->recognise.first = d;
    a->next_send = deadline_in(0);
    log_info("%s seen, breaking in", d->name);
}

void attach_look_for_start(struct attach *a)
{
    size_t end;

    for (size_t at = a->looked; at < a->text->len; at = end + 1) {
        const char *text = a->text->data + at;
        const char *stop = memchr(text, '\n', a->text->len - at);
        end = stop != NULL ? (size_t)(stop - a->text->data) : a->text->len;
        take_start(a, (struct span){text, end - at}, at);
    }
    take_start(a, console_partial(a->c), a->text->len);
    a->looked = a->text->len;
}
