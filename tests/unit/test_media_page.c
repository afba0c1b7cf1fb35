// SPDX-License-Identifier: BSD-2-Clause
// Pages of a NAND chip that a command prints with their spare area: of any
// size, and of another size than was told.

#include "media_loader.h"

#include "monitor/device_priv.h"

#include <unistd.h>

static const char dialect[] = MEDIA_CONSOLE MEDIA_CHIPS
    "dump bytes { command = \"md.b {address:x} {count:x}\" }\n"
    "dump dn { medium = '^nand'\n command = \"dn {block:d} {page:d} "
    "{pages:d}\"\n base = page\n align = 2K\n max = 2K\n"
    " skip = '^-+ block: '\n stop = '^-+ spare area for block'\n"
    " row { address-suffix = \": \" } }\n";

static struct device *dev;
static struct err err;
static unsigned page; /* of the device, */
static unsigned lost; /* and a row of it that does not come; 0: all do */
static const char *info;
static char typed[100];
static unsigned rows;

/* Takes the place of the one of line/tty.c. */
int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *e)
{
    (void)e;
    (void)path;
    (void)baud;
    *out = fake_open(&rig.l.line);
    return 0;
}

static size_t say_rows(char *out, unsigned from, unsigned to, uint64_t at)
{
    size_t n = 0;

    for (unsigned i = from; i < to; i++) {
        if (lost != 0 && i / 16 == lost)
            continue;
        if (i % 16 == 0)
            n += (size_t)sprintf(out + n, "\n%08x:", i);
        n += (size_t)sprintf(out + n, " %02x", nand_byte(at + i));
    }
    return n;
}

static const char *say_page(unsigned long block, unsigned long number)
{
    static char said[1 << 15];
    size_t n = (size_t)sprintf(said, "----- block: %lu, page: %lu -----", block,
                               number);

    n += say_rows(said + n, 0, page,
                  (block * (ERASE / page) + number) * (uint64_t)page);
    n += (size_t)sprintf(said + n, "\n----- spare area for block %lu -----",
                         block);
    n += say_rows(said + n, page, page + page / 32, 0x100000);
    (void)sprintf(said + n, "\n");
    return said;
}

static const char *answer(struct loader *l, const char *command)
{
    unsigned long block;
    unsigned long number;
    char *at;

    (void)l;
    if (strcmp(command, "info") == 0)
        return info;
    if (strcmp(command, "version") == 0)
        return "Mediamon 1.0\n";
    if (strncmp(command, "dn ", 3) != 0)
        return NULL;
    block = strtoul(command + 3, &at, 10);
    number = strtoul(at, &at, 10);
    assert_string_equal(at, " 1");
    (void)snprintf(typed, sizeof(typed), "%s", command);
    return say_page(block, number);
}

static void up(unsigned real, const char *told)
{
    char path[] = "/tmp/test_media_XXXXXX.conf";
    int fd = mkstemps(path, 5);
    const struct device_config config = {
        .port = "x", .dialect = path, .attach_timeout_ms = 5000};

    assert_true(fd >= 0);
    assert_true(write(fd, dialect, strlen(dialect)) ==
                (ssize_t)strlen(dialect));
    (void)close(fd);
    page = real;
    info = told;
    lost = 0;
    loader_init(&rig.l, false);
    rig.l.answer = answer;
    clock_set_source(fake_now);
    if (device_open(&dev, &config, &err) != 0)
        fail_msg("%s", err.text);
    (void)unlink(path);
}

static void down(void)
{
    device_close(dev);
    assert_true(rig.l.line.closed);
}

static void check_row(void *arg, uint64_t address, const uint8_t *bytes,
                      size_t len)
{
    (void)arg;
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i],
                         nand_byte(address - dev->map.media[0].base + i));
    rows += (unsigned)(len / DEVICE_ROW);
}

static int read_at(uint64_t offset, uint64_t len)
{
    const struct device_sink sink = {NULL, check_row, NULL, NULL};

    rows = 0;
    typed[0] = err.text[0] = '\0';
    return device_read(dev, DEVICE_FIRST, dev->map.media[0].base + offset, len,
                       &sink, &err);
}

static void small_ones(void **state)
{
    (void)state;
    up(512, "nand nand0 00010000 erase 4000 page 200\nid 02:00:00:00:00:07\n");
    assert_int_equal(device_read_max(dev, dev->map.media[0].base), 512);
    for (unsigned at = 0; at < 2048; at += 512) {
        char want[40];
        assert_int_equal(read_at(at, 512), 0);
        (void)snprintf(want, sizeof(want), "dn 0 %u 1", at / 512);
        assert_string_equal(typed, want);
        assert_int_equal(rows, 32);
    }
    assert_int_equal(read_at(0x4000 + 0x600, 512), 0);
    assert_string_equal(typed, "dn 1 3 1");
    assert_int_equal(rows, 32);
    down();
}

/* What comes is another place than was asked for: not a byte of it is given. */
static void of_another_size(void **state)
{
    (void)state;
    up(512, "nand nand0 00010000 erase 4000 page 800\nid 02:00:00:00:00:07\n");
    assert_int_equal(read_at(2048, 512), -EFAULT);
    assert_says(err.text, "the page at 0x800 has 512 bytes, not 2048 as");
    assert_int_equal(rows, 0);
    assert_int_equal(dev->rows_bad + dev->rows_lost, 0);
    down();
    up(2048, "nand nand0 00010000 erase 4000 page 200\nid 02:00:00:00:00:07\n");
    assert_int_equal(read_at(512, 512), -EFAULT);
    assert_says(err.text, "the page at 0x200 has 2048 bytes, not 512 as");
    assert_int_equal(rows, 0);
    down();
}

/* A row that is lost says nothing of the page; where it is the last, nothing
 * says how long the page is. */
static void with_a_row_lost(void **state)
{
    (void)state;
    up(512, "nand nand0 00010000 erase 4000 page 200\nid 02:00:00:00:00:07\n");
    lost = 7;
    assert_int_equal(read_at(512, 512), 0);
    assert_in_range(rows, 29, 31);
    lost = 31;
    (void)read_at(512, 512);
    assert_int_equal(rows, 0);
    lost = 0;
    assert_int_equal(read_at(512, 512), 0);
    assert_int_equal(rows, 32);
    down();
}

static void that_no_chip_has(void **state)
{
    (void)state;
    up(512, "nand nand0 00010000 erase 3000 page 200\nid 02:00:00:00:00:07\n");
    assert_int_equal(dev->map.segments[0].medium, -1);
    assert_says(dev->map.segments[0].note, "no chip has such erase blocks");
    down();
    up(512, "nand nand0 00010000 erase 4000 page 210\nid 02:00:00:00:00:07\n");
    assert_int_equal(dev->map.segments[0].medium, -1);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_ones),
        cmocka_unit_test(of_another_size),
        cmocka_unit_test(with_a_row_lost),
        cmocka_unit_test(that_no_chip_has),
    };

    return cmocka_run_group_tests_name("media_page", tests, NULL, NULL);
}
