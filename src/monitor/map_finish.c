// SPDX-License-Identifier: BSD-2-Clause
// The last steps to a map: the user's segments, whole chips, unique names.

#include "monitor/map_build.h"

#include "base/num.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool name_is_used(const struct map *map, const char *name, size_t except)
{
    for (size_t i = 0; i < map->n_segments; i++)
        if (i != except && strcmp(map->segments[i].name, name) == 0)
            return true;
    return false;
}

/* Room for one more at the front (where chips go) or the end. */
static struct map_segment *insert(struct map *map, size_t at)
{
    struct map_segment *grown = realloc(map->segments,
                                        (map->n_segments + 1) * sizeof(*grown));

    if (grown == NULL)
        return NULL;
    map->segments = grown;
    memmove(&grown[at + 1], &grown[at],
            (map->n_segments - at) * sizeof(*grown));
    map->n_segments++;
    grown[at] = (struct map_segment){.medium = -1};
    return &grown[at];
}

/* A medium for a window that no chip of the map holds, rounded outwards. */
static int add_window(struct map *map, uint64_t base, uint64_t size)
{
    struct map_medium *m = &map->media[map->n_media];
    uint64_t first = base - base % MAP_ALIGN;
    uint64_t end;

    if (map->n_media == MAP_MEDIA_MAX ||
        !num_add(base, size + MAP_ALIGN - 1, &end))
        return -1;
    end -= end % MAP_ALIGN;
    *m = (struct map_medium){.base = first, .size = end - first, .user = true};
    (void)snprintf(m->name, sizeof(m->name), "mem-%08" PRIx64 "-%" PRIx64,
                   first, end - first);
    return (int)map->n_media++;
}

static int find_window(const struct map *map, uint64_t base, uint64_t size)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (base >= m->base && base - m->base < m->size &&
            size <= m->size - (base - m->base))
            return (int)i;
    }
    return -1;
}

/* NAME:BASE:SIZE, where NAME may hold colons itself. */
static bool split_option(const char *option, char name[MAP_NAME_MAX],
                         uint64_t *base, uint64_t *size)
{
    char text[256];
    char *size_at;
    char *base_at;
    uint64_t end;

    if (strlen(option) >= sizeof(text))
        return false;
    memcpy(text, option, strlen(option) + 1);
    size_at = strrchr(text, ':');
    if (size_at == NULL)
        return false;
    *size_at++ = '\0';
    base_at = strrchr(text, ':');
    if (base_at == NULL || base_at == text)
        return false;
    *base_at++ = '\0';
    map_safe_name(name, text, strlen(text));
    return strcmp(name, text) == 0 && num_size(base_at, base) &&
           num_size(size_at, size) && *size != 0 && num_add(*base, *size, &end);
}

int map_add_user(struct map *map, const char *option, struct err *err)
{
    char name[MAP_NAME_MAX];
    struct map_segment *s;
    uint64_t base;
    uint64_t size;
    int medium;

    if (!split_option(option, name, &base, &size))
        return err_set(err, -EINVAL,
                       "segment '%s': write NAME:BASE:SIZE, for example "
                       "rootfs.img:0x9f050000:0x2f0000 or ram.bin:0:64K",
                       option);
    if (name_is_used(map, name, SIZE_MAX))
        return err_set(err, -EINVAL,
                       "segment '%s': there is a file of that name already",
                       name);
    medium = find_window(map, base, size);
    if (medium < 0)
        medium = add_window(map, base, size);
    s = medium >= 0 ? insert(map, map->n_segments) : NULL;
    if (s == NULL)
        return err_set(err, -EINVAL, "segment '%s': too many, or out of range",
                       name);
    memcpy(s->name, name, sizeof(name));
    (void)snprintf(s->source, sizeof(s->source), "user");
    s->medium = medium;
    s->offset = base - map->media[medium].base;
    s->size = size;
    return 0;
}

static int add_whole_chips(struct map *map, struct err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < map->n_media; i++) {
        struct map_segment *s;
        if (map->media[i].user)
            continue;
        s = insert(map, at++);
        if (s == NULL)
            return err_set(err, -ENOMEM, "out of memory");
        (void)snprintf(s->name, sizeof(s->name), "%.56s.bin",
                       map->media[i].name);
        (void)snprintf(s->source, sizeof(s->source), "chip");
        s->medium = (int)i;
        s->size = map->media[i].size;
    }
    return 0;
}

/* "rootfs" a second time becomes "rootfs-2". */
static void make_unique(struct map *map)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        struct map_segment *s = &map->segments[i];
        char first[MAP_NAME_MAX];
        memcpy(first, s->name, sizeof(first));
        /* Only what comes before counts: the first keeps its name. */
        for (unsigned n = 2; n < MAP_FILES_MAX + 2; n++) {
            bool used = false;
            for (size_t k = 0; k < i && !used; k++)
                used = strcmp(map->segments[k].name, s->name) == 0;
            if (!used)
                break;
            (void)snprintf(s->name, sizeof(s->name), "%.56s-%u", first, n);
        }
    }
}

static uint64_t address_of(const struct map *map, const struct map_segment *s)
{
    return s->medium < 0 ? UINT64_MAX : map->media[s->medium].base + s->offset;
}

static void note_overlaps(struct map *map)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        struct map_segment *a = &map->segments[i];
        if (a->medium < 0 || a->note[0] != '\0' ||
            strcmp(a->source, "chip") == 0)
            continue;
        for (size_t k = 0; k < map->n_segments; k++) {
            const struct map_segment *b = &map->segments[k];
            if (k == i || b->medium != a->medium ||
                strcmp(b->source, "chip") == 0 ||
                a->offset >= b->offset + b->size ||
                b->offset >= a->offset + a->size)
                continue;
            (void)snprintf(a->note, sizeof(a->note), "overlaps '%s'", b->name);
            break;
        }
    }
}

/* Insertion sort by address: a few entries, and equal ones keep their order. */
static void sort_by_address(struct map *map)
{
    for (size_t i = 1; i < map->n_segments; i++) {
        struct map_segment s = map->segments[i];
        size_t k = i;
        while (k > 0 &&
               address_of(map, &map->segments[k - 1]) > address_of(map, &s)) {
            map->segments[k] = map->segments[k - 1];
            k--;
        }
        map->segments[k] = s;
    }
}

int map_finish(struct map *map, struct err *err)
{
    int ret;

    sort_by_address(map);
    ret = add_whole_chips(map, err);
    if (ret < 0)
        return ret;
    make_unique(map);
    note_overlaps(map);
    if (map->n_media == 0)
        return err_set(err, -ENODATA,
                       "the device's map names no flash that has an address; "
                       "name what to read with -s NAME:BASE:SIZE, for example "
                       "-s flash.bin:0x9f000000:8M");
    return 0;
}
