// SPDX-License-Identifier: BSD-2-Clause
// A device tells by which way bytes came, and takes another one if asked to.

#include "device_rig.h"

static uint32_t ways_of(uint32_t had, uint64_t address)
{
    reading = had;
    assert_int_equal(read_at(address, 0x100), 0);
    reading = DEVICE_FIRST;
    return ways;
}

static void sets_of_ways(void **state)
{
    const uint32_t a = way_set(way_number(0, 0));
    const uint32_t b = way_set(way_number(15, 0));
    const uint32_t a_copy = way_set(way_number(0, 1));
    const uint32_t b_copy = way_set(way_number(15, 1));

    (void)state;
    assert_true(ways_differ(0, (struct way_choice){1, 1}));
    assert_false(ways_differ(a, (struct way_choice){2, 1}));
    assert_false(ways_differ(a | a_copy, (struct way_choice){2, 1}));
    assert_true(ways_differ(a | b, (struct way_choice){2, 1}));
    assert_false(ways_differ(a | b, (struct way_choice){2, 2}));
    assert_false(ways_differ(a | b, (struct way_choice){1, 2}));
    assert_true(ways_differ(a | b_copy, (struct way_choice){2, 2}));
    assert_true(ways_differ(a | a_copy, (struct way_choice){1, 2}));
    assert_int_equal(ways_instead(a, way_number(15, 1)), b);
    assert_int_equal(ways_instead(a_copy, way_number(15, 0)), b_copy);
    assert_int_equal(ways_instead(a | a_copy, way_number(15, 0)), b | b_copy);
    assert_int_equal(ways_instead(0, way_number(15, 0)), 0);
}

/* The first block by both, which proves the words; the rest by words. */
static void each_command_has_its_number(void **state)
{
    uint32_t both;
    uint32_t words;
    uint32_t bytes;

    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        uint64_t base = winbond ? WINBOND_BASE : NOR_BASE;
        up(winbond, false);
        assert_int_equal(device_ways(dev, base).commands, 1);
        both = ways_of(DEVICE_FIRST, base);
        assert_int_equal(device_ways(dev, base).commands, 2);
        assert_int_equal(device_ways(dev, base).copies, 1);
        assert_true(ways_differ(both, device_ways(dev, base)));
        words = ways_of(DEVICE_FIRST, base + 0x1000);
        bytes = ways_of(words, base + 0x1000);
        assert_int_equal(words | bytes, both);
        assert_int_equal(words & bytes, 0);
        /* What came by the other one comes by the first; a third, somehow. */
        assert_int_equal(ways_of(bytes, base + 0x1000), words);
        assert_int_equal(ways_of(both, base + 0x1000), bytes);
        assert_int_equal(ways_of(DEVICE_AGAIN, base + 0x1000), bytes);
        down();
    }
}

/* Bytes in another form than the dialect has it. */
static void other_bytes(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (strncmp(l->edit, "md.b", 4) == 0 || strlen(row) > 70)
        memset(row, '-', 12);
}

static void one_that_is_given_up_is_no_choice(void **state)
{
    uint32_t words;

    (void)state;
    up(false, false);
    (void)ways_of(DEVICE_FIRST, NOR_BASE);
    words = ways_of(DEVICE_FIRST, NOR_BASE + 0x1000);
    rig.l.mangle = other_bytes;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(device_ways(dev, NOR_BASE).commands, 2);
        assert_true(ways_of(words, NOR_BASE + 0x1000) != words);
    }
    assert_int_equal(device_ways(dev, NOR_BASE).commands, 1);
    assert_int_equal(ways_of(words, NOR_BASE + 0x1000), words);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_of_ways),
        cmocka_unit_test(each_command_has_its_number),
        cmocka_unit_test(one_that_is_given_up_is_no_choice),
    };

    return cmocka_run_group_tests_name("device_ways", tests, NULL, NULL);
}
