// SPDX-License-Identifier: BSD-2-Clause
// Keeping a device in step: its prompt won back after noise or a reset.

#include "monitor/device_priv.h"

#include "monitor/attach.h"

#include <errno.h>
#include <string.h>

#define RECOVER_MS 8000U /* one try; the fetcher's time-out bounds them all */

void device_set_line(struct device *dev, enum device_line state)
{
    atomic_store(&dev->line_state, (int)state);
}

/* The device may have reset: wait for its banner and break in again. */
static int reattach(struct device *dev, struct err *err)
{
    struct dialect *one[] = {dev->dialect, NULL};
    const struct attach_config attach = {.dialects = one,
                                         .chosen = true,
                                         .quiet = true,
                                         .timeout_ms = RECOVER_MS};
    struct buf text = BUF_LIMITED(16384);
    int ret = attach_prompt(&dev->console, &attach, &text, err);

    buf_free(&text);
    return ret;
}

int device_get_in_step(struct device *dev, struct err *err)
{
    int ret;

    if (dev->in_step)
        return 0;
    ret = console_resync(&dev->console, deadline_in(1500));
    if (ret == -ETIMEDOUT)
        ret = reattach(dev, err);
    else if (ret < 0)
        (void)err_set(err, ret, "%s", strerror(-ret));
    dev->in_step = ret == 0;
    return ret;
}

/* Folds what a command came to into the state. */
int device_settle(struct device *dev, int ret)
{
    if (ret == 0 || (ret == -EINTR && !atomic_load(&dev->console.shutdown))) {
        device_set_line(dev, DEVICE_LINE_IDLE);
        return ret;
    }
    dev->in_step = false;
    device_set_line(dev,
                    ret == -ENODEV ? DEVICE_LINE_GONE : DEVICE_LINE_SILENT);
    return ret;
}
