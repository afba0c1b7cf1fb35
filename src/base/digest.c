// SPDX-License-Identifier: BSD-2-Clause
// Checksums by name: what a device can print about its own bytes.

#include "base/digest.h"

#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <zlib.h>

struct digest {
    const char *name;
    const char *alias; /* or NULL */
    size_t size;
    enum digest_sight sight;
    bool decimal; /* as text; else hex */
    void (*begin)(struct digest_state *s);
    void (*add)(struct digest_state *s, const uint8_t *bytes, size_t len);
    void (*end)(struct digest_state *s, uint8_t *out);
};

static void put_be32(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)(value >> 24);
    out[1] = (uint8_t)(value >> 16);
    out[2] = (uint8_t)(value >> 8);
    out[3] = (uint8_t)value;
}

static uint32_t get_be32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 |
           (uint32_t)in[2] << 8 | in[3];
}

static void crc_begin(struct digest_state *s)
{
    s->work.crc = 0;
}

static void crc32_add(struct digest_state *s, const uint8_t *bytes, size_t len)
{
    s->work.crc = (uint32_t)crc32_z(s->work.crc, bytes, len);
}

static void crc32_end(struct digest_state *s, uint8_t *out)
{
    put_be32(out, s->work.crc);
}

/* POSIX, "cksum": polynomial 0x04c11db7, high bit first, from 0. */
static uint32_t cksum_byte(uint32_t crc, uint8_t byte)
{
    static const uint32_t half[16] = {
        0x00000000, 0x04c11db7, 0x09823b6e, 0x0d4326d9, 0x130476dc, 0x17c56b6b,
        0x1a864db2, 0x1e475005, 0x2608edb8, 0x22c9f00f, 0x2f8ad6d6, 0x2b4bcb61,
        0x350c9b64, 0x31cd86d3, 0x3c8ea00a, 0x384fbdbd};

    crc = crc << 4 ^ half[crc >> 28 ^ byte >> 4];
    return crc << 4 ^ half[crc >> 28 ^ (byte & 0xfU)];
}

static void cksum_add(struct digest_state *s, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        s->work.crc = cksum_byte(s->work.crc, bytes[i]);
}

/* The length follows the data: low byte first, as few bytes as it needs. */
static void cksum_end(struct digest_state *s, uint8_t *out)
{
    for (uint64_t rest = s->len; rest != 0; rest >>= 8)
        s->work.crc = cksum_byte(s->work.crc, (uint8_t)rest);
    put_be32(out, ~s->work.crc);
}

/* Begin, add and end of a hash from libmd. */
#define LIBMD(prefix, member)                                                  \
    static void member##_##prefix##_begin(struct digest_state *s)              \
    {                                                                          \
        prefix##Init(&s->work.member);                                         \
    }                                                                          \
    static void member##_##prefix##_add(struct digest_state *s,                \
                                        const uint8_t *bytes, size_t len)      \
    {                                                                          \
        prefix##Update(&s->work.member, bytes, len);                           \
    }                                                                          \
    static void member##_##prefix##_end(struct digest_state *s, uint8_t *out)  \
    {                                                                          \
        prefix##Final(out, &s->work.member);                                   \
    }
#define LIBMD_OF(prefix, member)                                               \
    member##_##prefix##_begin, member##_##prefix##_add, member##_##prefix##_end

LIBMD(MD5, md5)
LIBMD(SHA1, sha1)
LIBMD(SHA256, sha2)
LIBMD(SHA512, sha2)

static const struct digest all[] = {
    {"crc32", NULL, 4, DIGEST_CRC, false, crc_begin, crc32_add, crc32_end},
    {"cksum", NULL, 4, DIGEST_CRC_MSB_FIRST, true, crc_begin, cksum_add,
     cksum_end},
    {"md5", "md5sum", 16, DIGEST_SEES_ALL, false, LIBMD_OF(MD5, md5)},
    {"sha1", "sha1sum", 20, DIGEST_SEES_ALL, false, LIBMD_OF(SHA1, sha1)},
    {"sha256", "sha256sum", 32, DIGEST_SEES_ALL, false, LIBMD_OF(SHA256, sha2)},
    {"sha512", "sha512sum", 64, DIGEST_SEES_ALL, false, LIBMD_OF(SHA512, sha2)},
};

const struct digest *digest_find(const char *name)
{
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(name, all[i].name) == 0 ||
            (all[i].alias != NULL && strcmp(name, all[i].alias) == 0))
            return &all[i];
    return NULL;
}

const char *digest_name(const struct digest *d)
{
    return d->name;
}

enum digest_sight digest_sight(const struct digest *d)
{
    return d->sight;
}

size_t digest_size(const struct digest *d)
{
    return d->size;
}

void digest_begin(struct digest_state *s, const struct digest *d)
{
    s->algorithm = d;
    s->len = 0;
    d->begin(s);
}

void digest_add(struct digest_state *s, const void *bytes, size_t len)
{
    if (len == 0) /* bytes may be NULL, which zlib takes for a restart */
        return;
    s->len += len;
    s->algorithm->add(s, bytes, len);
}

void digest_end(struct digest_state *s, struct digest_value *out)
{
    memset(out, 0, sizeof(*out));
    out->algorithm = s->algorithm;
    s->algorithm->end(s, out->bytes);
}

void digest_of(const struct digest *d, const void *bytes, size_t len,
               struct digest_value *out)
{
    struct digest_state s;

    digest_begin(&s, d);
    digest_add(&s, bytes, len);
    digest_end(&s, out);
}

bool digest_same(const struct digest_value *a, const struct digest_value *b)
{
    return a->algorithm != NULL && a->algorithm == b->algorithm &&
           memcmp(a->bytes, b->bytes, a->algorithm->size) == 0;
}

static bool parse_decimal(const char *text, size_t len, uint8_t *out)
{
    uint64_t value;

    if ((len > 1 && text[0] == '0') || !num_digits(text, len, 10, &value) ||
        value > UINT32_MAX)
        return false;
    put_be32(out, (uint32_t)value);
    return true;
}

static bool parse_hex(const char *text, size_t len, uint8_t *out, size_t size)
{
    if (len != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = num_hex_digit(text[2 * i]);
        int low = num_hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

bool digest_parse(const struct digest *d, const char *text, size_t len,
                  struct digest_value *out)
{
    struct digest_value v = {.algorithm = d};

    if (!(d->decimal ? parse_decimal(text, len, v.bytes)
                     : parse_hex(text, len, v.bytes, d->size)))
        return false;
    *out = v;
    return true;
}

void digest_print(const struct digest_value *v, char *out, size_t size)
{
    char text[DIGEST_TEXT_MAX];

    if (v->algorithm->decimal)
        (void)snprintf(text, sizeof(text), "%" PRIu32, get_be32(v->bytes));
    else
        for (size_t i = 0; i < v->algorithm->size; i++)
            (void)snprintf(text + 2 * i, 3, "%02x", v->bytes[i]);
    (void)snprintf(out, size, "%s", text);
}
