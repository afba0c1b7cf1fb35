// SPDX-License-Identifier: BSD-2-Clause
// Reading media that have no addresses on the bus.

#include "monitor/device_priv.h"

#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* --- which way ----------------------------------------------------------- */

void media_geometry(const struct device *dev, const struct map_medium *m,
                    uint64_t *erase_block, uint64_t *page)
{
    const struct medium_access *a = device_access(dev, m);

    /* Powers of two: map_chip.c and dialect_media.c see to that. */
    *erase_block = m->erase_block;
    *page = m->page;
    if (*erase_block == 0 && a != NULL)
        *erase_block = a->erase_block;
    if (*page == 0 && a != NULL)
        *page = a->page;
}

/* The largest chunk that fits; without a piece of it across erase blocks where
 * some of those may be bad. */
static uint64_t chunk_size(const struct media_route *r)
{
    uint64_t chunk = r->access->chunk;

    while (r->access->bad != NULL && chunk > r->erase_block)
        chunk /= 2;
    while (chunk > r->window.size)
        chunk /= 2;
    return chunk;
}

static bool find_window(const struct device *dev, struct media_route *r)
{
    uint64_t chunk = r->access->chunk;

    if (r->access->bad != NULL && chunk > r->erase_block)
        chunk = r->erase_block;
    if (!media_window_find(&dev->map, &dev->media.user, chunk, &r->window))
        return false;
    r->chunk = chunk_size(r);
    return true;
}

static void say_no_window(const struct device *dev, const struct media_route *r,
                          struct err *err)
{
    const struct map_ram *ram = &dev->map.ram;

    if (ram->n_at > 0)
        err_say(err,
                "%s needs RAM to read through: -o ram=BASE:SIZE (the device's "
                "own scripts load to 0x%" PRIx64 ")",
                r->m->name, ram->at[0]);
    else
        err_say(err, "%s needs RAM to read through: -o ram=BASE:SIZE",
                r->m->name);
}

#define NOT_KNOWN                                                              \
    "%s: the size of its %s is not known; some devices tell it at their "      \
    "start"

/* A command that counts in blocks or pages needs to know how large they are:
 * all of its numbers would be 0, and one page answered for all. */
static bool lacks_geometry(const struct device *dev,
                           const struct media_route *r, struct err *err)
{
    const struct dump_method *dumps = dev->dialect->dumps;

    for (int i = device_method(dev, r->m, 0); i >= 0;
         i = device_method(dev, r->m, i + 1)) {
        bool blocks = template_has(dumps[i].command, "block");
        bool pages = dump_needs_page(&dumps[i]);
        if (r->m->odd && (blocks || pages))
            err_say(err,
                    "%s: no chip has such erase blocks or pages as are "
                    "told",
                    r->m->name);
        else if (blocks && r->erase_block == 0)
            err_say(err, NOT_KNOWN, r->m->name, "erase blocks");
        else if (pages && r->page == 0)
            err_say(err, NOT_KNOWN, r->m->name, "pages");
        else
            continue;
        return true;
    }
    return false;
}

/* Another medium that the same commands read, which do not say which of the
 * two is meant. */
static const struct map_medium *twin_of(const struct device *dev,
                                        const struct media_route *r)
{
    int method = r->staged ? -1 : device_method(dev, r->m, 0);
    const char *command = method >= 0 ? dev->dialect->dumps[method].command
                                      : NULL;

    if ((r->access != NULL && r->access->tells) ||
        template_has(command, "medium") || template_has(command, "index"))
        return NULL;
    for (size_t i = 0; i < dev->map.n_media; i++) {
        const struct map_medium *m = &dev->map.media[i];
        if (i != r->index && map_is_virtual(m->base) &&
            (r->staged ? device_access(dev, m) == r->access
                       : device_method(dev, m, 0) == method))
            return m;
    }
    return NULL;
}

