// SPDX-License-Identifier: BSD-2-Clause
// Command templates of dialect files: numbers filled into fixed text.

#ifndef MONITOR_TEMPLATE_H
#define MONITOR_TEMPLATE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* What the place holders stand for. {address}, {length} in bytes, {count} in
 * the method's unit; a format may follow: {address:x} hex, {address:X8} upper
 * case hex of at least 8 digits, {length:d} decimal. Without one: x. */
struct template_values {
    uint64_t address;
    uint64_t length;
    uint64_t count;
};

/* -EINVAL: an unknown place holder or format, an unclosed brace, or a byte
 * outside printable ASCII; -ENOSPC: does not fit. */
int template_fill(const char *text, const struct template_values *values,
                  char *out, size_t size, struct err *err);

#endif
