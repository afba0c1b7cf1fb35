// SPDX-License-Identifier: BSD-2-Clause
// --verify and --retry on a mount that is not there: pieces, lines, results.

#include "verify_fake.h"

#include "confirmed.h"
#include "meter.h"
#include "mounted.h"
#include "verify_file.h"
#include "verify_walk.h"

static struct verify_outcome out;

static int verify_all(const struct confirmed *counts)
{
    int r = verify_file(&fake_target, &fake_report, &out);

    if (r == 0)
        verify_summary(&fake_target, &fake_report, &out, counts);
    return r;
}

static void all_is_well(void **state)
{
    const struct confirmed counts = {1098752, 0, 0};

    (void)state;
    assert_int_equal(verify_all(&counts), 0);
    assert_true(verify_flawless(&out));
    assert_string_equal(fake.said,
                        "romfs.img: 1098752 bytes confirmed (1098752 by "
                        "checksum, 0 by image, 0 by second read)\n");
    assert_int_equal(fake.at_end, 1098752);
    assert_int_equal(fake.flags, 0);
    fake.said[0] = '\0';
    fake.at_end = 0;
    assert_int_equal(verify_all(NULL), 0);
    assert_string_equal(fake.said, "romfs.img: 1098752 bytes confirmed\n");
}

static void ranges_over_the_borders(void **state)
{
    (void)state;
    fake_range(0x1200, 0x200, FWFS_RANGE_DIFFERED);
    fake_range(0x3e00, 0x400, FWFS_RANGE_DIFFERED); /* over 0x4000 */
    fake_range(0x4200, 1, FWFS_RANGE_FAILED);
    fake_range(0xffe00, 0x400, FWFS_RANGE_FAILED); /* over 1 MiB */
    assert_int_equal(verify_all(NULL), 0);
    assert_false(verify_flawless(&out));
    assert_int_equal(out.differed, 0x600);
    assert_int_equal(out.failed, 0x401);
    assert_string_equal(
        fake.said,
        "romfs.img: 0x00001200-0x000013ff (512 bytes) differed from the "
        "device; fetched anew\n"
        "romfs.img: 0x00003e00-0x000041ff (1024 bytes) differed from the "
        "device; fetched anew\n"
        "romfs.img: 0x00004200-0x00004200 (1 byte) could not be read\n"
        "romfs.img: 0x000ffe00-0x001001ff (1024 bytes) could not be read\n"
        "romfs.img: 1097727 of 1098752 bytes confirmed\n");
}

static void more_than_fit(void **state)
{
    const struct confirmed counts = {1098752 - 5120, 512, UINT64_MAX};

    (void)state;
    for (uint64_t i = 0; i < 70; i++)
        fake_range(0x80000 + i * 1024, 512, FWFS_RANGE_DIFFERED);
    fake.ms_a_call = 10;
    assert_int_equal(verify_all(&counts), 0);
    assert_true(out.more > 0);
    assert_false(verify_flawless(&out));
    assert_says(fake.said, " more ranges differed or could not be read\n"
                           "romfs.img: 1098752 bytes confirmed (");
}

static int lie(void *arg, struct fwfs_verify *v)
{
    (void)arg;
    v->count = UINT32_MAX;
    for (size_t i = 0; i < FWFS_VERIFY_RANGES; i++)
        v->ranges[i] = (struct fwfs_verify_range){
            i % 3 == 0 ? v->offset - 1 : v->offset + v->len - i * 512,
            i % 2 == 0 ? UINT64_MAX : i, 77, 0};
    return 0;
}

/* Whatever comes as an answer, what is told lies in the file. */
static void answers_that_lie(void **state)
{
    (void)state;
    fake_target.verify = lie;
    assert_int_equal(verify_all(NULL), 0);
    assert_true(out.differed + out.failed <= fake_target.size);
}

