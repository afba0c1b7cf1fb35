// SPDX-License-Identifier: BSD-2-Clause
// Frees what a dialect owns.

#include "monitor/dialect.h"

#include <stdlib.h>

static void free_patterns(struct pattern **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pattern_free(list[i]);
    free(list);
}

static void free_strings(char **list, size_t n)
{
    for (size_t i = 0; list != NULL && i < n; i++)
        free(list[i]);
    free(list);
}

static void free_condition(struct condition *c)
{
    free(c->command);
    pattern_free(c->answer);
}

static void free_exchanges(struct exchanges *e)
{
    for (size_t i = 0; i < e->n; i++) {
        pattern_free(e->list[i].expect);
        free(e->list[i].send);
    }
    free(e->list);
}

static void free_dump(struct dump_method *m)
{
    free_condition(&m->needs);
    pattern_free(m->medium);
    free(m->command);
    free(m->again);
    free_exchanges(&m->dialogue);
    pattern_free(m->skip);
    pattern_free(m->stop);
}

static void free_map_rule(struct map_rule *m)
{
    free_condition(&m->needs);
    free(m->command);
    pattern_free(m->section);
    pattern_free(m->pattern);
    pattern_free(m->unless);
    free(m->name);
    free(m->medium);
    free(m->alias);
}

static void free_access(struct medium_access *a)
{
    free_condition(&a->needs);
    pattern_free(a->names);
    pattern_free(a->ids);
    free_strings(a->select, a->n_select);
    pattern_free(a->select_answer);
    free(a->read);
    pattern_free(a->read_answer);
    pattern_free(a->read_fail);
    free_exchanges(&a->dialogue);
    free(a->bad);
    pattern_free(a->bad_answer);
}

static void free_checksum(struct checksum *c)
{
    free_condition(&c->needs);
    pattern_free(c->medium);
    free(c->command);
    pattern_free(c->answer);
}

static void free_uniform(struct uniform *u)
{
    free_condition(&u->needs);
    pattern_free(u->medium);
    free(u->command);
    pattern_free(u->answer);
}

static void free_sections(struct dialect *d)
{
    for (size_t i = 0; i < d->n_break_ins; i++) {
        pattern_free(d->break_ins[i].when);
        free(d->break_ins[i].send);
    }
    for (size_t i = 0; i < d->n_dumps; i++)
        free_dump(&d->dumps[i]);
    for (size_t i = 0; i < d->n_maps; i++)
        free_map_rule(&d->maps[i]);
    for (size_t i = 0; i < d->n_identities; i++) {
        free(d->identities[i].command);
        pattern_free(d->identities[i].pattern);
    }
    for (size_t i = 0; i < d->n_checksums; i++)
        free_checksum(&d->checksums[i]);
    for (size_t i = 0; i < d->n_uniforms; i++)
        free_uniform(&d->uniforms[i]);
    for (size_t i = 0; i < d->n_accesses; i++)
        free_access(&d->accesses[i]);
    free_condition(&d->whole.needs);
    free(d->whole.before);
    free(d->whole.after);
    free(d->break_ins);
    free(d->dumps);
    free(d->maps);
    free(d->identities);
    free(d->checksums);
    free(d->uniforms);
    free(d->accesses);
    free(d->footers);
    free(d->baud.command);
    pattern_free(d->baud.ready);
    free(d->baud.rates);
}

static void free_console(struct dialect *d)
{
    pattern_free(d->prompt);
    pattern_free(d->done);
    pattern_free(d->unknown);
    pattern_free(d->fault);
    free_exchanges(&d->pager);
    free(d->unlock);
    free_patterns(d->never, d->n_never);
}

void dialect_free(struct dialect *d)
{
    if (d == NULL)
        return;
    free_sections(d);
    free_console(d);
    free_patterns(d->banners, d->n_banners);
    free_patterns(d->hints, d->n_hints);
    pattern_free(d->unmapped);
    free(d->description);
    free(d->recognise_command);
    pattern_free(d->recognise_answer);
    pattern_free(d->history);
    free(d->without_history);
    free(d);
}
