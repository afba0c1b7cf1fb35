// SPDX-License-Identifier: BSD-2-Clause
// What was understood of a log, in lines for a person.

#include "monitor/replay_priv.h"

#include "base/text.h"
#include "monitor/map_build.h"

#include <inttypes.h>
#include <string.h>

#define COMMANDS_MAX 60U /* that are listed */
#define PROMPTS_MAX  8U

static void say_prompts(const struct replay *r, struct buf *out)
{
    unsigned told = 0;

    for (size_t i = 0; i < r->n_prompts && told < PROMPTS_MAX; i++) {
        const struct replay_prompt *p = &r->prompts[i];
        char safe[4 * CONSOLE_PROMPT_MAX];
        if (!p->taken || p->seen == 0)
            continue;
        (void)text_escape(safe, sizeof(safe), p->text, p->len);
        (void)buf_printf(out, "%-14sline %zu: '%s', %zu time%s\n",
                         told++ == 0 ? "prompt:" : "", p->number, safe, p->seen,
                         p->seen == 1 ? "" : "s");
    }
    if (told == 0)
        (void)buf_printf(out, "%-14s%s\n", "prompt:",
                         r->d->prompt == NULL ? "the dialect has none"
                                              : "not seen");
}

static void say_range(uint64_t from, uint64_t to, struct buf *out)
{
    (void)buf_printf(out, ", 0x%08" PRIx64 " to 0x%08" PRIx64, from, to);
}

static void say_rows(const struct replay_command *c, struct buf *out)
{
    (void)buf_printf(out, ": %zu row%s", c->good, c->good == 1 ? "" : "s");
    if (c->bad > 0)
        (void)buf_printf(out, ", %zu bad", c->bad);
    if (c->good > 0 && c->to > c->from)
        say_range(c->from, c->to, out);
    if (c->by_rows)
        (void)buf_printf(out, " (told by its rows)");
}

static void say_what(const struct replay *r, const struct replay_command *c,
                     struct buf *out)
{
    char section[64];

    if (c->unknown) {
        (void)buf_printf(out, "the boot loader does not know it");
        return;
    }
    if (c->use == REPLAY_OTHER || (c->by_word && !c->matched)) {
        (void)buf_printf(out, "not of this dialect");
        return;
    }
    (void)buf_printf(
        out, "%s",
        replay_section(r, c->use, c->index, section, sizeof(section)));
    if (c->uses > 1)
        (void)buf_printf(out, " and %zu more", c->uses - 1);
    if (c->use == REPLAY_DUMP)
        say_rows(c, out);
    if (c->faulted)
        (void)buf_printf(out, ", a fault");
}

static void say_commands(const struct replay *r, struct buf *out)
{
    char safe[120];

    (void)buf_printf(out, "commands:%s\n",
                     r->n_commands == 0 ? "     none" : "");
    for (size_t i = 0; i < r->n_commands && i < COMMANDS_MAX; i++) {
        const struct replay_command *c = &r->commands[i];
        (void)text_escape(safe, sizeof(safe), c->text.text, c->text.len);
        (void)buf_printf(out, "  line %-5zu %-28s  ",
                         r->log.lines[c->line].number, safe);
        say_what(r, c, out);
        (void)buf_printf(out, "\n");
    }
    if (r->n_commands > COMMANDS_MAX)
        (void)buf_printf(out, "  and %zu more\n", r->n_commands - COMMANDS_MAX);
}

static void say_ram(const struct map_ram *ram, struct buf *out)
{
    if (ram->n_banks == 0 && ram->top == 0 && ram->n_at == 0)
        return;
    (void)buf_printf(out, "RAM:\n");
    for (size_t i = 0; i < ram->n_banks; i++)
        (void)buf_printf(out, "  0x%08" PRIx64 "  0x%08" PRIx64 " bytes\n",
                         ram->banks[i].base, ram->banks[i].size);
    if (ram->top != 0)
        (void)buf_printf(out, "  0x%08" PRIx64 "  in use from there\n",
                         ram->top);
    for (size_t i = 0; i < ram->n_at; i++)
        (void)buf_printf(out, "  0x%08" PRIx64 "  its scripts load there\n",
                         ram->at[i]);
}

static void say_parts(const struct map *map, struct buf *out)
{
    for (size_t i = 0; i < map->n_parts; i++) {
        const struct map_part *p = &map->parts[i];
        char safe[MAP_NAME_MAX];
        map_safe_name(safe, p->medium, strlen(p->medium));
        if (p->has_base == (p->size != 0))
            continue;
        (void)buf_printf(out, "  %s: only its %s is told\n", safe,
                         p->size != 0 ? "size" : "base");
    }
}

static const char *order_of(const struct dump_method *m,
                            const struct replay_dump *d)
{
    if (!m->cpu_order)
        return "";
    if (d->suits_memory > 0 && d->suits_reversed == 0)
        return "; words are printed in memory order";
    if (d->suits_reversed > 0 && d->suits_memory == 0)
        return "; words are printed reversed (little-endian)";
    return "; the order of the words is not proved";
}

static void say_dumps(const struct replay *r, struct buf *out)
{
    bool any = false;

    for (size_t i = 0; i < r->d->n_dumps; i++) {
        const struct replay_dump *d = &r->dumps[i];
        if (d->commands == 0)
            continue;
        if (!any)
            (void)buf_printf(out, "dumps:\n");
        any = true;
        (void)buf_printf(out, "  %s: %zu command%s, %zu rows good, %zu bad",
                         r->d->dumps[i].name, d->commands,
                         d->commands == 1 ? "" : "s", d->good, d->bad);
        if (d->good > 0 && d->to > d->from)
            say_range(d->from, d->to, out);
        (void)buf_printf(out, "%s\n", order_of(&r->d->dumps[i], d));
    }
}

static void say_list(const char *title, const struct buf *list, struct buf *out)
{
    if (list->len == 0)
        return;
    (void)buf_printf(out, "%s:\n", title);
    (void)buf_add(out, list->data, list->len);
    if (list->failed)
        (void)buf_printf(out, "  and more\n");
}

static void say_missed(const struct replay *r, struct buf *out)
{
    if (r->counts.missed == 0) {
        (void)buf_printf(out, "not understood: nothing\n");
        return;
    }
    if (r->counts.missed_line == 0) {
        (void)buf_printf(out, "not understood: %s\n", r->advice);
        return;
    }
    (void)buf_printf(out,
                     "not understood: %zu line%s, the first is line %zu:\n"
                     "  %s\n  %s\n",
                     r->counts.missed, r->counts.missed == 1 ? "" : "s",
                     r->counts.missed_line, r->missed, r->advice);
}

void replay_report(struct replay *r, struct buf *out)
{
    (void)buf_printf(out, "%-14s%s", "dialect:", r->d->name);
    if (r->d->description[0] != '\0')
        (void)buf_printf(out, " (%s)", r->d->description);
    (void)buf_printf(out, "\n");
    if (r->counts.banner_line > 0)
        (void)buf_printf(out, "%-14sline %zu: %s\n",
                         "banner:", r->counts.banner_line, r->banner);
    else
        (void)buf_printf(out, "%-14snot seen\n", "banner:");
    say_prompts(r, out);
    say_commands(r, out);
    (void)buf_printf(out, "segments:\n");
    map_table(&r->map, out);
    say_parts(&r->map, out);
    say_ram(&r->map.ram, out);
    say_dumps(r, out);
    say_list("checksums", &r->sums, out);
    say_list("identity", &r->identities, out);
    say_list("faults", &r->faults, out);
    say_missed(r, out);
}
