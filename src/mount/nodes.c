// SPDX-License-Identifier: BSD-2-Clause
// Which inode number is which file of the mount; names, listings, xattrs.

#include "mount/nodes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Numbers: 1 to 6 are the kinds up to NODE_TRANSCRIPT themselves; segment i
 * has FIRST + 2i and its map the number behind. */
#define FIRST 16U

static const struct {
    enum node_kind kind;
    const char *name;
} control_files[] = {
    {NODE_STATUS, "status"},
    {NODE_STATUS_JSON, "status.json"},
    {NODE_SEGMENTS, "segments"},
    {NODE_TRANSCRIPT, "transcript"},
};
#define N_CONTROL (sizeof(control_files) / sizeof(control_files[0]))

static const struct node none = {.kind = NODE_NONE};

static bool readable(const struct map *map, uint64_t segment)
{
    return segment < map->n_segments && map->segments[segment].medium >= 0;
}

uint64_t nodes_ino(struct node node)
{
    if (node.kind == NODE_SEGMENT)
        return FIRST + 2 * (uint64_t)node.segment;
    if (node.kind == NODE_MAP)
        return FIRST + 2 * (uint64_t)node.segment + 1;
    return (uint64_t)node.kind;
}

struct node nodes_from_ino(const struct map *map, uint64_t ino)
{
    if (ino >= NODE_ROOT && ino <= NODE_TRANSCRIPT)
        return (struct node){.kind = (enum node_kind)ino};
    if (ino < FIRST || !readable(map, (ino - FIRST) / 2))
        return none;
    return (struct node){
        .kind = (ino - FIRST) % 2 == 0 ? NODE_SEGMENT : NODE_MAP,
        .segment = (size_t)((ino - FIRST) / 2),
    };
}

static struct node find_segment(const struct map *map, enum node_kind kind,
                                const char *name, size_t len)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        const char *have = map->segments[i].name;
        if (readable(map, i) && strlen(have) == len &&
            memcmp(have, name, len) == 0)
            return (struct node){.kind = kind, .segment = i};
    }
    return none;
}

static struct node find_control(const struct map *map, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < N_CONTROL; i++)
        if (strcmp(name, control_files[i].name) == 0)
            return (struct node){.kind = control_files[i].kind};
    if (len > 4 && strcmp(name + len - 4, ".map") == 0)
        return find_segment(map, NODE_MAP, name, len - 4);
    return none;
}

struct node nodes_lookup(const struct map *map, struct node dir,
                         const char *name)
{
    if (dir.kind == NODE_CONTROL)
        return find_control(map, name);
    if (dir.kind != NODE_ROOT)
        return none;
    if (strcmp(name, NODES_CONTROL_NAME) == 0)
        return (struct node){.kind = NODE_CONTROL};
    return find_segment(map, NODE_SEGMENT, name, strlen(name));
}

bool nodes_is_dir(struct node node)
{
    return node.kind == NODE_ROOT || node.kind == NODE_CONTROL;
}

bool nodes_is_made(struct node node)
{
    return node.kind >= NODE_STATUS && node.kind != NODE_SEGMENT;
}

uint64_t nodes_size(const struct map *map, struct node node)
{
    return node.kind == NODE_SEGMENT ? map->segments[node.segment].size : 0;
}

uint64_t nodes_total(const struct map *map)
{
    uint64_t n = 2 + N_CONTROL;

    for (size_t i = 0; i < map->n_segments; i++)
        if (readable(map, i))
            n += 2;
    return n;
}

uint64_t nodes_address(const struct map *map, size_t segment)
{
    const struct map_segment *s = &map->segments[segment];

    return map_shown(&map->media[s->medium], s->offset);
}

static void fill(struct node_entry *e, struct node node, const char *name,
                 const char *suffix)
{
    e->node = node;
    (void)snprintf(e->name, sizeof(e->name), "%s%s", name, suffix);
}

/* Positions of a directory: 0 ".", 1 "..", then what it always has, then one
 * for each segment, also those that are passed over: so a position stays what
 * it is. */
static bool fixed_entry(struct node dir, uint64_t position,
                        struct node_entry *out)
{
    if (position == 0)
        fill(out, dir, ".", "");
    else if (position == 1)
        fill(out, (struct node){.kind = NODE_ROOT}, "..", "");
    else if (dir.kind == NODE_ROOT && position == 2)
        fill(out, (struct node){.kind = NODE_CONTROL}, NODES_CONTROL_NAME, "");
    else if (dir.kind == NODE_CONTROL && position - 2 < N_CONTROL)
        fill(out, (struct node){.kind = control_files[position - 2].kind},
             control_files[position - 2].name, "");
    else
        return false;
    out->next = position + 1;
    return true;
}

bool nodes_entry(const struct map *map, struct node dir, uint64_t position,
                 struct node_entry *out)
{
    bool root = dir.kind == NODE_ROOT;
    uint64_t fixed = root ? 3 : 2 + N_CONTROL;

    if (!nodes_is_dir(dir))
        return false;
    if (fixed_entry(dir, position, out))
        return true;
    for (uint64_t i = position - fixed; i < map->n_segments; i++) {
        if (!readable(map, i))
            continue;
        fill(out,
             (struct node){.kind = root ? NODE_SEGMENT : NODE_MAP,
                           .segment = (size_t)i},
             map->segments[i].name, root ? "" : ".map");
        out->next = fixed + i + 1;
        return true;
    }
    return false;
}

int nodes_xattr(const struct map *map, struct node node, const char *name,
                char out[NODES_XATTR_MAX])
{
    const struct map_segment *s;

    if (node.kind != NODE_SEGMENT)
        return -ENODATA;
    s = &map->segments[node.segment];
    if (strcmp(name, "user.fwfs.address") == 0)
        return snprintf(out, NODES_XATTR_MAX, "0x%08" PRIx64,
                        nodes_address(map, node.segment));
    if (strcmp(name, "user.fwfs.size") == 0)
        return snprintf(out, NODES_XATTR_MAX, "%" PRIu64, s->size);
    if (strcmp(name, "user.fwfs.medium") == 0)
        return snprintf(out, NODES_XATTR_MAX, "%s", map->media[s->medium].name);
    return -ENODATA;
}

const char *nodes_xattr_names(struct node node, size_t *len)
{
    static const char names[] = "user.fwfs.address\0"
                                "user.fwfs.size\0"
                                "user.fwfs.medium\0" NODES_CONFIRMED;

    *len = node.kind == NODE_SEGMENT ? sizeof(names) : 0;
    return names;
}
