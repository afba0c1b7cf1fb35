// SPDX-License-Identifier: BSD-2-Clause
// Motorola S-records: lines of a type, a length, an address, bytes, a checksum.

#include "monitor/srec.h"

#include "base/num.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of the address, by type; 0: there is no such type. */
static const size_t address_bytes[] = {2, 2, 3, 4, 0, 2, 3, 4, 3, 2};

static bool hex_byte(const char *text, uint8_t *out)
{
    int high = num_hex_digit(text[0]);
    int low = num_hex_digit(text[1]);

    *out = (uint8_t)((unsigned)high << 4 | (unsigned)low);
    return high >= 0 && low >= 0;
}

/* What the length byte counts: address, data, checksum. The sum of all bytes
 * and of the length ends in ff. */
static bool sum_is_right(const uint8_t *bytes, size_t n)
{
    unsigned sum = (unsigned)n;

    for (size_t i = 0; i < n; i++)
        sum += bytes[i];
    return (sum & 0xffU) == 0xffU;
}

static size_t take_bytes(const char *text, size_t n, uint8_t *out)
{
    size_t i = 0;

    while (i < n && hex_byte(text + 2 * i, &out[i]))
        i++;
    return i;
}

static size_t without_blanks(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return len;
}

static bool starts_record(const char *text, size_t len)
{
    return len >= 2 && text[0] == 'S' && text[1] >= '0' && text[1] <= '9' &&
           address_bytes[text[1] - '0'] != 0;
}

static uint64_t address_of(const uint8_t *bytes, size_t wide)
{
    uint64_t address = 0;

    for (size_t i = 0; i < wide; i++)
        address = address << 8 | bytes[i];
    return address;
}

enum srec_result srec_parse(const char *text, size_t len, struct srec *out)
{
    uint8_t bytes[255];
    uint8_t n;
    size_t wide;
    size_t got;

    out->address = 0;
    out->len = 0;
    if (!starts_record(text, len))
        return SREC_NONE;
    len = without_blanks(text, len);
    wide = address_bytes[text[1] - '0'];
    if (len < 4 || !hex_byte(text + 2, &n) || n < wide + 1)
        return SREC_BAD;
    got = take_bytes(text + 4, len / 2 - 2 < n ? len / 2 - 2 : n, bytes);
    out->type = text[1];
    if (got >= wide) {
        out->address = address_of(bytes, wide);
        out->len = n - wide - 1;
    }
    if (got < n || len != 4 + 2 * (size_t)n || !sum_is_right(bytes, n))
        return SREC_BAD;
    memcpy(out->bytes, bytes + wide, out->len);
    return out->type >= '1' && out->type <= '3' ? SREC_DATA : SREC_OTHER;
}
