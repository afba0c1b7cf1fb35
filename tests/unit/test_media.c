// SPDX-License-Identifier: BSD-2-Clause
// Media that have no addresses: through RAM, directly, with bad blocks.

#include "media_loader.h"

#include "monitor/device.h"
#include "monitor/media_window.h"

#include <unistd.h>

static struct device *dev;
static struct err err;
static unsigned rows;
static uint64_t start; /* address of the medium that is read, */
static uint8_t (*content)(uint64_t offset); /* and what is on it */
static bool may_differ;
static unsigned differing;

/* Takes the place of the one of line/tty.c. */
int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *e)
{
    (void)path;
    (void)baud;
    (void)e;
    *out = fake_open(&rig.l.line);
    return 0;
}

static int open_with(const char *dialect, const char *ram,
                     const char *const *segments)
{
    char path[] = "/tmp/test_media_XXXXXX.conf";
    int fd = mkstemps(path, 5);
    const struct device_config config = {.port = "x",
                                         .dialect = path,
                                         .attach_timeout_ms = 5000,
                                         .segments = segments,
                                         .ram = ram};
    int ret;

    assert_true(fd >= 0);
    assert_true(write(fd, dialect, strlen(dialect)) ==
                (ssize_t)strlen(dialect));
    (void)close(fd);
    err.text[0] = '\0';
    dev = NULL;
    ret = device_open(&dev, &config, &err);
    (void)unlink(path);
    return ret;
}

static void up(const char *dialect)
{
    media_loader();
    if (open_with(dialect, NULL, NULL) != 0)
        fail_msg("%s", err.text);
    rig.l.n_ran = 0;
    may_differ = false;
}

static void down(void)
{
    device_close(dev);
    assert_true(rig.l.line.closed);
}

static void take(const char *name, uint8_t (*byte)(uint64_t))
{
    const struct map *map = device_map(dev);
    size_t i = 0;

    while (i < map->n_media && strcmp(map->media[i].name, name) != 0)
        i++;
    assert_true(i < map->n_media);
    start = map->media[i].base;
    content = byte;
}

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    (void)arg;
    assert_true(address >= start && address - start < 0x100000);
    for (size_t i = 0; i < len; i++) {
        bool same = bytes[i] == content(address - start + i);
        assert_true(same || may_differ);
        differing += !same;
    }
    rows += (unsigned)(len / 16);
}

static uint32_t ways; /* of the last device_read */

static void on_begin(void *arg, unsigned way)
{
    (void)arg;
    ways |= way_set(way);
}

static int read_as(uint32_t reading, uint64_t offset, uint64_t len)
{
    const struct device_sink sink = {.begin = on_begin, .row = on_row};

    rows = 0;
    differing = 0;
    ways = 0;
    return device_read(dev, reading, start + offset, len, &sink, &err);
}

static int read_at(uint64_t offset, uint64_t len)
{
    return read_as(DEVICE_FIRST, offset, len);
}

static unsigned ran(const char *command)
{
    unsigned n = 0;

    for (unsigned i = 0; i < rig.l.n_ran; i++)
        n += strncmp(rig.l.ran[i], command, strlen(command)) == 0;
    return n;
}

static const char staged[] =
    MEDIA_CONSOLE MEDIA_BYTES MEDIA_STAGED MEDIA_MAPS MEDIA_CHIPS;

/* ... which may be wrong in RAM. */
static void copies_have_numbers(void **state)
{
    uint32_t first;

    (void)state;
    up(staged);
    take("sf0", sf_byte);
    assert_int_equal(device_ways(dev, start).copies, 2);
    assert_int_equal(read_at(0, 0x100), 0);
    first = ways;
    assert_true(ways_have_copy(first, 0));
    assert_false(ways_have_copy(first, 1));
    assert_int_equal(read_as(first, 0, 0x100), 0);
    assert_false(ways_have_copy(ways, 0));
    assert_true(ways_differ(first | ways, device_ways(dev, start)));
    assert_int_equal(read_as(ways, 0, 0x100), 0);
    assert_int_equal(ways, first);
    assert_int_equal(ran("sf read"), 2);
    device_forget_copies(dev);
    assert_int_equal(read_as(ways, 0, 0x100), 0);
    assert_int_equal(read_at(0, 0x100), 0);
    assert_int_equal(ran("sf read"), 4);
    device_close(dev);
}

