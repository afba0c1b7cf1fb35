// SPDX-License-Identifier: BSD-2-Clause
// A device that is not there: what was kept of it answers for it.

#include "monitor/device_priv.h"

#include "monitor/map_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line that leads nowhere, so that waking, closing and the transcript need
 * no exception. */
static ssize_t none_read(void *ctx, void *buf, size_t size,
                         struct deadline until)
{
    (void)ctx;
    (void)buf;
    (void)size;
    (void)until;
    return -ENODEV;
}

static int none_write(void *ctx, const void *bytes, size_t len,
                      struct deadline until)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    (void)until;
    return -ENODEV;
}

static void none_wake(void *ctx)
{
    (void)ctx;
}

static void none_close(void *ctx)
{
    (void)ctx;
}

static const struct line_ops none_ops = {.read = none_read,
                                         .write = none_write,
                                         .wake = none_wake,
                                         .close = none_close};

static int attach_to_nothing(struct device *dev, struct err *err)
{
    struct line *line = line_new(&none_ops, NULL);

    if (line == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    return console_init(&dev->console, line, err); /* line is its own now */
}

/* A dialect that has a name and no command. */
static int name_dialect(struct device *dev, const char *name, struct err *err)
{
    dev->dialects = calloc(2, sizeof(struct dialect *));
    if (dev->dialects != NULL)
        dev->dialects[0] = calloc(1, sizeof(struct dialect));
    if (dev->dialects == NULL || dev->dialects[0] == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    dev->dialect = dev->dialects[0];
    (void)snprintf(dev->dialect->name, sizeof(dev->dialect->name), "%s", name);
    return 0;
}

/* Takes the map over. */
static int take_kept(struct device *dev, struct map_file *kept,
                     const char *identity, struct err *err)
{
    dev->map = kept->map;
    (void)snprintf(dev->banner, sizeof(dev->banner), "%s", kept->banner);
    dev->port = strdup(kept->port);
    (void)buf_printf(&dev->identity, "%s", identity);
    if (dev->port == NULL || dev->identity.failed)
        return err_set(err, -ENOMEM, "out of memory");
    return name_dialect(dev, kept->dialect, err);
}

int device_open_offline(struct device **out, const char *text, size_t len,
                        const char *identity, struct err *err)
{
    struct map_file kept;
    struct device *dev;
    int ret = map_file_parse(&kept, text, len, identity, err);

    if (ret < 0)
        return ret;
    dev = calloc(1, sizeof(*dev));
    if (dev == NULL) {
        map_file_free(&kept);
        return err_set(err, -ENOMEM, "out of memory");
    }
    dev->offline = true;
    dev->method = -1;
    device_set_line(dev, DEVICE_LINE_OFFLINE);
    ret = take_kept(dev, &kept, identity, err);
    if (ret == 0)
        ret = attach_to_nothing(dev, err);
    if (ret < 0)
        device_close(dev);
    else
        *out = dev;
    return ret;
}

bool device_is_offline(const struct device *dev)
{
    return dev->offline;
}

int device_fail_offline(struct err *err)
{
    return err_set(err, -ENODEV,
                   "not in the cache, and there is no device: the mount is "
                   "offline");
}

void device_keep(const struct device *dev, struct buf *out)
{
    const struct map_file_head head = {
        .dialect = device_dialect(dev),
        .banner = device_banner(dev),
        .port = device_port(dev),
    };

    map_file_write(out, &head, device_map(dev), device_identity(dev));
}
