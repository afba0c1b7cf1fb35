// SPDX-License-Identifier: BSD-2-Clause
// --verify --against on a device that is not there.

#include "verify_fake.h"

#include "against.h"

#include <zlib.h>

static uint8_t bytes[FAKE_SIZE];
static struct against_image image;
static struct err err;
static bool same;

static int read_bytes(void *arg, void *out, uint64_t offset, size_t len)
{
    (void)arg;
    assert_true(offset + len <= image.size);
    memcpy(out, bytes + offset, len);
    return 0;
}

static int read_nothing(void *arg, void *out, uint64_t offset, size_t len)
{
    (void)arg;
    (void)offset;
    memset(out, 0, len);
    return -EIO;
}

static int set_up(void **state)
{
    (void)fake_set_up(state);
    memcpy(bytes, fake.flash, FAKE_SIZE);
    fake.algorithm = "crc32";
    image = (struct against_image){
        .read = read_bytes, .size = 1098752, .name = "old.bin"};
    err.text[0] = '\0';
    return 0;
}

static int compare(void)
{
    fake.said[0] = '\0';
    fake.calls = 0;
    fake.at_end = 0;
    return against(&fake_target, &image, &fake_report, &same, &err);
}

static void the_same_by_sums(void **state)
{
    (void)state;
    assert_int_equal(compare(), 0);
    assert_true(same);
    assert_string_equal(fake.said, "old.bin is what romfs.img has: 1098752 "
                                   "bytes, by crc32 of the device\n");
    /* One each MiB, and what chance makes of noise (base/selfsum.h). */
    assert_in_range(fake.calls, 2, 12);
    assert_int_equal(fake.at_end, 1098752);
    fake.algorithm = "sha256";
    assert_int_equal(compare(), 0);
    assert_says(fake.said, "by sha256 of the device");
}

/* Two boot blocks, a record in blank flash and one among zeros: one sum over
 * them is what it was. */
static void seal(uint8_t *p, size_t at, size_t len, uint32_t init)
{
    uint32_t sum = (uint32_t)crc32_z(init, p + at, len - 4) ^ init;

    for (size_t i = 0; i < 4; i++)
        p[at + len - 4 + i] = (uint8_t)(sum >> 8 * i);
}

static void change_records(void)
{
    memset(bytes + 0x20000, 0xff, 0x4000);
    memset(bytes + 0x30000, 0, 0x4000);
    seal(bytes, 0x10000, 512, 0);
    memcpy(fake.flash, bytes, FAKE_SIZE);
    fake.flash[0x10010] ^= 1;
    seal(fake.flash, 0x10000, 512, 0);
    fake.flash[0x21008] = 7;
    seal(fake.flash, 0x21008, 8, 0);
    memcpy(fake.flash + 0x31010, "0123456789abcdef", 16);
    seal(fake.flash, 0x31010, 32, 0xffffffff);
    assert_int_equal(crc32_z(0, bytes, 0x40000),
                     crc32_z(0, fake.flash, 0x40000));
}

static void records_that_changed(void **state)
{
    static const char *const lines =
        "0x00010010-0x0001001f (16 bytes) differ\n"
        "0x000101f0-0x000101ff (16 bytes) differ\n";

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(set_up(state), 0);
        change_records();
        fake.no_uniform = i != 0;
        assert_int_equal(compare(), 0);
        assert_false(same);
        assert_says(fake.said, lines);
        assert_says(fake.said, "0x000210");
        assert_says(fake.said, "0x000310");
        assert_true(fake.calls < (i == 0 ? 400 : 60));
    }
}

/* Nodes with headers of 12 bytes: reading them costs less. */
static void dense_records_are_read(void **state)
{
    (void)state;
    for (size_t at = 0x10000; at < 0x14000; at += 60)
        seal(bytes, at, 12, 0xffffffff);
    memcpy(fake.flash, bytes, FAKE_SIZE);
    assert_int_equal(compare(), 0);
    assert_true(same);
    fake.flash[0x10000 + 601] ^= 1;
    seal(fake.flash, 0x10000 + 600, 12, 0xffffffff);
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_says(fake.said, "0x00010250-0x0001026f (32 bytes) differ\n");
}

