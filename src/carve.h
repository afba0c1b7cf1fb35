// SPDX-License-Identifier: BSD-2-Clause
// Looks for images on the media of a device, and adds them to its map.

#ifndef CARVE_H
#define CARVE_H

#include "base/err.h"
#include "monitor/device.h"
#include "store/cache.h"

#include <stdint.h>

#define CARVE_ERASE_BLOCK 0x10000U /* where nobody knows better */

struct carve_config {
    struct device *device;
    struct cache *cache;  /* NULL: none; then nothing is known yet */
    uint64_t erase_block; /* bytes, a multiple of MAP_ALIGN; 0: as the map or
                             the dialect has it, but not less than the above */
    /* Shows a line while it works, "" when it is done; NULL: nobody. */
    void (*show)(void *arg, const char *line);
    void *show_arg;
};

/*
 * Looks at each erase-block boundary of each chip, or, where the map has no
 * chip, of the windows that the user named; adds what it recognises as
 * segments: squashfs@150000.img and the like, the offset in hex. Before a
 * fetcher is started. What cannot be read is passed over, with a warning.
 *
 * -ENODEV, -ETIMEDOUT, -EINTR: as device_read; -ESTALE: the device was reset or
 * exchanged, and another one answers; -ENOMEM.
 */
int carve(const struct carve_config *config, struct err *err);

#endif
