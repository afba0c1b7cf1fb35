// SPDX-License-Identifier: BSD-2-Clause
// From the starts that were recognised on a medium to files.

#include "image/extents.h"

#include <string.h>

/* The header's length, where there is one and the medium has room for it. */
static void take_length(struct image_extent *e, uint64_t medium_size)
{
    uint64_t room = medium_size - e->offset;
    const struct signature *s = &e->signature;

    e->refused = s->length > room;
    e->size = 0;
    if (!e->refused && s->length > 0)
        e->size = s->padded < room ? s->padded : room;
}

/* The first bound behind offset; medium_size: there is none. */
static uint64_t next_bound(uint64_t offset, uint64_t medium_size,
                           const uint64_t *bounds, size_t n_bounds)
{
    for (size_t i = 0; i < n_bounds; i++)
        if (bounds[i] > offset)
            return bounds[i] < medium_size ? bounds[i] : medium_size;
    return medium_size;
}

/* One more erase block of what e is. */
static bool continues(const struct image_extent *e,
                      const struct image_extent *more)
{
    const struct signature *a = &e->signature;
    const struct signature *b = &more->signature;

    return a->repeats && b->repeats && a->series == b->series &&
           strcmp(a->kind, b->kind) == 0;
}

size_t image_extents(struct image_extent *list, size_t n, uint64_t medium_size,
                     const uint64_t *bounds, size_t n_bounds)
{
    struct image_extent *open = NULL; /* the last one; its end may be unknown */
    uint64_t known_end = 0;           /* of those with a length */
    uint64_t bound = 0;               /* behind the last one */
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct image_extent e = list[i];
        if (e.signature.weak && e.offset < known_end)
            continue;
        if (open != NULL && e.offset < bound && continues(open, &e))
            continue;
        if (open != NULL && open->size == 0)
            open->size = (e.offset < bound ? e.offset : bound) - open->offset;
        take_length(&e, medium_size);
        bound = next_bound(e.offset, medium_size, bounds, n_bounds);
        if (e.size == 0 && e.offset < known_end && known_end < bound)
            bound = known_end;
        if (e.size > 0 && e.offset + e.size > known_end)
            known_end = e.offset + e.size;
        open = &list[kept];
        list[kept++] = e;
    }
    if (open != NULL && open->size == 0)
        open->size = bound - open->offset;
    return kept;
}
