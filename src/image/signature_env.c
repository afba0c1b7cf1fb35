// SPDX-License-Identifier: BSD-2-Clause
// The environment of a boot loader: a CRC-32, perhaps a flag, name=value texts.

/*
 * The CRC is over all of it, as long as it may be, so the first bytes cannot
 * prove anything: what is asked here is whether they look like one. What a
 * stretch of such texts within a program looks like is told apart by the CRC:
 * four bytes that are text themselves are taken for text.
 */

#include "image/signature_kinds.h"

#define CRC_SIZE 4U

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(uint8_t c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '#' || c == ':' || c == ',';
}

static bool is_value(uint8_t c)
{
    return (c >= 0x20 && c <= 0x7e) || c == '\t' || c == '\n' || c == '\r';
}

static bool crc_is_text(const uint8_t *bytes)
{
    for (size_t i = 0; i < CRC_SIZE; i++)
        if (bytes[i] != 0 && !is_value(bytes[i]))
            return false;
    return true;
}

/* Behind the last text all bytes are the same: erased, or zero. */
static bool is_filled(const struct signature_head *h, size_t at)
{
    for (size_t i = at; i < h->len; i++)
        if (h->bytes[i] != h->bytes[at] ||
            (h->bytes[i] != 0 && h->bytes[i] != 0xff))
            return false;
    return true;
}

/* What a text at at comes to. */
enum text { TEXT_NONE, TEXT_CUT, TEXT_WHOLE };

/* name=value and a NUL; *at moves behind it. CUT: it goes on behind len. */
static enum text take_text(const struct signature_head *h, size_t *at,
                           bool *has_value)
{
    size_t i = *at;

    *has_value = false;
    if (i < h->len && !is_letter(h->bytes[i]))
        return TEXT_NONE;
    while (i < h->len && is_name(h->bytes[i]))
        i++;
    if (i == h->len)
        return TEXT_CUT;
    if (h->bytes[i] != '=' || i - *at < 2)
        return TEXT_NONE;
    *has_value = true;
    while (++i < h->len && is_value(h->bytes[i]))
        continue;
    if (i == h->len)
        return TEXT_CUT;
    *at = i + 1;
    return h->bytes[i] == 0 ? TEXT_WHOLE : TEXT_NONE;
}

static bool texts_from(const struct signature_head *h, size_t at)
{
    bool first = true;

    while (at < h->len && (first || h->bytes[at] != 0)) {
        bool has_value;
        enum text text = take_text(h, &at, &has_value);
        if (text != TEXT_WHOLE)
            return text == TEXT_CUT && (has_value || !first);
        first = false;
    }
    return is_filled(h, at < h->len ? at + 1 : at);
}

size_t signature_environment(struct signature_head *h, struct signature *out)
{
    if (crc_is_text(h->bytes) ||
        (!texts_from(h, CRC_SIZE) && !texts_from(h, CRC_SIZE + 1)))
        return 0;
    out->kind = "environment";
    out->weak = true;
    return 0;
}
