// SPDX-License-Identifier: BSD-2-Clause
// Other people's captures: reading them, and who said what is in which.

#ifndef TRANSCRIPTS_TRANSCRIPTS_H
#define TRANSCRIPTS_TRANSCRIPTS_H

#include "../unit/unit.h"

#include "base/buf.h"
#include "monitor/dialect.h"

/* The lines of a file behind its first one, as the console hands them out,
 * each ended by LF. Returns how many; the last, unterminated one (a prompt)
 * goes to partial. A file that is not there fails the test. */
unsigned transcript_lines(const char *file, struct buf *out,
                          struct buf *partial);

/* Owned by the callee, until the next call with another name. */
struct dialect *transcript_dialect(const char *name);

/* A table states what is in that file. */
void transcript_stated(const char *file, const char *what);

/* Tests, each with a table of its own. */
void rows_are_taken_or_refused(void **state);
void the_bytes_are_right(void **state);
void records_are_read(void **state);
void streams_are_read(void **state);
void maps_are_read(void **state);
void whole_maps_are_read(void **state);
void what_it_says_is_understood(void **state);

#endif
