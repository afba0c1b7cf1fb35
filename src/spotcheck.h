// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#ifndef SPOTCHECK_H
#define SPOTCHECK_H

#include <stdint.h>

/* A cache_probe_fn (store/cache.h); arg is the struct device. Reads 64 bytes
 * of the range, where they are not all alike, and again if they differ. */
int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len);

#endif
