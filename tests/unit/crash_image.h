// SPDX-License-Identifier: BSD-2-Clause
// A file system in memory: what notes and fates make of an empty directory.

#ifndef UNIT_CRASH_IMAGE_H
#define UNIT_CRASH_IMAGE_H

#include "crash_log.h"

#define NAMES    64U
#define FILE_MAX 32768U

struct node {
    bool is_dir;
    size_t size;
    uint8_t bytes[FILE_MAX];
};

struct image {
    struct node nodes[NODES];
    size_t count;
    struct name {
        int dir;
        int node;
        char name[32];
    } names[NAMES];
};

static inline void image_reset(struct image *img)
{
    for (size_t i = 0; i < NODES; i++) {
        img->nodes[i].is_dir = i == 0;
        img->nodes[i].size = 0;
    }
    img->count = 0;
}

static inline struct name *image_name(struct image *img, int dir,
                                      const char *name)
{
    for (size_t i = 0; i < img->count; i++) {
        struct name *n = &img->names[i];
        if (n->dir == dir && strcmp(n->name, name) == 0)
            return n;
    }
    return NULL;
}

/* The node; -1: none. */
static inline int image_find(struct image *img, int dir, const char *name)
{
    const struct name *n = image_name(img, dir, name);

    return n != NULL ? n->node : -1;
}

static inline void image_link(struct image *img, int dir, const char *name,
                              int node)
{
    struct name *n = image_name(img, dir, name);

    if (n == NULL) {
        assert_true(img->count < NAMES);
        n = &img->names[img->count++];
        n->dir = dir;
        (void)snprintf(n->name, sizeof(n->name), "%s", name);
    }
    n->node = node;
}

/* Only if it is node's: the name may have come to another one. */
static inline void image_unlink(struct image *img, int dir, const char *name,
                                int node)
{
    struct name *n = image_name(img, dir, name);

    if (n != NULL && n->node == node)
        *n = img->names[--img->count];
}

static inline void node_resize(struct node *n, size_t size)
{
    assert_true(size <= FILE_MAX);
    if (size > n->size)
        memset(n->bytes + n->size, 0, size - n->size);
    n->size = size;
}

static inline void node_write(struct node *n, const struct op *op,
                              const struct fate *fate)
{
    size_t from = fate->kind == FATE_TAIL ? fate->len : 0;
    size_t to = fate->kind == FATE_HEAD ? fate->len : op->len;

    if (op->at + to > n->size)
        node_resize(n, op->at + to);
    memcpy(n->bytes + op->at + from, op->bytes + from, to - from);
}

static inline void image_apply(struct image *img, const struct op *op,
                               const struct fate *fate)
{
    switch (op->kind) {
    case OP_MAKE:
        img->nodes[op->node].is_dir = op->is_dir;
        image_link(img, op->dir, op->name, op->node);
        break;
    case OP_WRITE:
        node_write(&img->nodes[op->node], op, fate);
        break;
    case OP_SIZE:
        node_resize(&img->nodes[op->node], op->at);
        break;
    case OP_MOVE:
        image_unlink(img, op->dir, op->name, op->node);
        image_link(img, op->dir, op->to, op->node);
        break;
    case OP_REMOVE:
        image_unlink(img, op->dir, op->name, op->node);
        break;
    case OP_SYNC:
    case OP_DATASYNC:
    case OP_SYNC_FAILED:
        break;
    }
}

static inline void image_make(struct image *img, const struct op_log *log,
                              size_t cut, const struct fate fates[OPS])
{
    image_reset(img);
    for (size_t i = 0; i < cut; i++) {
        if (fates[i].kind != FATE_LOST)
            image_apply(img, &log->ops[i], &fates[i]);
    }
}

/* The node that a path of names leads to; -1: none. */
static inline int image_walk(struct image *img, int dir, const char *path)
{
    char name[32];

    while (dir >= 0 && *path != '\0') {
        size_t len = strcspn(path, "/");

        assert_true(len < sizeof(name));
        (void)snprintf(name, sizeof(name), "%.*s", (int)len, path);
        if (len > 0)
            dir = image_find(img, dir, name);
        path += len + (path[len] == '/');
    }
    return dir;
}

static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t word = 0;

    for (; len > 0; len -= len < 8 ? len : 8, p += 8) {
        memcpy(&word, p, len < 8 ? len : 8);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* All that can be reached from dir; the order of names does not matter. */
static inline uint64_t image_hash(const struct image *img, int dir)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < img->count; i++) {
        const struct name *name = &img->names[i];
        const struct node *n = &img->nodes[name->node];
        uint64_t hash;

        if (name->dir != dir)
            continue;
        hash = hash_bytes(n->is_dir, name->name, strlen(name->name));
        if (n->is_dir)
            hash = (hash ^ image_hash(img, name->node)) * 31;
        else
            hash = hash_bytes(hash ^ n->size, n->bytes, n->size);
        sum += hash ^ hash >> 31;
    }
    return sum;
}

#endif
