// SPDX-License-Identifier: BSD-2-Clause
// Blocks keep what was put, over restarts too.

#include "store_util.h"

#include <errno.h>
#include <sys/wait.h>

#define LAST 200U /* the short block */

static void gives_back_what_was_put(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    assert_int_equal(blocks_size(b), SIZE);
    assert_int_equal(blocks_count(b), LAST + 1);
    assert_int_equal(blocks_length(b, 0), BLOCK_SIZE);
    assert_int_equal(blocks_length(b, LAST), 100);
    assert_false(get_block(b, 1, 0));
    for (uint64_t n = 0; n <= LAST; n++)
        put_from(b, 1, n);
    assert_true(get_right(b, 1, 0, SIZE));
    assert_true(get_right(b, 1, 0, 0));
    assert_true(get_right(b, 1, SIZE, 0));
    assert_true(get_right(b, 1, SIZE - 1, 1));
    assert_true(get_right(b, 1, 511, 2));
    assert_true(get_right(b, 1, 511, AT(32)));
    assert_true(get_right(b, 1, 700, 90000));
    put_from(b, 2, 5);
    assert_true(get_block(b, 2, 5));
    blocks_close(b);
}

static void an_absent_block_spoils_the_range(void **state)
{
    struct blocks *b = open_medium();
    uint8_t byte;

    (void)state;
    put_from(b, 1, 3);
    put_from(b, 1, 5);
    assert_int_equal(blocks_get(b, AT(3), &byte, 1), 0);
    assert_false(get_right(b, 1, AT(3), BLOCK_SIZE + 1));
    assert_false(get_right(b, 1, AT(4), 1));
    assert_false(get_right(b, 1, AT(3), AT(3)));
    blocks_close(b);
}

