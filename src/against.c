// SPDX-License-Identifier: BSD-2-Clause
// Compares an image with what the device has, moving as little as can be.

#include "against_priv.h"

#include "base/cleanup.h"
#include "base/digest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void against_found(void *arg, enum compare_kind kind, uint64_t offset,
                   size_t len)
{
    struct against_work *w = arg;

    merge_add(&w->found, (unsigned)kind, offset - w->place.offset, len);
    if (kind == COMPARE_FAILED && !w->report->alive(w->report->arg))
        w->gone = true;
}

void against_passed(void *arg, uint64_t end)
{
    struct against_work *w = arg;

    end -= w->place.offset;
    if (end > w->at_end)
        w->report->progress(w->report->arg, end);
    w->at_end = end > w->at_end ? end : w->at_end;
}

/* The next blocks from *n on that were not proved, together. */
static bool next_unproved(const struct against_work *w, size_t *n,
                          uint64_t *from, uint64_t *to)
{
    const uint64_t first = w->ours.offset / PROOF_BLOCK;
    const uint64_t end = w->ours.offset + w->ours.len;
    size_t start;

    while (*n < BLOCKS + 1 && !w->unproved[*n])
        (*n)++;
    start = *n;
    while (*n < BLOCKS + 1 && w->unproved[*n])
        (*n)++;
    *from = (first + start) * PROOF_BLOCK;
    *to = (first + *n) * PROOF_BLOCK;
    *from = *from < w->ours.offset ? w->ours.offset : *from;
    *to = *to > end ? end : *to;
    return *n > start;
}

static int read_unproved(struct against_work *w)
{
    size_t n = 0;
    uint64_t from;
    uint64_t to;
    int r = 0;

    while (r == 0 && next_unproved(w, &n, &from, &to))
        r = against_read(w, from, (size_t)(to - from));
    return r;
}

/* [offset, offset+len) of an area that goes from first to end, all of the file,
 * and what is around it there. */
static int load(struct against_work *w, uint64_t first, uint64_t end,
                uint64_t offset, size_t len, struct err *err)
{
    const struct against_image *image = w->image;
    const struct fwfs_place *place = &w->place;
    uint64_t front = offset - first;
    uint64_t left = end - (offset + len);
    int r;

    w->ours = (struct proof_guess){
        .bytes = w->room,
        .before = front < SELFSUM_BEFORE ? (size_t)front : SELFSUM_BEFORE,
        .len = len,
        .behind = left < SELFSUM_BEHIND ? (size_t)left : SELFSUM_BEHIND,
        .offset = place->offset + offset,
        .front_unknown = front < SELFSUM_BEFORE && place->offset + first > 0,
        .end_unknown = left < PROOF_WORD - 1 &&
                       place->offset + end < place->medium_size};
    memset(w->unproved, 0, sizeof(w->unproved));
    r = image->read(image->arg, w->room, offset - w->ours.before,
                    w->ours.before + len + w->ours.behind);
    return r == 0 ? 0
                  : err_set(err, r, "%s: cannot read at 0x%" PRIx64 ": %s",
                            image->name, offset, strerror(-r));
}

static int compare_loaded(struct against_work *w)
{
    int r;

    if (!w->reading) {
        r = compare_piece(&w->compare, w->ours.offset, w->ours.len);
        w->reading = w->mute || r == -EOPNOTSUPP;
        if (r != -EOPNOTSUPP)
            return r == 0 ? read_unproved(w) : r;
    }
    return against_read(w, w->ours.offset, w->ours.len);
}

/* From at on, which is of the medium: to where a block begins, and from there
 * to the next multiple of PIECE. */
static size_t piece_at(uint64_t at)
{
    return at % PROOF_BLOCK != 0 ? PROOF_BLOCK - at % PROOF_BLOCK
                                 : PIECE - at % PIECE;
}

/* Of the file; in pieces that end at round offsets of the medium. */
static int compare_range(struct against_work *w, uint64_t from, uint64_t end,
                         struct err *err)
{
    size_t len;

    for (uint64_t at = from; at < end; at += len) {
        int r;
        len = piece_at(w->place.offset + at);
        if (end - at < len)
            len = (size_t)(end - at);
        r = load(w, from, end, at, len, err);
        if (r == 0)
            r = compare_loaded(w);
        if (r != 0)
            return r;
        w->compared += len;
    }
    return 0;
}

/* *beyond: how much of what the map calls rescued lies behind end. */
static int compare_areas(struct against_work *w, uint64_t end, uint64_t *beyond,
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
    const struct against_work *w = arg;

    report_range(w->report, "", range,
                 range->kind == COMPARE_DIFFERS ? "differ"
                                                : "could not be read");
}

static void tell_sizes(const struct against_work *w)
{
    if (w->image->size != w->target->size)
        report_line(w->report,
                    "%s has %" PRIu64 " bytes, %s has %" PRIu64
                    ": what both have is compared",
                    w->image->name, w->image->size, w->target->name,
                    w->target->size);
}

static void tell_result(const struct against_work *w)
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
    if (w->algorithm != NULL)
        (void)snprintf(how, sizeof(how), "%s of the device%s", w->algorithm,
                       w->reading ? ", and by reading" : "");
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

static int run(struct against_work *w, bool *same, struct err *err)
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

/* Where the file lies on its medium. */
static int locate(struct against_work *w)
{
    struct fwfs_place *p = &w->place;
    int code = w->target->place(w->target->arg, p);

    if (code != 0)
        return code;
    return p->offset <= p->medium_size &&
                   w->target->size <= p->medium_size - p->offset
               ? 0
               : -EOPNOTSUPP; /* no fwfs says so */
}

int against(const struct target *t, const struct against_image *image,
            const struct report *r, bool *same, struct err *err)
{
    CLEANUP_FREE uint8_t *room = malloc(ROOM + READ_PIECE);
    struct against_work w = {
        .target = t,
        .image = image,
        .report = r,
        .means = {.algorithm = digest_find("crc32"),
                  .unit = 1,
                  .uniform = true},
        .compare = {.ask = against_ask,
                    .found = against_found,
                    .passed = against_passed,
                    .arg = &w,
                    .looks = COMPARE_LOOKS},
        .most = PIECE,
        .found = {.emit = tell_range, .arg = &w},
    };
    int code;

    *same = false;
    if (room == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    w.room = room;
    w.theirs = room + ROOM;
    code = locate(&w);
    return code != 0 ? code : run(&w, same, err);
}
