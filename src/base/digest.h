// SPDX-License-Identifier: BSD-2-Clause
// Checksums by name: what a device can print about its own bytes.

#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <md5.h>
#include <sha1.h>
#include <sha2.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * crc32   CRC-32 of zlib and Ethernet, big endian; 8 hex digits
 * cksum   CRC of POSIX cksum(1), with the length, big endian; decimal
 * md5, sha1, sha256, sha512   as md5sum(1) and its like print them; with
 *         `sum` behind the name, too
 *
 * Nothing here allocates or can fail. A state belongs to one thread.
 */
struct digest; /* an algorithm; static, never freed */

#define DIGEST_MAX      64  /* bytes of a value */
#define DIGEST_TEXT_MAX 129 /* a printed value and its NUL */

struct digest_value {
    const struct digest *algorithm;
    uint8_t bytes[DIGEST_MAX]; /* digest_size of them count */
};

/* Of a known size, so that it can stand on the stack; not to be looked into. */
struct digest_state {
    const struct digest *algorithm;
    uint64_t len; /* bytes added */
    union {
        uint32_t crc;
        MD5_CTX md5;
        SHA1_CTX sha1;
        SHA2_CTX sha2;
    } work;
};

const struct digest *digest_find(const char *name); /* NULL: unknown */
const char *digest_name(const struct digest *d);
size_t digest_size(const struct digest *d); /* bytes of its values */

/* What it cannot see but by an accident that nobody meets. */
enum digest_sight {
    DIGEST_SEES_ALL,     /* nothing: md5, sha */
    DIGEST_CRC,          /* records that carry their own CRC: base/proof.h */
    DIGEST_CRC_MSB_FIRST /* likewise, with the other order of bits */
};
enum digest_sight digest_sight(const struct digest *d);

/* For bytes that come in pieces. After digest_end the state is used up. */
void digest_begin(struct digest_state *s, const struct digest *d);
void digest_add(struct digest_state *s, const void *bytes, size_t len);
void digest_end(struct digest_state *s, struct digest_value *out);

void digest_of(const struct digest *d, const void *bytes, size_t len,
               struct digest_value *out);

/* Of one algorithm and equal. */
bool digest_same(const struct digest_value *a, const struct digest_value *b);

/*
 * Takes what a device printed, all len bytes of it: two hex digits of either
 * case for each byte; for cksum decimal digits without leading zeros. No sign,
 * no blank, no 0x. False: of another form; out is untouched.
 */
bool digest_parse(const struct digest *d, const char *text, size_t len,
                  struct digest_value *out);

/* In the form that digest_parse takes, in lower case. Always NUL-terminated;
 * cut when size is below DIGEST_TEXT_MAX. */
void digest_print(const struct digest_value *v, char *out, size_t size);

#endif