static bool has_twin(const struct device *dev, const struct media_route *r,
                     struct err *err)
{
    const struct map_medium *twin = twin_of(dev, r);

    if (twin != NULL)
        err_say(err, "the commands that read %s do not tell it from %s",
                r->m->name, twin->name);
    return twin != NULL;
}

bool media_find_route(const struct device *dev, size_t medium,
                      struct media_route *out, struct err *err)
{
    const struct map_medium *m = &dev->map.media[medium];
    const struct medium_access *a = device_access(dev, m);
    bool direct = device_method(dev, m, 0) >= 0;
    bool staged = a != NULL && a->read != NULL;

    *out = (struct media_route){.m = m, .index = medium, .access = a};
    media_geometry(dev, m, &out->erase_block, &out->page);
    if (a != NULL)
        out->number = device_number(a->names, m);
    if (a != NULL && a->bad != NULL && (out->erase_block == 0 || m->odd)) {
        err_say(err, "%s: the size of its erase blocks is not known", m->name);
        return false;
    }
    out->staged = staged && find_window(dev, out);
    if (!out->staged && direct && lacks_geometry(dev, out, err))
        return false;
    if (!out->staged && staged && !direct)
        say_no_window(dev, out, err);
    else if (!out->staged && !direct)
        err_say(err, "this boot loader has no command that reads %s", m->name);
    return (out->staged || direct) && !has_twin(dev, out, err);
}

/* --- checking ------------------------------------------------------------ */

static void make_notes(struct map *map, size_t medium, const struct err *why)
{
    for (size_t i = 0; i < map->n_segments; i++) {
        struct map_segment *s = &map->segments[i];
        if (s->medium != (int)medium)
            continue;
        s->medium = -1;
        (void)snprintf(s->note, sizeof(s->note), "%.90s", why->text);
    }
}

/* The user may know more than the device tells, but not against it. */
static int check_user_window(const struct map *map,
                             const struct media_window *w, struct err *err)
{
    const struct map_medium *with;

    if (w->size != 0 && media_window_is_taken(map, w, &with))
        return err_set(err, -EINVAL,
                       "-o ram=0x%" PRIx64 ":0x%" PRIx64 " overlaps %s at "
                       "0x%" PRIx64,
                       w->base, w->size, with->name, with->base);
    if (w->size != 0 && media_window_is_in_use(map, w))
        return err_set(err, -EINVAL,
                       "-o ram=0x%" PRIx64 ":0x%" PRIx64 " overlaps what the "
                       "boot loader itself uses, from 0x%" PRIx64 " on",
                       w->base, w->size, map->ram.top);
    return 0;
}

