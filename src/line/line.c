// SPDX-License-Identifier: BSD-2-Clause
// Bytes in and out of a device's console, each wait with a deadline.

#include "line/line.h"

#include <errno.h>
#include <stdlib.h>

struct line {
    const struct line_ops *ops;
    void *ctx;
};

struct line *line_new(const struct line_ops *ops, void *ctx)
{
    struct line *line = malloc(sizeof(*line));

    if (line == NULL)
        return NULL;
    *line = (struct line){.ops = ops, .ctx = ctx};
    return line;
}

ssize_t line_read(struct line *line, void *buf, size_t size,
                  struct deadline until)
{
    return line->ops->read(line->ctx, buf, size, until);
}

int line_write(struct line *line, const void *bytes, size_t len,
               struct deadline until)
{
    return line->ops->write(line->ctx, bytes, len, until);
}

int line_set_baud(struct line *line, unsigned baud)
{
    return line->ops->set_baud != NULL ? line->ops->set_baud(line->ctx, baud)
                                       : -EINVAL;
}

int line_reopen(struct line *line, struct err *err)
{
    if (line->ops->reopen == NULL)
        return err_set(err, -ENODEV, "the port is gone");
    return line->ops->reopen(line->ctx, err);
}

void line_wake(struct line *line)
{
    line->ops->wake(line->ctx);
}

void line_close(struct line *line)
{
    if (line == NULL)
        return;
    line->ops->close(line->ctx);
    free(line);
}
