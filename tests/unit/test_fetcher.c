// SPDX-License-Identifier: BSD-2-Clause
// The fetcher against a device that loses rows, falls silent or goes away.

#include "fetch_rig.h"

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

static void longer_where_the_line_is_to_blame(void **state)
{
    (void)state;
    dev.damaged = 100;
    assert_int_equal(read_now(AT(1), BLOCK_SIZE), 0); /* now that is known */
    dev.lost_row = AT(2) + 48;
    dev.lost_times = 15;
    assert_int_equal(read_now(AT(2), BLOCK_SIZE), 0);
}

/* What comes along with a row that does not come is no progress. */
static void neighbours_are_no_progress(void **state)
{
    (void)state;
    dev.fixed = 256;
    dev.lost_row = AT(2) + 48;
    dev.lost_times = UINT32_MAX;
    assert_int_equal(read_now(AT(2), 256), -EIO);
    assert_in_range(dev.reads, 2, 10);
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
    assert_true(dev.brought <= CHIP + LIMIT); /* some went before others */
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
    } cases[] = {{-ENODEV, 2}, {-EFAULT, 2}, {-EILSEQ, 6}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned before = dev.reads;
        dev.answer = cases[i].answer;
        dev.takes_ms = dev.answer == -ENODEV ? 16000 : 0;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        FETCH_TEST(reads_and_reads_nothing_twice),
        FETCH_TEST(a_missing_row_is_fetched_again),
        FETCH_TEST(but_not_for_ever),
        FETCH_TEST(longer_where_the_line_is_to_blame),
        FETCH_TEST(neighbours_are_no_progress),
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

    mode = VERIFY_ROWS;
    return cmocka_run_group_tests_name("fetcher", tests, NULL, NULL);
}
