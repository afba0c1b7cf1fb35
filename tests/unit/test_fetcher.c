// SPDX-License-Identifier: BSD-2-Clause
// The fetcher against a device that loses rows, falls silent or goes away.

#include "store_util.h"
#include "unit.h"

#include "base/clock.h"
#include "fetch/fetcher.h"
#include "store/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define CHIP  AT(64)
#define BASE  0x9f000000U
#define LIMIT 4096U
#define BOARD 9

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
    unsigned reads;
    uint64_t first[512]; /* offset of each */
    uint64_t len[512];
    uint64_t asked_bytes;
    bool down;  /* shut down */
    bool woken; /* since the last look */
    bool hold;  /* a read waits inside until this is over */
    bool inside;
    int answer;          /* if not 0: of every read */
    uint64_t takes_ms;   /* each read */
    uint64_t lost_row;   /* offset of a row that does not come ... */
    unsigned lost_times; /* ... so often */
};

static struct device dev;
static struct cache *cache;
static struct fetcher *fetcher;

const struct map *device_map(const struct device *d)
{
    return &d->map;
}

uint64_t device_read_max(const struct device *d)
{
    (void)d;
    return LIMIT;
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

int device_read(struct device *d, enum device_reading reading, uint64_t address,
                uint64_t len, const struct device_sink *sink, struct err *err)
{
    uint8_t row[DEVICE_ROW];
    int ret = wait_inside(d, sink);

    (void)reading;
    assert_int_equal(address % DEVICE_ROW, 0);
    assert_in_range(len, DEVICE_ROW, LIMIT);
    assert_true(address >= BASE && address - BASE + len <= CHIP);
    (void)pthread_mutex_lock(&d->lock);
    assert_true(d->reads < COUNT(d->first));
    d->first[d->reads] = address - BASE;
    d->len[d->reads++] = len;
    d->asked_bytes += len;
    ret = ret != 0 ? ret : d->answer;
    atomic_fetch_add(&fake_ms, d->takes_ms);
    (void)pthread_mutex_unlock(&d->lock);
    if (ret != 0)
        return err_set(err, ret, "the device is not well");
    for (uint64_t at = address - BASE; len > 0; at += 16, len -= 16) {
        if (at == d->lost_row && d->lost_times > 0) {
            d->lost_times--;
            continue;
        }
        device_bytes(BOARD, at, row, sizeof(row));
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
};

static void on_done(struct fetch_request *r, int status, const void *bytes)
{
    struct reader *reader = r->arg;
    uint8_t want[CHIP];

    assert_true((status == 0) == (bytes != NULL));
    device_bytes(BOARD, r->offset, want, r->len);
    (void)pthread_mutex_lock(&dev.lock);
    assert_false(reader->done);
    reader->done = true;
    reader->status = status;
    reader->right = bytes != NULL && memcmp(bytes, want, r->len) == 0;
    (void)pthread_cond_broadcast(&dev.changed);
    (void)pthread_mutex_unlock(&dev.lock);
}

static void ask(struct reader *reader, uint64_t offset, size_t len)
{
    *reader = (struct reader){.r = {.offset = offset, .len = len}};
    reader->r.done = on_done;
    reader->r.arg = reader;
    fetch_submit(fetcher, &reader->r);
}

static int wait_for(struct reader *reader)
{
    (void)pthread_mutex_lock(&dev.lock);
    while (!reader->done)
        (void)pthread_cond_wait(&dev.changed, &dev.lock);
    (void)pthread_mutex_unlock(&dev.lock);
    assert_true(reader->status != 0 || reader->right);
    return reader->status;
}

static int read_now(uint64_t offset, size_t len)
{
    struct reader reader;

    ask(&reader, offset, len);
    return wait_for(&reader);
}

static void wait_until_inside(void)
{
    (void)pthread_mutex_lock(&dev.lock);
    while (!dev.inside)
        (void)pthread_cond_wait(&dev.changed, &dev.lock);
    (void)pthread_mutex_unlock(&dev.lock);
}

static void let_go(void)
{
    (void)pthread_mutex_lock(&dev.lock);
    dev.hold = false;
    (void)pthread_cond_broadcast(&dev.changed);
    (void)pthread_mutex_unlock(&dev.lock);
}

static int up(void **state)
{
    static const struct cache_medium media[] = {
        {.name = "flash", .base = BASE, .size = CHIP}};
    const struct cache_config config = {.stem = "x",
                                        .identity = "x",
                                        .memory_only = true,
                                        .media = media,
                                        .media_count = 1};
    struct fetcher_config fc = {.device = &dev, .timeout_ms = 30000};

    (void)state;
    clock_set_source(fake_now);
    memset(&dev, 0, sizeof(dev));
    (void)pthread_mutex_init(&dev.lock, NULL);
    (void)pthread_cond_init(&dev.changed, NULL);
    dev.lost_row = UINT64_MAX;
    dev.map.n_media = 1;
    dev.map.media[0] = (struct map_medium){.base = BASE, .size = CHIP};
    if (cache_open(&cache, &config, NULL) < 0)
        return -1;
    fc.cache = cache;
    return fetcher_start(&fetcher, &fc, NULL);
}

static int down(void **state)
{
    (void)state;
    if (fetcher != NULL)
        fetcher_stop(fetcher);
    fetcher = NULL;
    cache_close(cache);
    (void)pthread_cond_destroy(&dev.changed);
    (void)pthread_mutex_destroy(&dev.lock);
    return 0;
}

static void reads_and_reads_nothing_twice(void **state)
{
    (void)state;
    assert_int_equal(read_now(700, 10), 0);
    assert_int_equal(dev.reads, 1);
    assert_true(dev.first[0] == AT(1));
    assert_true(dev.len[0] == BLOCK_SIZE);
    assert_int_equal(read_now(AT(1), BLOCK_SIZE), 0);
    assert_int_equal(dev.reads, 1);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(dev.asked_bytes, CHIP);
    assert_int_equal(read_now(CHIP - 1, 1), 0);
    assert_int_equal(dev.asked_bytes, CHIP);
}

static void a_missing_row_is_fetched_again(void **state)
{
    struct fetch_stats stats;

    (void)state;
    dev.lost_row = AT(2) + 48;
    dev.lost_times = 3;
    assert_int_equal(read_now(AT(2), BLOCK_SIZE), 0);
    assert_int_equal(dev.reads, 4);
    for (unsigned i = 1; i < 4; i++) { /* that row and no other */
        assert_true(dev.first[i] == AT(2) + 48);
        assert_int_equal(dev.len[i], 16);
    }
    fetcher_get_stats(fetcher, &stats);
    assert_int_equal(stats.retries, 3);
    assert_int_equal(stats.blocks_bad, 0);
}

static void but_not_for_ever(void **state)
{
    struct fetch_stats stats;
    unsigned reads;

    (void)state;
    dev.lost_row = AT(2) + 48;
    dev.lost_times = UINT32_MAX;
    assert_int_equal(read_now(AT(2), BLOCK_SIZE), -EIO);
    assert_in_range(dev.reads, 2, 10);
    fetcher_get_stats(fetcher, &stats);
    assert_int_equal(stats.blocks_bad, 1);
    assert_int_equal(blocks_state(fetcher_blocks(fetcher, 0), 2), BLOCK_BAD);
    assert_int_equal(read_now(AT(3), BLOCK_SIZE), 0);
    /* A new read is a new chance. */
    reads = dev.reads;
    assert_int_equal(read_now(AT(2), 1), -EIO);
    assert_true(dev.reads > reads);
    dev.lost_times = 0;
    assert_int_equal(read_now(AT(2), BLOCK_SIZE), 0);
}

static void only_those_who_need_the_bad_block_fail(void **state)
{
    struct reader r[3];

    (void)state;
    dev.hold = true;
    dev.lost_row = AT(5);
    dev.lost_times = UINT32_MAX;
    ask(&r[0], AT(4), BLOCK_SIZE);
    ask(&r[1], AT(4), (size_t)2 * BLOCK_SIZE);
    ask(&r[2], AT(6), BLOCK_SIZE);
    let_go();
    assert_int_equal(wait_for(&r[0]), 0);
    assert_int_equal(wait_for(&r[1]), -EIO);
    assert_int_equal(wait_for(&r[2]), 0);
}

static void many_readers(void **state)
{
    static struct reader r[300];

    (void)state;
    dev.hold = true;
    for (unsigned i = 0; i < COUNT(r); i++)
        ask(&r[i], (uint64_t)i * 97 % (CHIP - 600), 1 + i * 31 % 599);
    let_go();
    for (unsigned i = 0; i < COUNT(r); i++)
        assert_int_equal(wait_for(&r[i]), 0);
    assert_true(dev.asked_bytes <= CHIP + LIMIT);
}

static void cancelling_frees_the_line(void **state)
{
    struct reader first;
    struct reader second;

    (void)state;
    dev.hold = true;
    ask(&first, AT(8), AT(8));
    wait_until_inside();
    ask(&second, AT(40), AT(1));
    fetch_cancel(fetcher, &first.r);
    assert_int_equal(wait_for(&first), -EINTR);
    let_go();
    assert_int_equal(wait_for(&second), 0);
    /* The first one's range was not read on. */
    assert_int_equal(blocks_state(fetcher_blocks(fetcher, 0), 8), BLOCK_ABSENT);
}

static void cancelled_before_it_was_asked(void **state)
{
    struct reader r = {.r = {.offset = 0, .len = 16, .done = on_done}};

    (void)state;
    r.r.arg = &r;
    fetch_cancel(fetcher, &r.r);
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), -EINTR);
    assert_int_equal(dev.reads, 0);
}

