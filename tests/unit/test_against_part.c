// SPDX-License-Identifier: BSD-2-Clause
// --verify --against of a file that begins in the middle of its medium: what a
// record begins with may stand before the file, and how long it may be goes by
// its place on the medium.

#include "verify_fake.h"

#include "against.h"

#include <zlib.h>

#define PART_SIZE 0x40000U

static uint8_t was[FAKE_SIZE]; /* the medium, as the image has it */
static uint8_t is[FAKE_SIZE];  /* as it is */
static uint64_t part;          /* where the file begins */

static int read_image(void *arg, void *out, uint64_t offset, size_t len)
{
    (void)arg;
    memcpy(out, was + part + offset, len);
    return 0;
}

/* A record of len bytes at `at` whose last four are the sum of the others. */
static void seal(uint8_t *medium, size_t at, size_t len)
{
    uint32_t sum = (uint32_t)crc32_z(0, medium + at, len - 4);

    for (size_t i = 0; i < 4; i++)
        medium[at + len - 4 + i] = (uint8_t)(sum >> 8 * i);
}

static void set_up_part(uint64_t offset)
{
    void *none = NULL;

    (void)fake_set_up(&none);
    fake.algorithm = "crc32";
    fake.place = (struct fwfs_place){offset, FAKE_SIZE};
    fake_target.size = PART_SIZE;
    part = offset;
    memcpy(was, fake.flash, FAKE_SIZE);
}

/* Changes one byte of the record, and its sum with it. */
static void change_record(size_t at, size_t len, size_t change)
{
    seal(was, at, len);
    memcpy(is, was, FAKE_SIZE);
    is[change] ^= 0x55;
    seal(is, at, len);
}

static int compare(bool *same)
{
    struct against_image image = {
        .read = read_image, .size = PART_SIZE, .name = "old.bin"};
    struct err err = {""};

    memcpy(fake.flash, is + part, PART_SIZE);
    return against(&fake_target, &image, &fake_report, same, &err);
}

static void assert_seen(const char *where)
{
    bool same = true;

    assert_int_equal(compare(&same), 0);
    assert_false(same);
    assert_says(fake.said, where);
}

static void a_record_begins_before_the_file(void **state)
{
    (void)state;
    set_up_part(0x20200);
    change_record(0x20200 - 100, 400, 0x20200 + 50);
    assert_seen("0x00000030-0x0000003f (16 bytes) differ\n"
                "0x00000120-0x0000012f (16 bytes) differ\n");
}

static void or_the_file_is_the_front_of_it(void **state)
{
    (void)state;
    set_up_part(0);
    change_record(0x2019c, 400, 0x20230);
    assert_seen("0x00020230-0x0002023f (16 bytes) differ\n"
                "0x00020320-0x0002032f (16 bytes) differ\n");
}

/* The last two bytes of its sum stand behind the file, which ends before the
 * medium does, and are what they were. */
static void a_record_ends_behind_the_file(void **state)
{
    size_t end;

    (void)state;
    set_up_part(0x20200);
    end = part + PART_SIZE;
    seal(was, end - 62, 64);
    memcpy(is, was, FAKE_SIZE);
    for (uint32_t n = 1; n == 1 || memcmp(is + end, was + end, 2) != 0; n++) {
        memcpy(is + end - 40, &n, sizeof(n));
        seal(is, end - 62, 64);
    }
    assert_seen("0x0003ffd0-0x0003ffdf (16 bytes) differ\n");
}

/* Records of 100 KiB begin at multiples of 1024 of the medium. */
static void a_long_record_in_a_file_at_an_odd_place(void **state)
{
    (void)state;
    for (uint64_t at = 0x20000; at <= 0x20200; at += 0x200) {
        set_up_part(at);
        change_record(0x24000, 100 << 10, 0x26000);
        assert_seen("differ\n");
    }
}

/* What is asked about ends at round offsets of the medium, and is told by those
 * of the file. */
static void offsets_are_those_of_the_file(void **state)
{
    bool same = false;

    (void)state;
    set_up_part(0xf0200);
    memcpy(is, was, FAKE_SIZE);
    assert_int_equal(compare(&same), 0);
    assert_true(same);
    assert_int_equal(fake.at_end, PART_SIZE);
    assert_true(fake.longest <= PART_SIZE - (0x100000 - 0xf0200));
    is[0xf0200] ^= 1;
    is[0x100000] ^= 1;
    is[0xf0200 + PART_SIZE - 1] ^= 1;
    fake.at_end = 0;
    assert_seen("0x00000000-0x0000000f (16 bytes) differ\n"
                "0x0000fe00-0x0000fe0f (16 bytes) differ\n"
                "0x0003fff0-0x0003ffff (16 bytes) differ\n");
    assert_int_equal(fake.at_end, PART_SIZE);
}

/* Nor is one of its first bytes, where it begins within a sector. */
static void a_file_within_sectors(void **state)
{
    static const char *const sums[] = {"crc32", "sha256"};
    bool same = false;

    (void)state;
    for (size_t i = 0; i < COUNT(sums); i++) {
        set_up_part(0x21100);
        fake.unit = 512;
        fake.algorithm = sums[i];
        memcpy(is, was, FAKE_SIZE);
        assert_int_equal(compare(&same), 0);
        assert_true(same);
        assert_says(fake.said, sums[i]);
        assert_true(fake.calls < 40);
        is[part] ^= 1;
        is[0x30000] ^= 1;
        is[part + PART_SIZE - 1] ^= 1;
        fake.at_end = 0;
        assert_seen("0x00000000-0x0000000f (16 bytes) differ\n"
                    "0x0000ef00-0x0000f0ff (512 bytes) differ\n"
                    "0x0003fff0-0x0003ffff (16 bytes) differ\n");
    }
}

static void a_place_that_cannot_be(void **state)
{
    static const struct fwfs_place places[] = {
        {0, PART_SIZE - 1},
        {1, PART_SIZE},
        {UINT64_MAX, PART_SIZE},
        {UINT64_MAX - PART_SIZE + 2, UINT64_MAX},
    };
    bool same = true;

    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        set_up_part(0);
        memcpy(is, was, FAKE_SIZE);
        fake.place = places[i];
        assert_int_equal(compare(&same), -EOPNOTSUPP);
        assert_false(same);
    }
}

static int no_place(void *arg, struct fwfs_place *p)
{
    (void)arg;
    (void)p;
    return -ENOTTY;
}

/* The mount is of an fwfs that cannot tell. */
static void a_place_that_is_not_told(void **state)
{
    bool same = true;

    (void)state;
    set_up_part(0);
    fake_target.place = no_place;
    assert_int_equal(compare(&same), -ENOTTY);
    assert_false(same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(or_the_file_is_the_front_of_it),
        cmocka_unit_test(a_record_begins_before_the_file),
        cmocka_unit_test(a_record_ends_behind_the_file),
        cmocka_unit_test(a_long_record_in_a_file_at_an_odd_place),
        cmocka_unit_test(offsets_are_those_of_the_file),
        cmocka_unit_test(a_file_within_sectors),
        cmocka_unit_test(a_place_that_cannot_be),
        cmocka_unit_test(a_place_that_is_not_told),
    };

    return cmocka_run_group_tests_name("against_part", tests, NULL, NULL);
}
