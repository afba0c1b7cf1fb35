// SPDX-License-Identifier: BSD-2-Clause
// Values of options, strictly read.

#ifndef VALUE_H
#define VALUE_H

#include "base/err.h"
#include "fetch/verify.h"

#include <stdint.h>

/* 0, or -EINVAL with what is wrong with the value in err; then *out is as
 * before. */

/* A whole number from 1 to max, decimal. */
int value_number(unsigned *out, const char *value, unsigned max,
                 struct err *err);

/* What the line may be raised to: baud, or max for as fast as it goes, which is
 * UINT_MAX. */
int value_speed(unsigned *out, const char *value, struct err *err);

/* Whole seconds, a day at most. */
int value_seconds(unsigned *out_ms, const char *value, struct err *err);

/* Anything that is not empty; *out is value itself. */
int value_word(const char **out, const char *value, struct err *err);

/* What can be typed at a prompt without running anything; likewise. */
int value_password(const char **out, const char *value, struct err *err);

/* NAME:BASE:SIZE as --segment takes it: a name that can be a file name, two
 * sizes (base/num.h), the end below 2^64. */
int value_segment(const char *text, struct err *err);

/* An erase block of flash: a multiple of 4 KiB, 1 GiB at most. */
int value_erase_block(uint64_t *out, const char *value, struct err *err);

/* BASE:SIZE as --ram takes it (monitor/media_window.h); *out is value itself.
 */
int value_ram(const char **out, const char *value, struct err *err);

/* Bytes, a size (base/num.h), 16 MiB at most; 0 is one, too. */
int value_readahead(uint64_t *out, const char *value, struct err *err);

/* auto, fast or rows. */
int value_verify(enum verify_mode *out, const char *value, struct err *err);

#endif
