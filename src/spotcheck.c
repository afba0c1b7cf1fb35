// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#include "spotcheck.h"

#include "base/log.h"
#include "monitor/device.h"

#include <errno.h>
#include <inttypes.h>
#include <zlib.h>

/* Noise may spoil an answer; the same wrong sum twice is no noise. */
#define TRIES 4

int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len)
{
    uint32_t expected = (uint32_t)crc32_z(0, bytes, len);
    uint32_t before = expected;
    int ret = -EIO;

    for (int i = 0; i < TRIES; i++) {
        uint32_t sum = 0;
        ret = device_crc32(arg, base + offset, len, &sum, NULL);
        if (ret == -ENOTSUP)
            return 1;
        if (ret == -EINTR || ret == -ENODEV)
            return ret;
        if (ret == 0 && sum == expected)
            return 1;
        if (ret == 0 && sum == before) {
            log_info("%s at 0x%" PRIx64 " is not what the cache has: another "
                     "device",
                     medium, base + offset);
            return 0;
        }
        if (ret == 0)
            before = sum;
    }
    return ret < 0 ? ret : -EIO;
}
