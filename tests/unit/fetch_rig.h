// SPDX-License-Identifier: BSD-2-Clause
// A fetcher between readers and a device that does what a test tells it.

#ifndef UNIT_FETCH_RIG_H
#define UNIT_FETCH_RIG_H

#include "store_util.h"
#include "unit.h"

#include "base/clock.h"
#include "fetch/fetcher.h"
#include "store/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#ifndef CHIP
#define CHIP AT(64)
#endif
#define BASE    0x9f000000U
#define LIMIT   4096U
#define BOARD   9
#define HANG_MS 4000U

/* A clock that moves when the device says so. */
static atomic_uint_fast64_t fake_ms = 1000;

static uint64_t fake_now(void)
{
    return atomic_load(&fake_ms);
}

/*
 * Takes the place of the one in src/monitor; what these functions need of it
 * is all there is. lock and changed guard what both threads touch.
 */
struct device {
    struct map map;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_uint reads;
    uint64_t first[4096]; /* offset of each */
    uint64_t len[4096];
    atomic_uint_fast64_t asked_bytes;
    atomic_uint_fast64_t brought; /* bytes */
    bool down;                    /* shut down */
    bool woken;                   /* since the last look */
    atomic_bool hold;             /* a read waits inside until this is over */
    bool inside;
    atomic_int answer;              /* if not 0: of every read */
    atomic_uint_fast64_t takes_ms;  /* each read */
    atomic_uint_fast64_t lost_row;  /* offset of a row that does not come ... */
    atomic_uint lost_times;         /* ... so often */
    atomic_uint_fast64_t wrong_row; /* offset of a row that comes wrong ... */
    atomic_uint wrong_times;        /* ... so often, each time otherwise */
    atomic_uint again;              /* reads by the other command */
    atomic_uint commands;           /* to choose from, 1 or 2 */
    atomic_uint copies;             /* likewise */
    atomic_uint in_use;   /* the command that is taken first: 0 or 1 */
    uint64_t dumb[2];     /* offset of a row that command n never brings */
    uint64_t twisted[2];  /* ... of one that it always prints wrong */
    uint64_t flipped_row; /* offset of a row with a wrong bit ... */
    atomic_uint flipped;  /* ... in the copies of this set */
    uint32_t ways[CHIP / DEVICE_ROW]; /* by which each row came */
    uint64_t fixed;                   /* bytes of every read; 0: as asked */
    uint64_t most;    /* bytes after which every read ends; 0: as asked */
    uint64_t hang_at; /* offset at which each read times out */
    atomic_bool has_sums;
    atomic_bool sums_lie;
    atomic_uint sums;              /* checksums answered */
    atomic_uint sum_noise;         /* so many answers are wrong */
    atomic_uint_fast64_t torn;     /* no sum of what this offset lies in; 0: of
                                      all */
    atomic_bool mute;              /* no sum at all */
    atomic_uint faults;            /* so many reads are answered by one */
    atomic_uint_fast64_t hangs_at; /* a read of this offset makes it reset */
    atomic_uint board;             /* which one answers */
    atomic_uint contact;
    atomic_bool unique;
    atomic_bool gone;    /* the port */
    atomic_uint damaged; /* rows, that the device counts */
};

/* What a test may set before up(): the files, tables behind images, and bytes
 * that replace those of the board. */
static struct map_segment *rig_segments;
static size_t rig_n_segments;
static const struct image_footer *rig_footers;
static size_t rig_n_footers;
static uint8_t *rig_flash; /* CHIP of them */

static inline void flash_bytes(unsigned board, uint64_t offset, uint8_t *out,
                               size_t len)
{
    if (rig_flash != NULL)
        memcpy(out, rig_flash + offset, len);
    else
        device_bytes(board, offset, out, len);
}

static void (*rig_at_read)(uint64_t offset); /* called in each dump */
static void (*rig_at_sum)(uint64_t offset);  /* called in each checksum, ... */
static const struct device_sink *rig_sum_sink; /* ... which asks this one */

