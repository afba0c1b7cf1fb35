// SPDX-License-Identifier: BSD-2-Clause
// Sections of a dialect file about media behind RAM, and the line's speed.

#include "monitor/dialect_rules.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "monitor/template.h"

#include <stdlib.h>

static bool uses(const struct medium_access *a, const char *name)
{
    bool uses = template_has(a->read, name);

    for (size_t i = 0; i < a->n_select; i++)
        uses = uses || template_has(a->select[i], name);
    return uses;
}

static void check_access(struct dialect_reader *r,
                         const struct medium_access *a, cfg_t *sec)
{
    if (a->names == NULL)
        (void)value_fail(r, sec, "names", "missing");
    if ((uses(a, "index") || template_has(a->bad, "index")) &&
        a->names != NULL && !pattern_has(a->names, "index"))
        (void)value_fail(r, sec, "names",
                         "needs a group (?<index>...) for {index}");
    if (a->read != NULL && !template_has(a->read, "ram"))
        (void)value_fail(r, sec, "read", "has no {ram}");
    if (a->read != NULL && a->read_answer == NULL && a->read_fail == NULL)
        (void)value_fail(r, sec, "read",
                         "needs read-answer or read-fail: what was not read "
                         "must be noticed");
    if (a->chunk < 512 || a->chunk > (16U << 20) || (a->chunk & (a->chunk - 1)))
        (void)value_fail(r, sec, "chunk", "must be a power of two, 512 to 16M");
    if (a->bad != NULL &&
        (a->bad_answer == NULL || (!pattern_has(a->bad_answer, "offset") &&
                                   !pattern_has(a->bad_answer, "block"))))
        (void)value_fail(r, sec, "bad-answer",
                         "needs a group (?<offset>...) or (?<block>...)");
    if ((a->erase_block & (a->erase_block - 1)) || (a->page & (a->page - 1)))
        (void)value_fail(r, sec, "erase-block",
                         "erase-block and page must be powers of two");
}

static void read_access(struct dialect_reader *r, struct medium_access *a,
                        cfg_t *sec)
{
    value_title(sec, a->title, sizeof(a->title));
    a->needs = value_condition(r, sec);
    a->names = value_pattern(r, sec, "names");
    a->ids = value_pattern(r, sec, "ids");
    a->select = value_commands(r, sec, "select", &a->n_select);
    a->select_answer = value_pattern(r, sec, "select-answer");
    a->read = value_command(r, sec, "read", VALUE_MAYBE);
    a->read_answer = value_pattern(r, sec, "read-answer");
    a->read_fail = value_pattern(r, sec, "read-fail");
    a->dialogue = value_exchanges(r, sec, "dialogue");
    a->chunk = 65536;
    (void)value_size(r, sec, "chunk", &a->chunk);
    a->bad = value_command(r, sec, "bad", VALUE_MAYBE);
    a->bad_answer = value_pattern(r, sec, "bad-answer");
    a->bad_decimal = cfg_getbool(sec, "bad-decimal") == cfg_true;
    (void)value_size(r, sec, "erase-block", &a->erase_block);
    (void)value_size(r, sec, "page", &a->page);
    a->tells = uses(a, "index") || uses(a, "medium");
    check_access(r, a, sec);
}

/* Each read, as it is typed then. */
static void try_whole(struct dialect_reader *r, const struct dialect *d,
                      cfg_t *sec)
{
    CLEANUP_BUF struct buf text = {0};

    for (size_t i = 0; i < d->n_accesses; i++) {
        if (d->accesses[i].read == NULL)
            continue;
        buf_clear(&text);
        (void)buf_printf(&text, "%s%s%s", d->whole.before, d->accesses[i].read,
                         d->whole.after);
        value_try_command(r, sec, "before", text.data);
    }
}

static void read_whole(struct dialect_reader *r, struct dialect *d, cfg_t *sec)
{
    d->whole.needs = value_condition(r, sec);
    d->whole.before = value_string(r, sec, "before");
    d->whole.after = value_string(r, sec, "after");
    if ((d->whole.before == NULL) != (d->whole.after == NULL))
        (void)value_fail(r, sec, "before", "before and after go together");
    else if (d->whole.needs.answer != NULL && d->whole.needs.command == NULL)
        (void)value_fail(r, sec, "needs", "goes together with needs-answer");
    else if (d->whole.before != NULL)
        try_whole(r, d, sec);
}

static void read_baud(struct dialect_reader *r, struct baud_change *b,
                      cfg_t *sec)
{
    b->command = value_command(r, sec, "command", VALUE_MAYBE);
    b->ready = value_pattern(r, sec, "ready");
    b->confirm = value_keys(r, sec, "confirm");
    b->rates = value_array(r, sec, "rates", sizeof(unsigned), &b->n_rates);
    for (size_t i = 0; i < b->n_rates; i++) {
        long rate = cfg_getnint(sec, "rates", (unsigned)i);
        if (rate < 300 || rate > 12000000)
            (void)value_fail(r, sec, "rates", "must be 300 to 12000000");
        b->rates[i] = (unsigned)rate;
    }
    if (b->command != NULL && !template_has(b->command, "baud"))
        (void)value_fail(r, sec, "command", "has no {baud}");
}

void dialect_read_media(struct dialect_reader *r, struct dialect *d, cfg_t *top)
{
    d->accesses = value_array(r, top, "medium", sizeof(*d->accesses),
                              &d->n_accesses);
    for (size_t i = 0; i < d->n_accesses; i++)
        read_access(r, &d->accesses[i],
                    cfg_getnsec(top, "medium", (unsigned)i));
    read_whole(r, d, cfg_getsec(top, "whole"));
    read_baud(r, &d->baud, cfg_getsec(top, "baud"));
}
