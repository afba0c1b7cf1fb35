// SPDX-License-Identifier: BSD-2-Clause
// A mount from its beginning to its end: all layers put together.

#include "mounting.h"

#include "base/log.h"
#include "carve.h"
#include "daemon.h"
#include "fetch/fetcher.h"
#include "image/reference.h"
#include "monitor/device.h"
#include "monitor/map_note.h"
#include "mount/fs.h"
#include "mount/mountpoint.h"
#include "offline.h"
#include "paths.h"
#include "progress.h"
#include "spotcheck.h"
#include "store/cache.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define LONG_READ_MIN (UINT64_C(16) << 10)
#define LONG_READ_MAX (UINT64_C(512) << 10)
#define CACHE_TRIES   3

/* The parts, in the order in which they are made; NULL: not yet. */
struct session {
    struct daemon daemon;
    struct device *device;
    struct cache *cache;
    struct fetcher *fetcher;
    struct fs *fs;
    struct reference **references;
    size_t n_references;
    struct progress progress;
    bool live; /* the mount answered */
};

/* The options as the layers want them: absolute, for a daemon lives in /. */
struct places {
    char port[PATH_MAX];  /* unless offline */
    char cache[PATH_MAX]; /* offline: ID or path of the cache */
    char mountpoint[PATH_MAX];
    char cache_dir[PATH_MAX];
    char (*references)[PATH_MAX]; /* in the order of the options'; owned */
};

static int find_references(struct places *p, const struct options *o,
                           struct err *err)
{
    int r = 0;

    p->references = calloc(o->n_references + 1, sizeof(*p->references));
    if (p->references == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; r == 0 && i < o->n_references; i++)
        r = path_absolute(o->references[i], p->references[i],
                          sizeof(p->references[i]), err);
    return r;
}

static int find_places(struct places *p, const struct options *o,
                       struct err *err)
{
    int r = path_of_mountpoint(o->mountpoint, p->mountpoint,
                               sizeof(p->mountpoint), err);

    /* Now, and not when a minute was spent on the device. */
    if (r == 0)
        r = mountpoint_check(p->mountpoint, err);
    if (r == 0 && o->command == COMMAND_OFFLINE)
        r = path_of_cache(o->device, p->cache, sizeof(p->cache), err);
    else if (r == 0)
        r = path_of_port(o->device, p->port, sizeof(p->port), err);
    if (r == 0 && o->cache_dir != NULL)
        r = path_absolute(o->cache_dir, p->cache_dir, sizeof(p->cache_dir),
                          err);
    return r == 0 ? find_references(p, o, err) : r;
}

static void on_ready(void *arg)
{
    struct session *s = arg;

    s->live = true;
    log_info("mounted");
    daemon_ready(&s->daemon);
}

static int open_device(struct session *s, const struct options *o,
                       const struct places *p, struct err *err)
{
    const struct device_config config = {
        .port = p->port,
        .baud = o->baud,
        .dialect = o->dialect,
        .password = o->password,
        .attach_timeout_ms = o->attach_timeout_ms,
        .segments = o->segments,
        .ram = o->ram,
        .speed = o->speed,
        .opening = daemon_end_device,
    };
    int r;

    daemon_on_signal(NULL, NULL);
    r = device_open(&s->device, &config, err);
    if (r == 0)
        r = map_check_readable(device_map(s->device), err);
    if (r == 0)
        map_warn_of_notes(device_map(s->device));
    return r;
}

/* What cache_config.stem may hold. */
static void make_stem(char *out, size_t size, const char *dialect)
{
    size_t n = 0;

    for (; *dialect != '\0' && n + 1 < size; dialect++) {
        char c = *dialect;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            c = '-';
        out[n++] = c;
    }
    out[n] = '\0';
}

/*
 * What cannot be told from another device of its kind must not be answered
 * from the disk, unless the user gave it a directory of its own.
 */
