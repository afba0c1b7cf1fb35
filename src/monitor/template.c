// SPDX-License-Identifier: BSD-2-Clause
// Command templates of dialect files: numbers filled into fixed text.

#include "monitor/template.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool value_of(const char *name, size_t len,
                     const struct template_values *v, uint64_t *out)
{
    if (len == 7 && memcmp(name, "address", 7) == 0)
        *out = v->address;
    else if (len == 6 && memcmp(name, "length", 6) == 0)
        *out = v->length;
    else if (len == 5 && memcmp(name, "count", 5) == 0)
        *out = v->count;
    else
        return false;
    return true;
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
    uint64_t value;

    if (end == NULL)
        return -1;
    *used = (size_t)(end - text) + 1;
    colon = memchr(text, ':', *used);
    name_end = colon != NULL ? colon : end;
    if (!value_of(text + 1, (size_t)(name_end - text) - 1, v, &value))
        return -1;
    if (colon == NULL)
        colon = end - 1;
    return print_value(value, colon + 1, (size_t)(end - colon) - 1, out, size);
}

int template_fill(const char *text, const struct template_values *values,
                  char *out, size_t size, struct err *err)
{
    char one[32];
    char safe[120];
    size_t len = 0;

    while (*text != '\0') {
        size_t used = 1;
        int n = 1;
        one[0] = *text;
        if (*text == '{')
            n = fill_one(text, values, one, sizeof(one), &used);
        if (n < 0 || *text < 0x20 || *text > 0x7e) {
            (void)text_escape(safe, sizeof(safe), text, strlen(text));
            return err_set(err, -EINVAL,
                           "bad place holder at '%s'; known are {address}, "
                           "{length}, {count}, with :x :X :d and a width",
                           safe);
        }
        if (len + (size_t)n >= size)
            return err_set(err, -ENOSPC, "command longer than %zu", size);
        memcpy(out + len, one, (size_t)n);
        len += (size_t)n;
        text += used;
    }
    out[len] = '\0';
    return 0;
}
