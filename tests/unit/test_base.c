// SPDX-License-Identifier: BSD-2-Clause
// Numbers, text, buffers and error sentences: the edges of each.

#include "unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "base/text.h"

#include <errno.h>
#include <limits.h>

static void digits_are_all_or_nothing(void **state)
{
    static const char *const bad[] = {"",    " 1", "1 ",  "+1",  "-1", "0x",
                                      "0x1", "1a", "1.0", "0X0", "1\n"};
    uint64_t v = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (num_digits(bad[i], strlen(bad[i]), 10, &v))
            fail_msg("'%s' is taken for a number", bad[i]);
    assert_true(num_digits("18446744073709551615", 20, 10, &v));
    assert_true(v == UINT64_MAX);
    assert_false(num_digits("18446744073709551616", 20, 10, &v));
    assert_true(num_digits("0xFFFFffffFFFFffff", 18, 16, &v));
    assert_true(v == UINT64_MAX);
    assert_false(num_digits("10000000000000000", 17, 16, &v));
    assert_false(num_digits("0x", 2, 16, &v));
    assert_false(num_digits("g", 1, 16, &v));
    assert_true(num_digits("00000000000000000000001f", 24, 16, &v));
    assert_int_equal(v, 0x1f);
    assert_true(num_digits("12x", 2, 10, &v)); /* len counts, not the NUL */
    assert_int_equal(v, 12);
}

static void sizes_have_units(void **state)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"0", 0},
                {"64K", 65536},
                {"64k", 65536},
                {"1KiB", 1024},
                {"2kb", 2048},
                {"3M", 3U << 20},
                {"1GiB", 1U << 30},
                {"0x10", 16},
                {"0X10k", 16384},
                {"12B", 12},
                {"17179869183G", UINT64_C(17179869183) << 30}};
    static const char *const bad[] = {
        "",      "K",    "0x",   "0xK",
        "1T",    "1.5M", "1 M",  "-1",
        "1KBB",  "1iB",  "1KM",  "17179869184G",
        "0x1g2", "1Ki",  "64 K", "18446744073709551616"};
    uint64_t v;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (!num_size(good[i].text, &v))
            fail_msg("'%s' is refused", good[i].text);
        assert_true(v == good[i].value);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        if (num_size(bad[i], &v))
            fail_msg("'%s' is taken for a size", bad[i]);
}

static void sums_do_not_wrap(void **state)
{
    uint64_t v;

    (void)state;
    assert_true(num_add(UINT64_MAX - 1, 1, &v));
    assert_false(num_add(UINT64_MAX, 1, &v));
    assert_true(num_mul(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &v));
    assert_false(num_mul(UINT64_C(1) << 32, UINT64_C(1) << 32, &v));
    assert_true(num_mul(0, UINT64_MAX, &v));
}

static void escapes_what_a_terminal_obeys(void **state)
{
    char out[64];
    size_t n;

    (void)state;
    n = text_escape(out, sizeof(out), "a\x1b[2J\r\n\t\\\x7f\xff", 11);
    assert_int_equal(n, strlen(out));
    assert_string_equal(out, "a\\x1b[2J\\r\\n\\t\\\\\\x7f\\xff");
    (void)text_escape(out, sizeof(out), "a\0b", 3);
    assert_string_equal(out, "a\\x00b");
    (void)text_escape_lines(out, sizeof(out), "a\r\nb\x07", 5);
    assert_string_equal(out, "a\nb\\x07");
}

static void assert_defused(const char *text, const char *want)
{
    char copy[64];

    (void)snprintf(copy, sizeof(copy), "%s", text);
    text_defuse(copy);
    assert_string_equal(copy, want);
}

