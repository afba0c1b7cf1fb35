// SPDX-License-Identifier: BSD-2-Clause
// Inode numbers, lookups, listings and attributes of the mount.

#include "mount/nodes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct map_segment segments[] = {
    {.name = "flash.bin", .medium = 0, .size = 4U << 20},
    {.name = "gone", .medium = -1, .size = 4096},
    {.name = "BOOT INFO", .medium = 0, .offset = 0x6000, .size = 208},
    {.name = "status", .medium = 1, .offset = 512, .size = 513},
    {.name = "a.map", .medium = 2, .offset = 512, .size = 512},
};

static struct map map = {
    .media = {{.name = "flash", .base = 0x7f000000, .size = 4U << 20},
              {.name = "mem-100000000", .base = 0x100000000, .size = 4096},
              {.name = "sf0", .base = 0, .size = 4096}},
    .n_media = 3,
    .segments = segments,
    .n_segments = sizeof(segments) / sizeof(segments[0]),
};

static const struct node root = {.kind = NODE_ROOT};
static const struct node control = {.kind = NODE_CONTROL};

static void assert_node(struct node n, enum node_kind kind, size_t segment)
{
    assert_int_equal(n.kind, kind);
    if (kind == NODE_SEGMENT || kind == NODE_MAP)
        assert_int_equal(n.segment, segment);
}

static void root_is_number_one(void **state)
{
    (void)state;
    assert_int_equal(nodes_ino(root), 1);
    assert_int_equal(nodes_ino((struct node){.kind = NODE_NONE}), 0);
}

static void every_listed_node_comes_back_from_its_number(void **state)
{
    const struct node dirs[] = {root, control};
    struct node_entry e;
    unsigned seen = 0;

    (void)state;
    for (size_t d = 0; d < 2; d++)
        for (uint64_t at = 0; nodes_entry(&map, dirs[d], at, &e); at = e.next) {
            struct node back = nodes_from_ino(&map, nodes_ino(e.node));
            assert_true(e.next > at);
            assert_node(back, e.node.kind, e.node.segment);
            seen++;
        }
    /* ".", ".." twice; .fwfs and 4 segments; 4 fixed files and 4 maps */
    assert_int_equal(seen, 4 + 5 + 8);
}

static void numbers_are_unique(void **state)
{
    uint64_t seen[32];
    size_t n = 0;
    const struct node dirs[] = {root, control};
    struct node_entry e;

    (void)state;
    for (size_t d = 0; d < 2; d++)
        for (uint64_t at = 2; nodes_entry(&map, dirs[d], at, &e); at = e.next)
            seen[n++] = nodes_ino(e.node);
    assert_int_equal(n, nodes_total(&map) - 1); /* all but the root */
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(seen[i], seen[k]);
}

