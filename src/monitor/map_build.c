// SPDX-License-Identifier: BSD-2-Clause
// From what a device answered to a map: media, segments, safe file names.

#include "monitor/map_build.h"

#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/mtdparts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one match (or the constants of a rule) tells. */
struct found {
    struct span name;
    struct span medium;
    uint64_t base;   /* absolute, if has_base */
    uint64_t offset; /* into the medium, else */
    uint64_t size;   /* 0: the rest of the medium */
    bool has_base;
};

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
    out[n] = '\0';
    if (n == 0)
        (void)snprintf(out, MAP_NAME_MAX, "unnamed");
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
                       (int)(mark - rule->alias), rule->alias, index,
                       mark + 7);
}

static bool chip_makes_sense(uint64_t base, uint64_t size)
{
    uint64_t end;

    return size != 0 && num_add(base, size, &end) &&
           base % MAP_ALIGN == 0 && size % MAP_ALIGN == 0;
}

/* A chip that lies in a known one is that one told again; what overlaps
 * otherwise contradicts it, and the first answer stands. */
static void add_chip(struct map *map, const struct map_rule *rule,
                     const struct found *f, unsigned index)
{
    struct map_medium *m;
    uint64_t end = f->base + f->size;

    if (!chip_makes_sense(f->base, f->size)) {
        if (f->size != 0)
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
        if (f->base < m->base || end > medium_end(m))
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

static int medium_by_address(const struct map *map, uint64_t base,
                             uint64_t size)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (base >= m->base && base - m->base < m->size &&
            size <= m->size - (base - m->base))
            return (int)i;
    }
    return -1;
}

static void unreadable(struct map_segment *s, uint64_t at, const char *note)
{
    s->offset = at;
    (void)snprintf(s->note, sizeof(s->note), "%s", note);
    log_info("'%s' cannot be read: %s", s->name, note);
}

static void place_by_address(const struct map *map, struct map_segment *s,
                             const struct found *f)
{
    s->medium = medium_by_address(map, f->base, f->size);
    if (s->medium < 0)
        unreadable(s, f->base, "not inside a chip of the map");
    else
        s->offset = f->base - map->media[s->medium].base;
}

static void place_by_medium(const struct map *map, const struct dialect *d,
                            struct map_segment *s, const struct found *f)
{
    const struct map_medium *m;
    char name[MAP_NAME_MAX];
    char note[sizeof(s->note)];
    int n = medium_by_name(map, d, f->medium);