static void defuses_what_is_no_text(void **state)
{
    (void)state;
    assert_defused("", "");
    assert_defused("a ~\x7f\x1b[2J\n\t\x01", "a ~??[2J???");
    assert_defused("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
                   "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_defused("\x9b 2J\xff", "? 2J?");
    assert_defused("\xc2\x9b 2J \xc2\xa0", "?? 2J \xc2\xa0");
    assert_defused("\xc0\x9b \xe0\x82\x9b \xf0\x80\x82\x9b", "?? ??? ????");
    assert_defused("cut \xe2\x82", "cut ??");
    assert_defused("cut \xf0", "cut ?");
}

static void unescapes_what_it_escaped(void **state)
{
    static const char *const bad[] = {"\\",       "\\x", "\\x1",   "\\x1g",
                                      "\\x00",    "\\q", "a\nb",   "\x7f",
                                      "\xc3\xa4", "a\\", "\x1b[m", "\\X41"};
    char bytes[256];
    char text[1024];
    char back[256];

    (void)state;
    for (int i = 1; i < 256; i++)
        bytes[i - 1] = (char)i;
    bytes[255] = '\0';
    (void)text_escape(text, sizeof(text), bytes, 255);
    assert_true(text_unescape(back, 256, text, strlen(text)));
    assert_string_equal(back, bytes);
    assert_false(text_unescape(back, 255, text, strlen(text)));
    assert_true(text_unescape(back, 1, "", 0));
    assert_string_equal(back, "");
    assert_false(text_unescape(back, 1, "a", 1));
    for (size_t i = 0; i < COUNT(bad); i++)
        if (text_unescape(back, 256, bad[i], strlen(bad[i])))
            fail_msg("'%s' is taken for escaped text", bad[i]);
    assert_false(text_unescape(back, 256, "a\0b", 3));
}

static void cuts_never_inside_an_escape(void **state)
{
    char out[16];

    (void)state;
    for (size_t size = 1; size < sizeof(out); size++) {
        size_t n = text_escape(out, size, "\x01\x02\x03", 3);
        assert_int_equal(n % 4, 0);
        assert_true(n < size);
        assert_int_equal(strlen(out), n);
    }
    out[0] = 'x';
    assert_int_equal(text_escape(out, 0, "abc", 3), 0);
    assert_int_equal(out[0], 'x');
}

static void json_is_ascii(void **state)
{
    char out[64];

    (void)state;
    (void)text_json(out, sizeof(out), "a\"\\\n\xe9\x7f");
    assert_string_equal(out, "a\\\"\\\\\\u000a\\u00e9\\u007f");
    for (size_t size = 1; size < 14; size++)
        assert_int_equal(text_json(out, size, "\n\n") % 6, 0);
}

static void a_buffer_keeps_its_limit(void **state)
{
    CLEANUP_BUF struct buf b = BUF_LIMITED(10);

    (void)state;
    assert_true(buf_add(&b, "01234", 5));
    assert_false(buf_add(&b, "567890", 6));
    assert_true(b.failed);
    assert_string_equal(b.data, "01234");
    assert_true(buf_add(&b, "56789", 5));
    assert_false(buf_add(&b, "x", 1));
    assert_false(buf_add(&b, "x", SIZE_MAX));
    assert_int_equal(b.len, 10);
    buf_drop(&b, 3);
    assert_string_equal(b.data, "3456789");
    buf_drop(&b, 100);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    assert_true(b.failed);
    buf_clear(&b);
    assert_false(b.failed);
    assert_true(buf_printf(&b, "%d-%s", 42, "ab"));
    assert_string_equal(b.data, "42-ab");
    assert_false(buf_printf(&b, "%s", "toolong"));
    assert_string_equal(b.data, "42-ab");
}

static void a_buffer_grows(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_drop(&b, 1);
    buf_clear(&b);
    assert_true(buf_add(&b, NULL, 0));
    for (int i = 0; i < 10000; i++)
        assert_true(buf_printf(&b, "%04d", i));
    assert_int_equal(b.len, 40000);
    assert_memory_equal(b.data + 39996, "9999", 5);
    buf_free(&b);
    assert_null(b.data);
    assert_true(buf_add(&b, "again", 5));
    buf_free(&b);
}

static void a_sentence_fits(void **state)
{
    struct err err = {""};
    char word[2000];

    (void)state;
    memset(word, 'w', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    assert_int_equal(err_set(NULL, -EIO, "%s", "lost"), -EIO);
    err_prefix(NULL, "x");
    assert_int_equal(err_set(&err, -EIO, "row %d", 3), -EIO);
    err_prefix(&err, "%s", "tty");
    assert_string_equal(err.text, "tty: row 3");
    (void)err_set(&err, -EIO, "%s", word);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_prefix(&err, "%s", word);
    assert_true(strlen(err.text) < sizeof(err.text));
    assert_says(err.text, "w: w");
}

static uint64_t now;

static uint64_t told(void)
{
    return now;
}

static void deadlines_follow_the_clock(void **state)
{
    struct deadline d;
    uint64_t real = clock_ms();

    (void)state;
    assert_true(clock_ms() >= real);
    clock_set_source(told);
    now = 50;
    d = deadline_in(100);
    assert_false(deadline_passed(d));
    assert_int_equal(deadline_left_ms(d), 100);
    now = 149;
    assert_int_equal(deadline_left_ms(d), 1);
    now = 150;
    assert_true(deadline_passed(d));
    assert_int_equal(deadline_left_ms(d), 0);
    assert_int_equal(deadline_left_ms((struct deadline){UINT64_MAX}), INT_MAX);
    assert_int_equal(deadline_min(d, deadline_in(1)).at_ms, 150);
    clock_set_source(NULL);
    assert_true(clock_ms() >= real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_all_or_nothing),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(sums_do_not_wrap),
        cmocka_unit_test(escapes_what_a_terminal_obeys),
        cmocka_unit_test(defuses_what_is_no_text),
        cmocka_unit_test(unescapes_what_it_escaped),
        cmocka_unit_test(cuts_never_inside_an_escape),
        cmocka_unit_test(json_is_ascii),
        cmocka_unit_test(a_buffer_keeps_its_limit),
        cmocka_unit_test(a_buffer_grows),
        cmocka_unit_test(a_sentence_fits),
        cmocka_unit_test(deadlines_follow_the_clock),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