/* The mount is told that it was, once all is over. */
static void what_is_told_is_one_session(void **state)
{
    (void)state;
    fake.session = 77;
    fake_range(0x1200, 0x200, FWFS_RANGE_DIFFERED);
    assert_int_equal(verify_all(NULL), 0);
    assert_true(fake.calls > 1);
    assert_int_equal(out.session, 77);
    assert_int_equal(fake.told, 0);
    verify_told(&fake_target, &out);
    assert_int_equal(fake.told, 77);
}

/* Of a file of no bytes nothing was told. */
static void no_session_is_none(void **state)
{
    (void)state;
    fake_target.size = 0;
    fake.told = 1;
    assert_int_equal(verify_all(NULL), 0);
    verify_told(&fake_target, &out);
    assert_int_equal(fake.told, 1);
}

/* Pieces grow on a fast line and shrink on a slow one. */
static void pieces_fit_the_line(void **state)
{
    (void)state;
    fake.ms_a_call = 6;
    assert_int_equal(verify_all(NULL), 0);
    assert_int_equal(fake.longest, 524288); /* the next border is the end */
    assert_true(fake.calls <= 9);
    assert_int_equal(fake_set_up(state), 0);
    fake.ms_a_kib = 426;
    assert_int_equal(verify_all(NULL), 0);
    assert_int_equal(fake.longest, VERIFY_PIECE_START);
    assert_true(fake.calls > 100);
    assert_int_equal(fake.at_end, 1098752);
}

static void errors_end_it(void **state)
{
    (void)state;
    fake.code = -ENOTCONN;
    assert_int_equal(verify_all(NULL), -ENOTCONN);
    assert_int_equal(fake.calls, 1);
    assert_string_equal(fake.said, "");
    /* Nothing comes, but the line is alive: the rest is tried. */
    fake.code = -EIO;
    assert_int_equal(verify_all(NULL), 0);
    assert_int_equal(out.failed, fake_target.size);
    assert_string_equal(
        fake.said,
        "romfs.img: 0x00000000-0x0010c3ff (1098752 bytes) could not be read\n"
        "romfs.img: 0 of 1098752 bytes confirmed\n");
    fake.alive = false;
    fake.at_end = 0;
    assert_int_equal(verify_all(NULL), -EHOSTDOWN);
    assert_int_equal(out.failed, VERIFY_PIECE_START);
}

static int retry(const char *text)
{
    struct mapfile map;
    int r;

    assert_int_equal(mapfile_read(&map, text, strlen(text), NULL), 0);
    r = verify_retry(&fake_target, &map, &fake_report, &out);
    mapfile_free(&map);
    return r;
}

static void retries_only_what_is_bad(void **state)
{
    (void)state;
    assert_int_equal(retry("0 ?\n0 0x10000 +\n0x10000 0xfc400 ?\n"), 0);
    assert_int_equal(fake.calls, 0);
    assert_true(verify_flawless(&out));
    assert_string_equal(fake.said, "romfs.img: nothing had been given up\n");
    fake.said[0] = '\0';
    fake_range(0x3200, 0x200, FWFS_RANGE_DIFFERED);
    fake_range(0x3800, 0x200, FWFS_RANGE_FAILED);
    fake_range(0x8000, 0x200, FWFS_RANGE_FAILED);
    assert_int_equal(retry("0 ?\n"
                           "0x0000 0x3000 +\n0x3000 0x2000 -\n"
                           "0x5000 0x3000 ?\n0x8000 0x0200 -\n"
                           "0x8200 0x1e00 +\n0xa000 0xffffffff -\n"),
                     0);
    assert_int_equal(fake.flags, FWFS_VERIFY_RETRY);
    assert_int_equal(out.failed, 0x400);
    assert_string_equal(
        fake.said,
        "romfs.img: 0x00003000-0x000037ff (2048 bytes) had been given up; it "
        "came\n"
        "romfs.img: 0x00003800-0x000039ff (512 bytes) could not be read\n"
        "romfs.img: 0x00003a00-0x00004fff (5632 bytes) had been given up; it "
        "came\n"
        "romfs.img: 0x00008000-0x000081ff (512 bytes) could not be read\n"
        "romfs.img: 0x0000a000-0x0010c3ff (1057792 bytes) had been given up; "
        "it came\n"
        "romfs.img: 1066496 bytes had been given up, 1065472 of them came, "
        "1024 are still bad\n");
}

