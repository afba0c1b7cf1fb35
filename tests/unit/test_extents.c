// SPDX-License-Identifier: BSD-2-Clause
// Where what was recognised ends.

#include "unit.h"

#include "image/extents.h"

#define MEDIUM 0x800000U

static struct image_extent list[16];
static size_t n;

static struct signature *add(const char *kind, uint64_t offset, uint64_t length)
{
    struct image_extent *e = &list[n++];

    *e = (struct image_extent){
        .offset = offset,
        .size = 0xeeee,
        .refused = true,
        .signature = {.kind = kind, .length = length, .padded = length}};
    return &e->signature;
}

static void add_flash(const char *kind, uint64_t offset, uint32_t series)
{
    struct signature *s = add(kind, offset, 0);

    s->repeats = true;
    s->series = series;
}

static void find(const uint64_t *bounds, size_t n_bounds)
{
    n = image_extents(list, n, MEDIUM, bounds, n_bounds);
}

static void is(size_t i, const char *kind, uint64_t offset, uint64_t size)
{
    assert_true(i < n);
    assert_string_equal(list[i].signature.kind, kind);
    assert_int_equal(list[i].offset, offset);
    assert_int_equal(list[i].size, size);
}

static int reset(void **state)
{
    (void)state;
    n = 0;
    return 0;
}

static void nothing(void **state)
{
    (void)state;
    find(NULL, 0);
    assert_int_equal(n, 0);
}

static void lengths_of_headers(void **state)
{
    (void)state;
    add("uimage", 0x10000, 0x12345);
    add("squashfs", 0x30000, 0x4001)->padded = 0x5000;
    add("squashfs", MEDIUM - 0x10000, 0xf801)->padded = 0x10800;
    find(NULL, 0);
    assert_int_equal(n, 3);
    is(0, "uimage", 0x10000, 0x12345);
    is(1, "squashfs", 0x30000, 0x5000);
    is(2, "squashfs", MEDIUM - 0x10000, 0x10000);
    for (size_t i = 0; i < n; i++)
        assert_false(list[i].refused);
}

static void lengths_beyond_the_medium(void **state)
{
    (void)state;
    add("uimage", 0x10000, MEDIUM - 0x10000 + 1);
    add("squashfs", 0x20000, UINT64_MAX);
    add("romfs", 0x40000, UINT32_MAX)->padded = UINT64_C(1) << 32;
    add("uimage", 0x7f0000, 0x10000);
    find(NULL, 0);
    assert_int_equal(n, 4);
    is(0, "uimage", 0x10000, 0x10000);
    is(1, "squashfs", 0x20000, 0x20000);
    is(2, "romfs", 0x40000, 0x7b0000);
    is(3, "uimage", 0x7f0000, 0x10000);
    assert_true(list[0].refused && list[1].refused && list[2].refused);
    assert_false(list[3].refused);
}

static void no_lengths(void **state)
{
    static const uint64_t bounds[] = {0, 0x20000, 0x28000, 0x50000};

    (void)state;
    add("gzip", 0x10000, 0);
    add("xz", 0x20000, 0);
    add("lzma", 0x30000, 0);
    add("gzip", 0x70000, 0);
    find(bounds, COUNT(bounds));
    assert_int_equal(n, 4);
    is(0, "gzip", 0x10000, 0x10000);
    is(1, "xz", 0x20000, 0x8000);
    is(2, "lzma", 0x30000, 0x20000);
    is(3, "gzip", 0x70000, MEDIUM - 0x70000);
}

static void a_bound_beyond_the_medium(void **state)
{
    static const uint64_t bounds[] = {MEDIUM + 5};

    (void)state;
    add("gzip", 0x10000, 0);
    find(bounds, 1);
    is(0, "gzip", 0x10000, MEDIUM - 0x10000);
}

static void erase_blocks_of_one(void **state)
{
    static const uint64_t bounds[] = {0x60000};

    (void)state;
    add_flash("jffs2", 0x10000, 0);
    add_flash("jffs2", 0x20000, 0);
    add_flash("jffs2", 0x40000, 0);
    add_flash("jffs2", 0x50000, 1);
    add_flash("jffs2", 0x60000, 1);
    add_flash("ubi", 0x70000, 1);
    add_flash("ubi", 0x80000, 1);
    add_flash("ubi", 0x90000, 2);
    add("uimage", 0xa0000, 0x100);
    add_flash("ubi", 0xb0000, 2);
    find(bounds, 1);
    assert_int_equal(n, 7);
    is(0, "jffs2", 0x10000, 0x40000);
    is(1, "jffs2", 0x50000, 0x10000);
    is(2, "jffs2", 0x60000, 0x10000);
    is(3, "ubi", 0x70000, 0x20000);
    is(4, "ubi", 0x90000, 0x10000);
    is(5, "uimage", 0xa0000, 0x100);
    is(6, "ubi", 0xb0000, MEDIUM - 0xb0000);
}

static void one_within_another(void **state)
{
    (void)state;
    add("uimage", 0x10000, 0x50000);
    add("squashfs", 0x30000, 0x10000);
    add("gzip", 0x40000, 0)->weak = true;
    add("xz", 0x50000, 0);
    add("gzip", 0x60000, 0)->weak = true;
    find(NULL, 0);
    assert_int_equal(n, 4);
    is(0, "uimage", 0x10000, 0x50000);
    is(1, "squashfs", 0x30000, 0x10000);
    is(2, "xz", 0x50000, 0x10000);
    is(3, "gzip", 0x60000, MEDIUM - 0x60000);
}

static void within_but_longer(void **state)
{
    (void)state;
    add("fit", 0x10000, 0x28000);
    add("xz", 0x30000, 0);
    add("dtb", 0x100000, 0x100);
    find(NULL, 0);
    is(1, "xz", 0x30000, 0x8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing, reset),
        cmocka_unit_test_setup(lengths_of_headers, reset),
        cmocka_unit_test_setup(lengths_beyond_the_medium, reset),
        cmocka_unit_test_setup(no_lengths, reset),
        cmocka_unit_test_setup(a_bound_beyond_the_medium, reset),
        cmocka_unit_test_setup(erase_blocks_of_one, reset),
        cmocka_unit_test_setup(one_within_another, reset),
        cmocka_unit_test_setup(within_but_longer, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
