// SPDX-License-Identifier: BSD-2-Clause
// Puts a chip that an answer told of into the map.

/*
 * A chip has an address and a size, or a name by which the dialect can read it
 * without an address. What an answer tells of a chip whose name is known and
 * whose address or size is not is kept in map->parts until another answer
 * completes it. So is the geometry of a chip that no answer has told of: the
 * user may name it.
 */

#include "monitor/map_place.h"

#include "monitor/map_build.h"
#include "monitor/map_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAGE_MAX 65536U
#define PARTS_MAX                                                              \
    (sizeof(((struct map *)NULL)->parts) / sizeof(struct map_part))

void map_note_nonsense(struct map *map, const struct map_rule *rule,
                       const struct map_found *f)
{
    if (f->size != 0)
        map_note(map,
                 "%s: a chip of 0x%" PRIx64 " bytes at 0x%" PRIx64
                 " cannot be; left out",
                 rule->title, f->size, f->base);
}

static void set_file(struct map_medium *m, const struct map_found *f)
{
    if (f->name.len > 0 && m->file[0] == '\0')
        map_safe_name(m->file, f->name.text, f->name.len);
}

struct map_medium *map_new_medium(struct map *map)
{
    if (map->n_media == MAP_MEDIA_MAX) {
        map->dropped++;
        return NULL;
    }
    map->media[map->n_media] = (struct map_medium){.base = 0};
    return &map->media[map->n_media++];
}

int map_medium_named(const struct map *map, const char *name)
{
    for (size_t i = 0; name[0] != '\0' && i < map->n_media; i++)
        if (strcmp(map->media[i].name, name) == 0 ||
            strcmp(map->media[i].alias, name) == 0)
            return (int)i;
    return -1;
}

int map_medium_called(const struct map *map, const char *word)
{
    for (size_t i = 0; word[0] != '\0' && i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (strcmp(m->alias, word) == 0 ||
            (!map_is_virtual(m->base) && strcmp(m->name, word) == 0))
            return (int)i;
    }
    return -1;
}

/* The same for a span. */
static int named(const struct map *map, struct span name)
{
    char word[MAP_NAME_MAX];

    map_safe_name(word, name.text, name.len);
    return name.len > 0 ? map_medium_called(map, word) : -1;
}

void map_describe_medium(struct map_medium *m, const struct map_rule *rule,
                         const struct map_found *f, unsigned index)
{
    map_alias(m->alias, rule, f, index);
    set_file(m, f);
    m->more = f->more;
    m->less = f->less;
    (void)snprintf(m->source, sizeof(m->source), "%s", map_rule_source(rule));
}

/* --- without an address ----------------------------------------------------
 */

static bool matches(struct pattern *p, struct span name)
{
    return p != NULL && pattern_match(p, name.text, name.len, 0, NULL);
}

/* The dialect says how such a medium is read. */
static bool is_served(const struct dialect *d, struct span name)
{
    for (size_t i = 0; i < d->n_accesses; i++)
        if (matches(d->accesses[i].names, name))
            return true;
    for (size_t i = 0; i < d->n_dumps; i++)
        if (matches(d->dumps[i].medium, name))
            return true;
    return false;
}