static void counts_out_of_the_status(void **state)
{
    static const char json[] =
        "{\n  \"device\": \"{\\\"name\\\": \\\"a\\\",\",\n  \"files\": [\n"
        "    {\"name\": \"a\", \"address\": 1, \"size\": 9},\n"
        "    {\"name\": \"b\\\" \\\"confirmed_image\\\": 7\", "
        "\"confirmed_checksum\": 1, \"confirmed_image\": 2, "
        "\"confirmed_reread\": 3},\n"
        "    {\"name\": \"c\", \"confirmed_checksum\": 18446744073709551616, "
        "\"confirmed_image\": 0, \"confirmed_reread\": 0}\n  ]\n}\n";
    struct confirmed c;

    (void)state;
    assert_false(confirmed_find(json, "a", &c));
    assert_int_equal(confirmed_sum(&c, 9), 0);
    assert_false(confirmed_find(json, "c", &c));
    assert_false(confirmed_find(json, "", &c));
    assert_false(confirmed_find("", "a", &c));
    assert_true(confirmed_find(json, "b\" \"confirmed_image\": 7", &c));
    assert_int_equal(c.checksum, 1);
    assert_int_equal(c.image, 2);
    assert_int_equal(c.reread, 3);
    assert_int_equal(confirmed_sum(&c, 9), 6);
    assert_int_equal(confirmed_sum(&c, 5), 5);
}

static void files_in_files(void **state)
{
    struct mounted_file f[] = {
        {.medium = "flash", .address = 0x1000, .size = 0x100},
        {.medium = "flash", .address = 0, .size = 0x10000},
        {.medium = "flash", .address = 0, .size = 0x10000},
        {.medium = "flash2", .address = 0x1000, .size = 0x100},
        {.medium = "flash", .address = 0xff00, .size = 0x101},
        {.medium = "flash", .address = UINT64_MAX - 1, .size = UINT64_MAX},
    };
    static const bool covered[] = {true, false, true, false, false, false};

    (void)state;
    mounted_mark_covered(f, COUNT(f));
    for (size_t i = 0; i < COUNT(f); i++)
        assert_int_equal(f[i].covered, covered[i]);
}

static void pace_out_of_steps(void **state)
{
    struct meter_pace p = {0};

    (void)state;
    assert_int_equal(meter_pace_bps(&p), 0);
    meter_pace_note(&p, 1000, 0);
    assert_int_equal(meter_pace_bps(&p), 0);
    meter_pace_note(&p, 1000, 512);
    assert_int_equal(meter_pace_bps(&p), 0);
    meter_pace_note(&p, 28000, 65536);
    assert_int_equal(meter_pace_bps(&p), 2427);
    /* What went fast in the beginning is forgotten. */
    for (uint64_t i = 1; i < 20; i++)
        meter_pace_note(&p, 28000 + i * 1000, 65536 + i * 1000);
    assert_int_equal(meter_pace_bps(&p), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_is_well, fake_set_up),
        cmocka_unit_test_setup(ranges_over_the_borders, fake_set_up),
        cmocka_unit_test_setup(more_than_fit, fake_set_up),
        cmocka_unit_test_setup(answers_that_lie, fake_set_up),
        cmocka_unit_test_setup(what_is_told_is_one_session, fake_set_up),
        cmocka_unit_test_setup(no_session_is_none, fake_set_up),
        cmocka_unit_test_setup(pieces_fit_the_line, fake_set_up),
        cmocka_unit_test_setup(errors_end_it, fake_set_up),
        cmocka_unit_test_setup(retries_only_what_is_bad, fake_set_up),
        cmocka_unit_test(counts_out_of_the_status),
        cmocka_unit_test(files_in_files),
        cmocka_unit_test(pace_out_of_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
