// SPDX-License-Identifier: BSD-2-Clause
// The last steps to a map: the user's segments, whole chips, unique names.

#include "monitor/map_build.h"

#include "base/num.h"
#include "monitor/map_note.h"
#include "monitor/map_place.h"
#include "monitor/user_segment.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file of a whole chip. */
static void chip_file_name(char out[MAP_NAME_MAX], const struct map_medium *m)
{
    if (m->file[0] != '\0')
        (void)snprintf(out, MAP_NAME_MAX, "%s", m->file);
    else
        (void)snprintf(out, MAP_NAME_MAX, "%.56s.bin", m->name);
}

static bool name_is_used(const struct map *map, const char *name)
{
    char chip[MAP_NAME_MAX];

    for (size_t i = 0; i < map->n_segments; i++)
        if (strcmp(map->segments[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < map->n_media; i++) {
        chip_file_name(chip, &map->media[i]);
        if (!map->media[i].user && strcmp(chip, name) == 0)
            return true;
    }
    return false;
}

/* Room for one more at the front (where chips go) or the end. */
static struct map_segment *insert(struct map *map, size_t at)
{
    struct map_segment *grown = realloc(map->segments,
                                        (map->n_segments + 1) * sizeof(*grown));

    if (grown == NULL)
        return NULL;
    map->segments = grown;
    memmove(&grown[at + 1], &grown[at],
            (map->n_segments - at) * sizeof(*grown));
    map->n_segments++;
    grown[at] = (struct map_segment){.medium = -1};
    return &grown[at];
}

bool map_window_makes_sense(uint64_t base, uint64_t size)
{
    uint64_t end;

    return size <= MAP_WINDOW && !map_is_virtual(base) &&
           num_add(size, MAP_ALIGN - 1, &end) && num_add(base, end, &end);
}

int map_add_window(struct map *map, uint64_t base, uint64_t size)
{
    struct map_medium *m = &map->media[map->n_media];
    uint64_t first = base - base % MAP_ALIGN;
    uint64_t end = base + size + MAP_ALIGN - 1;

    if (map->n_media == MAP_MEDIA_MAX || !map_window_makes_sense(base, size))
        return -1;
    end -= end % MAP_ALIGN;
    *m = (struct map_medium){.base = first, .size = end - first, .user = true};
    (void)snprintf(m->name, sizeof(m->name), "mem-%08" PRIx64 "-%" PRIx64,
                   first, end - first);
    if (map_medium_named(map, m->name) >= 0)
        return -1; /* a device called a chip so */
    return (int)map->n_media++;
}

static uint64_t round_up(uint64_t size)
{
    return (size + MAP_ALIGN - 1) / MAP_ALIGN * MAP_ALIGN;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The medium that holds u, a new one if need be; *offset: where in it. */
static int user_medium(struct map *map, const struct dialect *d,
                       const struct user_segment *u, uint64_t *offset)
{
    const struct map_bank *bank;
    int n;

    bank = map_bank_named(map, u->medium);
    if (bank != NULL) {
        *offset = bank->base + u->base;
        n = map_medium_at(map, bank->base, bank->size);
        *offset -= n >= 0 ? map->media[n].base : 0;
        return u->base + u->size <= bank->size ? n : -1;
    }
    if (u->medium[0] == '\0') {
        n = map_medium_at(map, u->base, u->size);
        if (n < 0)
            n = map_add_window(map, u->base, u->size);
        *offset = n >= 0 ? u->base - map->media[n].base : 0;
        return n;
    }
    *offset = u->base;
    n = map_medium_named(map, u->medium);
    if (n < 0)
        return map_add_named(map, d, u->medium, u->base + u->size);
    /* Two of the user's on one that the device did not tell of. */
    if (map->media[n].user && map_is_virtual(map->media[n].base) &&
        u->base + u->size <= MAP_WINDOW - MAP_ALIGN)
        map->media[n].size = larger(map->media[n].size,
                                    round_up(u->base + u->size));
    return u->base + u->size <= map->media[n].size ? n : -1;
}

static int refuse_medium(const struct map *map, const struct dialect *d,
                         const struct user_segment *u, struct err *err)
{
    char served[300];

    if (map_medium_named(map, u->medium) >= 0 ||
        map_bank_named(map, u->medium) != NULL)
        return err_set(err, -EINVAL,
                       "segment '%s' ends behind the end of medium '%s'",
                       u->name, u->medium);
    map_list_served(d, served, sizeof(served));
    return err_set(err, -EINVAL,
                   "segment '%s': this boot loader's dialect reads no medium "
                   "'%s'; it reads those whose names match %s",
                   u->name, u->medium, served);
}

int map_add_user(struct map *map, const struct dialect *d, const char *option,
                 struct err *err)
{
    struct user_segment u;
    struct map_segment *s;
    uint64_t offset;
    int medium;

    if (user_segment_parse(option, &u, err) < 0)
        return -EINVAL;
    if (name_is_used(map, u.name))
        return err_set(err, -EINVAL,
                       "segment '%s': there is a file of that name already",
                       u.name);
    medium = user_medium(map, d, &u, &offset);
    if (medium < 0 && u.medium[0] != '\0')
        return refuse_medium(map, d, &u, err);
    if (medium < 0 && !map_window_makes_sense(u.base, u.size))
        return err_set(err, -EINVAL,
                       "segment '%s': no memory can be so large, or lie there",
                       u.name);
    s = medium >= 0 ? insert(map, map->n_segments) : NULL;
    if (s == NULL)
        return err_set(err, -EINVAL, "segment '%s': there are too many",
                       u.name);
    memcpy(s->name, u.name, sizeof(u.name));
    (void)snprintf(s->source, sizeof(s->source), "user");
    s->medium = medium;
    s->offset = offset;
    s->size = u.size;
    return 0;
}

static int add_whole_chips(struct map *map, struct err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < map->n_media; i++) {
        struct map_segment *s;
        if (map->media[i].user)
            continue;
        s = insert(map, at++);
        if (s == NULL)
            return err_set(err, -ENOMEM, "out of memory");
        chip_file_name(s->name, &map->media[i]);
        (void)snprintf(s->source, sizeof(s->source), "chip");
        s->medium = (int)i;
        s->size = map->media[i].size;
    }
    return 0;
}

/* N of a name "STEM-N", else 0. */
static uint64_t number_behind(const char *name, const char *stem)
{
    size_t len = strlen(stem);
    uint64_t n;

    if (strncmp(name, stem, len) != 0 || name[len] != '-' ||
        !num_digits(name + len + 1, strlen(name + len + 1), 10, &n))
        return 0;
    return n;
}

static bool is_used_before(const struct map *map, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(map->segments[k].name, map->segments[i].name) == 0)
            return true;
    return false;
}

/* The lowest number that makes a new name of stem for segment i. used: room
 * for two more than i; i names cannot use up all of it. */
static unsigned free_number(const struct map *map, size_t i, const char *stem,
                            bool *used)
{
    unsigned n = 2;

    memset(used, 0, i + 2);
    for (size_t k = 0; k < i; k++) {
        uint64_t taken = number_behind(map->segments[k].name, stem);
        if (taken < i + 2)
            used[taken] = true;
    }
    while (n < i + 2 && used[n])
        n++;
    return n;
}

/* "rootfs" a second time becomes "rootfs-2". Only what comes before counts:
 * the first keeps its name. */
static int make_unique(struct map *map, struct err *err)
{
    bool *used = calloc(map->n_segments + 2, sizeof(*used));

    if (used == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < map->n_segments; i++) {
        struct map_segment *s = &map->segments[i];
        char stem[57];
        if (!is_used_before(map, i))
            continue;
        (void)snprintf(stem, sizeof(stem), "%.56s", s->name);
        (void)snprintf(s->name, sizeof(s->name), "%.56s-%u", stem,
                       free_number(map, i, stem, used));
    }
    free(used);
    return 0;
}

static uint64_t address_of(const struct map *map, const struct map_segment *s)
{
    return s->medium < 0 ? UINT64_MAX : map->media[s->medium].base + s->offset;
}

static void note_overlaps(struct map *map)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        struct map_segment *a = &map->segments[i];
        if (a->medium < 0 || a->note[0] != '\0' ||
            strcmp(a->source, "chip") == 0)
            continue;
        for (size_t k = 0; k < map->n_segments; k++) {
            const struct map_segment *b = &map->segments[k];
            if (k == i || b->medium != a->medium ||
                strcmp(b->source, "chip") == 0 ||
                a->offset >= b->offset + b->size ||
                b->offset >= a->offset + a->size)
                continue;
            (void)snprintf(a->note, sizeof(a->note), "overlaps '%s'", b->name);
            break;
        }
    }
}

