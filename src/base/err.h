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

/* Sets the sentence. err may be NULL. */
void err_say(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* As err_say, with code (a negative errno) as its value, so that
 * `return err_set(err, -EINVAL, ...)` reads well; a macro, so that analysers
 * see that it is not 0. */
#define err_set(err, code, ...) (err_say((err), __VA_ARGS__), (code))

/* Puts "text: " before what is there. */
void err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
