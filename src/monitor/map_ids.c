// SPDX-License-Identifier: BSD-2-Clause
// Which chip is meant by a word that is not its name.

/*
 * The kernel, U-Boot's partitions and its commands call one chip differently. A
 * word is a chip's for sure when it is its name, its alias or that of a bank of
 * it, when an answer says so (map_place_id), or when its number and kind are
 * those of the chip, as `ids` of the dialect has them. Else it is taken for the
 * only chip known that it can mean, and only as long as no other word means
 * that chip: two words may be two chips, of which one is not known. Then none
 * of those that are not sure is placed. The order of the answers does not
 * matter.
 */

#include "monitor/map_place.h"

#include "base/log.h"
#include "base/num.h"
#include "monitor/map_build.h"

#include <stdio.h>
#include <string.h>

#define IDS_MAX   (sizeof(((struct map *)NULL)->ids) / sizeof(struct map_id))
#define TOLD_MAX  4U /* words that lead from one to the next */
#define NO_NUMBER UINT64_MAX

static bool says(struct pattern *p, const char *word)
{
    return p != NULL && pattern_match(p, word, strlen(word), 0, NULL);
}

/* Of the match just made. */
static uint64_t number_of(const struct pattern *p)
{
    struct span text = pattern_group(p, "index");
    uint64_t n;

    return text.text != NULL && num_digits(text.text, text.len, 10, &n)
               ? n
               : NO_NUMBER;
}

/* --- can the word mean the chip? ----------------------------------------- */

enum fit { FIT_OTHER, FIT_NOT, FIT_MAYBE, FIT_SURE };

/* Where a section reads m: what it says of word. FIT_OTHER: one of another
 * number. */
static enum fit fit_access(const struct medium_access *a,
                           const struct map_medium *m, const char *word,
                           bool *known)
{
    bool own = says(a->names, m->name);
    uint64_t number = own ? number_of(a->names) : NO_NUMBER;
    struct pattern *by = says(a->names, word) ? a->names
                         : says(a->ids, word) ? a->ids
                                              : NULL;
    uint64_t said = by != NULL ? number_of(by) : NO_NUMBER;

    *known = *known || by != NULL;
    if (!own || by == NULL)
        return FIT_NOT;
    if (number == NO_NUMBER || said == NO_NUMBER)
        return FIT_MAYBE;
    return number == said ? FIT_SURE : FIT_OTHER;
}

static bool is_name(const struct dialect *d, const char *word)
{
    for (size_t i = 0; i < d->n_accesses; i++)
        if (says(d->accesses[i].names, word))
            return true;
    return false;
}

static enum fit fit_of(const struct dialect *d, const struct map_medium *m,
                       const char *word)
{
    bool known = false;

    if (m->user)
        return FIT_NOT;
    if (!map_is_virtual(m->base))
        return is_name(d, word) || says(d->unmapped, word) ? FIT_NOT
                                                           : FIT_MAYBE;
    for (size_t i = 0; i < d->n_accesses; i++) {
        enum fit fit = fit_access(&d->accesses[i], m, word, &known);
        if (fit != FIT_NOT)
            return fit;
    }
    return known || says(d->unmapped, word) ? FIT_NOT : FIT_MAYBE;
}

/* The only medium that fits so well; -1: none, or several. */
static int only_fit(const struct map *map, const struct dialect *d,
                    const char *word, enum fit least)
{
    int only = -1;

    for (size_t i = 0; i < map->n_media; i++) {
        if (fit_of(d, &map->media[i], word) < least)
            continue;
        if (only >= 0)
            return -1;
        only = (int)i;
    }
    return only;
}

/* --- ids ----------------------------------------------------------------- */

static struct map_id *find_id(struct map *map, const char *word)
{
    struct map_id *id;

    for (size_t i = 0; i < map->n_ids; i++)
        if (strcmp(map->ids[i].word, word) == 0)
            return &map->ids[i];
    if (map->n_ids == IDS_MAX)
        return NULL;
    id = &map->ids[map->n_ids++];
    *id = (struct map_id){.medium = -1};
    (void)snprintf(id->word, sizeof(id->word), "%s", word);
    return id;
}

void map_place_id(struct map *map, const struct map_found *f)
{
    char word[MAP_NAME_MAX];
    char means[MAP_NAME_MAX];
    struct map_id *id;

    if (f->id.len == 0 || f->medium.len == 0)
        return;
    map_safe_name(word, f->id.text, f->id.len);
    map_safe_name(means, f->medium.text, f->medium.len);
    if (strcmp(word, means) == 0)
        return;
    id = find_id(map, word);
    if (id == NULL)
        return;
    if (id->told[0] == '\0')
        memcpy(id->told, means, sizeof(means));
    else if (strcmp(id->told, means) != 0)
        id->doubtful = true;
}

/* Its segments so far are nobody's. */
static void drop_id(struct map *map, struct map_id *id)
{
    size_t own = (size_t)(id - map->ids) + 1;

    id->doubtful = true;
    id->medium = -1;
    for (size_t i = 0; i < map->n_segments; i++) {
        struct map_segment *s = &map->segments[i];
        if (s->id != own)
            continue;
        s->medium = -1;
        map_id_note(id, s->note, sizeof(s->note));
        log_info("'%s' cannot be read: %s", s->name, s->note);
    }
}

/* Who else means that chip? */
static void compare_ids(struct map *map, struct map_id *id)
{
    bool alone = true;

    for (size_t i = 0; i < map->n_ids; i++) {
        struct map_id *other = &map->ids[i];
        if (other == id || other->medium != id->medium)
            continue;
        alone = false;
        if (!other->sure)
            drop_id(map, other);
    }
    if (!alone && !id->sure)
        drop_id(map, id);
}

static int named_medium(const struct map *map, const char *word)
{
    const struct map_bank *bank = map_bank_named(map, word);

    return bank != NULL ? map_medium_at(map, bank->base, bank->size)
                        : map_medium_called(map, word);
}

static void settle_id(struct map *map, const struct dialect *d,
                      struct map_id *id)
{
    id->medium = named_medium(map, id->word);
    if (id->medium < 0)
        id->medium = only_fit(map, d, id->word, FIT_SURE);
    id->sure = id->medium >= 0;
    if (!id->sure)
        id->medium = only_fit(map, d, id->word, FIT_MAYBE);
    if (id->medium >= 0)
        compare_ids(map, id);
}

const struct map_id *map_id_of(struct map *map, const struct dialect *d,
                               struct span text)
{
    char word[MAP_NAME_MAX];
    struct map_id *id;

    map_safe_name(word, text.text, text.len);
    id = find_id(map, word);
    for (unsigned i = 0; id != NULL && id->told[0] != '\0'; i++) {
        if (id->doubtful || i == TOLD_MAX)
            return id;
        id = find_id(map, id->told);
    }
    if (id != NULL && id->medium < 0 && !id->doubtful)
        settle_id(map, d, id);
    return id;
}

void map_id_note(const struct map_id *id, char *out, size_t size)
{
    if (id == NULL)
        (void)snprintf(out, size, "too many words for chips");
    else
        (void)snprintf(out, size,
                       id->doubtful ? "nothing tells which chip '%.60s' is"
                                    : "no address known for medium '%.60s'",
                       id->word);
}
