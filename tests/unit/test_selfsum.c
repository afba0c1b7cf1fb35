// SPDX-License-Identifier: BSD-2-Clause
// Self-checking spans, found in linear time and by trying all of them.

#include "unit.h"

#include "base/selfsum.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#define MAX ((size_t)4 << 20)

static uint8_t bytes[MAX];
static uint8_t cuts[MAX / 8];
static uint32_t seed;

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 24;
}

static void fill_random(uint32_t from)
{
    seed = from;
    for (size_t i = 0; i < MAX; i++)
        bytes[i] = (uint8_t)next_random();
}

static void find(size_t before, size_t len, size_t behind, uint64_t offset,
                 bool msb_first)
{
    const struct selfsum_range r = {.bytes = bytes,
                                    .before = before,
                                    .len = len,
                                    .behind = behind,
                                    .offset = offset,
                                    .msb_first = msb_first};

    memset(cuts, 0xff, (len + 7) / 8);
    assert_int_equal(selfsum_find(&r, cuts), 0);
}

/* --- sums, one bit after the other --- */

static uint32_t bitwise(uint32_t r, const uint8_t *p, size_t len, bool msb)
{
    for (size_t i = 0; i < len; i++) {
        r ^= msb ? (uint32_t)p[i] << 24 : p[i];
        for (int bit = 0; bit < 8; bit++)
            if (msb)
                r = r << 1 ^ ((r >> 31) != 0 ? 0x04c11db7U : 0);
            else
                r = r >> 1 ^ ((r & 1U) != 0 ? 0xedb88320U : 0);
    }
    return r;
}

struct kind {
    uint32_t init;
    uint32_t last; /* the register is xored with it */
    size_t min;
};

static const struct kind kinds[] = {
    {0xffffffff, 0xffffffff, 5}, {0xffffffff, 0, 5}, {0, 0, 12}};

/* natural: the order in which the CRC is blind. */
static void store(uint8_t *out, uint32_t sum, bool msb, bool natural)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(sum >> 8 * (msb == natural ? 3 - i : i));
}

static void put_record(size_t at, size_t len, const struct kind *k, bool msb,
                       bool natural)
{
    uint32_t r = bitwise(k->init, bytes + at, len - 4, msb);

    store(bytes + at + len - 4, r ^ k->last, msb, natural);
}

static bool is_record(size_t at, size_t len, const struct kind *k, bool msb,
                      bool natural)
{
    uint8_t sum[4];

    store(sum, bitwise(k->init, bytes + at, len - 4, msb) ^ k->last, msb,
          natural);
    return len >= k->min && memcmp(sum, bytes + at + len - 4, 4) == 0;
}

static bool any_record(size_t at, size_t len, bool msb, bool other)
{
    for (size_t k = 0; k < COUNT(kinds); k++)
        if (((k < 2 || at % 4 == 0) &&
             is_record(at, len, &kinds[k], msb, true)) ||
            (other && at % 4 == 0 && is_record(at, len, &kinds[k], msb, false)))
            return true;
    return false;
}

/* A cut exactly where one of all spans has its sum. */
static void compare_all(size_t before, size_t len, size_t behind, bool msb)
{
    find(before, len, behind, before, msb);
    for (size_t c = before; c < before + len; c++) {
        bool want = false;
        for (size_t i = 0;
             i + 5 <= c + 4 && !want && c + 4 <= before + len + behind; i++)
            want = any_record(i, c + 4 - i, msb, c % 4 == 0);
        if (selfsum_is_cut(cuts, c - before) != want)
            fail_msg("at %zu: %d, not %d", c, !want, want);
    }
}

