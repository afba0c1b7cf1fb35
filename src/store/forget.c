// SPDX-License-Identifier: BSD-2-Clause
// Removes the cache of a device, and nothing that fwfs did not make.

#include "store/forget.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "store/cache_priv.h"
#include "store/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMED_MAX 8U /* strange things that are named each */

/* A plain file of fwfs. */
static bool is_ours(const char *name, const struct stat *st)
{
    static const char *const names[] = {"lock", "identity", "identity.tmp"};
    char medium[MEDIUM_NAME_MAX + 1];

    if (!S_ISREG(st->st_mode))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return cache_is_copy(name, "device") || cache_is_of_medium(name, medium);
}

static int remove_file(const struct slot *s, const char *name,
                       const struct stat *st, uint64_t *freed, struct err *err)
{
    if (unlinkat(s->dir, name, 0) < 0)
        return err_set(err, -errno, "cannot remove %s/%s: %s", s->path, name,
                       strerror(errno));
    if (st->st_nlink == 1)
        *freed += (uint64_t)st->st_blocks * 512;
    return 0;
}

static void name_strange(const struct slot *s, const char *name, size_t n)
{
    char safe[NAME_MAX * 4 + 1];

    if (n > NAMED_MAX)
        return;
    (void)text_escape(safe, sizeof(safe), name, strlen(name));
    log_warn("%s/%s is not what fwfs makes; it stays", s->path, safe);
}

/* Removes name if it is ours, else counts and names it. */
static int remove_one(const struct slot *s, const char *name, uint64_t *freed,
                      size_t *strange, struct err *err)
{
    struct stat st;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0
                               : err_set(err, -errno, "cannot look into %s: %s",
                                         s->path, strerror(errno));
    if (is_ours(name, &st))
        return remove_file(s, name, &st, freed, err);
    name_strange(s, name, ++*strange);
    return 0;
}

/* The lock is the last to go. */
static int not_the_lock(const struct dirent *d)
{
    return strcmp(d->d_name, "lock") != 0;
}

static int remove_files(const struct slot *s, uint64_t *freed, size_t *strange,
                        struct err *err)
{
    struct dirent **names = NULL;
    int n = scandirat(s->dir, ".", &names, not_the_lock, alphasort);
    int rc = 0;

    if (n < 0)
        return err_set(err, -errno, "cannot list %s: %s", s->path,
                       strerror(errno));
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = remove_one(s, names[i]->d_name, freed, strange, err);
        free(names[i]);
    }
    free(names);
    return rc == 0 ? remove_one(s, "lock", freed, strange, err) : rc;
}

static int remove_all(const struct slot *s, int root, const char *id,
                      uint64_t *freed, struct err *err)
{
    size_t strange = 0;
    int rc = remove_files(s, freed, &strange, err);

    if (rc < 0)
        return rc;
    if (strange > 0)
        return err_set(err, -ENOTEMPTY,
                       "%s: the cache is removed, the directory is not: there "
                       "%s in it that fwfs did not make",
                       s->path, strange == 1 ? "is a thing" : "are things");
    if (unlinkat(root, id, AT_REMOVEDIR) < 0)
        return err_set(err, -errno, "cannot remove %s: %s", s->path,
                       strerror(errno));
    if (fsync(root) < 0)
        return err_set(err, -errno,
                       "%s is removed, but may be there again after a loss "
                       "of power: %s",
                       s->path, strerror(errno));
    return 0;
}

int forget_cache(const char *root, const char *id, uint64_t *freed,
                 struct err *err)
{
    char path[PATH_MAX];
    char full[PATH_MAX + NAME_MAX + 2];
    CLEANUP_CLOSE int dir = -1;
    struct slot s;
    int rc;

    *freed = 0;
    if (!cache_is_id(id))
        return err_set(err, -EINVAL, "'%s' is not the ID of a cache", id);
    dir = dir_open_root(root, false, path, err);
    if (dir == -ENOENT && path[0] != '\0')
        return err_set(err, dir, "there is no cache %s/%s", path, id);
    if (dir < 0)
        return dir;
    (void)snprintf(full, sizeof(full), "%s/%s", path, id);
    rc = slot_open_doomed(&s, dir, id, full, err);
    if (rc < 0)
        return rc;
    rc = remove_all(&s, dir, id, freed, err);
    slot_close(&s);
    return rc;
}
