// SPDX-License-Identifier: BSD-2-Clause
// Of several chips of a kind each is read by its own number.

#include "media_boards.h"

static const char *const all[] = {"a:sf0@0:256K",
                                  "b:sf1@0:256K",
                                  "c:nand0@0:256K",
                                  "d:nand1@0:256K",
                                  "e:mmc0@0:256K",
                                  "f:mmc1@0:256K",
                                  NULL};

static struct {
    const struct map_medium *m;
    char kind;
    int number;
    unsigned rows;
} want;

static void take(const char *name, char kind, int number)
{
    size_t n = 0;

    while (n < dev->map.n_media && strcmp(dev->map.media[n].name, name) != 0)
        n++;
    if (n == dev->map.n_media)
        fail_msg("no medium '%s'", name);
    want.m = &dev->map.media[n];
    want.kind = kind;
    want.number = number;
    want.rows = 0;
}

static void chip_row(void *arg, uint64_t address, const uint8_t *bytes,
                     size_t len)
{
    uint64_t at = address - want.m->base;

    (void)arg;
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != chip_byte(want.kind, want.number, at + i))
            fail_msg("%s, byte 0x%" PRIx64 ": 0x%02x is another chip's",
                     want.m->name, at + i, bytes[i]);
    want.rows++;
}

static int read_chip(uint32_t had, uint64_t offset, uint64_t len)
{
    const struct device_sink sink = {.row = chip_row};

    want.rows = 0;
    return device_read(dev, had, want.m->base + offset, len, &sink, &err);
}

static void expect_bytes(const char *name, char kind, int number,
                         uint64_t offset)
{
    take(name, kind, number);
    for (int i = 0; i < 4 && want.rows < 16; i++)
        if (read_chip(DEVICE_FIRST, offset, 256) != 0)
            fail_msg("%s: %s", name, err.text);
    assert_in_range(want.rows, 16, 64);
    want.rows = 0;
    if (read_chip(DEVICE_AGAIN, offset, 256) != 0)
        fail_msg("%s again: %s", name, err.text);
}

/* Nothing comes, and the reason is told. */
static void expect_none(const char *name, const char *words)
{
    take(name, '?', 9);
    for (int i = 0; i < 3; i++) {
        assert_true(read_chip(DEVICE_FIRST, 0, 256) < 0);
        assert_int_equal(want.rows, 0);
    }
    assert_says(err.text, words);
}

static void start_chips(const char *const *segments)
{
    if (open_device(segments) != 0)
        fail_msg("%s", err.text);
    rig.l.n_ran = 0;
    want.rows = 0;
}

static void read_all(uint64_t offset)
{
    expect_bytes("sf0", 's', 0, offset);
    expect_bytes("sf1", 's', 1, offset);
    expect_bytes("nand0", 'n', 0, offset);
    expect_bytes("nand1", 'n', 1, offset);
    expect_bytes("mmc0", 'm', 0, offset);
    expect_bytes("mmc1", 'm', 1, offset);
}

static void each_is_read_by_its_number(void **state)
{
    (void)state;
    chips_init();
    start_chips(all);
    for (uint64_t at = 0; at < 3; at++)
        read_all(at * 0x10000);
    down();
}

/* Nothing but the command of that medium was in between. */
static void what_is_selected_stays(void **state)
{
    (void)state;
    chips_init();
    start_chips(all);
    expect_bytes("nand1", 'n', 1, 0);
    expect_bytes("nand1", 'n', 1, 0x20000);
    assert_int_equal(ran("nand device 1"), 1);
    expect_bytes("nand0", 'n', 0, 0);
    assert_int_equal(ran("nand device 0"), 1);
    down();
}

static void a_reset_loses_the_selection(void **state)
{
    (void)state;
    chips_init();
    start_chips(all);
    for (int i = 0; i < 3; i++) {
        read_all(0);
        fake_say(&rig.l.line, "\r\nU-Boot 2019.07 (Jan 02 2020)\r\n\r\n=> ");
        chips_reset();
        assert_true(device_look(dev));
    }
    expect_bytes("mmc1", 'm', 1, 0);
    down();
}

/* A reset that nobody noticed: the read itself says which chip it was. */
static void another_chip_is_noticed(void **state)
{
    (void)state;
    chips_init();
    start_chips(all);
    chips.jump_nand = 0;
    chips.jump_mmc = 0;
    expect_none("nand1", "device 0");
    expect_none("mmc1", "dev # 0");
    chips.jump_nand = -1;
    chips.jump_mmc = -1;
    expect_bytes("nand1", 'n', 1, 0);
    expect_bytes("mmc1", 'm', 1, 0);
    down();
}

