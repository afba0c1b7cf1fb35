// SPDX-License-Identifier: BSD-2-Clause
// What the files of .fwfs say: gathers the numbers and has them written.

#include "mount/fs_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "mount/status.h"
#include "store/mapfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static struct blocks *blocks_of(struct fs *fs, const struct map_segment *s)
{
    return fetcher_blocks(fs->config.fetcher, (size_t)s->medium);
}

static uint64_t absent(const struct blocks *b, uint64_t offset, uint64_t len)
{
    uint64_t bad = 0;
    uint64_t known = blocks_known(b, offset, len, &bad);

    return known + bad < len ? len - known - bad : 0;
}

static void gather_file(struct fs *fs, size_t segment, const struct activity *a,
                        struct status_file *out)
{
    const struct map_segment *s = &fs->map->segments[segment];
    const struct blocks *b = blocks_of(fs, s);
    uint64_t bytes[BLOCK_STATES];

    *out = (struct status_file){
        .name = s->name,
        .medium = fs->map->media[s->medium].name,
        .address = nodes_address(fs->map, segment),
        .size = s->size,
        .reading = activity_reading(a, clock_ms()),
        .sequential = a->sequential,
    };
    blocks_tally(b, s->offset, s->size, bytes);
    out->known = s->size - bytes[BLOCK_ABSENT] - bytes[BLOCK_BAD];
    out->bad = bytes[BLOCK_BAD];
    out->checksum = bytes[BLOCK_CHECKSUM];
    out->image = bytes[BLOCK_IMAGE];
    out->reread = bytes[BLOCK_REREAD];
    if (out->reading)
        out->ahead = absent(b, s->offset + a->offset, s->size - a->offset);
}

/* A copy, for the blocks are asked without the lock. */
static struct activity activity_of(struct fs *fs, size_t segment)
{
    LOCK_SCOPE(&fs->lock);

    return fs->activity[segment];
}

static size_t latest_of(struct fs *fs)
{
    LOCK_SCOPE(&fs->lock);

    return fs->latest;
}

/* Fills files, room for every segment. idle: also those nobody reads now. */
static void gather_files(struct fs *fs, struct status *out,
                         struct status_file *files, bool idle)
{
    size_t latest = latest_of(fs);
    bool found = false;

    for (size_t i = 0; i < fs->map->n_segments; i++) {
        struct activity a = activity_of(fs, i);
        if (fs->map->segments[i].medium < 0)
            continue;
        if (!idle && !activity_reading(&a, clock_ms()))
            continue;
        if (i == latest) {
            out->latest = out->n_files;
            found = true;
        }
        gather_file(fs, i, &a, &files[out->n_files++]);
    }
    if (!found)
        out->latest = out->n_files;
    out->files = files;
}

static void gather(struct fs *fs, struct status *out, struct status_file *files,
                   bool idle)
{
    const struct device *device = fs->config.device;

    *out = (struct status){
        .port = device_port(device),
        .dialect = device_dialect(device),
        .banner = device_banner(device),
        .cache_id = cache_id(fs->config.cache),
        .cache_path = cache_path(fs->config.cache),
        .map = fs->map,
    };
    device_get_stats(device, &out->device);
    fetcher_get_stats(fs->config.fetcher, &out->fetch);
    gather_files(fs, out, files, idle);
}

static struct status_file *room_for_files(const struct fs *fs)
{
    return calloc(fs->map->n_segments + 1, sizeof(struct status_file));
}

static int status_content(struct fs *fs, bool json, struct buf *out)
{
    CLEANUP_FREE struct status_file *files = room_for_files(fs);
    struct status status;

    if (files == NULL)
        return -ENOMEM;
    gather(fs, &status, files, true);
    if (json)
        status_json(&status, out);
    else
        status_text(&status, out);
    return 0;
}

static void map_content(struct fs *fs, size_t segment, struct buf *out)
{
    const struct map_segment *s = &fs->map->segments[segment];

    mapfile_write(out, blocks_of(fs, s), s->offset, s->size);
}

int control_content(struct fs *fs, struct node node, struct buf *out)
{
    int rc = 0;

    if (node.kind == NODE_STATUS || node.kind == NODE_STATUS_JSON)
        rc = status_content(fs, node.kind == NODE_STATUS_JSON, out);
    else if (node.kind == NODE_SEGMENTS)
        map_table(fs->map, out);
    else if (node.kind == NODE_TRANSCRIPT)
        device_transcript(fs->config.device, out);
    else if (node.kind == NODE_MAP)
        map_content(fs, node.segment, out);
    return out->failed ? -ENOMEM : rc;
}

int control_confirmed(struct fs *fs, size_t segment, char *out, size_t size)
{
    const struct map_segment *s = &fs->map->segments[segment];
    uint64_t bytes[BLOCK_STATES];

    blocks_tally(blocks_of(fs, s), s->offset, s->size, bytes);
    return snprintf(
        out, size,
        "%" PRIu64 " checksum=%" PRIu64 " image=%" PRIu64 " reread=%" PRIu64,
        bytes[BLOCK_CHECKSUM] + bytes[BLOCK_IMAGE] + bytes[BLOCK_REREAD],
        bytes[BLOCK_CHECKSUM], bytes[BLOCK_IMAGE], bytes[BLOCK_REREAD]);
}

void fs_progress_line(struct fs *fs, char *out, size_t size)
{
    CLEANUP_FREE struct status_file *files = room_for_files(fs);
    struct status status = {0};

    if (files != NULL)
        gather(fs, &status, files, false);
    status_progress(&status, out, size);
}
