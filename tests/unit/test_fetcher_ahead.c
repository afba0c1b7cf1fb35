// SPDX-License-Identifier: BSD-2-Clause
// The fetcher reading ahead and prefetching, and who goes first then.

#include "fetch_rig.h"

#include <time.h>

static bool is_known(uint64_t offset, uint64_t len)
{
    return blocks_have(fetcher_blocks(fetcher, 0), offset, len);
}

static void nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* Until the fetcher has nothing to do. */
static void settle(void)
{
    struct fetch_stats stats;
    unsigned before;

    do {
        before = dev.reads;
        for (int i = 0; i < 20; i++)
            nap();
        fetcher_get_stats(fetcher, &stats);
    } while (dev.reads != before || stats.pending > 0 ||
             stats.current_medium >= 0);
}

static int read_in(uint64_t offset, size_t len, uint64_t end)
{
    struct reader reader;

    ask_in(&reader, offset, len, end);
    return wait_for(&reader);
}

static int up_ahead(void **state)
{
    mode = VERIFY_ROWS;
    rig_more.readahead = AT(8);
    return up(state);
}

static void one_read_is_no_stream(void **state)
{
    (void)state;
    assert_int_equal(read_in(0, AT(34), CHIP), 0);
    settle();
    assert_int_equal(dev.brought, AT(34));
}

static void nor_are_a_few_small_ones(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(read_in(AT(2) * i, AT(2), CHIP), 0);
    settle();
    assert_int_equal(dev.brought, AT(16));
}

static void who_goes_on_is_read_ahead(void **state)
{
    (void)state;
    assert_int_equal(read_in(0, AT(30), CHIP), 0);
    assert_int_equal(read_in(AT(30), AT(4), CHIP), 0);
    settle();
    assert_true(is_known(0, AT(42)));
    assert_int_equal(dev.brought, AT(42));
    /* What is known may be answered by others, who do not tell. */
    assert_int_equal(read_in(AT(42), AT(2), AT(48)), 0);
    settle();
    assert_int_equal(dev.brought, AT(48));
}

static void who_cannot_go_on_gets_no_more(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(30)), 0);
    assert_int_equal(read_now(AT(30), AT(10)), 0);
    settle();
    assert_int_equal(dev.brought, AT(40));
}

/* A short read elsewhere does not wait for what is read for another. */
static void a_short_read_goes_first(void **state)
{
    struct reader a;
    struct reader b;

    (void)state;
    dev.hold = true;
    ask_in(&a, AT(8), AT(16), CHIP);
    wait_until_inside();
    ask(&b, AT(50), AT(1));
    let_go();
    assert_int_equal(wait_for(&b), 0);
    assert_int_equal(wait_for(&a), 0);
    assert_true(dev.first[0] == AT(8));
    assert_true(dev.first[1] == AT(50));
}

/* ... but not for ever: nobody is passed more than a few times. */
static void nobody_starves(void **state)
{
    struct reader a;
    struct reader b[16];
    unsigned at = 0;

    (void)state;
    dev.hold = true;
    ask(&a, 0, AT(16));
    wait_until_inside();
    for (unsigned i = 0; i < COUNT(b); i++)
        ask(&b[i], AT(20 + 2 * i), 100);
    let_go();
    assert_int_equal(wait_for(&a), 0);
    for (unsigned i = 0; i < COUNT(b); i++)
        assert_int_equal(wait_for(&b[i]), 0);
    for (unsigned i = 0; i < dev.reads; i++)
        at = dev.first[i] < AT(16) ? i : at;
    assert_in_range(at, 1, 10); /* its last read was not the last of all */
}

/* What is left to read for one who wants 16 bytes lies behind them. */
static void a_lost_row_behind_a_short_read_comes(void **state)
{
    (void)state;
    dev.takes_ms = 1000;
    dev.lost_row = 64;
    dev.lost_times = 1;
    assert_int_equal(read_now(0, 16), 0);
    assert_int_equal(dev.reads, 2);
}

static int up_prefetch(void **state)
{
    mode = VERIFY_ROWS;
    rig_more.prefetch = true;
    return up(state);
}

static void hold_it(void)
{
    dev.hold = true;
}

static int up_prefetch_held(void **state)
{
    rig_before = hold_it;
    return up_prefetch(state);
}

static void everything_in_the_end(void **state)
{
    (void)state;
    atomic_fetch_add(&fake_ms, 2000);
    while (!is_known(0, CHIP)) {
        nap();
        device_wake(&dev);
    }
    assert_int_equal(dev.brought, CHIP);
    assert_int_equal(read_now(AT(20), AT(3)), 0);
}

/* It stops for a reader at once, and goes on where it was. */
static void prefetching_gives_way(void **state)
{
    struct reader reader;

    (void)state;
    wait_until_inside();
    ask(&reader, AT(50), AT(1));
    let_go();
    assert_int_equal(wait_for(&reader), 0);
    assert_true(dev.first[1] == AT(50));
}

static void fall_silent(void)
{
    dev.answer = -ETIMEDOUT;
}

static int up_prefetch_silent(void **state)
{
    rig_before = fall_silent;
    return up_prefetch(state);
}

/* Reading there makes the device reset, each time. */
static void prefetch_does_not_insist(void **state)
{
    (void)state;
    for (int i = 0;
         i < 3000 && blocks_state(fetcher_blocks(fetcher, 0), 0) != BLOCK_BAD;
         i++) {
        atomic_fetch_add(&fake_ms, 6000);
        device_wake(&dev);
        nap();
    }
    dev.answer = 0;
    assert_in_range(dev.reads, 6, 30);
    assert_int_equal(blocks_state(fetcher_blocks(fetcher, 0), 0), BLOCK_BAD);
    assert_int_equal(read_now(0, AT(1)), 0); /* who asks for it may try */
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_ahead, one_read_is_no_stream),
        WITH(up_ahead, nor_are_a_few_small_ones),
        WITH(up_ahead, who_goes_on_is_read_ahead),
        WITH(up_ahead, who_cannot_go_on_gets_no_more),
        WITH(up_ahead, a_short_read_goes_first),
        WITH(up_ahead, nobody_starves),
        WITH(up_ahead, a_lost_row_behind_a_short_read_comes),
        WITH(up_prefetch, everything_in_the_end),
        WITH(up_prefetch_silent, prefetch_does_not_insist),
        WITH(up_prefetch_held, prefetching_gives_way),
    };

    return cmocka_run_group_tests_name("fetcher_ahead", tests, NULL, NULL);
}
