// SPDX-License-Identifier: BSD-2-Clause
// Which media a device has and which segments lie on them.

#ifndef MONITOR_MAP_H
#define MONITOR_MAP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NAME_MAX  64 /* with the NUL */
#define MAP_MEDIA_MAX 64
#define MAP_FILES_MAX 4096

/* Something with addresses: [base, base+size) on the device's own bus. base
 * and size are multiples of MAP_ALIGN. */
#define MAP_ALIGN 512U
struct map_medium {
    char name[MAP_NAME_MAX];  /* "flash", "flash2", "mem-80000000" */
    char alias[MAP_NAME_MAX]; /* the device's own word for it, or "" */
    uint64_t base;
    uint64_t size;
    bool user; /* not a chip of the device's map: asked for by the user */
};

/* One file of the mount. */
struct map_segment {
    char name[MAP_NAME_MAX]; /* safe as a file name, unique in the map */
    int medium;              /* index; -1: cannot be read, see note */
    uint64_t offset;         /* from the start of the medium, bytes */
    uint64_t size;           /* bytes, never 0 */
    char source[32];         /* the rule or option that gave it */
    char note[96];           /* "" or what a reader should know */
};

struct map {
    struct map_medium media[MAP_MEDIA_MAX];
    size_t n_media;
    struct map_segment *segments; /* owned; n_segments of them */
    size_t n_segments;
    size_t dropped;  /* lines that named a segment over MAP_FILES_MAX */
    unsigned warned; /* how often about answers */
};

/* The medium that holds all of [base, base+size); -1: none does. */
int map_medium_at(const struct map *map, uint64_t base, uint64_t size);

/* -ENODATA, and what to do then, when nothing in the map has an address. */
int map_check_readable(const struct map *map, struct err *err);

/* A map starts zeroed: struct map map = {0}. */
void map_free(struct map *map);

/* The map as a table for people, one row a segment (those that cannot be read
 * included), a heading row first. */
void map_table(const struct map *map, struct buf *out);

#endif
