// SPDX-License-Identifier: BSD-2-Clause
// Regular expressions of dialect files: PCRE2 with named groups and limits.

#ifndef MONITOR_PATTERN_H
#define MONITOR_PATTERN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Compiled with (?m) on: ^ and $ match at line ends. One thread. A match that
 * takes too many steps (a pattern that backtracks without end on hostile
 * text) counts as no match. */
struct pattern;

/* A piece of the subject; text is not NUL-terminated. text NULL: absent. */
struct span {
    const char *text;
    size_t len;
};

/* where is a place for messages, or "". The
 * caller owns *out. -EINVAL with the position of the fault. */
int pattern_compile(struct pattern **out, const char *text, const char *where,
                    struct err *err);
void pattern_free(struct pattern *p); /* NULL is allowed */

/* Looks for p in text[from..len). On success the groups can be asked for until
 * the next match, and *end (may be NULL) is where the match ended, always
 * beyond from, so that a loop over matches ends. */
bool pattern_match(struct pattern *p, const char *text, size_t len, size_t from,
                   size_t *end);

/* True when one of the n patterns at list (NULL among them: none) matches the
 * command, or a beginning of it: that is what runs when noise makes a line end
 * of the character behind it. */
bool pattern_forbids(struct pattern *const *list, size_t n, const char *command,
                     size_t len);

/* The whole match, a named group (absent when p has no such group or it did
 * not take part). Points into the subject of the last match. */
struct span pattern_whole(const struct pattern *p);
struct span pattern_group(const struct pattern *p, const char *name);

/* As it was written. */
const char *pattern_text(const struct pattern *p);

/* True when p has a group of that name. */
bool pattern_has(const struct pattern *p, const char *name);

/* The first group of p whose name is not in known, a list ended by NULL; NULL:
 * there is none. */
const char *pattern_other_group(const struct pattern *p,
                                const char *const *known);

#endif
