// SPDX-License-Identifier: BSD-2-Clause
// Segments for a map that is finished, of what was found on the media.

#include "monitor/map_add.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_start(const struct map *map, const struct map_segment *s)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        const struct map_segment *have = &map->segments[i];
        if (have->medium == s->medium && have->offset == s->offset &&
            (have->size < map->media[s->medium].size ||
             strcmp(have->source, s->source) == 0))
            return true;
    }
    return false;
}

static bool has_name(const struct map *map, const char *name)
{
    for (size_t i = 0; i < map->n_segments; i++)
        if (strcmp(map->segments[i].name, name) == 0)
            return true;
    return false;
}

/* It ends: n segments cannot have n + 1 names. */
static void make_unique(const struct map *map, struct map_segment *s)
{
    char stem[MAP_NAME_MAX];

    memcpy(stem, s->name, sizeof(stem));
    for (unsigned n = 2; has_name(map, s->name); n++)
        (void)snprintf(s->name, sizeof(s->name), "%.52s-%u", stem, n);
}

/* Behind all that start before it or with it; what has no place comes last. */
static size_t place(const struct map *map, const struct map_segment *s)
{
    uint64_t address = map->media[s->medium].base + s->offset;
    size_t at = map->n_segments;

    while (at > 0) {
        const struct map_segment *before = &map->segments[at - 1];
        if (strcmp(before->source, "chip") == 0 ||
            (before->medium >= 0 &&
             map->media[before->medium].base + before->offset <= address))
            break;
        at--;
    }
    return at;
}

int map_add(struct map *map, const struct map_segment *s)
{
    struct map_segment *grown;
    struct map_segment added = *s;
    size_t at;

    if (has_start(map, s))
        return 0;
    if (map->n_segments >= MAP_FILES_MAX) {
        map->dropped++;
        return 0;
    }
    grown = realloc(map->segments, (map->n_segments + 1) * sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    map->segments = grown;
    make_unique(map, &added);
    at = place(map, s);
    memmove(&grown[at + 1], &grown[at],
            (map->n_segments - at) * sizeof(*grown));
    grown[at] = added;
    map->n_segments++;
    return 1;
}