static bool may_keep(struct device *device, const struct options *o)
{
    if (o->no_cache || o->cache_dir != NULL || device_is_told_apart(device))
        return true;
    log_warn("this device tells nothing that another of its kind would not, "
             "and has no checksum command: what is read is kept in memory "
             "only; -c DIR keeps it in DIR, to be used for this device alone");
    return false;
}

static int choose_cache(struct session *s, const struct options *o,
                        const struct places *p, bool keep, struct err *err)
{
    const struct map *map = device_map(s->device);
    struct cache_medium media[MAP_MEDIA_MAX];
    char stem[32];
    const struct cache_config config = {
        .root = o->cache_dir != NULL ? p->cache_dir : NULL,
        .stem = stem,
        .identity = device_identity(s->device),
        .unique = device_is_unique(s->device),
        .memory_only = o->no_cache || !keep,
        .media = media,
        .media_count = map->n_media,
        .probe = spotcheck,
        .probe_arg = s->device,
    };

    offline_media(map, media);
    make_stem(stem, sizeof(stem), device_dialect(s->device));
    return cache_open(&s->cache, &config, err);
}

/* Samples tell a device from its like, while it is in sight. */
static int open_cache(struct session *s, const struct options *o,
                      const struct places *p, struct err *err)
{
    bool keep = may_keep(s->device, o);
    int r = device_still_same(s->device, err);

    for (int i = 0; r == 0 && i < CACHE_TRIES; i++) {
        unsigned contact = device_contact(s->device);
        r = choose_cache(s, o, p, keep, err);
        if (r == 0)
            r = device_still_same(s->device, err);
        if (r < 0 || device_is_unique(s->device) ||
            device_contact(s->device) == contact)
            return r;
        cache_close(s->cache);
        s->cache = NULL;
    }
    if (r == 0)
        r = err_set(err, -ETIMEDOUT,
                    "lost each time its cache was compared: try --no-cache");
    return r;
}

static int look_for_images(struct session *s, const struct options *o,
                           struct err *err)
{
    const struct carve_config config = {
        .device = s->device,
        .cache = s->cache,
        .erase_block = o->erase_block,
        .show = isatty(STDERR_FILENO) ? progress_show : NULL,
        .show_arg = &s->progress,
    };

    return o->carve ? carve(&config, err) : 0;
}

/* The device and its cache, or the cache alone. */
static int open_both(struct session *s, const struct options *o,
                     const struct places *p, struct err *err)
{
    const char *root = o->cache_dir != NULL ? p->cache_dir : NULL;
    int r;

    if (o->command == COMMAND_OFFLINE) {
        r = offline_open(&s->device, &s->cache, root, p->cache, err);
        if (r == 0)
            map_warn_of_notes(device_map(s->device));
        return r == 0 ? look_for_images(s, o, err) : r;
    }
    r = open_device(s, o, p, err);
    if (r == 0)
        r = open_cache(s, o, p, err);
    if (r == 0)
        r = look_for_images(s, o, err);
    if (r == 0)
        offline_keep(s->device, s->cache); /* with what was found */
    return r;
}

