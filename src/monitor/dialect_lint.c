// SPDX-License-Identifier: BSD-2-Clause
// What is allowed in a dialect file, but is hardly meant.

#include "monitor/dialect_lint.h"

#include "monitor/template.h"

#include <stdio.h>
#include <string.h>

#define LONG_DUMP ((uint64_t)16 << 10) /* that nothing stops */

static const char *const none[] = {NULL};
static const char *const map_groups[] = {
    "name",   "base",      "offset", "size",  "end",    "last",
    "blocks", "unit",      "list",   "erase", "medium", "erase_unit",
    "page",   "page_unit", "id",     NULL};
static const char *const sum_groups[] = {"sum", NULL};
static const char *const uniform_groups[] = {"count", "differs", NULL};
static const char *const bad_groups[] = {"offset", "block", NULL};
static const char *const medium_groups[] = {"medium", NULL};

static void groups(struct dialect_reader *r, cfg_t *sec, const char *key,
                   const struct pattern *p, const char *const *known)
{
    const char *other = p != NULL ? pattern_other_group(p, known) : NULL;
    char what[128];

    if (other == NULL)
        return;
    (void)snprintf(what, sizeof(what), "nothing uses the group '%.60s'", other);
    value_note(r, sec, key, what);
}

static const char *text_of(cfg_t *sec, const char *key)
{
    const char *text = cfg_getstr(sec, key);

    return text != NULL ? text : "";
}

static bool same(cfg_t *a, cfg_t *b, const char *key)
{
    return strcmp(text_of(a, key), text_of(b, key)) == 0;
}

/* Of the methods for the same media the first that the device has is used, and
 * one more for reading again. */
static void check_overlap(struct dialect_reader *r, cfg_t *top, unsigned n)
{
    cfg_t *own = cfg_getnsec(top, "dump", n);
    unsigned sure = 0;

    for (unsigned i = 0; i < n; i++) {
        cfg_t *other = cfg_getnsec(top, "dump", i);
        if (!same(own, other, "medium"))
            continue;
        if (same(own, other, "command") && same(own, other, "needs-answer"))
            value_note(r, own, "command", "the same as in a section before");
        sure += text_of(other, "needs-answer")[0] == '\0';
    }
    if (sure >= 2)
        value_note(r, own, NULL,
                   "is never used: two sections before it always can be");
}

static void check_dumps(struct dialect_reader *r, const struct dialect *d,
                        cfg_t *top)
{
    for (unsigned i = 0; i < d->n_dumps; i++) {
        cfg_t *sec = cfg_getnsec(top, "dump", i);
        const struct dump_method *m = &d->dumps[i];
        check_overlap(r, top, i);
        groups(r, sec, "skip", m->skip, none);
        groups(r, sec, "stop", m->stop, none);
        groups(r, sec, "medium", m->medium, none);
        if (m->max > LONG_DUMP && d->interrupt.len == 0)
            value_note(r, sec, "max",
                       "nothing stops a dump: whoever gives up a read waits "
                       "for all of it");
        if (m->fixed == 0 && !template_has(m->command, "length") &&
            !template_has(m->command, "count") &&
            !template_has(m->command, "end") &&
            !template_has(m->command, "last") &&
            !template_has(m->command, "offset-end") &&
            !template_has(m->command, "sectors") &&
            !template_has(m->command, "pages") && m->dialogue.n == 0 &&
            m->max != m->align)
            value_note(r, sec, "command",
                       "says no length: if it always prints the same, say so "
                       "with fixed");
    }
}

static void check_maps(struct dialect_reader *r, const struct dialect *d,
                       cfg_t *top)
{
    for (unsigned i = 0; i < d->n_maps; i++) {
        cfg_t *sec = cfg_getnsec(top, "map", i);
        const struct map_rule *m = &d->maps[i];
        groups(r, sec, "pattern", m->pattern, map_groups);
        groups(r, sec, "section", m->section, medium_groups);
        groups(r, sec, "unless", m->unless, none);
        if (m->section != NULL && m->pattern == NULL)
            value_note(r, sec, "section", "does nothing without pattern");
    }
}

/* A pattern for one name is that name between ^ and $. */
static bool is_one_name(const char *pattern)
{
    size_t len = strcspn(pattern + (pattern[0] == '^'), "$");

    return pattern[0] == '^' && strcmp(pattern + 1 + len, "$") == 0 &&
           strcspn(pattern + 1, "\\[](){}.*+?|^") > len;
}

static const char many[] =
    "fits several media, which its commands do not tell apart: use {index} or "
    "{medium}, or name one";