/* Of the next up(): what the device can be asked. */
static const char *rig_algorithm = "crc32";
static uint64_t rig_unit = 1;
static bool rig_uniform = true;
static atomic_uint rig_comparisons;

static struct device dev;
static struct cache *cache;
static struct fetcher *fetcher;

const struct map *device_map(const struct device *d)
{
    return &d->map;
}

/* Of the next up(): as of a medium that is read in pieces; 0: none. */
static uint64_t rig_border;

uint64_t device_read_max(const struct device *d, uint64_t address)
{
    (void)d;
    assert_int_equal(address, BASE);
    return LIMIT;
}

uint64_t device_border(const struct device *d, uint64_t address)
{
    (void)d;
    (void)address;
    return rig_border;
}

uint64_t map_shown(const struct map_medium *medium, uint64_t offset)
{
    return medium->base + offset;
}

uint64_t map_shown_address(const struct map *map, uint64_t address)
{
    (void)map;
    return address;
}

/* A range within a piece. */
static inline void assert_in_piece(uint64_t offset, uint64_t len)
{
    if (rig_border != 0)
        assert_int_equal(offset / rig_border, (offset + len - 1) / rig_border);
}

uint64_t device_read_limit(const struct device *d)
{
    (void)d;
    return LIMIT;
}

void device_wake(struct device *d)
{
    (void)pthread_mutex_lock(&d->lock);
    d->woken = true;
    (void)pthread_cond_broadcast(&d->changed);
    (void)pthread_mutex_unlock(&d->lock);
}

void device_shutdown(struct device *d)
{
    (void)pthread_mutex_lock(&d->lock);
    d->down = true;
    (void)pthread_cond_broadcast(&d->changed);
    (void)pthread_mutex_unlock(&d->lock);
}

/* Like a line on which nothing comes: asks the sink after each wake-up. */
static int wait_inside(struct device *d, const struct device_sink *sink)
{
    int ret = 0;

    (void)pthread_mutex_lock(&d->lock);
    d->inside = true;
    (void)pthread_cond_broadcast(&d->changed);
    while (d->hold && ret == 0) {
        bool stop;
        while (d->hold && !d->woken && !d->down)
            (void)pthread_cond_wait(&d->changed, &d->lock);
        d->woken = false;
        (void)pthread_mutex_unlock(&d->lock);
        stop = sink->stop(sink->arg);
        (void)pthread_mutex_lock(&d->lock);
        if (stop || d->down)
            ret = -EINTR;
    }
    d->inside = false;
    (void)pthread_mutex_unlock(&d->lock);
    return ret;
}

struct way_choice device_ways(const struct device *d, uint64_t address)
{
    assert_int_equal(address, BASE);
    return (struct way_choice){d->commands, d->copies};
}

void device_forget_copies(struct device *d)
{
    d->flipped = 0;
}

static inline unsigned choose_way(const struct device *d, uint32_t had)
{
    unsigned command = d->in_use;

    if (d->commands > 1 && ways_have_command(had, command))
        command = 1 - command;
    return way_number(command, d->copies > 1 && ways_have_copy(had, 0));
}