/* p: their absolute paths. */
static int open_references(struct session *s, const struct options *o,
                           const struct places *p, struct err *err)
{
    int r = 0;

    s->references = calloc(o->n_references + 1, sizeof(struct reference *));
    if (s->references == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    for (; r == 0 && s->n_references < o->n_references;
         s->n_references += r == 0)
        r = reference_open(&s->references[s->n_references],
                           p->references[s->n_references], err);
    return r;
}

static void close_references(struct session *s)
{
    for (size_t i = 0; i < s->n_references; i++)
        reference_close(s->references[i]);
    free(s->references);
}

/* As much as the line brings in some twenty seconds. */
static uint64_t long_read(const struct device *device)
{
    uint64_t bytes = LONG_READ_MIN;
    struct device_stats stats;

    device_get_stats(device, &stats);
    while (bytes < LONG_READ_MAX && bytes * 2 <= (uint64_t)stats.speed * 5 / 8)
        bytes *= 2;
    return bytes;
}

static int start_fetcher(struct session *s, const struct options *o,
                         struct err *err)
{
    const struct fetcher_config config = {
        .device = s->device,
        .cache = s->cache,
        .timeout_ms = o->timeout_ms,
        .verify = cache_changed(s->cache) ? VERIFY_AUTO : o->verify,
        .readahead = o->readahead == OPTIONS_READAHEAD_AUTO
                         ? long_read(s->device)
                         : o->readahead,
        .ask_first = long_read(s->device),
        .prefetch = o->prefetch,
        .revalidate = o->command != COMMAND_OFFLINE,
        .references = s->references,
        .n_references = s->n_references,
        .tick = progress_wanted(&s->daemon) ? progress_draw : NULL,
        .tick_arg = &s->progress,
    };

    return fetcher_start(&s->fetcher, &config, err);
}

static int mount_fs(struct session *s, const struct options *o,
                    const struct places *p, struct err *err)
{
    const struct fs_config config = {
        .device = s->device,
        .fetcher = s->fetcher,
        .cache = s->cache,
        .mountpoint = p->mountpoint,
        .mount_options = o->fuse.len > 0 ? o->fuse.data : NULL,
        .ready = on_ready,
        .ready_arg = s,
    };

    return fs_mount(&s->fs, &config, err);
}

static int build(struct session *s, const struct options *o,
                 const struct places *p, struct err *err)
{
    int r;

    log_set_before(progress_clear, &s->progress);
    r = open_references(s, o, p, err);
    if (r == 0)
        r = open_both(s, o, p, err);
    /* From the moment something is mounted a signal must unmount it, so it is
     * caught from before then. */
    if (r == 0)
        daemon_end_device(NULL, s->device);
    if (r == 0 && daemon_signalled())
        r = -EINTR;
    if (r == 0)
        r = start_fetcher(s, o, err);
    return r == 0 ? mount_fs(s, o, p, err) : r;
}

static void stop(void *arg)
{
    fs_stop(arg);
}

static void resumed(void *arg)
{
    fetcher_resumed(arg);
}

static int serve(struct session *s, struct err *err)
{
    int r;

    progress_set_fs(&s->progress, s->fs);
    daemon_on_signal(stop, s->fs);
    daemon_on_continue(resumed, s->fetcher);
    if (daemon_signalled())
        fs_stop(s->fs);
    r = fs_loop(s->fs, err);
    daemon_on_signal(NULL, NULL); /* fs is about to go */
    daemon_on_continue(NULL, NULL);
    daemon_stopping(&s->daemon);
    if (r == 0 && !s->live)
        r = err_set(err, -EINTR, "ended before the mount was live");
    return r;
}

/* fs is freed behind the fetcher, which answers into it, the device last. */
static void take_down(struct session *s)
{
    daemon_end_device(NULL, NULL);
    if (s->device != NULL)
        device_shutdown(s->device);
    if (s->fetcher != NULL)
        fetcher_stop(s->fetcher);
    progress_clear(&s->progress);
    log_set_before(NULL, NULL);
    cache_close(s->cache);
    fs_free(s->fs);
    device_close(s->device);
    close_references(s);
}

static int run(struct session *s, const struct options *o,
               const struct places *p, int *exit_code, struct err *err)
{
    int r = daemon_start(&s->daemon, o->foreground, exit_code, err);

    if (r != 0)
        return r > 0 ? 0 : r;
    r = build(s, o, p, err);
    if (r == 0)
        r = serve(s, err);
    take_down(s);
    if (!s->live)
        daemon_die_of_signal();
    *exit_code = 0;
    return r;
}

int mounting(const struct options *o, int *exit_code, struct err *err)
{
    struct session s = {.live = false};
    struct places p = {.references = NULL};
    int r = find_places(&p, o, err);

    if (r == 0)
        r = run(&s, o, &p, exit_code, err);
    free(p.references);
    return r;
}
