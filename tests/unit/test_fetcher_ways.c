// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: a second reading comes by another way, where there is one.

#include "fetch_rig.h"

#include <zlib.h>

static enum block_state state_of(uint64_t n)
{
    return blocks_state(fetcher_blocks(fetcher, 0), n);
}

static int up_auto(void **state)
{
    mode = VERIFY_AUTO;
    return up(state);
}

static int up_fast(void **state)
{
    mode = VERIFY_FAST;
    return up(state);
}

/* Each row of [offset, offset+len) came by two commands, and by two copies
 * where there are two. */
static void assert_two_ways(uint64_t offset, uint64_t len)
{
    for (uint64_t at = offset; at < offset + len; at += DEVICE_ROW)
        assert_true(ways_differ(dev.ways[at / DEVICE_ROW],
                                (struct way_choice){2, dev.copies}));
}

/* Those of a command of fixed length come again with the one that is missing.
 */
static void neighbours_of_a_lost_row(void **state)
{
    (void)state;
    dev.fixed = 256;
    dev.lost_row = 32;
    dev.lost_times = 1;
    assert_int_equal(read_now(0, AT(1)), 0);
    assert_int_equal(state_of(0), BLOCK_REREAD);
    assert_two_ways(0, AT(1));
}

static void neighbours_of_a_wrong_row(void **state)
{
    (void)state;
    dev.fixed = 256;
    dev.wrong_row = 32;
    dev.wrong_times = 3;
    assert_int_equal(read_now(0, AT(1)), 0);
    assert_two_ways(0, AT(1));
}

static void three_of_a_noisy_line(void **state)
{
    (void)state;
    dev.damaged = 1000;
    dev.fixed = 256;
    dev.lost_row = 48;
    dev.lost_times = 2;
    assert_int_equal(read_now(0, AT(1)), 0);
    assert_two_ways(0, AT(1));
}

static void one_command_is_asked_twice(void **state)
{
    (void)state;
    dev.commands = 1;
    assert_int_equal(read_now(AT(2), AT(4)), 0);
    assert_int_equal(state_of(2), BLOCK_REREAD);
    assert_int_equal(dev.asked_bytes, 2 * AT(4));
    assert_int_equal(dev.again, 0);
}

/* What was read by the one that is not in use any more is read by the other. */
static void the_command_changes_in_between(void **state)
{
    struct reader r;

    (void)state;
    dev.hold = true;
    ask(&r, AT(2), AT(4));
    wait_until_inside();
    dev.lost_row = AT(3) + 64; /* the block is half there, then */
    dev.lost_times = 1;
    let_go();
    while (dev.reads == 0 || dev.lost_times > 0)
        (void)usleep(100);
    dev.in_use = 1;
    assert_int_equal(wait_for(&r), 0);
    assert_two_ways(AT(2), AT(4));
}

/* What is good stays so for long in this mode; by which way it came is known
 * even so, and nothing is read more than twice. */
static void what_was_answered_before(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, CHIP / 2), 0);
    dev.in_use = 1;
    while (!blocks_have_confirmed(fetcher_blocks(fetcher, 0), 0, CHIP / 2)) {
        atomic_fetch_add(&fake_ms, 20);
        (void)usleep(1000);
    }
    assert_two_ways(0, CHIP / 2);
    assert_int_equal(dev.asked_bytes, CHIP);
}

static void good_of_yesterday(void)
{
    struct blocks *b = cache_blocks(cache, 0);
    uint8_t bytes[BLOCK_SIZE];

    for (uint64_t n = 0; n < 4; n++) {
        device_bytes(BOARD, AT(n), bytes, BLOCK_SIZE);
        (void)blocks_put(b, n, bytes, NULL);
    }
}

static int up_yesterday(void **state)
{
    rig_before = good_of_yesterday;
    return up_auto(state);
}

/* By which way it came nobody knows. */
static void what_an_earlier_session_read(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(4)), 0);
    assert_two_ways(0, AT(4));
    assert_int_equal(dev.asked_bytes, 2 * AT(4));
}

