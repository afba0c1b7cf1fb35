// SPDX-License-Identifier: BSD-2-Clause
// Which inode number is which file of the mount; names, listings, xattrs.

#ifndef MOUNT_NODES_H
#define MOUNT_NODES_H

#include "monitor/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Everything here is a pure function of the map, which does not change while
 * it is mounted: a number means the same file for the life of the mount.
 *
 *   /                    NODE_ROOT
 *   /NAME                NODE_SEGMENT, for each that lies on a medium
 *   /.fwfs               NODE_CONTROL
 *   /.fwfs/status        NODE_STATUS and so on
 *   /.fwfs/NAME.map      NODE_MAP, for each NODE_SEGMENT
 */
enum node_kind {
    NODE_NONE,
    NODE_ROOT, /* number 1, as FUSE wants it */
    NODE_CONTROL,
    NODE_STATUS,
    NODE_STATUS_JSON,
    NODE_SEGMENTS,
    NODE_TRANSCRIPT,
    NODE_SEGMENT,
    NODE_MAP
};

struct node {
    enum node_kind kind;
    size_t segment; /* index in the map; NODE_SEGMENT and NODE_MAP only */
};

#define NODES_CONTROL_NAME ".fwfs"
#define NODES_NAME_MAX     (MAP_NAME_MAX + 4) /* with ".map" and the NUL */

/* 0 for NODE_NONE. */
uint64_t nodes_ino(struct node node);

/* NODE_NONE for a number that belongs to no file. */
struct node nodes_from_ino(const struct map *map, uint64_t ino);

/* NODE_NONE when dir is no directory or has no such file. "." and ".." are
 * not looked up. */
struct node nodes_lookup(const struct map *map, struct node dir,
                         const char *name);

bool nodes_is_dir(struct node node);

/* True for the files whose content fwfs makes up when they are opened. */
bool nodes_is_made(struct node node);

/* Bytes for stat(2): 0 for what is not a segment. */
uint64_t nodes_size(const struct map *map, struct node node);

/* Names in the mount, directories and files. */
uint64_t nodes_total(const struct map *map);

/* Where a segment's first byte stands on the device's bus. */
uint64_t nodes_address(const struct map *map, size_t segment);

struct node_entry {
    struct node node;
    char name[NODES_NAME_MAX];
    uint64_t next; /* position behind this entry */
};

/* The first entry of dir at or behind position (0: the first, "."). False at
 * the end. */
bool nodes_entry(const struct map *map, struct node dir, uint64_t position,
                 struct node_entry *out);

/* Listed here, answered by control.c: it changes with the cache. */
#define NODES_CONFIRMED "user.fwfs.confirmed"

/* Writes the value, without NUL counted, and returns its length. -ENODATA:
 * the node has no such attribute. */
#define NODES_XATTR_MAX 128
int nodes_xattr(const struct map *map, struct node node, const char *name,
                char out[NODES_XATTR_MAX]);

/* The names, each with its NUL, as listxattr(2) wants them; *len bytes. */
const char *nodes_xattr_names(struct node node, size_t *len);

#endif
