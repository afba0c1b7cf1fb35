// SPDX-License-Identifier: BSD-2-Clause
// A place in the device's RAM that media may be read through.

/*
 * A wrong place would overwrite what the device runs. So one is only chosen
 * inside a bank of RAM that the device told of, below what it says is in use,
 * and away from both ends of the bank: vectors and first stages live at the
 * bottom, a boot loader that has moved itself lives at the top.
 */

#include "monitor/media_window.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>

#define MARGIN_MAX ((uint64_t)16 << 20)
/* The lowest place told may be the stack's top: below it the boot loader's
 * calls go, and its command interpreter's. */
#define STACK_ROOM ((uint64_t)1 << 20)
#define MIDDLE     ((uint64_t)1 << 20) /* the middle is rounded to this */

int media_window_parse(const char *text, struct media_window *out,
                       struct err *err)
{
    const char *colon = strchr(text, ':');
    char base[64];
    struct media_window w;
    uint64_t end;

    if (colon == NULL || (size_t)(colon - text) >= sizeof(base))
        return err_set(err, -EINVAL, "'%.80s' is not BASE:SIZE", text);
    memcpy(base, text, (size_t)(colon - text));
    base[colon - text] = '\0';
    if (!num_size(base, &w.base) || map_is_virtual(w.base))
        return err_set(err, -EINVAL, "BASE '%s' is not an address", base);
    if (!num_size(colon + 1, &w.size) || !num_add(w.base, w.size, &end))
        return err_set(err, -EINVAL, "SIZE '%.40s' is not a size", colon + 1);
    if (w.size == 0 || w.base % MEDIA_WINDOW_ALIGN != 0 ||
        w.size % MEDIA_WINDOW_ALIGN != 0)
        return err_set(err, -EINVAL,
                       "BASE and SIZE must be multiples of 4K, and SIZE at "
                       "least that");
    *out = w;
    return 0;
}

bool media_window_is_taken(const struct map *map, const struct media_window *w,
                           const struct map_medium **with)
{
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *m = &map->media[i];
        if (map_is_virtual(m->base) || w->base >= m->base + m->size ||
            m->base >= w->base + w->size)
            continue;
        *with = m;
        return true;
    }
    return false;
}

bool media_window_is_in_use(const struct map *map, const struct media_window *w)
{
    uint64_t top = map->ram.top;

    for (size_t i = 0; top != 0 && i < map->ram.n_banks; i++) {
        uint64_t base = map->ram.banks[i].base;
        uint64_t end = base + map->ram.banks[i].size;
        if (top >= base && top < end && w->base < end &&
            top < w->base + w->size)
            return true;
    }
    return false;
}

/* [*from, *to): the part of bank n below what is in use. */
static void bank_room(const struct map_ram *ram, size_t n, uint64_t *from,
                      uint64_t *to)
{
    *from = ram->banks[n].base;
    *to = *from + ram->banks[n].size; /* checked when it was added */
    if (ram->top > *from && ram->top < *to)
        *to = ram->top;
    else if (ram->top != 0 && ram->top <= *from)
        *to = *from; /* all of it is above */
}

/* Where a window may end that begins at base, below what is in use; at base: it
 * must not begin there. */
static uint64_t last_end(const struct map *map, uint64_t base, uint64_t to)
{
    uint64_t top = map->ram.top;

    if (top <= base || top < STACK_ROOM || to < top - STACK_ROOM)
        return to;
    return top - STACK_ROOM > base ? top - STACK_ROOM : base;
}

/* A window of two chunks at base, or of one, that ends by to. */
static bool fits(const struct map *map, uint64_t base, uint64_t to,
                 uint64_t chunk, struct media_window *out)
{
    const struct map_medium *with;

    to = last_end(map, base, to);
    for (unsigned n = 2; n > 0; n--) {
        *out = (struct media_window){base, n * chunk};
        if (base <= to && out->size <= to - base &&
            !media_window_is_taken(map, out, &with))
            return true;
    }
    return false;
}

static bool at_load_address(const struct map *map, uint64_t chunk,
                            struct media_window *out)
{
    const struct map_ram *ram = &map->ram;
    uint64_t from;
    uint64_t to;

    for (size_t i = 0; i < ram->n_at; i++)
        for (size_t n = 0; n < ram->n_banks; n++) {
            bank_room(ram, n, &from, &to);
            if (ram->at[i] % MEDIA_WINDOW_ALIGN == 0 && ram->at[i] >= from &&
                fits(map, ram->at[i], to, chunk, out))
                return true;
        }
    return false;
}

static bool in_the_middle(const struct map *map, uint64_t chunk,
                          struct media_window *out)
{
    const struct map_ram *ram = &map->ram;
    uint64_t from;
    uint64_t to;

    for (size_t n = 0; n < ram->n_banks; n++) {
        uint64_t margin = ram->banks[n].size / 4;
        uint64_t middle;
        if (margin > MARGIN_MAX)
            margin = MARGIN_MAX;
        bank_room(ram, n, &from, &to);
        if (to - from < 2 * margin)
            continue;
        from += margin;
        to -= margin;
        middle = from + (to - from) / 2;
        middle -= middle % MIDDLE;
        if (middle >= from && fits(map, middle, to, chunk, out))
            return true;
    }
    return false;
}

bool media_window_find(const struct map *map, const struct media_window *user,
                       uint64_t chunk, struct media_window *out)
{
    if (user->size != 0) {
        *out = *user;
        return true;
    }
    return at_load_address(map, chunk, out) || in_the_middle(map, chunk, out);
}
