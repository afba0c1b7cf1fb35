// SPDX-License-Identifier: BSD-2-Clause
// From what a device answered to a map: the rules of a dialect applied.

#include "monitor/map_build.h"

#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/map_place.h"
#include "monitor/mtdparts.h"

#include <string.h>

/* A group of the row's pattern, else of the section's. */
static struct span group(const struct map_rule *rule, const char *name,
                         struct span inherited)
{
    struct span got = pattern_group(rule->pattern, name);

    return got.text != NULL ? got : inherited;
}

/* Hexadecimal in any case when it says so itself. */
static bool number(struct span text, int radix, uint64_t *out)
{
    if (text.text != NULL && text.len > 2 && text.text[0] == '0' &&
        (text.text[1] == 'x' || text.text[1] == 'X'))
        radix = 16;
    return text.text != NULL && num_digits(text.text, text.len, radix, out);
}

/* Offsets and sizes, in the unit of the rule. */
static bool scaled(const struct map_rule *rule, struct span text, uint64_t *out)
{
    uint64_t value;

    return number(text, rule->radix, &value) &&
           num_mul(value, rule->scale, out);
}

/* "14.7" of a unit, as cards tell their size: rounded, so what is beyond a
 * whole MAP_ALIGN is dropped. */
static bool read_decimal(struct span text, struct span unit, uint64_t *out)
{
    uint64_t factor = num_unit(unit.text, unit.len);
    const char *point = memchr(text.text, '.', text.len);
    struct span whole = text;
    uint64_t tenths;

    if (point == NULL)
        return number(text, 10, out) && num_mul(*out, factor, out);
    whole.len = (size_t)(point - text.text);
    if (point + 2 != text.text + text.len || !number(whole, 10, out) ||
        !num_digits(point + 1, 1, 10, &tenths) || !num_mul(*out, 10, out) ||
        !num_add(*out, tenths, out) || !num_mul(*out, factor, out))
        return false;
    *out /= 10;
    *out -= *out % MAP_ALIGN;
    return true;
}

/* From where it starts up to end, or to last and with it. */
static bool read_end(const struct map_rule *rule, const struct map_found *f,
                     struct span end, struct span last, uint64_t *out)
{
    uint64_t start = f->has_base ? f->base : f->offset;
    uint64_t behind;

    if (last.text != NULL) {
        if (!number(last, rule->radix, &behind) ||
            !num_add(behind, 1, &behind) ||
            !num_mul(behind, rule->scale, &behind))
            return false;
    } else if (!scaled(rule, end, &behind)) {
        return false;
    }
    *out = behind - start;
    return behind >= start;
}

/* A size with a unit word is decimal, without one hexadecimal, as most boot
 * loaders print it; the rule may say otherwise. */
static bool read_size(const struct map_rule *rule, const struct map_found *f,
                      uint64_t *out)
{
    struct span unit = pattern_group(rule->pattern, "unit");
    struct span size = pattern_group(rule->pattern, "size");
    struct span end = pattern_group(rule->pattern, "end");
    struct span last = pattern_group(rule->pattern, "last");
    struct span blocks = pattern_group(rule->pattern, "blocks");
    uint64_t value;

    if (unit.text != NULL)
        return size.text != NULL && read_decimal(size, unit, out);
    if (size.text != NULL)
        return scaled(rule, size, out);
    if (blocks.text != NULL)
        return number(blocks, 10, &value) && num_mul(value, f->erase, out);
    if (end.text != NULL || last.text != NULL)
        return read_end(rule, f, end, last, out);
    *out = rule->has_size ? rule->size : 0;
    return rule->has_size || rule->makes != MAP_MAKES_SEGMENT;
}

/* A group in bytes, with a unit of its own behind it or without; *out stays
 * when it is not there. */
static bool read_bytes(const struct map_rule *rule, const char *name,
                       const char *unit_name, uint64_t *out)
{
    struct span text = pattern_group(rule->pattern, name);
    struct span unit = pattern_group(rule->pattern, unit_name);

    if (text.text == NULL)
        return true;
    return unit.text == NULL
               ? number(text, rule->radix, out)
               : number(text, 10, out) &&
                     num_mul(*out, num_unit(unit.text, unit.len), out);
}