/* Insertion sort by address: a few entries, and equal ones keep their order. */
static void sort_by_address(struct map *map)
{
    for (size_t i = 1; i < map->n_segments; i++) {
        struct map_segment s = map->segments[i];
        size_t k = i;
        while (k > 0 &&
               address_of(map, &map->segments[k - 1]) > address_of(map, &s)) {
            map->segments[k] = map->segments[k - 1];
            k--;
        }
        map->segments[k] = s;
    }
}

static bool has_chip(const struct map *map)
{
    for (size_t i = 0; i < map->n_media; i++)
        if (!map->media[i].user)
            return true;
    return false;
}

/* Only where nothing else told of a chip. */
static void note_doubt(struct map *map)
{
    if (map->doubted != NULL && !has_chip(map))
        map_note(map,
                 "the answer to '%s' gives no address that can be believed",
                 map->doubted);
    map->doubted = NULL; /* the rule's */
}

static void note_rounded(struct map *map)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        char file[MAP_NAME_MAX];
        if (m->more == 0 || m->user)
            continue;
        chip_file_name(file, m);
        if (m->more == MAP_MORE_UNKNOWN)
            map_note(map,
                     "'%s' does not tell how large %s is, only what lies on "
                     "it: '%s' ends with that, after 0x%08" PRIx64 " bytes",
                     m->source, m->name, file, m->size);
        else
            map_note(map,
                     "'%s' rounds the size of %s: it may have up to 0x%" PRIx64
                     " bytes more%s than the 0x%08" PRIx64 " of '%s'%s",
                     m->source, m->name, m->more, m->less > 0 ? " or less" : "",
                     m->size, file,
                     m->less > 0 ? "" : ", where its last segment ends");
    }
}

int map_finish(struct map *map, struct err *err)
{
    int ret;

    note_doubt(map);
    note_rounded(map);
    sort_by_address(map);
    ret = add_whole_chips(map, err);
    if (ret == 0)
        ret = make_unique(map, err);
    if (ret < 0)
        return ret;
    note_overlaps(map);
    return 0;
}
