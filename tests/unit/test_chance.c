// SPDX-License-Identifier: BSD-2-Clause
// What failed is tried again, ever more rarely.

#include "unit.h"

#include "monitor/chance.h"

static void misses_in_a_row_are_enough(void **state)
{
    struct chance c = {0};

    (void)state;
    assert_false(chance_miss(&c, 3, 0, 10));
    assert_false(chance_miss(&c, 3, 0, 10));
    chance_hit(&c);
    assert_false(chance_miss(&c, 3, 0, 10));
    assert_false(chance_miss(&c, 3, 0, 10));
    assert_true(chance_is_open(&c, 0));
    assert_true(chance_miss(&c, 3, 5, 10));
    assert_false(chance_is_open(&c, 14));
    assert_true(chance_is_open(&c, 15));
}

static void each_wait_is_longer(void **state)
{
    struct chance c = {0};
    uint64_t now = 0;
    unsigned tries = 0;

    (void)state;
    chance_give_up(&c, now, 1);
    for (; now < 1000; now++)
        if (chance_is_open(&c, now)) {
            tries++;
            assert_true(chance_miss(&c, 3, now, 1)); /* one is enough now */
        }
    assert_int_equal(tries, 9);
    /* What worked meanwhile is not forgotten. */
    chance_hit(&c);
    chance_give_up(&c, now, 1);
    assert_false(chance_is_open(&c, now + 1000));
}

static void numbers_end(void **state)
{
    struct chance c = {0};

    (void)state;
    for (int i = 0; i < 200; i++)
        chance_give_up(&c, UINT64_MAX - 1, 1);
    assert_false(chance_is_open(&c, UINT64_MAX - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misses_in_a_row_are_enough),
        cmocka_unit_test(each_wait_is_longer),
        cmocka_unit_test(numbers_end),
    };

    return cmocka_run_group_tests_name("chance", tests, NULL, NULL);
}