static void foreign_numbers_are_nothing(void **state)
{
    const uint64_t bad[] = {0, 7, 15, 16 + 2, 16 + 3, 16 + 10, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_node(nodes_from_ino(&map, bad[i]), NODE_NONE, 0);
}

static void listing(struct node dir, char *out, size_t size)
{
    struct node_entry e;
    size_t used = 0;

    out[0] = '\0';
    for (uint64_t at = 0; nodes_entry(&map, dir, at, &e); at = e.next)
        used += (size_t)snprintf(out + used, size - used, "%s|", e.name);
}

static void listings_pass_over_what_cannot_be_read(void **state)
{
    char out[256];

    (void)state;
    listing(root, out, sizeof(out));
    assert_string_equal(out, ".|..|.fwfs|flash.bin|BOOT INFO|status|a.map|");
    listing(control, out, sizeof(out));
    assert_string_equal(out, ".|..|status|status.json|segments|transcript|"
                             "flash.bin.map|BOOT INFO.map|status.map|"
                             "a.map.map|");
    listing((struct node){.kind = NODE_STATUS}, out, sizeof(out));
    assert_string_equal(out, "");
}

static void a_listing_ends_at_any_position_behind_it(void **state)
{
    struct node_entry e;

    (void)state;
    assert_false(nodes_entry(&map, root, 100, &e));
    assert_false(nodes_entry(&map, control, UINT64_MAX, &e));
}

static void lookup_knows_names_by_directory(void **state)
{
    const struct node segment = {.kind = NODE_SEGMENT, .segment = 3};

    (void)state;
    assert_node(nodes_lookup(&map, root, ".fwfs"), NODE_CONTROL, 0);
    assert_node(nodes_lookup(&map, root, "BOOT INFO"), NODE_SEGMENT, 2);
    assert_node(nodes_lookup(&map, root, "status"), NODE_SEGMENT, 3);
    assert_node(nodes_lookup(&map, control, "status"), NODE_STATUS, 0);
    assert_node(nodes_lookup(&map, control, "status.json"), NODE_STATUS_JSON,
                0);
    assert_node(nodes_lookup(&map, control, "status.map"), NODE_MAP, 3);
    assert_node(nodes_lookup(&map, control, "a.map.map"), NODE_MAP, 4);
    assert_node(nodes_lookup(&map, segment, "status"), NODE_NONE, 0);
}

static void lookup_refuses_other_names(void **state)
{
    (void)state;
    assert_node(nodes_lookup(&map, root, "gone"), NODE_NONE, 0);
    assert_node(nodes_lookup(&map, root, "flash"), NODE_NONE, 0);
    assert_node(nodes_lookup(&map, root, "flash.bin.map"), NODE_NONE, 0);
    assert_node(nodes_lookup(&map, root, ""), NODE_NONE, 0);
    assert_node(nodes_lookup(&map, control, "gone.map"), NODE_NONE, 0);
    assert_node(nodes_lookup(&map, control, ".map"), NODE_NONE, 0);
    assert_node(nodes_lookup(&map, control, "a.map"), NODE_NONE, 0);
}

static void kinds_and_sizes(void **state)
{
    const struct node boot = {.kind = NODE_SEGMENT, .segment = 2};
    const struct node boot_map = {.kind = NODE_MAP, .segment = 2};

    (void)state;
    assert_true(nodes_is_dir(root) && nodes_is_dir(control));
    assert_false(nodes_is_dir(boot));
    assert_false(nodes_is_made(boot) || nodes_is_made(root));
    assert_true(nodes_is_made(boot_map));
    assert_true(nodes_is_made((struct node){.kind = NODE_TRANSCRIPT}));
    assert_int_equal(nodes_size(&map, boot), 208);
    assert_int_equal(nodes_size(&map, boot_map), 0);
    assert_int_equal(nodes_size(&map, root), 0);
}

static void assert_xattr(struct node n, const char *name, const char *value)
{
    char out[NODES_XATTR_MAX];
    int len = nodes_xattr(&map, n, name, out);

    assert_int_equal(len, strlen(value));
    assert_memory_equal(out, value, strlen(value));
}

static void segments_tell_where_they_are(void **state)
{
    const struct node boot = {.kind = NODE_SEGMENT, .segment = 2};
    const struct node high = {.kind = NODE_SEGMENT, .segment = 3};
    const struct node low = {.kind = NODE_SEGMENT, .segment = 4};

    (void)state;
    assert_xattr(boot, "user.fwfs.address", "0x7f006000");
    assert_xattr(boot, "user.fwfs.size", "208");
    assert_xattr(boot, "user.fwfs.medium", "flash");
    assert_xattr(high, "user.fwfs.address", "0x100000200");
    assert_xattr(low, "user.fwfs.address", "0x00000200");
}

static void others_have_no_attributes(void **state)
{
    const struct node boot = {.kind = NODE_SEGMENT, .segment = 2};
    char out[NODES_XATTR_MAX];
    size_t len = 1;

    (void)state;
    assert_int_equal(nodes_xattr(&map, boot, "user.fwfs", out), -ENODATA);
    assert_int_equal(nodes_xattr(&map, root, "user.fwfs.size", out), -ENODATA);
    (void)nodes_xattr_names(control, &len);
    assert_int_equal(len, 0);
}

static void attribute_names_are_all_answered(void **state)
{
    const struct node boot = {.kind = NODE_SEGMENT, .segment = 2};
    size_t len = 0;
    unsigned n = 0;
    const char *names = nodes_xattr_names(boot, &len);
    char out[NODES_XATTR_MAX];

    (void)state;
    for (size_t i = 0; i < len; i += strlen(names + i) + 1, n++)
        if (strcmp(names + i, NODES_CONFIRMED) != 0)
            assert_true(nodes_xattr(&map, boot, names + i, out) > 0);
    assert_int_equal(n, 4);
    assert_int_equal(names[len - 1], '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_is_number_one),
        cmocka_unit_test(every_listed_node_comes_back_from_its_number),
        cmocka_unit_test(numbers_are_unique),
        cmocka_unit_test(foreign_numbers_are_nothing),
        cmocka_unit_test(listings_pass_over_what_cannot_be_read),
        cmocka_unit_test(a_listing_ends_at_any_position_behind_it),
        cmocka_unit_test(lookup_knows_names_by_directory),
        cmocka_unit_test(lookup_refuses_other_names),
        cmocka_unit_test(kinds_and_sizes),
        cmocka_unit_test(segments_tell_where_they_are),
        cmocka_unit_test(others_have_no_attributes),
        cmocka_unit_test(attribute_names_are_all_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
