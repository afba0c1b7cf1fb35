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

/* --- samples --- */

static uint8_t copy[CHIP];

static void take_copy(struct fetch_request *r, int status, const void *bytes)
{
    if (status == 0)
        memcpy(copy + r->offset, bytes, r->len);
    on_done(r, status, bytes);
}

static int copy_part(uint64_t offset, size_t len)
{
    struct reader r = {.r = {.offset = offset, .len = len, .done = take_copy},
                       .any = true};

    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    return wait_for(&r);
}

static void only_sums(void)
{
    dev.has_sums = true;
}

static int up_answers_first(void **state, enum verify_mode verify, bool sums)
{
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    mode = verify;
    rig_before = sums ? only_sums : NULL;
    return up(state);
}

static int up_rows(void **state)
{
    return up_answers_first(state, VERIFY_ROWS, false);
}

static int up_rows_sums(void **state)
{
    return up_answers_first(state, VERIFY_ROWS, true);
}

static int up_fast_sums(void **state)
{
    return up_answers_first(state, VERIFY_FAST, true);
}

static bool is_exchanged(void)
{
    struct fetch_stats s;

    fetcher_get_stats(fetcher, &s);
    return s.exchanged;
}

/* One of its kind, whose identity is the same. Nothing is confirmed. */
static void another_board_in_a_copy(void **state)
{
    (void)state;
    assert_int_equal(copy_part(0, AT(16)), 0);
    for (size_t i = 0; i < CHIP; i++)
        flash[i] ^= 0x33;
    dev.contact++;
    assert_int_equal(copy_part(AT(16), AT(16)), -EIO);
    assert_true(is_exchanged());
}

static void the_same_board_in_a_copy(void **state)
{
    (void)state;
    assert_int_equal(copy_part(0, AT(16)), 0);
    dev.contact++;
    assert_int_equal(copy_part(AT(16), AT(16)), 0);
    assert_memory_equal(copy, flash, AT(32));
    assert_false(is_exchanged());
}

/* Nothing has shown that its checksums are right. */
static void the_same_board_whose_sums_lie(void **state)
{
    dev.sums_lie = true;
    the_same_board_in_a_copy(state);
}

/* It is what was read that is wrong: the others speak for the device. */
static void a_wrong_row_on_a_noisy_line_is_no_other_board(void **state)
{
    struct fetch_finding finding;
    struct reader r = {.r = {.kind = FETCH_CONFIRM,
                             .len = AT(16),
                             .findings = &finding,
                             .max_findings = 1,
                             .done = on_done}};

    (void)state;
    dev.damaged = 1;
    dev.wrong_row = AT(2); /* the first sample */
    dev.wrong_times = 1;
    assert_int_equal(copy_part(0, AT(16)), 0);
    assert_memory_not_equal(copy, flash, AT(16));
    dev.contact++;
    assert_int_equal(copy_part(AT(16), AT(16)), 0);
    assert_false(is_exchanged());
    assert_int_equal(copy_part(0, AT(16)), 0);
    assert_memory_equal(copy, flash, AT(32));
    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(finding.offset, AT(2));
}

/* On a quiet line there is no such row. */
static void one_that_differs_little(void **state)
{
    (void)state;
    assert_int_equal(copy_part(0, AT(16)), 0);
    flash[AT(2)] ^= 1;
    dev.contact++;
    assert_int_equal(copy_part(AT(16), AT(16)), -EIO);
    assert_true(is_exchanged());
}

static void reset_by_sample(uint64_t offset)
{
    dev.answer = 0;
    if (offset != AT(2) || dev.contact == 0)
        return;
    assert_true(dev.contact < 20);
    dev.contact++;
    dev.answer = -ETIMEDOUT;
}

/* Comparing it makes the device reset: another one is taken. */
static void a_sample_that_resets_is_none(void **state)
{
    (void)state;
    assert_int_equal(copy_part(0, AT(16)), 0);
    rig_at_read = reset_by_sample;
    dev.contact++;
    assert_int_equal(copy_part(AT(16), AT(16)), 0);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_cached, a_reset_within_a_reading_of_what_was_cached),
        WITH(up_no_sums, a_reset_within_a_second_reading),
        WITH(up_no_sums, a_reset_by_each_second_reading_is_no_progress),
        WITH(up_no_sums, rows_of_a_new_contact_are_not_taken),
        WITH(up_rows, another_board_in_a_copy),
        WITH(up_rows_sums, another_board_in_a_copy),
        WITH(up_fast_sums, another_board_in_a_copy),
        WITH(up_rows, the_same_board_in_a_copy),
        WITH(up_rows_sums, the_same_board_in_a_copy),
        WITH(up_fast_sums, the_same_board_in_a_copy),
        WITH(up_rows_sums, the_same_board_whose_sums_lie),
        WITH(up_rows, a_wrong_row_on_a_noisy_line_is_no_other_board),
        WITH(up_rows_sums, a_wrong_row_on_a_noisy_line_is_no_other_board),
        WITH(up_rows, one_that_differs_little),
        WITH(up_rows_sums, one_that_differs_little),
        WITH(up_rows, a_sample_that_resets_is_none),
    };

    return cmocka_run_group_tests_name("fetcher_contact", tests, NULL, NULL);
}
