// SPDX-License-Identifier: BSD-2-Clause
// Checksums that the device computes itself.

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/template.h"

#include <errno.h>

#define SUM_BASE_MS 1500U

static int parse_sum(struct device *dev, const struct checksum *c,
                     const struct buf *answer, struct digest_value *sum)
{
    const struct dialect *d = dev->dialect;
    struct span text;

    if (answer->len > 0 &&
        pattern_match(c->answer, answer->data, answer->len, 0, NULL)) {
        text = pattern_group(c->answer, "sum");
        if (text.text != NULL &&
            digest_parse(c->algorithm, text.text, text.len, sum))
            return 0;
    }
    if (answer->len > 0 && d->unknown != NULL &&
        pattern_match(d->unknown, answer->data, answer->len, 0, NULL))
        return -ENOTSUP;
    return -EBADMSG;
}

static int ask_sum(struct device *dev, const struct checksum *c,
                   uint64_t address, uint64_t len, struct digest_value *sum,
                   struct err *err)
{
    const struct template_values values = {
        .address = address, .length = len, .count = len};
    CLEANUP_BUF struct buf answer = BUF_LIMITED(65536);
    char command[128];
    int ret = template_fill(c->command, &values, command, sizeof(command), err);

    if (ret == 0)
        ret = device_get_in_step(dev, err);
    if (ret < 0)
        return device_settle(dev, ret);
    device_set_line(dev, DEVICE_LINE_BUSY);
    /* Flash without a cache in front may give as little as 1 MB/s. */
    ret = device_settle(dev, console_ask(&dev->console, command, c->answer,
                                         SUM_BASE_MS + (unsigned)(len >> 10),
                                         &answer, err));
    if (ret == 0)
        ret = parse_sum(dev, c, &answer, sum);
    return ret == -EBADMSG
               ? err_set(err, ret, "'%s': no checksum in the answer", command)
               : ret;
}

const struct digest *device_checksum_algorithm(const struct device *dev)
{
    const struct dialect *d = dev->dialect;

    return dev->checksum < d->n_checksums
               ? d->checksums[dev->checksum].algorithm
               : NULL;
}

const struct image_footer *device_footers(const struct device *dev, size_t *n)
{
    *n = dev->dialect->n_footers;
    return dev->dialect->footers;
}

int device_checksum(struct device *dev, uint64_t address, uint64_t len,
                    struct digest_value *sum, const struct device_sink *sink,
                    struct err *err)
{
    const struct dialect *d = dev->dialect;
    int ret = -ENOTSUP;

    if (dev->offline)
        return device_fail_offline(err);
    device_attend(dev, sink);
    while (ret == -ENOTSUP && dev->checksum < d->n_checksums) {
        ret = ask_sum(dev, &d->checksums[dev->checksum], address, len, sum,
                      err);
        if (ret == -ENOTSUP) {
            log_info("the boot loader has no %s command",
                     digest_name(d->checksums[dev->checksum].algorithm));
            dev->checksum++;
        }
    }
    device_attend(dev, NULL);
    return ret;
}
