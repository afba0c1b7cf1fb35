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

static bool number(struct span text, int radix, uint64_t *out)
{
    return text.text != NULL && num_digits(text.text, text.len, radix, out);
}

/* A size with a unit word is decimal, without one hexadecimal, as all boot
 * loaders known print it. */
static bool read_size(const struct map_rule *rule, const struct map_found *f,
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

static bool read_match(const struct map_rule *rule, struct span medium,
                       struct map_found *f)
{
    const struct span none = {NULL, 0};
    struct span base = group(rule, "base", none);
    struct span offset = group(rule, "offset", none);

    *f = (struct map_found){.name = group(rule, "name", none),
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
        else if (rule->makes == MAP_MAKES_CHIP)
            map_place_chip(map, rule, &f, index);
        else
            map_place_segment(map, d, rule, &f);
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

    if (rule->makes == MAP_MAKES_CHIP)
        map_place_chip(map, rule, &f, 0);
    else
        map_place_segment(map, d, rule, &f);
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
        apply_rows(map, d, rule, text, 0, len, (struct span){NULL, 0});
}
