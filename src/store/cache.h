// SPDX-License-Identifier: BSD-2-Clause
// A directory per device that keeps what was read over restarts.

#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "base/buf.h"
#include "base/err.h"
#include "store/blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Layout, all of mode 0600 in directories of mode 0700:
 *
 *   ROOT/ID/lock         flock(2)ed while open; the holder's pid
 *   ROOT/ID/identity     the text the device is told by; compared in full
 *   ROOT/ID/device       what was kept with cache_keep
 *   ROOT/ID/MEDIUM.data  sparse, byte n of the medium at offset n
 *   ROOT/ID/MEDIUM.state states and checksums; see state_format.c
 *   ROOT/ID/MEDIUM.counts of these states, while nobody has it open to write:
 *                        can be made anew; see counts.c
 *   ROOT/ID/MEDIUM.2.*   the same of a medium of that name, where the files
 *                        without a number do not fit; up to 99
 *   ROOT/ID/device.2     what `device` was, before a map of less took its
 * place; up to 99
 *
 * ID is a readable stem and a checksum of the identity text. Two devices for
 * which it is the same, because the checksums collide or because the devices
 * tell the same of themselves, get ID, ID-2, ID-3 ...
 */
struct cache;

struct cache_medium {
    const char *name; /* [a-z0-9-], 1 to 64 characters, unique */
    uint64_t base;    /* its address on the device */
    uint64_t size;    /* bytes, at least 1 */
};

/*
 * Says whether len bytes at offset of the named medium are still on the device
 * as given: 1 yes, 0 no, negative errno: it cannot tell. Comparing a part of
 * them is enough for a yes. CACHE_PROBE_READ: a part was read and is the same,
 * though the device's checksum of it is another. -EINTR and -ENODEV end
 * cache_open at once.
 */
#define CACHE_PROBE_READ 2
typedef int cache_probe_fn(void *arg, const char *medium, uint64_t base,
                           uint64_t offset, const void *bytes, uint32_t len);

/* All strings and the media are lent for the call of cache_open only. */
struct cache_config {
    const char *root;     /* NULL: cache_default_root() */
    const char *stem;     /* [a-z0-9-], 1 to 64 characters */
    const char *identity; /* any text of 1 to 65535 bytes */
    bool unique;          /* no other device has that identity */
    bool memory_only;     /* nothing touches the disk, nothing is kept */

    const struct cache_medium *media;
    size_t media_count;

    cache_probe_fn *probe; /* NULL: the identity text is proof enough */
    void *probe_arg;
};

/* $XDG_CACHE_HOME/fwfs, else ~/.cache/fwfs; root: /var/cache/fwfs. Written
 * to out. -ENOENT when there is no home. */
int cache_default_root(char *out, size_t size, struct err *err);

/*
 * Finds or makes the directory of this device, locks it and opens its media.
 * The caller owns *out.
 *
 * A directory is this device's when its identity file has the same text and
 * the probe does not object. The probe is called, by this thread, for up to 8
 * runs of known blocks (each at most 64 KiB) spread over what is known of each
 * medium, rather not for blank flash, which is the same everywhere:
 *
 *   one answer is 0            another device: nothing here is used or changed,
 *                              the next directory is tried, or a new one made
 *   one is 0, one is 1, and    this device, but its flash was written to: what
 *   the identity is unique     was confirmed is not any more; cache_changed
 *   one is 1, none is 0        this device
 *   nothing known, no probe    this device
 *   one is CACHE_PROBE_READ    this device, but nothing is confirmed any more;
 *   and none is 0, or all are  cache_changed
 *   -EIO and the identity is
 *   unique
 *   all are negative           fails with the first of them: neither a wrong
 *                              byte nor a second, empty cache beside a good one
 *
 * -EBUSY, with the pid of the holder, when another fwfs has the directory; but
 * with a probe that says that it is another device's, the search goes on: two
 * boards that tell the same of themselves can be mounted side by side. The
 * pid is the one of the process that called this: fork before, not after.
 *
 * A state file that does not fit (version, base, damage) is left alone, with
 * its data file and with a warning; all of that medium starts absent in others.
 * Of a medium that has another size now nothing is lost: its files only grow.
 */
int cache_open(struct cache **out, const struct cache_config *config,
               struct err *err);

/* Whether id can name a directory in the root of the caches: one part of a
 * path, without a dot in front. */
bool cache_is_id(const char *id);

/*
 * Opens a cache as it is, without its device: id in root (as
 * cache_config.root), or a path, when id has a slash. Its lock is taken
 * (-EBUSY as above), nothing else in it is made or changed, also not by the
 * calls below. -EINVAL: no ID; -ENOENT: no such cache. identity: its text is
 * appended. It has no media until cache_open_media. The caller owns *out.
 */
int cache_open_kept(struct cache **out, const char *root, const char *id,
                    struct buf *identity, struct err *err);

/* Gives a cache that cache_open_kept opened its media. A state file that does
 * not fit is left as it is, with a warning; all of its medium is absent. */
int cache_open_media(struct cache *c, const struct cache_medium *media,
                     size_t count, const char *identity, struct err *err);

/* Keeps text, which file name has now, durably as name.2 or the next number
 * that is free; nothing if memory_only, or where one of them has that text
 * already. -EEXIST: none of CACHE_ASIDE_MAX is free. */
#define CACHE_ASIDE_MAX 99U
int cache_keep_aside(struct cache *c, const char *name, const void *text,
                     size_t len, struct err *err);

/* Keeps text in the directory as file name, durably; nothing if memory_only. */
int cache_keep(struct cache *c, const char *name, const void *text, size_t len,
               struct err *err);

/* Appends what was kept to out. -ENOENT: nothing was; -EFBIG: more than max. */
int cache_read_kept(const struct cache *c, const char *name, size_t max,
                    struct buf *out, struct err *err);

/* The blocks of config.media[index], owned by the cache. */
struct blocks *cache_blocks(const struct cache *c, size_t index);

const char *cache_id(const struct cache *c);   /* "memory" if memory_only */
const char *cache_path(const struct cache *c); /* "" if memory_only */

/* The device is the same, but what it holds has changed since it was cached:
 * nothing known is confirmed, and none of it should be given before it is. */
bool cache_changed(const struct cache *c);

/* blocks_sync for each medium, for all of them even if one fails; the first
 * error counts. */
int cache_sync(struct cache *c, struct err *err);

/* Syncs, unlocks, frees; no thread may use the blocks any more. NULL is
 * allowed. */
void cache_close(struct cache *c);

#endif
