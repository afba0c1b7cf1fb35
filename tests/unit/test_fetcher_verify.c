// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: what is confirmed, by which route, and what is answered before.

#include "fetch_rig.h"

#include "store/blocks_open.h"

static struct fetch_finding findings[64];
static size_t room = 8; /* of them */

static void ask_to_confirm(struct reader *reader, uint64_t offset, size_t len)
{
    *reader = (struct reader){.r = {.kind = FETCH_CONFIRM,
                                    .offset = offset,
                                    .len = len,
                                    .findings = findings,
                                    .max_findings = room}};
    reader->r.done = on_done;
    reader->r.arg = reader;
    fetch_submit(fetcher, &reader->r);
}

static enum block_state state_of(uint64_t n)
{
    return blocks_state(fetcher_blocks(fetcher, 0), n);
}

static struct fetch_stats stats(void)
{
    struct fetch_stats s;

    fetcher_get_stats(fetcher, &s);
    return s;
}

static int up_auto(void **state)
{
    mode = VERIFY_AUTO;
    return up(state);
}

static int up_sums(void **state)
{
    int ret = up_auto(state);

    dev.has_sums = true;
    return ret;
}

static int up_fast(void **state)
{
    mode = VERIFY_FAST;
    return up(state);
}

/* --- by a second reading --- */

static void reads_twice(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(2), AT(3)), 0);
    assert_int_equal(dev.asked_bytes, 2 * AT(3));
    assert_int_equal(dev.again, 1);
    assert_int_equal(state_of(3), BLOCK_REREAD);
    assert_int_equal(read_now(AT(2), AT(3)), 0);
    assert_int_equal(dev.asked_bytes, 2 * AT(3));
}

static void a_wrong_row_is_read_until_two_agree(void **state)
{
    (void)state;
    dev.wrong_row = AT(2) + 16;
    dev.wrong_times = 1;
    assert_int_equal(read_now(AT(2), AT(2)), 0);
    assert_int_equal(dev.reads, 3); /* first, again, that row */
    assert_int_equal(dev.len[2], 16);
    dev.wrong_row = AT(8);
    dev.wrong_times = 4;
    assert_int_equal(read_now(AT(8), AT(1)), 0);
}

static void but_memory_that_changes_is_given_up(void **state)
{
    (void)state;
    dev.wrong_row = AT(2) + 16;
    dev.wrong_times = UINT32_MAX;
    assert_int_equal(read_now(AT(2), AT(1)), -EIO);
    assert_int_equal(state_of(2), BLOCK_BAD);
    assert_int_equal(read_now(AT(3), AT(1)), 0);
    dev.wrong_times = 0;
    assert_int_equal(read_now(AT(2), AT(1)), 0);
}

static void a_noisy_line_takes_three(void **state)
{
    (void)state;
    dev.damaged = 1000;
    assert_int_equal(read_now(AT(2), AT(1)), 0);
    assert_int_equal(dev.reads, 3);
    assert_int_equal(dev.again, 2);
}

/* --- by the device's checksum --- */

static void one_sum_is_enough(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(dev.asked_bytes, CHIP);
    assert_int_equal(dev.again, 0);
    assert_in_range(dev.sums, 2, 3); /* the first proves the command */
    assert_int_equal(state_of(5), BLOCK_CHECKSUM);
    assert_string_equal(stats().route, "crc32");
}

static void finds_the_wrong_rows(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(1)), 0); /* proves the command */
    dev.wrong_row = AT(21) + 48;
    dev.wrong_times = 1;
    assert_int_equal(read_now(AT(1), AT(40)), 0);
    assert_int_equal(dev.asked_bytes, AT(41) + 16);
    assert_int_equal(dev.first[dev.reads - 1], AT(21) + 48);
    assert_in_range(dev.sums, 8, 40);
}

static void noise_in_sums_does_no_harm(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(1)), 0);
    dev.sum_noise = 1;
    assert_int_equal(read_now(AT(1), AT(16)), 0);
    assert_int_equal(dev.asked_bytes, AT(17));
}

static void sums_that_are_none_are_given_up(void **state)
{
    (void)state;
    dev.sums_lie = true;
    assert_int_equal(read_now(0, AT(4)), 0);
    assert_int_equal(state_of(0), BLOCK_REREAD);
    assert_in_range(dev.sums, 8, 20);
    assert_int_equal(read_now(AT(8), AT(4)), 0);
    assert_in_range(dev.sums, 8, 20);
    assert_string_equal(stats().route, "");
}

