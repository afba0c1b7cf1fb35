// SPDX-License-Identifier: BSD-2-Clause
// Looks for images on the media of a device, and adds them to its map.

#include "carve.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "carve_look.h"
#include "image/extents.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACES_MAX 0x2000U /* of one medium; takes minutes */
#define FAILED_MAX 8U      /* in a row: there is more wrong than a few rows */
#define DRAW_MS    200U

struct carving {
    const struct carve_config *config;
    const struct map *map;
    struct carve_look look;
    uint64_t erase_block;
    struct image_extent *found; /* on the medium in hand */
    size_t n_found;
    uint64_t looked; /* places, of all media */
    uint64_t failed;
    uint64_t unknown; /* offline: not in the cache */
    uint64_t drawn_ms;
};

/* --- the places ------------------------------------------------------------
 */

static bool is_ram(const struct map *map, const struct map_medium *m)
{
    for (size_t i = 0; i < map->ram.n_banks; i++)
        if (m->base >= map->ram.banks[i].base &&
            m->base - map->ram.banks[i].base < map->ram.banks[i].size)
            return true;
    return false;
}

/* Beside chips a window is memory, or a part that the user knows already. */
static bool is_looked_at(const struct map *map, size_t medium)
{
    bool chips = false;

    for (size_t i = 0; i < map->n_media; i++)
        chips = chips || !map->media[i].user;
    return !map->media[medium].user ||
           (!chips && !is_ram(map, &map->media[medium]));
}

/* The boundary behind offset. Those of a window are the address space's, for it
 * may begin anywhere. */
static uint64_t next_place(const struct carving *c, const struct map_medium *m,
                           uint64_t offset)
{
    uint64_t base = m->user ? m->base % c->erase_block : 0;

    return offset + (c->erase_block - (base + offset) % c->erase_block);
}

static void draw(struct carving *c, const struct map_medium *m, uint64_t offset)
{
    uint64_t now = clock_ms();
    char line[160];

    if (c->config->show == NULL || now - c->drawn_ms < DRAW_MS)
        return;
    c->drawn_ms = now;
    (void)snprintf(line, sizeof(line),
                   "looking for images: %s  %u%%  at 0x%" PRIx64, m->name,
                   (unsigned)(offset / (m->size / 100 + 1)), offset);
    c->config->show(c->config->show_arg, line);
}

