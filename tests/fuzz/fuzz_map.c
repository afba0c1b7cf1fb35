// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the map: any answers under the rules of the dialect files.

#include "fuzz.h"

#include "monitor/dialect.h"
#include "monitor/map_build.h"

static struct dialect **dialects;

static void check_segment(const struct map *map, const struct map_segment *s)
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

static void check(const struct map *map)
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

/* Every rule gets the same text: no harm, and all of them are reached. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (dialects == NULL)
        MUST(dialect_load_all(&dialects, NULL) == 0);
    MUST(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t n = 0; dialects[n] != NULL; n++) {
        struct map map = {.segments = NULL};
        for (size_t i = 0; i < dialects[n]->n_maps; i++)
            map_apply(&map, dialects[n], &dialects[n]->maps[i], text, size);
        (void)map_add_user(&map, text, NULL);
        (void)map_finish(&map, NULL);
        check(&map);
        map_free(&map);
    }
    free(text);
    return 0;
}
