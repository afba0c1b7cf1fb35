// SPDX-License-Identifier: BSD-2-Clause
// Strict numbers: the whole text is a number in range, or it is refused.

#include "base/num.h"

#include <string.h>
#include <strings.h>

int num_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool num_add(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

bool num_mul(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static bool has_hex_prefix(const char *s, size_t len)
{
    return len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
}

bool num_digits(const char *s, size_t len, int radix, uint64_t *out)
{
    uint64_t value = 0;

    if (radix == 16 && has_hex_prefix(s, len)) {
        s += 2;
        len -= 2;
    }
    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        int d = num_hex_digit(s[i]);
        if (d < 0 || d >= radix || !num_mul(value, (uint64_t)radix, &value) ||
            !num_add(value, (uint64_t)d, &value))
            return false;
    }
    *out = value;
    return true;
}

uint64_t num_unit(const char *s, size_t len)
{
    static const char steps[] = "kmg";
    const char *step;
    uint64_t factor;

    if (len == 0 || (len == 1 && (s[0] == 'B' || s[0] == 'b')))
        return 1;
    step = strchr(steps, s[0] | 0x20);
    if (step == NULL || *step == '\0')
        return 0;
    factor = (uint64_t)1 << (10 * (step - steps + 1));
    if (len == 1 || (len == 2 && strncasecmp(s + 1, "B", 1) == 0) ||
        (len == 3 && strncasecmp(s + 1, "iB", 2) == 0))
        return factor;
    return 0;
}

bool num_size(const char *s, uint64_t *out)
{
    int radix = has_hex_prefix(s, strlen(s)) ? 16 : 10;
    size_t start = radix == 16 ? 2 : 0;
    size_t end = start;
    uint64_t unit;

    while (num_hex_digit(s[end]) >= 0 && num_hex_digit(s[end]) < radix)
        end++;
    unit = num_unit(s + end, strlen(s + end));
    return unit != 0 && num_digits(s + start, end - start, radix, out) &&
           num_mul(*out, unit, out);
}
