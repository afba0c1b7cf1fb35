// SPDX-License-Identifier: BSD-2-Clause
// Values of a parsed dialect file: taken out, checked, complained about.

#include "monitor/dialect_value.h"

#include "base/num.h"
#include "base/text.h"
#include "monitor/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where key stands; else where its section ends. */
static int line_of(const struct dialect_reader *r, const cfg_t *sec,
                   const char *key)
{
    for (size_t i = 0; key != NULL && i < r->n_lines; i++)
        if (r->lines[i].sec == sec && strcmp(r->lines[i].key, key) == 0)
            return r->lines[i].line;
    return sec->line;
}

bool value_fail(struct dialect_reader *r, cfg_t *sec, const char *key,
                const char *what)
{
    const char *title = cfg_title(sec);

    if (!r->failed)
        err_say(r->err, "%s:%d: section %s%s%s: %s: %s", r->path,
                line_of(r, sec, key), cfg_name(sec), title != NULL ? " " : "",
                title != NULL ? title : "", key, what);
    r->failed = true;
    return false;
}

void value_note(struct dialect_reader *r, cfg_t *sec, const char *key,
                const char *what)
{
    const char *title = cfg_title(sec);

    (void)buf_printf(r->notes, "%s:%d: section %s%s%s: %s%s%s\n", r->path,
                     line_of(r, sec, key), cfg_name(sec),
                     title != NULL ? " " : "", title != NULL ? title : "",
                     key != NULL ? key : "", key != NULL ? ": " : "", what);
    r->n_notes++;
}

char *value_string(struct dialect_reader *r, cfg_t *sec, const char *key)
{
    const char *text = cfg_getstr(sec, key);
    char *copy;

    if (text == NULL)
        return NULL;
    copy = strdup(text);
    if (copy == NULL)
        (void)value_fail(r, sec, key, "out of memory");
    return copy;
}

void value_fixed(struct dialect_reader *r, cfg_t *sec, const char *key,
                 char *out, size_t size)
{
    const char *text = cfg_getstr(sec, key);

    if (text == NULL)
        text = "";
    if (strlen(text) >= size)
        (void)value_fail(r, sec, key, "too long");
    else
        memcpy(out, text, strlen(text) + 1);
}

struct keys value_keys(struct dialect_reader *r, cfg_t *sec, const char *key)
{
    struct keys keys = {.len = 0};

    value_fixed(r, sec, key, keys.bytes, sizeof(keys.bytes));
    keys.len = strlen(keys.bytes);
    return keys;
}

unsigned value_uint(struct dialect_reader *r, cfg_t *sec, const char *key,
                    unsigned low, unsigned high)
{
    long value = cfg_getint(sec, key);
    char what[64];

    if (value >= (long)low && value <= (long)high)
        return (unsigned)value;
    (void)snprintf(what, sizeof(what), "%ld is not within %u to %u", value, low,
                   high);
    (void)value_fail(r, sec, key, what);
    return low;
}

/* True when the key is there and a number. */
bool value_size(struct dialect_reader *r, cfg_t *sec, const char *key,
                uint64_t *out)
{
    const char *text = cfg_getstr(sec, key);

    if (text == NULL)
        return false;
    if (!num_size(text, out))
        return value_fail(r, sec, key,
                          "not a number; write 0x10000, 65536 or 64K");
    return true;
}

struct pattern *value_compile(struct dialect_reader *r, cfg_t *sec,
                              const char *key, const char *text)
{
    struct pattern *p = NULL;
    struct err why = {""};

    if (text == NULL || r->failed)
        return NULL;
    if (pattern_compile(&p, text, "", &why) < 0)
        (void)value_fail(r, sec, key, why.text);
    return p;
}

struct pattern *value_pattern(struct dialect_reader *r, cfg_t *sec,
                              const char *key)
{
    return value_compile(r, sec, key, cfg_getstr(sec, key));
}

/* Stands for what a device and a user may give; tried when a file is read. */
static const struct template_values sample = {
    .address = 0x12345600,
    .length = 0x100,
    .count = 0x100,
    .offset = 0x5600,
    .step = 4,
    .ram = 0x82000000,
    .baud = 115200,
    .erase_block = 0x20000,
    .page_size = 0x800,
    .medium = "medium0",
    .index = {"0", 1},
    .password = "password",
};

/* What the file says is never typed must not stand in it as a command. */
static bool is_allowed(struct dialect_reader *r, cfg_t *sec, const char *key,
                       const char *command)
{
    size_t len = strlen(command);

    if (pattern_forbids(r->never, r->n_never, command, len))
        return value_fail(r, sec, key,
                          "it, or a beginning of it, matches a pattern of "
                          "never in console");
    return true;
}

static bool fills(struct dialect_reader *r, cfg_t *sec, const char *key,
                  const char *text, bool keys)
{
    char filled[512];
    struct err why = {""};
    int ret = keys ? template_fill_keys(text, &sample, filled, sizeof(filled),
                                        &why)
                   : template_fill(text, &sample, filled, sizeof(filled), &why);

    if (ret != 0)
        return value_fail(r, sec, key, why.text);
    return keys || is_allowed(r, sec, key, filled);
}

