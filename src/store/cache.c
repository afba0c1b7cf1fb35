// SPDX-License-Identifier: BSD-2-Clause
// A directory per device that keeps what was read over restarts.

#include "store/cache_priv.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "store/dir.h"
#include "store/probe.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define SLOTS_MAX 99U /* devices that tell the same of themselves */

int cache_default_root(char *out, size_t size, struct err *err)
{
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int len;

    /* A relative path is to be ignored, says the XDG specification. */
    if (geteuid() == 0)
        len = snprintf(out, size, "/var/cache/fwfs");
    else if (xdg != NULL && xdg[0] == '/')
        len = snprintf(out, size, "%s/fwfs", xdg);
    else if (home != NULL && home[0] == '/')
        len = snprintf(out, size, "%s/.cache/fwfs", home);
    else
        return err_set(err, -ENOENT,
                       "no place for the cache: neither XDG_CACHE_HOME nor "
                       "HOME is an absolute path");
    if ((size_t)len >= size)
        return err_set(err, -ENAMETOOLONG, "the path of the cache is too long");
    return 0;
}

int cache_check_media(const struct cache_medium *media, size_t count,
                      struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!cache_is_name(media[i].name))
            return err_set(err, -EINVAL, "'%s' cannot name a medium",
                           media[i].name);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(media[i].name, media[j].name) == 0)
                return err_set(err, -EINVAL, "two media are named %s",
                               media[i].name);
        }
    }
    return 0;
}

static int check_config(const struct cache_config *config, struct err *err)
{
    size_t len = strlen(config->identity);

    if (!cache_is_name(config->stem))
        return err_set(err, -EINVAL, "'%s' cannot name a cache", config->stem);
    if (len == 0 || len > UINT16_MAX)
        return err_set(err, -EINVAL,
                       "an identity of %zu bytes cannot tell devices apart",
                       len);
    return cache_check_media(config->media, config->media_count, err);
}

int cache_open_blocks(struct cache *c, const struct cache_medium *media,
                      size_t count, struct blocks_spec *spec, struct err *err)
{
    int rc = 0;

    spec->dir = c->slot.dir;
    spec->path = c->slot.path;
    c->media = calloc(count + 1, sizeof(struct blocks *));
    if (c->media == NULL)
        return err_set(err, -ENOMEM, "no memory for the cache");
    c->count = count;
    for (size_t i = 0; i < count && rc == 0; i++) {
        spec->name = media[i].name;
        spec->key.base = media[i].base;
        spec->key.size = media[i].size;
        rc = blocks_open(&c->media[i], spec, err);
    }
    return rc;
}

static int open_media(struct cache *c, const struct cache_config *config,
                      struct err *err)
{
    struct blocks_spec spec = {
        .key.identity = state_identity(config->identity),
    };

    return cache_open_blocks(c, config->media, config->media_count, &spec, err);
}

static int begin_media(struct cache *c, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < c->count && rc == 0; i++)
        rc = blocks_begin(c->media[i], err);
    return rc;
}

void cache_close_blocks(struct cache *c)
{
    for (size_t i = 0; i < c->count; i++)
        blocks_close(c->media[i]);
    free(c->media);
    c->media = NULL;
    c->count = 0;
}

void cache_release(struct cache *c)
{
    cache_close_blocks(c);
    slot_close(&c->slot);
}

static int compare(struct cache *c, const struct cache_config *config,
                   enum probe_verdict *verdict, struct err *err)
{
    int rc = open_media(c, config, err);

    if (rc < 0)
        return rc;
    rc = probe_media(c->media, config, verdict);
    if (rc < 0)
        return err_set(err, rc,
                       "cannot compare the device with its cache %s: %s; try "
                       "again, or use another cache directory",
                       c->slot.path, strerror(-rc));
    return 0;
}

/* Durably, before a block is put: the same samples may be right the next time.
 */
static int doubt(struct cache *c, enum probe_verdict why, struct err *err)
{
    log_warn("%s: what is cached is compared with it before it is given",
             why == PROBE_MUTE
                 ? "the device gives no checksum that tells of what is cached"
                 : "the flash of this device is not what it was when it was "
                   "cached");
    for (size_t i = 0; i < c->count; i++)
        blocks_doubt(c->media[i]);
    c->changed = true;
    return cache_sync(c, err);
}

