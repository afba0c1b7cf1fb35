// SPDX-License-Identifier: BSD-2-Clause
// An image on this machine, and its map, opened to be compared.

#include "image_file.h"

#include "base/buf.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_TEXT_MAX ((size_t)64 << 20)

static int read_image(void *arg, void *out, uint64_t offset, size_t len)
{
    const struct image_file *f = arg;
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(f->fd, (char *)out + done, len - done,
                          (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* 0: it became shorter meanwhile */
            return n < 0 ? -errno : -EIO;
        done += (size_t)n;
    }
    return 0;
}

static int open_image(struct image_file *f, const char *path, struct err *err)
{
    struct stat st;
    off_t size;

    /* Not to wait for the other end of a pipe. */
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0 || fstat(f->fd, &st) < 0)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return err_set(err, -EINVAL, "%s: this is no file with an image", path);
    size = lseek(f->fd, 0, SEEK_END);
    if (size < 0)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    f->image.size = (uint64_t)size;
    return 0;
}

static int read_map(struct image_file *f, const char *path, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(MAP_TEXT_MAX);
    FILE *in = fopen(path, "re");
    char part[4096];
    size_t n;
    int code;
    int r;

    if (in == NULL)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    while (!text.failed && (n = fread(part, 1, sizeof(part), in)) > 0)
        (void)buf_add(&text, part, n);
    code = ferror(in) ? errno : 0;
    (void)fclose(in);
    if (code != 0)
        return err_set(err, -code, "%s: %s", path, strerror(code));
    if (text.failed)
        return err_set(err, -EFBIG, "%s: this is too long for a map", path);
    r = mapfile_read(&f->map, text.data, text.len, err);
    if (r != 0)
        err_prefix(err, "%s", path);
    return r;
}

int image_file_open(struct image_file *f, const char *path,
                    const char *map_path, struct err *err)
{
    int r;

    *f = (struct image_file){.fd = -1};
    (void)text_escape(f->name, sizeof(f->name), path, strlen(path));
    f->image.read = read_image;
    f->image.arg = f;
    f->image.name = f->name;
    r = open_image(f, path, err);
    if (r != 0 || map_path == NULL)
        return r;
    (void)text_escape(f->map_name, sizeof(f->map_name), map_path,
                      strlen(map_path));
    f->image.map = &f->map;
    f->image.map_name = f->map_name;
    return read_map(f, map_path, err);
}

void image_file_close(struct image_file *f)
{
    if (f->fd >= 0)
        (void)close(f->fd);
    f->fd = -1;
    mapfile_free(&f->map);
}
