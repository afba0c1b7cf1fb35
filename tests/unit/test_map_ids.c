// SPDX-License-Identifier: BSD-2-Clause
// Which chip the partitions of an answer lie on.

#include "map_util.h"

#include "monitor/dialect_file.h"

static const char spi[] = "SF: Detected w25q128 with page size 256 Bytes, "
                          "erase size 64 KiB, total 16 MiB\n";
static const char nand[] = "DRAM:  64 MiB\nNAND:  128 MiB\n";
static const char nor[] =
    "flashstart  = 0x9f000000\nflashsize   = 0x01000000\n";

static int start(void **state)
{
    (void)state;
    up("u-boot");
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_sound();
    down();
    return 0;
}

static void finish(void)
{
    assert_int_equal(map_finish(&map, &err), 0);
}

static void two_chips_in_a_list(void **state)
{
    (void)state;
    apply("serial-flash", spi);
    apply("mtd", "List of MTD devices:\n* spi-nor0\n  - 0x000000000000-"
                 "0x000001000000 : \"spi-nor0\"\n\t  - 0x000000000000-"
                 "0x000000040000 : \"u-boot\"\n* spi-nor1\n  - 0x000000000000-"
                 "0x000004000000 : \"spi-nor1\"\n\t  - 0x000000000000-"
                 "0x000000400000 : \"kernel\"\n");
    finish();
    assert_file("u-boot", 0, 0, 0x40000, "");
    assert_file("kernel", -1, 0, 0x400000, "medium 'spi-nor1'");
}

static void two_chip_selects(void **state)
{
    (void)state;
    apply("serial-flash", spi);
    apply("environment", "mtdparts=spi0.0:256k(u-boot);spi0.1:4m(kernel)\n");
    finish();
    assert_file("u-boot", 0, 0, 0x40000, "");
    assert_file("kernel", -1, 0, 4 << 20, "medium 'spi0.1'");
}

/* One of the two must be a chip that is not known. */
static void two_words_of_no_number(void **state)
{
    (void)state;
    apply("serial-flash", spi);
    apply("environment", "mtdparts=gk_flash:256k(boot);gk_more:4m(kernel)\n");
    finish();
    assert_file("boot", -1, 0, 0x40000, "nothing tells which chip 'gk_flash'");
    assert_file("kernel", -1, 0, 4 << 20, "nothing tells which chip 'gk_more'");
}

/* The other way round, and in another answer. */
static void a_second_word_later(void **state)
{
    (void)state;
    apply("serial-flash", spi);
    apply("mtdparts", "device spi1 <a>, # parts = 1\n #: name size offset\n"
                      " 0: boot                0x00040000\t0x00000000\t0\n");
    assert_file("boot", 0, 0, 0x40000, "");
    apply("environment", "mtdparts=spi1.0:4m(kernel)\n");
    apply("mtdparts", "device spi1 <a>, # parts = 1\n #: name size offset\n"
                      " 0: more                0x00040000\t0x00040000\t0\n");
    finish();
    assert_file("boot", -1, 0, 0x40000, "nothing tells which chip 'spi1'");
    assert_file("more", -1, 0x40000, 0x40000,
                "nothing tells which chip 'spi1'");
    assert_file("kernel", -1, 0, 4 << 20, "nothing tells");
}

static void one_word_and_one_chip(void **state)
{
    static const char *const words[] = {"hi_sfc", "jz_sfc",      "spi0.0",
                                        "spi1.0", "spi_nor.0",   "gk_flash",
                                        "raspi",  "ar7240-nor0", "m25p80"};
    char text[80];

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        (void)snprintf(text, sizeof(text), "mtdparts=%s:256k(boot),-(rest)\n",
                       words[i]);
        apply("serial-flash", spi);
        apply("environment", text);
        finish();
        assert_file("boot", 0, 0, 0x40000, "");
        assert_file("rest", 0, 0x40000, 0xfc0000, "");
        map_free(&map);
        apply("flash", nor);
        apply("environment", text);
        finish();
        assert_file("boot", 0, 0, 0x40000, "");
        map_free(&map);
    }
}

