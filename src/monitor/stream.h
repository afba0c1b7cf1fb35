// SPDX-License-Identifier: BSD-2-Clause
// Bytes printed as one stream: hex digits, base64, base64 of a gzip.

#ifndef MONITOR_STREAM_H
#define MONITOR_STREAM_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stream_form { STREAM_HEX, STREAM_BASE64, STREAM_BASE64_GZIP };

/* A stream says nothing of where its bytes belong, so that only a whole one
 * counts: as long as it has to be, and with the right checksum where there is
 * one. Pure; start with stream_start, end with stream_free. */
struct stream {
    enum stream_form form;
    size_t len;       /* bytes that it must be */
    struct buf bytes; /* decoded so far (compressed for a gzip), limited */
    uint32_t bits;    /* of characters that make no whole byte yet */
    unsigned n_bits;
    size_t chars;     /* taken, padding among them */
    unsigned padding; /* '=' taken: nothing else may follow */
    bool broken;      /* too long, or memory ran out */
};

void stream_start(struct stream *s, enum stream_form form, size_t len);
void stream_free(struct stream *s);

/* True when text can be a piece of it: nothing but its characters, padding at
 * the end only. */
bool stream_is_text(const struct stream *s, const char *text, size_t len);

/* Takes the next piece; of hex with blanks in it, whole bytes of one or two
 * digits. False: it is none, and was not taken. */
bool stream_add(struct stream *s, const char *text, size_t len);

/* Takes bytes that were decoded already, for STREAM_HEX. */
void stream_add_bytes(struct stream *s, const uint8_t *bytes, size_t len);

/* Characters that are still to come; SIZE_MAX: nobody knows (a gzip). */
size_t stream_wanted(const struct stream *s);

/* Decodes to out, which has room for the length given at the start. False: it
 * is not whole, too long, or damaged. */
bool stream_finish(const struct stream *s, uint8_t *out);

#endif
