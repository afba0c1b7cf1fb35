// SPDX-License-Identifier: BSD-2-Clause
// From what a device answered to a map: the rules of a dialect applied.

#include "monitor/map_build.h"

#include "base/num.h"
#include "monitor/map_note.h"
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

/* "14.7" of a unit, as cards tell their size. What is beyond a whole MAP_ALIGN
 * is dropped. */
static bool read_decimal(struct span text, struct span unit, uint64_t *out)
{
    uint64_t factor = num_unit(unit.text, unit.len);
    const char *point = memchr(text.text, '.', text.len);
    struct span whole = text;
    uint64_t tenths;

    if (factor == 0)
        return false;
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

/* What the device did to a size before it printed it in a unit of factor
 * bytes. One that is told in bytes is exact. */
static void set_rounding(const struct map_rule *rule, struct map_found *f,
                         struct span unit)
{
    uint64_t factor = num_unit(unit.text, unit.len);

    switch (rule->rounded) {
    case MAP_ROUNDED_NO:
        return;
    case MAP_ROUNDED_TENTH:
        if (factor > 1)
            f->more = f->less = factor / 20 + MAP_ALIGN;
        return;
    case MAP_ROUNDED_UP:
        f->less = factor > 1 ? factor - 1 : 0;
        return;
    case MAP_ROUNDED_LEAST:
        f->more = MAP_MORE_UNKNOWN;
        return;
    }
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
static bool read_size(const struct map_rule *rule, struct map_found *f,
                      uint64_t *out)
{
    struct span unit = pattern_group(rule->pattern, "unit");
    struct span size = pattern_group(rule->pattern, "size");
    struct span end = pattern_group(rule->pattern, "end");
    struct span last = pattern_group(rule->pattern, "last");
    struct span blocks = pattern_group(rule->pattern, "blocks");
    uint64_t value;

    if (unit.text != NULL) {
        set_rounding(rule, f, unit);
        return size.text != NULL && read_decimal(size, unit, out);
    }
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

/* An answer, or a part of it, that a rule is applied to. */
struct use {
    struct map *map;
    const struct dialect *dialect;
    const struct map_rule *rule;
    const char *text;
    struct span medium; /* of the section; text NULL: none */
};

static void use_mtdpart(void *arg, const struct mtdpart *part)
{
    const struct use *use = arg;
    const struct map_found f = {.name = part->name,
                                .medium = part->id,
                                .offset = part->offset,
                                .size = part->size,
                                .rest = part->size == 0};

    map_place_segment(use->map, use->dialect, use->rule, &f);
}

static void use_broken_list(void *arg, struct span rest)
{
    const struct use *use = arg;

    map_note_unread(use->map, use->text, rest, use->rule->title,
                    "not understood");
}

static void apply_list(struct use *use)
{
    struct span list = pattern_group(use->rule->pattern, "list");

    if (list.text != NULL)
        (void)mtdparts_parse(list.text, list.len, use_mtdpart, use_broken_list,
                             use);
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
    case MAP_MAKES_CHECK:
        return;
    }
}

/* Applies the pattern to text[from..to). */
static void apply_rows(struct use *use, size_t from, size_t to)
{
    const struct map_rule *rule = use->rule;
    unsigned index = 0;
    struct map_found f;

    while (from < to &&
           pattern_match(rule->pattern, use->text, to, from, &from)) {
        if (rule->format == MAP_FORMAT_MTDPARTS)
            apply_list(use);
        else if (read_match(rule, use->medium, &f))
            place(use->map, use->dialect, rule, &f, index);
        else
            map_note_unread(use->map, use->text, pattern_whole(rule->pattern),
                            rule->title, "a number is out of range");
        index++;
    }
}

static void apply_sections(struct use *use, size_t len)
{
    struct pattern *section = use->rule->section;
    size_t at = 0;
    bool more = pattern_match(section, use->text, len, at, &at);

    while (more) {
        size_t start = at;
        size_t stop = len;
        use->medium = pattern_group(section, "medium");
        more = pattern_match(section, use->text, len, at, &at);
        if (more)
            stop = (size_t)(pattern_whole(section).text - use->text);
        apply_rows(use, start, stop);
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
    struct use use = {map, d, rule, text, {NULL, 0}};

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
    if (rule->makes == MAP_MAKES_CHECK)
        map_check_lines(map, d, rule, text, len);
    else if (rule->section != NULL)
        apply_sections(&use, len);
    else
        apply_rows(&use, 0, len);
}
