// SPDX-License-Identifier: BSD-2-Clause
// Which media a device has and which segments lie on them.

#include "monitor/map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

void map_free(struct map *map)
{
    free(map->segments);
    free(map->notes);
    *map = (struct map){.segments = NULL};
}

int map_medium_at(const struct map *map, uint64_t base, uint64_t size)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (base >= m->base && base - m->base < m->size &&
            size <= m->size - (base - m->base))
            return (int)i;
    }
    return -1;
}

bool map_is_virtual(uint64_t address)
{
    return address >= MAP_VIRTUAL &&
           address - MAP_VIRTUAL < MAP_MEDIA_MAX * MAP_WINDOW;
}

uint64_t map_shown(const struct map_medium *medium, uint64_t offset)
{
    return map_is_virtual(medium->base) ? offset : medium->base + offset;
}

uint64_t map_shown_address(const struct map *map, uint64_t address)
{
    int n = map_is_virtual(address) ? map_medium_at(map, address, 1) : -1;

    return n < 0 ? address : address - map->media[n].base;
}

static void table_row(const struct map *map, const struct map_segment *s,
                      struct buf *out)
{
    uint64_t address = s->offset;
    const char *medium = "-";

    if (s->medium >= 0) {
        address = map_shown(&map->media[s->medium], s->offset);
        medium = map->media[s->medium].name;
    }
    (void)buf_printf(out, "0x%08" PRIx64 "  0x%08" PRIx64 "  %-12s  %-12s  %s",
                     address, s->size, medium, s->source, s->name);
    (void)buf_printf(out, "%s%s%s\n", s->note[0] ? "  (" : "", s->note,
                     s->note[0] ? ")" : "");
}

void map_table(const struct map *map, struct buf *out)
{
    (void)buf_printf(out, "%-10s  %-10s  %-12s  %-12s  %s\n", "address", "size",
                     "medium", "source", "name");
    for (size_t i = 0; i < map->n_segments; i++)
        table_row(map, &map->segments[i], out);
    for (size_t i = 0; i < map->n_notes; i++)
        (void)buf_printf(out, "# %s\n", map->notes[i].text);
    if (map->more_notes > 0)
        (void)buf_printf(out, "# %zu more notes\n", map->more_notes);
    if (map->dropped > 0)
        (void)buf_printf(out, "# %zu more were left out\n", map->dropped);
}

/* Why the first medium that cannot be read cannot be; NULL: none is such. */
static const char *why_unreadable(const struct map *map)
{
    for (size_t i = 0; i < map->n_segments; i++)
        if (map->segments[i].medium >= 0)
            return NULL;
    return map->n_media > 0 && map->n_segments > 0 ? map->segments[0].note
                                                   : NULL;
}

int map_check_readable(const struct map *map, struct err *err)
{
    const char *why = why_unreadable(map);

    if (why != NULL)
        return err_set(err, -ENODATA, "%s", why);
    if (map->n_media > 0)
        return 0;
    return err_set(err, -ENODATA,
                   "%s; name what to read with -s NAME:BASE:SIZE, for example "
                   "-s flash.bin:0x9f000000:8M",
                   map->n_notes > 0 ? map->notes[0].text
                                    : "the device's map names no flash that "
                                      "has an address");
}