/* The device sums up sectors. */
static void whole_sectors_alone(void **state)
{
    (void)state;
    fake.unit = 512;
    fake.no_uniform = true;
    seal(bytes, 0x10000, 512, 0);
    memcpy(fake.flash, bytes, FAKE_SIZE);
    assert_int_equal(compare(), 0);
    assert_true(same);
    fake.flash[0x10010] ^= 1;
    seal(fake.flash, 0x10000, 512, 0);
    fake.flash[0x18000] ^= 1;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_says(fake.said, "0x00010010-0x0001001f (16 bytes) differ\n");
    assert_says(fake.said, "0x00018000-0x000181ff (512 bytes) differ\n");
}

/* So that no sum is of the file's last bytes. */
static void a_part_of_a_sector(void **state)
{
    static const uint64_t sizes[] = {0x100000 + 100, 0x8000 + 511, 100};

    (void)state;
    fake.unit = 512;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        uint64_t last = sizes[i] - 1;
        image.size = fake_target.size = sizes[i];
        assert_int_equal(compare(), 0);
        assert_true(same);
        assert_says(fake.said, last < 512 ? "by reading" : "by crc32");
        assert_true(fake.calls < 40);
        fake.flash[last] ^= 1;
        assert_int_equal(compare(), 0);
        assert_false(same);
        assert_says(fake.said, " differ, by");
        assert_null(strstr(fake.said, "0x00000000"));
        fake.flash[last] ^= 1;
    }
}

static void the_same_by_reading(void **state)
{
    static const char *const none[] = {NULL, "adler32"};

    (void)state;
    for (size_t i = 0; i < COUNT(none); i++) {
        fake.algorithm = none[i];
        assert_int_equal(compare(), 0);
        assert_true(same);
        assert_string_equal(fake.said, "old.bin is what romfs.img has: "
                                       "1098752 bytes, by reading\n");
        /* Perhaps it sums up whole sectors alone: that is asked for, too. */
        assert_in_range(fake.calls, 1 + 68 * 2, 2 + 68 * 2);
    }
}

/* What the mount would answer is of another day, where asking proves nothing:
 * without a checksum, and where records are dense. */
static void what_is_read_is_of_now(void **state)
{
    static const char *const how[] = {NULL, "crc32"};

    (void)state;
    for (size_t at = 0x10000; at < 0x14000; at += 60)
        seal(bytes, at, 12, 0xffffffff);
    for (size_t i = 0; i < COUNT(how); i++) {
        assert_int_equal(fake_set_up(state), 0);
        fake.algorithm = how[i];
        fake.old = 0x10000;
        fake.old_end = 0x14000;
        memcpy(fake.flash, bytes, FAKE_SIZE);
        assert_int_equal(compare(), 0);
        assert_true(same);
        assert_int_equal(fake.flags, FWFS_VERIFY_UNTOLD);
    }
}

/* A verify says which blocks the device does not give; what it says of others
 * is no difference from the image. */
static void only_what_failed_is_left_out(void **state)
{
    (void)state;
    fake.algorithm = NULL;
    fake_range(0x4200, 0x200, FWFS_RANGE_FAILED);
    fake_range(0x4600, 0x200, FWFS_RANGE_DIFFERED);
    fake_range(0x7e00, 0x400, FWFS_RANGE_FAILED); /* over 0x8000 */
    fake_range(0x10c3ff, 1, FWFS_RANGE_FAILED);
    fake.flash[0x4400] ^= 1;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_string_equal(
        fake.said, "0x00004200-0x000043ff (512 bytes) could not be read\n"
                   "0x00004400-0x0000440f (16 bytes) differ\n"
                   "0x00007e00-0x000081ff (1024 bytes) could not be read\n"
                   "0x0010c200-0x0010c3ff (512 bytes) could not be read\n"
                   "old.bin is not what romfs.img has: 16 of 1098752 bytes "
                   "differ, by reading\n");
}

