// SPDX-License-Identifier: BSD-2-Clause
// The fetcher beside a cache that tells of a device of yesterday.

#include "fetch_rig.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static uint8_t flash[CHIP];
static uint64_t absent_from; /* what up() leaves unknown */
static uint64_t absent_to;

/* What yesterday's device had. */
static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);
    uint8_t bytes[BLOCK_SIZE];

    dev.has_sums = true;
    for (uint64_t n = 0; n < CHIP / BLOCK_SIZE; n++) {
        if (n * BLOCK_SIZE >= absent_from && n * BLOCK_SIZE < absent_to)
            continue;
        device_bytes(BOARD, n * BLOCK_SIZE, bytes, BLOCK_SIZE);
        (void)blocks_put(b, n, bytes, NULL);
        blocks_confirm(b, n, BLOCK_REREAD);
    }
}

/* What its flash was written with since, before the fetcher compares. */
static uint64_t changed_to;

static void remember_and_change(void)
{
    remember();
    for (uint64_t i = 0; i < changed_to; i++)
        flash[i] ^= 0x5a;
}

static int up_cache(void **state)
{
    rig_more.revalidate = true;
    rig_more.ask_first = AT(16);
    mode = VERIFY_AUTO;
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    return up(state);
}

static int up_stale(void **state, uint64_t changed)
{
    changed_to = changed;
    rig_before = remember_and_change;
    return up_cache(state);
}

static int up_all_changed(void **state)
{
    absent_from = absent_to = 0;
    return up_stale(state, CHIP);
}

static int up_half_changed(void **state)
{
    absent_from = absent_to = 0;
    return up_stale(state, AT(32));
}

static int up_gap(void **state)
{
    absent_from = AT(20);
    absent_to = AT(24);
    return up_stale(state, AT(12));
}

/* The file behind the cache is in memory. */
static int find_data(void)
{
    char path[64];
    char to[64];

    for (int fd = 3; fd < 64; fd++) {
        ssize_t n;
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        n = readlink(path, to, sizeof(to) - 1);
        to[n < 0 ? 0 : n] = '\0';
        if (strstr(to, "memfd:") != NULL)
            return fd;
    }
    return -1;
}

/* One block is damaged on disk, and another one is not the device's. */
static void remember_damaged(void)
{
    remember();
    assert_int_equal(pwrite(find_data(), "damage", 6, AT(3)), 6);
    flash[AT(40)] ^= 1;
}

static int up_damaged(void **state)
{
    absent_from = absent_to = 0;
    rig_before = remember_damaged;
    return up_cache(state);
}

static void nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static bool gets_fresh(void)
{
    for (int i = 0; i < 500 && !fetcher_is_fresh(fetcher, 0, 0, CHIP); i++) {
        atomic_fetch_add(&fake_ms, 500);
        device_wake(&dev);
        nap();
    }
    return fetcher_is_fresh(fetcher, 0, 0, CHIP);
}

/* The sums are right, it is the cache that is not. */
static void old_blocks_do_not_speak_against_sums(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(10), AT(1)), 0);
    assert_int_equal(read_now(AT(40), AT(8)), 0);
    assert_int_equal(read_now(0, CHIP), 0);
}

static void nor_while_nobody_reads(void **state)
{
    (void)state;
    (void)gets_fresh(); /* as far as asking goes */
    assert_int_equal(read_now(0, CHIP), 0);
    assert_true(gets_fresh());
}

static void nor_before_what_is_absent_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(20), AT(2)), 0);
    assert_int_equal(read_now(0, AT(12)), 0);
}

static int up_island(void **state)
{
    absent_from = AT(18);
    absent_to = AT(32);
    return up_stale(state, 0);
}

/* What was compared out of turn, for a reader, is not compared again; nor does
 * it keep the rest from being done. */
static void islands_do_not_stay_stale(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(32), AT(2)), 0);
    assert_int_equal(read_now(AT(16), AT(2)), 0);
    assert_true(gets_fresh());
    assert_int_equal(dev.brought, 0);
}

static void remember_torn(void)
{
    remember();
    dev.torn = AT(40) + 96;
    dev.lost_row = AT(40) + 96;
    dev.lost_times = 1000;
}

static int up_torn(void **state)
{
    absent_from = absent_to = 0;
    rig_before = remember_torn;
    return up_cache(state);
}