/* 1: the directory c->id is this device's, and ready; 0: another's. */
static int try_slot(struct cache *c, const struct cache_config *config,
                    int root, const char *root_path, struct err *err)
{
    enum probe_verdict verdict = PROBE_UNSURE;
    bool ours = false;
    bool busy;
    int rc = slot_open(&c->slot, root, root_path, c->id, config->identity,
                       &ours, err);

    if (rc < 0)
        return rc;
    busy = c->slot.lock < 0;
    if (ours && busy && config->probe == NULL)
        return slot_busy(&c->slot, err);
    if (ours)
        rc = compare(c, config, &verdict, err);
    if (verdict == PROBE_CHANGED && !config->unique)
        verdict = PROBE_DIFFERS;
    if (!ours || verdict == PROBE_DIFFERS) {
        log_info("%s is the cache of another device", c->slot.path);
        cache_release(c);
        return 0;
    }
    if (busy && rc != -EINTR)
        rc = slot_busy(&c->slot, err);
    if (rc == 0)
        rc = begin_media(c, err);
    if (rc == 0 && (verdict == PROBE_CHANGED || verdict == PROBE_MUTE))
        rc = doubt(c, verdict, err);
    return rc < 0 ? rc : 1;
}

static int open_slots(struct cache *c, const struct cache_config *config,
                      int root, const char *root_path, struct err *err)
{
    unsigned sum = (unsigned)crc32(0, (const Bytef *)config->identity,
                                   (uInt)strlen(config->identity));
    int rc = 0;

    for (unsigned i = 1; i <= SLOTS_MAX && rc == 0; i++) {
        (void)snprintf(c->id, sizeof(c->id), i == 1 ? "%s-%08x" : "%s-%08x-%u",
                       config->stem, sum, i);
        rc = try_slot(c, config, root, root_path, err);
    }
    if (rc == 0)
        return err_set(err, -EEXIST,
                       "%s has the caches of %u devices that cannot be told "
                       "apart; remove some",
                       root_path, SLOTS_MAX);
    return rc < 0 ? rc : 0;
}

static int open_on_disk(struct cache *c, const struct cache_config *config,
                        struct err *err)
{
    char path[PATH_MAX];
    CLEANUP_CLOSE int root = dir_open_root(config->root, true, path, err);

    return root < 0 ? root : open_slots(c, config, root, path, err);
}

static int open_in_memory(struct cache *c, const struct cache_config *config,
                          struct err *err)
{
    (void)snprintf(c->id, sizeof(c->id), "memory");
    return open_media(c, config, err);
}

int cache_open(struct cache **out, const struct cache_config *config,
               struct err *err)
{
    struct cache *c;
    int rc = check_config(config, err);

    if (rc < 0)
        return rc;
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return err_set(err, -ENOMEM, "no memory for the cache");
    c->slot = SLOT_NONE;
    rc = config->memory_only ? open_in_memory(c, config, err)
                             : open_on_disk(c, config, err);
    if (rc < 0) {
        cache_release(c);
        free(c);
        return rc;
    }
    *out = c;
    return 0;
}

struct blocks *cache_blocks(const struct cache *c, size_t index)
{
    assert(index < c->count);
    return c->media[index];
}

const char *cache_id(const struct cache *c)
{
    return c->id;
}

const char *cache_path(const struct cache *c)
{
    return c->slot.path != NULL ? c->slot.path : "";
}

bool cache_changed(const struct cache *c)
{
    return c->changed;
}

int cache_sync(struct cache *c, struct err *err)
{
    int first = 0;

    for (size_t i = 0; i < c->count; i++) {
        int rc = blocks_sync(c->media[i], first == 0 ? err : NULL);

        if (first == 0)
            first = rc;
    }
    return first;
}

void cache_close(struct cache *c)
{
    struct err err = {""};

    if (c == NULL)
        return;
    if (cache_sync(c, &err) < 0)
        log_warn("%s", err.text);
    else
        for (size_t i = 0; i < c->count; i++)
            blocks_end(c->media[i]);
    cache_release(c);
    free(c);
}