static int lie(void *arg, struct fwfs_verify *v)
{
    (void)arg;
    v->count = 5;
    v->ranges[0] = (struct fwfs_verify_range){0, UINT64_MAX, 9, 0};
    v->ranges[1] = (struct fwfs_verify_range){UINT64_MAX, UINT64_MAX,
                                              FWFS_RANGE_FAILED, 0};
    v->ranges[2] = (struct fwfs_verify_range){v->offset + v->len, 9,
                                              FWFS_RANGE_FAILED, 0};
    v->ranges[3] = (struct fwfs_verify_range){v->offset + 9, 0,
                                              FWFS_RANGE_FAILED, 0};
    v->ranges[4] = (struct fwfs_verify_range){0x8000, UINT64_MAX - 1,
                                              FWFS_RANGE_FAILED, 0};
    return 0;
}

/* There was no room to say what failed. */
static int lack_room(void *arg, struct fwfs_verify *v)
{
    (void)arg;
    v->more = v->offset == 0x4000;
    return 0;
}

static void a_verify_that_says_odd_things(void **state)
{
    (void)state;
    fake.algorithm = NULL;
    fake_target.verify = lie;
    assert_int_equal(compare(), 0);
    assert_says(fake.said, "0x00008000-0x0010c3ff (1065984 bytes) could not");
    fake_target.verify = lack_room;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_says(fake.said,
                "0x00004000-0x00007fff (16384 bytes) could not be read\n"
                "old.bin: 16384 of 1098752 bytes could not be compared");
}

static void differences_either_way(void **state)
{
    static const char *const how[] = {"crc32", NULL};

    (void)state;
    fake.flash[0x1234] ^= 1;
    fake.flash[0xfffff] ^= 1;
    fake.flash[0x100000] ^= 1;
    for (size_t i = 0; i < COUNT(how); i++) {
        fake.algorithm = how[i];
        assert_int_equal(compare(), 0);
        assert_false(same);
        assert_says(fake.said,
                    "0x00001230-0x0000123f (16 bytes) differ\n"
                    "0x000ffff0-0x0010000f (32 bytes) differ\n"
                    "old.bin is not what romfs.img has: 48 of 1098752 bytes "
                    "differ, by ");
        assert_int_equal(fake.at_end, 1098752);
    }
}

static void sizes_that_differ(void **state)
{
    (void)state;
    image.size = 1000;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_string_equal(
        fake.said,
        "old.bin has 1000 bytes, romfs.img has 1098752: what both have is "
        "compared\n"
        "old.bin is what romfs.img has as far as both go: 1000 bytes, by "
        "crc32 of the device\n");
    image.size = 1098753;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_says(fake.said, "old.bin has 1098753 bytes");
    image.size = 0;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_says(fake.said, "old.bin: nothing to compare with romfs.img");
}

static void what_cannot_be_had(void **state)
{
    (void)state;
    fake.bad = 0x100000;
    fake.bad_end = 0x100001;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_string_equal(
        fake.said, "0x00100000-0x00103fff (16384 bytes) could not be read\n"
                   "old.bin: 16384 of 1098752 bytes could not be compared "
                   "with romfs.img, by crc32 of the device, and by reading\n");
    fake.algorithm = NULL;
    assert_int_equal(compare(), 0);
    assert_false(same);
    assert_says(fake.said,
                "0x00100000-0x00103fff (16384 bytes) could not be read\n");
    fake.alive = false;
    assert_int_equal(compare(), -EHOSTDOWN);
    fake.algorithm = "crc32";
    fake.bad = 0;
    assert_int_equal(compare(), -EHOSTDOWN);
    assert_false(same);
    fake.code = -ENOTCONN;
    assert_int_equal(compare(), -ENOTCONN);
    image.read = read_nothing;
    assert_int_equal(compare(), -EIO);
    assert_says(err.text, "old.bin: cannot read at 0x0: ");
}

/* A device that sums slowly, so that the time for much of it runs out. */
static void sums_of_less_than_was_asked_for(void **state)
{
    (void)state;
    fake.sum_max = 0x20000;
    assert_int_equal(compare(), 0);
    assert_true(same);
    assert_string_equal(fake.said, "old.bin is what romfs.img has: 1098752 "
                                   "bytes, by crc32 of the device\n");
    assert_true(fake.calls < 60);
    bytes[0x12345] ^= 1;
    assert_int_equal(compare(), 0);
    assert_says(fake.said, "0x00012340-0x0001234f (16 bytes) differ\n");
}