static void a_number_that_is_ignored(void **state)
{
    (void)state;
    chips_init();
    chips.deaf = true;
    start_chips(all);
    expect_none("nand1", "'nand device': the device says 'Device 0: nand0");
    expect_none("mmc1", "mmc0(part 0) is current device");
    assert_int_equal(ran("nand read"), 0);
    assert_int_equal(ran("mmc read"), 0);
    expect_bytes("nand0", 'n', 0, 0);
    expect_bytes("mmc0", 'm', 0, 0);
    down();
}

static void a_chip_that_is_not_there(void **state)
{
    static const char *const segments[] = {"a:sf2@0:64K", "b:nand2@0:256K",
                                           "c:mmc2@0:64K", "d:sf0@0:64K", NULL};

    (void)state;
    chips_init();
    start_chips(segments);
    expect_bytes("sf0", 's', 0, 0);
    expect_none("sf2", "Failed to initialize SPI flash at 0:2");
    expect_none("mmc2", "no mmc device at slot 2");
    assert_int_equal(ran("sf read"), 2);
    assert_int_equal(ran("mmc read"), 0);
    down();
}

/* Whoever was there before left a boot partition selected. */
static void the_users_part_of_a_card(void **state)
{
    (void)state;
    chips_init();
    chips.keeps = true;
    chips.part = 1;
    chips.mmc = 1;
    start_chips(all);
    expect_bytes("mmc0", 'm', 0, 0);
    expect_bytes("mmc1", 'm', 1, 0);
    down();
}

/* Builds that tell no more than a name may ignore the number. */
static void a_build_that_may_ignore_it(void **state)
{
    static const char *const segments[] = {"a:sf0@0:64K", "b:sf1@0:64K", NULL};
    bool noted = false;

    (void)state;
    chips_init();
    chips.brief = true;
    start_chips(segments);
    expect_bytes("sf0", 's', 0, 0);
    for (size_t i = 0; i < dev->map.n_segments; i++)
        if (strcmp(dev->map.segments[i].name, "b") == 0) {
            noted = dev->map.segments[i].medium < 0;
            assert_says(dev->map.segments[i].note, "no command that reads sf1");
        }
    assert_true(noted);
    down();
}

/* Names that no command of this dialect takes. */
static void names_that_are_not_read(void **state)
{
    static const char *const names[] = {"x:sf10@0:64K", "x:mmcblk1@0:64K",
                                        "x:hinand@0:64K", "x:spi1.0@0:64K",
                                        "x:mmc0boot0@0:64K"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *const segments[] = {names[i], NULL};
        chips_init();
        assert_int_equal(open_device(segments), -EINVAL);
        assert_says(err.text, "reads no medium");
        assert_says(err.text, "sf(?<index>\\d)");
    }
}

static void media_that_are_read_by_name(void **state)
{
    (void)state;
    chips_init();
    chips.listed = true;
    start_chips(NULL);
    expect_bytes("spi-nand0", 'p', 0, 0x80000);
    expect_bytes("spi-nand1", 'p', 1, 0x60000);
    assert_int_equal(ran("mtd read spi-nand1 "), 2);
    take("spi-nand1", 'p', 1);
    assert_int_equal(read_chip(DEVICE_FIRST, 0x80000, 256), -EFAULT);
    assert_says(err.text, "bad block");
    assert_int_equal(ran("nand read"), 0);
    down();
}

/* What the boot loader tells of all its NAND is no chip's size. */
static void the_sum_of_two_chips(void **state)
{
    (void)state;
    for (int one = 0; one < 2; one++) {
        chips_init();
        chips.one_nand = one == 1;
        start_chips(NULL);
        for (size_t i = 0; i < dev->map.n_media; i++)
            if (strcmp(dev->map.media[i].name, "nand0") == 0) {
                assert_int_equal(one, 1);
                assert_int_equal(dev->map.media[i].size, 128 << 20);
                one++;
            }
        assert_int_not_equal(one, 1);
        down();
    }
}

/* README: -s kernel:nand0@0x200000:4M */
static void nand_of_unknown_size(void **state)
{
    static const char *const segments[] = {"kernel:nand0@0x200000:4M", NULL};

    (void)state;
    chips_init();
    start_chips(segments);
    assert_string_equal(dev->map.segments[dev->map.n_segments - 1].note, "");
    expect_bytes("nand0", 'n', 0, 0x200000);
    assert_int_equal(ran("nand read 81800000 200000 10000"), 1);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_read_by_its_number),
        cmocka_unit_test(what_is_selected_stays),
        cmocka_unit_test(a_reset_loses_the_selection),
        cmocka_unit_test(another_chip_is_noticed),
        cmocka_unit_test(a_number_that_is_ignored),
        cmocka_unit_test(a_chip_that_is_not_there),
        cmocka_unit_test(the_users_part_of_a_card),
        cmocka_unit_test(a_build_that_may_ignore_it),
        cmocka_unit_test(names_that_are_not_read),
        cmocka_unit_test(media_that_are_read_by_name),
        cmocka_unit_test(the_sum_of_two_chips),
        cmocka_unit_test(nand_of_unknown_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
