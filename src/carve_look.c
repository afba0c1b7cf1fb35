// SPDX-License-Identifier: BSD-2-Clause
// Looks at one place of a medium: what starts there?

#include "carve_look.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TRIES    4U /* for the rows of one reading, for two that agree */
#define ROWS_MAX (SIGNATURE_MAX / DEVICE_ROW)

/* One reading. */
struct reading {
    uint64_t address; /* on the device's bus */
    size_t len;       /* bytes wanted; a multiple of DEVICE_ROW */
    uint32_t came;    /* a bit a row */
    uint32_t ways;    /* by which they did, or might have */
    uint8_t bytes[SIGNATURE_MAX];
};

static void note_way(void *arg, unsigned way)
{
    struct reading *r = arg;

    r->ways |= way_set(way);
}

static void take_row(void *arg, uint64_t address, const uint8_t *bytes,
                     size_t len)
{
    struct reading *r = arg;

    for (size_t at = 0; at + DEVICE_ROW <= len; at += DEVICE_ROW) {
        uint64_t offset = address + at - r->address;
        if (address + at < r->address || offset >= r->len)
            continue;
        memcpy(r->bytes + offset, bytes + at, DEVICE_ROW);
        r->came |= UINT32_C(1) << offset / DEVICE_ROW;
    }
}

static uint32_t wanted_rows(const struct reading *r)
{
    return (UINT32_C(1) << r->len / DEVICE_ROW) - 1;
}

/* The place, as people are shown it. */
static uint64_t place(const struct carve_look *l, const struct reading *r)
{
    return map_shown_address(device_map(l->device), r->address);
}

/* By another way than had, if there is one. */
static int read_once(const struct carve_look *l, uint32_t had,
                     struct reading *r, struct err *err)
{
    const struct device_sink sink = {
        .begin = note_way, .row = take_row, .arg = r};
    int ret = 0;

    r->came = r->ways = 0;
    for (unsigned i = 0; i < TRIES && r->came != wanted_rows(r); i++) {
        size_t from = 0;
        while ((r->came >> from & 1U) != 0)
            from++;
        ret = device_read(l->device, had, r->address + from * DEVICE_ROW,
                          r->len - from * DEVICE_ROW, &sink, err);
        if (ret == -EFAULT || ret == -EINTR || ret == -ENODEV)
            return ret;
    }
    if (r->came == wanted_rows(r))
        return 0;
    return ret < 0
               ? ret
               : err_set(err, -EIO, "0x%" PRIx64 " does not come", place(l, r));
}

/* *r is one reading; afterwards two agreed on it, by two ways where there are
 * two. */
static int read_agreed(const struct carve_look *l, struct reading *r,
                       struct err *err)
{
    struct reading other = *r;

    for (unsigned i = 0; i < TRIES; i++) {
        uint32_t had = r->ways;
        int ret = read_once(l, had, &other, err);
        if (ret < 0)
            return ret;
        if (memcmp(r->bytes, other.bytes, r->len) != 0)
            had = 0;
        *r = other;
        r->ways |= had;
        if (had != 0 &&
            ways_differ(r->ways, device_ways(l->device, r->address)))
            return 0;
    }
    return err_set(err, -EIO, "0x%" PRIx64 " brings other bytes each time",
                   place(l, r));
}

static bool is_noisy(const struct carve_look *l)
{
    struct device_stats s;

    device_get_stats(l->device, &s);
    return s.rows_bad + s.rows_lost > 0;
}

static int look_at_device(const struct carve_look *l, uint64_t address,
                          struct signature *out, struct err *err)
{
    struct reading r = {.address = address, .len = SIGNATURE_MIN};
    int ret = read_once(l, DEVICE_FIRST, &r, err);
    size_t more;

    if (ret < 0)
        return ret;
    more = signature_recognise(r.bytes, r.len, out);
    if (out->kind == NULL ? !is_noisy(l) : out->proved && more == 0)
        return 0;
    if (more > 0) {
        r.len = more;
        ret = read_once(l, DEVICE_FIRST, &r, err);
    }
    if (ret == 0)
        ret = read_agreed(l, &r, err);
    (void)signature_recognise(r.bytes, r.len, out);
    return ret;
}

int carve_look_at(const struct carve_look *l, uint64_t offset,
                  struct signature *out, struct err *err)
{
    const struct map_medium *m = &device_map(l->device)->media[l->medium];
    struct blocks *b = l->cache != NULL ? cache_blocks(l->cache, l->medium)
                                        : NULL;
    uint8_t bytes[SIGNATURE_MAX];

    *out = (struct signature){.kind = NULL};
    if (b != NULL && blocks_have_confirmed(b, offset, sizeof(bytes)) &&
        blocks_get(b, offset, bytes, sizeof(bytes)) == 0) {
        (void)signature_recognise(bytes, sizeof(bytes), out);
        return 0;
    }
    if (device_is_offline(l->device))
        return -ENODATA;
    return look_at_device(l, m->base + offset, out, err);
}
