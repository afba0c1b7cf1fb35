// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#ifndef SPOTCHECK_H
#define SPOTCHECK_H

#include <stdint.h>

/*
 * A cache_probe_fn (store/cache.h); arg is the struct device. Compares the
 * device's own checksums of the range, so that a record that carries its own
 * CRC-32 is seen to have changed (base/proof.h): no payload is moved. Where
 * that takes many questions the front of the range has to do. A device that has
 * no checksum command cannot object: then the identity text decides alone.
 * Where the sums differ the front is read: if the device prints what the cache
 * has, and gives another sum of just that, its sums are not believed.
 */
int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len);

#endif
