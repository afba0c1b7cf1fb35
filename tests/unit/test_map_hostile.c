// SPDX-License-Identifier: BSD-2-Clause
// Answers that lie: names, numbers and quantities that no device should tell.

#include "map_util.h"

#include "base/buf.h"
#include "base/log.h"
#include "monitor/map_note.h"

#define NOR "flashstart  = 0x20000000\nflashsize   = 0x00100000\n"

static void assert_safe(const char *text, size_t len, const char *want)
{
    char name[MAP_NAME_MAX];

    map_safe_name(name, text, len);
    assert_string_equal(name, want);
}

static void names_are_made_safe(void **state)
{
    char longest[200];

    (void)state;
    assert_safe("BOOT INFO", 9, "BOOT INFO");
    assert_safe("  a b\t ", 7, "a b");
    assert_safe("../../etc/passwd", 16, "_._.._etc_passwd");
    assert_safe(".", 1, "_");
    assert_safe("..", 2, "_.");
    assert_safe(".fwfs", 5, "_fwfs");
    assert_safe(" .hidden", 8, "_hidden");
    assert_safe("a\0b\x1b[2J\x7f\xc3\xa4", 10, "a_b_[2J___");
    assert_safe("a\nb\rc", 5, "a_b_c");
    assert_safe("", 0, "unnamed");
    assert_safe(" \t ", 3, "unnamed");
    memset(longest, 'n', sizeof(longest));
    map_safe_name(longest, longest, sizeof(longest));
    assert_int_equal(strlen(longest), MAP_NAME_MAX - 1);
    assert_true(map_is_safe_name(longest));
    memset(longest + MAP_NAME_MAX - 2, ' ', 100);
    longest[MAP_NAME_MAX + 50] = 'x'; /* cut at a blank */
    map_safe_name(longest, longest, MAP_NAME_MAX + 51);
    assert_int_equal(strlen(longest), MAP_NAME_MAX - 2);
    assert_true(map_is_safe_name(longest));
    assert_false(map_is_safe_name(" a") || map_is_safe_name("a/b") ||
                 map_is_safe_name("") || map_is_safe_name(".a"));
}

static void names_in_answers(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", NOR);
    apply("environment",
          "mtdparts=nor0:4k(../../x),4k(..),4k(.),4k(),4k(a/b),4k(a/b),"
          "4k(a_b),4k(a_b-2),4k(flash.bin),4k(\x01\xff),4k(.fwfs)\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 12);
    assert_sound();
    assert_non_null(find_file("a_b-3"));
    assert_non_null(find_file("a_b-2-2"));
    assert_file("flash.bin", 0, 0, 0x100000, "");
    assert_non_null(find_file("flash.bin-2"));
    assert_non_null(find_file("_fwfs"));
    assert_non_null(find_file("unnamed"));
    down();
}

/* Names that differ only behind what fits, and grow by "-2". */
static void long_names_stay_unique(void **state)
{
    CLEANUP_BUF struct buf text = {0};

    (void)state;
    up("u-boot");
    apply("flash", NOR);
    (void)buf_printf(&text, "mtdparts=nor0:");
    for (int i = 0; i < 30; i++)
        (void)buf_printf(&text, "%s4k(%0100d%d)", i > 0 ? "," : "", 0, i);
    (void)buf_printf(&text, "\n");
    apply("environment", text.data);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 31);
    assert_sound();
    down();
}

static void numbers_that_cannot_be(void **state)
{
    static const char *const rows[] = {
        /* base, size */
        "0x7F000000 size:0xFFFFFFFFFFFFFFFF",
        "0xFFFFFFFFFFFFFFFF size:0x1",
        "0xFFFFFFFFFFFFFFFF size:0xFFFFFFFFFFFFFFFF",
        "0x7F000000 size:0x0",
        "0x7F000001 size:0x400000",
        "0x7F3FFFFF size:0x2",
        "0x7F400000 size:0x1",
        "0x7EFFFFFF size:0x1",
        "0x0 size:0xFFFFFFFFFFFFFFFF",
        "0x10000000000000000 size:0x10",
        "0x7F000000 size:0x10000000000000000"};
    char line[200];

    (void)state;
    up("winbond");
    apply("chip", "Flash Size is 0x400000 Bytes\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)snprintf(line, sizeof(line),
                       "Image: 1 name:i%zu base:%s exec:0x0 -a\n", i, rows[i]);
        apply("images", line);
    }
    apply("images", "Image: 1 name:last base:0x7F3FFFFF size:0x1 exec:0 -a\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_sound();
    assert_file("last", 0, 0x3fffff, 1, "");
    for (size_t i = 1; i + 1 < map.n_segments; i++)
        if (strcmp(map.segments[i].name, "last") != 0)
            assert_int_equal(map.segments[i].medium, -1);
    assert_null(find_file("i3"));
    assert_null(find_file("i9"));
    assert_null(find_file("i10"));
    down();
}

