// SPDX-License-Identifier: BSD-2-Clause
// A cache opened as it is, without its device; texts kept beside the blocks.

#include "store/cache_priv.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "store/dir.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The last part of a path, for messages and the status. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

bool cache_is_id(const char *id)
{
    return id[0] != '\0' && id[0] != '.' && strchr(id, '/') == NULL &&
           strlen(id) <= NAME_MAX;
}

static int open_in_root(struct slot *s, const char *root, const char *id,
                        struct buf *identity, struct err *err)
{
    char path[PATH_MAX];
    char full[PATH_MAX + NAME_MAX + 2];
    CLEANUP_CLOSE int dir = -1;

    if (!cache_is_id(id))
        return err_set(err, -EINVAL, "'%s' is not the ID of a cache", id);
    dir = dir_open_root(root, false, path, err);
    if (dir < 0)
        return dir;
    (void)snprintf(full, sizeof(full), "%s/%s", path, id);
    return slot_open_kept(s, dir, id, full, identity, err);
}

int cache_open_kept(struct cache **out, const char *root, const char *id,
                    struct buf *identity, struct err *err)
{
    struct cache *c = calloc(1, sizeof(*c));
    int rc;

    if (c == NULL)
        return err_set(err, -ENOMEM, "no memory for the cache");
    c->slot = SLOT_NONE;
    (void)snprintf(c->id, sizeof(c->id), "%s", last_part(id));
    if (strchr(id, '/') != NULL)
        rc = slot_open_kept(&c->slot, AT_FDCWD, id, id, identity, err);
    else
        rc = open_in_root(&c->slot, root, id, identity, err);
    if (rc < 0)
        free(c);
    else
        *out = c;
    return rc;
}

static void warn_of_misfits(const struct cache *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct blocks *b = c->media[i];
        if (b->misfit != NULL)
            log_warn("what is cached of %s in %s does not fit (%s); nothing of "
                     "it is shown",
                     b->name, c->slot.path, b->misfit);
    }
}

int cache_open_media(struct cache *c, const struct cache_medium *media,
                     size_t count, const char *identity, struct err *err)
{
    struct blocks_spec spec = {
        .key.identity = state_identity(identity),
        .read_only = true,
    };
    int rc = cache_check_media(media, count, err);

    if (rc == 0)
        rc = cache_open_blocks(c, media, count, &spec, err);
    if (rc == 0)
        warn_of_misfits(c);
    else
        cache_close_blocks(c);
    return rc;
}

int cache_keep(struct cache *c, const char *name, const void *text, size_t len,
               struct err *err)
{
    int rc = c->slot.dir < 0 ? 0 : file_replace(c->slot.dir, name, text, len);

    if (rc < 0)
        return err_set(err, rc, "cannot keep %s/%s: %s", c->slot.path, name,
                       file_strerror(rc));
    return 0;
}

/* 1: the file has that text; 0: another; -ENOENT. */
static int has_text(int dir, const char *name, const void *text, size_t len)
{
    CLEANUP_BUF struct buf found = {0};
    int rc = file_slurp(dir, name, len, &found);

    if (rc < 0)
        return rc == -EFBIG ? 0 : rc;
    return found.len == len && (len == 0 || memcmp(found.data, text, len) == 0);
}

int cache_keep_aside(struct cache *c, const char *name, const void *text,
                     size_t len, struct err *err)
{
    char copy[64];
    int rc = 0;

    for (unsigned n = 2; rc == 0 && n <= CACHE_ASIDE_MAX; n++) {
        (void)snprintf(copy, sizeof(copy), "%s.%u", name, n);
        rc = c->slot.dir < 0 ? 1 : has_text(c->slot.dir, copy, text, len);
    }
    if (rc == -ENOENT)
        return cache_keep(c, copy, text, len, err);
    if (rc == 0)
        return err_set(err, -EEXIST,
                       "%s has %u copies of %s already; remove some",
                       c->slot.path, CACHE_ASIDE_MAX - 1, name);
    /* One that failed to make it durable may have left it there. */
    if (rc > 0 && c->slot.dir >= 0 && fsync(c->slot.dir) < 0)
        rc = -errno;
    return rc < 0 ? err_set(err, rc, "cannot keep %s/%s: %s", c->slot.path,
                            copy, file_strerror(rc))
                  : 0;
}

int cache_read_kept(const struct cache *c, const char *name, size_t max,
                    struct buf *out, struct err *err)
{
    int rc = file_slurp(c->slot.dir, name, max, out);

    if (rc < 0)
        return err_set(err, rc, "cannot read %s/%s: %s", c->slot.path, name,
                       file_strerror(rc));
    return 0;
}
