// SPDX-License-Identifier: BSD-2-Clause
// One file of a mount: confirmed, or what was given up tried again; told.

#include "verify_file.h"

#include "verify_walk.h"

#include <inttypes.h>
#include <stdio.h>

/* Besides those of enum fwfs_range_kind: was bad and is no more. */
#define KIND_CAME 3

/* What the merges emit to. */
struct telling {
    const struct target *target;
    const struct report *report;
    struct merge ranges; /* to be told */
    struct merge found;  /* retry: what a walk finds, to be turned into them */
    uint64_t done;       /* retry: all before it is told */
};

bool verify_flawless(const struct verify_outcome *o)
{
    return o->differed == 0 && o->failed == 0 && o->more == 0;
}

static void tell_range(void *arg, const struct merge_range *range)
{
    static const char *const what[MERGE_KINDS] = {
        [FWFS_RANGE_DIFFERED] = "differed from the device; fetched anew",
        [FWFS_RANGE_FAILED] = "could not be read",
        [KIND_CAME] = "had been given up; it came",
    };
    const struct telling *t = arg;
    char before[TARGET_NAME_MAX + 2];

    (void)snprintf(before, sizeof(before), "%s: ", t->target->name);
    report_range(t->report, before, range, what[range->kind]);
}

static void pass_progress(void *arg, uint64_t end)
{
    const struct telling *t = arg;

    t->report->progress(t->report->arg, end);
}

static bool pass_alive(void *arg)
{
    const struct telling *t = arg;

    return t->report->alive(t->report->arg);
}

int verify_file(const struct target *t, const struct report *r,
                struct verify_outcome *out)
{
    struct telling telling = {
        .target = t,
        .report = r,
        .ranges = {.emit = tell_range, .arg = &telling},
    };
    struct verify_walk walk = {
        .target = t,
        .found = &telling.ranges,
        .progress = pass_progress,
        .alive = pass_alive,
        .arg = &telling,
    };
    int code = verify_walk(&walk, 0, t->size, 0);

    merge_end(&telling.ranges);
    *out = (struct verify_outcome){
        .differed = telling.ranges.bytes[FWFS_RANGE_DIFFERED],
        .failed = telling.ranges.bytes[FWFS_RANGE_FAILED],
        .more = walk.more,
        .session = walk.session,
    };
    return code;
}

void verify_told(const struct target *t, const struct verify_outcome *o)
{
    struct fwfs_told told = {.session = o->session};

    if (o->session != 0)
        (void)t->told(t->arg, &told); /* else the next one is told again */
}

static void tell_more(const struct target *t, const struct report *r,
                      uint64_t more)
{
    if (more > 0)
        report_line(r,
                    "%s: %" PRIu64 " more ranges differed or could not be read",
                    t->name, more);
}

void verify_summary(const struct target *t, const struct report *r,
                    const struct verify_outcome *o,
                    const struct confirmed *counts)
{
    uint64_t confirmed = t->size - o->failed;
    char part[64] = "";

    tell_more(t, r, o->more);
    if (counts != NULL && o->more > 0)
        confirmed = confirmed_sum(counts, t->size);
    if (confirmed < t->size)
        (void)snprintf(part, sizeof(part), "%" PRIu64 " of ", confirmed);
    if (counts == NULL)
        report_line(r, "%s: %s%" PRIu64 " bytes confirmed", t->name, part,
                    t->size);
    else
        report_line(r,
                    "%s: %s%" PRIu64 " bytes confirmed (%" PRIu64
                    " by checksum, %" PRIu64 " by image, %" PRIu64
                    " by second read)",
                    t->name, part, t->size, counts->checksum, counts->image,
                    counts->reread);
}

/* What is between the failures came. */
static void retry_range(void *arg, const struct merge_range *range)
{
    struct telling *t = arg;

    if (range->kind != FWFS_RANGE_FAILED)
        return;
    merge_add(&t->ranges, KIND_CAME, t->done, range->from - t->done);
    merge_add(&t->ranges, FWFS_RANGE_FAILED, range->from,
              range->end - range->from);
    t->done = range->end;
}

static int retry_area(struct telling *t, struct verify_walk *walk,
                      uint64_t from, uint64_t end)
{
    int code;

    t->done = from;
    code = verify_walk(walk, from, end, FWFS_VERIFY_RETRY);
    merge_end(&t->found);
    if (code == 0)
        merge_add(&t->ranges, KIND_CAME, t->done, end - t->done);
    return code;
}

static void retry_summary(const struct target *t, const struct report *r,
                          const struct verify_outcome *o)
{
    tell_more(t, r, o->more);
    if (o->tried == 0)
        report_line(r, "%s: nothing had been given up", t->name);
    else
        report_line(r,
                    "%s: %" PRIu64 " bytes had been given up, %" PRIu64
                    " of them came, %" PRIu64 " are still bad",
                    t->name, o->tried, o->tried - o->failed, o->failed);
}

int verify_retry(const struct target *t, const struct mapfile *map,
                 const struct report *r, struct verify_outcome *out)
{
    struct telling telling = {
        .target = t,
        .report = r,
        .ranges = {.emit = tell_range, .arg = &telling},
        .found = {.emit = retry_range, .arg = &telling},
    };
    struct verify_walk walk = {
        .target = t,
        .found = &telling.found,
        .progress = pass_progress,
        .alive = pass_alive,
        .arg = &telling,
    };
    int code = 0;

    *out = (struct verify_outcome){0};
    for (size_t i = 0; i < map->n_areas && code == 0; i++) {
        const struct mapfile_area *a = &map->areas[i];
        uint64_t end = a->offset + a->len;
        if (a->status != '-' || a->offset >= t->size)
            continue;
        end = end < t->size ? end : t->size;
        out->tried += end - a->offset;
        code = retry_area(&telling, &walk, a->offset, end);
    }
    merge_end(&telling.ranges);
    out->failed = out->tried - telling.ranges.bytes[KIND_CAME];
    out->more = walk.more;
    if (code == 0)
        retry_summary(t, r, out);
    return code;
}