int device_read(struct device *d, uint32_t had, uint64_t address, uint64_t len,
                const struct device_sink *sink, struct err *err)
{
    uint8_t row[DEVICE_ROW];
    unsigned way = choose_way(d, had);
    int ret = wait_inside(d, sink);

    assert_int_equal(address % DEVICE_ROW, 0);
    assert_in_range(len, DEVICE_ROW, LIMIT);
    assert_in_piece(address - BASE, len);
    assert_true(address >= BASE && address - BASE + len <= CHIP);
    if (rig_at_read != NULL)
        rig_at_read(address - BASE);
    (void)pthread_mutex_lock(&d->lock);
    assert_true(d->reads < COUNT(d->first));
    d->first[d->reads] = address - BASE;
    d->len[d->reads++] = len;
    d->asked_bytes += len;
    d->again += way != way_number(d->in_use, 0);
    ret = ret != 0 ? ret : d->answer;
    atomic_fetch_add(&fake_ms, d->takes_ms);
    (void)pthread_mutex_unlock(&d->lock);
    if (ret != 0)
        return err_set(err, ret, "the device is not well");
    if (d->fixed != 0) { /* brings what stands around it, too */
        address -= address % d->fixed;
        len = d->fixed;
    }
    if (d->faults > 0) {
        d->faults--;
        return err_set(err, -EFAULT, "a bad address");
    }
    if (d->hangs_at >= address - BASE && d->hangs_at < address - BASE + len) {
        d->contact++;
        return err_set(err, -ETIMEDOUT, "the device hangs");
    }
    if (d->hang_at >= address - BASE && d->hang_at < address - BASE + len) {
        atomic_fetch_add(&fake_ms, HANG_MS);
        (void)sink->stop(sink->arg);
        return err_set(err, -ETIMEDOUT, "nothing comes");
    }
    if (d->most != 0 && len > d->most)
        len = d->most;
    if (sink->begin != NULL)
        sink->begin(sink->arg, way);
    if (sink->stop(sink->arg)) /* the echo has come */
        return -EINTR;
    for (uint64_t at = address - BASE; len > 0; at += 16, len -= 16) {
        if (at == d->lost_row && d->lost_times > 0) {
            d->lost_times--;
            continue;
        }
        if (at == d->dumb[way / WAY_COPIES])
            continue;
        d->ways[at / DEVICE_ROW] |= way_set(way);
        flash_bytes(d->board, at, row, sizeof(row));
        if (at == d->wrong_row && d->wrong_times > 0)
            row[3] ^= (uint8_t)d->wrong_times--;
        if (at == d->twisted[way / WAY_COPIES])
            row[7] ^= 0x40;
        if (at == d->flipped_row && (d->flipped >> way % WAY_COPIES & 1U) != 0)
            row[5] ^= 0x10;
        d->brought += sizeof(row);
        sink->row(sink->arg, BASE + at, row, sizeof(row));
        if (sink->stop(sink->arg) && len > 16)
            return -EINTR;
    }
    return 0;
}

/* A read and its fate. */
struct reader {
    struct fetch_request r;
    int status;
    bool done;
    bool right;
    bool any; /* wrong bytes are expected */
};

static void on_done(struct fetch_request *r, int status, const void *bytes)
{
    struct reader *reader = r->arg;
    uint8_t want[CHIP];

    assert_true((status == 0 && r->kind == FETCH_READ) == (bytes != NULL));
    flash_bytes(BOARD, r->offset, want, r->len);
    (void)pthread_mutex_lock(&dev.lock);
    assert_false(reader->done);
    reader->done = true;
    reader->status = status;
    reader->right = bytes != NULL && memcmp(bytes, want, r->len) == 0;
    (void)pthread_cond_broadcast(&dev.changed);
    (void)pthread_mutex_unlock(&dev.lock);
}

/* end: of the file that it reads */
static void ask_in(struct reader *reader, uint64_t offset, size_t len,
                   uint64_t end)
{
    *reader = (struct reader){
        .r = {.offset = offset, .len = len, .ahead_end = end}};
    reader->r.done = on_done;
    reader->r.arg = reader;
    fetch_submit(fetcher, &reader->r);
}

static void ask(struct reader *reader, uint64_t offset, size_t len)
{
    ask_in(reader, offset, len, 0);
}

static int wait_for(struct reader *reader)
{
    (void)pthread_mutex_lock(&dev.lock);
    while (!reader->done)
        (void)pthread_cond_wait(&dev.changed, &dev.lock);
    (void)pthread_mutex_unlock(&dev.lock);
    assert_true(reader->status != 0 || reader->right || reader->any ||
                reader->r.kind != FETCH_READ);
    return reader->status;
}

