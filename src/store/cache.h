// SPDX-License-Identifier: BSD-2-Clause
// A directory per device that keeps what was read over restarts.

#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "base/err.h"
#include "store/blocks.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Layout, all of mode 0600 in directories of mode 0700:
 *
 *   ROOT/ID/lock         flock(2)ed while mounted
 *   ROOT/ID/identity     the text the device is told by; compared in full
 *   ROOT/ID/MEDIUM.data  sparse, byte n of the medium at offset n
 *   ROOT/ID/MEDIUM.state states and checksums; format in blocks.c
 *
 * ID is a readable stem and a checksum of the identity text; two devices
 * whose checksums collide get ID and ID-2.
 */
struct cache;

struct cache_config {
    const char *root;     /* NULL: cache_default_root() */
    const char *stem;     /* short word before the checksum, [a-z0-9-] */
    const char *identity; /* any text, not empty */
    bool memory_only;     /* nothing touches the disk, nothing is kept */
};

/* Says whether len bytes at offset of the named medium are still on the device
 * as given: 1 yes, 0 no, negative: it cannot tell. Called while opening. */
typedef int cache_probe_fn(void *arg, const char *medium, uint64_t base,
                           uint64_t offset, const void *bytes, uint32_t len);

/* $XDG_CACHE_HOME/fwfs, else ~/.cache/fwfs; root: /var/cache/fwfs. Written
 * to out. -ENOENT when there is no home. */
int cache_default_root(char *out, size_t size, struct err *err);

/*
 * Finds or makes the directory and locks it. -EBUSY (with the pid of the
 * holder) when another fwfs has it. The caller owns *out.
 */
int cache_open(struct cache **out, const struct cache_config *config,
               struct err *err);

/* Opens the blocks of one medium; the cache owns them and frees them in
 * cache_close. name: [a-z0-9-]+, unique; base: its address on the device.
 * A state file that does not fit (version, size, base, identity, damage) is
 * renamed to MEDIUM.state.old with a warning and everything starts absent. */
int cache_medium(struct cache *c, const char *name, uint64_t base,
                 uint64_t size, struct blocks **out, struct err *err);

const char *cache_id(const struct cache *c);  /* "memory" if memory_only */
const char *cache_path(const struct cache *c); /* "" if memory_only */

/* Syncs all media (for blocks_sync on each). */
int cache_sync(struct cache *c, struct err *err);

/* Syncs, unlocks, frees. NULL is allowed. */
void cache_close(struct cache *c);

#endif
