// SPDX-License-Identifier: BSD-2-Clause
// Readers beside the writer see a block before or after, never between.

#include "store_util.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

struct race {
    struct blocks *blocks;
    atomic_bool done;
    atomic_uint seen;
};

/* Each byte of a block is the same, so that a mixture shows. */
static void *read_along(void *arg)
{
    struct race *race = arg;
    uint8_t bytes[AT(2)];

    while (!atomic_load(&race->done)) {
        (void)blocks_known(race->blocks, 0, SIZE, NULL);
        if (blocks_get(race->blocks, 0, bytes, sizeof(bytes)) < 0)
            continue;
        atomic_fetch_add(&race->seen, 1);
        for (size_t i = 1; i < sizeof(bytes); i++) {
            if (i != BLOCK_SIZE && bytes[i] != bytes[i - 1])
                return "mixed";
        }
    }
    return NULL;
}

static void readers_beside_the_writer_see_whole_blocks(void **state)
{
    struct race race = {.blocks = open_medium()};
    pthread_t readers[2];
    uint8_t bytes[BLOCK_SIZE];
    void *result;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_along, &race),
                         0);
    for (unsigned i = 0; i < 5000 || atomic_load(&race.seen) < 10; i++) {
        memset(bytes, (int)(i % 200), sizeof(bytes));
        assert_int_equal(blocks_put(race.blocks, i % 2, bytes, NULL), 0);
        if (i % 500 == 0)
            assert_int_equal(blocks_sync(race.blocks, NULL), 0);
    }
    /* None of that was damage: both blocks are still known. */
    assert_true(blocks_have(race.blocks, 0, sizeof(bytes) * 2));
    atomic_store(&race.done, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(readers[i], &result), 0);
        assert_null(result);
    }
    blocks_close(race.blocks);
}

/* Another thread gets its turn in the middle of a read or write of the store;
 * it is played here by this one, so that the moment is exact. */
static _Thread_local void (*after_read)(struct blocks *b);
static _Thread_local void (*before_write)(struct blocks *b);
static struct blocks *shared;

ssize_t pread(int fd, void *out, size_t len, off_t at)
{
    void (*act)(struct blocks * b) = after_read;
    ssize_t n = syscall(SYS_pread64, fd, out, len, at);

    after_read = NULL;
    if (act != NULL)
        act(shared);
    return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    void (*act)(struct blocks * b) = before_write;

    before_write = NULL;
    if (act != NULL)
        act(shared);
    return syscall(SYS_pwrite64, fd, bytes, len, at);
}

static void put_two(struct blocks *b)
{
    put_from(b, 2, 1);
    put_from(b, 2, 2);
}

static void a_put_during_a_get_is_no_damage(void **state)
{
    (void)state;
    shared = open_medium();
    put_from(shared, 1, 0);
    put_from(shared, 2, 1);
    put_from(shared, 1, 2);
    /* Read before, looked at after: old bytes, new checksum. */
    flip("flash.data", AT(2), 1);
    after_read = put_two;
    assert_true(get_right(shared, 2, AT(1), AT(2)));
    assert_int_equal(blocks_state(shared, 2), BLOCK_GOOD);
    blocks_close(shared);
}

static void expect_hidden(struct blocks *b)
{
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    assert_false(get_right(b, 1, 0, AT(2)));
    assert_true(get_block(b, 1, 0));
}

static void a_block_is_hidden_while_it_is_put(void **state)
{
    (void)state;
    shared = open_medium();
    put_from(shared, 1, 0);
    put_from(shared, 1, 1);
    blocks_confirm(shared, 1, BLOCK_CHECKSUM);
    before_write = expect_hidden;
    put_from(shared, 2, 1);
    assert_null(before_write);
    assert_true(get_block(shared, 2, 1));
    blocks_close(shared);
}

static void an_absent_block_is_not_read(void **state)
{
    (void)state;
    shared = open_medium();
    put_from(shared, 1, 0);
    after_read = put_two;
    assert_false(get_right(shared, 1, 0, AT(2)));
    assert_non_null(after_read);
    after_read = NULL;
    blocks_close(shared);
}

static void spoil(struct blocks *b)
{
    (void)b;
    flip("flash.data", AT(1), 1);
}

static void damage_during_a_get_is_found_by_the_next(void **state)
{
    (void)state;
    shared = open_medium();
    put_from(shared, 1, 1);
    after_read = spoil;
    assert_true(get_block(shared, 1, 1));
    assert_false(get_block(shared, 1, 1));
    assert_int_equal(blocks_state(shared, 1), BLOCK_ABSENT);
    blocks_close(shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(readers_beside_the_writer_see_whole_blocks),
        STORE_TEST(a_put_during_a_get_is_no_damage),
        STORE_TEST(a_block_is_hidden_while_it_is_put),
        STORE_TEST(an_absent_block_is_not_read),
        STORE_TEST(damage_during_a_get_is_found_by_the_next),
    };

    return cmocka_run_group_tests_name("blocks_race", tests, NULL, NULL);
}
