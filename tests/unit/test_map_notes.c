// SPDX-License-Identifier: BSD-2-Clause
// What is wrong with an answer, or contradicts another one, is told, and the
// rest of the map is there.

#include "map_util.h"

#include "monitor/map_note.h"

#define BANK(n, size, base)                                                    \
    "\nBank # " #n ": CFI conformant flash (32 x 16)  Size: " size             \
    " in 128 Sectors\n  Intel Extended command set\n"                          \
    "  Sector Start Addresses:\n  " base "        0"

static size_t n_told;
static char told[8][700];

static void keep(void *arg, const char *text)
{
    (void)arg;
    assert_in_range(n_told, 0, COUNT(told) - 1);
    (void)snprintf(told[n_told++], sizeof(told[0]), "%s", text);
}

/* All that is told of the finished map. */
static void finish(void)
{
    if (map_finish(&map, &err) < 0)
        fail_msg("%s", err.text);
    assert_sound();
    n_told = 0;
    map_each_note(&map, keep, NULL);
}

static void assert_medium(size_t n, const char *name, uint64_t base,
                          uint64_t size)
{
    assert_in_range(n, 0, map.n_media - 1);
    assert_string_equal(map.media[n].name, name);
    assert_true(map.media[n].base == base);
    assert_true(map.media[n].size == size);
}

/* U-Boot of QEMU's virt board, 64 bits: bdinfo has the sum of both banks. */
static void a_gap_between_banks_is_no_flash(void **state)
{
    (void)state;
    up("u-boot");
    apply("banks", BANK(1, "32 MB", "00000000") BANK(2, "32 MB", "04000000"));
    apply("flash", "flashstart  = 0x0000000000000000\n"
                   "flashsize   = 0x0000000004000000\n");
    apply("mtd", "* nor1\n\t  - 0x000000000000-0x000002000001 : \"much\"\n"
                 "\t  - 0x000000000000-0x000002000000 : \"all\"\n");
    finish();
    assert_int_equal(map.n_media, 2);
    assert_medium(0, "flash", 0, 0x2000000);
    assert_medium(1, "flash2", 0x4000000, 0x2000000);
    assert_file("flash.bin", 0, 0, 0x2000000, "");
    assert_file("flash2.bin", 1, 0, 0x2000000, "");
    assert_file("all", 1, 0, 0x2000000, "");
    assert_file("much", -1, 0, 0x2000001, "beyond");
    assert_int_equal(n_told, 2);
    assert_string_equal(
        told[0], "'bdinfo' tells of 0x04000000 bytes of flash at 0x00000000, "
                 "'flinfo' of 0x02000000 bytes at 0x00000000, 0x02000000 at "
                 "0x04000000: the files are as 'flinfo' says; name the rest "
                 "with -s");
    down();
}

static void half_a_chip_is_told(void **state)
{
    (void)state;
    up("u-boot");
    apply("banks", BANK(1, "16 MB", "20000000"));
    apply("flash", "flashstart  = 0x0000000020000000\n"
                   "flashsize   = 0x0000000002000000\n");
    finish();
    assert_medium(0, "flash", 0x20000000, 0x1000000);
    assert_int_equal(n_told, 1);
    assert_says(told[0], "'bdinfo' tells of 0x02000000 bytes");
    assert_says(told[0], "'flinfo' of 0x01000000 bytes at 0x20000000: ");
    down();
}

