// SPDX-License-Identifier: BSD-2-Clause
// All caches below a root: what each has, how large it is, who uses it.

#include "store/catalog.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "store/blocks_open.h"
#include "store/cache_priv.h"
#include "store/dir.h"
#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What a state file says above this is not looked into. */
#define MEDIUM_MAX ((uint64_t)1 << 44)

struct look {
    const char *path; /* of the root, for messages */
    size_t device_max;
    catalog_fn *each;
    void *arg;
};

static uint64_t confirmed_bytes(const struct blocks *b)
{
    uint64_t bytes[BLOCK_STATES];

    blocks_tally(b, 0, blocks_size(b), bytes);
    return bytes[BLOCK_CHECKSUM] + bytes[BLOCK_IMAGE] + bytes[BLOCK_REREAD];
}

/* The key of a state file that belongs to this cache. */
static bool read_key(int dir, const char *name, const char *identity,
                     struct state_key *key)
{
    CLEANUP_CLOSE int fd = file_open(dir, name, O_RDONLY);
    uint8_t header[STATE_HEADER_SIZE];
    size_t got;

    return fd >= 0 && file_read(fd, header, sizeof(header), 0, &got) == 0 &&
           state_header_decode(header, got, key) &&
           key->identity == state_identity(identity) && key->size > 0 &&
           key->size <= MEDIUM_MAX;
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t n = strlen(suffix);

    return len >= n && strcmp(name + len - n, suffix) == 0;
}

/* The medium may have grown since its state file was made. */
static void grow_as_data(int dir, const char *name, struct state_key *key)
{
    char data[NAME_MAX + 1];
    struct stat st;

    (void)snprintf(data, sizeof(data), "%.*sdata",
                   (int)(strlen(name) - strlen("state")), name);
    if (fstatat(dir, data, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        (uint64_t)st.st_size > key->size && (uint64_t)st.st_size <= MEDIUM_MAX)
        key->size = (uint64_t)st.st_size;
}

/* name: of a plain file, perhaps the state of a medium. */
static void count_medium(struct catalog_entry *e, int dir, const char *name)
{
    char medium[MEDIUM_NAME_MAX + 1];
    struct blocks_spec spec = {
        .dir = dir, .path = "", .name = medium, .read_only = true};
    struct blocks *b;

    if (e->identity == NULL || !ends_in(name, ".state") ||
        !cache_is_of_medium(name, medium) ||
        !read_key(dir, name, e->identity, &spec.key))
        return;
    grow_as_data(dir, name, &spec.key);
    if (blocks_open(&b, &spec, NULL) < 0)
        return;
    e->size += blocks_size(b);
    e->known += blocks_known(b, 0, blocks_size(b), NULL);
    e->confirmed += confirmed_bytes(b);
    blocks_close(b);
}

static void count_file(struct catalog_entry *e, int dir, const char *name)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(st.st_mode))
        return;
    e->disk += (uint64_t)st.st_blocks * 512;
    if ((strcmp(name, "lock") == 0 || ends_in(name, ".state")) &&
        st.st_mtime > e->used)
        e->used = st.st_mtime;
    count_medium(e, dir, name);
}

static void free_names(struct dirent **names, int n)
{
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

static void count_files(struct catalog_entry *e, int dir)
{
    struct dirent **names = NULL;
    int n = scandirat(dir, ".", &names, NULL, NULL);

    for (int i = 0; i < n; i++)
        count_file(e, dir, names[i]->d_name);
    free_names(names, n);
}

static bool has(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void look_into(const struct look *l, int dir, const char *id)
{
    CLEANUP_BUF struct buf identity = {0};
    CLEANUP_BUF struct buf device = {0};
    struct catalog_entry e = {.id = id, .device = &device};

    if (!has(dir, "lock") && !has(dir, "identity"))
        return;
    if (file_slurp(dir, "identity", UINT16_MAX, &identity) == 0 &&
        identity.len > 0 && strlen(identity.data) == identity.len)
        e.identity = identity.data;
    if (file_slurp(dir, "device", l->device_max, &device) < 0)
        buf_clear(&device);
    count_files(&e, dir);
    e.busy = slot_is_busy(dir, &e.holder);
    l->each(l->arg, &e);
}

/* One thing in the root. */
static void look_at(const struct look *l, int root, const char *id)
{
    CLEANUP_CLOSE int dir = -1;
    char safe[NAME_MAX * 4 + 1];
    char full[PATH_MAX + sizeof(safe) + 1];
    struct err err = {""};
    struct stat st;

    if (fstatat(root, id, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        (!S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode)))
        return;
    (void)text_escape(safe, sizeof(safe), id, strlen(id));
    (void)snprintf(full, sizeof(full), "%s/%s", l->path, safe);
    dir = dir_open(root, id, false, full, &err);
    if (dir >= 0)
        look_into(l, dir, id);
    else
        log_warn("left out: %s", err.text);
}

static int is_id(const struct dirent *d)
{
    return cache_is_id(d->d_name);
}

int catalog_list(const char *root, size_t device_max, char path[PATH_MAX],
                 catalog_fn *each, void *arg, struct err *err)
{
    const struct look l = {path, device_max, each, arg};
    CLEANUP_CLOSE int dir = dir_open_root(root, false, path, err);
    struct dirent **names = NULL;
    int n;

    if (dir == -ENOENT && path[0] != '\0')
        return 0;
    if (dir < 0)
        return dir;
    n = scandirat(dir, ".", &names, is_id, alphasort);
    if (n < 0)
        return err_set(err, -errno, "cannot list %s: %s", path,
                       strerror(errno));
    for (int i = 0; i < n; i++)
        look_at(&l, dir, names[i]->d_name);
    free_names(names, n);
    return 0;
}
