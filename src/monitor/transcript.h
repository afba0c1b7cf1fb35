// SPDX-License-Identifier: BSD-2-Clause
// The last part of the console conversation, for people to read.

#ifndef MONITOR_TRANSCRIPT_H
#define MONITOR_TRANSCRIPT_H

#include "base/buf.h"

#include <stddef.h>

#define TRANSCRIPT_SIZE 65536U

/* One thread adds, any thread reads. */
struct transcript;

struct transcript *transcript_new(void); /* NULL: no memory */
void transcript_free(struct transcript *t);

/* From now on secret (copied; NULL: none) is shown as asterisks. */
void transcript_hide(struct transcript *t, const char *secret);

/* What the device sent. Its echo shows what was typed. */
void transcript_add(struct transcript *t, const void *bytes, size_t len);

/* Appends the text, escaped line by line; says first how many bytes were
 * dropped at the front. */
void transcript_read(struct transcript *t, struct buf *out);

/* The last n bytes as one escaped line, for messages. */
void transcript_tail(struct transcript *t, size_t n, char *out, size_t size);

#endif
