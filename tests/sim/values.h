// SPDX-License-Identifier: BSD-2-Clause
// Reads the values of options; what is wrong with one goes to stderr.
#ifndef SIM_VALUES_H
#define SIM_VALUES_H

#include <stddef.h>
#include <stdint.h>

/* Say what is wrong; always -1. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A number, which may have a K, M or G behind it, up to the character `end`;
 * the text after it in `rest`. */
int value_until(const char *text, int end, uint64_t *value, const char **rest);

int value_number(const char *text, uint64_t *value);
int value_small(const char *text, long max, long *value);
int value_seconds(const char *text, int64_t *nanoseconds);

/* Which of the `count` words is it? */
int value_choice(const char *text, const char *const *words, int count);

/* Translate \n \r \t \e \\ \xHH. */
int value_unescape(char *to, size_t size, const char *from);

/* Read a \xHH, of one digit or two; its length, or 0 when there is none. */
size_t value_hex(const char *from, char *byte);

#endif
