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
static bool take_bytes(const char *text, size_t n, uint8_t *out)
{
    unsigned sum = (unsigned)n;

    for (size_t i = 0; i < n; i++) {
        if (!hex_byte(text + 2 * i, &out[i]))
            return false;
        sum += out[i];
    }
    return (sum & 0xffU) == 0xffU;
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

enum srec_result srec_parse(const char *text, size_t len, struct srec *out)
{
    uint8_t bytes[255];
    uint8_t n;
    size_t wide;

    if (!starts_record(text, len))
        return SREC_NONE;
    len = without_blanks(text, len);
    wide = address_bytes[text[1] - '0'];
    if (len < 4 || !hex_byte(text + 2, &n) || n < wide + 1 ||
        len != 4 + 2 * (size_t)n || !take_bytes(text + 4, n, bytes))
        return SREC_BAD;
    out->type = text[1];
    out->address = 0;
    for (size_t i = 0; i < wide; i++)
        out->address = out->address << 8 | bytes[i];
    out->len = n - wide - 1;
    memcpy(out->bytes, bytes + wide, out->len);
    return out->type >= '1' && out->type <= '3' ? SREC_DATA : SREC_OTHER;
}
