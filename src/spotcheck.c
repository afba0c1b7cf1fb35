// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#include "spotcheck.h"

#include "base/log.h"
#include "monitor/device.h"

#include <errno.h>
#include <inttypes.h>

/* Noise may spoil an answer; the same wrong sum twice is no noise. */
#define TRIES 4

int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len)
{
    struct digest_value before = {.algorithm = NULL};
    int ret = -EIO;

    for (int i = 0; i < TRIES; i++) {
        struct digest_value expected;
        struct digest_value sum;
        ret = device_checksum(arg, base + offset, len, &sum, NULL, NULL);
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
                     medium, base + offset);
            return 0;
        }
        before = sum;
    }
    return ret < 0 ? ret : -EIO;
}