static void chips_that_cannot_be(void **state)
{
    static const char *const bad[] = {
        "flashstart  = 0x20000000\nflashsize   = 0x0\n",
        "flashstart  = 0x20000001\nflashsize   = 0x1000\n",
        "flashstart  = 0x20000000\nflashsize   = 0x1001\n",
        "flashstart  = 0xFFFFFFFFFFFFF000\nflashsize   = 0x2000\n",
        "flashstart  = 0xFFFFFFFFFFFFF000\nflashsize   = 0x1000\n",
        "flashstart  = 0x20000000\nflashsize   = 0xFFFFFFFFFFFFFFFF\n",
        "flashstart  = 0x20000000\nflashsize   = 0xFFFFFFFFFFFFFE00\n",
        "flashstart  = 0x120000000000000000\nflashsize   = 0x1000\n",
        "flashstart  = 0x\nflashsize   = 0x1000\n"};

    (void)state;
    up("u-boot");
    for (size_t i = 0; i < COUNT(bad); i++) {
        apply("flash", bad[i]);
        if (map.n_media != 0)
            fail_msg("a chip was made of '%s'", bad[i]);
    }
    apply("banks", "Bank # 1: X  Size: 17179869184 GB in 1 Sectors\n"
                   "Sector Start Addresses:\n 20000000\n");
    assert_int_equal(map.n_media, 0);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map_check_readable(&map, &err), -ENODATA);
    down();
}

static void chips_that_contradict_each_other(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", NOR);
    apply("flash", "flashstart  = 0x20080000\nflashsize   = 0x00100000\n");
    apply("flash", "flashstart  = 0x1ff80000\nflashsize   = 0x00100000\n");
    apply("flash", "flashstart  = 0x10000000\nflashsize   = 0x20000000\n");
    apply("flash", NOR);
    assert_int_equal(map.n_media, 1);
    assert_int_equal(map.n_notes, 3);
    assert_says(map.notes[2].text,
                "'bdinfo' tells of 0x20000000 bytes of flash at 0x10000000, "
                "'bdinfo' of 0x00100000 bytes at 0x20000000: ");
    apply("flash", "flashstart  = 0x20200000\nflashsize   = 0x00100000\n");
    assert_int_equal(map.n_media, 2);
    assert_int_equal(map.n_notes, 3);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_sound();
    down();
}

