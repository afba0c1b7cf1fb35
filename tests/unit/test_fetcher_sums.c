// SPDX-License-Identifier: BSD-2-Clause
// The fetcher and checksums that do not come, or come when nobody waits.

#include "fetch_rig.h"

static atomic_uint asked; /* checksums, answered or not */

static int up_sums(void **state)
{
    int ret;

    mode = VERIFY_AUTO;
    ret = up(state);
    dev.has_sums = true;
    atomic_store(&asked, 0);
    return ret;
}

/* --- a request that ends while the device works on it --- */

static struct fetch_request *mine;
static atomic_bool answered;
static atomic_int status_seen;

/* What its owner may do with it from now on; whoever still looks at it finds
 * neither a medium nor a length. */
static void free_it(struct fetch_request *r, int status, const void *bytes)
{
    assert_null(bytes);
    atomic_store(&status_seen, status);
    memset(r, 0xa5, sizeof(*r));
    free(r);
    atomic_store(&answered, true);
}

static void wait_for_mine(void)
{
    while (!atomic_load(&answered))
        (void)usleep(1000);
}

static void submit_mine(enum fetch_kind kind, uint64_t offset, size_t len)
{
    static struct fetch_finding findings[4];

    atomic_store(&answered, false);
    mine = calloc(1, sizeof(*mine));
    assert_non_null(mine);
    *mine = (struct fetch_request){.kind = kind,
                                   .offset = offset,
                                   .len = len,
                                   .findings = findings,
                                   .max_findings = COUNT(findings),
                                   .done = free_it};
    fetch_submit(fetcher, mine);
    wait_for_mine();
}

/* As while the device computes: the sink is asked, and what it says of stopping
 * is not heard. */
static void cancel_in_sum(uint64_t offset)
{
    const struct device_sink *sink = rig_sum_sink;

    (void)offset;
    atomic_fetch_add(&asked, 1);
    if (atomic_load(&answered))
        return;
    fetch_cancel(fetcher, mine);
    (void)sink->stop(sink->arg);
}

static void a_sum_cancelled_in_a_damaged_answer(void **state)
{
    (void)state;
    dev.torn = AT(8);
    rig_at_sum = cancel_in_sum;
    submit_mine(FETCH_SUM, AT(8), AT(1));
    assert_int_equal(status_seen, -EINTR);
    rig_at_sum = NULL;
    assert_int_equal(read_now(AT(20), AT(1)), 0); /* the fetcher lives */
    assert_int_equal(asked, 1);
}

static void a_sum_cancelled_in_a_good_answer(void **state)
{
    (void)state;
    rig_at_sum = cancel_in_sum;
    submit_mine(FETCH_SUM, AT(8), AT(1));
    assert_int_equal(status_seen, -EINTR);
    rig_at_sum = NULL;
    assert_int_equal(read_now(AT(20), AT(1)), 0);
    assert_int_equal(asked, 1);
}

static void a_comparison_cancelled_in_a_damaged_answer(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(4), AT(12)), 0);
    dev.torn = AT(8);
    rig_at_sum = cancel_in_sum;
    submit_mine(FETCH_CONFIRM, AT(4), AT(12));
    assert_int_equal(status_seen, -EINTR);
    rig_at_sum = NULL;
    assert_int_equal(read_now(AT(20), AT(1)), 0);
    assert_int_equal(asked, 1);
}

/* --- ranges about which no checksum comes, but whose bytes do --- */

static enum block_state state_of(uint64_t n)
{
    return blocks_state(fetcher_blocks(fetcher, 0), n);
}

/* As where nothing is said at all: the answer is waited for. */
static void silence(uint64_t offset)
{
    (void)offset;
    atomic_fetch_add(&asked, 1);
    if (dev.torn != 0 || dev.mute)
        atomic_fetch_add(&fake_ms, 1600);
}

