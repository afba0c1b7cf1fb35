// SPDX-License-Identifier: BSD-2-Clause
// A device that is not there: it answers from what was kept, reads fail.

#include "store_util.h"
#include "unit.h"

#include "fetch/fetcher.h"
#include "monitor/device.h"
#include "monitor/map_file.h"

#include <errno.h>
#include <pthread.h>

#define IDENTITY "dialect u-boot\nmac: 02:00:00:00:00:07\n"
#define BASE     0x9f000000U

static struct device *dev;
static struct buf kept;
static struct err err;

static void write_kept(void)
{
    static struct map_segment segments[] = {
        {.name = "flash.bin", .size = AT(64), .source = "chip"},
        {.name = "rootfs", .offset = AT(8), .size = AT(9), .source = "banks"},
    };
    const struct map map = {
        .media = {{.name = "flash", .base = BASE, .size = AT(64)}},
        .n_media = 1,
        .segments = segments,
        .n_segments = 2,
    };
    const struct map_file_head head = {"u-boot", "U-Boot 1.1.3", "/dev/cam"};

    buf_clear(&kept);
    map_file_write(&kept, &head, &map, IDENTITY);
}

static int set_up(void **state)
{
    (void)state;
    write_kept();
    return device_open_offline(&dev, kept.data, kept.len, IDENTITY, &err);
}

static int tear_down(void **state)
{
    (void)state;
    device_close(dev);
    buf_free(&kept);
    return 0;
}

static void tells_what_was_kept(void **state)
{
    CLEANUP_BUF struct buf again = {0};
    struct device_stats stats;

    (void)state;
    assert_true(device_is_offline(dev));
    assert_string_equal(device_port(dev), "/dev/cam");
    assert_string_equal(device_dialect(dev), "u-boot");
    assert_string_equal(device_banner(dev), "U-Boot 1.1.3");
    assert_string_equal(device_identity(dev), IDENTITY);
    assert_int_equal(device_map(dev)->n_media, 1);
    assert_int_equal(device_map(dev)->n_segments, 2);
    assert_string_equal(device_map(dev)->segments[1].name, "rootfs");
    (void)device_look(dev);
    device_get_stats(dev, &stats);
    assert_int_equal(stats.line, DEVICE_LINE_OFFLINE);
    assert_int_equal(stats.line_bytes_received + stats.line_bytes_sent, 0);
    device_keep(dev, &again);
    assert_string_equal(again.data, kept.data);
}

static void no_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    (void)arg;
    (void)address;
    (void)bytes;
    fail_msg("%zu bytes from nowhere", len);
}

static void has_no_bytes(void **state)
{
    const struct device_sink sink = {.row = no_row};
    CLEANUP_BUF struct buf text = {0};
    struct digest_value sum;

    (void)state;
    assert_true(device_read_max(dev, 0) >= DEVICE_ROW);
    (void)device_read_limit(dev);
    for (int round = 0; round < 2; round++) {
        err.text[0] = '\0';
        assert_int_equal(device_read(dev, DEVICE_FIRST, BASE, 512, &sink, &err),
                         -ENODEV);
        assert_says(err.text, "offline");
        err.text[0] = '\0';
        assert_int_equal(device_checksum(dev, BASE, 512, &sum, NULL, &err),
                         -ENODEV);
        assert_says(err.text, "offline");
        assert_null(device_checksum_algorithm(dev, 0));
        assert_false(device_look(dev));
        assert_int_equal(device_recover(dev, NULL, &err), -ENODEV);
        device_wake(dev);
        device_transcript(dev, &text);
        assert_false(device_is_told_apart(dev));
        device_shutdown(dev);
    }
}

static void what_was_kept_is_not_believed(void **state)
{
    struct device *none = NULL;

    (void)state;
    kept.data[kept.len - 3] ^= 1;
    assert_int_equal(
        device_open_offline(&none, kept.data, kept.len, IDENTITY, &err),
        -EBADMSG);
    assert_null(none);
}

struct answer {
    pthread_mutex_t lock;
    pthread_cond_t came;
    int status; /* 1: not yet */
    uint8_t bytes[BLOCK_SIZE];
};

static void on_done(struct fetch_request *r, int status, const void *bytes)
{
    struct answer *a = r->arg;

    (void)pthread_mutex_lock(&a->lock);
    a->status = status;
    if (bytes != NULL)
        memcpy(a->bytes, bytes, BLOCK_SIZE);
    (void)pthread_cond_signal(&a->came);
    (void)pthread_mutex_unlock(&a->lock);
}

static int fetch(struct fetcher *f, struct answer *a, uint64_t n)
{
    struct fetch_request r = {
        .offset = AT(n), .len = BLOCK_SIZE, .done = on_done, .arg = a};

    a->status = 1;
    fetch_submit(f, &r);
    (void)pthread_mutex_lock(&a->lock);
    while (a->status == 1)
        (void)pthread_cond_wait(&a->came, &a->lock);
    (void)pthread_mutex_unlock(&a->lock);
    return a->status;
}

/* The real fetcher: what is known is answered, the rest fails at once and not
 * after the hour that its time-out is. */
static void a_fetcher_does_not_wait(void **state)
{
    const struct cache_medium medium = {"flash", BASE, AT(64)};
    const struct cache_config cache_config = {.stem = "x",
                                              .identity = IDENTITY,
                                              .memory_only = true,
                                              .media = &medium,
                                              .media_count = 1};
    struct fetcher_config config = {
        .device = dev, .timeout_ms = 3600000, .verify = VERIFY_AUTO};
    struct answer a = {
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 1, {0}};
    uint8_t want[BLOCK_SIZE];
    struct fetch_stats stats;
    struct fetcher *f;

    (void)state;
    assert_int_equal(cache_open(&config.cache, &cache_config, &err), 0);
    put_from(cache_blocks(config.cache, 0), 1, 7);
    put_from(cache_blocks(config.cache, 0), 1, 9);
    blocks_confirm(cache_blocks(config.cache, 0), 7, BLOCK_CHECKSUM);
    assert_int_equal(fetcher_start(&f, &config, &err), 0);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(fetch(f, &a, 6), -EIO);
        assert_int_equal(fetch(f, &a, 7), 0);
        device_bytes(1, AT(7), want, BLOCK_SIZE);
        assert_memory_equal(a.bytes, want, BLOCK_SIZE);
    }
    fetcher_get_stats(f, &stats);
    assert_says(stats.last_error, "there is no device: the mount is offline");
    assert_int_equal(stats.blocks_bad, 0);
    assert_int_equal(fetch(f, &a, 9), -EIO); /* known, not confirmed */
    fetcher_get_stats(f, &stats);
    assert_says(stats.last_error, "not confirmed");
    fetcher_stop(f);
    config.verify = VERIFY_ROWS;
    assert_int_equal(fetcher_start(&f, &config, &err), 0);
    assert_int_equal(fetch(f, &a, 9), 0);
    assert_int_equal(fetch(f, &a, 6), -EIO);
    fetcher_stop(f);
    cache_close(config.cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_what_was_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_no_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_kept_is_not_believed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_fetcher_does_not_wait, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("device_offline", tests, NULL, NULL);
}
