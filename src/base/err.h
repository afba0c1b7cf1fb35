// SPDX-License-Identifier: BSD-2-Clause
// One sentence that tells a person what went wrong, carried up to main.

#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Functions that can fail return 0 or a negative errno and take an optional
 * `struct err *` (NULL: the caller does not want the sentence). It is filled
 * once, where the cause is known: what was expected, what came, what to try.
 * Not thread-safe: one object belongs to one thread at a time.
 */
struct err {
    char text[768]; /* NUL-terminated, no newline; "" means nothing said */
};

/* Sets the sentence and returns code (a negative errno), so that
 * `return err_set(err, -EINVAL, ...)` reads well. err may be NULL. */
int err_set(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "text: " before what is there. */
void err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