static void is_read_twice(void **state)
{
    (void)state;
    rig_at_sum = silence;
    assert_int_equal(read_now(AT(40), AT(2)), 0);
    assert_int_equal(state_of(40), BLOCK_CHECKSUM);
    for (uint64_t n = 0; n < 8; n += 7) {
        dev.torn = AT(n) + 16;
        assert_int_equal(read_now(0, AT(n + 1)), 0);
        assert_int_equal(state_of(n), BLOCK_REREAD);
    }
    assert_int_equal(state_of(6), BLOCK_CHECKSUM);
    assert_in_range(asked, 10, 40);
    /* Elsewhere sums count, soon over much at once. */
    atomic_store(&asked, 0);
    assert_int_equal(read_now(AT(8), AT(32)), 0);
    assert_int_equal(state_of(8), BLOCK_CHECKSUM);
    assert_int_equal(state_of(39), BLOCK_CHECKSUM);
    assert_in_range(asked, 1, 8);
}

static void is_so_before_any_came(void **state)
{
    (void)state;
    rig_at_sum = silence;
    dev.torn = 16;
    assert_int_equal(read_now(0, AT(8)), 0);
    assert_int_equal(state_of(0), BLOCK_REREAD);
    assert_int_equal(state_of(7), BLOCK_CHECKSUM);
}

static void is_so_with_questions_first(void **state)
{
    (void)state;
    rig_at_sum = silence;
    dev.torn = 16;
    for (uint64_t n = 0; n < 64; n += 8)
        assert_int_equal(read_now(AT(n), AT(8)), 0);
    assert_int_equal(state_of(0), BLOCK_REREAD);
    assert_int_equal(state_of(63), BLOCK_CHECKSUM);
}

static int up_ask_first(void **state)
{
    rig_more.ask_first = AT(8);
    return up_sums(state);
}

static void costs_little_where_it_is_all(void **state)
{
    (void)state;
    rig_at_sum = silence;
    assert_int_equal(read_now(0, AT(2)), 0);
    dev.mute = true;
    assert_int_equal(read_now(AT(2), AT(50)), 0);
    assert_int_equal(state_of(20), BLOCK_REREAD);
    assert_in_range(asked, 10, 40);
    dev.mute = false;
    atomic_fetch_add(&fake_ms, 301000);
    assert_int_equal(read_now(AT(63), AT(1)), 0);
    assert_int_equal(state_of(63), BLOCK_CHECKSUM);
}

static void verify(struct reader *r, struct fetch_finding *finding,
                   uint64_t offset, size_t len)
{
    *r = (struct reader){.r = {.kind = FETCH_CONFIRM,
                               .offset = offset,
                               .len = len,
                               .findings = finding,
                               .max_findings = 1}};
    r->r.done = on_done;
    r->r.arg = r;
    fetch_submit(fetcher, &r->r);
    assert_int_equal(wait_for(r), 0);
}

static void is_compared_by_reading(void **state)
{
    struct blocks *b = fetcher_blocks(fetcher, 0);
    struct fetch_finding finding;
    uint8_t bytes[BLOCK_SIZE];
    struct reader r;

    (void)state;
    rig_at_sum = silence;
    assert_int_equal(read_now(0, AT(32)), 0);
    dev.torn = AT(9);
    verify(&r, &finding, 0, AT(32));
    assert_int_equal(r.r.n_findings, 0);
    assert_int_equal(state_of(9), BLOCK_REREAD);
    assert_int_equal(state_of(10), BLOCK_CHECKSUM);
    assert_in_range(dev.asked_bytes, AT(33), AT(34));
    assert_int_equal(blocks_get(b, AT(9), bytes, BLOCK_SIZE), 0);
    bytes[100] ^= 1;
    assert_int_equal(blocks_put(b, 9, bytes, NULL), 0);
    blocks_confirm(b, 9, BLOCK_CHECKSUM);
    verify(&r, &finding, AT(4), AT(10));
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(finding.offset, AT(9) + 96);
    assert_int_equal(finding.len, 16);
    assert_false(finding.failed);
    assert_int_equal(read_now(0, AT(32)), 0);
    /* It is asked about again, by who wants to know. */
    dev.torn = 0;
    verify(&r, &finding, 0, AT(32));
    assert_int_equal(state_of(9), BLOCK_CHECKSUM);
}

/* --- after a reset --- */

