// SPDX-License-Identifier: BSD-2-Clause
// Looking for images on a device that does what a test tells it.

#include "unit.h"

#include "carve.h"
#include "image/signature.h"
#include "monitor/map_add.h"

#include <errno.h>

#define BASE  0x9f000000U
#define BLOCK 0x10000U
#define CHIP  0x100000U /* 16 of them */

/* Takes the place of the one in src/monitor. */
struct device {
    struct map map;
    uint8_t chip[CHIP];
    unsigned reads;
    unsigned again;
    uint64_t bytes; /* asked for */
    uint64_t last;  /* address of the last read */
    struct device_stats stats;
    uint64_t wrong_row; /* address of a row that comes wrong ... */
    unsigned wrong;     /* ... so often, each time otherwise */
    uint64_t lost_row;
    unsigned lost;
    uint64_t error_at; /* an address; a read of it fails ... */
    int error;         /* ... like this ... */
    unsigned errors;   /* ... so often */
    unsigned reset_at; /* number of a read that finds it anew */
    unsigned contact;
    unsigned known_contact;
    int same; /* 1, or what device_still_same returns */
    bool offline;
    struct image_footer footer;
    size_t n_footers;
};

static struct device d;
static struct err err;
static char shown[160]; /* the longest line of progress */
static bool shown_end;

struct way_choice device_ways(const struct device *dev, uint64_t address)
{
    (void)dev;
    (void)address;
    return (struct way_choice){2, 1};
}

int device_read(struct device *dev, uint32_t had, uint64_t address,
                uint64_t len, const struct device_sink *sink, struct err *e)
{
    unsigned command = ways_have_command(had, 0);
    uint8_t row[DEVICE_ROW];

    assert_true(address >= dev->map.media[0].base && address % DEVICE_ROW == 0);
    assert_true(len > 0 && len % DEVICE_ROW == 0);
    dev->reads++;
    dev->again += command;
    dev->bytes += len;
    dev->last = address;
    dev->contact += dev->reads == dev->reset_at;
    if (dev->error != 0 && dev->errors > 0 && address >= dev->error_at) {
        dev->errors--;
        return err_set(e, dev->error, "made to fail");
    }
    if (sink->begin != NULL)
        sink->begin(sink->arg, way_number(command, 0));
    for (uint64_t at = address; at < address + len; at += DEVICE_ROW) {
        memcpy(row, dev->chip + (at - BASE), DEVICE_ROW);
        if (at == dev->lost_row && dev->lost > 0) {
            dev->lost--;
            dev->stats.rows_lost++;
            continue;
        }
        if (at == dev->wrong_row && dev->wrong > 0)
            row[3] ^= (uint8_t)dev->wrong--;
        sink->row(sink->arg, at, row, DEVICE_ROW);
    }
    /* A command of fixed length brings more than was asked for. */
    sink->row(sink->arg, address + len, row, DEVICE_ROW);
    return 0;
}

const struct map *device_map(const struct device *dev)
{
    return &dev->map;
}

int device_add_segment(struct device *dev, const struct map_segment *s)
{
    return map_add(&dev->map, s);
}

const char *device_port(const struct device *dev)
{
    (void)dev;
    return "/dev/ttyFAKE";
}

bool device_is_offline(const struct device *dev)
{
    return dev->offline;
}

int device_still_same(struct device *dev, struct err *e)
{
    int ret = dev->known_contact == dev->contact || dev->same > 0 ? 0
                                                                  : dev->same;

    if (ret == 0)
        dev->known_contact = dev->contact;
    return ret == 0 ? 0 : err_set(e, ret, "it is not the same");
}

const struct image_footer *device_footers(const struct device *dev, size_t *n)
{
    *n = dev->n_footers;
    return &dev->footer;
}

void device_get_stats(const struct device *dev, struct device_stats *out)
{
    *out = dev->stats;
}

static void show(void *arg, const char *line)
{
    (void)arg;
    if (strlen(line) > strlen(shown))
        (void)snprintf(shown, sizeof(shown), "%s", line);
    shown_end = line[0] == '\0';
}

