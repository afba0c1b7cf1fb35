// SPDX-License-Identifier: BSD-2-Clause
// A cache is used only if the device still has what is in it.

#include "cache_util.h"

#include "base/buf.h"

#include <dirent.h>

static const struct cache_medium large = {
    .name = "flash", .base = 0xbf000000, .size = 8 << 20};

/* All names, sizes and bytes below the directory ID, as one text. */
static void picture(const char *id, struct buf *out)
{
    struct dirent **list;
    char path[500];
    int count;

    buf_clear(out);
    (void)snprintf(path, sizeof(path), "%s/%s", root, id);
    count = scandir(path, &list, NULL, alphasort);
    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        static char bytes[SIZE + 1];
        size_t got = 0;
        int fd;

        (void)snprintf(path, sizeof(path), "%s/%s/%s", root, id,
                       list[i]->d_name);
        fd = open(path, O_RDONLY);
        if (list[i]->d_name[0] != '.' && strcmp(list[i]->d_name, "lock") != 0)
            assert_int_equal(file_read(fd, bytes, sizeof(bytes), 0, &got), 0);
        (void)close(fd);
        assert_true(buf_printf(out, "%s %zu\n", list[i]->d_name, got));
        assert_true(buf_add(out, bytes, got));
        free(list[i]);
    }
    free(list);
}

static void another_board_leaves_the_cache_alone(void **state)
{
    struct device one = {.board = 1};
    struct device two = {.board = 2};
    struct device three = {.board = 3};
    struct buf before = {0};
    struct buf after = {0};
    struct cache_config config = config_for(&two);
    struct cache *c;

    (void)state;
    assert_string_equal(fill(&one, 0, 0, 50), "cam-a0ee7cb3");
    picture("cam-a0ee7cb3", &before);
    assert_string_equal(fill(&two, 0, 0, 50), "cam-a0ee7cb3-2");
    assert_string_equal(fill(&three, 1, 0, 1), "cam-a0ee7cb3-3");
    picture("cam-a0ee7cb3", &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, after.len);
    assert_string_equal(fill(&two, 0, 0, 0), "cam-a0ee7cb3-2");
    assert_string_equal(fill(&three, 0, 0, 0), "cam-a0ee7cb3-3");
    assert_string_equal(fill(&one, 0, 0, 0), "cam-a0ee7cb3");
    c = open_config(&config);
    assert_true(get_right(cache_blocks(c, 0), 2, 0, AT(50)));
    cache_close(c);
    buf_free(&before);
    buf_free(&after);
}

static void asks_at_most_8_runs_that_are_spread(void **state)
{
    struct device d = {.board = 1};
    struct cache_config config = config_for(&d);
    struct cache *c;

    (void)state;
    config.media = &large;
    config.media_count = 1;
    c = open_config(&config);
    for (uint64_t n = 0; n < blocks_count(cache_blocks(c, 0)); n++)
        put_from(cache_blocks(c, 0), 1, n);
    cache_close(c);
    assert_int_equal(d.calls, 0);
    cache_close(open_config(&config));
    assert_int_equal(d.calls, 8);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(d.offset[i], i << 20);
        assert_int_equal(d.len[i], 65536);
    }
}

static void asks_about_each_known_place(void **state)
{
    struct device d = {.board = 1};

    (void)state;
    (void)fill(&d, 0, 200, 201); /* the short block */
    (void)fill(&d, 0, 20, 21);
    (void)fill(&d, 0, 70, 73);
    (void)fill(&d, 1, 0, 9);
    d.calls = 0;
    (void)fill(&d, 0, 0, 0);
    assert_int_equal(d.calls, 4);
    assert_int_equal(d.offset[0], AT(20));
    assert_int_equal(d.len[0], BLOCK_SIZE);
    assert_int_equal(d.offset[1], AT(70));
    assert_int_equal(d.len[1], AT(3));
    assert_int_equal(d.len[2], 100);
    assert_int_equal(d.len[3], AT(9));
}

/* A flash that is erased but for one block, which only board 1 has. */
static void would_rather_not_ask_about_blank_flash(void **state)
{
    static const uint64_t telling = 2 * 2048 + 400;
    uint8_t blank[BLOCK_SIZE];
    struct device one = {.board = 1};
    struct device two = {.board = 2};
    struct cache_config config = config_for(NULL);
    struct cache *c;

    (void)state;
    memset(blank, 0xff, sizeof(blank));
    config.media = &large;
    config.media_count = 1;
    c = open_config(&config);
    for (uint64_t n = 0; n < blocks_count(cache_blocks(c, 0)); n++)
        assert_int_equal(blocks_put(cache_blocks(c, 0), n, blank, NULL), 0);
    cache_close(c);
    /* Nothing but blank: asked about all the same. */
    config.probe = probe;
    config.probe_arg = &one;
    c = open_config(&config);
    assert_int_equal(one.calls, 8);
    put_from(cache_blocks(c, 0), 1, telling);
    cache_close(c);
    config.probe_arg = &two;
    c = open_config(&config);
    assert_string_equal(cache_id(c), "cam-a0ee7cb3-2");
    assert_int_equal(two.offset[two.calls - 1], AT(telling));
    cache_close(c);
}

