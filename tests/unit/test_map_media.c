// SPDX-License-Identifier: BSD-2-Clause
// Media without addresses, RAM, geometry and halves of chips in a map.

#include "map_util.h"

#include "monitor/dialect_file.h"

static const char text[] =
    "console { prompt = '^> $' }\n"
    "dump bytes { command = \"d {address}\" }\n"
    "dump direct { medium = '^mtd\\d+$'\n command = \"r {medium} {offset}\" }\n"
    "unmapped = '^(?:sf|nand)'\n"
    "medium sf { names = '^sf\\d$'\n read = \"sr {ram} {offset}\"\n"
    " read-answer = 'OK' }\n"
    "medium nand { names = '^n?nand\\d*$'\n read = \"nr {ram} {offset}\"\n"
    " read-answer = 'OK' }\n"
    "map sf { command = \"p\"\n makes = chip\n medium = sf0\n"
    " pattern = 'erase (?<erase>\\d+) (?<erase_unit>KiB), total (?<size>\\d+) "
    "(?<unit>MiB)'\n }\n"
    "map nand { command = \"n\"\n makes = chip\n radix = 10\n"
    " pattern = '(?<medium>nand\\d) has (?<blocks>\\d+) of (?<erase>\\d+)' }\n"
    "map page { command = \"n\"\n makes = geometry\n radix = 10\n"
    " pattern = '(?<medium>nand\\d) page (?<page>\\d+)' }\n"
    "map whole { command = \"n\"\n makes = chip\n radix = 10\n"
    " pattern = '(?<medium>nand\\d) (?<size>\\d+) (?<page>\\d+)' }\n"
    "map mtd { command = \"cat\"\n makes = chip\n"
    " pattern = '^(?<medium>mtd\\d+): (?<size>[0-9a-f]+) (?<erase>[0-9a-f]+) "
    "\"(?<name>[^\"]*)\"' }\n"
    "map parts { command = \"q\"\n format = mtdparts\n"
    " pattern = 'mtdparts=(?<list>\\S+)' }\n"
    "map sectors { command = \"s\"\n radix = 10\n scale = 512\n"
    " pattern = '(?<medium>\\w+) (?<offset>\\d+)-(?<last>\\d+) (?<name>\\w+)' "
    "}\n"
    "map where { command = \"w\"\n makes = chip\n medium = rom\n"
    " pattern = 'rom at (?<base>0x[0-9a-f]+)' }\n"
    "map large { command = \"w\"\n makes = chip\n medium = rom\n"
    " pattern = 'rom of (?<size>[0-9a-f]+)' }\n"
    "map window { command = \"e\"\n makes = window\n"
    " pattern = '(?<name>\\w+) (?<base>\\w+),(?<end>\\w+)' }\n"
    "map ram { command = \"b\"\n makes = ram\n"
    " pattern = 'bank (?<base>\\w+) (?<size>\\w+)' }\n"
    "map top { command = \"b\"\n makes = ram-top\n"
    " pattern = 'top (?<base>\\w+)' }\n"
    "map at { command = \"b\"\n makes = ram-at\n"
    " pattern = 'load (?<base>\\w+)' }\n";