static void known_bytes_do_not_wait_for_a_dump(void **state)
{
    struct reader slow;

    (void)state;
    assert_int_equal(read_now(0, 16), 0);
    dev.hold = true;
    ask(&slow, AT(8), 16);
    wait_until_inside();
    assert_int_equal(read_now(0, BLOCK_SIZE), 0);
    assert_false(slow.done);
    let_go();
    assert_int_equal(wait_for(&slow), 0);
}

static void no_progress_is_eio_in_time(void **state)
{
    struct fetch_stats stats;
    uint64_t from = fake_now();

    (void)state;
    dev.answer = -ETIMEDOUT;
    dev.takes_ms = 2000;
    assert_int_equal(read_now(0, 16), -EIO);
    assert_in_range(fake_now() - from, 30000, 33000);
    fetcher_stop(fetcher);
    fetcher = NULL;
    (void)stats;
}

/* As long as something comes, a long read is not overdue. */
static void progress_is_patience(void **state)
{
    (void)state;
    dev.takes_ms = 20000;
    assert_int_equal(read_now(0, CHIP), 0);
}

static void errors_of_the_device(void **state)
{
    static const struct {
        int answer;
        unsigned reads;
    } cases[] = {{-ENODEV, 1}, {-EFAULT, 2}, {-EILSEQ, 6}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned before = dev.reads;
        dev.answer = cases[i].answer;
        assert_int_equal(read_now(AT(i), 16), -EIO);
        assert_int_equal(dev.reads - before, cases[i].reads);
        dev.answer = 0;
        assert_int_equal(read_now(AT(i), 16), 0);
    }
}

