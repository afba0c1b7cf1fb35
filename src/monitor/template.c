// SPDX-License-Identifier: BSD-2-Clause
// Command templates of dialect files: numbers filled into fixed text.

#include "monitor/template.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SECTOR 512U

static uint64_t divided(uint64_t value, uint64_t by)
{
    return by != 0 ? value / by : 0;
}

static bool value_of(const char *name, size_t len,
                     const struct template_values *v, uint64_t *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } known[] = {
        {"address", v->address},
        {"end", v->address + v->length},
        {"last", v->address + v->length - 1},
        {"length", v->length},
        {"count", v->count},
        {"offset", v->offset},
        {"offset-end", v->offset + v->length},
        {"next", v->address + v->step},
        {"offset-next", v->offset + v->step},
        {"sector", v->offset / SECTOR},
        {"sectors", (v->length + SECTOR - 1) / SECTOR},
        {"block", divided(v->offset, v->erase_block)},
        {"page", v->erase_block != 0
                     ? divided(v->offset % v->erase_block, v->page_size)
                     : divided(v->offset, v->page_size)},
        {"pages",
         v->page_size != 0 ? (v->length + v->page_size - 1) / v->page_size : 0},
        {"ram", v->ram},
        {"baud", v->baud},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i].name) == len &&
            memcmp(known[i].name, name, len) == 0) {
            *out = known[i].value;
            return true;
        }
    return false;
}

/* A medium's name may be the device's own word, and is typed: whatever could
 * be more than a word to a command line is none of it. */
static bool is_plain_word(const char *word)
{
    for (; *word != '\0'; word++)
        if (!(*word >= 'a' && *word <= 'z') &&
            !(*word >= 'A' && *word <= 'Z') &&
            !(*word >= '0' && *word <= '9') &&
            strchr("._-+/:,@", *word) == NULL)
            return false;
    return true;
}

static struct span span_of(const char *text)
{
    return (struct span){text, text != NULL ? strlen(text) : 0};
}

/* A text instead of a number; NULL: no such place holder, or none is known. */
static struct span text_of(const char *name, size_t len,
                           const struct template_values *v)
{
    if (len == 6 && memcmp(name, "medium", 6) == 0)
        return span_of(v->medium != NULL && is_plain_word(v->medium) ? v->medium
                                                                     : NULL);
    if (len == 5 && memcmp(name, "index", 5) == 0)
        return v->index;
    if (len == 8 && memcmp(name, "password", 8) == 0)
        return span_of(v->password);
    return span_of(NULL);
}

/* format is what stands between ':' and '}': x, X or d, then digits. */
static int print_value(uint64_t value, const char *format, size_t len,
                       char *out, size_t size)
{
    char kind = len > 0 ? format[0] : 'x';
    int width = 0;

    for (size_t i = 1; i < len; i++) {
        if (format[i] < '0' || format[i] > '9')
            return -1;
        width = width * 10 + (format[i] - '0');
        if (width > 16)
            return -1;
    }
    switch (kind) {
    case 'x':
        return snprintf(out, size, "%0*" PRIx64, width, value);
    case 'X':
        return snprintf(out, size, "%0*" PRIX64, width, value);
    case 'd':
        return snprintf(out, size, "%0*" PRIu64, width, value);
    default:
        return -1;
    }
}

/* One {...} that starts at text; *used is its length. */
static int fill_one(const char *text, const struct template_values *v,
                    char *out, size_t size, size_t *used)
{
    const char *end = strchr(text, '}');
    const char *colon;
    const char *name_end;
    struct span word;
    uint64_t value;

    if (end == NULL)
        return -1;
    *used = (size_t)(end - text) + 1;
    colon = memchr(text, ':', *used);
    name_end = colon != NULL ? colon : end;
    word = text_of(text + 1, (size_t)(name_end - text) - 1, v);
    if (word.text != NULL && colon == NULL)
        return snprintf(out, size, "%.*s", (int)word.len, word.text);
    if (!value_of(text + 1, (size_t)(name_end - text) - 1, v, &value))
        return -1;
    if (colon == NULL)
        colon = end - 1;
    return print_value(value, colon + 1, (size_t)(end - colon) - 1, out, size);
}

static int fill(const char *text, const struct template_values *values,
                bool keys, char *out, size_t size, struct err *err)
{
    char one[128];
    char safe[120];
    size_t len = 0;

    while (*text != '\0') {
        size_t used = 1;
        int n = 1;
        one[0] = *text;
        if (*text == '{')
            n = fill_one(text, values, one, sizeof(one), &used);
        if (n < 0 || (!keys && (*text < 0x20 || *text > 0x7e))) {
            (void)text_escape(safe, sizeof(safe), text, strlen(text));
            return err_set(err, -EINVAL,
                           "bad place holder at '%s'; known are {address}, "
                           "{length}, {count} and others of "
                           "fwfs-dialect(5), with :x :X :d and a width",
                           safe);
        }
        if ((size_t)n >= sizeof(one) || len + (size_t)n >= size)
            return err_set(err, -ENOSPC, "command longer than %zu", size);
        memcpy(out + len, one, (size_t)n);
        len += (size_t)n;
        text += used;
    }
    out[len] = '\0';
    return 0;
}

int template_fill(const char *text, const struct template_values *values,
                  char *out, size_t size, struct err *err)
{
    return fill(text, values, false, out, size, err);
}

int template_fill_keys(const char *text, const struct template_values *values,
                       char *out, size_t size, struct err *err)
{
    return fill(text, values, true, out, size, err);
}

bool template_has(const char *text, const char *name)
{
    size_t len = strlen(name);

    if (text == NULL)
        return false;
    while ((text = strchr(text, '{')) != NULL) {
        text++;
        if (strncmp(text, name, len) == 0 &&
            (text[len] == '}' || text[len] == ':'))
            return true;
    }
    return false;
}
