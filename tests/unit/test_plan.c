// SPDX-License-Identifier: BSD-2-Clause
// What to read next: the plan, blocks being put together, the rate.

#include "store_util.h"
#include "unit.h"

#include "fetch/plan.h"
#include "fetch/ranges.h"
#include "fetch/rate.h"
#include "fetch/rows.h"

static struct blocks *medium;
static uint32_t have[256]; /* rows there, by block */

static const struct blocks *get_blocks(void *arg, size_t n)
{
    (void)arg;
    assert_true(n < 2);
    return medium;
}

static uint32_t get_rows(void *arg, size_t n, uint64_t block, bool confirm)
{
    (void)arg;
    (void)confirm;
    return n == 0 ? have[block] : 0;
}

static struct plan_limits limits;

static struct plan_limits get_limits(void *arg, size_t n)
{
    (void)arg;
    (void)n;
    return limits;
}

static struct plan_step next_of(const struct plan_want *wants, size_t n,
                                uint64_t max)
{
    const struct plan_input in = {.wants = wants,
                                  .n_wants = n,
                                  .blocks = get_blocks,
                                  .rows = get_rows,
                                  .limits = get_limits};

    limits.max = max;
    limits.sum_max = 0;
    return plan_next(&in);
}

static void expect(struct plan_step r, uint64_t offset, uint64_t len)
{
    assert_true(r.offset == offset);
    assert_true(r.len == len);
}

static bool wanted(const struct plan_input *in, size_t n, uint64_t offset,
                   uint64_t len)
{
    const struct plan_step step = {PLAN_READ, n, offset, len};

    return plan_wanted(in, &step);
}

static int up(void **state)
{
    (void)state;
    memset(have, 0, sizeof(have));
    medium = open_memory_medium(AT(100));
    return 0;
}

static int down(void **state)
{
    (void)state;
    blocks_close(medium);
    return 0;
}

static void nothing_wanted_nothing_missing(void **state)
{
    const struct plan_want w = {.offset = AT(3), .len = AT(1)};

    (void)state;
    expect(next_of(NULL, 0, 4096), 0, 0);
    put_from(medium, 1, 3);
    expect(next_of(&w, 1, 4096), 0, 0);
}

static void whole_blocks_around_what_is_wanted(void **state)
{
    const struct plan_want one = {.offset = AT(3) + 100, .len = 1};
    const struct plan_want two = {.offset = AT(3) + 511, .len = 2};
    const struct plan_want last = {.offset = AT(100) - 1, .len = 1};

    (void)state;
    expect(next_of(&one, 1, 4096), AT(3), AT(1));
    expect(next_of(&two, 1, 4096), AT(3), AT(2));
    expect(next_of(&last, 1, 4096), AT(99), AT(1));
    put_from(medium, 1, 3);
    expect(next_of(&two, 1, 4096), AT(4), AT(1));
}

static void neighbours_in_one_command(void **state)
{
    const struct plan_want w[] = {{.offset = AT(5), .len = AT(1)},
                                  {.offset = AT(7), .len = AT(1)},
                                  {.offset = AT(6), .len = AT(1)},
                                  {.medium = 1, .offset = AT(8), .len = AT(1)},
                                  {.offset = AT(10), .len = AT(50)}};

    (void)state;
    expect(next_of(w, 5, 4096), AT(5), AT(3));
    put_from(medium, 1, 6);
    expect(next_of(w, 5, 4096), AT(5), AT(1));
    put_from(medium, 1, 5);
    put_from(medium, 1, 7);
    assert_int_equal(next_of(w, 5, 4096).medium, 1);
    expect(next_of(w + 4, 1, 4096), AT(10), 4096);
    expect(next_of(w + 4, 1, 256), AT(10), 256);
}

static void the_oldest_first(void **state)
{
    const struct plan_want w[] = {{.offset = AT(50), .len = AT(2)},
                                  {.offset = AT(2), .len = AT(2)}};

    (void)state;
    expect(next_of(w, 2, 4096), AT(50), AT(2));
}

static void rows_that_are_missing(void **state)
{
    const struct plan_want w = {.offset = AT(4), .len = AT(4)};

    (void)state;
    have[4] = 0xfffffff7;
    expect(next_of(&w, 1, 4096), AT(4) + 48, 16);
    have[4] = 0x7ffffffe;
    expect(next_of(&w, 1, 4096), AT(4), 16);
    have[4] = 0x0000ffff;
    expect(next_of(&w, 1, 4096), AT(4) + 256, 256);
    /* A run of blocks ends before one of which something is there. */
    have[4] = 0;
    have[6] = 1;
    expect(next_of(&w, 1, 4096), AT(4), AT(2));
}

/* A command of fixed length covers an aligned piece: what is asked for must
 * lie in it, or rows would count as lost that were never asked for. */