static bool read_match(const struct map_rule *rule, struct span medium,
                       struct map_found *f)
{
    const struct span none = {NULL, 0};
    struct span base = group(rule, "base", none);
    struct span offset = group(rule, "offset", none);

    *f = (struct map_found){.name = group(rule, "name", none),
                            .medium = group(rule, "medium", medium),
                            .id = group(rule, "id", none),
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
        if (!scaled(rule, base, &f->base))
            return false;
    }
    if (offset.text != NULL && !scaled(rule, offset, &f->offset))
        return false;
    if (!read_bytes(rule, "erase", "erase_unit", &f->erase) ||
        !read_bytes(rule, "page", "page_unit", &f->page))
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
    const struct map_found f = {.name = part->name,
                                .medium = part->id,
                                .offset = part->offset,
                                .size = part->size,
                                .rest = part->size == 0};

    map_place_segment(use->map, use->dialect, use->rule, &f);
}

static void apply_list(struct map *map, const struct dialect *d,
                       const struct map_rule *rule)
{
    struct mtdparts_use use = {map, d, rule};
    struct span list = pattern_group(rule->pattern, "list");
    char safe[120];

    if (list.text == NULL)
        return;
    if (mtdparts_parse(list.text, list.len, on_mtdpart, &use) ||
        !map_may_warn(map))
        return;
    (void)text_escape(safe, sizeof(safe), list.text, list.len);
    log_warn("%s: not understood to its end: '%s'", rule->title, safe);
}

static void tell_out_of_range(struct map *map, const struct map_rule *rule)
{
    if (map_may_warn(map))
        log_warn("%s: a number of its answer is out of range; left out",
                 rule->title);
}

static void place(struct map *map, const struct dialect *d,
                  const struct map_rule *rule, const struct map_found *f,
                  unsigned index)
{
    switch (rule->makes) {
    case MAP_MAKES_CHIP:
        map_place_chip(map, d, rule, f, index);
        return;
    case MAP_MAKES_SEGMENT:
    case MAP_MAKES_WINDOW:
        map_place_segment(map, d, rule, f);
        return;
    case MAP_MAKES_GEOMETRY:
        map_place_geometry(map, f);
        return;
    case MAP_MAKES_ID:
        map_place_id(map, f);
        return;
    case MAP_MAKES_RAM:
    case MAP_MAKES_RAM_TOP:
    case MAP_MAKES_RAM_AT:
        map_place_ram(map, rule, f);
        return;
    }
}

/* Applies the pattern to text[from..to). */
static void apply_rows(struct map *map, const struct dialect *d,
                       const struct map_rule *rule, const char *text,
                       size_t from, size_t to, struct span medium)
{
    unsigned index = 0;
    struct map_found f;

    while (from < to && pattern_match(rule->pattern, text, to, from, &from)) {
        if (rule->format == MAP_FORMAT_MTDPARTS)
            apply_list(map, d, rule);
        else if (!read_match(rule, medium, &f))
            tell_out_of_range(map, rule);
        else
            place(map, d, rule, &f, index);
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
        apply_rows(map, d, rule, text, start, stop, medium);
    }
}

static void apply_constant(struct map *map, const struct dialect *d,
                           const struct map_rule *rule)
{
    const char *medium = rule->medium != NULL ? rule->medium : "";
    const char *name = rule->name != NULL ? rule->name : rule->title;
    const struct map_found f = {.name = {name, strlen(name)},
                                .medium = {medium, strlen(medium)},
                                .base = rule->base,
                                .size = rule->size,
                                .has_base = rule->has_base};

    place(map, d, rule, &f, 0);
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
        map->doubted = rule->command != NULL ? rule->command : rule->title;
        return;
    }
    if (rule->section != NULL)
        apply_sections(map, d, rule, text, len);
    else
        apply_rows(map, d, rule, text, 0, len, (struct span){NULL, 0});
}
