// SPDX-License-Identifier: BSD-2-Clause
// Bytes printed as one stream: hex digits, base64, base64 of a gzip.

#include "monitor/stream.h"

#include "base/num.h"

#include <string.h>
#include <zlib.h>

/* What deflate adds to bytes that cannot be compressed, and more: its stored
 * blocks, the header with a file's name, the trailer. */
static size_t gzip_limit(size_t len)
{
    return len + len / 64 + 1024;
}

void stream_start(struct stream *s, enum stream_form form, size_t len)
{
    size_t limit = form == STREAM_BASE64_GZIP ? gzip_limit(len) : len;

    *s = (struct stream){.form = form, .len = len};
    s->bytes = BUF_LIMITED(limit > 0 ? limit : 1);
}

void stream_free(struct stream *s)
{
    buf_free(&s->bytes);
}

/* Of a character of base64, else -1. */
static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int value_of(const struct stream *s, char c)
{
    return s->form == STREAM_HEX ? num_hex_digit(c) : sextet(c);
}

bool stream_is_text(const struct stream *s, const char *text, size_t len)
{
    unsigned padding = s->padding;

    for (size_t i = 0; i < len; i++) {
        if (s->form != STREAM_HEX && text[i] == '=' && padding < 2)
            padding++;
        else if (padding > 0 || value_of(s, text[i]) < 0)
            return false;
    }
    return true;
}

static void add_value(struct stream *s, unsigned value)
{
    uint8_t byte;

    s->n_bits += s->form == STREAM_HEX ? 4 : 6;
    s->bits = s->bits << (s->form == STREAM_HEX ? 4 : 6) | value;
    if (s->n_bits < 8)
        return;
    s->n_bits -= 8;
    byte = (uint8_t)(s->bits >> s->n_bits);
    s->bits &= (1U << s->n_bits) - 1;
    if (!buf_add(&s->bytes, &byte, 1))
        s->broken = true;
}

/* Nothing but bytes of one or two digits and blanks. */
static bool are_bytes(const char *text, size_t len)
{
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ')
            digits = 0;
        else if (num_hex_digit(text[i]) < 0 || ++digits > 2)
            return false;
    }
    return true;
}

/* Some print 0 for 00: it is the blanks that part the bytes. */
static bool add_bytes_apart(struct stream *s, const char *text, size_t len)
{
    unsigned digits = 0;
    uint8_t byte = 0;

    if (!are_bytes(text, len))
        return false;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] != ' ') {
            byte = (uint8_t)(byte << 4 | num_hex_digit(text[i]));
            digits++;
            continue;
        }
        if (digits > 0)
            stream_add_bytes(s, &byte, 1);
        digits = 0;
        byte = 0;
    }
    return true;
}

bool stream_add(struct stream *s, const char *text, size_t len)
{
    if (s->form == STREAM_HEX && len > 0 && memchr(text, ' ', len) != NULL)
        return add_bytes_apart(s, text, len);
    if (!stream_is_text(s, text, len))
        return false;
    for (size_t i = 0; i < len && !s->broken; i++) {
        s->chars++;
        if (text[i] == '=')
            s->padding++;
        else
            add_value(s, (unsigned)value_of(s, text[i]));
    }
    return true;
}

void stream_add_bytes(struct stream *s, const uint8_t *bytes, size_t len)
{
    s->chars += 2 * len;
    if (!buf_add(&s->bytes, bytes, len))
        s->broken = true;
}

size_t stream_wanted(const struct stream *s)
{
    size_t whole = s->form == STREAM_HEX ? 2 * s->len : (s->len + 2) / 3 * 4;

    if (s->form == STREAM_BASE64_GZIP)
        return SIZE_MAX;
    return whole > s->chars ? whole - s->chars : 0;
}

/* The last group is complete, and what its last character has too many of is
 * zero. */
static bool is_complete(const struct stream *s)
{
    if (s->broken || s->bits != 0)
        return false;
    if (s->form == STREAM_HEX)
        return s->n_bits == 0;
    return s->chars % 4 == 0 && s->padding * 2 == s->n_bits;
}

static bool inflate_all(z_stream *z, const struct stream *s, uint8_t *out)
{
    uint8_t beyond; /* one byte more than there may be */
    bool whole;

    z->next_in = (unsigned char *)s->bytes.data;
    z->avail_in = (uInt)s->bytes.len;
    z->next_out = out;
    z->avail_out = (uInt)s->len;
    if (inflate(z, Z_NO_FLUSH) == Z_OK && z->avail_out == 0) {
        z->next_out = &beyond;
        z->avail_out = 1;
        whole = inflate(z, Z_FINISH) == Z_STREAM_END && z->avail_out == 1 &&
                z->avail_in == 0;
        z->next_out = out; /* beyond is gone soon */
        return whole;
    }
    /* The trailer, with CRC and length, was compared at the end of stream. */
    return inflate(z, Z_FINISH) == Z_STREAM_END && z->avail_out == 0 &&
           z->avail_in == 0;
}

static bool gunzip(const struct stream *s, uint8_t *out)
{
    z_stream z = {0};
    bool ok;

    if (s->bytes.len == 0 || inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
        return false;
    ok = inflate_all(&z, s, out);
    (void)inflateEnd(&z);
    return ok;
}

bool stream_finish(const struct stream *s, uint8_t *out)
{
    if (!is_complete(s))
        return false;
    if (s->form == STREAM_BASE64_GZIP)
        return gunzip(s, out);
    if (s->bytes.len != s->len)
        return false;
    if (s->len > 0)
        memcpy(out, s->bytes.data, s->len);
    return true;
}
