// SPDX-License-Identifier: BSD-2-Clause
// Maps are letter for letter as GNU ddrescue writes them.

#include "store_util.h"

#include "store/mapfile.h"

#include <sys/wait.h>

#define HEAD(confirmed, known, status)                                         \
    "# Mapfile. Created by fwfs\n"                                             \
    "# Confirmed by a second route: " confirmed " of " known                   \
    " rescued bytes\n"                                                         \
    "# current_pos  current_status  current_pass\n" status                     \
    "               1\n"                                                       \
    "#      pos        size  status\n"

/* ddrescuelog must take the map, if it is installed. */
static void try_ddrescuelog(const struct buf *map)
{
    char command[200];
    int status;

    assert_int_equal(file_replace(work_dir, "map", map->data, map->len), 0);
    (void)snprintf(command, sizeof(command),
                   "command -v ddrescuelog >/dev/null || exit 0; "
                   "ddrescuelog -t %s/map >%s/out 2>&1 || "
                   "{ cat %s/out >&2; exit 1; }",
                   work, work, work);
    status = system(command); // NOLINT: a fixed command
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void expect_map(const struct blocks *b, uint64_t offset, uint64_t size,
                       const char *text)
{
    struct buf map = {0};

    mapfile_write(&map, b, offset, size);
    assert_false(map.failed);
    assert_string_equal(map.data, text);
    try_ddrescuelog(&map);
    buf_free(&map);
}

static void put_range(struct blocks *b, uint64_t first, uint64_t end)
{
    for (uint64_t n = first; n < end; n++)
        put_from(b, 1, n);
}

static void shows_each_state(void **state)
{
    struct blocks *b = open_memory_medium(SIZE);

    (void)state;
    expect_map(
        b, 0, SIZE,
        HEAD("0", "0", "0x00000000     ?") "0x00000000  0x00019064  ?\n");
    put_range(b, 0, 8);
    blocks_confirm(b, 2, BLOCK_CHECKSUM);
    blocks_confirm(b, 3, BLOCK_CHECKSUM);
    blocks_mark_bad(b, 8);
    blocks_mark_bad(b, 9);
    blocks_mark_bad(b, 20);
    put_range(b, 200, 201);
    expect_map(
        b, 0, SIZE,
        HEAD("1024", "4196", "0x00001000     ?") "0x00000000  0x00001000  +\n"
                                                 "0x00001000  0x00000400  -\n"
                                                 "0x00001400  0x00001400  ?\n"
                                                 "0x00002800  0x00000200  -\n"
                                                 "0x00002A00  0x00016600  ?\n"
                                                 "0x00019000  0x00000064  +\n");
    blocks_close(b);
}

static void counts_from_the_segment(void **state)
{
    struct blocks *b = open_memory_medium(SIZE);

    (void)state;
    put_range(b, 2, 4);
    blocks_confirm(b, 3, BLOCK_CHECKSUM);
    blocks_mark_bad(b, 4);
    expect_map(
        b, 1000, 1100,
        HEAD("512", "1024", "0x00000000     ?") "0x00000000  0x00000018  ?\n"
                                                "0x00000018  0x00000400  +\n"
                                                "0x00000418  0x00000034  -\n");
    expect_map(
        b, 1030, 20,
        HEAD("0", "20", "0x00000000     +") "0x00000000  0x00000014  +\n");
    expect_map(
        b, 1500, 100,
        HEAD("64", "100", "0x00000000     +") "0x00000000  0x00000064  +\n");
    expect_map(
        b, 2048, 1,
        HEAD("0", "0", "0x00000000     ?") "0x00000000  0x00000001  -\n");
    blocks_close(b);
}

static void a_complete_map_is_finished(void **state)
{
    struct blocks *b = open_memory_medium(SIZE);

    (void)state;
    put_range(b, 0, 201);
    expect_map(
        b, 0, SIZE,
        HEAD("0", "102500", "0x00000000     +") "0x00000000  0x00019064  +\n");
    blocks_close(b);
}

static void an_empty_range_has_no_line(void **state)
{
    struct blocks *b = open_memory_medium(SIZE);

    (void)state;
    expect_map(b, 0, 0, HEAD("0", "0", "0x00000000     +"));
    expect_map(b, SIZE, 0, HEAD("0", "0", "0x00000000     +"));
    blocks_close(b);
}

/* Nothing is held in memory for 2 MiB of which nothing is known. */
static void an_untouched_part_is_absent(void **state)
{
    struct blocks *b = open_memory_medium(AT(12288));

    (void)state;
    put_range(b, 4000, 4096);
    put_range(b, 8192, 8193);
    expect_map(
        b, 0, blocks_size(b),
        HEAD("0", "49664", "0x00000000     ?") "0x00000000  0x001F4000  ?\n"
                                               "0x001F4000  0x0000C000  +\n"
                                               "0x00200000  0x00200000  ?\n"
                                               "0x00400000  0x00000200  +\n"
                                               "0x00400200  0x001FFE00  ?\n");
    blocks_close(b);
}

static void large_positions_get_more_digits(void **state)
{
    struct blocks *b = open_memory_medium(UINT64_C(1) << 40);

    (void)state;
    put_range(b, 1 << 24, (1 << 24) + 1);
    expect_map(
        b, 0, UINT64_C(1) << 40,
        HEAD("0", "512", "0x00000000     ?") "0x00000000  0x200000000  ?\n"
                                             "0x200000000  0x00000200  +\n"
                                             "0x200000200  0xFDFFFFFE00  ?\n");
    blocks_close(b);
}

static void appends_and_tells_when_it_is_cut(void **state)
{
    struct blocks *b = open_memory_medium(SIZE);
    struct buf map = {0};
    struct buf small = BUF_LIMITED(100);

    (void)state;
    (void)buf_printf(&map, "before\n");
    mapfile_write(&map, b, 0, SIZE);
    assert_int_equal(strncmp(map.data, "before\n# Mapfile.", 17), 0);
    mapfile_write(&small, b, 0, SIZE);
    assert_true(small.failed);
    buf_free(&map);
    buf_free(&small);
    blocks_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(shows_each_state),
        STORE_TEST(counts_from_the_segment),
        STORE_TEST(a_complete_map_is_finished),
        STORE_TEST(an_empty_range_has_no_line),
        STORE_TEST(an_untouched_part_is_absent),
        STORE_TEST(large_positions_get_more_digits),
        STORE_TEST(appends_and_tells_when_it_is_cut),
    };

    return cmocka_run_group_tests_name("mapfile", tests, NULL, NULL);
}
