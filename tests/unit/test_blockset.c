// SPDX-License-Identifier: BSD-2-Clause
// The set of blocks that no checksum proves.

#include "unit.h"

#include "fetch/blockset.h"

#define MANY ((UINT64_C(1) << 20) + 70000)

static void holds_what_was_added(void **state)
{
    struct blockset s = {0};
    uint64_t first = 0;

    (void)state;
    assert_false(blockset_meets(&s, 0, 0, UINT64_MAX, NULL));
    assert_true(blockset_add(&s, 1, 100000));
    assert_true(blockset_add(&s, 1, 63));
    assert_true(blockset_add(&s, 1, 63));
    assert_true(blockset_add(&s, 0, 32768));
    assert_int_equal(s.n, 3);
    assert_true(blockset_meets(&s, 1, 0, UINT64_MAX, &first));
    assert_int_equal(first, 63);
    assert_true(blockset_meets(&s, 1, 64, 100001, &first));
    assert_int_equal(first, 100000);
    assert_false(blockset_meets(&s, 1, 64, 100000, NULL));
    assert_false(blockset_meets(&s, 0, 0, 32768, NULL));
    assert_false(blockset_meets(&s, 0, 32769, UINT64_MAX, NULL));
    assert_false(blockset_meets(&s, 2, 0, UINT64_MAX, NULL));
    blockset_remove(&s, 1, 63);
    blockset_remove(&s, 1, 63);
    blockset_remove(&s, 3, 5);
    assert_int_equal(s.n, 2);
    assert_true(blockset_meets(&s, 1, 0, UINT64_MAX, &first));
    assert_int_equal(first, 100000);
    blockset_free(&s);
    assert_int_equal(s.n, 0);
}

/* Of a large card each second block may be unproved. */
static void is_never_full(void **state)
{
    struct blockset s = {0};
    uint64_t first = 0;

    (void)state;
    for (uint64_t i = 0; i < MANY; i++)
        assert_true(blockset_add(&s, 0, 2 * i));
    assert_int_equal(s.n, MANY);
    for (uint64_t i = 0; i < MANY; i++) {
        assert_true(
            blockset_meets(&s, 0, i == 0 ? 0 : 2 * i - 1, 2 * i + 1, &first));
        assert_int_equal(first, 2 * i);
    }
    for (uint64_t i = 0; i < MANY; i++)
        blockset_remove(&s, 0, 2 * i);
    assert_int_equal(s.n, 0);
    assert_false(blockset_meets(&s, 0, 0, UINT64_MAX, NULL));
    blockset_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_was_added),
        cmocka_unit_test(is_never_full),
    };

    return cmocka_run_group_tests_name("blockset", tests, NULL, NULL);
}