static int add_found(struct carving *c, uint64_t offset,
                     const struct signature *s)
{
    struct image_extent *grown;

    if (c->n_found == MAP_FILES_MAX)
        return 0;
    grown = realloc(c->found, (c->n_found + 1) * sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    c->found = grown;
    grown[c->n_found++] = (struct image_extent){.offset = offset,
                                                .signature = *s};
    return 0;
}

/* 0: go on; 1: this medium is of no use; negative: give up. in_a_row: places
 * that failed, up to this one. */
static int look(struct carving *c, uint64_t offset, unsigned *in_a_row,
                struct err *err)
{
    struct signature s;
    struct err why = {""};
    int ret = carve_look_at(&c->look, offset, &s, &why);

    c->looked++;
    if (ret == -ENODATA) {
        c->unknown++;
        return 0;
    }
    if (ret == 0)
        ret = device_still_same(c->config->device, &why);
    if (ret == 0) {
        *in_a_row = 0;
        return s.kind != NULL ? add_found(c, offset, &s) : 0;
    }
    if (ret == -ENODEV || ret == -ETIMEDOUT || ret == -EINTR || ret == -ESTALE)
        return err_set(err, ret, "looking for images: %s", why.text);
    c->failed++;
    log_info("looking for images: %s", why.text);
    return ret == -EFAULT || ++*in_a_row == FAILED_MAX ? 1 : 0;
}

static int look_everywhere(struct carving *c, const struct map_medium *m,
                           struct err *err)
{
    unsigned in_a_row = 0;
    unsigned places = 0;
    int ret = 0;

    for (uint64_t at = 0; ret == 0 && at < m->size; at = next_place(c, m, at)) {
        if (places++ == PLACES_MAX) {
            log_warn(
                "looking for images: %s is large; only its first 0x%" PRIx64
                " bytes were looked at",
                m->name, at);
            return 0;
        }
        draw(c, m, at);
        ret = look(c, at, &in_a_row, err);
    }
    if (ret != 1)
        return ret;
    log_warn("looking for images: %s cannot be read; its rest was not looked "
             "at",
             m->name);
    return 0;
}

/* --- into the map ----------------------------------------------------------
 */

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* Where segments of the map start on the medium. The caller frees *out. */
static int find_bounds(const struct carving *c, uint64_t **out, size_t *n)
{
    const struct map *map = c->map;

    *n = 0;
    *out = calloc(map->n_segments + 1, sizeof(**out));
    if (*out == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < map->n_segments; i++)
        if (map->segments[i].medium == (int)c->look.medium)
            (*out)[(*n)++] = map->segments[i].offset;
    qsort(*out, *n, sizeof(**out), by_number);
    return 0;
}

/* What a reader should know of it. */
static void make_note(char *out, size_t size, const struct image_extent *e)
{
    const struct signature *s = &e->signature;

    out[0] = '\0';
    if (e->refused)
        (void)snprintf(out, size,
                       "its header says 0x%" PRIx64
                       " bytes, more than there are",
                       s->length);
    else if (s->length == 0)
        (void)snprintf(out, size, "its header tells no length");
    else if (s->label[0] != '\0')
        (void)snprintf(out, size, "named '%s'", s->label);
}

/* Where there are several media, those behind the first have their name in
 * front. */
static int add_segment(const struct carving *c, const struct image_extent *e)
{
    struct map_segment s = {.medium = (int)c->look.medium,
                            .offset = e->offset,
                            .size = e->size,
                            .source = "carve"};
    const char *medium = c->map->media[c->look.medium].name;

    if (c->look.medium > 0)
        (void)snprintf(s.name, sizeof(s.name), "%.24s-%s@%" PRIx64 ".img",
                       medium, e->signature.kind, e->offset);
    else
        (void)snprintf(s.name, sizeof(s.name), "%s@%" PRIx64 ".img",
                       e->signature.kind, e->offset);
    make_note(s.note, sizeof(s.note), e);
    return device_add_segment(c->config->device, &s);
}

static int add_segments(struct carving *c)
{
    const struct map_medium *m = &c->map->media[c->look.medium];
    CLEANUP_FREE uint64_t *bounds = NULL;
    size_t n_bounds;
    size_t n;
    int ret = c->n_found > 0 ? find_bounds(c, &bounds, &n_bounds) : 0;

    if (ret < 0 || c->n_found == 0)
        return ret;
    n = image_extents(c->found, c->n_found, m->size, bounds, n_bounds);
    for (size_t i = 0; ret >= 0 && i < n; i++)
        ret = add_segment(c, &c->found[i]);
    return ret < 0 ? ret : 0;
}

/* --- all of it -------------------------------------------------------------
 */

/* Smaller ones than the usual are those of serial flash, which can erase 4 KiB
 * too; hardly anybody lets a partition begin there. */
static bool is_erase_block(uint64_t size)
{
    return size >= CARVE_ERASE_BLOCK && size % MAP_ALIGN == 0;
}

static uint64_t choose_erase_block(const struct carve_config *config,
                                   const struct map_medium *m)
{
    size_t n;
    const struct image_footer *footers = device_footers(config->device, &n);

    if (config->erase_block != 0)
        return config->erase_block;
    if (is_erase_block(m->erase_block))
        return m->erase_block;
    return n > 0 && is_erase_block(footers[0].erase_block)
               ? footers[0].erase_block
               : CARVE_ERASE_BLOCK;
}

static void tell_gaps(const struct carving *c)
{
    if (c->failed > 0)
        log_warn("looking for images: %" PRIu64 " of %" PRIu64
                 " places cannot be read; what starts there has no file",
                 c->failed, c->looked);
    if (c->unknown > 0)
        log_warn("looking for images: %" PRIu64 " of %" PRIu64
                 " places are not in the cache; what starts there has no file",
                 c->unknown, c->looked);
}

int carve(const struct carve_config *config, struct err *err)
{
    struct carving c = {.config = config,
                        .map = device_map(config->device),
                        .look = {config->device, config->cache, 0}};
    int ret = 0;

    for (size_t i = 0; ret == 0 && i < c.map->n_media; i++) {
        if (!is_looked_at(c.map, i))
            continue;
        c.look.medium = i;
        c.erase_block = choose_erase_block(config, &c.map->media[i]);
        c.n_found = 0;
        ret = look_everywhere(&c, &c.map->media[i], err);
        if (ret == 0)
            ret = add_segments(&c);
        if (ret == -ENOMEM)
            (void)err_set(err, ret, "out of memory");
    }
    free(c.found);
    if (config->show != NULL)
        config->show(config->show_arg, "");
    if (ret == 0)
        tell_gaps(&c);
    return ret;
}
