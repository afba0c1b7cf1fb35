// SPDX-License-Identifier: BSD-2-Clause
// A growable byte buffer with an upper limit.

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buf *b, size_t more)
{
    size_t limit = b->limit != 0 ? b->limit : (size_t)1 << 30;
    size_t size = b->size != 0 ? b->size : 256;
    char *data;

    if (more > limit || b->len > limit - more) {
        b->failed = true;
        return false;
    }
    while (size < b->len + more + 1)
        size *= 2;
    if (size == b->size)
        return true;
    data = realloc(b->data, size);
    if (data == NULL) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->size = size;
    return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (!reserve(b, len))
        return false;
    if (len > 0)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return true;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    char *text = NULL;
    int n;
    bool ok;

    va_start(ap, fmt);
    n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
        return false;
    }
    ok = buf_add(b, text, (size_t)n);
    free(text);
    return ok;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n > b->len)
        n = b->len;
    if (n == 0)
        return;
    memmove(b->data, b->data + n, b->len - n + 1);
    b->len -= n;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){.limit = b->limit};
}