static void put_romfs(uint32_t offset, uint32_t size)
{
    uint8_t *h = d.chip + offset;

    memcpy(h, "-rom1fs-", sizeof("-rom1fs-") - 1);
    for (int i = 0; i < 4; i++)
        h[8 + i] = (uint8_t)(size >> (24 - 8 * i));
    (void)strcpy((char *)h + 16, "vol");
}

static void put_gzip(uint32_t offset)
{
    memcpy(d.chip + offset, "\x1f\x8b\x08\0\0\0\0\0\2\3\xb5", 11);
}

static int setup(void **state)
{
    (void)state;
    map_free(&d.map);
    memset(&d, 0, sizeof(d));
    memset(d.chip, 0xff, sizeof(d.chip));
    d.map.media[0] = (struct map_medium){
        .name = "flash", .base = BASE, .size = CHIP};
    d.map.n_media = 1;
    d.same = 1;
    shown[0] = '\0';
    err.text[0] = '\0';
    return 0;
}

static void add(const char *name, uint64_t offset, uint64_t size,
                const char *source)
{
    struct map_segment s = {.medium = 0, .offset = offset, .size = size};

    (void)snprintf(s.name, sizeof(s.name), "%s", name);
    (void)snprintf(s.source, sizeof(s.source), "%s", source);
    assert_int_equal(map_add(&d.map, &s), 1);
}

static int run(struct cache *cache, uint64_t erase_block)
{
    const struct carve_config config = {
        .device = &d, .cache = cache, .erase_block = erase_block, .show = show};

    return carve(&config, &err);
}

/* The i-th segment of the map. */
static void is(size_t i, const char *name, uint64_t offset, uint64_t size)
{
    assert_true(i < d.map.n_segments);
    assert_string_equal(d.map.segments[i].name, name);
    assert_int_equal(d.map.segments[i].offset, offset);
    assert_int_equal(d.map.segments[i].size, size);
}

static void finds(void **state)
{
    (void)state;
    add("flash.bin", 0, CHIP, "chip");
    put_romfs(0, 0x4000);
    put_romfs(0x30000, 0x5001);
    put_gzip(0x50000);
    put_romfs(0x71000, 0x5000); /* not at a boundary */
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 4);
    is(0, "flash.bin", 0, CHIP);
    is(1, "romfs@0.img", 0, 0x4000);
    is(2, "romfs@30000.img", 0x30000, 0x5400);
    is(3, "gzip@50000.img", 0x50000, CHIP - 0x50000);
    assert_string_equal(d.map.segments[1].source, "carve");
    assert_string_equal(d.map.segments[1].note, "named 'vol'");
    assert_string_equal(d.map.segments[3].note, "its header tells no length");
    /* Once a place, and once more where there is something. */
    assert_int_equal(d.bytes, (16 + 3) * SIGNATURE_MIN);
    assert_int_equal(d.again, 3);
    assert_says(shown, "looking for images: flash");
    assert_true(shown_end);
}

static void erase_blocks(void **state)
{
    (void)state;
    put_romfs(0x71000, 0x5000);
    assert_int_equal(run(NULL, 0x1000), 0);
    is(0, "romfs@71000.img", 0x71000, 0x5000);
    assert_int_equal(d.reads, 257);
    assert_int_equal(setup(NULL), 0);
    d.n_footers = 1;
    d.footer.erase_block = 0x20000;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.reads, 8);
    /* The map knows better; but 4 KiB is not what partitions begin at. */
    d.map.media[0].erase_block = 0x40000;
    d.reads = 0;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.reads, 4);
    d.map.media[0].erase_block = 0x1000;
    d.reads = 0;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.reads, 8);
}

static void beside_a_map(void **state)
{
    (void)state;
    add("kernel", 0x30000, 0x10000, "mtdparts");
    add("romfs@60000.img", 0x10000, 0x1000, "mtdparts");
    add("data", 0x90000, 0x10000, "mtdparts");
    put_romfs(0x30000, 0x5000);
    put_romfs(0x60000, CHIP);
    put_gzip(0x80000);
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 5);
    is(0, "romfs@60000.img", 0x10000, 0x1000);
    is(1, "kernel", 0x30000, 0x10000);
    is(2, "romfs@60000.img-2", 0x60000, 0x20000);
    is(3, "gzip@80000.img", 0x80000, 0x10000);
    is(4, "data", 0x90000, 0x10000);
    assert_string_equal(d.map.segments[2].note,
                        "its header says 0x100000 bytes, more than there are");
    /* A second time nothing is new. */
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 5);
}

