// SPDX-License-Identifier: BSD-2-Clause
// Maps of GNU ddrescue are taken as its manual allows; others are refused.

#include "unit.h"

#include "base/buf.h"
#include "store/mapfile_read.h"

#include <errno.h>
#include <inttypes.h>

static struct mapfile map;
static struct err err;
static char shown[1024];

static int parse(const char *text)
{
    size_t used = 0;
    int r;

    mapfile_free(&map);
    err.text[0] = '\0';
    r = mapfile_read(&map, text, strlen(text), &err);
    shown[0] = '\0';
    for (size_t i = 0; i < map.n_areas; i++)
        used += (size_t)snprintf(
            shown + used, sizeof(shown) - used, "%" PRIx64 "+%" PRIx64 "%c ",
            map.areas[i].offset, map.areas[i].len, map.areas[i].status);
    return r;
}

static int tear_down(void **state)
{
    (void)state;
    mapfile_free(&map);
    return 0;
}

static void takes_what_the_manual_allows(void **state)
{
    static const struct {
        const char *text;
        const char *areas;
    } good[] = {
        {"# Mapfile. Created by GNU ddrescue version 1.27\n"
         "# current_pos  current_status  current_pass\n"
         "0x000C0C00     +               1\n"
         "#      pos        size  status\n"
         "0x00000000  0x00040000  +\n"
         "0x00040000  0x00000400  -\n"
         "0x00040400  0x0007FC00  +\n",
         "0+40000+ 40000+400- 40400+7fc00+ "},
        {"0 ?\n", ""},
        {"0 ?", ""},
        {"0 F 7\n0 010 *\n8 0X10 / and more # and more\n24 8 ?",
         "0+8* 8+10/ 18+8? "},
        {"\r\n\t0x0\t?\t1\r\n\r\n 0x200\t0xAbC\t+\t#x\r\n", "200+abc+ "},
        {"0 + 1\n5 5 +\n10 5 +\n15 1 -\n16 0 +\n16 1 -\n", "5+a+ f+2- "},
        {"0 + 1\n0 0 ?\n", ""},
        {"0 + 1\n0 18446744073709551615 +\n", "0+ffffffffffffffff+ "},
        {"0 + 1\n0xffffffffffffffff 0 +\n", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (parse(good[i].text) != 0)
            fail_msg("%s: refused: %s", good[i].text, err.text);
        assert_string_equal(shown, good[i].areas);
    }
}

static void refuses_with_the_line(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } bad[] = {
        {"", "no map of GNU ddrescue"},
        {"# only\n# comments", "no map of GNU ddrescue"},
        {"x + 1\n", "line 1: 'x' is not the current position"},
        {"0\n", "line 1: a status of ddrescue is missing"},
        {"\n0 ?? 1\n", "line 2: '\?\?' is not a status"},
        {"0 ? 0\n", "line 1: '0' is not the number of a pass"},
        {"0 ? 0x1\n", "line 1: '0x1' is not the number"},
        {"0 + 1#2\n", "'1#2' is not the number"},
        {"0 ?\n-1 5 +\n", "line 2: '-1' is not the position"},
        {"0 ?\n0 5K +\n", "line 2: '5K' is not the size"},
        {"0 ?\n0 08 +\n", "'08' is not the size"},
        {"0 ?\n0 0x +\n", "'0x' is not the size"},
        {"0 ?\n0 07777777777777777777777 +\n", "is not the size"},
        {"0 ?\n0 18446744073709551616 +\n", "is not the size"},
        {"0 ?\n0 5\n", "line 2: the status of an area is missing"},
        {"0 ?\n0 5 F\n", "line 2: 'F' is not the status"},
        {"0 ?\n1 18446744073709551615 +\n", "beyond 64 bits"},
        {"0 ?\n0 5 +\n6 5 +\n", "line 3: the area does not begin"},
        {"0 ?\n0 5 +\n4 5 +\n", "line 3: the area does not begin"},
        {"0 ?\n9 5 +\n0 9 +\n", "line 3: the area does not begin"},
        {"0 ?\n5 0 +\n6 5 +\n", "line 3: the area does not begin"},
        {"0 ?\n\x1b[2J 5 +\n", "'\\x1b[2J' is not the position"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(parse(bad[i].text), -EINVAL);
        assert_says(err.text, bad[i].says);
    }
}

static void long_lines_and_nuls(void **state)
{
    CLEANUP_BUF struct buf text = {0};

    (void)state;
    (void)buf_printf(&text, "0 ? ");
    for (int i = 0; i < 1 << 20; i++)
        (void)buf_add(&text, "1", 1);
    assert_int_equal(parse(text.data), -EINVAL);
    assert_true(strlen(err.text) < 100);
    buf_clear(&text);
    (void)buf_printf(&text, "#");
    for (int i = 0; i < 1 << 20; i++)
        (void)buf_add(&text, "x", 1);
    (void)buf_printf(&text, "\n0 ?\n0 1 +");
    assert_int_equal(parse(text.data), 0);
    mapfile_free(&map);
    assert_int_equal(mapfile_read(&map, "0 \0\n", 4, &err), -EINVAL);
    assert_says(err.text, "'\\x00'");
    mapfile_free(&map);
    assert_int_equal(mapfile_read(&map, NULL, 0, &err), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_the_manual_allows),
        cmocka_unit_test(refuses_with_the_line),
        cmocka_unit_test(long_lines_and_nuls),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