/* What kind of chip a word means, and which number. */
static void a_word_of_another_kind(void **state)
{
    static const char *const words[] = {"hinand",  "gpmi-nand", "nandflash0",
                                        "mmcblk0", "nand.0",    "nand1"};
    char text[80];

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        (void)snprintf(text, sizeof(text), "mtdparts=%s:256k(boot)\n",
                       words[i]);
        apply("serial-flash", spi);
        apply("environment", text);
        assert_file("boot", -1, 0, 0x40000, "no address known");
        map_free(&map);
        apply("flash", nor);
        apply("environment", text);
        assert_file("boot", -1, 0, 0x40000, "no address known");
        map_free(&map);
    }
    apply("nand-all", nand);
    apply("environment", "mtdparts=spi0.0:256k(boot);nand1:256k(more)\n");
    assert_file("boot", -1, 0, 0x40000, "no address known");
    assert_file("more", -1, 0, 0x40000, "no address known");
}

static void a_word_for_each_kind(void **state)
{
    (void)state;
    apply("serial-flash", spi);
    apply("nand-all", nand);
    apply("environment", "mtdparts=hi_sfc:1M(boot);hinand:4M(kernel)\n");
    finish();
    assert_file("boot", 0, 0, 1 << 20, "");
    assert_file("kernel", 1, 0, 4 << 20, "");
}

/* The boot loader's names, the kernel's, and what says that they are one. */
static void told_by_an_answer(void **state)
{
    (void)state;
    apply("flash", nor);
    apply("banks",
          "Bank # 1: CFI conformant FLASH (16 x 16)  Size: 16 MB in 64 "
          "Sectors\n  Sector Start Addresses:\n  9F000000   RO\n");
    apply("mtd-ids-set", "a=b\nmtdids=nand0=gpmi-nand,nor0=phys.0\nc=d,e=f\n");
    apply("mtdparts", "device nor0 <phys.0>, # parts = 1\n #: name size\n"
                      " 0: boot                0x00040000\t0x00000000\t0\n");
    apply("environment", "mtdparts=phys.0:256k(boot),1m(kernel);"
                         "gpmi-nand:4m(root);e:4m(other)\n");
    finish();
    assert_file("boot", 0, 0, 0x40000, "");
    assert_file("kernel", 0, 0x40000, 1 << 20, "");
    assert_file("root", -1, 0, 4 << 20, "medium 'nand0'");
    assert_file("other", -1, 0, 4 << 20, "nothing tells");
    assert_null(find_file("boot-2"));
}

static void told_of_two(void **state)
{
    (void)state;
    apply("flash", nor);
    apply("mtd-ids", "device nor0 <a>, # parts = 1\n");
    apply("mtd-ids", "device nand0 <a>, # parts = 1\n"
                     "device b <b>, # parts = 1\ndevice c <d>, # parts = 1\n"
                     "device d <c>, # parts = 1\n");
    apply("environment", "mtdparts=a:256k(one);c:256k(two)\n");
    finish();
    assert_file("one", -1, 0, 0x40000, "nothing tells which chip 'a'");
    assert_file("two", -1, 0, 0x40000, "no address known");
}

#define SMEM(type, second)                                                     \
    "flash_type:             " type "\nflash_index:            0x0\n"          \
    "No.: Name             Attributes            Start             Size\n"     \
    "  0: 0:SBL1           0x0000ffff              0x0          0x40000\n"     \
    "  1: rootfs           " second "ffff          0x40000        0x400000\n"

static void smem(const char *text)
{
    apply("serial-flash", spi);
    apply("nand-all", nand);
    apply("qualcomm-serial", text);
    apply("qualcomm-nand", text);
    apply("qualcomm-nand-beside", text);
    apply("qualcomm-other", text);
    finish();
}