static void damaged_blocks_are_not_asked_about(void **state)
{
    struct device d = {.board = 1};

    (void)state;
    (void)fill(&d, 0, 0, 4);
    flip("a/b/cam-a0ee7cb3/flash.data", 0, 1);
    assert_string_equal(fill(&d, 0, 0, 0), "cam-a0ee7cb3");
    assert_true(d.calls > 0);
    assert_int_equal(d.offset[0], BLOCK_SIZE);
}

static void an_answer_that_cannot_be_had_is_an_error(void **state)
{
    struct device d = {.board = 1};
    struct cache_config config = config_for(&d);
    struct cache *c = NULL;
    struct err err = {""};

    (void)state;
    for (uint64_t n = 0; n < 30; n += 2) {
        (void)fill(&d, 0, n, n + 1);
        d.calls = 0;
    }
    d = (struct device){.board = 1, .answer = -ETIMEDOUT};
    assert_int_equal(cache_open(&c, &config, &err), -ETIMEDOUT);
    assert_int_equal(d.calls, 8);
    assert_non_null(strstr(err.text, "cam-a0ee7cb3"));
    d = (struct device){.board = 1, .answer = -ENODEV};
    assert_int_equal(cache_open(&c, &config, &err), -ENODEV);
    assert_int_equal(d.calls, 1);
    d = (struct device){.board = 1, .answer = -EINTR};
    assert_int_equal(cache_open(&c, &config, &err), -EINTR);
    d = (struct device){.board = 1};
    assert_string_equal(fill(&d, 0, 0, 0), "cam-a0ee7cb3");
}

/* Nobody else has that identity: the mount is no reason to refuse. */
static void a_device_that_gives_no_sums_is_mounted(void **state)
{
    struct device d = {.board = 1};
    struct cache_config config = config_for(&d);
    struct cache *c = open_for(&d);

    (void)state;
    put_from(cache_blocks(c, 0), 1, 5);
    blocks_confirm(cache_blocks(c, 0), 5, BLOCK_CHECKSUM);
    cache_close(c);
    config.unique = true;
    d.answer = -EIO;
    c = open_config(&config);
    assert_string_equal(cache_id(c), "cam-a0ee7cb3");
    assert_true(cache_changed(c));
    assert_true(blocks_have(cache_blocks(c, 0), AT(5), BLOCK_SIZE));
    assert_false(blocks_have_confirmed(cache_blocks(c, 0), AT(5), BLOCK_SIZE));
    cache_close(c);
}

/* Its checksum command is broken; what it prints is what the cache has. */
static void sums_that_tell_nothing_make_no_new_cache(void **state)
{
    struct device d = {.board = 1};
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 0, 4);
    d.answer = CACHE_PROBE_READ;
    c = open_for(&d);
    assert_string_equal(cache_id(c), "cam-a0ee7cb3");
    assert_true(cache_changed(c));
    cache_close(c);
}

static void equal_boards_can_be_open_side_by_side(void **state)
{
    struct device one = {.board = 1};
    struct device two = {.board = 2};
    struct cache_config config = config_for(&two);
    struct cache *first;
    struct cache *second = NULL;

    (void)state;
    first = open_for(&one);
    /* Nothing known yet: it may be the same device. */
    assert_int_equal(cache_open(&second, &config, NULL), -EBUSY);
    put_from(cache_blocks(first, 0), 1, 5);
    assert_int_equal(cache_sync(first, NULL), 0);
    second = open_config(&config);
    assert_string_equal(cache_id(second), "cam-a0ee7cb3-2");
    cache_close(second);
    config.probe_arg = &one;
    assert_int_equal(cache_open(&second, &config, NULL), -EBUSY);
    one.answer = -EIO;
    assert_int_equal(cache_open(&second, &config, NULL), -EBUSY);
    cache_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(another_board_leaves_the_cache_alone),
        STORE_TEST(asks_at_most_8_runs_that_are_spread),
        STORE_TEST(asks_about_each_known_place),
        STORE_TEST(would_rather_not_ask_about_blank_flash),
        STORE_TEST(damaged_blocks_are_not_asked_about),
        STORE_TEST(an_answer_that_cannot_be_had_is_an_error),
        STORE_TEST(a_device_that_gives_no_sums_is_mounted),
        STORE_TEST(sums_that_tell_nothing_make_no_new_cache),
        STORE_TEST(equal_boards_can_be_open_side_by_side),
    };

    return cmocka_run_group_tests_name("cache_probe", tests, NULL, NULL);
}