char *value_command(struct dialect_reader *r, cfg_t *sec, const char *key,
                    enum value_command_kind kind)
{
    const char *text = cfg_getstr(sec, key);

    if (text == NULL || text[0] == '\0') {
        if (kind != VALUE_OPTIONAL && kind != VALUE_MAYBE)
            (void)value_fail(r, sec, key, "missing");
        return NULL;
    }
    if (fills(r, sec, key, text, false) && strchr(text, '{') != NULL &&
        (kind == VALUE_OPTIONAL || kind == VALUE_WANTED))
        (void)value_fail(r, sec, key,
                         "place holders have no meaning in this section");
    return value_string(r, sec, key);
}

char **value_commands(struct dialect_reader *r, cfg_t *sec, const char *key,
                      size_t *n)
{
    char **list = value_array(r, sec, key, sizeof(char *), n);

    for (size_t i = 0; list != NULL && i < *n; i++) {
        const char *text = cfg_getnstr(sec, key, (unsigned)i);
        if (text[0] == '\0' || !text_is_printable(text, strlen(text)))
            (void)value_fail(r, sec, key, "a command is printable ASCII");
        else if (fills(r, sec, key, text, false))
            list[i] = strdup(text);
        if (list[i] == NULL && !r->failed)
            (void)value_fail(r, sec, key, "out of memory");
    }
    return list;
}

void value_try_command(struct dialect_reader *r, cfg_t *sec, const char *key,
                       const char *text)
{
    (void)fills(r, sec, key, text, false);
}

char *value_key_template(struct dialect_reader *r, cfg_t *sec, const char *key)
{
    const char *text = cfg_getstr(sec, key);

    if (text == NULL || !fills(r, sec, key, text, true))
        return NULL;
    return value_string(r, sec, key);
}

struct condition value_condition(struct dialect_reader *r, cfg_t *sec)
{
    struct condition c = {value_command(r, sec, "needs", VALUE_OPTIONAL),
                          value_pattern(r, sec, "needs-answer")};

    if (c.command != NULL && c.answer == NULL)
        (void)value_fail(r, sec, "needs", "goes together with needs-answer");
    return c;
}

struct pattern **value_patterns(struct dialect_reader *r, cfg_t *sec,
                                const char *key, size_t *n)
{
    struct pattern **list = value_array(r, sec, key, sizeof(struct pattern *),
                                        n);

    for (size_t i = 0; list != NULL && i < *n; i++)
        list[i] = value_compile(r, sec, key,
                                cfg_getnstr(sec, key, (unsigned)i));
    return list;
}

struct exchanges value_exchanges(struct dialect_reader *r, cfg_t *sec,
                                 const char *key)
{
    struct exchanges e = {NULL, cfg_size(sec, key) / 2};

    if (cfg_size(sec, key) % 2 != 0)
        (void)value_fail(r, sec, key, "must be pairs of pattern and keys");
    if (r->failed || e.n == 0)
        return (struct exchanges){NULL, 0};
    e.list = calloc(e.n, sizeof(*e.list));
    if (e.list == NULL) {
        (void)value_fail(r, sec, key, "out of memory");
        return (struct exchanges){NULL, 0};
    }
    for (size_t i = 0; i < e.n; i++) {
        const char *keys = cfg_getnstr(sec, key, (unsigned)(2 * i + 1));
        e.list[i].expect = value_compile(
            r, sec, key, cfg_getnstr(sec, key, (unsigned)(2 * i)));
        if (!fills(r, sec, key, keys, true))
            continue;
        e.list[i].send = strdup(keys);
        if (e.list[i].send == NULL)
            (void)value_fail(r, sec, key, "out of memory");
    }
    return e;
}

int value_choice(struct dialect_reader *r, cfg_t *sec, const char *key,
                 const char *const *words)
{
    const char *text = cfg_getstr(sec, key);
    char what[160] = "must be one of";
    size_t len = strlen(what);

    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
        len += (size_t)snprintf(what + len, sizeof(what) - len, " %s",
                                words[i]);
        if (len >= sizeof(what))
            break;
    }
    (void)value_fail(r, sec, key, what);
    return 0;
}

void *value_array(struct dialect_reader *r, cfg_t *top, const char *key,
                  size_t each, size_t *n)
{
    void *array;

    *n = 0;
    if (r->failed || cfg_size(top, key) == 0)
        return NULL;
    array = calloc(cfg_size(top, key), each);
    if (array == NULL)
        (void)value_fail(r, top, key, "out of memory");
    else
        *n = cfg_size(top, key);
    return array;
}

void value_title(cfg_t *sec, char *out, size_t size)
{
    (void)text_escape(out, size, cfg_title(sec), strlen(cfg_title(sec)));
}
