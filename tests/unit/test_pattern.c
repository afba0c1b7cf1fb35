// SPDX-License-Identifier: BSD-2-Clause
// Patterns and command templates of dialect files.

#include "unit.h"

#include "monitor/pattern.h"
#include "monitor/template.h"

#include <errno.h>

static struct pattern *compile(const char *text)
{
    struct err err = {""};
    struct pattern *p = NULL;

    if (pattern_compile(&p, text, "test", &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

static void assert_span(struct span got, const char *want)
{
    if (got.text == NULL || got.len != strlen(want) ||
        memcmp(got.text, want, got.len) != 0)
        fail_msg("'%.*s' is not '%s'", (int)got.len, got.text, want);
}

static void finds_groups_line_by_line(void **state)
{
    static const char text[] = "size=10\nname=ab size=2\nend\n";
    struct pattern *p = compile("^(?:name=(?<name>\\S+) )?size=(?<size>\\d+)$");
    size_t at = 0;

    (void)state;
    assert_true(pattern_has(p, "name"));
    assert_false(pattern_has(p, "nam"));
    assert_true(pattern_match(p, text, sizeof(text) - 1, at, &at));
    assert_span(pattern_whole(p), "size=10");
    assert_span(pattern_group(p, "size"), "10");
    assert_null(pattern_group(p, "name").text);
    assert_null(pattern_group(p, "other").text);
    assert_true(pattern_match(p, text, sizeof(text) - 1, at, &at));
    assert_span(pattern_group(p, "name"), "ab");
    assert_false(pattern_match(p, text, sizeof(text) - 1, at, &at));
    assert_false(pattern_match(p, text, 3, 4, NULL));
    assert_false(pattern_match(p, NULL, 0, 0, NULL));
    pattern_free(p);
    pattern_free(NULL);
}

static void a_loop_over_empty_matches_ends(void **state)
{
    struct pattern *p = compile("x*");
    size_t at = 0;
    unsigned n = 0;

    (void)state;
    while (at < 5 && pattern_match(p, "aaaaa", 5, at, &at))
        n++;
    assert_int_equal(n, 5);
    pattern_free(p);
}

static void says_where_a_pattern_is_wrong(void **state)
{
    struct err err = {""};
    struct pattern *p = NULL;

    (void)state;
    assert_int_equal(pattern_compile(&p, "ab(c", "x.conf: map a", &err),
                     -EINVAL);
    assert_null(p);
    assert_says(err.text, "x.conf: map a: pattern 'ab(c', character 5");
    assert_int_equal(pattern_compile(&p, "[z-a]", "w", NULL), -EINVAL);
    assert_int_equal(pattern_compile(&p, "(?<a>x)(?<a>y)", "w", NULL), -EINVAL);
}

/* Without a limit each of these takes longer than the universe has. */
static void backtracking_is_bounded(void **state)
{
    static const char *const nasty[] = {"^(a+)+$",
                                        "(a|aa)+$",
                                        "(a*)*b",
                                        "^(([a-z])+.)+[A-Z]([a-z])+$",
                                        "(?:a?){40}a{40}\\d",
                                        "(a+)+\\1\\d"};
    char text[4097];
    double from = cpu_seconds();

    (void)state;
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '!';
    for (size_t i = 0; i < COUNT(nasty); i++) {
        struct pattern *p = compile(nasty[i]);
        assert_false(pattern_match(p, text, sizeof(text), 0, NULL));
        pattern_free(p);
    }
    assert_true(cpu_seconds() - from < 3);
}

/* Each place of the text takes just less than the limit of one, or one item
 * takes it to the end each time: 20 s of work without a limit of them all. */
static void work_is_bounded_over_all_places(void **state)
{
    static const char *const nasty[][2] = {
        {"(?s)^start = 0x8.*^size = 0x0", "start = 0x8\n"},
        {"^\\s*Serial Number", "\t\n"},
        {"^(a|a)*b", "aaaaaaaaaaaaaaa\n"},
        {"x*y", "xxxxxxxxxxxxxxxx"}};
    static char text[195000];
    double from = cpu_seconds();

    (void)state;
    for (size_t i = 0; i < COUNT(nasty); i++) {
        size_t len = strlen(nasty[i][1]);
        struct pattern *p = compile(nasty[i][0]);
        for (size_t at = 0; at < sizeof(text); at++)
            text[at] = nasty[i][1][at % len];
        assert_false(pattern_match(p, text, sizeof(text), 0, NULL));
        pattern_free(p);
    }
    assert_true(cpu_seconds() - from < 5);
}

/* The longest answer that is taken, of honest lines: all of it is found. */
static void a_long_walk_comes_to_its_end(void **state)
{
    static const char line[] =
        " 12: some name of a partition   0x00010000\t0x00020000\t0\r\n";
    struct pattern *p = compile(
        "^ *\\d+: (?<name>.*?)\\s*0x(?<size>[0-9a-f]{8})"
        "\\s+0x(?<offset>[0-9a-f]{8})\\s+\\d+");
    static char text[256 << 10];
    size_t lines = sizeof(text) / (sizeof(line) - 1);
    size_t at = 0;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < lines; i++)
        memcpy(text + i * (sizeof(line) - 1), line, sizeof(line) - 1);
    while (pattern_match(p, text, lines * (sizeof(line) - 1), at, &at))
        n++;
    assert_int_equal(n, lines);
    pattern_free(p);
}

static int fill(const char *text, char *out, size_t size)
{
    const struct template_values v = {
        .address = 0x9f0000ab, .length = 4096, .count = 1024};

    return template_fill(text, &v, out, size, NULL);
}

static void templates_fill_in_numbers(void **state)
{
    static const struct {
        const char *text;
        const char *filled;
    } good[] = {
        {"version", "version"},
        {"", ""},
        {"md.l {address:x} {count:x}", "md.l 9f0000ab 400"},
        {"d -s 0x{address:X8}", "d -s 0x9F0000AB"},
        {"{length:d}/{length}", "4096/1000"},
        {"{count:x16}", "0000000000000400"},
        {"{count:X2}{address:d12}", "400002667577515"},
        {"{address:}", "9f0000ab"},
    };
    char out[80];

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(fill(good[i].text, out, sizeof(out)), 0);
        assert_string_equal(out, good[i].filled);
    }
}

static void words_of_the_device_are_words(void **state)
{
    static const char *const bad[] = {"mtd0;reboot", "mtd0 mtd1", "$(x)",
                                      "a|b",         "`x`",       "a&",
                                      "a>b",         "a\"",       "#a"};
    struct template_values v = {.medium = "mtd-0_a.b:c@/d,e+f"};
    char out[80];

    (void)state;
    assert_int_equal(template_fill("r {medium}", &v, out, sizeof(out), NULL),
                     0);
    assert_string_equal(out, "r mtd-0_a.b:c@/d,e+f");
    for (size_t i = 0; i < COUNT(bad); i++) {
        v.medium = bad[i];
        assert_int_equal(
            template_fill("r {medium}", &v, out, sizeof(out), NULL), -EINVAL);
    }
}

/* Without a number in its name a medium has none. */
static void numbers_of_media(void **state)
{
    struct template_values v = {.index = {"07", 1}};
    char out[80];

    (void)state;
    assert_int_equal(template_fill("r {index}", &v, out, sizeof(out), NULL), 0);
    assert_string_equal(out, "r 0");
    v.index = (struct span){NULL, 0};
    assert_int_equal(template_fill("r {index}", &v, out, sizeof(out), NULL),
                     -EINVAL);
}

static void templates_refuse_the_rest(void **state)
{
    static const char *const bad[] = {"md {addr}",
                                      "md {address",
                                      "md {}",
                                      "{address:q}",
                                      "{address:x-1}",
                                      "{address:x17}",
                                      "{address:x99}",
                                      "{address:x169}",
                                      "{address:x999}",
                                      "cr\rmd",
                                      "nl\n",
                                      "esc\x1b",
                                      "\x80",
                                      "{address :x}",
                                      "{Address}",
                                      "{address:8x}",
                                      "{address:x4294967297}"};
    struct err err = {""};
    const struct template_values v = {.address = 0};
    char out[300];

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (fill(bad[i], out, sizeof(out)) != -EINVAL)
            fail_msg("'%s' is taken", bad[i]);
    assert_int_equal(template_fill("md {x}", &v, out, sizeof(out), &err),
                     -EINVAL);
    assert_says(err.text, "{x}");
    assert_int_equal(fill("{address:x}", out, 8), -ENOSPC);
    assert_int_equal(fill("{address:x}", out, 9), 0);
    assert_int_equal(fill("abc", out, 3), -ENOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_groups_line_by_line),
        cmocka_unit_test(a_loop_over_empty_matches_ends),
        cmocka_unit_test(says_where_a_pattern_is_wrong),
        cmocka_unit_test(backtracking_is_bounded),
        cmocka_unit_test(work_is_bounded_over_all_places),
        cmocka_unit_test(a_long_walk_comes_to_its_end),
        cmocka_unit_test(templates_fill_in_numbers),
        cmocka_unit_test(words_of_the_device_are_words),
        cmocka_unit_test(numbers_of_media),
        cmocka_unit_test(templates_refuse_the_rest),
    };

    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