static void sizes_of_mtdparts(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", NOR);
    apply("environment", "mtdparts=nor0:2M(big),-@0x100000(past),"
                         "-@0xfff00(rest),17179869183G@0(huge)\n"
                         "a=mtdparts=nor0:0(zero),64k(never)\n"
                         "b=mtdparts=nor0:64k(kept),18446744073709551616(x)\n"
                         "c=mtdparts=nand0:-(all)\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_sound();
    assert_file("big", -1, 0, 0x200000, "reaches beyond its chip");
    assert_null(find_file("past"));
    assert_file("rest", 0, 0xfff00, 0x100, "");
    assert_int_equal(find_file("huge")->medium, -1);
    assert_null(find_file("zero"));
    assert_null(find_file("never"));
    assert_file("kept", 0, 0, 0x10000, "");
    assert_null(find_file("x"));
    assert_null(find_file("all"));
    down();
}

static void count_note(void *arg, const char *text)
{
    assert_true(strlen(text) < 600);
    ++*(unsigned *)arg;
}

static void count_message(void *arg)
{
    ++*(unsigned *)arg;
}

/* A terminal is not flooded by an answer that is wrong in each line, and yet
 * all that is left out is told, or counted. */
static void complaints_end(void **state)
{
    CLEANUP_BUF struct buf text = {0};
    unsigned messages = 0;
    unsigned notes = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        (void)buf_printf(&text,
                         "mtdparts=a:b%d\n"
                         "Bank # 1: X  Size: 3 KB in 1 Sectors\n"
                         "Sector Start Addresses:\n %08x\n",
                         i, 2 * i + 1);
    up("u-boot");
    apply("environment", text.data);
    apply("banks", text.data);
    assert_int_equal(map.n_notes, MAP_NOTES_MAX);
    assert_int_equal(map.more_notes, 2000 - MAP_NOTES_MAX);
    log_set_before(count_message, &messages);
    map_warn_of_notes(&map);
    log_set_before(NULL, NULL);
    assert_in_range(messages, 2, 10);
    map_each_note(&map, count_note, &notes);
    assert_int_equal(notes, MAP_NOTES_MAX + 1);
    down();
}

/* same: all of one name. */
static void ten_thousand(bool same)
{
    CLEANUP_BUF struct buf text = {0};
    double from = cpu_seconds();

    up("u-boot");
    apply("flash", NOR);
    (void)buf_printf(&text, "mtdparts=nor0:");
    for (int i = 0; i < 10000; i++)
        (void)buf_printf(&text, "%s16(part%d)", i > 0 ? "," : "", same ? 0 : i);
    (void)buf_printf(&text, "\n");
    apply("environment", text.data);
    assert_int_equal(map.n_segments, MAP_FILES_MAX);
    assert_int_equal(map.dropped, 10000 - MAP_FILES_MAX);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_sound();
    assert_non_null(find_file(same ? "part0-4096" : "part4095"));
    down();
    assert_true(cpu_seconds() - from < 20);
}

static void ten_thousand_segments(void **state)
{
    (void)state;
    ten_thousand(false);
}

static void ten_thousand_of_one_name(void **state)
{
    (void)state;
    ten_thousand(true);
}

static void sixty_five_chips(void **state)
{
    CLEANUP_BUF struct buf text = {0};

    (void)state;
    up("u-boot");
    for (unsigned i = 0; i < 70; i++)
        (void)buf_printf(&text,
                         "Bank # %u: X  Size: 64 KB in 1 Sectors\n"
                         "Sector Start Addresses:\n %08x\n",
                         i, i << 17);
    apply("banks", text.data);
    assert_int_equal(map.n_media, MAP_MEDIA_MAX);
    assert_int_equal(map.dropped, 70 - MAP_MEDIA_MAX);
    assert_int_equal(map_add_user(&map, NULL, "x:0x80000000:4K", &err),
                     -EINVAL);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_sound();
    down();
}

static void options_of_the_user(void **state)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "x:1",
                                      ":0:1",
                                      "x:0:0",
                                      "x:0:",
                                      "x::1",
                                      "a/b:0:1",
                                      ".x:0:1",
                                      " x:0:1",
                                      "x:0:-1",
                                      "x:zz:1",
                                      "x:0:1T",
                                      "x\n:0:1",
                                      "x:0xffffffffffffffff:1",
                                      "x:0xffffffffffffff00:0xff",
                                      "x:1:0xffffffffffffffff",
                                      "x:0:0xffffffffffffffff",
                                      "x:0:0xfffffffffffffe00",
                                      "x:0:0x10000000001",
                                      "x:0:0xfffffffffffffe01",
                                      "x:0x10000000000000000:1"};
    char text[400];

    (void)state;
    up("u-boot");
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (map_add_user(&map, NULL, bad[i], &err) != -EINVAL)
            fail_msg("-s '%s' is taken", bad[i]);
        assert_int_equal(map.n_segments, 0);
    }
    memset(text, 'n', sizeof(text));
    strcpy(text + 100, ":0:1");
    assert_int_equal(map_add_user(&map, NULL, text, &err), -EINVAL);
    memset(text, 'n', sizeof(text));
    strcpy(text + 300, ":0:1");
    assert_int_equal(map_add_user(&map, NULL, text, &err), -EINVAL);
    assert_int_equal(map_add_user(&map, NULL, "x:0:0x10000000000", &err), 0);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_sound();
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_made_safe),
        cmocka_unit_test(names_in_answers),
        cmocka_unit_test(long_names_stay_unique),
        cmocka_unit_test(numbers_that_cannot_be),
        cmocka_unit_test(chips_that_cannot_be),
        cmocka_unit_test(chips_that_contradict_each_other),
        cmocka_unit_test(sizes_of_mtdparts),
        cmocka_unit_test(complaints_end),
        cmocka_unit_test(ten_thousand_segments),
        cmocka_unit_test(ten_thousand_of_one_name),
        cmocka_unit_test(sixty_five_chips),
        cmocka_unit_test(options_of_the_user),
    };

    return cmocka_run_group_tests_name("map_hostile", tests, NULL, NULL);
}
