// SPDX-License-Identifier: BSD-2-Clause
// From answers to files, by the rules of the dialect files that come with us.

#include "map_util.h"

static void a_camera(void **state)
{
    (void)state;
    up("winbond");
    apply("chip", "W90P745 Boot Loader [ Version 1.1 ]\n"
                  "Memory Size is 0x1000000 Bytes, Flash Size is 0x400000 "
                  "Bytes\n");
    apply("images",
          "Image: 0 name:BOOT INFO base:0x7F010000 size:0x00000038 "
          "exec:0x7F010000 -af\n"
          "Image: 7 name:linux.bin base:0x7F020000 size:0x000BFE5C "
          "exec:0x00008000 -acxz\n"
          "Image: 6 name:a base:0x1 x base:0x7F0E0000 size:0x0010C400 "
          "exec:0x7F0E0000 -a\n"
          "Image:10 name:far.img base:0x80000000 size:0x1000 exec:0x0 -a\n");
    apply("loader", NULL);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 6);
    assert_file("flash.bin", 0, 0x0, 0x400000, "");
    assert_file("bootloader.bin", 0, 0x0, 0x10000, "");
    assert_file("BOOT INFO", 0, 0x10000, 0x38, "");
    assert_file("linux.bin", 0, 0x20000, 0xbfe5c, "");
    assert_file("a base:0x1 x", 0, 0xe0000, 0x10c400, "");
    assert_file("far.img", -1, 0x80000000, 0x1000, "not inside a chip");
    down();
}

static void the_loader_only_where_nothing_else_is(void **state)
{
    (void)state;
    up("winbond");
    apply("chip", "Flash Size is 0x200000 Bytes\n");
    apply("images", "Image: 1 name:low base:0x7F00FFFF size:0x2 exec:0x0 -a\n");
    apply("loader", NULL);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 2);
    assert_file("low", 0, 0xffff, 2, "");
    down();
}

static void a_board_with_bdinfo(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", "memstart    = 0x80000000\nmemsize     = 0x08000000\n"
                   "flashstart  = 0x9F000000\nflashsize   = 0x01000000\n"
                   "flashoffset = 0x00000000\n");
    apply("environment",
          "bootargs=console=ttyS0 mtdparts=spi0.0:512k(u-boot),-(rest) rw\n"
          "mtdparts=mtdparts=spi0.0:64k@0xff0000(ART),16M@0(all)\n"
          "spare=mtdparts=${mtdids}:1M(never)\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 5);
    assert_file("flash.bin", 0, 0, 0x1000000, "");
    assert_file("u-boot", 0, 0, 0x80000, "overlaps");
    assert_file("rest", 0, 0x80000, 0xf80000, "overlaps");
    assert_file("ART", 0, 0xff0000, 0x10000, "overlaps");
    assert_file("all", 0, 0, 0x1000000, "overlaps");
    down();
}

static void flashstart_that_is_a_lie(void **state)
{
    static const char bdinfo[] =
        "memstart    = 0x80000000\nmemsize     = 0x04000000\n"
        "flashstart  = 0x00000000\nflashsize   = 0x00800000\n";

    (void)state;
    up("u-boot");
    apply("flash", bdinfo);
    assert_int_equal(map.n_media, 0);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map_check_readable(&map, &err), -ENODATA);
    assert_says(err.text, "-s NAME:BASE:SIZE");
    down();
    /* ARM: flash at 0 is flash at 0; no flash is none. */
    up("u-boot");
    apply("flash", "-> start    = 0x40000000\nflashstart  = 0x0000000000000000"
                   "\nflashsize   = 0x0000000004000000\n");
    assert_int_equal(map.n_media, 1);
    assert_true(map.media[0].size == 0x4000000);
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x00000000\n");
    assert_int_equal(map.n_media, 1);
    down();
}