static int start(void **state)
{
    (void)state;
    map = (struct map){.segments = NULL};
    if (dialect_parse(&dialect, text, strlen(text), "t.conf", &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_sound();
    down();
    return 0;
}

static void a_serial_flash(void **state)
{
    (void)state;
    apply("sf", "found, erase 64 KiB, total 8 MiB\n");
    apply("parts", "mtdparts=spi0.0:64k(boot),-(rest)\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_media, 1);
    assert_true(map_is_virtual(map.media[0].base));
    assert_string_equal(map.media[0].name, "sf0");
    assert_int_equal(map.media[0].erase_block, 65536);
    assert_file("sf0.bin", 0, 0, 8 << 20, "");
    assert_file("boot", 0, 0, 65536, "");
    assert_file("rest", 0, 65536, (8 << 20) - 65536, "");
    assert_int_equal(map_shown_address(&map, map.media[0].base + 5), 5);
    assert_int_equal(map_shown_address(&map, 5), 5);
}

/* What the one kind of chip has must not be put on the other. */
static void another_kind_of_chip(void **state)
{
    (void)state;
    apply("sf", "found, erase 4 KiB, total 1 MiB\n");
    apply("parts", "mtdparts=nand0:64k(kernel)\n");
    assert_file("kernel", -1, 0, 65536, "no address known");
    apply("nand", "nand0 has 1024 of 131072\n");
    apply("page", "nand0 page 2048\nnand7 page 4096\n");
    apply("parts", "mtdparts=nnand0:128k(more)\n");
    assert_int_equal(map.media[1].page, 2048);
    assert_int_equal(map.media[1].size, 128 << 20);
    assert_file("more", 1, 0, 131072, "");
}

/* A page is read at once: room for it is made. */
static void pages_of_any_size(void **state)
{
    (void)state;
    apply("nand", "nand0 has 1024 of 131072\n");
    apply("page", "nand0 page 1073741824\n");
    assert_int_equal(map.media[0].page, 0);
    apply("page", "nand0 page 65536\n");
    assert_int_equal(map.media[0].page, 65536);
    apply("whole", "nand1 1048576 1073741824\n");
    assert_int_equal(map.media[1].page, 0);
    assert_int_equal(map.media[1].size, 1048576);
}

static void each_partition_a_chip(void **state)
{
    (void)state;
    apply("mtd", "mtd0: 00020000 00010000 \"uboot\"\n"
                 "mtd1: 00040000 00010000 \"uboot\"\n"
                 "mtd1: 00080000 00010000 \"other\"\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_media, 2);
    assert_file("uboot", 0, 0, 0x20000, "");
    assert_file("uboot-2", 1, 0, 0x40000, "");
}

static void sectors(void **state)
{
    (void)state;
    apply("mtd", "mtd0: 00100000 00000200 \"card\"\n");
    apply("sectors", "mtd0 2-5 a\nmtd0 6-5 b\nmtd0 4000-4001 c\n");
    assert_file("a", 0, 1024, 2048, "");
    assert_null(find_file("b"));
    assert_file("c", -1, (uint64_t)4000 * 512, 1024, "beyond");
}

static void two_answers_make_a_chip(void **state)
{
    (void)state;
    apply("large", "rom of 200000\n");
    assert_int_equal(map.n_media, 0);
    apply("where", "rom at 0xbe000000\n");
    assert_int_equal(map.n_media, 1);
    assert_int_equal(map.media[0].base, 0xbe000000);
    assert_int_equal(map.media[0].size, 0x200000);
    apply("where", "rom at 0xbf000000\n");
    assert_int_equal(map.n_media, 1);
}

static void the_user_names_a_medium(void **state)
{
    (void)state;
    apply("sf", "found, erase 4 KiB, total 1 MiB\n");
    assert_int_equal(map_add_user(&map, dialect, "a:sf0@64K:4K", &err), 0);
    assert_int_equal(map_add_user(&map, dialect, "b:nand0@0x20000:100", &err),
                     0);
    assert_int_equal(map_add_user(&map, dialect, "c:nand0@1M:1M", &err), 0);
    assert_int_equal(map_add_user(&map, dialect, "d:sf0@1M:1", &err), -EINVAL);
    assert_int_equal(map_add_user(&map, dialect, "e:disk@0:1", &err), -EINVAL);
    assert_says(err.text, "no medium 'disk'");
    assert_int_equal(map_add_user(&map, dialect, "f:@0:1", &err), -EINVAL);
    assert_int_equal(map_finish(&map, &err), 0);
    assert_file("a", 0, 65536, 4096, "");
    assert_file("b", 1, 0x20000, 100, "");
    assert_file("c", 1, 1 << 20, 1 << 20, "");
    assert_int_equal(map.media[1].size, 2 << 20);
    assert_null(find_file("nand0.bin"));
}

static void windows(void **state)
{
    (void)state;
    apply("window", "mtd0 0x90000000,0x90010000\nmtd1 0x90000000,0x90000000\n"
                    "mtd2 0x90000000,0x90008000\n"
                    "mtd3 0x4657000000000000,0x4657000000000200\n");
    assert_file("mtd0", 0, 0, 0x10000, "");
    assert_null(find_file("mtd1"));
    assert_file("mtd2", 0, 0, 0x8000, "");
    assert_file("mtd3", -1, MAP_VIRTUAL, 0x200, "no memory can");
}

static void what_is_known_of_ram(void **state)
{
    (void)state;
    apply("ram", "bank 80000000 8000000\nbank 80000000 8000000\n"
                 "bank fffffffffffffff0 100\nbank 0 0\n");
    apply("top", "top 87f00000\ntop 87e00000\ntop 87f80000\ntop 0\n");
    apply("at", "load 82000000\nload 82000000\nload 81000000\n");
    assert_int_equal(map.ram.n_banks, 1);
    assert_int_equal(map.ram.top, 0x87e00000);
    assert_int_equal(map.ram.n_at, 2);
    for (int i = 0; i < 20; i++) {
        char line[40];
        (void)snprintf(line, sizeof(line), "load %x\nbank %x 100\n", 0x1000 + i,
                       0x1000 + i);
        apply("at", line);
        apply("ram", line);
    }
    assert_int_equal(map.ram.n_at, 8);
    assert_int_equal(map.ram.n_banks, 8);
}

/* The words of the boot loader that most boards have. */
static void the_common_one(void **state)
{
    (void)state;
    down();
    up("u-boot");
    apply("serial-flash", "SF: Detected w25q64 with page size 256 Bytes, erase "
                          "size 4 KiB, total 8 MiB\n");
    apply("mmc", "Device: sdhc\nCapacity: 3.5 GiB\n");
    apply("mmc-dos",
          "Part    Start Sector    Num Sectors     UUID       Type\n"
          "  1     2048            4096            11223344-01     83\n");
    apply("mmc-gpt", "1\t0x00000800\t0x000017ff\t\"boot\"\n"
                     "\tattrs:\t0x0000000000000000\n");
    apply("nand-all", "DRAM:  64 MiB\nNAND:  128 MiB\n");
    apply("nand-geometry",
          "Device 0: nand0, sector size 128 KiB\n  Page size     2048 b\n");
    apply(
        "qualcomm-serial",
        "flash_type:             0x6\n"
        "  0: 0:BOOT           0x0000ffff              0x0          0x40000\n");
    apply("ram", "DRAM bank   = 0x00000000\n-> start    = 0x10000000\n"
                 "-> size     = 0x40000000\n");
    apply("ram-old", "memstart    = 0x80000000\n"
                     "memsize     = 0x04000000   (64 MiB DRAM)\n");
    apply("ram-used", "relocaddr   = 0x4ff8c000\nsp start    = 0x4e57f7e0\n"
                      "FB base     = 0x00000000\n");
    apply("ram-reserved",
          " reserved[0]\t[0x4d57c000-0x4fffffff], 0x02a84000\n");
    apply("ram-scripts",
          "bootcmd=sf probe 0;sf read 0x82000000 0x60000 0x2A0000\n");
    apply("ram-load", "loadaddr=0x12000000\nfdt_addr=0x1\n");
    assert_int_equal(map_finish(&map, &err), 0);
    assert_int_equal(map.n_media, 3);
    assert_int_equal(map.media[0].erase_block, 4096);
    assert_int_equal(map.media[1].size, (uint64_t)3584 << 20);
    assert_int_equal(map.media[2].page, 2048);
    assert_int_equal(map.media[2].erase_block, 131072);
    assert_file("sf0.bin", 0, 0, 8 << 20, "");
    assert_file("0:BOOT", 0, 0, 0x40000, "");
    assert_file("1", 1, (uint64_t)2048 * 512, (uint64_t)4096 * 512, "overlaps");
    assert_file("boot", 1, (uint64_t)2048 * 512, (uint64_t)4096 * 512,
                "overlaps");
    assert_int_equal(map.ram.n_banks, 2);
    assert_int_equal(map.ram.top, 0x4d57c000);
    assert_int_equal(map.ram.n_at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_serial_flash, start, end),
        cmocka_unit_test_setup_teardown(another_kind_of_chip, start, end),
        cmocka_unit_test_setup_teardown(pages_of_any_size, start, end),
        cmocka_unit_test_setup_teardown(each_partition_a_chip, start, end),
        cmocka_unit_test_setup_teardown(sectors, start, end),
        cmocka_unit_test_setup_teardown(two_answers_make_a_chip, start, end),
        cmocka_unit_test_setup_teardown(the_user_names_a_medium, start, end),
        cmocka_unit_test_setup_teardown(windows, start, end),
        cmocka_unit_test_setup_teardown(the_common_one, start, end),
        cmocka_unit_test_setup_teardown(what_is_known_of_ram, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
