// SPDX-License-Identifier: BSD-2-Clause
// Paths from the command line, made fit for a daemon.

#include "paths.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int copy_path(const char *folder, const char *path, char *out,
                     size_t size, struct err *err)
{
    int n = snprintf(out, size, "%s%s%s", folder, *folder != '\0' ? "/" : "",
                     path);

    if (n < 0 || (size_t)n >= size)
        return err_set(err, -ENAMETOOLONG, "%.200s...: the path is too long",
                       path);
    return 0;
}

int path_absolute(const char *path, char *out, size_t size, struct err *err)
{
    CLEANUP_FREE char *here = NULL;

    if (path[0] == '/')
        return copy_path("", path, out, size, err);
    here = getcwd(NULL, 0);
    if (here == NULL)
        return err_set(err, -errno, "the working directory is gone: %s",
                       strerror(errno));
    return copy_path(here, path, out, size, err);
}

int path_of_port(const char *port, char *out, size_t size, struct err *err)
{
    if (strchr(port, '/') == NULL && access(port, F_OK) != 0)
        return copy_path("", port, out, size, err);
    return path_absolute(port, out, size, err);
}

/* "/" at the end, and "." or ".." there, would hide what it is called. */
int path_of_cache(const char *cache, char *out, size_t size, struct err *err)
{
    CLEANUP_FREE char *real = NULL;
    const char *slash = strrchr(cache, '/');
    const char *last = slash != NULL ? slash + 1 : cache;
    size_t len;
    int r;

    if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        real = realpath(cache, NULL);
    if (slash == NULL && real == NULL)
        return copy_path("", cache, out, size, err);
    r = path_absolute(real != NULL ? real : cache, out, size, err);
    if (r < 0)
        return r;
    len = strlen(out);
    while (len > 1 && out[len - 1] == '/')
        out[--len] = '\0';
    return 0;
}

int path_of_mountpoint(const char *path, char *out, size_t size,
                       struct err *err)
{
    CLEANUP_FREE char *real = realpath(path, NULL);

    return path_absolute(real != NULL ? real : path, out, size, err);
}