static void no_more_than_a_command_brings(void **state)
{
    const struct plan_want w = {.offset = AT(4), .len = AT(1)};

    (void)state;
    have[4] = 0x000000ff;
    expect(next_of(&w, 1, 256), AT(4) + 128, 128);
    have[4] = 0x0000ffff;
    expect(next_of(&w, 1, 256), AT(4) + 256, 256);
    have[4] = 0x00000001;
    expect(next_of(&w, 1, 4096), AT(4) + 16, AT(1) - 16);
}

static void bad_blocks_are_tried_again(void **state)
{
    const struct plan_want w = {.offset = AT(4), .len = AT(2)};
    const struct plan_input in = {
        .wants = &w, .n_wants = 1, .blocks = get_blocks, .rows = get_rows};

    (void)state;
    blocks_mark_bad(medium, 4);
    expect(next_of(&w, 1, 4096), AT(4), AT(2));
    assert_true(wanted(&in, 0, AT(4), AT(1)));
    put_from(medium, 1, 4);
    assert_false(wanted(&in, 0, AT(4), AT(1)));
    assert_true(wanted(&in, 0, AT(4), AT(2)));
    assert_false(wanted(&in, 0, AT(6), AT(2)));
    assert_false(wanted(&in, 1, AT(4), AT(2)));
}

static struct plan_step with_sums(const struct plan_want *w, uint64_t sum_max)
{
    const struct plan_input in = {.wants = w,
                                  .n_wants = 1,
                                  .blocks = get_blocks,
                                  .rows = get_rows,
                                  .limits = get_limits};

    limits.max = 4096;
    limits.sum_max = sum_max;
    return plan_next(&in);
}

static void what_is_good_is_confirmed(void **state)
{
    struct plan_want w = {.offset = AT(4), .len = AT(3)};
    struct plan_step s;

    (void)state;
    for (uint64_t n = 4; n < 20; n++)
        put_from(medium, 1, n);
    assert_int_equal(with_sums(&w, 0).what, PLAN_NOTHING);
    w.confirm = true;
    s = with_sums(&w, 0);
    assert_int_equal(s.what, PLAN_AGAIN);
    expect(s, AT(4), AT(3));
    /* One sum covers what lies behind it, too. */
    s = with_sums(&w, 65536);
    assert_int_equal(s.what, PLAN_SUM);
    expect(s, AT(4), AT(16));
    expect(with_sums(&w, AT(1)), AT(4), AT(1));
    /* What is missing comes first. */
    blocks_drop(medium, 6);
    s = with_sums(&w, 65536);
    assert_int_equal(s.what, PLAN_READ);
    expect(s, AT(6), AT(1));
    put_from(medium, 1, 6);
    blocks_confirm(medium, 5, BLOCK_CHECKSUM);
    expect(with_sums(&w, 65536), AT(4), AT(1));
    blocks_confirm(medium, 4, BLOCK_REREAD);
    expect(with_sums(&w, 0), AT(6), AT(1));
    blocks_confirm(medium, 6, BLOCK_IMAGE);
    assert_int_equal(with_sums(&w, 0).what, PLAN_NOTHING);
}

static void no_command_goes_across_a_border(void **state)
{
    const struct plan_want w = {.offset = AT(6), .len = AT(8), .confirm = true};

    (void)state;
    limits.border = AT(8);
    expect(next_of(&w, 1, 4096), AT(6), AT(2));
    put_from(medium, 1, 6);
    put_from(medium, 1, 7);
    expect(next_of(&w, 1, 4096), AT(8), AT(6));
    for (uint64_t n = 8; n < 14; n++)
        put_from(medium, 1, n);
    expect(with_sums(&w, AT(100)), AT(6), AT(2));
    expect(next_of(&w, 1, 4096), AT(6), AT(2)); /* again */
    limits.border = 0;
    expect(with_sums(&w, AT(100)), AT(6), AT(8));
}

static void once_is_once(void **state)
{
    const struct plan_want w = {
        .offset = AT(4), .len = AT(2), .confirm = true, .once = true};

    (void)state;
    blocks_mark_bad(medium, 4);
    expect(with_sums(&w, 0), AT(5), AT(1));
    put_from(medium, 1, 5);
    blocks_confirm(medium, 5, BLOCK_REREAD);
    assert_int_equal(with_sums(&w, 0).what, PLAN_NOTHING);
}

/* Votes by whatever way. */
static const struct rows_need *need(unsigned votes)
{
    static struct rows_need n;

    n = (struct rows_need){votes, {1, 1}};
    return &n;
}