static void sums_that_lie_later_are_eio(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(1)), 0);
    dev.sums_lie = true;
    assert_int_equal(read_now(AT(4), AT(1)), -EIO);
    dev.sums_lie = false;
    assert_int_equal(read_now(AT(4), AT(1)), 0);
}

/* --- verify --- */

/* The cache gets a byte that the device has not. */
static void spoil(uint64_t n, size_t at)
{
    struct blocks *b = fetcher_blocks(fetcher, 0);
    uint8_t bytes[BLOCK_SIZE];

    assert_int_equal(blocks_get(b, AT(n), bytes, BLOCK_SIZE), 0);
    bytes[at] ^= 1;
    assert_int_equal(blocks_put(b, n, bytes, NULL), 0);
    blocks_confirm(b, n, BLOCK_CHECKSUM);
}

static void what_changed_behind_our_back_is_found(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(0, AT(32)), 0);
    spoil(9, 100);
    ask_to_confirm(&r, 0, AT(32));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, AT(9) + 96);
    assert_int_equal(findings[0].len, 16);
    assert_false(findings[0].failed);
    passed_on(&r);
    assert_int_equal(read_now(0, AT(32)), 0);
    ask_to_confirm(&r, 0, AT(32));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 0);
}

static void neighbours_are_one_finding(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(0, AT(32)), 0);
    spoil(9, 100);
    spoil(9, 112);
    spoil(10, 0);
    spoil(9, 511);
    ask_to_confirm(&r, 0, AT(32));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 2);
    assert_int_equal(findings[0].offset, AT(9) + 96);
    assert_int_equal(findings[0].len, 32);
    assert_int_equal(findings[1].offset, AT(9) + 496);
    assert_int_equal(findings[1].len, 32);
    assert_int_equal(read_now(0, AT(32)), 0);
}

/* There is room for eight; the others are counted, and mended too. */
static void more_than_fit_are_counted(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(0, AT(32)), 0);
    for (uint64_t n = 0; n < 24; n += 2)
        spoil(n, 40);
    ask_to_confirm(&r, 0, AT(32));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, room);
    assert_int_equal(r.r.more_findings, 12 - room);
    assert_int_equal(read_now(0, AT(32)), 0);
}

/* More than can be kept in mind at once: all of it is named all the same. */
static void all_of_it_changed(void **state)
{
    struct reader r;
    struct blocks *b = fetcher_blocks(fetcher, 0);
    uint64_t named = 0;

    (void)state;
    assert_int_equal(read_now(0, AT(1)), 0);
    for (uint64_t n = 1; n < CHIP / BLOCK_SIZE; n++) {
        put_from(b, 1, n);
        blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
    room = COUNT(findings);
    ask_to_confirm(&r, 0, CHIP);
    assert_int_equal(wait_for(&r), 0);
    room = 8;
    for (size_t i = 0; i < r.r.n_findings; i++)
        named += findings[i].len;
    assert_int_equal(named, CHIP - BLOCK_SIZE);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_in_range(dev.sums, 100, 2000);
}

static void what_cannot_be_read_is_named(void **state)
{
    struct reader r;

    (void)state;
    dev.lost_row = AT(5) + 32;
    dev.lost_times = UINT32_MAX;
    ask_to_confirm(&r, AT(3), AT(5));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, AT(5));
    assert_int_equal(findings[0].len, BLOCK_SIZE);
    assert_true(findings[0].failed);
    assert_true(block_state_confirmed(state_of(7)));
    /* Once more, and it is there. */
    dev.lost_times = 0;
    ask_to_confirm(&r, AT(3), AT(5));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 0);
}

static void a_sum_is_handed_through(void **state)
{
    struct reader r = {.r = {.kind = FETCH_SUM, .offset = 8, .len = 100}};
    struct digest_value want;
    uint8_t bytes[100];

    (void)state;
    r.r.done = on_done;
    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), 0);
    device_bytes(BOARD, 8, bytes, sizeof(bytes));
    digest_of(digest_find("crc32"), bytes, sizeof(bytes), &want);
    assert_true(digest_same(&want, &r.r.sum));
    assert_int_equal(dev.reads, 0);
    dev.has_sums = false;
    r.done = false;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), -EOPNOTSUPP);
}

