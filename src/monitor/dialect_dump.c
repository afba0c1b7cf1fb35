// SPDX-License-Identifier: BSD-2-Clause
// Sections of a dialect file about printing memory: commands and their rows.

#include "monitor/dialect_rules.h"
#include "monitor/template.h"

#include <string.h>

static void read_row(struct dialect_reader *r, struct row_shape *s, cfg_t *sec)
{
    char one[2] = "";
    unsigned most;

    value_fixed(r, sec, "address-prefix", s->address_prefix,
                sizeof(s->address_prefix));
    value_fixed(r, sec, "address-suffix", s->address_suffix,
                sizeof(s->address_suffix));
    s->address_radix = value_uint(r, sec, "address-radix", 8, 16);
    if (s->address_radix != 8 && s->address_radix != 10 &&
        s->address_radix != 16)
        (void)value_fail(r, sec, "address-radix", "must be 16, 10 or 8");
    s->address_digits_min = value_uint(r, sec, "address-digits", 0, 22);
    most = value_uint(r, sec, "address-digits-max", 0, 22);
    s->address_digits_max = most > s->address_digits_min
                                ? most
                                : s->address_digits_min;
    s->cell_bytes = value_uint(r, sec, "cell-bytes", 1, 8);
    s->cells = value_uint(r, sec, "cells", 1, ROW_BYTES_MAX);
    value_fixed(r, sec, "cell-prefix", s->cell_prefix, sizeof(s->cell_prefix));
    value_fixed(r, sec, "separators", s->separators, sizeof(s->separators));
    value_fixed(r, sec, "tail", s->tail, sizeof(s->tail));
    value_fixed(r, sec, "unreadable", one, sizeof(one));
    s->unreadable = one[0];
    s->rest = cfg_getbool(sec, "rest") == cfg_true;
    s->pairs = cfg_getbool(sec, "pairs") == cfg_true;
    if ((s->cell_bytes & (s->cell_bytes - 1)) != 0)
        (void)value_fail(r, sec, "cell-bytes", "must be 1, 2, 4 or 8");
    if (row_full_length(s) > ROW_BYTES_MAX || row_full_length(s) % 16 != 0)
        (void)value_fail(r, sec, "cells",
                         "a row must hold 16, 32, 48 or 64 bytes");
}

static void read_row_ascii(struct dialect_reader *r, struct row_shape *s,
                           cfg_t *sec)
{
    char other[2] = "";

    s->ascii = cfg_getbool(sec, "ascii") == cfg_true;
    s->ascii_one_way = cfg_getbool(sec, "ascii-one-way") == cfg_true;
    s->ascii_gap = value_uint(r, sec, "ascii-gap", 0, 64);
    value_fixed(r, sec, "ascii-open", s->ascii_open, sizeof(s->ascii_open));
    value_fixed(r, sec, "ascii-close", s->ascii_close, sizeof(s->ascii_close));
    s->ascii_first = (uint8_t)value_uint(r, sec, "ascii-first", 0, 255);
    s->ascii_last = (uint8_t)value_uint(r, sec, "ascii-last", 0, 255);
    value_fixed(r, sec, "ascii-other", other, sizeof(other));
    s->ascii_other = other[0];
}

static void check_sizes(struct dialect_reader *r, const struct dump_method *m,
                        cfg_t *sec)
{
    if (16 % m->unit != 0)
        (void)value_fail(r, sec, "unit", "must be 1, 2, 4, 8 or 16");
    if (m->output == DUMP_ROWS && m->fixed % row_full_length(&m->row) != 0)
        (void)value_fail(r, sec, "fixed", "must be a multiple of the row");
    /* 512: so that a request never straddles what the cache rounds to. */
    if (m->fixed > 512 || (m->fixed & (m->fixed - 1)) != 0 ||
        (m->fixed != 0 && m->fixed < 16))
        (void)value_fail(r, sec, "fixed", "must be a power of two, 16 to 512");
    if (m->align < 16 || m->align > (1U << 20) || (m->align & (m->align - 1)))
        (void)value_fail(r, sec, "align", "must be a power of two, 16 to 1M");
    if (m->max % m->align != 0 || m->max == 0 || m->max > (1U << 20))
        (void)value_fail(r, sec, "max",
                         "must be a multiple of align, at most 1M");
}