/* One file for a backup; and what is told of a bank stays in it. */
static void banks_that_touch_are_one(void **state)
{
    (void)state;
    up("u-boot");
    apply("banks", BANK(1, "16 MB", "BE000000") BANK(2, "16 MB", "BF000000"));
    apply("flash", "flashstart  = 0xBE000000\nflashsize   = 0x02000000\n");
    apply("mtd", "* nor0\n\t  - 0x000000000000-0x000000040000 : \"boot\"\n"
                 "\t  - 0x000000fc0000-0x000001040000 : \"across\"\n"
                 "* nor1\n\t  - 0x000000040000-0x000001000000 : \"data\"\n"
                 "* nor2\n\t  - 0x000000000000-0x000000010000 : \"other\"\n");
    apply("environment", "mtdparts=nor0:1m(a),-(b);nor1:1m(c),-(d);"
                         "physmap-flash.0:17m(e),-(f)\n");
    assert_int_equal(map_add_user(&map, dialect, "g:nor1@64K:64K", &err), 0);
    assert_int_equal(map_add_user(&map, dialect, "h:nor1@15M:2M", &err),
                     -EINVAL);
    finish();
    assert_int_equal(map.n_media, 1);
    assert_medium(0, "flash", 0xbe000000, 0x2000000);
    assert_file("flash.bin", 0, 0, 0x2000000, "");
    assert_file("boot", 0, 0, 0x40000, "overlaps");
    assert_file("across", -1, 0xfc0000, 0x80000, "beyond its chip");
    assert_file("data", 0, 0x1040000, 0xfc0000, "overlaps");
    assert_file("b", 0, 0x100000, 0xf00000, "");
    assert_file("c", 0, 0x1000000, 0x100000, "overlaps");
    assert_file("d", 0, 0x1100000, 0xf00000, "overlaps");
    /* The kernel's word may mean one of them, or both. */
    assert_file("e", -1, 0, 17 << 20, "nothing tells which chip");
    assert_file("g", 0, 0x1010000, 0x10000, "overlaps");
    down();
}

/* Banks are counted as U-Boot counts them: those that are missing, too. */
static void a_bank_that_is_missing_has_a_number(void **state)
{
    (void)state;
    up("u-boot");
    apply("banks", "\nBank # 1: missing or unknown FLASH type\n" BANK(
                       2, "512 kB", "20000000"));
    apply("mtd", "* nor1\n\t  - 0x000000000000-0x000000040000 : \"boot\"\n");
    finish();
    assert_medium(0, "flash", 0x20000000, 512 << 10);
    assert_string_equal(map.media[0].alias, "nor1");
    assert_file("boot", 0, 0, 0x40000, "");
    assert_int_equal(n_told, 0);
    down();
}

/* A digit too many must not make the mount impossible. */
static void a_line_that_cannot_be_true(void **state)
{
    (void)state;
    up("adam2");
    apply("flash", "flashsize             0x00400000\n");
    apply("mtd", "mtd0                  0x90000000,0x90020000\n"
                 "mtd1                  0x90020000,0xfffffffffffff000\n"
                 "mtd2                  0xa0000000,0xffffffffa0000000\n"
                 "mtd3                  0x90030000,0x90020000\n"
                 "mtd4                  0x190000000000000000,0x90020000\n"
                 "mtd5                  0x90020000,0x90020000\n"
                 "mtd6                  0xa0000000,0xa0010000\n");
    finish();
    assert_file("flash.bin", 0, 0, 0x400000, "");
    assert_file("mtd0", 0, 0, 0x20000, "");
    assert_file("mtd1", -1, 0x90020000, 0xffffffff6ffdf000, "beyond");
    assert_file("mtd2", -1, 0xa0000000, 0xffffffff00000000, "no memory");
    assert_file("mtd6", 1, 0, 0x10000, "");
    assert_int_equal(map.n_media, 2);
    assert_int_equal(n_told, 5);
    assert_says(told[0], "mtd: a number is out of range: 'mtd3  ");
    assert_says(told[1], "mtd: a number is out of range: 'mtd4  ");
    assert_says(told[2], "mtd: 'mtd5' has no bytes; left out");
    assert_says(told[3], "'mtd1' cannot be read: reaches beyond its chip");
    assert_says(told[4], "'mtd2' cannot be read: no memory can be so large");
    down();
}

/* What cannot be known behind a part that is wrong is told, not just left out;
 * the next medium is not touched by it. */
