// SPDX-License-Identifier: BSD-2-Clause
// Which files of a mount a command is about.

#include "mounted.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "madefile.h"
#include "suggest.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

void mounted_free(struct mounted *m)
{
    for (size_t i = 0; i < m->n_files; i++)
        free(m->files[i].name);
    free(m->files);
    free(m->dir);
    free(m->meant);
    *m = (struct mounted){0};
}

static int out_of_memory(struct err *err)
{
    return err_set(err, -ENOMEM, "out of memory");
}

/* The value of a file's attribute user.fwfs.NAME, NUL-terminated; false: it
 * has none that fits. */
static bool attribute(const char *path, const char *name, char *out,
                      size_t size)
{
    char full[64];
    ssize_t n;

    (void)snprintf(full, sizeof(full), "user.fwfs.%s", name);
    n = getxattr(path, full, out, size - 1);
    if (n < 0)
        return false;
    out[n] = '\0';
    return strlen(out) == (size_t)n;
}

/* -ENODATA: this is no file of the device. */
static int look_at(const char *path, struct mounted_file *f)
{
    char text[32];
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENODATA;
    f->size = (uint64_t)st.st_size;
    if (!attribute(path, "address", text, sizeof(text)) ||
        !num_digits(text, strlen(text), 16, &f->address) ||
        !attribute(path, "medium", f->medium, sizeof(f->medium)))
        return -ENODATA;
    return 0;
}

/* Adds a file that is there; -ENODATA and so on as look_at. */
static int add_file(struct mounted *m, const char *name, struct err *err)
{
    CLEANUP_BUF struct buf path = {0};
    struct mounted_file f = {0};
    struct mounted_file *grown;
    int r;

    if (!buf_printf(&path, "%s/%s", m->dir, name))
        return out_of_memory(err);
    r = look_at(path.data, &f);
    if (r != 0)
        return r;
    grown = realloc(m->files, (m->n_files + 1) * sizeof(*grown));
    if (grown == NULL)
        return out_of_memory(err);
    m->files = grown;
    f.name = strdup(name);
    if (f.name == NULL)
        return out_of_memory(err);
    m->files[m->n_files++] = f;
    return 0;
}

/* The name in the mount of a file that was given as a path; the caller's.
 * NULL with *code -ENOENT and so on; -EXDEV: not in this mount. */
static char *name_of_path(const struct mounted *m, const char *path, int *code)
{
    CLEANUP_FREE char *real = realpath(path, NULL);
    CLEANUP_FREE char *dir = real != NULL ? realpath(m->dir, NULL) : NULL;
    char *slash;
    char *name;

    *code = -errno;
    if (real == NULL || dir == NULL)
        return NULL;
    *code = -EXDEV;
    slash = strrchr(real, '/');
    *slash = '\0';
    if (strcmp(real, dir) != 0)
        return NULL;
    *code = -ENOMEM;
    name = strdup(slash + 1);
    return name;
}

static int not_there(const struct mounted *m, const char *name, struct err *err)
{
    struct suggestion s = {.typed = name};
    DIR *d = opendir(m->dir);
    const struct dirent *e;
    int r;

    while (d != NULL && (e = readdir(d)) != NULL)
        suggest_offer(&s, e->d_name);
    if (s.best != NULL)
        r = err_set(err, -ENOENT,
                    "%s: there is no such file in %s; did you mean %s?", name,
                    m->dir, s.best);
    else
        r = err_set(err, -ENOENT, "%s: there is no such file in %s", name,
                    m->dir);
    if (d != NULL)
        (void)closedir(d);
    return r;
}

static int add_named(struct mounted *m, const char *given, struct err *err)
{
    CLEANUP_FREE char *name = NULL;
    int r = -ENOENT;

    if (strchr(given, '/') == NULL)
        r = add_file(m, given, err);
    if (r == -ENOENT) {
        name = name_of_path(m, given, &r);
        if (name != NULL)
            r = add_file(m, name, err);
    }
    if (r == -ENOENT || r == -ENOTDIR)
        return not_there(m, given, err);
    if (r == -ENODATA || r == -EXDEV)
        return err_set(err, r, "%s: this is no file of the device in %s", given,
                       m->dir);
    if (r != 0 && r != -ENOMEM)
        return err_set(err, r, "%s: %s", given, strerror(-r));
    return r;
}

static int add_all(struct mounted *m, struct err *err)
{
    DIR *d = opendir(m->dir);
    const struct dirent *e;
    int r = 0;

    if (d == NULL)
        return madefile_failed(m->dir, errno, err);
    while (r == 0 && (e = readdir(d)) != NULL) {
        if (e->d_name[0] != '.')
            r = add_file(m, e->d_name, err);
        if (r == -ENODATA || r == -ENOENT)
            r = 0;
    }
    (void)closedir(d);
    if (r != 0 && r != -ENOMEM)
        return madefile_failed(m->dir, -r, err);
    if (r == 0 && m->n_files == 0)
        return err_set(err, -ENOENT, "%s: no file of a device is in there",
                       m->dir);
    return r;
}

/* Whether all of a lies in b. */
static bool within(const struct mounted_file *a, const struct mounted_file *b)
{
    return strcmp(a->medium, b->medium) == 0 && a->address >= b->address &&
           a->size <= b->size && a->address - b->address <= b->size - a->size;
}

void mounted_mark_covered(struct mounted_file *files, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        files[i].covered = false;
        for (size_t j = 0; j < n && !files[i].covered; j++)
            files[i].covered = i != j && within(&files[i], &files[j]) &&
                               (j < i || !within(&files[j], &files[i]));
    }
}

/* where is dir/file. */
static int split(struct mounted *m, const char *where, struct err *err)
{
    const char *slash = strrchr(where, '/');

    m->dir = slash == NULL
                 ? strdup(".")
                 : strndup(where, (size_t)(slash - where) + (slash == where));
    m->meant = strdup(slash == NULL ? where : slash + 1);
    return m->dir != NULL && m->meant != NULL ? 0 : out_of_memory(err);
}

/* Sets dir, and meant where a file was. */
static int find_mount(struct mounted *m, const char *where, struct err *err)
{
    CLEANUP_BUF struct buf status = BUF_LIMITED(MADEFILE_MAX);
    CLEANUP_FREE char *real = realpath(where, NULL);
    int code = real != NULL ? 0 : errno;
    struct stat st;
    int r;

    /* What is not there was meant to be a file of the mount, perhaps. */
    if (code == ENOENT ||
        (real != NULL && stat(real, &st) == 0 && S_ISREG(st.st_mode))) {
        r = split(m, real != NULL ? real : where, err);
        if (r == 0)
            r = madefile_read(m->dir, "status", &status, err);
        return r == -ENOENT ? madefile_failed(where, ENOENT, err) : r;
    }
    m->dir = strdup(where);
    if (m->dir == NULL)
        return out_of_memory(err);
    return madefile_read(m->dir, "status", &status, err);
}

int mounted_find(struct mounted *m, const char *where, const char *const *names,
                 size_t n, struct err *err)
{
    int r;

    *m = (struct mounted){0};
    r = find_mount(m, where, err);
    if (r == 0 && m->meant != NULL)
        r = add_named(m, m->meant, err);
    for (size_t i = 0; i < n && r == 0; i++)
        r = add_named(m, names[i], err);
    if (r == 0 && m->n_files == 0) {
        r = add_all(m, err);
        mounted_mark_covered(m->files, m->n_files);
    }
    return r;
}
