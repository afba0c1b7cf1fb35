// SPDX-License-Identifier: BSD-2-Clause
// Looks at one place of a medium: what starts there?

#ifndef CARVE_LOOK_H
#define CARVE_LOOK_H

#include "base/err.h"
#include "image/signature.h"
#include "monitor/device.h"
#include "store/cache.h"

struct carve_look {
    struct device *device;
    struct cache *cache; /* NULL: none */
    size_t medium;       /* index in the device's map */
};

/*
 * 0, and *out is what starts at offset, or nothing (kind NULL). A multiple of
 * MAP_ALIGN. Bytes that the cache has confirmed are taken from there, others
 * read: once where nothing is recognised, and until two readings agree where it
 * is, unless a checksum of its own proves it; where rows arrive damaged, always
 * twice. So noise may hide a file, but makes none up. Nothing is kept.
 *
 * -ENODATA: offline, and not in the cache. -EIO: its rows do not come, or
 * differ each time. Else as device_read, after a few tries.
 */
int carve_look_at(const struct carve_look *l, uint64_t offset,
                  struct signature *out, struct err *err);

#endif
