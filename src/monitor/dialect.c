// SPDX-License-Identifier: BSD-2-Clause
// Finding, loading and freeing dialect files.

#include "monitor/dialect.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "monitor/dialect_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifndef FWFS_DIALECT_DIR
#define FWFS_DIALECT_DIR "/usr/share/fwfs/dialects"
#endif

/* No dialect needs more; a device or a disk image given by mistake would. */
#define FILE_MAX (256U << 10)

static int is_conf(const struct dirent *e)
{
    size_t len = strlen(e->d_name);

    return e->d_name[0] != '.' && len > 5 &&
           strcmp(e->d_name + len - 5, ".conf") == 0;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
    return (size_t)snprintf(out, PATH_MAX, "%s%s", folder, name) < PATH_MAX;
}

/*
 * $FWFS_DIALECTS, else for a program that stands in its build tree the source
 * folder, else the installed one.
 */
static void find_folder(char out[PATH_MAX])
{
    const char *env = getenv("FWFS_DIALECTS");
    char exe[PATH_MAX];
    ssize_t len;
    char *slash;

    if (env != NULL && env[0] != '\0') {
        (void)snprintf(out, PATH_MAX, "%s", env);
        return;
    }
    len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    exe[len > 0 ? len : 0] = '\0';
    for (slash = strrchr(exe, '/'); slash != NULL; slash = strrchr(exe, '/')) {
        *slash = '\0';
        if (join(out, exe, "/src/monitor") && is_folder(out) &&
            join(out, exe, "/src/dialects") && is_folder(out))
            return;
    }
    (void)snprintf(out, PATH_MAX, "%s", FWFS_DIALECT_DIR);
}

static int read_file(const char *path, struct buf *out, struct err *err)
{
    char chunk[4096];
    ssize_t n;
    CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    while ((n = read(fd, chunk, sizeof(chunk))) > 0)
        if (!buf_add(out, chunk, (size_t)n))
            return err_set(err, -EFBIG,
                           "%s: larger than %u KiB, not a dialect file", path,
                           FILE_MAX >> 10);
    if (n < 0)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    return out->len > 0 ? 0 : err_set(err, -EINVAL, "%s: an empty file", path);
}

/* "dir/mine.conf" is the dialect mine. */
static void name_from_path(struct dialect *d, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *start = slash != NULL ? slash + 1 : path;
    size_t len = strlen(start);

    if (len > 5 && strcmp(start + len - 5, ".conf") == 0)
        len -= 5;
    (void)text_escape(d->name, sizeof(d->name), start, len);
}

int dialect_check(const char *path, struct buf *notes, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(FILE_MAX);
    int ret = read_file(path, &text, err);

    return ret < 0 ? ret
                   : dialect_check_text(text.data, text.len, path, notes, err);
}

int dialect_load_file(struct dialect **out, const char *path, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(FILE_MAX);
    int ret = read_file(path, &text, err);

    if (ret == 0)
        ret = dialect_parse(out, text.data, text.len, path, err);
    if (ret == 0)
        name_from_path(*out, path);
    return ret;
}

static int compare(const void *a, const void *b)
{
    const struct dialect *x = *(struct dialect *const *)a;
    const struct dialect *y = *(struct dialect *const *)b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int load_names(struct dialect **list, const char *folder,
                      struct dirent **names, int n, struct err *err)
{
    char path[2 * PATH_MAX];
    int ret = 0;

    for (int i = 0; ret == 0 && i < n; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        ret = dialect_load_file(&list[i], path, err);
    }
    return ret;
}

int dialect_load_all(struct dialect ***out, struct err *err)
{
    char folder[PATH_MAX];
    struct dirent **names = NULL;
    struct dialect **list;
    int ret = 0;
    int n;

    find_folder(folder);
    n = scandir(folder, &names, is_conf, alphasort);
    if (n <= 0)
        return err_set(err, -ENOENT,
                       "no dialect files in %s; set FWFS_DIALECTS to the "
                       "folder that has them",
                       folder);
    list = calloc((size_t)n + 1, sizeof(struct dialect *));
    ret = list == NULL ? err_set(err, -ENOMEM, "out of memory")
                       : load_names(list, folder, names, n, err);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    if (ret < 0) {
        dialect_free_all(list);
        return ret;
    }
    qsort(list, (size_t)n, sizeof(struct dialect *), compare);
    *out = list;
    return 0;
}

static int unknown_name(const char *name, struct dialect **all, struct err *err)
{
    char names[256] = "";
    size_t len = 0;

    for (size_t i = 0; all[i] != NULL && len < sizeof(names); i++)
        len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
                                i > 0 ? ", " : "", all[i]->name);
    return err_set(err, -ENOENT,
                   "no dialect '%s'; there are %s; for a file of your own "
                   "write its path: ./%s.conf",
                   name, names, name);
}

int dialect_load(struct dialect **out, const char *name, struct err *err)
{
    size_t len = strlen(name);
    struct dialect **all;
    int ret;

    if (strchr(name, '/') != NULL ||
        (len > 5 && strcmp(name + len - 5, ".conf") == 0))
        return dialect_load_file(out, name, err);
    ret = dialect_load_all(&all, err);
    if (ret < 0)
        return ret;
    ret = -ENOENT;
    for (size_t i = 0; all[i] != NULL && ret < 0; i++) {
        if (strcmp(all[i]->name, name) != 0)
            continue;
        *out = all[i];
        ret = 0;
        /* Close the gap, so that free_all leaves this one alone. */
        for (size_t k = i; all[k] != NULL; k++)
            all[k] = all[k + 1];
    }
    if (ret < 0)
        (void)unknown_name(name, all, err);
    dialect_free_all(all);
    return ret;
}

void dialect_free_all(struct dialect **list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; list[i] != NULL; i++)
        dialect_free(list[i]);
    free(list);
}

int dialect_list(struct buf *out, struct err *err)
{
    struct dialect **all = NULL;
    int ret = dialect_load_all(&all, err);

    if (ret < 0)
        return ret;
    for (size_t i = 0; all[i] != NULL; i++)
        (void)buf_printf(out, "%-12s %s\n", all[i]->name, all[i]->description);
    dialect_free_all(all);
    return 0;
}