static void a_list_that_breaks_off(void **state)
{
    (void)state;
    up("u-boot");
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x00100000\n");
    apply("environment",
          "mtdparts=a.0:64k(boot),0(bad),64k(lost);a.0:64k@512k(data)\n");
    finish();
    assert_file("boot", 0, 0, 0x10000, "");
    assert_file("data", 0, 0x80000, 0x10000, "");
    assert_null(find_file("lost"));
    assert_int_equal(n_told, 1);
    assert_string_equal(told[0],
                        "environment: not understood: '0(bad),64k(lost)'");
    down();
}

/* 15155200 sectors are 7.2266 GiB; U-Boot prints tenths, to the nearest. */
static void a_card_told_in_tenths(void **state)
{
    const uint64_t size = UINT64_C(15155200) * 512;

    (void)state;
    up("u-boot");
    apply("mmc", "Rd Block Len: 512\nCapacity: 7.2 GiB\n");
    apply("mmc-gpt", "  1\t0x00000800\t0x000107ff\t\"boot\"\n"
                     "  2\t0x00010800\t0x00e73fde\t\"userdata\"\n"
                     "  3\t0x00010800\t0x00ffffff\t\"wrong\"\n");
    finish();
    assert_file("boot", 0, 0x100000, 0x2000000, "");
    assert_file("userdata", 0, 0x2100000, UINT64_C(0xe637df) * 512, "");
    assert_file("wrong", -1, 0x2100000, UINT64_C(0xfef800) * 512, "beyond");
    assert_true(map.media[0].size == UINT64_C(0xe73fdf) * 512);
    assert_in_range(size, map.media[0].size,
                    map.media[0].size + map.media[0].more);
    assert_file("mmc0.bin", 0, 0, map.media[0].size, "");
    assert_int_equal(n_told, 2);
    assert_says(told[0], "'mmc info' rounds the size of mmc0: it may have up "
                         "to 0x");
    assert_says(told[0],
                " bytes more than the 0x1ce7fbe00 of 'mmc0.bin', where "
                "its last segment ends");
    down();
    up("u-boot");
    apply("mmc", "Capacity: 7 GiB\n");
    finish();
    assert_int_equal(n_told, 1);
    assert_says(told[0], " bytes more or less than the 0x1c0000000 of ");
    down();
    up("u-boot");
    apply("mmc", "Capacity: 7759462400\n");
    finish();
    assert_int_equal(n_told, 0);
    assert_file("mmc0.bin", 0, 0, size, "");
    down();
}

/* The partition at 0 may be the whole chip, or just the first one. */
static void a_chip_of_which_a_part_is_told(void **state)
{
    (void)state;
    up("u-boot");
    apply("serial-flash-all",
          "mtdparts=jz_sfc:1M@0(boot),3M@1M(kernel),12M@4M(rootfs)\n");
    apply("environment",
          "mtdparts=jz_sfc:1M@0(boot),3M@1M(kernel),12M@4M(rootfs)\n");
    finish();
    assert_file("boot", 0, 0, 1 << 20, "");
    assert_file("rootfs", 0, 4 << 20, 12 << 20, "");
    assert_file("sf0.bin", 0, 0, 16 << 20, "");
    assert_int_equal(n_told, 1);
    assert_string_equal(told[0],
                        "'printenv' does not tell how large sf0 is, only what "
                        "lies on it: 'sf0.bin' ends with that, after "
                        "0x01000000 bytes");
    down();
}