/* --- a command that does not bring all --- */

static void what_the_other_does_not_bring(void **state)
{
    (void)state;
    dev.dumb[1] = AT(3) + 32;
    assert_int_equal(read_now(AT(2), AT(3)), 0);
    assert_int_equal(state_of(3), BLOCK_REREAD);
    assert_two_ways(AT(2), AT(1));
    assert_two_ways(AT(4), AT(1));
}

static void what_the_first_does_not_bring(void **state)
{
    (void)state;
    dev.dumb[0] = AT(3) + 32;
    assert_int_equal(read_now(AT(2), AT(3)), 0);
    assert_int_equal(state_of(3), BLOCK_REREAD);
    assert_two_ways(AT(2), AT(1));
    assert_two_ways(AT(4), AT(1));
}

static void what_neither_brings(void **state)
{
    (void)state;
    dev.dumb[0] = dev.dumb[1] = AT(3) + 32;
    assert_int_equal(read_now(AT(3), AT(1)), -EIO);
    assert_int_equal(state_of(3), BLOCK_BAD);
    assert_in_range(dev.reads, 4, 12);
    assert_int_equal(read_now(AT(2), AT(1)), 0);
}

/* Which of the two is right only a checksum tells. */
static void what_one_prints_wrong(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 2; n++) {
        dev.has_sums = true;
        dev.twisted[n] = AT(8 * n + 3) + 32;
        assert_int_equal(read_now(AT(8 * n + 2), AT(3)), 0);
        assert_int_equal(state_of(8 * n + 3), BLOCK_CHECKSUM);
        dev.has_sums = false;
        dev.twisted[n] = AT(8 * n + 20);
        assert_int_equal(read_now(AT(8 * n + 20), AT(1)), -EIO);
    }
}

static void what_both_print_wrong(void **state)
{
    (void)state;
    dev.has_sums = true;
    assert_int_equal(read_now(0, AT(1)), 0);
    dev.twisted[0] = dev.twisted[1] = AT(3) + 32;
    assert_int_equal(read_now(AT(3), AT(1)), -EIO);
    assert_in_range(dev.reads, 4, 12);
}

/* The device gives it up meanwhile. */
static void the_other_is_given_up(void **state)
{
    struct reader r;

    (void)state;
    dev.dumb[1] = AT(3) + 32;
    dev.hold = true;
    ask(&r, AT(3), AT(1));
    wait_until_inside();
    let_go();
    while (dev.again == 0)
        (void)usleep(100);
    dev.commands = 1;
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(state_of(3), BLOCK_REREAD);
}

/* --- copies in RAM --- */

static void two_copies_are_asked(void **state)
{
    (void)state;
    dev.copies = 2;
    assert_int_equal(read_now(AT(2), AT(3)), 0);
    assert_two_ways(AT(2), AT(3));
    assert_int_equal(dev.asked_bytes, 2 * AT(3));
}

static void two_copies_by_one_command(void **state)
{
    (void)state;
    dev.copies = 2;
    dev.commands = 1;
    assert_int_equal(read_now(AT(2), AT(1)), 0);
    assert_int_equal(dev.ways[AT(2) / 16],
                     way_set(way_number(0, 0)) | way_set(way_number(0, 1)));
}

/* What fell over in RAM is the same as often as it is printed. */
static void a_wrong_copy_is_made_anew(void **state)
{
    (void)state;
    dev.copies = 2;
    for (uint64_t copy = 0; copy < 2; copy++) {
        dev.flipped_row = AT(8 * copy) + 80;
        dev.flipped = 1U << copy;
        assert_int_equal(read_now(AT(8 * copy), AT(1)), 0);
        assert_int_equal(state_of(8 * copy), BLOCK_REREAD);
    }
}

/* The copy that is printed, and the one that is summed up. */
static void flip_both_copies(void)
{
    for (uint64_t i = 0; i < 4; i++) {
        dev.flipped_row = AT(8 * i) + 80;
        dev.flipped = 1U << i % 2;
        assert_int_equal(read_now(AT(8 * i), AT(2)), 0);
        assert_int_equal(state_of(8 * i), BLOCK_CHECKSUM);
    }
}

