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

bool value_fail(struct dialect_reader *r, cfg_t *sec, const char *key,
                const char *what)
{
    const char *title = cfg_title(sec);
    int line = sec->line;

    for (size_t i = 0; i < r->n_lines; i++)
        if (r->lines[i].sec == sec && strcmp(r->lines[i].key, key) == 0)
            line = r->lines[i].line;

    if (!r->failed)
        err_say(r->err, "%s:%d: section %s%s%s: %s: %s", r->path, line,
                cfg_name(sec), title != NULL ? " " : "",
                title != NULL ? title : "", key, what);
    r->failed = true;
    return false;
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

char *value_command(struct dialect_reader *r, cfg_t *sec,
                    enum value_command_kind kind)
{
    const struct template_values sample = {0x12345678, 0x100, 0x100};
    const char *text = cfg_getstr(sec, "command");
    char filled[256];
    struct err why = {""};

    if (text == NULL || text[0] == '\0') {
        if (kind != VALUE_OPTIONAL)
            (void)value_fail(r, sec, "command", "missing");
        return NULL;
    }
    if (template_fill(text, &sample, filled, sizeof(filled), &why) < 0)
        (void)value_fail(r, sec, "command", why.text);
    else if (kind != VALUE_TEMPLATE && strchr(text, '{') != NULL)
        (void)value_fail(r, sec, "command",
                         "place holders have no meaning in this section");
    return value_string(r, sec, "command");
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
