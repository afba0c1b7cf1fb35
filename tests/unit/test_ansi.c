// SPDX-License-Identifier: BSD-2-Clause
// Terminal sequences go, text stays, however the bytes are cut into reads.

#include "unit.h"

#include "monitor/ansi.h"

static const struct {
    const char *in;
    const char *out;
} cases[] = {
    {"plain => text", "plain => text"},
    {"\x1b[2K\rAutoboot", "\rAutoboot"},
    {"\x1b[1;31mred\x1b[0m", "red"},
    {"\x1b"
     "7\x1b[r\x1b[999;999H\x1b[6n\x1b"
     "8=> ",
     "=> "},
    {"\x1b(Bascii", "ascii"},
    {"a\x07\x11\x13z", "az"},
    /* A line end is never part of a sequence. */
    {"\x1b[12\r\n00000010: 00", "\r\n00000010: 00"},
    {"\x1b\r\nrow", "\r\nrow"},
    {"tail\x1b", "tail"},
    {"\x1b\x1b[mx", "[mx"},
};

static void strips(void **state)
{
    char text[128];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ansi a = {0};
        size_t len = strlen(cases[i].in);
        memcpy(text, cases[i].in, len);
        text[ansi_strip(&a, text, len)] = '\0';
        assert_string_equal(text, cases[i].out);
    }
}

static void strips_byte_by_byte(void **state)
{
    char text[128];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ansi a = {0};
        size_t n = 0;
        for (const char *p = cases[i].in; *p != '\0'; p++) {
            text[n] = *p;
            n += ansi_strip(&a, text + n, 1);
        }
        text[n] = '\0';
        assert_string_equal(text, cases[i].out);
    }
}

static void nul_goes(void **state)
{
    struct ansi a = {0};
    char text[] = "a\0b";

    (void)state;
    assert_int_equal(ansi_strip(&a, text, 3), 2);
    assert_memory_equal(text, "ab", 2);
}

static void an_endless_sequence_is_noise(void **state)
{
    struct ansi a = {0};
    char text[200];
    size_t n;

    (void)state;
    memset(text, '1', sizeof(text));
    text[0] = '\x1b';
    text[1] = '[';
    n = ansi_strip(&a, text, sizeof(text));
    /* ESC and 32 more go; the rest is text again. */
    assert_int_equal(n, sizeof(text) - 33);
    (void)strcpy(text, "=> ");
    assert_int_equal(ansi_strip(&a, text, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips),
        cmocka_unit_test(strips_byte_by_byte),
        cmocka_unit_test(nul_goes),
        cmocka_unit_test(an_endless_sequence_is_noise),
    };

    return cmocka_run_group_tests_name("ansi", tests, NULL, NULL);
}