static void stopping_fails_what_is_pending(void **state)
{
    struct reader r[20];

    (void)state;
    dev.hold = true;
    for (unsigned i = 0; i < COUNT(r); i++)
        ask(&r[i], AT(i), 16);
    wait_until_inside();
    fetcher_stop(fetcher);
    fetcher = NULL;
    for (unsigned i = 0; i < COUNT(r); i++)
        assert_int_equal(wait_for(&r[i]), -EIO);
}

#define FETCH_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FETCH_TEST(reads_and_reads_nothing_twice),
        FETCH_TEST(a_missing_row_is_fetched_again),
        FETCH_TEST(but_not_for_ever),
        FETCH_TEST(only_those_who_need_the_bad_block_fail),
        FETCH_TEST(many_readers),
        FETCH_TEST(cancelling_frees_the_line),
        FETCH_TEST(cancelled_before_it_was_asked),
        FETCH_TEST(known_bytes_do_not_wait_for_a_dump),
        FETCH_TEST(no_progress_is_eio_in_time),
        FETCH_TEST(progress_is_patience),
        FETCH_TEST(errors_of_the_device),
        FETCH_TEST(stopping_fails_what_is_pending),
    };

    return cmocka_run_group_tests_name("fetcher", tests, NULL, NULL);
}
