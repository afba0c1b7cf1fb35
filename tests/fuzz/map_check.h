// SPDX-License-Identifier: BSD-2-Clause
// What must hold of any map, whatever it was made from.

#ifndef FUZZ_MAP_CHECK_H
#define FUZZ_MAP_CHECK_H

#include "fuzz.h"

#include "monitor/map.h"

static inline void check_segment(const struct map *map,
                                 const struct map_segment *s)
{
    size_t len = strlen(s->name);

    MUST(len > 0 && len < MAP_NAME_MAX && s->name[0] != '.');
    MUST(strchr(s->name, '/') == NULL);
    for (size_t i = 0; i < len; i++)
        MUST(s->name[i] >= ' ' && s->name[i] <= '~');
    MUST(s->size != 0);
    if (s->medium < 0) {
        MUST(s->note[0] != '\0');
        return;
    }
    MUST((size_t)s->medium < map->n_media);
    MUST(s->offset < map->media[s->medium].size);
    MUST(s->size <= map->media[s->medium].size - s->offset);
}

static inline void check_map(const struct map *map)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        MUST(m->size != 0 && m->base + m->size > m->base);
        MUST(m->base % MAP_ALIGN == 0 && m->size % MAP_ALIGN == 0);
    }
    for (size_t i = 0; i < map->n_segments; i++) {
        check_segment(map, &map->segments[i]);
        for (size_t k = 0; k < i; k++)
            MUST(strcmp(map->segments[k].name, map->segments[i].name) != 0);
    }
}

#endif
