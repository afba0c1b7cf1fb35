// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: whatever was answered and proves wrong, or is lost, is told to
// who asks whether a copy is right, once.

#include "fetch_rig.h"

#define COPY AT(16)

static uint8_t flash[CHIP];
static struct fetch_finding findings[64];

struct named {
    uint64_t differed; /* bytes */
    uint64_t failed;
};

static void submit(struct reader *r)
{
    *r = (struct reader){.r = {.kind = FETCH_CONFIRM,
                               .len = COPY,
                               .findings = findings,
                               .max_findings = COUNT(findings),
                               .done = on_done}};
    r->r.arg = r;
    fetch_submit(fetcher, &r->r);
}

static struct named named_to(const struct reader *r)
{
    struct named n = {0, 0};

    for (size_t i = 0; i < r->r.n_findings; i++)
        *(findings[i].failed ? &n.failed : &n.differed) += findings[i].len;
    return n;
}

static struct named verify(void)
{
    struct reader r;

    submit(&r);
    assert_int_equal(wait_for(&r), 0);
    passed_on(&r);
    return named_to(&r);
}

static void copy(bool is_right)
{
    struct reader r;

    ask(&r, 0, COPY);
    r.any = true;
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.right, is_right);
}

static int up_flash(void **state, enum verify_mode verify_mode,
                    void (*before)(void))
{
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    mode = verify_mode;
    rig_before = before;
    return up(state);
}

/* --- what was answered with one reading, and does not come again --- */

static void wrong_row(void)
{
    dev.wrong_row = AT(5) + 64;
    dev.wrong_times = 1;
}

static void wrong_row_and_sums(void)
{
    wrong_row();
    dev.has_sums = true;
}

static int up_rows(void **state)
{
    return up_flash(state, VERIFY_ROWS, wrong_row);
}

static int up_rows_sums(void **state)
{
    return up_flash(state, VERIFY_ROWS, wrong_row_and_sums);
}

static int up_fast_sums(void **state)
{
    return up_flash(state, VERIFY_FAST, wrong_row_and_sums);
}

static void does_not_come(uint64_t offset)
{
    dev.dumb[0] = dev.dumb[1] = offset;
}

static void what_is_given_up_is_not_forgotten(void **state)
{
    struct named n;

    (void)state;
    copy(false);
    does_not_come(AT(5) + 64);
    n = verify();
    assert_int_equal(n.differed, 0);
    assert_int_equal(n.failed, AT(1));
    does_not_come(UINT64_MAX);
    n = verify();
    assert_int_equal(n.differed, AT(1));
    assert_int_equal(n.failed, 0);
    assert_int_equal(verify().differed, 0);
}

/* --retry makes what was given up come. That the copy is wrong is told to
 * --verify, whose findings name it. */
static void but_not_by_a_retry(void **state)
{
    struct reader r = {.r = {.kind = FETCH_CONFIRM,
                             .offset = AT(5),
                             .len = AT(1),
                             .retry = true,
                             .findings = findings,
                             .max_findings = COUNT(findings),
                             .done = on_done}};

    (void)state;
    copy(false);
    does_not_come(AT(5) + 64);
    assert_int_equal(verify().failed, AT(1));
    does_not_come(UINT64_MAX);
    r.r.arg = &r;
    fetch_submit(fetcher, &r.r);
    assert_int_equal(wait_for(&r), 0);
    assert_int_equal(r.r.n_findings, 0);
    assert_int_equal(verify().differed, AT(1));
    assert_int_equal(verify().differed, 0);
}

/* --- what an earlier session answered, or this one before a reset --- */

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);
    uint8_t bytes[BLOCK_SIZE];

    for (uint64_t n = 0; n < COPY / BLOCK_SIZE; n++) {
        memcpy(bytes, flash + AT(n), BLOCK_SIZE);
        bytes[100] ^= n == 5;
        (void)blocks_put(b, n, bytes, NULL);
    }
}

static int up_yesterday(void **state)
{
    return up_flash(state, VERIFY_AUTO, remember);
}

