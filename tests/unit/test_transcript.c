// SPDX-License-Identifier: BSD-2-Clause
// The transcript is bounded, escaped, and keeps the newest.

#include "unit.h"

#include "monitor/transcript.h"

static void keeps_the_newest(void **state)
{
    struct transcript *t = transcript_new();
    CLEANUP_BUF struct buf out = {0};
    char line[32];

    (void)state;
    assert_non_null(t);
    for (unsigned i = 0; i < 10000; i++)
        transcript_add(t, line, (size_t)sprintf(line, "line %05u\r\n", i));
    transcript_read(t, &out);
    assert_says(out.data, "bytes before this were dropped]\n");
    assert_null(strstr(out.data, "line 00001\n"));
    assert_non_null(strstr(out.data, "line 09999\n"));
    assert_true(out.len < TRANSCRIPT_SIZE + 100);
    assert_null(strchr(out.data, '\r'));
    transcript_free(t);
    transcript_free(NULL);
}

static void says_nothing_of_dropping_when_all_is_there(void **state)
{
    struct transcript *t = transcript_new();
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    assert_non_null(t);
    transcript_read(t, &out);
    assert_int_equal(out.len, 0);
    transcript_add(t, "=> \x1b[2Jmd\r\n\0", 12);
    transcript_read(t, &out);
    assert_string_equal(out.data, "=> \\x1b[2Jmd\n\\x00");
    transcript_free(t);
}

static void the_worst_case_fits(void **state)
{
    struct transcript *t = transcript_new();
    CLEANUP_BUF struct buf out = {0};
    char *bytes = malloc(TRANSCRIPT_SIZE);

    (void)state;
    assert_non_null(t);
    assert_non_null(bytes);
    memset(bytes, 0x80, TRANSCRIPT_SIZE);
    transcript_add(t, bytes, TRANSCRIPT_SIZE);
    transcript_read(t, &out);
    assert_int_equal(out.len, 4 * TRANSCRIPT_SIZE);
    free(bytes);
    transcript_free(t);
}

static void tails(void **state)
{
    struct transcript *t = transcript_new();
    char out[16];

    (void)state;
    assert_non_null(t);
    transcript_tail(t, 5, out, sizeof(out));
    assert_string_equal(out, "");
    transcript_add(t, "abc\r\ndef", 8);
    transcript_tail(t, 5, out, sizeof(out));
    assert_string_equal(out, "\\r\\ndef");
    transcript_tail(t, 100, out, sizeof(out));
    assert_string_equal(out, "abc\\r\\ndef");
    transcript_tail(t, 100, out, 6);
    assert_string_equal(out, "abc\\r");
    transcript_free(t);
}

static void half_a_secret_is_one(void **state)
{
    struct transcript *t = transcript_new();
    CLEANUP_BUF struct buf out = {0};
    char bytes[256];
    char tail[16];

    (void)state;
    assert_non_null(t);
    transcript_hide(t, "sesame");
    transcript_add(t, "> sesame\r\n", 10);
    transcript_tail(t, 6, tail, sizeof(tail));
    assert_string_equal(tail, "****\\r\\n");
    memset(bytes, 'x', sizeof(bytes));
    for (size_t left = TRANSCRIPT_SIZE - 5; left > 0;) {
        size_t n = left < sizeof(bytes) ? left : sizeof(bytes);
        transcript_add(t, bytes, n);
        left -= n;
    }
    transcript_read(t, &out);
    assert_null(strstr(out.data, "ame"));
    transcript_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_newest),
        cmocka_unit_test(says_nothing_of_dropping_when_all_is_there),
        cmocka_unit_test(the_worst_case_fits),
        cmocka_unit_test(tails),
        cmocka_unit_test(half_a_secret_is_one),
    };

    return cmocka_run_group_tests_name("transcript", tests, NULL, NULL);
}
