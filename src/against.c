// SPDX-License-Identifier: BSD-2-Clause
// Compares an image with what the device has, moving as little as can be.

#include "against.h"

#include "base/cleanup.h"
#include "base/digest.h"
#include "compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE      ((size_t)FWFS_VERIFY_MAX)
#define READ_PIECE ((size_t)16384) /* some seconds on a slow line */

struct work {
    const struct target *target;
    const struct against_image *image;
    const struct report *report;
    struct compare compare;
    struct merge found;    /* kinds: enum compare_kind */
    const char *algorithm; /* NULL: no sum came yet */
    bool reading;          /* there are no sums */
    bool gone;             /* the device is */
    uint64_t compared;     /* bytes gone over */
    uint8_t *ours;         /* PIECE bytes */
    uint8_t *theirs;       /* READ_PIECE bytes */
};

/* --- By sums --- */

static int sum_of(void *arg, uint64_t offset, size_t len,
                  struct digest_value *out)
{
    struct work *w = arg;
    struct fwfs_sum s = {.offset = offset, .len = len};
    int r = w->gone ? -EHOSTDOWN : w->target->sum(w->target->arg, &s);

    if (r != 0)
        return r;
    if (memchr(s.algorithm, '\0', sizeof(s.algorithm)) == NULL)
        return -EOPNOTSUPP;
    *out = (struct digest_value){.algorithm = digest_find(s.algorithm)};
    if (out->algorithm == NULL || s.sum_len != digest_size(out->algorithm))
        return -EOPNOTSUPP;
    memcpy(out->bytes, s.sum, s.sum_len);
    w->algorithm = digest_name(out->algorithm);
    return 0;
}

static void found(void *arg, enum compare_kind kind, uint64_t offset,
                  size_t len)
{
    struct work *w = arg;

    merge_add(&w->found, (unsigned)kind, offset, len);
    if (kind == COMPARE_FAILED && !w->report->alive(w->report->arg))
        w->gone = true;
}

static void passed(void *arg, uint64_t end)
{
    const struct work *w = arg;

    w->report->progress(w->report->arg, end);
}

/* --- By reading --- */

static void compare_bytes(struct work *w, const uint8_t *ours, uint64_t offset,
                          size_t len)
{
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        n = len - i < COMPARE_FINE ? len - i : COMPARE_FINE;
        if (memcmp(ours + i, w->theirs + i, n) != 0)
            found(w, COMPARE_DIFFERS, offset + i, n);
    }
}

static int compare_by_reading(struct work *w, uint64_t offset, size_t len)
{
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        uint64_t at = offset + i;
        int r;
        n = READ_PIECE - at % READ_PIECE;
        n = len - i < n ? len - i : n;
        r = w->target->read(w->target->arg, w->theirs, at, n);
        if (r != 0 && r != -EIO)
            return r;
        if (r == 0)
            compare_bytes(w, w->ours + i, at, n);
        else
            found(w, COMPARE_FAILED, at, n);
        if (w->gone)
            return -EHOSTDOWN;
        passed(w, at + n);
    }
    return 0;
}

/* --- Both --- */

static int compare_at(struct work *w, uint64_t offset, size_t len,
                      struct err *err)
{
    const struct against_image *image = w->image;
    int r = image->read(image->arg, w->ours, offset, len);

    if (r != 0)
        return err_set(err, r, "%s: cannot read at 0x%" PRIx64 ": %s",
                       image->name, offset, strerror(-r));
    if (!w->reading) {
        r = compare_piece(&w->compare, w->ours, offset, len);
        if (r != -EOPNOTSUPP)
            return r;
        w->reading = true;
    }
    return compare_by_reading(w, offset, len);
}

static int compare_range(struct work *w, uint64_t from, uint64_t end,
                         struct err *err)
{
    size_t len;

    for (uint64_t at = from; at < end; at += len) {
        int r;
        len = PIECE - at % PIECE;
        if (end - at < len)
            len = (size_t)(end - at);
        r = compare_at(w, at, len, err);
        if (r != 0)
            return r;
        w->compared += len;
    }
    return 0;
}

