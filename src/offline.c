// SPDX-License-Identifier: BSD-2-Clause
// A mount without a device: what is kept of it, and opening it from that.

#include "offline.h"

#include "base/buf.h"
#include "base/log.h"
#include "monitor/map_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

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

static bool has_medium(const struct map *map, const struct map_medium *old)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (strcmp(m->name, old->name) == 0 &&
            map_shown(m, 0) == map_shown(old, 0) && m->size >= old->size)
            return true;
    }
    return false;
}

static bool has_segment(const struct map *map, const struct map *before,
                        const struct map_segment *old)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        const struct map_segment *s = &map->segments[i];
        if (strcmp(s->name, old->name) == 0 && s->medium >= 0 &&
            strcmp(map->media[s->medium].name,
                   before->media[old->medium].name) == 0 &&
            s->offset == old->offset && s->size == old->size)
            return true;
    }
    return false;
}

/* The map has all that could be read by the one before. */
static bool has_all(const struct map *map, const struct map *before)
{
    for (size_t i = 0; i < before->n_media; i++)
        if (!has_medium(map, &before->media[i]))
            return false;
    for (size_t i = 0; i < before->n_segments; i++)
        if (before->segments[i].medium >= 0 &&
            !has_segment(map, before, &before->segments[i]))
            return false;
    return true;
}

/* What the device told, and the user with -s, may be less this time: without
 * the map of before, what was cached by it could not be read without the
 * device. */
static int keep_before(const struct device *device, struct cache *cache,
                       struct err *err)
{
    CLEANUP_BUF struct buf before = {0};
    struct map_file file;
    int r = cache_read_kept(cache, file_name, MAP_FILE_MAX, &before, err);
    bool all;

    if (r == -ENOENT || (r == 0 && before.len == 0))
        return 0;
    if (r < 0)
        return r;
    if (map_file_parse(&file, before.data, before.len, device_identity(device),
                       NULL) == 0) {
        all = has_all(device_map(device), &file.map);
        map_file_free(&file);
        if (all)
            return 0;
    }
    return cache_keep_aside(cache, file_name, before.data, before.len, err);
}

void offline_keep(const struct device *device, struct cache *cache)
{
    CLEANUP_BUF struct buf text = {0};
    struct err err = {"out of memory"};

    if (cache_path(cache)[0] == '\0')
        return; /* in memory only */
    device_keep(device, &text);
    if (text.failed || keep_before(device, cache, &err) < 0 ||
        cache_keep(cache, file_name, text.data, text.len, &err) < 0)
        log_warn("the map of this mount is not kept for --offline: %s",
                 err.text);
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