static void rows_are_voted_for(void **state)
{
    static const uint8_t a[16] = "aaaaaaaaaaaaaaa";
    static const uint8_t b[16] = "bbbbbbbbbbbbbbb";
    struct rows_block block = {.used = true};

    (void)state;
    assert_int_equal(rows_count(&block, 3, a, 1, 0), ROWS_NEW);
    assert_int_equal(rows_count(&block, 3, a, 1, 0), ROWS_OLD);
    assert_int_equal(rows_mask(&block, need(1)), 8);
    assert_int_equal(rows_mask(&block, need(2)), 0);
    assert_int_equal(rows_count(&block, 3, b, 2, 0), ROWS_CONFLICT);
    assert_int_equal(rows_count(&block, 3, b, 3, 0), ROWS_NEW);
    assert_int_equal(rows_mask(&block, need(2)), 8);
    assert_int_equal(rows_conflicts(&block), 1);
    rows_spoil(&block, 3);
    assert_int_equal(rows_mask(&block, need(1)), 0);
    assert_int_equal(rows_count(&block, 3, b, 4, 0), ROWS_NEW);
    rows_spoil(&block, 3);
    assert_int_equal(rows_count(&block, 3, a, 5, 0), ROWS_REPLACED);
    assert_memory_equal(block.bytes + 48, a, 16);
    assert_int_equal(rows_conflicts(&block), 3);
    assert_false(rows_all(&block, 4, need(1)));
    rows_fill(&block, block.bytes, 4, 0);
    assert_true(rows_all(&block, 4, need(1)));
}

static void ranges_merge_and_split(void **state)
{
    static struct ranges r;

    (void)state;
    r.n = 0;
    ranges_add(&r, 0, 100, 10);
    ranges_add(&r, 0, 120, 10);
    ranges_add(&r, 1, 110, 10);
    assert_int_equal(r.n, 3);
    ranges_add(&r, 0, 110, 10);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.list[0].offset, 100);
    assert_int_equal(r.list[0].len, 30);
    ranges_remove(&r, 0, 105, 5);
    assert_int_equal(r.n, 3);
    assert_false(ranges_meet(&r, 0, 105, 5));
    assert_true(ranges_meet(&r, 0, 104, 1));
    assert_true(ranges_meet(&r, 0, 110, 1));
    ranges_remove(&r, 0, 0, 1000);
    assert_int_equal(r.n, 1);
    assert_true(ranges_meet(&r, 1, 0, 1000));
    /* Too many: gaps are filled, nothing is left out. */
    for (uint64_t i = 0; i < UINT64_C(2) * RANGES_MAX; i++)
        ranges_add(&r, 0, i * 10, 1 + i % 2);
    for (uint64_t i = 0; i < UINT64_C(2) * RANGES_MAX; i++)
        assert_true(ranges_meet(&r, 0, i * 10, 1));
    assert_true(r.n <= RANGES_MAX);
}

static void rows_are_kept_by_block(void **state)
{
    struct rows r;
    struct rows_block *b;

    (void)state;
    assert_int_equal(rows_init(&r, 4), 0);
    assert_null(rows_find(&r, 0, 0));
    b = rows_get(&r, 0, 7);
    b->rows[0].votes = b->rows[2].votes = 1;
    assert_ptr_equal(rows_get(&r, 0, 7), b);
    assert_null(rows_find(&r, 1, 7));
    for (uint64_t n = 0; n < 3; n++)
        assert_int_equal(rows_mask(rows_get(&r, 1, n), need(1)), 0);
    assert_int_equal(rows_mask(rows_find(&r, 0, 7), need(1)), 5);
    /* The fifth takes the place of the oldest. */
    assert_int_equal(rows_mask(rows_get(&r, 1, 3), need(1)), 0);
    assert_null(rows_find(&r, 0, 7));
    assert_non_null(rows_find(&r, 1, 0));
    rows_drop(rows_find(&r, 1, 1));
    assert_null(rows_find(&r, 1, 1));
    (void)rows_get(&r, 1, 9);
    assert_non_null(rows_find(&r, 1, 0)); /* there was room */
    rows_free(&r);
}

static void the_rate_of_the_last_seconds(void **state)
{
    struct rate r = {{0}, 0, 0};
    uint64_t now = 100000;

    (void)state;
    assert_int_equal(rate_bps(&r, now), 0);
    rate_add(&r, now, 500);
    assert_int_equal(rate_bps(&r, now), 500);
    for (int i = 0; i < 200; i++, now += 100)
        rate_add(&r, now, 200);
    assert_in_range(rate_bps(&r, now), 1800, 2200);
    assert_true(rate_bps(&r, now + 4000) < 1500);
    assert_int_equal(rate_bps(&r, now + 60000), 0);
    rate_add(&r, now + 60000, UINT64_MAX / 4000);
    assert_int_equal(rate_bps(&r, now + 60000), UINT32_MAX);
    assert_int_equal(rate_bps(&r, 0), 0); /* a clock that was set back */
}

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(nothing_wanted_nothing_missing),
        PLAN_TEST(whole_blocks_around_what_is_wanted),
        PLAN_TEST(neighbours_in_one_command),
        PLAN_TEST(the_oldest_first),
        PLAN_TEST(rows_that_are_missing),
        PLAN_TEST(no_more_than_a_command_brings),
        PLAN_TEST(bad_blocks_are_tried_again),
        PLAN_TEST(what_is_good_is_confirmed),
        PLAN_TEST(no_command_goes_across_a_border),
        PLAN_TEST(once_is_once),
        cmocka_unit_test(rows_are_voted_for),
        cmocka_unit_test(ranges_merge_and_split),
        cmocka_unit_test(rows_are_kept_by_block),
        cmocka_unit_test(the_rate_of_the_last_seconds),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