static void windows(void **state)
{
    (void)state;
    d.map.media[0].user = true;
    d.map.media[0].base = BASE + 0x8000;
    d.map.media[0].size = CHIP - 0x8000;
    put_romfs(0x8000, 0x1000);
    put_romfs(0x20000, 0x1000);
    put_romfs(0x28000, 0x1000);
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 2);
    is(0, "romfs@0.img", 0, 0x1000);
    is(1, "romfs@18000.img", 0x18000, 0x1000);
    /* In RAM it is not looked at. */
    d.map.ram.banks[0].base = BASE;
    d.map.ram.banks[0].size = CHIP;
    d.map.ram.n_banks = 1;
    d.reads = 0;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.reads, 0);
}

static void windows_beside_a_chip(void **state)
{
    (void)state;
    d.map.media[1] = d.map.media[0];
    d.map.media[0].user = true;
    (void)snprintf(d.map.media[1].name, sizeof(d.map.media[1].name), "flash2");
    d.map.n_media = 2;
    put_romfs(0x20000, 0x1000);
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 1);
    is(0, "flash2-romfs@20000.img", 0x20000, 0x1000);
    assert_int_equal(d.map.segments[0].medium, 1);
}

/* --- noise -----------------------------------------------------------------
 */

static void a_wrong_byte_invents_nothing(void **state)
{
    (void)state;
    put_romfs(0x20000, 0x1000);
    d.chip[0x20003] ^= 1; /* not one; a byte that comes wrong makes it one */
    d.wrong_row = BASE + 0x20000;
    d.wrong = 1;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 0);
    assert_int_equal(d.reads, 16 + 2);
}

static void two_readings_agree(void **state)
{
    (void)state;
    put_romfs(0x20000, 0x1000);
    put_romfs(0x40000, 0x2000);
    d.wrong_row = BASE + 0x20010; /* the name */
    d.wrong = 3;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 2);
    assert_string_equal(d.map.segments[0].note, "named 'vol'");
    assert_int_equal(d.reads, 16 + 4 + 1);
}

static void bytes_that_never_agree(void **state)
{
    (void)state;
    put_romfs(0x20000, 0x1000);
    d.wrong_row = BASE + 0x20010;
    d.wrong = 100;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 0);
}

static void lost_rows(void **state)
{
    (void)state;
    put_romfs(0x20000, 0x1000);
    d.lost_row = BASE + 0x20010;
    d.lost = 3;
    assert_int_equal(run(NULL, 0), 0);
    is(0, "romfs@20000.img", 0x20000, 0x1000);
    /* A line like that is not believed once: all behind it is read twice. */
    assert_int_equal(d.again, 14);
    assert_int_equal(setup(NULL), 0);
    put_romfs(0x20000, 0x1000);
    put_romfs(0x30000, 0x1000);
    d.lost_row = BASE + 0x20010;
    d.lost = 1000;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 1);
    is(0, "romfs@30000.img", 0x30000, 0x1000);
}

/* --- trouble ---------------------------------------------------------------
 */

static void a_bad_address_ends_it(void **state)
{
    (void)state;
    put_romfs(0x20000, 0x1000);
    put_romfs(0x50000, 0x1000);
    d.error_at = BASE + 0x30000;
    d.error = -EFAULT;
    d.errors = 1;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 1);
    assert_int_equal(d.last, BASE + 0x30000);
}

static void trouble_that_passes(void **state)
{
    (void)state;
    put_romfs(0x50000, 0x1000);
    d.error_at = BASE + 0x30000;
    d.error = -ETIMEDOUT;
    d.errors = 3;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 1);
}