static void a_checksum_finds_a_wrong_copy(void **state)
{
    (void)state;
    dev.copies = 2;
    dev.has_sums = true;
    assert_int_equal(read_now(AT(40), AT(4)), 0); /* the sums are believed */
    flip_both_copies();
}

/* It is no sign that the device's sums are none. */
static void also_the_first_checksum(void **state)
{
    (void)state;
    dev.copies = 2;
    dev.has_sums = true;
    flip_both_copies();
}

/* --- what no checksum proves --- */

static uint8_t flash[CHIP];

/* Records with a CRC of their own, so close together that it is read again. */
static void put_dense_records(void)
{
    device_bytes(BOARD, 0, flash, CHIP);
    for (uint64_t at = AT(24); at + 60 < AT(40); at += 60) {
        uint32_t sum = ~(uint32_t)crc32_z(UINT32_MAX, flash + at, 8);
        for (size_t i = 0; i < 4; i++)
            flash[at + 8 + i] = (uint8_t)(sum >> 8 * i);
    }
    rig_flash = flash;
}

/* Command 0 prints one byte of block 30 wrong, always. */
static void twist(void)
{
    dev.has_sums = true;
    dev.twisted[0] = AT(30) + 32;
}

/* It did so for an earlier session, which confirmed nothing there. */
static void remember_dense(void)
{
    struct blocks *b = cache_blocks(cache, 0);
    uint8_t bytes[BLOCK_SIZE];

    twist();
    for (uint64_t n = 0; n < 40; n++) {
        memcpy(bytes, flash + AT(n), BLOCK_SIZE);
        if (n == 30)
            bytes[32 + 7] ^= 0x40;
        (void)blocks_put(b, n, bytes, NULL);
        if (n < 8)
            blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
}

static int up_dense(void **state, void (*before)(void))
{
    put_dense_records();
    mode = VERIFY_AUTO;
    rig_more.revalidate = true;
    rig_before = before;
    return up(state);
}

static int up_dense_cache(void **state)
{
    return up_dense(state, remember_dense);
}

static int up_dense_flash(void **state)
{
    return up_dense(state, twist);
}

static void what_was_never_confirmed(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(28), AT(4)), 0);
    assert_two_ways(AT(28), AT(4));
}

static void reset_in_sum(uint64_t offset)
{
    if (offset >= AT(24) && dev.contact == 0)
        dev.contact++;
}

/* Read by command 0; before the checksum the device is reset. */
static void nor_was_before_a_reset(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(8)), 0);
    rig_at_sum = reset_in_sum;
    assert_int_equal(read_now(AT(24), AT(8)), 0);
    assert_int_equal(dev.contact, 1);
    assert_two_ways(AT(30), AT(1));
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_auto, neighbours_of_a_lost_row),
        WITH(up_auto, neighbours_of_a_wrong_row),
        WITH(up_auto, three_of_a_noisy_line),
        WITH(up_auto, one_command_is_asked_twice),
        WITH(up_auto, the_command_changes_in_between),
        WITH(up_fast, what_was_answered_before),
        WITH(up_yesterday, what_an_earlier_session_read),
        WITH(up_auto, what_the_other_does_not_bring),
        WITH(up_auto, what_the_first_does_not_bring),
        WITH(up_auto, what_neither_brings),
        WITH(up_auto, what_one_prints_wrong),
        WITH(up_auto, what_both_print_wrong),
        WITH(up_auto, the_other_is_given_up),
        WITH(up_auto, two_copies_are_asked),
        WITH(up_auto, two_copies_by_one_command),
        WITH(up_auto, a_wrong_copy_is_made_anew),
        WITH(up_auto, a_checksum_finds_a_wrong_copy),
        WITH(up_auto, also_the_first_checksum),
        WITH(up_dense_cache, what_was_never_confirmed),
        WITH(up_dense_flash, nor_was_before_a_reset),
    };

    return cmocka_run_group_tests_name("fetcher_ways", tests, NULL, NULL);
}
