// SPDX-License-Identifier: BSD-2-Clause
// Tests of the CRC-32 of blocks: the same as zlib's, whatever computes it.

#include "unit.h"

#include "store/crc.h"

#include <zlib.h>

#define LONGEST 1200U /* lanes, what is left of them, several rounds */

static void check_value(void **state)
{
    (void)state;
    assert_int_equal(crc_of("123456789", 9), 0xcbf43926);
    assert_int_equal(crc_of("", 0), 0);
}

static void every_length_and_place(void **state)
{
    uint8_t bytes[LONGEST + 16];
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        x = x * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(x >> 24);
    }
    for (size_t len = 0; len <= LONGEST; len++)
        for (size_t at = 0; at < 16; at += 5)
            assert_int_equal(crc_of(bytes + at, len),
                             crc32(0, bytes + at, (uInt)len));
}

/* Each bit of a block counts. */
static void single_bits(void **state)
{
    uint8_t block[512];

    (void)state;
    memset(block, 0xff, sizeof(block));
    for (size_t bit = 0; bit < sizeof(block) * 8; bit++) {
        block[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(crc_of(block, sizeof(block)),
                         crc32(0, block, sizeof(block)));
        block[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_value),
        cmocka_unit_test(every_length_and_place),
        cmocka_unit_test(single_bits),
    };

    return cmocka_run_group_tests_name("crc", tests, NULL, NULL);
}
