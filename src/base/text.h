// SPDX-License-Identifier: BSD-2-Clause
// Bytes from a device made safe to show to a person.

#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes bytes as printable ASCII into out (NUL-terminated, at most size
 * bytes): controls and bytes above 0x7e become \r \n \t \xNN, a backslash
 * doubles. Cuts at the end of out, never inside an escape. Returns the length
 * written. Nothing that comes from a device reaches a terminal another way.
 */
size_t text_escape(char *out, size_t size, const void *bytes, size_t len);

/* Back from what text_escape wrote, len bytes: out gets the bytes and a NUL.
 * False: it is no such text, has a NUL byte in it, or does not fit in size. */
bool text_unescape(char *out, size_t size, const char *text, size_t len);

/* All of the len bytes are printable ASCII, blanks included. */
bool text_is_printable(const char *s, size_t len);

/* As text_escape, but a newline stays a newline and \r before it vanishes;
 * for the transcript. */
size_t text_escape_lines(char *out, size_t size, const void *bytes, size_t len);

/* Makes '?' of what a terminal could take for a command: controls, and bytes
 * that are no UTF-8. For texts with words of the user in them; in place. */
void text_defuse(char *text);

/* Makes '*' of every place where secret (not empty) stands; in place. */
void text_mask(char *bytes, size_t len, const char *secret);

/* JSON string contents (without the quotes) for any bytes; bytes that are not
 * ASCII become \u00NN. */
size_t text_json(char *out, size_t size, const char *s);

/* 512B, 9.5K, 480K, 1.0M: rounded down, as "1.0M of 1.0M" must mean all. */
#define TEXT_SIZE_MAX 16
void text_size(char out[TEXT_SIZE_MAX], uint64_t bytes);

/* 0:07, 4:03, 8:01:00. */
#define TEXT_TIME_MAX 40
void text_time(char out[TEXT_TIME_MAX], uint64_t seconds);

#endif
