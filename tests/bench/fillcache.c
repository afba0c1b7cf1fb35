// SPDX-License-Identifier: BSD-2-Clause
// Makes a cache as a mount would have left it, for the benchmark.

/*
 *   fillcache [OPTION...] ROOT SIZE    a device that there is not
 *   fillcache [OPTION...] CACHE        the cache of a device mounted before,
 *                                      a directory: ROOT/ID
 *
 * Fills the first medium by the calls that a mount makes: blocks_put,
 * blocks_confirm, blocks_sync. Prints the ID, for `fwfs --offline -c ROOT ID
 * MOUNTPOINT`, where the medium is flash.bin. SIZE is in bytes; suffix k, M or
 * G.
 *
 *   -n COUNT   COUNT extents; the default is one that is all of the medium (of
 *              the image, if it is shorter), 0 leaves the cache empty
 *   -l BYTES   an extent's length (512)
 *   -e BYTES   from the start of one extent to the next (2 * length); what goes
 *              beyond the end of the medium is left out
 *   -i IMAGE   the bytes; by default they are made up, and are nowhere blank
 *   -g         good, not confirmed
 */
#include "base/cleanup.h"
#include "base/num.h"
#include "monitor/map_file.h"
#include "offline.h"
#include "store/cache.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYNC_EVERY 16384U /* blocks */

struct plan {
    uint64_t count; /* of extents */
    uint64_t len;
    uint64_t step;
    int image; /* -1: made up */
    bool good;
};

static int die(const char *what, const char *why)
{
    (void)fprintf(stderr, "fillcache: %s: %s\n", what, why);
    return 1;
}

static bool parse_size(const char *text, uint64_t *out)
{
    static const char suffixes[] = "kMG";
    size_t len = strlen(text);
    const char *suffix = len > 0 ? strchr(suffixes, text[len - 1]) : NULL;
    unsigned shift = 0;

    if (suffix != NULL) {
        shift = 10U * (unsigned)(suffix - suffixes + 1);
        len--;
    }
    return num_digits(text, len, 10, out) && num_mul(*out, 1ULL << shift, out);
}

/* Like packed data: no two blocks are the same. */
static void make_up(uint64_t offset, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint64_t x = (offset + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        out[i] = (uint8_t)(x >> 56 ^ x >> 29);
    }
}

static int fill_block(struct blocks *b, uint64_t n, const struct plan *p,
                      struct err *err)
{
    uint8_t bytes[BLOCK_SIZE];
    size_t len = blocks_length(b, n);
    size_t got = len;
    int r = 0;

    if (p->image < 0)
        make_up(n * BLOCK_SIZE, bytes, len);
    else
        r = file_read(p->image, bytes, len, n * BLOCK_SIZE, &got);
    if (r < 0 || got < len)
        return err_set(err, -EIO, "cannot read the image at block %llu",
                       (unsigned long long)n);
    r = blocks_put(b, n, bytes, err);
    if (r == 0 && !p->good)
        blocks_confirm(b, n, BLOCK_CHECKSUM);
    return r;
}

static int fill(struct blocks *b, const struct plan *p, struct err *err)
{
    uint64_t done = 0;
    int r = 0;

    for (uint64_t i = 0; i < p->count && r == 0; i++) {
        uint64_t n = i * p->step / BLOCK_SIZE;
        uint64_t end = n + p->len / BLOCK_SIZE;
        for (; n < end && n < blocks_count(b) && r == 0; n++) {
            r = fill_block(b, n, p, err);
            if (r == 0 && ++done % SYNC_EVERY == 0)
                r = blocks_sync(b, err);
        }
    }
    return r;
}

