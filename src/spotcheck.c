// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#include "spotcheck.h"

#include "base/log.h"
#include "monitor/device.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Noise may spoil an answer; the same wrong sum twice is no noise. */
#define TRIES 4

/* The cache has media that have no address begin at 0: the device's map knows
 * better. */
static uint64_t base_of(const struct device *dev, const char *medium,
                        uint64_t base)
{
    const struct map *map = device_map(dev);

    for (size_t i = 0; i < map->n_media; i++)
        if (strcmp(map->media[i].name, medium) == 0)
            return map->media[i].base;
    return base;
}

/* The first len bytes that one sum can cover; any part is enough. */
static uint32_t cut(const struct device *dev, uint64_t base, uint64_t offset,
                    uint32_t len)
{
    uint64_t border = device_border(dev, base);

    if (border == 0 || len <= border - offset % border)
        return len;
    return (uint32_t)(border - offset % border);
}

int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len)
{
    struct digest_value before = {.algorithm = NULL};
    uint64_t start = base_of(arg, medium, base);
    int ret = -EIO;

    len = cut(arg, start, offset, len);
    for (int i = 0; i < TRIES; i++) {
        struct digest_value expected;
        struct digest_value sum;
        ret = device_checksum(arg, start + offset, len, &sum, NULL, NULL);
        if (ret == -ENOTSUP)
            return 1;
        if (ret == -EINTR || ret == -ENODEV)
            return ret;
        if (ret < 0)
            continue;
        digest_of(sum.algorithm, bytes, len, &expected);
        if (digest_same(&sum, &expected))
            return 1;
        if (digest_same(&sum, &before)) {
            log_info("%s at 0x%" PRIx64 " is not what the cache has: another "
                     "device",
                     medium, base + offset); /* as people are shown it */
            return 0;
        }
        before = sum;
    }
    return ret < 0 ? ret : -EIO;
}
