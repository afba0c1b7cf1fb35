// SPDX-License-Identifier: BSD-2-Clause
// A growable byte buffer with an upper limit.

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* Owned by whoever declares it; start from {0} or BUF_LIMITED. data is always
 * NUL-terminated when len > 0 (the NUL is not counted). Not thread-safe. */
struct buf {
    char *data;
    size_t len;
    size_t size;
    size_t limit; /* len never exceeds it; 0: 1 GiB */
    bool failed;  /* something did not fit or memory ran out */
};

#define BUF_LIMITED(max) ((struct buf){.limit = (max)})

/* False (and failed set) when limit or memory is short; then nothing is
 * added. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes. */
void buf_drop(struct buf *b, size_t n);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_free(struct buf *b);

#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

#endif
