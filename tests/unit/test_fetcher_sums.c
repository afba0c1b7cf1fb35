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

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_sums, a_sum_cancelled_in_a_damaged_answer),
        WITH(up_sums, a_sum_cancelled_in_a_good_answer),
        WITH(up_sums, a_comparison_cancelled_in_a_damaged_answer),
    };

    return cmocka_run_group_tests_name("fetcher_sums", tests, NULL, NULL);
}