static void trouble_that_stays(void **state)
{
    static const int errors[] = {-ETIMEDOUT, -ENODEV, -EINTR};

    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        assert_int_equal(setup(NULL), 0);
        d.error_at = BASE + 0x30000;
        d.error = errors[i];
        d.errors = 100;
        assert_int_equal(run(NULL, 0), errors[i]);
        assert_says(err.text, "looking for images: made to fail");
        assert_true(shown_end);
    }
    assert_int_equal(setup(NULL), 0);
    d.error = -EILSEQ;
    d.errors = 1000;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.reads, 8 * 4);
}

static void out_of_sight(void **state)
{
    (void)state;
    put_romfs(0x20000, 0x1000);
    d.contact = 1; /* since its identity was asked for */
    d.same = -ESTALE;
    assert_int_equal(run(NULL, 0), -ESTALE);
    assert_int_equal(setup(NULL), 0);
    put_romfs(0x20000, 0x1000);
    d.reset_at = 8;
    assert_int_equal(run(NULL, 0), 0);
    assert_int_equal(d.map.n_segments, 1);
    assert_int_equal(setup(NULL), 0);
    put_romfs(0x20000, 0x1000);
    d.reset_at = 8;
    d.same = -ESTALE;
    assert_int_equal(run(NULL, 0), -ESTALE);
    assert_says(err.text, "looking for images: it is not the same");
    assert_int_equal(d.map.n_segments, 0);
    assert_int_equal(setup(NULL), 0);
    d.reset_at = 8;
    d.same = -ENODEV;
    assert_int_equal(run(NULL, 0), -ENODEV);
}

/* --- the cache -------------------------------------------------------------
 */

static struct cache *open_cache(void)
{
    const struct cache_medium medium = {"flash", BASE, CHIP};
    const struct cache_config config = {.stem = "test",
                                        .identity = "a board",
                                        .memory_only = true,
                                        .media = &medium,
                                        .media_count = 1};
    struct cache *cache = NULL;

    assert_int_equal(cache_open(&cache, &config, NULL), 0);
    return cache;
}

/* What the cache has is a romfs; what the chip has is blank. */
static struct cache *cache_with_romfs(bool confirmed)
{
    struct cache *cache = open_cache();
    struct blocks *b = cache_blocks(cache, 0);
    uint64_t block = 0x20000 / BLOCK_SIZE;

    put_romfs(0x20000, 0x1000);
    assert_int_equal(blocks_put(b, block, d.chip + 0x20000, NULL), 0);
    if (confirmed)
        blocks_confirm(b, block, BLOCK_REREAD);
    memset(d.chip + 0x20000, 0xff, 64);
    return cache;
}

static void what_is_confirmed_is_not_read(void **state)
{
    struct cache *cache = cache_with_romfs(true);

    (void)state;
    assert_int_equal(run(cache, 0), 0);
    is(0, "romfs@20000.img", 0x20000, 0x1000);
    assert_int_equal(d.reads, 15);
    cache_close(cache);
}

static void what_is_not_confirmed_is_read(void **state)
{
    struct cache *cache = cache_with_romfs(false);

    (void)state;
    assert_int_equal(run(cache, 0), 0);
    assert_int_equal(d.map.n_segments, 0);
    assert_int_equal(d.reads, 16);
    cache_close(cache);
}

static void offline(void **state)
{
    struct cache *cache = cache_with_romfs(true);

    (void)state;
    d.offline = true;
    assert_int_equal(run(cache, 0), 0);
    is(0, "romfs@20000.img", 0x20000, 0x1000);
    assert_int_equal(d.reads, 0);
    cache_close(cache);
}

static int clean_up(void **state)
{
    (void)state;
    map_free(&d.map);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds),
        TEST(erase_blocks),
        TEST(beside_a_map),
        TEST(windows),
        TEST(windows_beside_a_chip),
        TEST(a_wrong_byte_invents_nothing),
        TEST(two_readings_agree),
        TEST(bytes_that_never_agree),
        TEST(lost_rows),
        TEST(a_bad_address_ends_it),
        TEST(trouble_that_passes),
        TEST(trouble_that_stays),
        TEST(out_of_sight),
        TEST(what_is_confirmed_is_not_read),
        TEST(what_is_not_confirmed_is_read),
        TEST(offline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
