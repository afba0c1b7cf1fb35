// SPDX-License-Identifier: BSD-2-Clause
// What somebody typed, compared with the command templates of a dialect.

/*
 * A person types what means the same: more blanks, 0x before a number or none,
 * either case. So a template is not filled in but read along with it.
 */

#include "monitor/replay_priv.h"

#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is left of both. */
struct walk {
    const char *t; /* NUL-terminated */
    const char *p;
    const char *end;
};

static int lower(char c)
{
    return tolower((unsigned char)c);
}

static bool same_word(const char *template, struct span typed)
{
    size_t n = strcspn(template, " {\r\n");
    size_t at = n;

    typed = replay_trim(typed);
    if (n == 0 || typed.len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(template[i]) != lower(typed.text[i]))
            return false;
    if (template[n] != '{')
        return typed.len == n || typed.text[n] == ' ';
    /* Glued to its number, which somebody may have parted from it. */
    while (at < typed.len && typed.text[at] == ' ')
        at++;
    return at < typed.len && num_hex_digit(typed.text[at]) >= 0;
}

static void skip_blanks(struct walk *w)
{
    while (w->p < w->end && *w->p == ' ')
        w->p++;
}

/* Digits of the radix that format wants, or of 16 behind a 0x. */
static bool take_number(struct walk *w, char format, uint64_t *out)
{
    const char *start;
    int radix = format == 'd' ? 10 : 16;

    if (w->end - w->p > 2 && w->p[0] == '0' && lower(w->p[1]) == 'x') {
        radix = 16;
        w->p += 2;
    }
    start = w->p;
    while (w->p < w->end && num_hex_digit(*w->p) >= 0 &&
           num_hex_digit(*w->p) < radix)
        w->p++;
    return num_digits(start, (size_t)(w->p - start), radix, out) &&
           (w->p == w->end || !isalnum((unsigned char)*w->p));
}

/* A medium's name or a password: up to what follows in the template. */
static bool take_word(struct walk *w, char follows)
{
    const char *start = w->p;

    while (w->p < w->end && *w->p != ' ' &&
           (follows == '\0' || *w->p != follows))
        w->p++;
    return w->p > start;
}

static void set_length(struct replay_values *v, uint64_t length)
{
    v->has_length = length != 0;
    v->length = length;
}

/* The end of a range instead of its length; it stands behind the start. */
static void set_end(struct replay_values *v, uint64_t start, uint64_t end)
{
    if (end > start)
        set_length(v, end - start);
}

static bool is_name(const char *name, size_t len, const char *want)
{
    return strlen(want) == len && memcmp(name, want, len) == 0;
}

static void keep(struct replay_values *v, const char *name, size_t len,
                 unsigned unit, uint64_t value)
{
    uint64_t bytes = 0;

    if (is_name(name, len, "address")) {
        v->has_address = true;
        v->address = value;
    } else if (is_name(name, len, "offset")) {
        v->has_offset = true;
        v->offset = value;
    } else if (is_name(name, len, "sector") && num_mul(value, 512, &bytes)) {
        v->has_offset = true;
        v->offset = bytes;
    } else if (is_name(name, len, "length")) {
        set_length(v, value);
    } else if ((is_name(name, len, "count") && num_mul(value, unit, &bytes)) ||
               (is_name(name, len, "sectors") && num_mul(value, 512, &bytes))) {
        set_length(v, bytes);
    } else if (is_name(name, len, "end")) {
        set_end(v, v->address, value);
    } else if (is_name(name, len, "offset-end")) {
        set_end(v, v->offset, value);
    } else if (is_name(name, len, "last") && num_add(value, 1, &bytes)) {
        set_end(v, v->address, bytes);
    }
}

