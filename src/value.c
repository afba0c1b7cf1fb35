// SPDX-License-Identifier: BSD-2-Clause
// Values of options, strictly read.

#include "value.h"

#include "base/num.h"
#include "monitor/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int value_number(unsigned *out, const char *value, unsigned max,
                 struct err *err)
{
    uint64_t n;

    if (!num_digits(value, strlen(value), 10, &n) || n == 0 || n > max)
        return err_set(err, -EINVAL, "'%s' is not a whole number from 1 to %u",
                       value, max);
    *out = (unsigned)n;
    return 0;
}

int value_seconds(unsigned *out_ms, const char *value, struct err *err)
{
    unsigned seconds = 0;
    int r = value_number(&seconds, value, 86400, err);

    if (r == 0)
        *out_ms = seconds * 1000;
    return r;
}

int value_word(const char **out, const char *value, struct err *err)
{
    if (*value == '\0')
        return err_set(err, -EINVAL, "the value is empty");
    *out = value;
    return 0;
}

static bool good_name(const char *s, size_t len)
{
    if (len == 0 || len >= MAP_NAME_MAX || s[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] < ' ' || s[i] == '/' || s[i] == 0x7f)
            return false;
    }
    return true;
}

/* Cuts text at its first sep; what is behind it, NULL when there is none. */
static char *cut(char *text, char sep)
{
    char *at = strchr(text, sep);

    if (at != NULL)
        *at++ = '\0';
    return at;
}

int value_segment(const char *text, struct err *err)
{
    char name[256];
    char *base_text;
    char *size_text = NULL;
    uint64_t base;
    uint64_t size;
    uint64_t last;

    (void)snprintf(name, sizeof(name), "%s", text);
    base_text = cut(name, ':');
    if (base_text != NULL)
        size_text = cut(base_text, ':');
    if (base_text == NULL || size_text == NULL || strlen(text) >= sizeof(name))
        return err_set(err, -EINVAL, "'%s' is not NAME:BASE:SIZE", text);
    if (!good_name(name, strlen(name)))
        return err_set(err, -EINVAL,
                       "'%s': NAME must be a file name, shorter than %d bytes, "
                       "no leading dot",
                       text, MAP_NAME_MAX);
    if (!num_size(base_text, &base))
        return err_set(err, -EINVAL, "'%s': BASE '%s' is not an address", text,
                       base_text);
    if (!num_size(size_text, &size) || size == 0)
        return err_set(err, -EINVAL, "'%s': SIZE '%s' is not a size", text,
                       size_text);
    if (!num_add(base, size - 1, &last))
        return err_set(err, -EINVAL, "'%s' ends beyond 64 bits", text);
    return 0;
}
