// SPDX-License-Identifier: BSD-2-Clause
// A mount without a device: what is kept of it, and opening it from that.

#include "offline.h"

#include "base/buf.h"
#include "base/log.h"
#include "monitor/map_file.h"

#include <errno.h>

static const char file_name[] = "device";

void offline_media(const struct map *map,
                   struct cache_medium media[MAP_MEDIA_MAX])
{
    /* The base of a window that no bus has depends on what else the map has:
     * to the cache, such a medium begins at 0. */
    for (size_t i = 0; i < map->n_media; i++)
        media[i] = (struct cache_medium){.name = map->media[i].name,
                                         .base = map_shown(&map->media[i], 0),
                                         .size = map->media[i].size};
}

void offline_keep(const struct device *device, struct cache *cache)
{
    CLEANUP_BUF struct buf text = {0};
    struct err err = {"out of memory"};

    device_keep(device, &text);
    if (text.failed ||
        cache_keep(cache, file_name, text.data, text.len, &err) < 0)
        log_warn("there will be no --offline of this: %s", err.text);
}

static int read_text(const struct cache *cache, struct buf *text,
                     struct err *err)
{
    int r = cache_read_kept(cache, file_name, MAP_FILE_MAX, text, err);

    if (r == -ENOENT)
        return err_set(err, r,
                       "%s has no map of its device, as an older fwfs made "
                       "it; mount it once with the device",
                       cache_path(cache));
    return r;
}

static int open_device(struct device **device, const struct cache *cache,
                       const char *identity, struct err *err)
{
    CLEANUP_BUF struct buf text = {0};
    struct err why = {""};
    int r = read_text(cache, &text, err);

    if (r < 0)
        return r;
    if (text.len > 0)
        r = device_open_offline(device, text.data, text.len, identity, &why);
    else
        r = err_set(&why, -EBADMSG, "empty");
    if (r < 0)
        return err_set(err, r,
                       "%s/%s is of no use: %s; mount it once with the "
                       "device, and it is written anew",
                       cache_path(cache), file_name, why.text);
    return 0;
}

int offline_open(struct device **device, struct cache **cache, const char *root,
                 const char *id, struct err *err)
{
    CLEANUP_BUF struct buf identity = {0};
    struct cache_medium media[MAP_MEDIA_MAX];
    int r;

    *device = NULL;
    *cache = NULL;
    r = cache_open_kept(cache, root, id, &identity, err);
    if (r == 0)
        r = open_device(device, *cache, identity.data, err);
    if (r == 0) {
        offline_media(device_map(*device), media);
        r = cache_open_media(*cache, media, device_map(*device)->n_media,
                             identity.data, err);
    }
    if (r == 0)
        return 0;
    cache_close(*cache);
    device_close(*device);
    *cache = NULL;
    *device = NULL;
    return r;
}