/* They come for nothing at all: it is read, and not asked for each block. */
static void sums_that_never_come(void **state)
{
    (void)state;
    fake.sum_max = 1;
    assert_int_equal(compare(), 0);
    assert_true(same);
    assert_says(fake.said, "1098752 bytes, by reading");
    assert_true(fake.calls < 160); /* two for each of 68 pieces */
}

static int compare_map(const char *text)
{
    struct mapfile map;
    int r;

    assert_int_equal(mapfile_read(&map, text, strlen(text), NULL), 0);
    image.map = &map;
    image.map_name = "old.map";
    r = compare();
    mapfile_free(&map);
    return r;
}

static void only_what_is_rescued(void **state)
{
    (void)state;
    memset(fake.flash + 0x1000, 0, 0x100);
    memset(fake.flash + 0x5000, 0, 0x100);
    image.size = 0x6000;
    assert_int_equal(compare_map("0 ?\n0 0x1000 +\n0x1000 0x100 -\n"
                                 "0x1100 0x3f00 +\n0x5000 0x100000 ?\n"),
                     0);
    assert_true(same);
    assert_string_equal(fake.said,
                        "old.bin is what romfs.img has where old.map says "
                        "rescued: 20224 bytes, by crc32 of the device\n");
    assert_int_equal(compare_map("0 ?\n0 0x1000 +\n0x1000 1 +\n"), 0);
    assert_false(same);
    assert_int_equal(compare_map("0 ?\n0x4000 0x10000 +\n0x14000 9 ?\n"), 0);
    assert_false(same);
    assert_says(fake.said, "old.map says rescued of 57344 bytes behind the end "
                           "of old.bin\n");
    assert_int_equal(compare_map("0 ?\n0 0x10000 ?\n"
                                 "0x10000 0xfffffffffffe0000 +\n"),
                     0);
    assert_false(same);
    assert_says(fake.said, "nothing to compare with romfs.img where old.map "
                           "says rescued\n");
}

/* Of noise, twice; then as always. */
static unsigned lost_answers;

static int sum_late(void *arg, struct fwfs_sum *s)
{
    if (lost_answers == 0)
        return fake_sum(arg, s);
    lost_answers--;
    return -EIO;
}

/* Half of it is less than what is told as a whole: that is asked for all the
 * same. */
static void a_short_area_without_an_answer(void **state)
{
    (void)state;
    fake_target.sum = sum_late;
    lost_answers = 2;
    assert_int_equal(compare_map("0 ?\n0x1000 0x300 +\n0x1300 0xd00 ?\n"
                                 "0x2000 0x40000 +\n"),
                     0);
    assert_true(same);
    assert_string_equal(fake.said,
                        "old.bin is what romfs.img has where old.map says "
                        "rescued: 262912 bytes, by crc32 of the device\n");
    assert_int_equal(lost_answers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_same_by_sums, set_up),
        cmocka_unit_test_setup(records_that_changed, set_up),
        cmocka_unit_test_setup(dense_records_are_read, set_up),
        cmocka_unit_test_setup(whole_sectors_alone, set_up),
        cmocka_unit_test_setup(a_part_of_a_sector, set_up),
        cmocka_unit_test_setup(the_same_by_reading, set_up),
        cmocka_unit_test_setup(what_is_read_is_of_now, set_up),
        cmocka_unit_test_setup(only_what_failed_is_left_out, set_up),
        cmocka_unit_test_setup(a_verify_that_says_odd_things, set_up),
        cmocka_unit_test_setup(differences_either_way, set_up),
        cmocka_unit_test_setup(sizes_that_differ, set_up),
        cmocka_unit_test_setup(what_cannot_be_had, set_up),
        cmocka_unit_test_setup(sums_of_less_than_was_asked_for, set_up),
        cmocka_unit_test_setup(sums_that_never_come, set_up),
        cmocka_unit_test_setup(only_what_is_rescued, set_up),
        cmocka_unit_test_setup(a_short_area_without_an_answer, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