/* The rig fails on a read or a sum that goes across. */
static void nothing_goes_across_a_border(void **state)
{
    struct reader r;

    (void)state;
    rig_border = AT(8);
    assert_int_equal(read_now(AT(5), AT(20)), 0);
    assert_int_equal(dev.asked_bytes, AT(20));
    assert_int_equal(dev.again, 0);
    assert_int_equal(state_of(12), BLOCK_CHECKSUM);
    spoil(21, 48);
    ask_to_confirm(&r, AT(5), AT(20));
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 1);
    r = (struct reader){
        .r = {.kind = FETCH_SUM, .offset = AT(8), .len = AT(8)}};
    r.r.done = on_done;
    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), 0);
    r.done = false;
    r.r.offset++;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), -EOPNOTSUPP);
}

/* --- fast --- */

static void wait_until_confirmed(uint64_t offset, size_t len)
{
    while (!blocks_have_confirmed(fetcher_blocks(fetcher, 0), offset, len)) {
        atomic_fetch_add(&fake_ms, 20);
        (void)usleep(1000);
    }
}

static void answers_first_and_confirms_later(void **state)
{
    (void)state;
    dev.hold = true;
    struct reader r;
    ask(&r, AT(2), AT(2));
    wait_until_inside();
    let_go();
    assert_int_equal(wait_for(&r), 0);
    wait_until_confirmed(AT(2), AT(2));
    assert_int_equal(dev.asked_bytes, 2 * AT(2));
    assert_int_equal(stats().answered_wrong, 0);
}

static void a_damaged_row_makes_it_careful(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(AT(2), AT(2)), 0);
    wait_until_confirmed(AT(2), AT(2));
    dev.damaged = 1;
    assert_int_equal(read_now(AT(10), AT(2)), 0);
    assert_int_equal(state_of(10), BLOCK_REREAD);
    ask_to_confirm(&r, AT(10), AT(2));
    assert_int_equal(wait_for(&r), 0);
    assert_true(stats().noisy);
}

static void wrong_answers_are_told_of(void **state)
{
    struct reader r = {.r = {.offset = AT(2), .len = AT(1)}};

    (void)state;
    dev.wrong_row = AT(2) + 16;
    dev.wrong_times = 1;
    r.any = true;
    r.r.done = on_done;
    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), 0);
    wait_until_confirmed(AT(2), AT(1));
    assert_int_equal(read_now(AT(2), AT(1)), 0);
    (void)read_now(AT(40), 16);
    assert_int_equal(stats().answered_wrong, 16);
    assert_non_null(strstr(stats().last_error, "proved wrong"));
    /* Whoever copied it can ask, once. */
    for (size_t n = 1; n < 2; n--) {
        ask_to_confirm(&r, AT(2), AT(1));
        assert_int_equal(wait_for(&r), 0);
        assert_int_equal(r.r.n_findings, n);
        passed_on(&r);
    }
    assert_int_equal(findings[0].offset, AT(2) + 16);
}

/* --- contact --- */

static void another_device_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(2), AT(2)), 0);
    dev.contact++;
    dev.board = BOARD + 1;
    assert_int_equal(read_now(AT(8), AT(1)), -EIO);
    assert_true(stats().exchanged);
    assert_int_equal(state_of(8), BLOCK_ABSENT);
    assert_int_equal(read_now(AT(2), AT(2)), 0); /* the cache is still ours */
    assert_int_equal(read_now(AT(8), AT(1)), -EIO);
    dev.board = BOARD;
    atomic_fetch_add(&fake_ms, 10000);
    assert_int_equal(read_now(AT(8), AT(1)), 0);
    assert_false(stats().exchanged);
}

static void swap(void)
{
    dev.contact++;
    dev.board = BOARD + 1;
}

static int up_swapped(void **state)
{
    rig_before = swap;
    return up(state);
}

/* Its identity was asked for at another contact. */
static void one_swapped_while_mounting_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(8), AT(1)), -EIO);
    assert_true(stats().exchanged);
    assert_int_equal(state_of(8), BLOCK_ABSENT);
}

/* Lost and found again by the read itself: the next step asks who it is. */
static void reset_in_read(uint64_t offset)
{
    (void)offset;
    rig_at_read = NULL;
    swap();
}

static void rows_of_another_contact_are_not_taken(void **state)
{
    (void)state;
    rig_at_read = reset_in_read;
    assert_int_equal(read_now(AT(8), AT(1)), -EIO);
    assert_true(stats().exchanged);
    assert_int_equal(state_of(8), BLOCK_ABSENT);
}

