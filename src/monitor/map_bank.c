// SPDX-License-Identifier: BSD-2-Clause
// Chips with addresses: banks that touch are one medium, and of two answers
// that contradict each other the first stands.

/*
 * A boot loader may tell of its banks one by one, and of all of them in one
 * sum. The dialect has the rule for the banks first. Then a sum that is not
 * just what the banks cover is a contradiction: a note has the figures of both,
 * for somebody would take half a chip for a backup of it. What lies between two
 * banks belongs to neither.
 *
 * A bank keeps its alias when it becomes a part of a larger medium, and what is
 * told of it by that alias never reaches into its neighbour.
 */

#include "monitor/map_place.h"

#include "base/num.h"
#include "monitor/map_build.h"
#include "monitor/map_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TOLD_MAX 6U /* figures in one note */

const char *map_rule_source(const struct map_rule *rule)
{
    return rule->command != NULL ? rule->command : rule->title;
}

bool map_chip_makes_sense(uint64_t base, uint64_t size)
{
    uint64_t end;

    return size != 0 && size <= MAP_WINDOW && num_add(base, size, &end) &&
           base % MAP_ALIGN == 0 && size % MAP_ALIGN == 0;
}

static uint64_t medium_end(const struct map_medium *m)
{
    return m->base + m->size; /* checked when it was added */
}

/* --- the device's words for them ----------------------------------------- */

void map_alias(char out[MAP_NAME_MAX], const struct map_rule *rule,
               const struct map_found *f, unsigned index)
{
    const char *mark = rule->alias != NULL ? strstr(rule->alias, "{index}")
                                           : NULL;

    out[0] = '\0';
    if (mark != NULL)
        (void)snprintf(out, MAP_NAME_MAX, "%.*s%u%s", (int)(mark - rule->alias),
                       rule->alias, index, mark + 7);
    else if (rule->alias != NULL)
        (void)snprintf(out, MAP_NAME_MAX, "%s", rule->alias);
    else if (f->medium.len > 0)
        map_safe_name(out, f->medium.text, f->medium.len);
}

const struct map_bank *map_bank_named(const struct map *map, const char *name)
{
    for (size_t i = 0; name[0] != '\0' && i < map->n_banks; i++)
        if (strcmp(map->banks[i].alias, name) == 0)
            return &map->banks[i];
    return NULL;
}

/* Remembers f under its alias, where it has one that is new. */
static void bank_add(struct map *map, const struct map_rule *rule,
                     const struct map_found *f, unsigned index)
{
    struct map_bank bank = {.base = f->base, .size = f->size};

    map_alias(bank.alias, rule, f, index);
    if (bank.alias[0] == '\0' || map_bank_named(map, bank.alias) != NULL)
        return;
    if (map->n_banks == MAP_BANKS_MAX)
        map_note(map, "%s: too many chips: '%s' is not known by its name",
                 rule->title, bank.alias);
    else
        map->banks[map->n_banks++] = bank;
}

/* --- two answers --------------------------------------------------------- */

static bool overlaps(const struct map_medium *m, const struct map_found *f)
{
    return f->base < medium_end(m) && m->base < f->base + f->size;
}

static bool bank_is_told_again(const struct map *map, const struct map_found *f)
{
    for (size_t i = 0; i < map->n_banks; i++)
        if (map->banks[i].base == f->base && map->banks[i].size == f->size)
            return true;
    return false;
}

/* "0x02000000 bytes at 0x0, 0x02000000 at 0x04000000": all that source told. */
static void told_text(const struct map *map, const char *source, char *out,
                      size_t size)
{
    unsigned n = 0;
    size_t at = 0;

    for (size_t i = 0; i < map->n_media && at < size; i++) {
        const struct map_medium *m = &map->media[i];
        if (strcmp(m->source, source) != 0 || map_is_virtual(m->base) ||
            n++ >= TOLD_MAX)
            continue;
        at += (size_t)snprintf(
            out + at, size - at, "%s0x%08" PRIx64 "%s at 0x%08" PRIx64,
            at > 0 ? ", " : "", m->size, at > 0 ? "" : " bytes", m->base);
    }
}

static void note_contradiction(struct map *map, const struct map_rule *rule,
                               const struct map_found *f,
                               const struct map_medium *with)
{
    char told[160];

    told_text(map, with->source, told, sizeof(told));
    map_note(map,
             "'%s' tells of 0x%08" PRIx64 " bytes of flash at 0x%08" PRIx64
             ", '%s' of %s: the files are as '%s' says; name the rest with -s",
             map_rule_source(rule), f->size, f->base, with->source, told,
             with->source);
}

/* f overlaps a chip that is known: it is that one, or contradicts it. */
static bool is_told_already(struct map *map, const struct map_rule *rule,
                            const struct map_found *f, unsigned index)
{
    for (size_t i = 0; i < map->n_media; i++) {
        struct map_medium *m = &map->media[i];
        if (!overlaps(m, f))
            continue;
        if ((f->base != m->base || f->size != m->size) &&
            !bank_is_told_again(map, f))
            note_contradiction(map, rule, f, m);
        if (f->base >= m->base && f->base + f->size <= medium_end(m))
            bank_add(map, rule, f, index);
        if (f->base == m->base && m->alias[0] == '\0')
            map_alias(m->alias, rule, f, index);
        return true;
    }
    return false;
}

/* --- placing ------------------------------------------------------------- */

/* A chip of the same answer that f goes on from, or that goes on from f. */
static struct map_medium *neighbour_of(struct map *map,
                                       const struct map_rule *rule,
                                       const struct map_found *f)
{
    for (size_t i = 0; i < map->n_media; i++) {
        struct map_medium *m = &map->media[i];
        bool before = f->base + f->size == m->base && map->n_segments == 0;
        if (!map_is_virtual(m->base) && m->size + f->size <= MAP_WINDOW &&
            strcmp(m->source, map_rule_source(rule)) == 0 &&
            (medium_end(m) == f->base || before))
            return m;
    }
    return NULL;
}

static void join(struct map_medium *m, const struct map_found *f)
{
    if (f->base < m->base)
        m->base = f->base;
    m->size += f->size;
    m->alias[0] = '\0'; /* that was the word for a part of it */
}

static size_t count_mapped(const struct map *map)
{
    size_t n = 0;

    for (size_t i = 0; i < map->n_media; i++)
        n += !map_is_virtual(map->media[i].base);
    return n;
}

/* A name that no other medium has: the cache's files are called so. It ends,
 * for there are few media. */
static void name_mapped(const struct map *map, struct map_medium *m)
{
    char name[MAP_NAME_MAX] = "flash";
    size_t n = count_mapped(map);

    if (n > 1)
        (void)snprintf(name, sizeof(name), "flash%zu", n);
    while (map_medium_named(map, name) >= 0)
        (void)snprintf(name, sizeof(name), "flash%zu", ++n);
    memcpy(m->name, name, sizeof(name));
}

void map_place_mapped(struct map *map, const struct map_rule *rule,
                      const struct map_found *f, unsigned index)
{
    struct map_medium *m;

    if (!map_chip_makes_sense(f->base, f->size) || map_is_virtual(f->base)) {
        map_note_nonsense(map, rule, f);
        return;
    }
    if (is_told_already(map, rule, f, index))
        return;
    bank_add(map, rule, f, index);
    m = neighbour_of(map, rule, f);
    if (m != NULL) {
        join(m, f);
        return;
    }
    m = map_new_medium(map);
    if (m == NULL)
        return;
    m->base = f->base;
    m->size = f->size;
    name_mapped(map, m);
    map_describe_medium(m, rule, f, index);
}