static void as_by_trying_all(void **state)
{
    (void)state;
    for (unsigned msb = 0; msb < 2; msb++) {
        fill_random(7 + msb);
        memset(bytes + 500, 0xff, 20);
        memset(bytes + 540, 0x00, 20);
        put_record(3, 60, &kinds[0], msb, true);
        put_record(63, 29, &kinds[1], msb, true); /* adjacent */
        put_record(92, 12, &kinds[2], msb, true);
        put_record(104, 11, &kinds[2], msb, true); /* too short */
        put_record(150, 12, &kinds[0], msb, true); /* nested in the next */
        put_record(140, 68, &kinds[2], msb, true);
        put_record(300, 40, &kinds[0], msb, false);
        put_record(340, 40, &kinds[1], msb, false);
        put_record(380, 40, &kinds[2], msb, false);
        put_record(421, 40, &kinds[2], msb, false); /* not aligned */
        compare_all(0, 600, 0, msb);
        compare_all(40, 360, 3, msb);
        compare_all(160, 44, 3, msb); /* its sum lies across the end */
        compare_all(160, 44, 2, msb);
    }
}

static bool finds(size_t start, size_t len, size_t before, uint64_t offset,
                  unsigned kind)
{
    size_t at = before > start + len - 4 ? 0 : start + len - 4 - before;

    fill_random(11);
    put_record(start, len, &kinds[kind], false, true);
    find(before, 4096, 3, offset, false);
    return selfsum_is_cut(cuts, at);
}

/* Each grade, up to its end and no further. */
static void as_long_as_promised(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < COUNT(kinds); kind++) {
        assert_true(finds(70001, 4095, 72000, 72000, kind) == (kind < 2));
        assert_false(finds(70001, 4096, 72000, 72000, kind));
        assert_true(finds(70004, 16380, 86000, 86000, kind));
        assert_false(finds(70004, 16388, 86000, 86000, kind));
        assert_true(finds(64000, 65000, 128000, 128000, kind));
        assert_false(finds(64064, 66000, 128000, 128000, kind));
        assert_true(finds(9216, 1048572, 1057000, 1057000, kind));
        assert_false(finds(9216, 1048580, 1057000, 1057000, kind));
    }
}

/* Where a span begins is counted from the medium's start. */
static void by_the_mediums_own_multiples(void **state)
{
    (void)state;
    assert_true(finds(1024 * 9 - 100, 1000000, 1008000, 1008000 + 100, 0));
    assert_false(finds(1024 * 9 - 100, 1000000, 1008000, 1008000 + 90, 0));
}

/* What chance makes of bytes that nobody has summed up. */
static void few_by_chance(void **state)
{
    size_t n = 0;
    struct timespec a;
    struct timespec b;

    (void)state;
    fill_random(3);
    (void)clock_gettime(CLOCK_MONOTONIC, &a);
    find(SELFSUM_BEFORE, 3U << 20, 0, 5U << 20, false);
    (void)clock_gettime(CLOCK_MONOTONIC, &b);
    for (size_t i = 0; i < 3U << 20; i++)
        n += selfsum_is_cut(cuts, i);
    print_message("%zu in 3 MiB, in %ld ms\n", n,
                  (b.tv_sec - a.tv_sec) * 1000 +
                      (b.tv_nsec - a.tv_nsec) / 1000000);
    assert_in_range(n, 5, 60);
}

/* The argument itself: what a cut is good for. */
static void a_cut_sees_what_the_whole_does_not(void **state)
{
    uint32_t whole;
    uint32_t front;
    uint32_t back;

    (void)state;
    fill_random(5);
    put_record(100, 2052, &kinds[0], false, true);
    whole = (uint32_t)crc32_z(0, bytes, 4096);
    front = (uint32_t)crc32_z(0, bytes + 1000, 2148 - 1000);
    back = (uint32_t)crc32_z(0, bytes + 2148, 1000);
    bytes[1500] ^= 0x10;
    put_record(100, 2052, &kinds[0], false, true);
    assert_int_equal(whole, crc32_z(0, bytes, 4096));
    assert_int_not_equal(front, crc32_z(0, bytes + 1000, 2148 - 1000));
    assert_int_not_equal(back, crc32_z(0, bytes + 2148, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_by_trying_all),
        cmocka_unit_test(as_long_as_promised),
        cmocka_unit_test(by_the_mediums_own_multiples),
        cmocka_unit_test(few_by_chance),
        cmocka_unit_test(a_cut_sees_what_the_whole_does_not),
    };

    return cmocka_run_group_tests_name("selfsum", tests, NULL, NULL);
}
