// SPDX-License-Identifier: BSD-2-Clause
// Nobody gets an error, or waits, for what happens to somebody else's read.

#include "fetch_rig.h"

static int up_asking(enum verify_mode as, void **state)
{
    int ret;

    mode = as;
    rig_more.ask_first = AT(16);
    ret = up(state);
    dev.has_sums = true;
    return ret;
}

static int up_rows(void **state)
{
    mode = VERIFY_ROWS;
    return up(state);
}

static int asking_rows(void **state)
{
    return up_asking(VERIFY_ROWS, state);
}

static int asking_fast(void **state)
{
    return up_asking(VERIFY_FAST, state);
}

static void hold_noisy(void)
{
    dev.damaged = 1;
    dev.hold = true;
}

static int rows_prefetching(void **state)
{
    rig_before = hold_noisy;
    mode = VERIFY_ROWS;
    rig_more.prefetch = true;
    return up(state);
}

/* Longer than the fetcher waits before it looks for news. */
static void slow_sum(uint64_t offset)
{
    (void)offset;
    atomic_fetch_add(&fake_ms, 100);
}

/* Whether the device's sums can be believed is found out with a block that
 * nobody waits for. */
static void a_sum_that_lies_costs_no_read(void **state)
{
    (void)state;
    rig_at_sum = slow_sum;
    dev.sums_lie = true;
    assert_int_equal(read_now(0, AT(1)), 0);
    assert_int_equal(read_now(AT(30), AT(1)), 0);
    assert_in_range(dev.sums, 1, 40);
}

/* The sums are right, the block with which they are tried is not. */
static void nor_does_a_wrong_sample(void **state)
{
    struct reader r;

    (void)state;
    rig_at_sum = slow_sum;
    dev.wrong_row = 0;
    dev.wrong_times = 1;
    ask(&r, 0, AT(1));
    r.any = true;
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(read_now(AT(30), AT(1)), 0);
    assert_in_range(dev.sums, 1, 40);
}

/* What was answered is confirmed first on a noisy line; what nobody asked for
 * never is. */
static void prefetching_is_never_first(void **state)
{
    struct reader first;
    struct reader other;
    bool passed = false;

    (void)state;
    wait_until_inside();
    ask(&first, 0, AT(1));
    ask(&other, AT(60), AT(1));
    let_go();
    assert_int_equal(wait_for(&first), 0);
    assert_int_equal(wait_for(&other), 0);
    for (unsigned i = 0; i < 4; i++)
        passed = passed || dev.first[i] == AT(60);
    assert_true(passed);
}

/* Each read brings the next block; those behind it are not to blame. */
static void what_ends_early_goes_on(void **state)
{
    (void)state;
    dev.most = BLOCK_SIZE;
    assert_int_equal(read_now(0, AT(8)), 0);
    assert_in_range(dev.reads, 8, 10);
}

/* Where reading makes the device hang, it does so for one reader. */
static void who_waits_behind_a_hang_is_served(void **state)
{
    struct reader hung;
    struct reader other;

    (void)state;
    dev.hang_at = AT(3);
    dev.hold = true;
    ask(&hung, 0, AT(8));
    wait_until_inside();
    ask(&other, AT(32), AT(16));
    let_go();
    assert_int_equal(wait_for(&hung), -EIO);
    assert_int_equal(wait_for(&other), 0);
    assert_int_equal(dev.first[0], 0);
    assert_int_equal(dev.first[1], AT(32));
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(asking_rows, a_sum_that_lies_costs_no_read),
        WITH(asking_fast, a_sum_that_lies_costs_no_read),
        WITH(asking_rows, nor_does_a_wrong_sample),
        WITH(asking_fast, nor_does_a_wrong_sample),
        WITH(rows_prefetching, prefetching_is_never_first),
        WITH(up_rows, what_ends_early_goes_on),
        WITH(up_rows, who_waits_behind_a_hang_is_served),
    };

    return cmocka_run_group_tests_name("fetcher, fair", tests, NULL, NULL);
}