/* One page that fails meanwhile costs its own block, no more. */
static void what_cannot_be_compared_is_no_obstacle(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(36), AT(4)), 0);
    assert_int_equal(read_now(AT(41), AT(4)), 0);
    assert_int_equal(dev.brought, 0);
    assert_int_equal(read_now(AT(40), AT(1)), -EIO);
    (void)gets_fresh(); /* but for that one */
    assert_true(fetcher_is_fresh(fetcher, 0, 0, AT(40)));
    assert_true(fetcher_is_fresh(fetcher, 0, AT(41), CHIP - AT(41)));
    assert_int_equal(read_now(0, AT(40)), 0);
}

static atomic_bool may_answer;

static void wait_for_leave(uint64_t offset)
{
    (void)offset;
    while (!may_answer)
        nap();
}

static void remember_and_wait(void)
{
    remember_torn();
    may_answer = false;
    rig_at_sum = wait_for_leave;
}

static int up_waiting(void **state)
{
    absent_from = absent_to = 0;
    rig_before = remember_and_wait;
    return up_cache(state);
}

/* What one reader waits for does not keep others from the cache. What is
 * compared in idle time stops for it at the first answer. */
static void each_range_is_fresh_for_itself(void **state)
{
    struct reader r;

    (void)state;
    assert_false(fetcher_is_fresh(fetcher, 0, AT(41), AT(4)));
    ask(&r, AT(41), AT(4));
    may_answer = true;
    assert_int_equal(wait_for(&r), 0);
    assert_true(fetcher_is_fresh(fetcher, 0, AT(41), AT(4)));
    assert_true(fetcher_is_fresh(fetcher, 0, AT(42) + 5, 100));
    assert_false(fetcher_is_fresh(fetcher, 0, AT(40), AT(4)));
    (void)gets_fresh();
    /* What a record may begin in front of, where a block was lost. */
    assert_int_equal(read_now(AT(41), AT(7)), 0);
    (void)gets_fresh(); /* but for the one that no sum tells of */
    assert_true(fetcher_is_fresh(fetcher, 0, 0, AT(40)));
    assert_true(fetcher_is_fresh(fetcher, 0, AT(41), CHIP - AT(41)));
}

static void damage_does_not_end_the_comparing(void **state)
{
    (void)state;
    (void)gets_fresh();
    assert_int_equal(read_now(0, CHIP), 0);
    /* And what a record may begin in front of, up to 4 KiB. */
    assert_true(dev.brought <= AT(8));
    assert_true(gets_fresh());
}

static atomic_uint sums_asked;

static void count_sum(uint64_t offset)
{
    (void)offset;
    sums_asked++;
}

static void remember_mute(void)
{
    remember();
    dev.mute = true;
    sums_asked = 0;
    rig_at_sum = count_sum;
}

static int up_mute(void **state)
{
    absent_from = absent_to = 0;
    rig_before = remember_mute;
    return up_cache(state);
}

/* Idle for an hour or so of the clock. */
static void idle_away(void)
{
    for (int i = 0; i < 600; i++) {
        atomic_fetch_add(&fake_ms, 6000);
        device_wake(&dev);
        nap();
    }
}

static uint64_t bytes_of(enum block_state state)
{
    uint64_t bytes[BLOCK_STATES];

    blocks_tally(cache_blocks(cache, 0), 0, CHIP, bytes);
    return bytes[state];
}

/* A device that tells no sum costs no cached block, and few questions. */
static void no_answer_drops_nothing(void **state)
{
    (void)state;
    idle_away();
    for (int i = 0; i < 8; i++) { /* the fetcher waits half a second */
        atomic_fetch_add(&fake_ms, 6000);
        (void)usleep(510000);
    }
    assert_int_equal(bytes_of(BLOCK_REREAD), CHIP);
    assert_true(sums_asked > 0);
    assert_int_equal(dev.reads, 0);
    assert_int_equal(read_now(AT(8), AT(8)), 0);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(bytes_of(BLOCK_ABSENT), 0);
    assert_int_equal(dev.brought, CHIP); /* each block once */
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_all_changed, old_blocks_do_not_speak_against_sums),
        WITH(up_half_changed, nor_while_nobody_reads),
        WITH(up_damaged, damage_does_not_end_the_comparing),
        WITH(up_island, islands_do_not_stay_stale),
        WITH(up_torn, what_cannot_be_compared_is_no_obstacle),
        WITH(up_waiting, each_range_is_fresh_for_itself),
        WITH(up_mute, no_answer_drops_nothing),
        WITH(up_gap, nor_before_what_is_absent_is_read),
    };

    return cmocka_run_group_tests_name("fetcher_stale", tests, NULL, NULL);
}