/* At a place holder of the template. */
static bool take_holder(struct walk *w, unsigned unit, struct replay_values *v)
{
    const char *name = w->t + 1;
    size_t len = strcspn(name, ":}");
    const char *close = strchr(name, '}');
    uint64_t value;

    if (close == NULL)
        return false;
    w->t = close + 1;
    skip_blanks(w);
    if (is_name(name, len, "medium") || is_name(name, len, "index") ||
        is_name(name, len, "password"))
        return take_word(w, *w->t);
    if (!take_number(w, name[len] == ':' ? name[len + 1] : 'x', &value))
        return false;
    keep(v, name, len, unit, value);
    return true;
}

static bool is_number_prefix(const char *t)
{
    return t[0] == '0' && (t[1] == 'x' || t[1] == 'X') && t[2] == '{';
}

/* One character of the template, or one place holder. */
static bool take_one(struct walk *w, const char *begin, unsigned unit,
                     struct replay_values *v)
{
    if (*w->t == '{')
        return take_holder(w, unit, v);
    if (is_number_prefix(w->t)) {
        w->t += 2;
        return true;
    }
    /* Nobody cares for blanks around a pipe. */
    if (*w->t != ' ' && (*w->t == '|' || (w->t > begin && w->t[-1] == '|')))
        skip_blanks(w);
    if (w->p == w->end || lower(*w->p) != lower(*w->t))
        return false;
    w->p++;
    if (*w->t++ == ' ')
        skip_blanks(w);
    return true;
}

/* Nothing more that counts. */
static bool ends(const char *t)
{
    return *t == '\0' || *t == '\r' || *t == '\n';
}

/* A template without place holders is whole even when more was typed. */
static bool at_word_end(const struct walk *w)
{
    return w->p == w->end || *w->p == ' ' || w->p[-1] == ' ';
}

struct span replay_inner(const struct replay *r, struct span typed)
{
    const struct whole_form *w = &r->d->whole;
    size_t before = w->before != NULL ? strlen(w->before) : 0;
    size_t after = w->before != NULL ? strlen(w->after) : 0;

    if (before == 0 || typed.len < before + after ||
        memcmp(typed.text, w->before, before) != 0 ||
        memcmp(typed.text + typed.len - after, w->after, after) != 0)
        return typed;
    return (struct span){typed.text + before, typed.len - before - after};
}

enum replay_fit replay_fit(const char *command, struct span typed,
                           unsigned unit, struct replay_values *values)
{
    struct replay_values got = {.has_address = false};
    struct span text = replay_trim(typed);
    struct walk w = {command, text.text, text.text + text.len};
    const char *holder = strchr(command, '{');
    bool started;

    if (text.len == 0 || ends(command))
        return REPLAY_FIT_NONE;
    while (!ends(w.t) && take_one(&w, command, unit, &got))
        ;
    started = holder == NULL ? ends(w.t) && at_word_end(&w)
                             : holder > command && w.t >= holder;
    if (values != NULL)
        *values = got;
    if (ends(w.t) && w.p == w.end)
        return REPLAY_FIT_WHOLE;
    if (started)
        return REPLAY_FIT_START;
    return same_word(command, text) ? REPLAY_FIT_WORD : REPLAY_FIT_NONE;
}

bool replay_is_known(const struct replay *r, struct span typed)
{
    for (size_t i = 0; i < r->n_templates; i++)
        if (same_word(r->templates[i].text, typed) ||
            (r->templates[i].text[0] == '{' &&
             replay_fit(r->templates[i].text, typed, 1, NULL) ==
                 REPLAY_FIT_WHOLE))
            return true;
    return false;
}

bool replay_is_whole(const struct replay *r, struct span typed)
{
    for (size_t i = 0; i < r->n_templates; i++)
        if (replay_fit(r->templates[i].text, typed, 1, NULL) ==
            REPLAY_FIT_WHOLE)
            return true;
    return false;
}

static void list(struct replay *r, const char *text, enum replay_use use,
                 size_t index)
{
    if (text != NULL)
        r->templates[r->n_templates++] = (struct replay_template){
            .text = text, .use = use, .index = index};
}

