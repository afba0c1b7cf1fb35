// SPDX-License-Identifier: BSD-2-Clause
// Puts a chip or a segment that an answer told of into the map.

#include "monitor/map_place.h"

#include "base/log.h"
#include "base/num.h"
#include "monitor/map_build.h"

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

static uint64_t medium_end(const struct map_medium *m)
{
    return m->base + m->size; /* checked when it was added */
}

/* --- chips --------------------------------------------------------------- */

static void set_alias(struct map_medium *m, const struct map_rule *rule,
                      unsigned index)
{
    const char *mark;

    if (rule->alias == NULL || m->alias[0] != '\0')
        return;
    mark = strstr(rule->alias, "{index}");
    if (mark == NULL)
        (void)snprintf(m->alias, sizeof(m->alias), "%s", rule->alias);
    else
        (void)snprintf(m->alias, sizeof(m->alias), "%.*s%u%s",
                       (int)(mark - rule->alias), rule->alias, index, mark + 7);
}

/* Nothing that is mapped into an address space is larger, by far. */
#define CHIP_MAX ((uint64_t)1 << 40)

#define WARNINGS_MAX 8U

bool map_may_warn(struct map *map)
{
    if (map->warned == WARNINGS_MAX)
        log_warn("more is wrong with what the device says of its flash");
    if (map->warned <= WARNINGS_MAX)
        map->warned++;
    return map->warned <= WARNINGS_MAX;
}

bool map_chip_makes_sense(uint64_t base, uint64_t size)
{
    uint64_t end;

    return size != 0 && size <= CHIP_MAX && num_add(base, size, &end) &&
           base % MAP_ALIGN == 0 && size % MAP_ALIGN == 0;
}

void map_place_chip(struct map *map, const struct map_rule *rule,
                    const struct map_found *f, unsigned index)
{
    struct map_medium *m;
    uint64_t end = f->base + f->size;

    if (!map_chip_makes_sense(f->base, f->size)) {
        if (f->size != 0 && map_may_warn(map))
            log_warn("%s: a chip of 0x%" PRIx64 " bytes at 0x%" PRIx64
                     " cannot be; left out",
                     rule->title, f->size, f->base);
        return;
    }
    for (size_t i = 0; i < map->n_media; i++) {
        m = &map->media[i];
        if (f->base >= medium_end(m) || end <= m->base)
            continue;
        if (f->base == m->base)
            set_alias(m, rule, index);
        if ((f->base < m->base || end > medium_end(m)) && map_may_warn(map))
            log_warn("%s: 0x%" PRIx64 "+0x%" PRIx64 " contradicts %s; the "
                     "first answer is kept",
                     rule->title, f->base, f->size, m->name);
        return;
    }
    if (map->n_media == MAP_MEDIA_MAX) {
        map->dropped++;
        return;
    }
    m = &map->media[map->n_media];
    *m = (struct map_medium){.base = f->base, .size = f->size};
    if (map->n_media == 0)
        (void)snprintf(m->name, sizeof(m->name), "flash");
    else
        (void)snprintf(m->name, sizeof(m->name), "flash%zu", map->n_media + 1);
    map->n_media++;
    set_alias(m, rule, index);
}

/* --- segments ------------------------------------------------------------ */

static int medium_by_name(const struct map *map, const struct dialect *d,
                          struct span name)
{
    int only = -1;

    for (size_t i = 0; i < map->n_media; i++) {
        const char *alias = map->media[i].alias;
        if (strlen(alias) == name.len &&
            memcmp(alias, name.text, name.len) == 0)
            return (int)i;
    }
    if (d->unmapped != NULL &&
        pattern_match(d->unmapped, name.text, name.len, 0, NULL))
        return -1;
    /* The kernel and the boot loader call the same chip differently: with one
     * chip there is no doubt which is meant. */
    for (size_t i = 0; i < map->n_media; i++) {
        if (map->media[i].user)
            continue;
        if (only >= 0)
            return -1;
        only = (int)i;
    }
    return only;
}

static void unreadable(struct map_segment *s, uint64_t at, const char *note)
{
    s->offset = at;
    (void)snprintf(s->note, sizeof(s->note), "%s", note);
    log_info("'%s' cannot be read: %s", s->name, note);
}

static void place_by_address(const struct map *map, struct map_segment *s,
                             const struct map_found *f)
{
    s->medium = map_medium_at(map, f->base, f->size);
    if (s->medium < 0)
        unreadable(s, f->base, "not inside a chip of the map");
    else
        s->offset = f->base - map->media[s->medium].base;
}

static void place_by_medium(const struct map *map, const struct dialect *d,
                            struct map_segment *s, const struct map_found *f)
{
    const struct map_medium *m;
    char name[MAP_NAME_MAX];
    char note[sizeof(s->note)];
    int n = medium_by_name(map, d, f->medium);

    map_safe_name(name, f->medium.text, f->medium.len);
    (void)snprintf(note, sizeof(note), "no address known for medium '%.60s'",
                   name);
    if (n < 0) {
        unreadable(s, f->offset, note);
        return;
    }
    m = &map->media[n];
    if (f->rest && f->offset < m->size)
        s->size = m->size - f->offset; /* the rest */
    if (f->offset >= m->size || s->size > m->size - f->offset) {
        unreadable(s, f->offset, "reaches beyond its chip");
        return;
    }
    s->medium = n;
    s->offset = f->offset;
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
        place_by_address(map, s, f);
    else
        place_by_medium(map, d, s, f);
    if (s->size == 0) {
        log_info("%s: '%s' has no size; left out", rule->title, s->name);
        map->n_segments--;
        return;
    }
    drop_if_known(map);
}