/* Without -n: all there is. */
static void complete(struct plan *p, uint64_t size)
{
    off_t end = p->image < 0 ? -1 : lseek(p->image, 0, SEEK_END);

    if (p->count != UINT64_MAX)
        return;
    if (end >= 0 && (uint64_t)end < size)
        size = (uint64_t)end / BLOCK_SIZE * BLOCK_SIZE;
    p->count = 1;
    p->len = (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
    p->step = p->len;
}

/* The cache of map's device in root; keep: NULL, or the text of "device". */
static int fill_cache(const char *root, const char *stem, const char *identity,
                      const struct map *map, const struct buf *keep,
                      struct plan *p, struct err *err)
{
    struct cache_medium media[MAP_MEDIA_MAX];
    const struct cache_config config = {
        .root = root,
        .stem = stem,
        .identity = identity,
        .unique = true,
        .media = media,
        .media_count = map->n_media,
    };
    struct cache *cache;
    int r;

    offline_media(map, media);
    r = cache_open(&cache, &config, err);
    if (r < 0)
        return r;
    complete(p, blocks_size(cache_blocks(cache, 0)));
    r = fill(cache_blocks(cache, 0), p, err);
    if (r == 0)
        r = cache_sync(cache, err);
    if (r == 0 && keep != NULL)
        r = cache_keep(cache, "device", keep->data, keep->len, err);
    if (r == 0)
        (void)printf("%s\n", cache_id(cache));
    cache_close(cache);
    return r;
}

static int fill_new(const char *root, uint64_t size, struct plan *p,
                    struct err *err)
{
    const struct map_file_head head = {"bench", "made by fillcache",
                                       "/dev/null"};
    struct map_segment segment = {
        .name = "flash.bin", .size = size, .source = "bench"};
    struct map map = {.media = {{.name = "flash", .size = size}},
                      .n_media = 1,
                      .segments = &segment,
                      .n_segments = 1};
    CLEANUP_BUF struct buf text = {0};
    char identity[64];

    (void)snprintf(identity, sizeof(identity), "bench %llu\n",
                   (unsigned long long)size);
    map_file_write(&text, &head, &map, identity);
    if (text.failed)
        return err_set(err, -ENOMEM, "out of memory");
    return fill_cache(root, "bench", identity, &map, &text, p, err);
}

static int read_kept(const char *path, const char *name, struct buf *out,
                     struct err *err)
{
    CLEANUP_CLOSE int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = dir < 0 ? -errno : file_slurp(dir, name, MAP_FILE_MAX, out);

    return r < 0 ? err_set(err, r, "%s/%s: %s", path, name, strerror(-r)) : 0;
}

/* path is ROOT/STEM-CHECKSUM. */
static int fill_old(char *path, struct plan *p, struct err *err)
{
    CLEANUP_BUF struct buf identity = {0};
    CLEANUP_BUF struct buf text = {0};
    char *slash = strrchr(path, '/');
    char *dash = strrchr(path, '-');
    struct map_file kept;
    int r = read_kept(path, "identity", &identity, err);

    if (r == 0)
        r = read_kept(path, "device", &text, err);
    if (r < 0)
        return r;
    if (slash == NULL || dash == NULL || dash < slash)
        return err_set(err, -EINVAL, "%s: not ROOT/ID", path);
    r = map_file_parse(&kept, text.data, text.len, identity.data, err);
    if (r < 0)
        return r;
    *slash = '\0';
    *dash = '\0';
    r = fill_cache(path, slash + 1, identity.data, &kept.map, NULL, p, err);
    map_file_free(&kept);
    return r;
}

static bool parse_options(int argc, char **argv, struct plan *p)
{
    bool ok = true;
    int c;

    *p = (struct plan){.count = UINT64_MAX, .len = BLOCK_SIZE, .image = -1};
    while (ok && (c = getopt(argc, argv, "n:l:e:i:g")) >= 0) {
        if (c == 'n')
            ok = parse_size(optarg, &p->count);
        else if (c == 'l')
            ok = parse_size(optarg, &p->len) && p->len % BLOCK_SIZE == 0;
        else if (c == 'e')
            ok = parse_size(optarg, &p->step) && p->step % BLOCK_SIZE == 0;
        else if (c == 'i')
            ok = (p->image = open(optarg, O_RDONLY | O_CLOEXEC)) >= 0;
        else
            ok = p->good = c == 'g';
    }
    if (p->step == 0)
        p->step = 2 * p->len;
    return ok;
}

int main(int argc, char **argv)
{
    struct err err = {"wrong usage"};
    struct plan p;
    uint64_t size;
    int r = -EINVAL;

    if (!parse_options(argc, argv, &p))
        return die("usage", "see the head of fillcache.c");
    if (argc - optind == 1)
        r = fill_old(argv[optind], &p, &err);
    else if (argc - optind == 2 && parse_size(argv[optind + 1], &size))
        r = fill_new(argv[optind], size, &p, &err);
    return r < 0 ? die(argv[argc - 1], err.text) : 0;
}
