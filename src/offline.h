// SPDX-License-Identifier: BSD-2-Clause
// A mount without a device: what is kept of it, and opening it from that.

#ifndef OFFLINE_H
#define OFFLINE_H

#include "base/err.h"
#include "monitor/device.h"
#include "store/cache.h"

/* The media of a map as the cache wants them; names are lent from map. */
void offline_media(const struct map *map,
                   struct cache_medium media[MAP_MEDIA_MAX]);

/* Keeps the map of device in its cache, for offline_open. A warning says so
 * when that fails: the mount is as good without. */
void offline_keep(const struct device *device, struct cache *cache);

/*
 * Opens cache id (as cache_open_kept) and, from what is kept in it, the device
 * that is not there. On error *device and *cache are closed or NULL; else they
 * are the caller's.
 */
int offline_open(struct device **device, struct cache **cache, const char *root,
                 const char *id, struct err *err);

#endif
