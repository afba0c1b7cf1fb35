// SPDX-License-Identifier: BSD-2-Clause
// What verifying and comparing tell while they are at it.

#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void report_line(const struct report *r, const char *fmt, ...)
{
    char text[8192]; /* two paths, escaped */
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    r->line(r->arg, text);
}

void report_range(const struct report *r, const char *before,
                  const struct merge_range *range, const char *what)
{
    uint64_t len = range->end - range->from;

    report_line(r, "%s0x%08" PRIx64 "-0x%08" PRIx64 " (%" PRIu64 " byte%s) %s",
                before, range->from, range->end - 1, len, len == 1 ? "" : "s",
                what);
}