static void read_order(struct dialect_reader *r, struct dump_method *m,
                       cfg_t *sec)
{
    static const char *const words[] = {"memory", "cpu", "little", "big", NULL};
    int order = value_choice(r, sec, "order", words);

    m->cpu_order = order == 1;
    m->printed = order == 2 ? ROW_REVERSED : ROW_MEMORY;
    if ((m->cpu_order || order == 2) && m->row.cell_bytes < 2)
        (void)value_fail(r, sec, "order",
                         "cpu and little make no sense for single bytes");
}

static void read_sizes(struct dialect_reader *r, struct dump_method *m,
                       cfg_t *sec)
{
    m->unit = value_uint(r, sec, "unit", 1, ROW_BYTES_MAX);
    (void)value_size(r, sec, "fixed", &m->fixed);
    m->align = 16;
    (void)value_size(r, sec, "align", &m->align);
    m->max = m->align > 4096 ? m->align : 4096;
    (void)value_size(r, sec, "max", &m->max);
    if (m->fixed != 0)
        m->max = m->fixed;
    check_sizes(r, m, sec);
}

static bool counts_sectors(const char *command)
{
    return template_has(command, "sector") || template_has(command, "sectors");
}

static void check_place(struct dialect_reader *r, const struct dump_method *m,
                        cfg_t *sec)
{
    const char *places[] = {"address", "offset", "page", "sector", NULL};
    bool told = m->command == NULL;

    for (size_t i = 0; places[i] != NULL; i++) {
        told = told || template_has(m->command, places[i]);
        for (size_t k = 0; k < m->dialogue.n; k++)
            told = told || template_has(m->dialogue.list[k].send, places[i]);
    }
    if (!told)
        (void)value_fail(r, sec, "command",
                         m->medium == NULL ? "has no {address}"
                                           : "has no {offset} or {address}");
    if (counts_sectors(m->command) && m->align % 512 != 0)
        (void)value_fail(r, sec, "align",
                         "must be a multiple of 512: the command counts in "
                         "sectors");
    if (m->output == DUMP_ROWS && m->row.address_digits_min == 0 &&
        m->base != DUMP_REQUEST)
        (void)value_fail(r, sec, "base",
                         "rows without an address go with base = request");
}

static void read_dump(struct dialect_reader *r, struct dump_method *m,
                      cfg_t *sec)
{
    static const char *const outputs[] = {"rows",   "srec",        "hex",
                                          "base64", "base64-gzip", NULL};
    static const char *const bases[] = {"absolute", "request", "page", NULL};
    cfg_t *row = cfg_getsec(sec, "row");

    value_title(sec, m->name, sizeof(m->name));
    m->needs = value_condition(r, sec);
    m->medium = value_pattern(r, sec, "medium");
    m->command = value_command(r, sec, "command", VALUE_TEMPLATE);
    m->again = value_command(r, sec, "again", VALUE_MAYBE);
    m->enter = cfg_getbool(sec, "enter") == cfg_true;
    m->dialogue = value_exchanges(r, sec, "dialogue");
    m->output = (enum dump_output)value_choice(r, sec, "output", outputs);
    m->base = (enum dump_base)value_choice(r, sec, "base", bases);
    m->skip = value_pattern(r, sec, "skip");
    m->stop = value_pattern(r, sec, "stop");
    read_row(r, &m->row, row);
    read_row_ascii(r, &m->row, row);
    read_order(r, m, sec);
    read_sizes(r, m, sec);
    check_place(r, m, sec);
}

/* Bytes that need no proof, or words whose ASCII column proves their order. */
static bool is_sure(const struct dump_method *m)
{
    return m->medium == NULL && (!m->cpu_order || m->row.ascii);
}

void dialect_read_dumps(struct dialect_reader *r, struct dialect *d, cfg_t *top)
{
    bool sure = false;
    bool direct = false;

    d->dumps = value_array(r, top, "dump", sizeof(*d->dumps), &d->n_dumps);
    if (!r->failed && d->n_dumps > DIALECT_DUMPS_MAX) {
        err_say(r->err, "%s: more than %u dump sections", r->path,
                DIALECT_DUMPS_MAX);
        r->failed = true;
    }
    for (size_t i = 0; i < d->n_dumps; i++) {
        read_dump(r, &d->dumps[i], cfg_getnsec(top, "dump", (unsigned)i));
        sure = sure || is_sure(&d->dumps[i]);
        direct = direct || d->dumps[i].medium != NULL;
    }
    if (!r->failed && !sure && !direct)
        err_say(r->err,
                "%s: no dump section with order = memory or with an ASCII "
                "column; the order of words is proved against it",
                r->path);
    r->failed = r->failed || (!sure && !direct);
}
