// SPDX-License-Identifier: BSD-2-Clause
// Opening and closing the files behind the blocks of a medium.

#include "store/blocks_open.h"

#include "base/log.h"
#include "store/counts.h"
#include "store/file.h"
#include "store/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_SIZE 128

static const char *file_name(char out[NAME_SIZE], const struct blocks *b,
                             const char *suffix)
{
    (void)snprintf(out, NAME_SIZE, "%s.%s", b->stem, suffix);
    return out;
}

static int fail(const struct blocks *b, struct err *err, int rc,
                const char *verb, const char *suffix)
{
    return err_set(err, rc, "cannot %s %s.%s: %s", verb, b->where, suffix,
                   strerror(-rc));
}

/* What file_open said. */
static int refuse(const struct blocks *b, struct err *err, int rc,
                  const char *suffix)
{
    return err_set(err, rc, "cannot open %s.%s: %s", b->where, suffix,
                   file_strerror(rc));
}

/* -ENOENT is no error: *fd is -1 then. */
static int open_existing(const struct blocks *b, const char *suffix, int flags,
                         int *fd, struct err *err)
{
    char name[NAME_SIZE];

    *fd = file_open(b->dir, file_name(name, b, suffix), flags);
    if (*fd >= 0)
        return 0;
    if (*fd == -ENOENT) {
        *fd = -1;
        return 0;
    }
    return refuse(b, err, *fd, suffix);
}

/* A table_read_fn, with the mutex held. */
static void read_states(void *arg, uint64_t n, struct table_entry *out,
                        size_t count)
{
    struct blocks *b = arg;
    size_t kept = b->kept - n < count ? (size_t)(b->kept - n) : count;
    int rc = 0;

    if (n < b->kept)
        rc = state_file_read(b->state, &b->key, n, out, kept);
    if (rc == 0 || b->read_failed)
        return;
    b->read_failed = true;
    log_warn("cannot read %s.state at 0x%llx: %s; such blocks are read again "
             "from the device",
             b->where, (unsigned long long)n * BLOCK_SIZE, strerror(-rc));
}

/* Takes over what the state file, which fits, has. */
static int survey(struct blocks *b, struct err *err)
{
    struct stat st = {.st_size = 0};
    uint64_t whole;
    int rc;

    if (b->data >= 0 && fstat(b->data, &st) < 0)
        return fail(b, err, -errno, "look at", "data");
    whole = (uint64_t)st.st_size / BLOCK_SIZE;
    if ((uint64_t)st.st_size < b->size)
        b->kept = whole < b->count ? whole : b->count;
    else if (counts_load(b->dir, b->stem, b->state, &b->key, b->count,
                         b->table))
        return 0;
    rc = state_file_survey(b->state, &b->key, b->kept, b->table);
    return rc < 0 ? fail(b, err, rc, "read", "state") : 0;
}

static void close_files(struct blocks *b)
{
    if (b->data >= 0)
        (void)close(b->data);
    if (b->state >= 0)
        (void)close(b->state);
    b->data = b->state = -1;
}

/* The files of copy n are looked at next. */
static int name_copy(struct blocks *b, const char *path, unsigned n,
                     struct err *err)
{
    free(b->stem);
    free(b->where);
    b->where = NULL;
    if (n == 1)
        b->stem = strdup(b->name);
    else if (asprintf(&b->stem, "%s.%u", b->name, n) < 0)
        b->stem = NULL;
    if (b->stem != NULL && asprintf(&b->where, "%s/%s", path, b->stem) >= 0)
        return 0;
    b->where = NULL;
    return err_set(err, -ENOMEM, "no memory for the blocks of %s", b->name);
}

/* 1: this copy is the medium's, or nobody's yet; 0: it does not fit. */
static int open_copy(struct blocks *b, int flags, struct err *err)
{
    const char *misfit = NULL;
    struct stat st;
    int rc = open_existing(b, "data", flags, &b->data, err);

    if (rc == 0)
        rc = open_existing(b, "state", flags, &b->state, err);
    b->fresh = b->state < 0;
    if (rc < 0 || b->fresh)
        return rc < 0 ? rc : 1;
    if (fstat(b->state, &st) < 0)
        return fail(b, err, -errno, "look at", "state");
    rc = state_file_inspect(b->state, &b->key, &misfit);
    if (rc < 0)
        return fail(b, err, rc, "read", "state");
    /* One that was made, and that no block was ever put into, can be taken. */
    b->fresh = misfit != NULL && st.st_size <= (off_t)STATE_HEADER_SIZE;
    if (misfit == NULL || b->fresh)
        return 1;
    b->misfit = misfit;
    return 0;
}

static int open_files(struct blocks *b, const char *path, int flags,
                      struct err *err)
{
    int rc = 0;

    for (unsigned n = 1; rc == 0 && n <= BLOCKS_COPIES_MAX; n++) {
        close_files(b);
        rc = name_copy(b, path, n, err);
        if (rc == 0)
            rc = open_copy(b, flags, err);
    }
    if (rc == 0)
        close_files(b); /* none is left: blocks_begin says so */
    if (rc <= 0 || b->fresh)
        return rc < 0 ? rc : 0;
    b->misfit = NULL;
    return survey(b, err);
}