static void states_move_as_told(void **state)
{
    struct blocks *b = open_medium();
    uint8_t bytes[16];

    (void)state;
    blocks_confirm(b, 1, BLOCK_CHECKSUM);
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    blocks_mark_bad(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_BAD);
    blocks_confirm(b, 1, BLOCK_CHECKSUM);
    assert_int_equal(blocks_state(b, 1), BLOCK_BAD);
    assert_false(get_block(b, 1, 1));
    put_from(b, 1, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_GOOD);
    blocks_mark_bad(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_GOOD);
    assert_int_equal(blocks_get_confirmed(b, BLOCK_SIZE, bytes, 16), -ENODATA);
    blocks_confirm(b, 1, BLOCK_CHECKSUM);
    assert_int_equal(blocks_state(b, 1), BLOCK_CHECKSUM);
    assert_int_equal(blocks_get_confirmed(b, BLOCK_SIZE, bytes, 16), 0);
    blocks_mark_bad(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_CHECKSUM);
    put_from(b, 1, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_GOOD);
    blocks_drop(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    assert_false(get_block(b, 1, 1));
    blocks_mark_bad(b, 1);
    blocks_drop(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    blocks_close(b);
}

static void the_route_outlives_a_restart(void **state)
{
    struct blocks *b = open_medium();
    uint64_t bytes[BLOCK_STATES];

    (void)state;
    for (uint64_t n = 0; n < 5; n++)
        put_from(b, 1, n);
    blocks_confirm(b, 1, BLOCK_CHECKSUM);
    blocks_confirm(b, 2, BLOCK_IMAGE);
    blocks_confirm(b, 3, BLOCK_REREAD);
    blocks_confirm(b, 4, BLOCK_REREAD);
    blocks_confirm(b, 4, BLOCK_CHECKSUM);
    assert_int_equal(blocks_sync(b, NULL), 0);
    blocks_close(b);
    b = open_medium();
    assert_int_equal(blocks_state(b, 0), BLOCK_GOOD);
    assert_int_equal(blocks_state(b, 1), BLOCK_CHECKSUM);
    assert_int_equal(blocks_state(b, 2), BLOCK_IMAGE);
    assert_int_equal(blocks_state(b, 3), BLOCK_REREAD);
    assert_int_equal(blocks_state(b, 4), BLOCK_CHECKSUM);
    blocks_tally(b, 100, AT(4), bytes);
    assert_int_equal(bytes[BLOCK_GOOD], BLOCK_SIZE - 100);
    assert_int_equal(bytes[BLOCK_CHECKSUM], BLOCK_SIZE + 100);
    assert_true(blocks_have_confirmed(b, AT(1), AT(4)));
    assert_false(blocks_have_confirmed(b, AT(1) - 1, AT(4)));
    blocks_close(b);
}

static uint64_t count_slowly(const struct blocks *b, uint64_t offset,
                             uint64_t len, uint64_t *bad)
{
    uint64_t known = 0;

    *bad = 0;
    for (uint64_t at = offset; at < offset + len; at++) {
        enum block_state s = blocks_state(b, at / BLOCK_SIZE);

        known += s == BLOCK_GOOD || s == BLOCK_CHECKSUM;
        *bad += s == BLOCK_BAD;
    }
    return known;
}

static void counts_bytes(void **state)
{
    /* Three chunks of the table, the middle one untouched. */
    uint64_t size = UINT64_C(2) * AT(4096) + 3000;
    struct blocks *b = open_memory_medium(size);
    unsigned seed = 1;

    (void)state;
    for (uint64_t n = 0; n < blocks_count(b); n++) {
        if (n >= 4096 && n < 8192)
            continue;
        if (n % 7 < 4)
            put_from(b, 1, n);
        if (n % 7 == 4)
            blocks_mark_bad(b, n);
        if (n % 5 == 0)
            blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
    for (int i = 0; i < 300; i++) {
        uint64_t len = (uint64_t)rand_r(&seed) % (i % 2 ? 2000 : 60000);
        uint64_t room = (uint64_t)rand_r(&seed) % size;
        uint64_t offset = i % 3 ? size - len : (len < room ? room - len : 0);
        uint64_t bad;
        uint64_t bad_slowly;
        uint64_t known = count_slowly(b, offset, len, &bad_slowly);

        assert_int_equal(blocks_known(b, offset, len, &bad), known);
        assert_int_equal(bad, bad_slowly);
        assert_int_equal(blocks_have(b, offset, len), known == len);
    }
    assert_int_equal(blocks_known(b, size, 0, NULL), 0);
    assert_true(blocks_have(b, 0, AT(4)));
    assert_false(blocks_have(b, 0, AT(4) + 1));
    blocks_close(b);
}

static void survives_a_restart(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    for (uint64_t n = 0; n <= LAST; n += 2)
        put_from(b, 1, n);
    blocks_confirm(b, 8, BLOCK_CHECKSUM);
    blocks_mark_bad(b, 9);
    sync_close(b);
    b = open_medium();
    for (uint64_t n = 0; n <= LAST; n++)
        assert_int_equal(get_block(b, 1, n), n % 2 == 0);
    assert_int_equal(blocks_state(b, 8), BLOCK_CHECKSUM);
    assert_int_equal(blocks_state(b, 10), BLOCK_GOOD);
    assert_int_equal(blocks_state(b, 9), BLOCK_ABSENT);
    blocks_close(b);
}

static void is_absent_until_synced(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    put_from(b, 1, 1);
    assert_int_equal(blocks_sync(b, NULL), 0);
    put_from(b, 1, 2);
    put_from(b, 2, 1);
    blocks_close(b);
    b = open_medium();
    assert_false(get_block(b, 1, 2));
    /* Known by its old checksum, which its new bytes do not have. */
    assert_false(get_block(b, 1, 1));
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    blocks_close(b);
}

static void a_killed_writer_leaves_no_wrong_byte(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 20; round++) {
        struct blocks *b;
        pid_t pid = fork();
        int status;

        if (pid == 0) {
            b = open_medium();
            for (uint64_t n = 0; n < 10 * (round + 1); n++) {
                put_from(b, 1, n % LAST);
                if (n % 25 == 24)
                    (void)blocks_sync(b, NULL);
            }
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        b = open_medium();
        for (uint64_t n = 0; n <= LAST; n++) {
            bool synced = n < (10 * (round + 1)) / 25 * 25;

            assert_true(get_block(b, 1, n) || !synced);
        }
        blocks_close(b);
    }
}

static void looking_changes_nothing(void **state)
{
    struct blocks_spec spec = spec_of(SIZE);
    struct blocks *b = NULL;
    struct stat st;

    (void)state;
    assert_int_equal(blocks_open(&b, &spec, NULL), 0);
    blocks_close(b);
    assert_false(exists("flash.state"));
    assert_false(exists("flash.data"));
    b = open_medium();
    put_from(b, 1, 0);
    put_from(b, 1, 5);
    sync_close(b);
    cut_file("flash.data", BLOCK_SIZE);
    assert_int_equal(blocks_open(&b, &spec, NULL), 0);
    assert_true(get_block(b, 1, 0));
    assert_int_equal(blocks_state(b, 5), BLOCK_ABSENT);
    blocks_close(b);
    assert_int_equal(fstatat(work_dir, "flash.data", &st, 0), 0);
    assert_int_equal(st.st_size, BLOCK_SIZE);
    spec.key.base++;
    assert_int_equal(blocks_open(&b, &spec, NULL), 0);
    blocks_close(b);
    assert_false(exists("flash.state.old"));
}

static void a_tebibyte_opens(void **state)
{
    struct blocks_spec spec = spec_of(UINT64_C(1) << 40);
    uint64_t last = (UINT64_C(1) << 31) - 1;
    struct blocks *b = open_spec(&spec);
    struct stat st;

    (void)state;
    put_from(b, 1, 0);
    put_from(b, 1, last);
    sync_close(b);
    assert_int_equal(fstatat(work_dir, "flash.data", &st, 0), 0);
    assert_int_equal(st.st_size, INT64_C(1) << 40);
    assert_true(st.st_blocks < 1000);
    b = open_spec(&spec);
    assert_true(get_block(b, 1, 0));
    assert_true(get_block(b, 1, last));
    assert_int_equal(blocks_known(b, 0, spec.key.size, NULL), AT(2));
    blocks_close(b);
}

static void memory_leaves_no_file(void **state)
{
    struct blocks *b = open_memory_medium(UINT64_C(1) << 40);

    (void)state;
    put_from(b, 1, 123456);
    assert_int_equal(blocks_sync(b, NULL), 0);
    assert_true(get_block(b, 1, 123456));
    assert_false(exists("flash.data"));
    assert_false(exists("flash.state"));
    blocks_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(gives_back_what_was_put),
        STORE_TEST(an_absent_block_spoils_the_range),
        STORE_TEST(states_move_as_told),
        STORE_TEST(the_route_outlives_a_restart),
        STORE_TEST(counts_bytes),
        STORE_TEST(survives_a_restart),
        STORE_TEST(is_absent_until_synced),
        STORE_TEST(a_killed_writer_leaves_no_wrong_byte),
        STORE_TEST(looking_changes_nothing),
        STORE_TEST(a_tebibyte_opens),
        STORE_TEST(memory_leaves_no_file),
    };

    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