static void the_type_of_flash(void **state)
{
    (void)state;
    smem(SMEM("0x6", "0x0000"));
    assert_file("0:SBL1", 0, 0, 0x40000, "");
    assert_file("rootfs", 0, 0x40000, 4 << 20, "");
    map_free(&map);
    smem(SMEM("0x6", "0x01ff"));
    assert_file("0:SBL1", 0, 0, 0x40000, "");
    assert_file("rootfs", 1, 0x40000, 4 << 20, "");
    map_free(&map);
    smem(SMEM("0x2", "0x0000"));
    assert_file("0:SBL1", 1, 0, 0x40000, "");
    assert_file("rootfs", 1, 0x40000, 4 << 20, "");
    map_free(&map);
    smem(SMEM("0xb", "0x01ff"));
    assert_file("rootfs", 1, 0x40000, 4 << 20, "");
    map_free(&map);
    smem(SMEM("0x5", "0x0000"));
    assert_file("0:SBL1", -1, 0, 0x40000, "0x5");
    assert_file("rootfs", -1, 0x40000, 4 << 20, "0x5");
    map_free(&map);
    smem(
        "  0: 0:SBL1           0x0000ffff              0x0          0x40000\n");
    assert_null(find_file("0:SBL1"));
}

static void many_words(void **state)
{
    CLEANUP_BUF struct buf text = {0};

    (void)state;
    apply("serial-flash", spi);
    for (unsigned i = 0; i < 100; i++)
        (void)buf_printf(&text, "mtdparts=w%u:64k(p%u)\n", i, i);
    apply("environment", text.data);
    finish();
    assert_file("p0", -1, 0, 0x10000, "nothing tells");
    assert_file("p99", -1, 0, 0x10000, "too many");
}

/* A name is the name of a file in the cache: two media must not share it. */
static void names_are_one_mediums(void **state)
{
    static const char own[] =
        "console { prompt = '^> $' }\n"
        "dump bytes { command = \"d {address}\" }\n"
        "dump direct { medium = '^\\w.*$'\n"
        " command = \"r {medium} {offset}\" }\n"
        "map named { command = \"n\"\n makes = chip\n"
        " pattern = 'chip (?<medium>\\S+) (?<size>\\w+)' }\n"
        "map mapped { command = \"m\"\n makes = chip\n"
        " pattern = 'at (?<base>\\w+) (?<size>\\w+)' }\n";

    (void)state;
    down();
    map = (struct map){.segments = NULL};
    assert_int_equal(dialect_parse(&dialect, own, strlen(own), "t.conf", &err),
                     0);
    apply("named", "chip flash 10000\nchip FLASH2 20000\nchip flash2 30000\n"
                   "chip mem-00000000 10000\n");
    apply("mapped", "at 80000000 10000\nat 90000000 10000\n");
    assert_int_equal(map_add_user(&map, dialect, "w:0:512", &err), -EINVAL);
    assert_int_equal(map_add_user(&map, dialect, "v:512:512", &err), 0);
    finish();
    assert_int_equal(map.n_media, 7);
    for (size_t i = 0; i < map.n_media; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(map.media[i].name, map.media[k].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_chips_in_a_list, start, end),
        cmocka_unit_test_setup_teardown(two_chip_selects, start, end),
        cmocka_unit_test_setup_teardown(two_words_of_no_number, start, end),
        cmocka_unit_test_setup_teardown(a_second_word_later, start, end),
        cmocka_unit_test_setup_teardown(one_word_and_one_chip, start, end),
        cmocka_unit_test_setup_teardown(a_word_of_another_kind, start, end),
        cmocka_unit_test_setup_teardown(a_word_for_each_kind, start, end),
        cmocka_unit_test_setup_teardown(told_by_an_answer, start, end),
        cmocka_unit_test_setup_teardown(told_of_two, start, end),
        cmocka_unit_test_setup_teardown(the_type_of_flash, start, end),
        cmocka_unit_test_setup_teardown(many_words, start, end),
        cmocka_unit_test_setup_teardown(names_are_one_mediums, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