static void reads_through_ram(void **state)
{
    struct digest_value sum;
    struct digest_value want;
    uint8_t bytes[0x200];

    (void)state;
    up(staged);
    take("sf0", sf_byte);
    assert_true(map_is_virtual(start));
    assert_int_equal(device_read_max(dev, start), 1024);
    assert_int_equal(device_border(dev, start), 0x10000);
    assert_int_equal(read_at(0, 0x400), 0);
    assert_int_equal(rows, 64);
    assert_int_equal(read_at(0x8000, 0x100), 0);
    assert_int_equal(read_at(0xff00, 0x400), 0); /* cut at the chunk's end */
    assert_int_equal(rows, 16);
    assert_int_equal(ran("sf probe"), 1);
    assert_int_equal(ran("sf read 81800000 0 10000"), 1);
    assert_int_equal(ran("sf read"), 1);
    assert_int_equal(ran("md.b 81808000 100"), 1);
    /* The last chunk is not a whole one, and takes the place of the first. */
    assert_int_equal(read_at(0x2ff00, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(ran("sf read 81800000 20000 10000"), 1);
    assert_int_equal(ran("sf read"), 2);
    /* A second reading, and a sum, have a copy of their own, both at once. */
    assert_int_equal(read_as(DEVICE_AGAIN, 0x2ff00, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(ran("sf read 81810000 20000 10000"), 1);
    assert_int_equal(
        device_checksum(dev, start + 0x20200, 0x200, &sum, NULL, &err), 0);
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = sf_byte(0x20200 + i);
    digest_of(sum.algorithm, bytes, sizeof(bytes), &want);
    assert_true(digest_same(&sum, &want));
    assert_int_equal(ran("crc 81810200 200"), 1);
    assert_int_equal(read_at(0x20000, 0x100), 0);
    assert_int_equal(ran("sf read"), 3);
    assert_int_equal(ran("sf probe"), 1);
    /* One command cannot sum what is in two pieces. */
    assert_int_equal(
        device_checksum(dev, start + 0xff00, 0x200, &sum, NULL, &err),
        -EBADMSG);
    down();
}

static void a_wrong_copy_is_seen(void **state)
{
    (void)state;
    up(staged);
    take("sf0", sf_byte);
    faults.flips = 1;
    may_differ = true;
    assert_int_equal(read_at(0, 0x100), 0);
    assert_int_equal(differing, 1);
    assert_int_equal(read_as(DEVICE_AGAIN, 0, 0x100), 0);
    assert_int_equal(differing, 0);
    down();
}

static void reset(void)
{
    fake_say(&rig.l.line, "\r\nMediamon 1.0\r\n\r\n=> ");
    sf_is_probed = false;
    memset(media_ram, 0xdd, sizeof(media_ram));
}

static void a_reset_makes_the_copies_worthless(void **state)
{
    struct digest_value sum;

    (void)state;
    up(staged);
    take("sf0", sf_byte);
    assert_int_equal(read_at(0, 0x100), 0);
    assert_int_equal(read_as(DEVICE_AGAIN, 0, 0x100), 0);
    reset();
    assert_true(device_look(dev));
    assert_int_equal(read_at(0x100, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(ran("sf probe"), 2);
    assert_int_equal(device_contact(dev), 1);
    assert_int_equal(ran("sf read"), 3);
    assert_int_equal(device_checksum(dev, start, 0x200, &sum, NULL, &err), 0);
    assert_int_equal(ran("sf read"), 4);
    down();
}

static void nothing_is_dumped_that_was_not_read(void **state)
{
    static const char *const wrong[] = {"", "\n", "65536 bytes @ 0x0:\n",
                                        "65535 bytes @ 0x0: OK\n",
                                        "65536 bytes @ 0x10000: OK\n"};

    (void)state;
    up(staged);
    take("sf0", sf_byte);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        faults.answer = wrong[i];
        assert_int_equal(read_at(0, 0x100), -EILSEQ);
        assert_int_equal(rows, 0);
    }
    assert_says(err.text, "sf read");
    faults.answer = "Unknown command 'sf' - try 'help'\n";
    assert_int_equal(read_at(0, 0x100), -EFAULT);
    assert_says(err.text, "Unknown command");
    assert_int_equal(ran("md"), 0);
    faults.answer = NULL;
    assert_int_equal(read_at(0, 0x100), 0);
    /* What was there is not there any more, though the command failed. */
    faults.answer = "oops\n";
    assert_int_equal(read_at(0x10000, 0x100), -EILSEQ);
    assert_int_equal(read_at(0x100, 0x100), -EILSEQ);
    down();
    up(staged);
    take("sf0", sf_byte);
    faults.no_probe = true;
    assert_int_equal(read_at(0, 0x100), -EILSEQ);
    assert_says(err.text, "Nothing there");
    assert_int_equal(ran("sf read"), 0);
    down();
}

static void a_bad_part_costs_itself_only(void **state)
{
    struct digest_value sum;

    (void)state;
    up(staged);
    take("sf0", sf_byte);
    faults.bad_from = 0x4400;
    faults.bad_to = 0x4600;
    assert_int_equal(read_at(0x4000, 0x400), 0);
    assert_int_equal(rows, 64);
    assert_int_equal(ran("sf read 81800000 0 10000"), 1);
    assert_int_equal(ran("sf read 81800000 4000 400"), 1);
    assert_int_equal(read_at(0x4400, 0x200), -EFAULT);
    assert_int_equal(rows, 0);
    assert_says(err.text, "the device says 'read failed: -5'");
    assert_int_equal(read_at(0x4600, 0x200), 0);
    /* A small piece is no hindrance for a larger one. */
    assert_int_equal(read_as(DEVICE_AGAIN, 0x3000, 0x200), 0);
    assert_int_equal(
        device_checksum(dev, start + 0x3000, 0x1000, &sum, NULL, &err), 0);
    assert_int_equal(
        device_checksum(dev, start + 0x4000, 0x1000, &sum, NULL, &err),
        -EBADMSG);
    /* It is not tried as a whole each time. */
    assert_int_equal(ran("sf read 81800000 0 10000"), 1);
    assert_int_equal(read_at(0x10000, 0x200), 0);
    assert_int_equal(ran("sf read 81800000 10000 10000"), 1);
    down();
}

static void nothing_shifts_behind_bad_blocks(void **state)
{
    (void)state;
    up(staged);
    take("nand0", nand_byte);
    assert_int_equal(device_border(dev, start), ERASE);
    assert_int_equal(read_at(ERASE - 0x200, 0x400), 0);
    assert_int_equal(rows, 32);
    assert_int_equal(ran("nand read 81800000 0 4000"), 1);
    assert_int_equal(read_at(ERASE + 0x200, 0x200), -EFAULT);
    assert_int_equal(rows, 0);
    assert_says(err.text, "nand0 has a bad block at 0x4000");
    assert_int_equal(ran("nand read"), 1);
    assert_int_equal(read_at(UINT64_C(2) * ERASE, 0x200), 0);
    assert_int_equal(rows, 32);
    assert_int_equal(ran("nand bad"), 2); /* once, and again to be sure */
    reset();
    assert_true(device_look(dev));
    assert_int_equal(read_at(UINT64_C(2) * ERASE, 0x200), 0);
    assert_int_equal(ran("nand bad"), 4);
    down();
    /* It does not tell, but it says so when it skips one. */
    up(staged);
    take("nand0", nand_byte);
    faults.no_list = true;
    assert_int_equal(read_at(ERASE, 0x200), -EFAULT);
    assert_int_equal(rows, 0);
    assert_says(err.text, "Skipping bad block");
    down();
}

static void two_media_are_probed_in_turn(void **state)
{
    (void)state;
    up(staged);
    take("sf0", sf_byte);
    assert_int_equal(read_at(0, 0x100), 0);
    take("nand0", nand_byte);
    assert_int_equal(read_at(0, 0x100), 0);
    take("sf0", sf_byte);
    assert_int_equal(read_at(0, 0x100), 0); /* the NAND's copy took its place */
    assert_int_equal(ran("sf read"), 2);
    down();
}

/* Commands without a number are good for one chip. */
static void two_media_that_are_not_told_apart(void **state)
{
    static const char both[] =
        MEDIA_CONSOLE MEDIA_BYTES MEDIA_STAGED MEDIA_MAPS MEDIA_CHIPS
        "map more { command = info\n makes = chip\n"
        " medium = sf1\n pattern = '^sf sf0 (?<size>\\w+)$' }\n";
    const struct map *map;

    (void)state;
    up(both);
    map = device_map(dev);
    assert_int_equal(map->n_media, 3);
    for (size_t i = 0; i < map->n_segments; i++)
        if (strncmp(map->segments[i].name, "sf", 2) == 0) {
            assert_int_equal(map->segments[i].medium, -1);
            assert_says(map->segments[i].note, "do not tell it from sf");
        }
    take("sf1", sf_byte);
    assert_int_equal(read_at(0, 0x100), -EFAULT);
    assert_int_equal(rows, 0);
    take("nand0", nand_byte);
    assert_int_equal(read_at(0, 0x100), 0);
    down();
}

static const char direct[] = MEDIA_CONSOLE MEDIA_DIRECT MEDIA_CHIPS;

static void reads_directly(void **state)
{
    struct digest_value sum;

    (void)state;
    up(direct);
    take("sf0", sf_byte);
    assert_int_equal(device_read_max(dev, start), 512);
    assert_int_equal(device_border(dev, start), 0);
    assert_null(device_checksum_algorithm(dev, start));
    assert_int_equal(device_checksum(dev, start, 512, &sum, NULL, &err),
                     -ENOTSUP);
    assert_int_equal(read_at(0x100, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(ran("sfd sf0 100 100"), 1);
    assert_int_equal(read_at(0x200, 0x100), 0); /* it goes on from there */
    assert_int_equal(read_at(0x300, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(ran("sfm 100"), 2);
    assert_int_equal(read_at(0x400, 0x80), 0); /* another length */
    assert_int_equal(read_at(0x500, 0x80), 0); /* another place */
    assert_int_equal(ran("sfm"), 2);
    assert_int_equal(read_as(DEVICE_AGAIN, 0x580, 0x80), 0);
    assert_int_equal(ran("sfm"), 2);
    assert_int_equal(ran("sfd sf0 580 80"), 1);
    assert_int_equal(ran("wrong"), 0);
    down();
}

static void reads_pages(void **state)
{
    (void)state;
    up(direct);
    take("nand0", nand_byte);
    assert_int_equal(device_read_max(dev, start), PAGE);
    assert_int_equal(read_at(UINT64_C(2) * ERASE + PAGE + 0x200, 0x200), 0);
    assert_int_equal(rows, PAGE / 16);
    assert_int_equal(ran("np 2 1"), 1);
    assert_int_equal(read_at(ERASE + 0x200, 0x200), -EFAULT);
    assert_int_equal(rows, 0);
    down();
}

/* Every page would be the first one. */
static void pages_of_no_size(void **state)
{
    static const char unsized[] = MEDIA_CONSOLE MEDIA_BYTES MEDIA_DIRECT
        "map nand { command = info\n makes = chip\n"
        " pattern = '^nand (?<medium>\\w+) (?<size>\\w+) erase (?<erase>\\w+)' "
        "}\n";
    const struct map *map;

    (void)state;
    up(unsized);
    map = device_map(dev);
    assert_int_equal(map->n_segments, 1);
    assert_int_equal(map->segments[0].medium, -1);
    assert_says(map->segments[0].note, "the size of its pages is not known");
    take("nand0", nand_byte);
    assert_int_equal(read_at(0, 0x200), -EFAULT);
    assert_int_equal(ran("np"), 0);
    down();
}

/* --- the window ---------------------------------------------------------- */

static void refuse_window(const char *ram, const char *words)
{
    media_loader();
    assert_int_equal(open_with(staged, ram, NULL), -EINVAL);
    assert_says(err.text, words);
}

static void the_user_gives_ram(void **state)
{
    static const char *const segments[] = {"r:0x81900000:64K", NULL};

    (void)state;
    media_loader();
    assert_int_equal(open_with(staged, "0x81802000:8K", NULL), 0);
    rig.l.n_ran = 0;
    take("sf0", sf_byte);
    assert_int_equal(device_border(dev, start), 0x2000);
    assert_int_equal(read_at(0x2400, 0x100), 0);
    assert_int_equal(ran("sf read 81802000 2000 2000"), 1);
    assert_int_equal(read_as(DEVICE_AGAIN, 0x2400, 0x100), 0);
    assert_int_equal(ran("sf read 81802000 2000 2000"), 2);
    assert_int_equal(read_at(0x2400, 0x100), 0); /* its place was taken */
    assert_int_equal(ran("sf read 81802000 2000 2000"), 3);
    down();
    refuse_window("0x81802100:8K", "multiples of 4K");
    refuse_window("0x81802000", "BASE:SIZE");
    refuse_window("x:8K", "BASE 'x'");
    refuse_window("0x81802000:0", "at least");
    refuse_window("0x83e00000:2M", "boot loader itself uses");
    media_loader();
    assert_int_equal(open_with(staged, "0x81800000:2M", segments), -EINVAL);
    assert_says(err.text, "overlaps mem-81900000");
}

static void without_ram_there_are_no_files(void **state)
{
    static const char no_ram[] =
        MEDIA_CONSOLE MEDIA_BYTES MEDIA_STAGED MEDIA_CHIPS;
    const struct map *map;

    (void)state;
    up(no_ram);
    map = device_map(dev);
    assert_int_equal(map->n_segments, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(map->segments[i].medium, -1);
        assert_says(map->segments[i].note,
                    "needs RAM to read through: -o ram=BASE:SIZE");
    }
    assert_int_equal(map_check_readable(map, &err), -ENODATA);
    assert_says(err.text, "-o ram=BASE:SIZE");
    take("sf0", sf_byte);
    assert_int_equal(read_at(0, 0x100), -EFAULT);
    assert_null(device_checksum_algorithm(dev, start));
    down();
    media_loader();
    assert_int_equal(open_with(no_ram, "0x81800000:64K", NULL), 0);
    assert_int_equal(map_check_readable(device_map(dev), &err), 0);
    take("sf0", sf_byte);
    assert_int_equal(read_at(0, 0x100), 0);
    down();
}

static struct map ram_map(uint64_t base, uint64_t size, uint64_t top)
{
    struct map map = {.ram = {.n_banks = 1, .top = top}};

    map.ram.banks[0].base = base;
    map.ram.banks[0].size = size;
    return map;
}

static void expect_window(const struct map *map, uint64_t base, uint64_t size)
{
    static const struct media_window none = {0, 0};
    struct media_window w = {0, 0};
    bool found = media_window_find(map, &none, 0x10000, &w);

    assert_int_equal(found, size != 0);
    if (found) {
        assert_int_equal(w.base, base);
        assert_int_equal(w.size, size);
    }
}

static void the_window_is_where_nothing_lives(void **state)
{
    struct map map = ram_map(0x80000000, 256 << 20, 0);

    (void)state;
    expect_window(&map, 0x88000000, 0x20000); /* the middle */
    map.ram.top = 0x84000000;
    expect_window(&map, 0x82000000, 0x20000);
    map.ram.n_at = 2;
    map.ram.at[0] = 0x84000000; /* in use */
    map.ram.at[1] = 0x83000000;
    expect_window(&map, 0x83000000, 0x20000);
    map.ram.at[1] = 0x83ef0000; /* room for one piece only */
    expect_window(&map, 0x83ef0000, 0x10000);
    map.ram.at[1] = 0x83ff0000; /* the stack may come there */
    expect_window(&map, 0x82000000, 0x20000);
    map.ram.at[1] = 0x83ff8000;
    expect_window(&map, 0x82000000, 0x20000);
    map.ram.at[1] = 0x20000000; /* no RAM known there */
    expect_window(&map, 0x82000000, 0x20000);
    map.n_media = 1;
    map.media[0] = (struct map_medium){.base = 0x81ff0000, .size = 0x20000};
    expect_window(&map, 0, 0);
    map.media[0].base = MAP_VIRTUAL;
    expect_window(&map, 0x82000000, 0x20000);
    map.ram.top = 0x80000000; /* all of it is in use */
    expect_window(&map, 0, 0);
    map = ram_map(0x80000000, 32 << 20, 0); /* a small one: a quarter away */
    expect_window(&map, 0x81000000, 0x20000);
    map = ram_map(0x80000000, 0x20000, 0);
    expect_window(&map, 0, 0);
    map = (struct map){.ram = {.n_at = 1, .at = {0x81000000}}};
    expect_window(&map, 0, 0);
}

/* --- offline ------------------------------------------------------------- */

static void is_kept_for_offline(void **state)
{
    CLEANUP_BUF struct buf kept = {0};
    CLEANUP_BUF struct buf table = {0};
    char identity[200];
    struct device *off;

    (void)state;
    up(staged);
    device_keep(dev, &kept);
    (void)snprintf(identity, sizeof(identity), "%s", device_identity(dev));
    map_table(device_map(dev), &table);
    assert_says(table.data, "0x00000000  0x00030000  sf0");
    down();
    assert_int_equal(
        device_open_offline(&off, kept.data, kept.len, identity, &err), 0);
    assert_int_equal(device_map(off)->n_media, 2);
    start = device_map(off)->media[0].base;
    assert_true(map_is_virtual(start));
    assert_int_equal(device_read_max(off, start), MAP_ALIGN);
    assert_int_equal(device_border(off, start), 0);
    assert_null(device_checksum_algorithm(off, start));
    dev = off;
    assert_int_equal(read_at(0, 0x100), -ENODEV);
    device_close(off);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_through_ram),
        cmocka_unit_test(copies_have_numbers),
        cmocka_unit_test(a_wrong_copy_is_seen),
        cmocka_unit_test(a_reset_makes_the_copies_worthless),
        cmocka_unit_test(nothing_is_dumped_that_was_not_read),
        cmocka_unit_test(a_bad_part_costs_itself_only),
        cmocka_unit_test(nothing_shifts_behind_bad_blocks),
        cmocka_unit_test(two_media_are_probed_in_turn),
        cmocka_unit_test(two_media_that_are_not_told_apart),
        cmocka_unit_test(reads_directly),
        cmocka_unit_test(reads_pages),
        cmocka_unit_test(pages_of_no_size),
        cmocka_unit_test(the_user_gives_ram),
        cmocka_unit_test(without_ram_there_are_no_files),
        cmocka_unit_test(the_window_is_where_nothing_lives),
        cmocka_unit_test(is_kept_for_offline),
    };

    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