    map_safe_name(name, f->medium.text, f->medium.len);
    (void)snprintf(note, sizeof(note),
                   "no address known for medium '%.60s'", name);
    if (n < 0) {
        unreadable(s, f->offset, note);
        return;
    }
    m = &map->media[n];
    if (s->size == 0 && f->offset < m->size)
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
           a->size == b->size && strcmp(a->name, b->name) == 0;
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

static bool is_taken(const struct map *map, const struct found *f)
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

static void add_found(struct map *map, const struct dialect *d,
                      const struct map_rule *rule, const struct found *f)
{
    struct map_segment *s;

    if (rule->if_free &&
        (is_taken(map, f) || medium_by_address(map, f->base, f->size) < 0))
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

/* --- rules --------------------------------------------------------------- */

/* A group of the row's pattern, else of the section's. */
static struct span group(const struct map_rule *rule, const char *name,
                         const struct span *inherited)
{
    struct span got = pattern_group(rule->pattern, name);

    return got.text != NULL || inherited == NULL ? got : *inherited;
}

static bool number(struct span text, int radix, uint64_t *out)
{
    return text.text != NULL &&
           num_digits(text.text, text.len, radix, out);
}

/* A size with a unit word is decimal, without one hexadecimal, as all boot
 * loaders known print it. */
static bool read_size(const struct map_rule *rule, const struct found *f,
                      uint64_t *out)
{
    struct span unit = pattern_group(rule->pattern, "unit");
    struct span size = pattern_group(rule->pattern, "size");
    struct span end = pattern_group(rule->pattern, "end");
    uint64_t value;

    if (unit.text != NULL)
        return number(size, 10, &value) &&
               num_mul(value, num_unit(unit.text, unit.len), out);
    if (size.text != NULL)
        return number(size, 16, out);
    if (end.text != NULL && number(end, 16, &value) &&
        value >= (f->has_base ? f->base : f->offset)) {
        *out = value - (f->has_base ? f->base : f->offset);
        return true;
    }
    *out = rule->size;
    return end.text == NULL && rule->has_size;
}

static bool read_match(const struct map_rule *rule, const struct span *medium,
                       struct found *f)
{
    struct span base = group(rule, "base", NULL);
    struct span offset = group(rule, "offset", NULL);

    *f = (struct found){.name = group(rule, "name", NULL),
                        .medium = group(rule, "medium", medium),
                        .base = rule->base,
                        .has_base = rule->has_base};
    if (f->name.text == NULL && rule->name != NULL)
        f->name = (struct span){rule->name, strlen(rule->name)};
    if (f->medium.text == NULL)
        f->medium = rule->medium != NULL
                        ? (struct span){rule->medium, strlen(rule->medium)}
                        : (struct span){"", 0};
    if (base.text != NULL) {
        f->has_base = true;
        if (!number(base, 16, &f->base))
            return false;
    }
    if (offset.text != NULL && !number(offset, 16, &f->offset))
        return false;
    return read_size(rule, f, &f->size);
}

struct mtdparts_use {
    struct map *map;
    const struct dialect *dialect;
    const struct map_rule *rule;
};

static void on_mtdpart(void *arg, const struct mtdpart *part)
{
    const struct mtdparts_use *use = arg;
    const struct found f = {.name = part->name,
                            .medium = part->id,
                            .offset = part->offset,
                            .size = part->size};

    add_found(use->map, use->dialect, use->rule, &f);
}

static void apply_list(struct map *map, const struct dialect *d,
                       const struct map_rule *rule)
{
    struct mtdparts_use use = {map, d, rule};
    struct span list = pattern_group(rule->pattern, "list");
    char safe[120];

    if (list.text == NULL)
        return;
    if (mtdparts_parse(list.text, list.len, on_mtdpart, &use))
        return;
    (void)text_escape(safe, sizeof(safe), list.text, list.len);
    log_warn("%s: not understood to its end: '%s'", rule->title, safe);
}

/* Applies the pattern to text[from..to). */
static void apply_rows(struct map *map, const struct dialect *d,
                       const struct map_rule *rule, const char *text,
                       size_t from, size_t to, const struct span *medium)
{
    unsigned index = 0;
    struct found f;

    while (from < to && pattern_match(rule->pattern, text, to, from, &from)) {
        if (rule->format == MAP_FORMAT_MTDPARTS)
            apply_list(map, d, rule);
        else if (!read_match(rule, medium, &f))
            log_warn("%s: a number of its answer is out of range; left out",
                     rule->title);
        else if (rule->makes == MAP_MAKES_CHIP)
            add_chip(map, rule, &f, index);
        else
            add_found(map, d, rule, &f);
        index++;
    }
}

static void apply_sections(struct map *map, const struct dialect *d,
                           const struct map_rule *rule, const char *text,
                           size_t len)
{
    size_t at = 0;
    bool more = pattern_match(rule->section, text, len, at, &at);

    while (more) {
        struct span medium = pattern_group(rule->section, "medium");
        size_t start = at;
        size_t stop = len;
        more = pattern_match(rule->section, text, len, at, &at);
        if (more)
            stop = (size_t)(pattern_whole(rule->section).text - text);
        apply_rows(map, d, rule, text, start, stop,
                   medium.text != NULL ? &medium : NULL);
    }
}

static void apply_constant(struct map *map, const struct dialect *d,
                           const struct map_rule *rule)
{
    const char *medium = rule->medium != NULL ? rule->medium : "";
    const char *name = rule->name != NULL ? rule->name : rule->title;
    const struct found f = {.name = {name, strlen(name)},
                            .medium = {medium, strlen(medium)},
                            .base = rule->base,
                            .size = rule->size,
                            .has_base = rule->has_base};

    if (rule->makes == MAP_MAKES_CHIP)
        add_chip(map, rule, &f, 0);
    else
        add_found(map, d, rule, &f);
}

void map_apply(struct map *map, const struct dialect *d,
               const struct map_rule *rule, const char *text, size_t len)
{
    if (rule->pattern == NULL) {
        apply_constant(map, d, rule);
        return;
    }
    if (text == NULL)
        return;
    if (rule->unless != NULL &&
        pattern_match(rule->unless, text, len, 0, NULL)) {
        log_warn("the answer to '%s' gives no address that can be believed; "
                 "name the flash with -s, for example -s "
                 "flash.bin:0x9f000000:8M",
                 rule->command != NULL ? rule->command : rule->title);
        return;
    }
    if (rule->section != NULL)
        apply_sections(map, d, rule, text, len);
    else
        apply_rows(map, d, rule, text, 0, len, NULL);
}