int media_check(struct device *dev, struct err *err)
{
    const struct map *map = &dev->map;

    if (check_user_window(map, &dev->media.user, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < map->n_media; i++) {
        struct media_route r;
        struct err why = {""};
        if (!map_is_virtual(map->media[i].base) ||
            media_find_route(dev, i, &r, &why))
            continue;
        make_notes(&dev->map, i, &why);
    }
    return 0;
}

/* --- staged -------------------------------------------------------------- */

/* Rows of RAM become rows of the medium. */
struct moved {
    const struct device_sink *sink;
    const struct media_piece *piece;
    uint64_t base; /* address of the medium's first byte */
    unsigned copy;
};

/* way: as of memory. */
static void moved_begin(void *arg, unsigned way)
{
    const struct moved *m = arg;

    if (m->sink->begin != NULL)
        m->sink->begin(m->sink->arg, way + m->copy);
}

static void moved_row(void *arg, uint64_t address, const uint8_t *bytes,
                      size_t len)
{
    const struct moved *m = arg;
    const struct media_piece *p = m->piece;

    /* What lies around the piece in RAM is something else. */
    if (address < p->ram || len > p->len || address - p->ram > p->len - len)
        return;
    m->sink->row(m->sink->arg, m->base + p->offset + (address - p->ram), bytes,
                 len);
}

static bool moved_stop(void *arg)
{
    const struct moved *m = arg;

    return m->sink->stop != NULL && m->sink->stop(m->sink->arg);
}

static int read_staged(struct device *dev, const struct media_route *r,
                       uint32_t had, uint64_t offset, uint64_t len,
                       const struct device_sink *sink, struct err *err)
{
    const struct media_piece *p;
    struct moved moved = {
        .sink = sink, .base = r->m->base, .copy = way_copy(had)};
    const struct device_sink through = {moved_begin, moved_row, moved_stop,
                                        &moved};
    int ret = media_stage(dev, r, had, offset, len, &p, err);

    if (ret < 0)
        return ret;
    moved.piece = p;
    if (len > p->offset + p->len - offset)
        len = p->offset + p->len - offset;
    return device_read_memory(dev, had, p->ram + (offset - p->offset), len,
                              &through, err);
}

/* --- directly ------------------------------------------------------------ */

static int read_directly(struct device *dev, const struct media_route *r,
                         uint32_t had, uint64_t offset, uint64_t len,
                         const struct device_sink *sink, struct err *err)
{
    const struct dump_method *method = way_direct(dev, r->m, had);
    uint64_t block = media_bad_unit(r);
    int ret = media_prepare(dev, r, err);

    if (ret < 0)
        return ret;
    if (media_is_bad(dev, r, offset))
        return media_fail_bad(r, offset, err);
    if (method_open(dev, r->m, 0) < 0)
        return method_none(dev, r->m, err);
    if (block != 0 && len > block - offset % block)
        len = block - offset % block;
    ret = device_dump_medium(dev, method, byte_order_of(dev, method), r->m,
                             r->m->base + offset, len, sink, err);
    if (method != way_direct(dev, r->m, DEVICE_FIRST))
        device_note_another(dev, ret);
    return ret;
}

/* --- both ---------------------------------------------------------------- */

/* The way to the medium that has address. */
static int route_to(const struct device *dev, uint64_t address,
                    struct media_route *r, struct err *err)
{
    int n = map_medium_at(&dev->map, address, 1);

    if (n < 0)
        return err_set(err, -EFAULT, "no medium is there");
    return media_find_route(dev, (size_t)n, r, err) ? 0 : -EFAULT;
}

int media_read(struct device *dev, uint32_t had, uint64_t address, uint64_t len,
               const struct device_sink *sink, struct err *err)
{
    struct media_route r;
    int ret = route_to(dev, address, &r, err);

    if (ret < 0)
        return ret;
    return (r.staged ? read_staged : read_directly)(
        dev, &r, had, address - r.m->base, len, sink, err);
}

static uint64_t direct_max(const struct device *dev,
                           const struct media_route *r, uint32_t had)
{
    const struct dump_method *m = way_direct(dev, r->m, had);

    return device_piece_cut(dev, m, device_method_max(m, r->page));
}

uint64_t device_read_max(const struct device *dev, uint64_t address)
{
    struct media_route r;
    uint64_t max;
    uint64_t again;

    if (dev->offline)
        return MAP_ALIGN;
    if (!map_is_virtual(address))
        return device_memory_max(dev);
    if (route_to(dev, address, &r, NULL) < 0)
        return MAP_ALIGN;
    if (r.staged) {
        max = device_memory_max(dev);
        return max < r.chunk ? max : r.chunk;
    }
    max = direct_max(dev, &r, DEVICE_FIRST);
    again = direct_max(dev, &r, DEVICE_AGAIN);
    return again < max ? again : max;
}

uint64_t device_border(const struct device *dev, uint64_t address)
{
    struct media_route r;

    if (dev->offline || !map_is_virtual(address) ||
        route_to(dev, address, &r, NULL) < 0)
        return 0;
    if (r.staged)
        return r.chunk;
    return media_bad_unit(&r);
}