/* *beyond: how much of what the map calls rescued lies behind end. */
static int compare_areas(struct work *w, uint64_t end, uint64_t *beyond,
                         struct err *err)
{
    const struct mapfile *map = w->image->map;
    int r = 0;

    for (size_t i = 0; i < map->n_areas && r == 0; i++) {
        const struct mapfile_area *a = &map->areas[i];
        uint64_t last = a->offset + a->len;
        if (a->status != '+')
            continue;
        if (last > end) {
            *beyond += last - (a->offset > end ? a->offset : end);
            last = end;
        }
        if (a->offset < last)
            r = compare_range(w, a->offset, last, err);
    }
    return r;
}

static void tell_range(void *arg, const struct merge_range *range)
{
    const struct work *w = arg;

    report_range(w->report, "", range,
                 range->kind == COMPARE_DIFFERS ? "differ"
                                                : "could not be read");
}

static void tell_sizes(const struct work *w)
{
    if (w->image->size != w->target->size)
        report_line(w->report,
                    "%s has %" PRIu64 " bytes, %s has %" PRIu64
                    ": what both have is compared",
                    w->image->name, w->image->size, w->target->name,
                    w->target->size);
}

static void tell_result(const struct work *w)
{
    const struct against_image *image = w->image;
    const char *file = w->target->name;
    uint64_t differs = w->found.bytes[COMPARE_DIFFERS];
    uint64_t failed = w->found.bytes[COMPARE_FAILED];
    char where[TARGET_NAME_MAX * 4 + 64] = "";
    char how[64] = "reading";

    if (image->map != NULL)
        (void)snprintf(where, sizeof(where), " where %s says rescued",
                       image->map_name);
    else if (image->size != w->target->size)
        (void)snprintf(where, sizeof(where), " as far as both go");
    if (!w->reading)
        (void)snprintf(how, sizeof(how), "%s of the device",
                       w->algorithm != NULL ? w->algorithm : "checksum");
    if (w->compared == 0)
        report_line(w->report, "%s: nothing to compare with %s%s", image->name,
                    file, where);
    else if (differs > 0)
        report_line(w->report,
                    "%s is not what %s has%s: %" PRIu64 " of %" PRIu64
                    " bytes differ, by %s",
                    image->name, file, where, differs, w->compared, how);
    else if (failed > 0)
        report_line(w->report,
                    "%s: %" PRIu64 " of %" PRIu64
                    " bytes could not be compared with %s%s, by %s",
                    image->name, failed, w->compared, file, where, how);
    else
        report_line(w->report, "%s is what %s has%s: %" PRIu64 " bytes, by %s",
                    image->name, file, where, w->compared, how);
}

static int run(struct work *w, bool *same, struct err *err)
{
    const struct against_image *image = w->image;
    uint64_t size = w->target->size;
    uint64_t end = image->size < size ? image->size : size;
    uint64_t beyond = 0;
    int r;

    if (image->map == NULL) {
        tell_sizes(w);
        r = compare_range(w, 0, end, err);
    } else {
        r = compare_areas(w, end, &beyond, err);
    }
    merge_end(&w->found);
    if (r != 0)
        return r;
    if (beyond > 0)
        report_line(w->report,
                    "%s says rescued of %" PRIu64 " bytes behind the end of %s",
                    image->map_name, beyond,
                    image->size < size ? image->name : w->target->name);
    tell_result(w);
    *same = w->compared > 0 && beyond == 0 &&
            (image->map != NULL || image->size == size) &&
            w->found.bytes[COMPARE_DIFFERS] == 0 &&
            w->found.bytes[COMPARE_FAILED] == 0;
    return 0;
}

int against(const struct target *t, const struct against_image *image,
            const struct report *r, bool *same, struct err *err)
{
    CLEANUP_FREE uint8_t *room = malloc(PIECE + READ_PIECE);
    struct work w = {
        .target = t,
        .image = image,
        .report = r,
        .compare = {.sum = sum_of,
                    .found = found,
                    .passed = passed,
                    .arg = &w,
                    .looks = COMPARE_LOOKS},
        .found = {.emit = tell_range, .arg = &w},
    };

    *same = false;
    if (room == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    w.ours = room;
    w.theirs = room + PIECE;
    return run(&w, same, err);
}