static void banks_and_mtd_names(void **state)
{
    (void)state;
    up("u-boot");
    apply("banks",
          "\nBank # 1: CFI conformant FLASH (16 x 16)  Size: 4 MB in 71 "
          "Sectors\n  Erase timeout: 4096 ms\n  Sector Start Addresses:\n"
          "  20000000   RO   20010000   RO \n"
          "Bank # 2: missing or unknown FLASH type\n"
          "Bank # 3: CFI conformant FLASH (16 x 16)  Size: 64 KB in 1 Sectors"
          "\n  Sector Start Addresses:\n  30000000\n");
    assert_int_equal(map.n_media, 2);
    assert_string_equal(map.media[0].alias, "nor0");
    assert_string_equal(map.media[1].name, "flash2");
    assert_true(map.media[1].size == 0x10000);
    assert_int_equal(map.n_notes, 0);
    apply("mtd", "List of MTD devices:\n* nor2\n  - type: NOR flash\n"
                 "  - 0x000000000000-0x000000010000 : \"nor2\"\n"
                 "\t  - 0x000000000000-0x000000008000 : \"env\"\n"
                 "* nand0\n  - 0x000000000000-0x000008000000 : \"nand0\"\n"
                 "\t  - 0x000000000000-0x000000080000 : \"boot\"\n"
                 "* spi-nor9\n"
                 "          - 0x000000000000-0x000000080000 : \"spi\"\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_file("flash.bin", 0, 0, 0x400000, "");
    assert_file("flash2.bin", 1, 0, 0x10000, "");
    assert_file("env", 1, 0, 0x8000, "");
    assert_file("boot", -1, 0, 0x80000, "no address known for medium 'nand0'");
    assert_file("spi", -1, 0, 0x80000, "'spi-nor9'");
    assert_int_equal(map.n_segments, 5);
    down();
}

static void mtdparts_with_glued_names(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x01000000\n");
    apply("mtdparts",
          "device nor0 <physmap-flash.0>, # parts = 3\n"
          " #: name\t\tsize\t\toffset\t\tmask_flags\n"
          " 0: u-boot              0x00040000\t0x00000000\t1\n"
          " 1: a-very-long-partition-name0x00080000\t0x00040000\t0\n"
          " 2: with a net size     0x00010000\t0x0000fc00\t0x000c0000\t0\n"
          "active partition: nor0,0 - (u-boot) 0x00040000 @ 0x00000000\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 4);
    assert_file("u-boot", 0, 0, 0x40000, "");
    assert_file("a-very-long-partition-name", 0, 0x40000, 0x80000, "");
    assert_file("with a net size", 0, 0xc0000, 0x10000, "");
    down();
}

/* What two answers tell alike is one file; what they tell differently, two. */
static void told_twice(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x00100000\n");
    apply("environment", "mtdparts=nor0:64k(a),64k(b)\n");
    apply("environment", "x=mtdparts=nor0:64k(a),128k(b)\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_segments, 4);
    assert_file("a", 0, 0, 0x10000, "");
    assert_file("b", 0, 0x10000, 0x10000, "overlaps 'b-2'");
    assert_file("b-2", 0, 0x10000, 0x20000, "overlaps 'b'");
    down();
}

static void the_user_adds_windows(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x00100000\n");
    assert_int_equal(map_add_user(&map, NULL, "in:0x20010000:64K", &err), 0);
    assert_int_equal(map_add_user(&map, NULL, "a b:0x80000001:3", &err), 0);
    assert_int_equal(map_add_user(&map, NULL, "in:0:1", &err), -EINVAL);
    assert_says(err.text, "already");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_media, 2);
    assert_file("in", 0, 0x10000, 0x10000, "");
    assert_file("a b", 1, 1, 3, "");
    assert_true(map.media[1].user);
    assert_true(map.media[1].base == 0x80000000);
    assert_int_equal(map.media[1].size, MAP_ALIGN);
    down();
}

static void a_table_for_people(void **state)
{
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    up("u-boot");
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x00100000\n");
    apply("environment", "mtdparts=nand0:64k(a)\n");
    assert_int_equal(map_finish(&map, &err), 0);
    map.dropped = 3;
    map_table(&map, &out);
    assert_says(out.data, "0x20000000  0x00100000  flash         chip");
    assert_says(out.data, "a  (no address known for medium 'nand0')\n");
    assert_says(out.data, "# 3 more were left out\n");
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_camera),
        cmocka_unit_test(the_loader_only_where_nothing_else_is),
        cmocka_unit_test(a_board_with_bdinfo),
        cmocka_unit_test(flashstart_that_is_a_lie),
        cmocka_unit_test(banks_and_mtd_names),
        cmocka_unit_test(mtdparts_with_glued_names),
        cmocka_unit_test(told_twice),
        cmocka_unit_test(the_user_adds_windows),
        cmocka_unit_test(a_table_for_people),
    };

    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
