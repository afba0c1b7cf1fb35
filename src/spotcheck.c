// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#include "spotcheck.h"

#include "base/log.h"
#include "monitor/device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SPOT_SIZE ((size_t)64)
#define TRIES     3

/* [address, address+len) is compared with bytes. */
struct spot {
    uint64_t address;
    const uint8_t *bytes;
    size_t len;
    size_t same; /* bytes that came and were as expected */
    bool differs;
};

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    struct spot *spot = arg;

    for (size_t i = 0; i < len; i++) {
        uint64_t at = address + i;
        if (at < spot->address || at - spot->address >= spot->len)
            continue;
        if (bytes[i] == spot->bytes[at - spot->address])
            spot->same++;
        else
            spot->differs = true;
    }
}

static bool never_stop(void *arg)
{
    (void)arg;
    return false;
}

static bool all_alike(const uint8_t *bytes, size_t len)
{
    return len < 2 || memcmp(bytes, bytes + 1, len - 1) == 0;
}

/* Where the bytes say something: blank flash is the same everywhere. */
static size_t choose(const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + SPOT_SIZE <= len; at += SPOT_SIZE) {
        if (!all_alike(bytes + at, SPOT_SIZE))
            return at;
    }
    return 0;
}

static int compare(struct device *dev, struct spot *spot)
{
    const struct device_sink sink = {
        .row = on_row, .stop = never_stop, .arg = spot};
    uint64_t len = (spot->len + DEVICE_ROW - 1) / DEVICE_ROW * DEVICE_ROW;

    spot->same = 0;
    spot->differs = false;
    return device_read(dev, spot->address, len, &sink, NULL);
}

int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len)
{
    size_t at = choose(bytes, len);
    struct spot spot = {
        .address = base + offset + at,
        .bytes = (const uint8_t *)bytes + at,
        .len = len - at < SPOT_SIZE ? len - at : SPOT_SIZE,
    };
    unsigned different = 0;
    int r = -EIO;

    for (unsigned i = 0; i < TRIES; i++) {
        r = compare(arg, &spot);
        if (r == -EINTR || r == -ENODEV)
            return r;
        if (!spot.differs && spot.same >= spot.len)
            return 1;
        /* Noise may spoil a row so that no check of it shows; not twice. */
        if (spot.differs && ++different == 2) {
            log_info("%s differs from the cache at 0x%" PRIx64, medium,
                     spot.address);
            return 0;
        }
    }
    return r < 0 ? r : -EIO;
}
