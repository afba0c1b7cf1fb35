// SPDX-License-Identifier: BSD-2-Clause
// An image on this machine, and its map, opened to be compared.

#ifndef IMAGE_FILE_H
#define IMAGE_FILE_H

#include "against.h"
#include "base/err.h"

#define IMAGE_NAME_MAX 2048

struct image_file {
    struct against_image image;
    int fd;
    struct mapfile map;
    char name[IMAGE_NAME_MAX]; /* escaped, as is map_name */
    char map_name[IMAGE_NAME_MAX];
};

/* path: a plain file or a block device. map_path: its ddrescue map, or NULL.
 * Must not be moved while it is open; image_file_close in every case. */
int image_file_open(struct image_file *f, const char *path,
                    const char *map_path, struct err *err);
void image_file_close(struct image_file *f);

#endif
