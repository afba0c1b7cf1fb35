// SPDX-License-Identifier: BSD-2-Clause
// Removes the cache of a device, and nothing that fwfs did not make.

#ifndef STORE_FORGET_H
#define STORE_FORGET_H

#include "base/err.h"

#include <stdint.h>

/*
 * Removes cache id from root (as cache_config.root): the plain files that fwfs
 * makes, then the directory, durably. *freed: bytes on disk that this gave
 * back, also after an error. -EINVAL: no ID; -ENOENT: no such cache, or it has
 * no lock, so that it is none; -EBUSY: in use; -ENOTEMPTY: there is something
 * else in the directory, which stays, as is said in warnings.
 */
int forget_cache(const char *root, const char *id, uint64_t *freed,
                 struct err *err);

#endif
