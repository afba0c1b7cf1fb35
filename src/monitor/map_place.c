// SPDX-License-Identifier: BSD-2-Clause
// Puts a segment that an answer told of into the map.

#include "monitor/map_place.h"

#include "base/log.h"
#include "base/num.h"
#include "monitor/map_build.h"
#include "monitor/map_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void map_safe_name(char out[MAP_NAME_MAX], const char *text, size_t len)
{
    size_t n = 0;

    while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        len--;
    }
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    for (; n < len && n < MAP_NAME_MAX - 1; n++) {
        unsigned char c = (unsigned char)text[n];
        bool bad = c < 0x20 || c > 0x7e || c == '/' || (n == 0 && c == '.');
        out[n] = bad ? '_' : (char)c;
    }
    while (n > 0 && out[n - 1] == ' ') /* where it was cut */
        n--;
    out[n] = '\0';
    if (n == 0)
        (void)snprintf(out, MAP_NAME_MAX, "unnamed");
}

bool map_is_safe_name(const char *name)
{
    char safe[MAP_NAME_MAX];

    map_safe_name(safe, name, strlen(name));
    return name[0] != '\0' && strcmp(safe, name) == 0;
}

static struct map_segment *add_segment(struct map *map)
{
    struct map_segment *grown;

    if (map->n_segments >= MAP_FILES_MAX) {
        map->dropped++;
        return NULL;
    }
    grown = realloc(map->segments, (map->n_segments + 1) * sizeof(*grown));
    if (grown == NULL) {
        map->dropped++;
        return NULL;
    }
    map->segments = grown;
    grown[map->n_segments] = (struct map_segment){.medium = -1};
    return &grown[map->n_segments++];
}

#define BEYOND "reaches beyond its chip"

static void unreadable(struct map_segment *s, uint64_t at, const char *note)
{
    s->offset = at;
    (void)snprintf(s->note, sizeof(s->note), "%s", note);
    log_info("'%s' cannot be read: %s", s->name, note);
}

/* It starts in a chip; windows that others asked for are none. */
static bool starts_in_chip(const struct map *map, uint64_t base)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (!m->user && base >= m->base && base - m->base < m->size)
            return true;
    }
    return false;
}

static void place_by_address(struct map *map, const struct map_rule *rule,
                             struct map_segment *s, const struct map_found *f)
{
    bool window = rule->makes == MAP_MAKES_WINDOW && f->size != 0;

    s->medium = map_medium_at(map, f->base, f->size);
    if (s->medium < 0 && window && !starts_in_chip(map, f->base))
        s->medium = map_add_window(map, f->base, f->size);
    if (s->medium >= 0)
        s->offset = f->base - map->media[s->medium].base;
    else if (starts_in_chip(map, f->base))
        unreadable(s, f->base, BEYOND);
    else if (window && !map_window_makes_sense(f->base, f->size))
        unreadable(s, f->base, "no memory can be so large, or lie there");
    else if (window)
        unreadable(s, f->base, "there are too many");
    else
        unreadable(s, f->base, "not inside a chip of the map");
}

/* Where the medium of id begins, and how long it is. A bank is a part of one.
 */
static void id_place(const struct map *map, const struct map_id *id,
                     uint64_t *start, uint64_t *size)
{
    const struct map_bank *bank = map_bank_named(map, id->word);
    const struct map_medium *m = &map->media[id->medium];

    *start = bank != NULL ? bank->base - m->base : 0;
    *size = bank != NULL ? bank->size : m->size;
}

/* The last one that a card has may end behind what was told of the card in
 * tenths of a unit, or of what is used of a chip: then it is as large as that.
 */
static void grow_rounded(struct map_medium *m, uint64_t end, uint64_t *size)
{
    uint64_t grown = end + (MAP_ALIGN - end % MAP_ALIGN) % MAP_ALIGN;

    if (end <= *size || grown - *size > m->more || grown > MAP_WINDOW)
        return;
    if (m->more != MAP_MORE_UNKNOWN)
        m->more -= grown - *size;
    m->less = 0;
    m->size = *size = grown;
}

/* One that is told in whole units is smaller than that, where the medium ends
 * within the last one. */
static void cut_rounded(struct map_segment *s, const struct map_found *f,
                        uint64_t size)
{
    uint64_t beyond = s->size - (size - f->offset);

    if (s->size <= size - f->offset || beyond > f->less)
        return;
    s->size -= beyond;
    (void)snprintf(s->note, sizeof(s->note),
                   "told in whole units: ends with its chip");
}

static void place_by_medium(struct map *map, const struct dialect *d,
                            struct map_segment *s, const struct map_found *f)
{
    const struct map_id *id = map_id_of(map, d, f->medium);
    uint64_t start;
    uint64_t size;
    uint64_t end;
    char note[sizeof(s->note)];

    map_id_note(id, note, sizeof(note));
    s->id = id != NULL ? (size_t)(id - map->ids) + 1 : 0;
    if (id == NULL || id->medium < 0) {
        unreadable(s, f->offset, note);
        return;
    }
    id_place(map, id, &start, &size);
    if (num_add(f->offset, s->size, &end) && start == 0)
        grow_rounded(&map->media[id->medium], end, &size);
    if (f->rest && f->offset < size)
        s->size = size - f->offset; /* the rest */
    if (f->offset < size)
        cut_rounded(s, f, size);
    if (f->offset >= size || s->size > size - f->offset) {
        unreadable(s, f->offset, BEYOND);
        return;
    }
    s->medium = id->medium;
    s->offset = start + f->offset;
}

static bool same_segment(const struct map_segment *a,
                         const struct map_segment *b)
{
    return a->medium == b->medium && a->offset == b->offset &&
           a->size == b->size && strcmp(a->name, b->name) == 0 &&
           strcmp(a->note, b->note) == 0;
}

/* Two answers tell of the same partition: one file. */
static void drop_if_known(struct map *map)
{
    const struct map_segment *last = &map->segments[map->n_segments - 1];

    for (size_t i = 0; i + 1 < map->n_segments; i++)
        if (same_segment(&map->segments[i], last)) {
            map->n_segments--;
            return;
        }
}

static bool is_taken(const struct map *map, const struct map_found *f)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        const struct map_segment *s = &map->segments[i];
        uint64_t at;
        if (s->medium < 0)
            continue;
        at = map->media[s->medium].base + s->offset;
        if (f->base < at + s->size && at < f->base + f->size)
            return true;
    }
    return false;
}

void map_place_segment(struct map *map, const struct dialect *d,
                       const struct map_rule *rule, const struct map_found *f)
{
    struct map_segment *s;

    if (rule->if_free &&
        (is_taken(map, f) || map_medium_at(map, f->base, f->size) < 0))
        return;
    s = add_segment(map);
    if (s == NULL)
        return;
    map_safe_name(s->name, f->name.text, f->name.len);
    (void)snprintf(s->source, sizeof(s->source), "%s", rule->title);
    s->size = f->size;
    if (f->has_base)
        place_by_address(map, rule, s, f);
    else
        place_by_medium(map, d, s, f);
    if (s->size == 0) {
        map_note(map, "%s: '%s' has no bytes; left out", rule->title, s->name);
        map->n_segments--;
        return;
    }
    drop_if_known(map);
}
