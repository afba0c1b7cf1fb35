// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: nothing that was learned before the device was out of sight
// proves anything after it.

#include "fetch_rig.h"

#include <zlib.h>

static uint8_t flash[CHIP];

static void seal(uint8_t *bytes, uint64_t at, size_t len)
{
    uint32_t sum = ~(uint32_t)crc32_z(UINT32_MAX, bytes + at, len - 4);

    for (size_t i = 0; i < 4; i++)
        bytes[at + len - 4 + i] = (uint8_t)(sum >> 8 * i);
}

/* --- readings --- */

/* Records so close together that no checksum proves the blocks. */
static void put_dense_records(void)
{
    for (uint64_t at = AT(24); at + 60 < AT(40); at += 60)
        seal(flash, at, 12);
}

/* One of them, in the first half of block 30, says something else now. */
static void change_record(void)
{
    uint64_t at = AT(24);

    while (at < AT(30))
        at += 60;
    flash[at + 4] ^= 0x55;
    seal(flash, at, 12);
}

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);

    dev.has_sums = true;
    dev.commands = 1;
    for (uint64_t n = 0; n < 60; n++) {
        (void)blocks_put(b, n, flash + AT(n), NULL);
        blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
}

static void one_command(void)
{
    dev.commands = 1;
}

static int up_flash(void **state)
{
    device_bytes(BOARD, 0, flash, CHIP);
    put_dense_records();
    rig_flash = flash;
    mode = VERIFY_AUTO;
    rig_more.revalidate = true;
    return up(state);
}

static int up_cached(void **state)
{
    rig_before = remember;
    return up_flash(state);
}

static int up_no_sums(void **state)
{
    rig_before = one_command;
    return up_flash(state);
}

static unsigned halves; /* dumps that begin with the second half of block 30 */
static unsigned reset_in;
static struct reader other;

/* Every dump ends after half a block. In one the device is reset, and has
 * written to the first half meanwhile. */
static void reset_in_second_half(uint64_t offset)
{
    dev.hangs_at = UINT64_MAX;
    if (offset == AT(30) && other.r.len == 0)
        ask(&other, AT(62), AT(1)); /* so that the step is not the same */
    if (offset != AT(30) + 256)
        return;
    halves++;
    if (halves != reset_in)
        return;
    dev.hangs_at = offset;
    change_record();
}

static void read_half_by_half(unsigned in)
{
    halves = 0;
    reset_in = in;
    other = (struct reader){.done = false};
    dev.unique = true;
    dev.most = 256;
    rig_at_read = reset_in_second_half;
    assert_int_equal(read_now(AT(30), AT(1)), 0); /* the new bytes */
    assert_int_equal(wait_for(&other), 0);
    assert_true(halves > reset_in);
}

/* What no checksum proves is read again: half of it before the reset. */
static void a_reset_within_a_reading_of_what_was_cached(void **state)
{
    (void)state;
    read_half_by_half(1);
}

/* The same of a second reading. */
static void a_reset_within_a_second_reading(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(8)), 0);
    read_half_by_half(2);
}

static void reset_by_second_half(uint64_t offset)
{
    atomic_fetch_add(&fake_ms, 2000);
    dev.answer = 0;
    if (offset != AT(30) + 256 || halves++ == 0)
        return;
    dev.answer = -ETIMEDOUT;
    dev.contact++;
}

/* What is read once more after each reset is no progress. */
static void a_reset_by_each_second_reading_is_no_progress(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(8)), 0);
    halves = 0;
    dev.most = 256;
    rig_at_read = reset_by_second_half;
    assert_int_equal(read_now(AT(30), AT(1)), -EIO);
    assert_in_range(halves, 2, 20);
}

/* The device is reset as it is put in step for a dump, which then comes. */
static void reset_unseen(uint64_t offset)
{
    if (offset != AT(40) || halves++ != 0)
        return;
    dev.contact++;
    dev.board = BOARD + 1;
}

static void rows_of_a_new_contact_are_not_taken(void **state)
{
    (void)state;
    halves = 0;
    assert_int_equal(read_now(0, AT(8)), 0);
    rig_flash = NULL; /* as it is but for the records */
    rig_at_read = reset_unseen;
    assert_int_equal(read_now(AT(40), AT(1)), -EIO);
    assert_int_equal(blocks_state(fetcher_blocks(fetcher, 0), 40),
                     BLOCK_ABSENT);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_cached, a_reset_within_a_reading_of_what_was_cached),
        WITH(up_no_sums, a_reset_within_a_second_reading),
        WITH(up_no_sums, a_reset_by_each_second_reading_is_no_progress),
        WITH(up_no_sums, rows_of_a_new_contact_are_not_taken),
    };

    return cmocka_run_group_tests_name("fetcher_contact", tests, NULL, NULL);
}