static void what_a_reader_replaced(void **state)
{
    (void)state;
    copy(true);
    assert_int_equal(verify().differed, DEVICE_ROW);
    assert_int_equal(verify().differed, 0);
}

static int up_auto(void **state)
{
    return up_flash(state, VERIFY_AUTO, NULL);
}

static void what_a_reset_replaced(void **state)
{
    (void)state;
    dev.unique = true;
    copy(true);
    for (uint64_t at = 0; at < COPY; at += DEVICE_ROW)
        flash[at] ^= 1;
    dev.contact++;
    assert_int_equal(read_now(AT(40), AT(1)), 0);
    copy(true);
    assert_int_equal(verify().differed, COPY);
}

/* What nobody got before it was put right is not named. */
static void reset_in_second_reading(uint64_t offset)
{
    if (dev.contact > 0 || offset != 0 || dev.again == 0)
        return;
    flash[AT(3)] ^= 1;
    dev.contact++;
    dev.answer = -ETIMEDOUT;
}

static void let_read(uint64_t offset)
{
    dev.answer = 0;
    reset_in_second_reading(offset);
}

static void but_not_what_nobody_got(void **state)
{
    (void)state;
    dev.unique = true;
    dev.commands = 2;
    rig_at_read = let_read;
    copy(true);
    assert_int_equal(verify().differed, 0);
}

/* --- what was confirmed, and is something else now --- */

static void only_sums(void)
{
    dev.has_sums = true;
}

static int up_sums(void **state)
{
    return up_flash(state, VERIFY_AUTO, only_sums);
}

static void what_changed_and_is_given_up(void **state)
{
    struct named n;

    (void)state;
    copy(true);
    flash[AT(5) + 64] ^= 1;
    does_not_come(AT(5) + 64);
    n = verify();
    assert_int_equal(n.failed, AT(1));
    does_not_come(UINT64_MAX);
    assert_int_equal(verify().differed, AT(1));
}

static struct reader asking;

/* When all has been put right but one block. */
static void cancel_at_last(uint64_t offset)
{
    if (offset == AT(12) && !atomic_load(&asking.r.cancelled))
        fetch_cancel(fetcher, &asking.r);
}

static void who_breaks_off_is_told_next_time(void **state)
{
    (void)state;
    copy(true);
    flash[AT(5) + 64] ^= 1;
    flash[AT(12)] ^= 1;
    rig_at_read = cancel_at_last;
    submit(&asking);
    assert_int_equal(wait_for(&asking), -EINTR);
    assert_int_equal(asking.r.n_findings, 1);
    assert_int_equal(verify().differed, 2 * DEVICE_ROW);
}

/* Its sum tells what it has now: nothing is read. */
static void what_was_erased(void **state)
{
    struct blocks *b = fetcher_blocks(fetcher, 0);

    (void)state;
    memset(flash + AT(4), 0xff, AT(8));
    assert_int_equal(read_now(AT(40), AT(1)), 0);
    for (uint64_t n = 0; n < COPY / BLOCK_SIZE; n++) {
        uint8_t bytes[BLOCK_SIZE];
        device_bytes(BOARD, AT(n), bytes, BLOCK_SIZE);
        (void)blocks_put(b, n, bytes, NULL);
        blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
    assert_int_equal(verify().differed, AT(8));
    copy(true);
}

static int up_ask_first(void **state)
{
    rig_more.ask_first = AT(16);
    return up_sums(state);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_rows, what_is_given_up_is_not_forgotten),
        WITH(up_rows_sums, what_is_given_up_is_not_forgotten),
        WITH(up_fast_sums, what_is_given_up_is_not_forgotten),
        WITH(up_rows, but_not_by_a_retry),
        WITH(up_fast_sums, but_not_by_a_retry),
        WITH(up_yesterday, what_a_reader_replaced),
        WITH(up_auto, what_a_reset_replaced),
        WITH(up_auto, but_not_what_nobody_got),
        WITH(up_sums, what_changed_and_is_given_up),
        WITH(up_sums, who_breaks_off_is_told_next_time),
        WITH(up_ask_first, what_was_erased),
    };

    return cmocka_run_group_tests_name("fetcher_findings", tests, NULL, NULL);
}
