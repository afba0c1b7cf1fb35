// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: a checksum command that computes something else says nothing of
// what is known; what is read says it.

#include "fetch_rig.h"

#include <time.h>

#define COPY AT(16)

static uint8_t flash[CHIP];
static struct fetch_finding findings[64];
static struct fetch_finding against_findings[64];
static uint64_t wrong_row;

struct named {
    uint64_t differed; /* bytes */
    uint64_t failed;
};

/* As by --verify, or untold, as by --against. */
static void submit(struct reader *r, uint64_t offset, size_t len, bool untold)
{
    *r = (struct reader){.r = {.kind = FETCH_CONFIRM,
                               .offset = offset,
                               .len = len,
                               .untold = untold,
                               .findings = untold ? against_findings : findings,
                               .max_findings = COUNT(findings),
                               .done = on_done}};
    r->r.arg = r;
    fetch_submit(fetcher, &r->r);
}

static struct named named_to(struct reader *r)
{
    struct named n = {0, 0};

    assert_int_equal(wait_for(r), 0);
    for (size_t i = 0; i < r->r.n_findings; i++)
        *(r->r.findings[i].failed ? &n.failed
                                  : &n.differed) += r->r.findings[i].len;
    return n;
}

static struct named verify(uint64_t offset, size_t len)
{
    struct reader r;

    submit(&r, offset, len, false);
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

/* --- what was answered with one reading --- */

static void lies(void)
{
    dev.wrong_row = wrong_row;
    dev.wrong_times = 1;
    dev.has_sums = true;
    dev.sums_lie = true;
}

static int up_rows(void **state, uint64_t row)
{
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    wrong_row = row;
    mode = VERIFY_ROWS;
    rig_before = lies;
    return up(state);
}

/* Before the command is found to be of no use, ... */
static int up_rows_first(void **state)
{
    return up_rows(state, 64);
}

/* ... and after. */
static int up_rows_later(void **state)
{
    return up_rows(state, AT(5) + 64);
}

static void what_was_copied_wrong_is_named(void **state)
{
    (void)state;
    copy(false);
    assert_int_equal(verify(0, COPY).differed, DEVICE_ROW);
    copy(true);
    assert_int_equal(verify(0, COPY).differed, 0);
}

static void also_beside_one_who_compares(void **state)
{
    struct reader against;
    struct reader asking;

    (void)state;
    assert_int_equal(verify(AT(40), AT(1)).failed, 0);
    copy(false);
    dev.hold = true;
    submit(&against, 0, COPY, true);
    wait_until_inside();
    submit(&asking, 0, COPY, false);
    let_go();
    assert_int_equal(named_to(&against).differed, 0);
    assert_int_equal(named_to(&asking).differed, DEVICE_ROW);
}

/* --- what an earlier session left, and is right --- */

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);

    dev.has_sums = true;
    dev.sums_lie = true;
    for (uint64_t n = 0; n < CHIP / BLOCK_SIZE; n++) {
        (void)blocks_put(b, n, flash + AT(n), NULL);
        blocks_confirm(b, n, BLOCK_REREAD);
    }
}

static int up_yesterday(void **state)
{
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    mode = VERIFY_AUTO;
    rig_before = remember;
    rig_more.revalidate = true;
    return up(state);
}

static void what_is_right_is_not_named(void **state)
{
    (void)state;
    assert_int_equal(verify(0, COPY).differed, 0);
    assert_int_equal(verify(0, CHIP).differed, 0);
}

/* It has been compared before somebody asks. */
static void nor_after_idle_seconds(void **state)
{
    (void)state;
    for (int n = 0; n < 60; n++) {
        atomic_fetch_add(&fake_ms, 500);
        device_wake(&dev);
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    assert_true(dev.sums > 0);
    assert_int_equal(verify(0, CHIP).differed, 0);
}

static void nor_after_a_reader(void **state)
{
    (void)state;
    copy(true);
    assert_int_equal(verify(0, CHIP).differed, 0);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_rows_first, what_was_copied_wrong_is_named),
        WITH(up_rows_later, what_was_copied_wrong_is_named),
        WITH(up_rows_later, also_beside_one_who_compares),
        WITH(up_yesterday, what_is_right_is_not_named),
        WITH(up_yesterday, nor_after_idle_seconds),
        WITH(up_yesterday, nor_after_a_reader),
    };

    return cmocka_run_group_tests_name("fetcher_lies", tests, NULL, NULL);
}
