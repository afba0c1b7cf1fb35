// SPDX-License-Identifier: BSD-2-Clause
// Values of options, strictly read.

#include "value.h"

#include "monitor/media_window.h"
#include "monitor/user_segment.h"

#include "base/num.h"
#include "base/text.h"
#include "monitor/map.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BAUD_MAX 20000000U

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

int value_speed(unsigned *out, const char *value, struct err *err)
{
    uint64_t n;

    if (strcmp(value, "max") == 0) {
        *out = UINT_MAX;
        return 0;
    }
    if (!num_digits(value, strlen(value), 10, &n) || n == 0 || n > BAUD_MAX)
        return err_set(err, -EINVAL,
                       "'%s' is neither max nor a whole number from 1 to %u",
                       value, BAUD_MAX);
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

int value_password(const char **out, const char *value, struct err *err)
{
    size_t len = strlen(value);

    /* A line end in it would run what stands before. */
    if (len == 0 || len > 100 || !text_is_printable(value, len))
        return err_set(err, -EINVAL,
                       "a password is 1 to 100 characters of ASCII");
    *out = value;
    return 0;
}

int value_segment(const char *text, struct err *err)
{
    struct user_segment parsed;

    return user_segment_parse(text, &parsed, err);
}

int value_erase_block(uint64_t *out, const char *value, struct err *err)
{
    uint64_t n;

    if (!num_size(value, &n) || n == 0 || n % 4096 != 0 || n > 1U << 30)
        return err_set(err, -EINVAL, "'%s' is no multiple of 4K, 1G at most",
                       value);
    *out = n;
    return 0;
}

int value_readahead(uint64_t *out, const char *value, struct err *err)
{
    uint64_t n;

    if (!num_size(value, &n) || n > 16U << 20)
        return err_set(err, -EINVAL, "'%s' is no size, 16M at most", value);
    *out = n;
    return 0;
}

int value_ram(const char **out, const char *value, struct err *err)
{
    struct media_window parsed;
    int r = media_window_parse(value, &parsed, err);

    if (r == 0)
        *out = value;
    return r;
}

int value_verify(enum verify_mode *out, const char *value, struct err *err)
{
    static const struct {
        const char *word;
        enum verify_mode mode;
    } modes[] = {
        {"auto", VERIFY_AUTO}, {"fast", VERIFY_FAST}, {"rows", VERIFY_ROWS}};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(value, modes[i].word) == 0) {
            *out = modes[i].mode;
            return 0;
        }
    }
    return err_set(err, -EINVAL, "'%s' is none of auto, fast and rows", value);
}
