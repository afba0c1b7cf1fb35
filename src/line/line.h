// SPDX-License-Identifier: BSD-2-Clause
// Bytes in and out of a device's console, each wait with a deadline.

#ifndef LINE_LINE_H
#define LINE_LINE_H

#include "base/clock.h"
#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * A line has one user thread; line_wake alone may be called from any thread
 * and from signal handlers.
 */
struct line;

/* What a kind of line (serial port, a test's fake) does. Each gets the ctx of
 * line_new. */
struct line_ops {
    /* As line_read and line_write below. */
    ssize_t (*read)(void *ctx, void *buf, size_t size, struct deadline until);
    int (*write)(void *ctx, const void *bytes, size_t len,
                 struct deadline until);
    int (*set_baud)(void *ctx, unsigned baud); /* NULL: cannot be done */
    int (*reopen)(void *ctx, struct err *err); /* likewise */
    void (*wake)(void *ctx);
    void (*close)(void *ctx); /* also frees ctx */
};

/* Takes ctx over; NULL when memory is short. */
struct line *line_new(const struct line_ops *ops, void *ctx);

/*
 * Opens a serial port or a pty at path (symlinks are followed), 8N1, no flow
 * control, baud bits a second; locks it against other programs; throws away
 * what had been received before. -EBUSY: in use, the holder's pid is named;
 * -ENOENT, -EACCES, -ENOTTY, -EINVAL (a rate the port does not do).
 */
int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *err);

/*
 * > 0: so many bytes were read.
 * 0: the deadline has passed and nothing came. Never before: all that tells the
 *    end of an answer from a pause rests on it.
 * -EINTR: woken by line_wake, and by nothing else.
 * -ENODEV: the port is gone.
 */
ssize_t line_read(struct line *line, void *buf, size_t size,
                  struct deadline until);

/* Writes all. 0, -ETIMEDOUT or -ENODEV. */
int line_write(struct line *line, const void *bytes, size_t len,
               struct deadline until);

/* Switches both ways to baud, once what was written is out. 0; -EINVAL: the
 * port does not do that rate and stays at its own; -ENODEV. */
int line_set_baud(struct line *line, unsigned baud);

/* After -ENODEV: lets go of the port and opens what its path leads to now, set
 * up as before, at the rate set last; what had been received is thrown away.
 * Does not wait. -ENODEV while there is none; also -EBUSY and the like. */
int line_reopen(struct line *line, struct err *err);

/* Ends a running line_read, or the next one, with -EINTR. */
void line_wake(struct line *line);

void line_close(struct line *line); /* NULL is allowed */

#endif