static void list_media(struct replay *r)
{
    const struct dialect *d = r->d;

    for (size_t i = 0; i < d->n_accesses; i++) {
        list(r, d->accesses[i].read, REPLAY_READ, i);
        list(r, d->accesses[i].bad, REPLAY_BAD, i);
        for (size_t k = 0; k < d->accesses[i].n_select; k++)
            list(r, d->accesses[i].select[k], REPLAY_SELECT, i);
        list(r, d->accesses[i].needs.command, REPLAY_NEEDS, i);
    }
}

static void list_rules(struct replay *r)
{
    const struct dialect *d = r->d;

    for (size_t i = 0; i < d->n_maps; i++) {
        list(r, d->maps[i].command, REPLAY_MAP, i);
        list(r, d->maps[i].needs.command, REPLAY_NEEDS, i);
    }
    for (size_t i = 0; i < d->n_identities; i++)
        list(r, d->identities[i].command, REPLAY_IDENTITY, i);
    list(r, d->recognise_command, REPLAY_RECOGNISE, 0);
    list(r, d->without_history, REPLAY_HISTORY, 0);
    list(r, d->unlock, REPLAY_UNLOCK, 0);
    list(r, d->baud.command, REPLAY_BAUD, 0);
    list(r, d->whole.needs.command, REPLAY_NEEDS, 0);
}

int replay_list_templates(struct replay *r, struct err *err)
{
    const struct dialect *d = r->d;
    size_t most = 3 * d->n_dumps + 2 * d->n_checksums + 2 * d->n_uniforms +
                  3 * d->n_accesses + 2 * d->n_maps + d->n_identities + 5;

    for (size_t i = 0; i < d->n_accesses; i++)
        most += d->accesses[i].n_select;
    r->templates = calloc(most, sizeof(*r->templates));
    if (r->templates == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < d->n_dumps; i++) {
        list(r, d->dumps[i].command, REPLAY_DUMP, i);
        list(r, d->dumps[i].again, REPLAY_DUMP, i);
        list(r, d->dumps[i].needs.command, REPLAY_NEEDS, i);
    }
    for (size_t i = 0; i < d->n_checksums; i++) {
        list(r, d->checksums[i].command, REPLAY_SUM, i);
        list(r, d->checksums[i].needs.command, REPLAY_NEEDS, i);
    }
    for (size_t i = 0; i < d->n_uniforms; i++) {
        list(r, d->uniforms[i].command, REPLAY_UNIFORM, i);
        list(r, d->uniforms[i].needs.command, REPLAY_NEEDS, i);
    }
    list_media(r);
    list_rules(r);
    return 0;
}

const char *replay_section(const struct replay *r, enum replay_use use,
                           size_t index, char *out, size_t size)
{
    const struct dialect *d = r->d;

    switch (use) {
    case REPLAY_DUMP:
        (void)snprintf(out, size, "dump %s", d->dumps[index].name);
        break;
    case REPLAY_SUM:
        (void)snprintf(out, size, "checksum %s",
                       digest_name(d->checksums[index].algorithm));
        break;
    case REPLAY_UNIFORM:
        (void)snprintf(out, size, "uniform");
        break;
    case REPLAY_READ:
    case REPLAY_BAD:
    case REPLAY_SELECT:
        (void)snprintf(out, size, "medium %s", d->accesses[index].title);
        break;
    case REPLAY_MAP:
        (void)snprintf(out, size, "map %s", d->maps[index].title);
        break;
    case REPLAY_IDENTITY:
        (void)snprintf(out, size, "identity %s", d->identities[index].title);
        break;
    case REPLAY_RECOGNISE:
        (void)snprintf(out, size, "recognise");
        break;
    case REPLAY_HISTORY:
        (void)snprintf(out, size, "without-history");
        break;
    case REPLAY_NEEDS:
        (void)snprintf(out, size, "needs");
        break;
    case REPLAY_UNLOCK:
        (void)snprintf(out, size, "unlock");
        break;
    case REPLAY_BAUD:
        (void)snprintf(out, size, "baud");
        break;
    case REPLAY_OTHER:
        (void)snprintf(out, size, "-");
        break;
    }
    return out;
}
