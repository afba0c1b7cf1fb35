// SPDX-License-Identifier: BSD-2-Clause
// One sentence that tells a person what went wrong, carried up to main.

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void err_say(struct err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
}

void err_prefix(struct err *err, const char *fmt, ...)
{
    char head[256];
    char tail[sizeof(err->text)];
    va_list ap;

    if (err == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(head, sizeof(head), fmt, ap);
    va_end(ap);
    memcpy(tail, err->text, sizeof(tail));
    (void)snprintf(err->text, sizeof(err->text), "%s: %.*s", head,
                   (int)(sizeof(err->text) - sizeof(head) - 3), tail);
}