static void a_sample_without_a_sum_is_read(void **state)
{
    (void)state;
    rig_at_sum = silence;
    assert_int_equal(read_now(0, AT(1)), 0);
    dev.torn = 16;
    dev.contact++;
    assert_int_equal(read_now(AT(20), AT(1)), 0);
    dev.contact++;
    dev.board = BOARD + 1; /* the identity tells */
    assert_int_equal(read_now(AT(30), AT(1)), -EIO);
}

static void a_mute_sample_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(32)), 0);
    rig_at_sum = silence;
    dev.torn = AT(5); /* the first of three: blocks 5, 16, 26 */
    dev.lost_row = AT(5);
    dev.lost_times = UINT32_MAX;
    dev.contact++;
    assert_int_equal(read_now(AT(40), AT(1)), 0);
}

/* What nothing tells of counts for neither, and is not answered as it is. */
static void a_mute_medium_is_no_end(void **state)
{
    (void)state;
    assert_int_equal(read_now(AT(5), AT(1)), 0);
    dev.torn = AT(5);
    dev.lost_row = AT(5);
    dev.lost_times = UINT32_MAX;
    dev.takes_ms = 500;
    dev.contact++;
    for (unsigned i = 40; i < 44; i++)
        assert_int_equal(read_now(AT(i), AT(1)), 0);
    assert_int_equal(state_of(5), BLOCK_GOOD);
    assert_int_equal(read_now(AT(5), AT(1)), -EIO);
    dev.torn = 0;
    dev.lost_times = 0;
    dev.has_sums = false;
    assert_int_equal(read_now(AT(5), AT(1)), 0);
    assert_int_equal(state_of(5), BLOCK_REREAD);
}

/* Other blocks are asked before that is said. */
static void three_mute_samples_are_not_all(void **state)
{
    (void)state;
    dev.has_sums = false;
    assert_int_equal(read_now(0, AT(32)), 0);
    dev.faults = 18; /* three samples */
    dev.contact++;
    assert_int_equal(read_now(AT(40), AT(1)), 0);
    assert_int_equal(state_of(5), BLOCK_REREAD);
}

/* Nor does a sample that makes the device reset, whenever it is asked for. */
static void a_sample_that_resets_is_no_end(void **state)
{
    unsigned contact;

    (void)state;
    dev.has_sums = false;
    assert_int_equal(read_now(0, AT(32)), 0);
    dev.hangs_at = AT(16);
    dev.takes_ms = 1000;
    contact = ++dev.contact;
    assert_int_equal(read_now(AT(40), AT(1)), 0);
    assert_in_range(dev.contact - contact, 1, 4);
    assert_int_equal(state_of(16), BLOCK_GOOD);
    assert_int_equal(state_of(15), BLOCK_REREAD);
}

static void reset_at_sum(uint64_t offset)
{
    (void)offset;
    dev.mute = true;
    dev.contact++;
    asked++;
    atomic_fetch_add(&fake_ms, 2500);
}

/* The comparing itself asks no more; what is read is confirmed by readings. */
static void sums_that_reset_are_no_end(void **state)
{
    (void)state;
    asked = 0;
    rig_at_sum = reset_at_sum;
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(read_now(AT(i), AT(1)), 0);
    assert_in_range(asked, 4, 40);
    dev.contact++;
    assert_int_equal(read_now(AT(60), AT(4)), 0);
    assert_in_range(asked, 4, 41);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_sums, a_sum_cancelled_in_a_damaged_answer),
        WITH(up_sums, a_sum_cancelled_in_a_good_answer),
        WITH(up_sums, a_comparison_cancelled_in_a_damaged_answer),
        WITH(up_sums, is_read_twice),
        WITH(up_sums, is_so_before_any_came),
        WITH(up_ask_first, is_so_with_questions_first),
        WITH(up_sums, costs_little_where_it_is_all),
        WITH(up_sums, is_compared_by_reading),
        WITH(up_sums, a_sample_without_a_sum_is_read),
        WITH(up_sums, a_mute_sample_is_passed_over),
        WITH(up_sums, a_mute_medium_is_no_end),
        WITH(up_sums, three_mute_samples_are_not_all),
        WITH(up_sums, a_sample_that_resets_is_no_end),
        WITH(up_sums, sums_that_reset_are_no_end),
    };

    return cmocka_run_group_tests_name("fetcher_sums", tests, NULL, NULL);
}
