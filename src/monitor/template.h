// SPDX-License-Identifier: BSD-2-Clause
// Command templates of dialect files: numbers filled into fixed text.

#ifndef MONITOR_TEMPLATE_H
#define MONITOR_TEMPLATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the place holders stand for. Numbers: {address} and {end} behind the
 * last byte, {last} of it; {length} in bytes, {count} in the method's unit;
 * {offset} into a medium, {offset-end} behind; {sector} and {sectors} of 512
 * bytes, {block} and {page} in it (of the medium's geometry), {pages}; {next}
 * and {offset-next}, some bytes behind {address} and {offset}; {ram}; {baud}.
 * Texts: {medium}, {password}. A number may have a format: {address:x} hex,
 * {address:X8} upper case hex of at least 8 digits, {length:d} decimal. Without
 * one: x.
 */
struct template_values {
    uint64_t address;
    uint64_t length;
    uint64_t count;
    uint64_t offset;
    uint64_t step; /* from {address} to {next} */
    uint64_t ram;
    uint64_t baud;
    uint64_t erase_block;
    uint64_t page_size;
    const char *medium;   /* NULL: {medium} is an error */
    const char *password; /* likewise */
};

/* -EINVAL: an unknown place holder or format, an unclosed brace, or a byte
 * outside printable ASCII; -ENOSPC: does not fit. */
int template_fill(const char *text, const struct template_values *values,
                  char *out, size_t size, struct err *err);

/* The same for keys, which may be any bytes but NUL. */
int template_fill_keys(const char *text, const struct template_values *values,
                       char *out, size_t size, struct err *err);

/* True when text has a place holder of that name. */
bool template_has(const char *text, const char *name);

#endif