/* All sizes that print as one tenth are within what is thought possible. */
static void tenths_as_they_are_printed(void **state)
{
    (void)state;
    up("u-boot");
    for (uint64_t n = UINT64_C(15 << 20); n < UINT64_C(17 << 20); n += 3331) {
        const uint64_t unit = UINT64_C(1) << 30;
        uint64_t size = n * 512;
        uint64_t tenth = (10 * (size % unit) + unit / 2) / unit;
        uint64_t whole = size / unit + tenth / 10;
        char text[60];
        if (tenth % 10 != 0)
            (void)snprintf(text, sizeof(text), "Capacity: %d.%d GiB\n",
                           (int)whole, (int)(tenth % 10));
        else
            (void)snprintf(text, sizeof(text), "Capacity: %d GiB\n",
                           (int)whole);
        apply("mmc", text);
        assert_int_equal(map.n_media, 1);
        assert_in_range(size, map.media[0].size - map.media[0].less,
                        map.media[0].size + map.media[0].more);
        map_free(&map);
    }
    down();
}

#define NAND "  New NAND flash at 00000000 offset "

/* A set-top box: "spare" is a part of the size, kept for bad blocks. */
static void partitions_with_spare_blocks(void **state)
{
    static const char text[] =
        "              uart0  16550 DUART at 0xB0406900 channel 0\n"
        "         flash0.cfe" NAND "00000000 size 2048KB spare 256KB\n"
        "      flash0.kernel" NAND "00200000 size 7168KB spare 640KB\n"
        "      flash0.macadr" NAND "00900000 size 1024KB reserved 128KB\n"
        "               eth0  GENET Internal Ethernet at 0xB0430800\n";

    (void)state;
    up("cfe");
    for (size_t i = 0; i < dialect->n_maps; i++)
        if (dialect->maps[i].command != NULL)
            map_apply(&map, dialect, &dialect->maps[i], text, sizeof(text) - 1);
    finish();
    assert_file("cfe", -1, 0, 2048 << 10, "no address known");
    assert_file("kernel", -1, 0x200000, 7168 << 10, "no address known");
    assert_int_equal(n_told, 2);
    assert_string_equal(told[0],
                        "other: not understood: '      flash0.macadr" NAND
                        "00900000 size 1024KB reserved 128KB'");
    assert_says(told[1], "'cfe', 'kernel' cannot be read: no address known for "
                         "medium 'nand0'");
    down();
}

static void sizes_in_bytes(void **state)
{
    (void)state;
    up("bolt");
    apply("flash",
          "  flash0  EMMC flash Data : 0x000000000-0x370000000 (14080MB)\n");
    apply("parts", "  flash0.macadr  EMMC flash Data : "
                   "0x000004400-0x000004800 (1024B)\n");
    finish();
    assert_file("macadr", 0, 0x4400, 0x400, "");
    assert_int_equal(n_told, 0);
    down();
}

/* The size of "os" is rounded up: its last KB is not all there. */
static void a_size_in_whole_units(void **state)
{
    (void)state;
    up("cfe");
    apply("flash", "flash0   Serial flash size 16384KB\n");
    apply("parts", "flash0.os    Serial flash offset 0008001C size 15872KB\n"
                   "flash0.far   Serial flash offset 00080400 size 15872KB\n");
    finish();
    assert_file("os", 0, 0x8001c, 0xf7ffe4, "whole units");
    assert_file("far", -1, 0x80400, 15872 << 10, "beyond");
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_between_banks_is_no_flash),
        cmocka_unit_test(half_a_chip_is_told),
        cmocka_unit_test(banks_that_touch_are_one),
        cmocka_unit_test(a_bank_that_is_missing_has_a_number),
        cmocka_unit_test(a_line_that_cannot_be_true),
        cmocka_unit_test(a_list_that_breaks_off),
        cmocka_unit_test(a_card_told_in_tenths),
        cmocka_unit_test(a_chip_of_which_a_part_is_told),
        cmocka_unit_test(tenths_as_they_are_printed),
        cmocka_unit_test(partitions_with_spare_blocks),
        cmocka_unit_test(sizes_in_bytes),
        cmocka_unit_test(a_size_in_whole_units),
    };

    return cmocka_run_group_tests_name("map_notes", tests, NULL, NULL);
}