static inline int read_now(uint64_t offset, size_t len)
{
    struct reader reader;

    ask(&reader, offset, len);
    return wait_for(&reader);
}

/* Who asked for confirmation has passed on what he was told. */
static inline void passed_on(const struct reader *asked)
{
    struct reader r = {.r = {.kind = FETCH_TOLD,
                             .len = 1,
                             .session = asked->r.session,
                             .done = on_done}};

    assert_int_not_equal(asked->r.session, 0);
    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), 0);
}

static inline void wait_until_inside(void)
{
    (void)pthread_mutex_lock(&dev.lock);
    while (!dev.inside)
        (void)pthread_cond_wait(&dev.changed, &dev.lock);
    (void)pthread_mutex_unlock(&dev.lock);
}

static inline void let_go(void)
{
    (void)pthread_mutex_lock(&dev.lock);
    dev.hold = false;
    (void)pthread_cond_broadcast(&dev.changed);
    (void)pthread_mutex_unlock(&dev.lock);
}

const char *device_port(const struct device *d)
{
    (void)d;
    return "/dev/ttyFAKE";
}

bool device_is_offline(const struct device *d)
{
    (void)d;
    return false;
}

unsigned device_contact(const struct device *d)
{
    return d->contact;
}

/* Of device_open, and nothing has asked since. */
unsigned device_identity_contact(const struct device *d)
{
    (void)d;
    return 0;
}

bool device_is_unique(const struct device *d)
{
    return d->unique;
}

int device_is_same(struct device *d, const struct device_sink *sink,
                   struct err *e)
{
    (void)sink;
    (void)e;
    return d->board == BOARD;
}

bool device_look(struct device *d)
{
    return d->gone;
}

int device_recover(struct device *d, const struct device_sink *sink,
                   struct err *e)
{
    (void)sink;
    if (!d->gone)
        return 0;
    atomic_fetch_add(&fake_ms, 8000);
    return err_set(e, -ENODEV, "the port is gone");
}

const struct digest *device_checksum_algorithm(const struct device *d,
                                               uint64_t address)
{
    (void)address;
    return d->has_sums ? digest_find(rig_algorithm) : NULL;
}

const struct image_footer *device_footers(const struct device *d, size_t *n)
{
    (void)d;
    *n = rig_n_footers;
    return rig_footers;
}

/* Of media in RAM the last copy is summed up. */
static inline void flip_in_sum(const struct device *d, uint64_t offset,
                               uint8_t *bytes, size_t len)
{
    uint64_t at = d->flipped_row;

    if ((d->flipped >> (d->copies - 1) & 1U) != 0 && at >= offset &&
        at + DEVICE_ROW <= offset + len)
        bytes[at - offset + 5] ^= 0x10;
}

int device_checksum(struct device *d, uint64_t address, uint64_t len,
                    struct digest_value *sum, const struct device_sink *sink,
                    struct err *e)
{
    uint8_t bytes[CHIP];

    (void)e;
    if (!d->has_sums)
        return -ENOTSUP;
    assert_true(len > 0 && len <= CHIP);
    assert_in_piece(address - BASE, len);
    rig_sum_sink = sink;
    if (rig_at_sum != NULL)
        rig_at_sum(address - BASE);
    if (d->mute || (d->torn != 0 && d->torn >= address - BASE &&
                    d->torn < address - BASE + len))
        return -EBADMSG;
    (void)pthread_mutex_lock(&d->lock);
    flash_bytes(d->board, address - BASE, bytes, len);
    flip_in_sum(d, address - BASE, bytes, len);
    d->sums++;
    assert_int_equal((address - BASE) % rig_unit, 0);
    bytes[0] ^= d->sums_lie;
    bytes[0] ^= (uint8_t)(d->sum_noise > 0 ? d->sum_noise-- : 0);
    (void)pthread_mutex_unlock(&d->lock);
    digest_of(digest_find(rig_algorithm), bytes, len, sum);
    if (sink != NULL)
        (void)sink->stop(sink->arg);
    return 0;
}