/* Some section selects what this command is to be about. */
static bool is_selected(const struct dialect *d, cfg_t *top, const char *names)
{
    bool is = false;

    for (unsigned i = 0; i < d->n_accesses; i++)
        is = is || (d->accesses[i].n_select > 0 && d->accesses[i].tells &&
                    strcmp(text_of(cfg_getnsec(top, "medium", i), "names"),
                           names) == 0);
    return is;
}

static void check_direct(struct dialect_reader *r, const struct dialect *d,
                         cfg_t *top, cfg_t *sec, const char *command)
{
    const char *medium = text_of(sec, "medium");

    if (medium[0] != '\0' && !is_one_name(medium) &&
        !template_has(command, "medium") && !template_has(command, "index") &&
        !is_selected(d, top, medium))
        value_note(r, sec, "medium", many);
}

static void check_numbers(struct dialect_reader *r, const struct dialect *d,
                          cfg_t *top)
{
    for (unsigned i = 0; i < d->n_dumps; i++)
        check_direct(r, d, top, cfg_getnsec(top, "dump", i),
                     d->dumps[i].command);
    for (unsigned i = 0; i < d->n_checksums; i++)
        check_direct(r, d, top, cfg_getnsec(top, "checksum", i),
                     d->checksums[i].command);
    for (unsigned i = 0; i < d->n_accesses; i++) {
        cfg_t *sec = cfg_getnsec(top, "medium", i);
        if (d->accesses[i].read != NULL && !d->accesses[i].tells &&
            !is_one_name(text_of(sec, "names")))
            value_note(r, sec, "names", many);
    }
}

static void check_others(struct dialect_reader *r, const struct dialect *d,
                         cfg_t *top)
{
    for (unsigned i = 0; i < d->n_checksums; i++)
        groups(r, cfg_getnsec(top, "checksum", i), "answer",
               d->checksums[i].answer, sum_groups);
    for (unsigned i = 0; i < d->n_uniforms; i++)
        groups(r, cfg_getnsec(top, "uniform", i), "answer",
               d->uniforms[i].answer, uniform_groups);
    for (unsigned i = 0; i < d->n_identities; i++)
        groups(r, cfg_getnsec(top, "identity", i), "pattern",
               d->identities[i].pattern, none);
    for (unsigned i = 0; i < d->n_accesses; i++)
        groups(r, cfg_getnsec(top, "medium", i), "bad-answer",
               d->accesses[i].bad_answer, bad_groups);
}

static void check_break_ins(struct dialect_reader *r, const struct dialect *d,
                            cfg_t *top)
{
    bool any = false;

    for (unsigned i = 0; i < d->n_break_ins; i++) {
        if (d->break_ins[i].when == NULL && any)
            value_note(r, cfg_getnsec(top, "break-in", i), NULL,
                       "a second one without when: the first is never used");
        any = any || d->break_ins[i].when == NULL;
    }
}

static void check_prompt(struct dialect_reader *r, const struct dialect *d,
                         cfg_t *sec)
{
    const char *text = text_of(sec, "prompt");

    if (d->prompt == NULL)
        return;
    if (text[0] != '^' || text[strlen(text) - 1] != '$')
        value_note(r, sec, "prompt",
                   "should begin with ^ and end with $, or it is found in the "
                   "middle of data");
    if (pattern_match(d->prompt, "", 0, 0, NULL))
        value_note(r, sec, "prompt", "matches an empty line");
}

static void check_console(struct dialect_reader *r, const struct dialect *d,
                          cfg_t *top)
{
    cfg_t *sec = cfg_getsec(top, "console");

    check_prompt(r, d, sec);
    if (d->unknown == NULL && (d->n_checksums > 0 || d->n_maps > 0))
        value_note(r, sec, NULL,
                   "without unknown, a command that a device lacks is taken "
                   "for one that answered strangely");
    if (d->unlock != NULL && !template_has(d->unlock, "password"))
        value_note(r, sec, "unlock",
                   "has no {password}: a command that is always typed "
                   "would leave the device changed");
    if (d->n_banners == 0 && d->n_hints == 0 && d->recognise_command == NULL)
        value_note(r, cfg_getsec(top, "recognise"), NULL,
                   "nothing tells it by its start: it is recognised by its "
                   "prompt alone");
}

void dialect_lint(struct dialect_reader *r, const struct dialect *d, cfg_t *top)
{
    check_console(r, d, top);
    check_break_ins(r, d, top);
    check_dumps(r, d, top);
    check_maps(r, d, top);
    check_numbers(r, d, top);
    check_others(r, d, top);
}
