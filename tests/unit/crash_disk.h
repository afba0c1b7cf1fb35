// SPDX-License-Identifier: BSD-2-Clause
// From the file system in memory to a real directory, and compared with one.

#ifndef UNIT_CRASH_DISK_H
#define UNIT_CRASH_DISK_H

#include "crash_image.h"

#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* In memory where there is a place for it; made anew for each test. */
static char work[64];

static inline int make_work(void **state)
{
    (void)state;
    (void)snprintf(work, sizeof(work), "%s/fwfs-crash-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(work) == NULL ? -1 : 0;
}

static inline int remove_one(const char *path, const struct stat *st, int type,
                             struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int remove_tree(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int remove_work(void **state)
{
    (void)state;
    return remove_tree(work);
}

static inline int open_dir(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

/* With holes where a page is zero, as the store leaves them. */
static inline void write_file(const struct node *n, int at, const char *name)
{
    static const uint8_t zeros[4096];
    int fd = openat(at, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)n->size), 0);
    for (size_t i = 0; i < n->size; i += sizeof(zeros)) {
        size_t some = n->size - i < 4096 ? n->size - i : 4096;

        if (memcmp(n->bytes + i, zeros, some) != 0)
            assert_int_equal(file_write(fd, n->bytes + i, some, i), 0);
    }
    (void)close(fd);
}

typedef void made_fn(int node, int at, const char *name);

/* Fills the empty directory at with what dir has; calls made for each. */
static inline void disk_fill(const struct image *img, int dir, int at,
                             made_fn *made)
{
    for (size_t i = 0; i < img->count; i++) {
        const struct name *n = &img->names[i];
        int fd;

        if (n->dir != dir)
            continue;
        if (!img->nodes[n->node].is_dir) {
            write_file(&img->nodes[n->node], at, n->name);
        } else {
            assert_int_equal(mkdirat(at, n->name, 0700), 0);
            fd = open_dir(at, n->name);
            disk_fill(img, n->node, fd, made);
            (void)close(fd);
        }
        if (made != NULL)
            made(n->node, at, n->name);
    }
}

/* Makes directory name, with what the image has; at: absolute path. */
static inline void disk_make(const struct image *img, const char *path,
                             made_fn *made)
{
    int fd;

    assert_int_equal(mkdir(path, 0700), 0);
    fd = open_dir(AT_FDCWD, path);
    disk_fill(img, 0, fd, made);
    (void)close(fd);
}

static inline void compare_file(const struct node *n, int at, const char *name)
{
    static uint8_t bytes[FILE_MAX + 1];
    int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    size_t got;

    assert_true(fd >= 0);
    assert_int_equal(file_read(fd, bytes, sizeof(bytes), 0, &got), 0);
    (void)close(fd);
    if (got != n->size || memcmp(bytes, n->bytes, got) != 0)
        fail_msg("%s was changed by a call that is not noted", name);
}

static inline void disk_compare(struct image *img, int dir, int at);

static inline void compare_one(struct image *img, int dir, int at,
                               const char *name)
{
    int node = image_find(img, dir, name);
    struct stat st;
    int fd;

    if (node < 0)
        fail_msg("%s was made by a call that is not noted", name);
    assert_int_equal(fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(S_ISDIR(st.st_mode), img->nodes[node].is_dir);
    assert_int_equal(st.st_mode & 07777, S_ISDIR(st.st_mode) ? 0700 : 0600);
    if (!S_ISDIR(st.st_mode)) {
        compare_file(&img->nodes[node], at, name);
        return;
    }
    fd = open_dir(at, name);
    disk_compare(img, node, fd);
    (void)close(fd);
}

/* Fails unless directory at is what the image has in dir. */
static inline void disk_compare(struct image *img, int dir, int at)
{
    DIR *d = fdopendir(dup(at));
    size_t seen = 0;
    size_t there = 0;
    const struct dirent *e;

    assert_non_null(d);
    rewinddir(d);
    while ((e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        compare_one(img, dir, at, e->d_name);
        seen++;
    }
    (void)closedir(d);
    for (size_t i = 0; i < img->count; i++)
        there += img->names[i].dir == dir;
    if (seen != there)
        fail_msg("a file was removed by a call that is not noted");
}

#endif