uint64_t device_checksum_unit(const struct device *d, uint64_t address)
{
    (void)d;
    (void)address;
    return rig_unit;
}

bool device_has_uniform(const struct device *d, uint64_t address)
{
    (void)address;
    return d->has_sums && rig_uniform;
}

int device_uniform(struct device *d, uint64_t address, uint64_t len,
                   bool *uniform, const struct device_sink *sink, struct err *e)
{
    uint8_t bytes[CHIP];

    (void)e;
    if (!device_has_uniform(d, address))
        return -ENOTSUP;
    assert_int_equal(address % DEVICE_WORD, 0);
    assert_int_equal(len % DEVICE_WORD, 0);
    assert_in_range(len, 2 * DEVICE_WORD, CHIP);
    assert_in_piece(address - BASE, len);
    rig_comparisons++;
    flash_bytes(d->board, address - BASE, bytes, len);
    *uniform = memcmp(bytes, bytes + DEVICE_WORD, len - DEVICE_WORD) == 0;
    if (sink != NULL)
        (void)sink->stop(sink->arg);
    return 0;
}

void device_get_stats(const struct device *d, struct device_stats *out)
{
    *out = (struct device_stats){.device_bytes_read = d->asked_bytes,
                                 .rows_bad = d->damaged};
}

static enum verify_mode mode;          /* of the next up() */
static struct fetcher_config rig_more; /* likewise: what it says of reading
                                          ahead and of checksums */

static void (*rig_before)(void); /* called by up(), with cache and dev */

static int up(void **state)
{
    static const struct cache_medium media[] = {
        {.name = "flash", .base = BASE, .size = CHIP}};
    const struct cache_config config = {.stem = "x",
                                        .identity = "x",
                                        .memory_only = true,
                                        .media = media,
                                        .media_count = 1};
    struct fetcher_config fc = rig_more;

    (void)state;
    clock_set_source(fake_now);
    memset(&dev, 0, sizeof(dev));
    (void)pthread_mutex_init(&dev.lock, NULL);
    (void)pthread_cond_init(&dev.changed, NULL);
    dev.lost_row = dev.wrong_row = dev.flipped_row = UINT64_MAX;
    dev.hangs_at = UINT64_MAX;
    dev.dumb[0] = dev.dumb[1] = UINT64_MAX;
    dev.twisted[0] = dev.twisted[1] = UINT64_MAX;
    dev.hang_at = UINT64_MAX;
    dev.commands = 2;
    dev.copies = 1;
    dev.board = BOARD;
    dev.map.n_media = 1;
    dev.map.media[0] = (struct map_medium){.base = BASE, .size = CHIP};
    dev.map.segments = rig_segments;
    dev.map.n_segments = rig_n_segments;
    if (cache_open(&cache, &config, NULL) < 0)
        return -1;
    fc.device = &dev;
    fc.cache = cache;
    fc.timeout_ms = 30000;
    fc.verify = mode;
    if (rig_before != NULL)
        rig_before();
    return fetcher_start(&fetcher, &fc, NULL);
}

static int down(void **state)
{
    (void)state;
    if (fetcher != NULL)
        fetcher_stop(fetcher);
    fetcher = NULL;
    rig_border = 0;
    rig_flash = NULL;
    rig_before = NULL;
    rig_at_read = NULL;
    rig_at_sum = NULL;
    rig_algorithm = "crc32";
    rig_unit = 1;
    rig_uniform = true;
    rig_comparisons = 0;
    rig_more = (struct fetcher_config){.device = NULL};
    cache_close(cache);
    (void)pthread_cond_destroy(&dev.changed);
    (void)pthread_mutex_destroy(&dev.lock);
    return 0;
}

#define FETCH_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

#endif