static int open_memory(struct blocks *b, struct err *err)
{
    b->data = memfd_create(b->name, MFD_CLOEXEC);
    if (b->data >= 0 && ftruncate(b->data, (off_t)b->size) == 0)
        return 0;
    return err_set(err, -errno, "no memory to keep %s in: %s", b->name,
                   strerror(errno));
}

static struct blocks *blocks_new(const struct blocks_spec *spec)
{
    struct blocks *b = calloc(1, sizeof(*b));

    if (b == NULL)
        return NULL;
    (void)pthread_mutex_init(&b->mutex, NULL);
    b->key = spec->key;
    b->size = spec->key.size;
    b->count = (spec->key.size + BLOCK_SIZE - 1) / BLOCK_SIZE;
    b->kept = b->count;
    b->read_only = spec->read_only;
    b->dir = spec->dir;
    b->data = -1;
    b->state = -1;
    b->name = strdup(spec->name);
    b->where = strdup("");
    b->table = table_new(b->count, spec->dir < 0 ? NULL : read_states, b);
    if (b->name != NULL && b->where != NULL && b->table != NULL)
        return b;
    blocks_close(b);
    return NULL;
}

int blocks_open(struct blocks **out, const struct blocks_spec *spec,
                struct err *err)
{
    struct blocks *b;
    int rc;

    if (spec->key.size == 0 || spec->key.size > INT64_MAX - BLOCK_SIZE)
        return err_set(err, -EINVAL, "%s cannot have a size of %llu bytes",
                       spec->name, (unsigned long long)spec->key.size);
    b = blocks_new(spec);
    if (b == NULL)
        return err_set(err, -ENOMEM, "no memory for the blocks of %s",
                       spec->name);
    if (b->dir < 0)
        rc = open_memory(b, err);
    else
        rc = open_files(b, spec->path, b->read_only ? O_RDONLY : O_RDWR, err);
    if (rc < 0)
        blocks_close(b);
    else
        *out = b;
    return rc;
}

static int create(struct blocks *b, const char *suffix, int *fd,
                  struct err *err)
{
    char name[NAME_SIZE];

    if (*fd >= 0)
        return 0;
    *fd = file_open(b->dir, file_name(name, b, suffix), O_RDWR | O_CREAT);
    return *fd >= 0 ? 0 : refuse(b, err, *fd, suffix);
}

/* The files that were found stay as they are. */
static int tell_misfit(const struct blocks *b, struct err *err)
{
    if (b->misfit == NULL)
        return 0;
    if (!b->fresh)
        return err_set(err, -EEXIST,
                       "%u state files of %s do not fit (the last: %s): move "
                       "what is worth keeping away, `fwfs --forget` removes "
                       "all, or use another cache directory",
                       BLOCKS_COPIES_MAX, b->name, b->misfit);
    log_warn("what is cached of %s does not fit (%s); it is kept, and reading "
             "starts anew in %s.data",
             b->name, b->misfit, b->where);
    return 0;
}

static int begin_state(struct blocks *b, struct err *err)
{
    int rc = create(b, "state", &b->state, err);

    if (rc < 0)
        return rc;
    if (b->fresh)
        rc = state_file_init(b->state, &b->key);
    else if (fdatasync(b->state) < 0) /* one that was killed may not have */
        rc = -errno;
    b->fresh = b->fresh && rc < 0;
    return rc < 0 ? fail(b, err, rc, "write", "state") : 0;
}

/* Gives the data file the length of the medium at least. Blocks it had lost are
 * first made absent on disk too: once it is long enough they would look
 * present. */
static int begin_data(struct blocks *b, struct err *err)
{
    struct stat st;
    int rc = create(b, "data", &b->data, err);

    if (rc == 0 && b->kept < b->count) {
        rc = state_file_cut(b->state, b->kept);
        if (rc < 0)
            return fail(b, err, rc, "write", "state");
        b->kept = b->count;
    }
    if (rc < 0)
        return rc;
    if (fstat(b->data, &st) == 0 && (uint64_t)st.st_size >= b->size)
        return 0;
    if (ftruncate(b->data, (off_t)b->size) == 0)
        return 0;
    return err_set(err, -errno,
                   "cannot give %s.data the size of the medium, %llu bytes: "
                   "%s; keep the cache on another file system",
                   b->where, (unsigned long long)b->size, strerror(errno));
}

int blocks_begin(struct blocks *b, struct err *err)
{
    int rc;

    if (b->dir < 0)
        return 0;
    rc = tell_misfit(b, err);
    if (rc < 0)
        return rc;
    /* Durably, before anything is put: what it counts is about to change. */
    rc = counts_forget(b->dir, b->stem);
    if (rc < 0)
        return fail(b, err, rc, "remove", "counts");
    rc = begin_state(b, err);
    if (rc == 0)
        rc = begin_data(b, err);
    if (rc == 0 && fsync(b->dir) < 0)
        rc = fail(b, err, -errno, "make durable", "data");
    b->begun = rc == 0;
    return rc;
}

void blocks_end(struct blocks *b)
{
    if (b->begun && !b->lost)
        counts_keep(b->dir, b->stem, b->state, &b->key, b->count, b->table);
}

void blocks_close(struct blocks *b)
{
    if (b == NULL)
        return;
    close_files(b);
    table_free(b->table);
    free(b->where);
    free(b->stem);
    free(b->name);
    (void)pthread_mutex_destroy(&b->mutex);
    free(b);
}