void map_list_served(const struct dialect *d, char *out, size_t size)
{
    size_t len = 0;
    const struct pattern *p;

    out[0] = '\0';
    for (size_t i = 0; d != NULL && i < d->n_accesses + d->n_dumps; i++) {
        p = i < d->n_accesses ? d->accesses[i].names
                              : d->dumps[i - d->n_accesses].medium;
        if (p == NULL || len >= size)
            continue;
        len += (size_t)snprintf(out + len, size - len, "%s%s",
                                len > 0 ? ", " : "", pattern_text(p));
    }
    if (len == 0)
        (void)snprintf(out, size, "nothing");
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* Sizes that are rounded may be the same. */
static void note_other_size(struct map *map, const struct map_rule *rule,
                            const struct map_medium *m,
                            const struct map_found *f)
{
    uint64_t apart = m->size > f->size ? m->less + f->more : m->more + f->less;

    if (f->size != 0 && distance(m->size, f->size) > apart)
        map_note(map,
                 "'%s' tells of 0x%08" PRIx64
                 " bytes of %s, '%s' of 0x%08" PRIx64
                 ": the files are as '%s' says",
                 map_rule_source(rule), f->size, m->name, m->source, m->size,
                 m->source);
}

static struct map_medium *new_virtual(struct map *map, uint64_t size)
{
    struct map_medium *m = map_new_medium(map);

    if (m == NULL)
        return NULL;
    m->base = MAP_VIRTUAL + (uint64_t)(m - map->media) * MAP_WINDOW;
    m->size = size;
    return m;
}

/* A name as the cache wants it, [a-z0-9-] and no "-" in front, that no other
 * medium has; the device's own word is its alias. */
static void set_name(struct map_medium *m, const struct map *map,
                     struct span word)
{
    char name[MAP_NAME_MAX];
    char stem[MAP_NAME_MAX - 4];
    size_t n = 0;

    for (size_t i = 0; i < word.len && n + 1 < sizeof(stem); i++) {
        char c = word.text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            c = '-';
        if (n > 0 || c != '-')
            stem[n++] = c;
    }
    (void)snprintf(stem + n, sizeof(stem) - n, "%s", n > 0 ? "" : "medium");
    (void)snprintf(name, sizeof(name), "%s", stem);
    for (unsigned i = 2; map_medium_named(map, name) >= 0 && i < 100; i++)
        (void)snprintf(name, sizeof(name), "%s-%u", stem, i);
    memcpy(m->name, name, sizeof(name));
}

static bool is_power_of_two(uint64_t n)
{
    return n != 0 && (n & (n - 1)) == 0 && n <= (1U << 30);
}

/* What one read may have to hold, so that no answer may make it any size. */
static bool is_page(uint64_t n)
{
    return is_power_of_two(n) && n >= MAP_ALIGN && n <= PAGE_MAX;
}

/* What is known already stands. What no chip has must not be made up for by
 * what is usual: commands would read another place. */
static void take_geometry(struct map_medium *m, uint64_t erase, uint64_t page)
{
    m->odd = m->odd || (erase != 0 && !is_power_of_two(erase)) ||
             (page != 0 && !is_page(page));
    if (m->erase_block == 0 && is_power_of_two(erase))
        m->erase_block = erase;
    if (m->page == 0 && is_page(page))
        m->page = page;
}

/* What was told of a chip of this name before it was there. */
static void take_part_geometry(struct map_medium *m, const struct map *map,
                               struct span name)
{
    char word[MAP_NAME_MAX];

    map_safe_name(word, name.text, name.len);
    for (size_t i = 0; i < map->n_parts; i++)
        if (strcmp(map->parts[i].medium, word) == 0)
            take_geometry(m, map->parts[i].erase, map->parts[i].page);
}

int map_add_named(struct map *map, const struct dialect *d, const char *name,
                  uint64_t size)
{
    const struct span word = {name, strlen(name)};
    uint64_t rest = size % MAP_ALIGN;
    struct map_medium *m = NULL;

    if (d != NULL && is_served(d, word) && size <= MAP_WINDOW - MAP_ALIGN)
        m = new_virtual(map, rest != 0 ? size - rest + MAP_ALIGN : size);
    if (m == NULL)
        return -1;
    set_name(m, map, word);
    map_safe_name(m->alias, name, word.len);
    take_part_geometry(m, map, word);
    m->user = true;
    return (int)(m - map->media);
}

static bool is_bank(const struct map *map, struct span name)
{
    char word[MAP_NAME_MAX];

    map_safe_name(word, name.text, name.len);
    return map_bank_named(map, word) != NULL;
}

static void place_virtual(struct map *map, const struct map_rule *rule,
                          const struct map_found *f, unsigned index)
{
    struct map_medium *m;
    uint64_t size = f->size - f->size % MAP_ALIGN;
    int known = named(map, f->medium);

    if (is_bank(map, f->medium))
        return; /* it has addresses */
    if (known >= 0) {
        note_other_size(map, rule, &map->media[known], f);
        take_geometry(&map->media[known], f->erase, f->page);
        return;
    }
    if (size == 0 || size > MAP_WINDOW) {
        map_note_nonsense(map, rule, f);
        return;
    }
    m = new_virtual(map, size);
    if (m == NULL)
        return;
    take_geometry(m, f->erase, f->page);
    take_part_geometry(m, map, f->medium);
    set_name(m, map, f->medium);
    map_describe_medium(m, rule, f, index);
    if (size != f->size && f->less == 0)
        map_note(map,
                 "%s: the last %" PRIu64 " bytes of %s are no whole block, "
                 "and are in no file",
                 rule->title, f->size - size, m->name);
}

/* The part that is kept for this name. */
static struct map_part *part_of(struct map *map, struct span name)
{
    char word[MAP_NAME_MAX];
    struct map_part *p;

    map_safe_name(word, name.text, name.len);
    for (size_t i = 0; i < map->n_parts; i++)
        if (strcmp(map->parts[i].medium, word) == 0)
            return &map->parts[i];
    if (map->n_parts == PARTS_MAX) {
        map_note(map, "too many chips are told of by name: '%s' is left out",
                 word);
        return NULL;
    }
    p = &map->parts[map->n_parts++];
    *p = (struct map_part){.size = 0};
    memcpy(p->medium, word, sizeof(word));
    return p;
}

/* Keeps what f tells and takes what others told. True: now it is enough. */
static bool complete(struct map *map, const struct map_rule *rule,
                     struct map_found *f)
{
    struct map_part *p;

    if (f->medium.len == 0)
        return f->has_base && f->size != 0;
    p = part_of(map, f->medium);
    if (p == NULL)
        return f->has_base && f->size != 0;
    if ((f->has_base && p->has_base && f->base != p->base) ||
        (f->size != 0 && p->size != 0 && f->size != p->size))
        map_note(map,
                 "'%s' tells of '%s' at 0x%08" PRIx64 " with 0x%08" PRIx64
                 " bytes, which an earlier answer contradicts; that one stands",
                 map_rule_source(rule), p->medium,
                 f->has_base ? f->base : p->base,
                 f->size != 0 ? f->size : p->size);
    if (f->has_base && !p->has_base) {
        p->base = f->base;
        p->has_base = true;
    }
    if (p->size == 0)
        p->size = f->size;
    f->base = p->base;
    f->has_base = p->has_base;
    f->size = p->size;
    return f->has_base && f->size != 0;
}

void map_place_chip(struct map *map, const struct dialect *d,
                    const struct map_rule *rule, const struct map_found *f,
                    unsigned index)
{
    struct map_found whole = *f;

    if (!f->has_base && f->medium.len > 0 && is_served(d, f->medium)) {
        if (f->size != 0)
            place_virtual(map, rule, f, index);
        return;
    }
    if (f->has_base && f->size != 0)
        map_place_mapped(map, rule, f, index);
    else if (complete(map, rule, &whole))
        map_place_mapped(map, rule, &whole, index);
}

void map_place_geometry(struct map *map, const struct map_found *f)
{
    int n = named(map, f->medium);
    struct map_part *p;

    if (n >= 0) {
        take_geometry(&map->media[n], f->erase, f->page);
        return;
    }
    p = f->medium.len > 0 ? part_of(map, f->medium) : NULL;
    if (p == NULL)
        return;
    if (p->erase == 0)
        p->erase = f->erase;
    if (p->page == 0)
        p->page = f->page;
}