/* Before the device was out of sight, and after. */
static void change_flash(bool unique)
{
    static uint8_t flash[CHIP];

    assert_int_equal(read_now(AT(2), AT(2)), 0);
    assert_true(block_state_confirmed(state_of(2)));
    device_bytes(BOARD, 0, flash, CHIP);
    for (uint64_t at = 5; at < CHIP; at += BLOCK_SIZE)
        flash[at] ^= 0x40;
    rig_flash = flash;
    dev.unique = unique;
    dev.contact++;
}

static void other_bytes_in_the_same_device_are_read(void **state)
{
    (void)state;
    change_flash(true);
    assert_int_equal(read_now(AT(8), AT(1)), 0);
    assert_false(stats().exchanged);
    assert_false(block_state_confirmed(state_of(2)));
    assert_int_equal(read_now(AT(2), AT(2)), 0); /* those of now */
    assert_true(block_state_confirmed(state_of(2)));
}

static void other_bytes_may_be_another_device(void **state)
{
    (void)state;
    change_flash(false);
    assert_int_equal(read_now(AT(8), AT(1)), -EIO);
    assert_true(stats().exchanged);
    assert_int_equal(state_of(8), BLOCK_ABSENT);
}

static void a_reset_is_only_a_delay(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(2), AT(2)), 0);
    dev.contact++;
    assert_int_equal(read_now(AT(8), AT(1)), 0);
    assert_int_equal(stats().resets, 1);
}

static void a_port_that_is_gone_is_waited_for(void **state)
{
    struct reader r;

    (void)state;
    dev.gone = true;
    assert_int_equal(read_now(AT(8), AT(1)), -EIO);
    ask(&r, AT(8), AT(1));
    dev.gone = false;
    assert_int_equal(wait_for(&r), 0);
}

static void a_stopped_process_has_time(void **state)
{
    struct reader r;

    (void)state;
    dev.hold = true;
    ask(&r, AT(8), AT(1));
    wait_until_inside();
    atomic_fetch_add(&fake_ms, 60000);
    fetcher_resumed(fetcher);
    let_go();
    assert_int_equal(wait_for(&r), 0);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_auto, reads_twice),
        WITH(up_auto, a_wrong_row_is_read_until_two_agree),
        WITH(up_auto, but_memory_that_changes_is_given_up),
        WITH(up_auto, a_noisy_line_takes_three),
        WITH(up_sums, one_sum_is_enough),
        WITH(up_sums, finds_the_wrong_rows),
        WITH(up_sums, noise_in_sums_does_no_harm),
        WITH(up_sums, sums_that_are_none_are_given_up),
        WITH(up_sums, sums_that_lie_later_are_eio),
        WITH(up_sums, what_changed_behind_our_back_is_found),
        WITH(up_sums, neighbours_are_one_finding),
        WITH(up_sums, more_than_fit_are_counted),
        WITH(up_sums, all_of_it_changed),
        WITH(up_sums, what_cannot_be_read_is_named),
        WITH(up_auto, what_cannot_be_read_is_named),
        WITH(up_sums, a_sum_is_handed_through),
        WITH(up_sums, nothing_goes_across_a_border),
        WITH(up_fast, answers_first_and_confirms_later),
        WITH(up_fast, a_damaged_row_makes_it_careful),
        WITH(up_fast, wrong_answers_are_told_of),
        WITH(up_auto, another_device_is_not_read),
        WITH(up_sums, another_device_is_not_read),
        cmocka_unit_test_setup_teardown(one_swapped_while_mounting_is_not_read,
                                        up_swapped, down),
        WITH(up_sums, rows_of_another_contact_are_not_taken),
        WITH(up_auto, other_bytes_in_the_same_device_are_read),
        WITH(up_sums, other_bytes_in_the_same_device_are_read),
        WITH(up_auto, other_bytes_may_be_another_device),
        WITH(up_sums, other_bytes_may_be_another_device),
        WITH(up_sums, a_reset_is_only_a_delay),
        WITH(up_auto, a_reset_is_only_a_delay),
        WITH(up_auto, a_port_that_is_gone_is_waited_for),
        WITH(up_auto, a_stopped_process_has_time),
    };

    return cmocka_run_group_tests_name("fetcher_verify", tests, NULL, NULL);
}
