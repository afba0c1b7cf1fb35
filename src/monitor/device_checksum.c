// SPDX-License-Identifier: BSD-2-Clause
// Checksums that the device computes itself.

#include "monitor/device_priv.h"

#include "base/num.h"
#include "monitor/template.h"

#include <errno.h>

#define CRC_BASE_MS 5000U

static int parse_sum(const struct dialect *d, const struct buf *answer,
                     uint32_t *crc)
{
    struct span sum;
    uint64_t value;

    if (d->unknown != NULL &&
        pattern_match(d->unknown, answer->data, answer->len, 0, NULL))
        return -ENOTSUP;
    if (!pattern_match(d->crc32.answer, answer->data, answer->len, 0, NULL))
        return -EBADMSG;
    sum = pattern_group(d->crc32.answer, "sum");
    if (sum.text == NULL || !num_digits(sum.text, sum.len, 16, &value) ||
        value > UINT32_MAX)
        return -EBADMSG;
    *crc = (uint32_t)value;
    return 0;
}

int device_crc32(struct device *dev, uint64_t address, uint64_t len,
                 uint32_t *crc, struct err *err)
{
    const struct template_values values = {address, len, len};
    CLEANUP_BUF struct buf answer = BUF_LIMITED(65536);
    char command[128];
    int ret;

    if (dev->offline)
        return device_fail_offline(err);
    if (dev->dialect->crc32.command == NULL)
        return -ENOTSUP;
    ret = template_fill(dev->dialect->crc32.command, &values, command,
                        sizeof(command), err);
    if (ret == 0)
        ret = device_get_in_step(dev, err);
    if (ret < 0)
        return ret;
    device_set_line(dev, DEVICE_LINE_BUSY);
    /* Flash without a cache in front may give as little as 1 MB/s. */
    ret = device_settle(dev, console_ask(&dev->console, command,
                                         CRC_BASE_MS + (unsigned)(len >> 10),
                                         &answer, err));
    return ret < 0 ? ret : parse_sum(dev->dialect, &answer, crc);
}
