// SPDX-License-Identifier: BSD-2-Clause
// Streams: whole ones give their bytes, all others nothing.

#include "unit.h"

#include "monitor/stream.h"

static const char plain[] = "boot block of our own, and its tail";
static const char as_base64[] =
    "Ym9vdCBibG9jayBvZiBvdXIgb3duLCBhbmQgaXRzIHRhaWw=";
/* of 0123456789abcdef, four times */
static const char as_gzip[] =
    "H4sIAAAAAAACAzMwNDI2MTUzt7BMTEpOSU0zIJEPAGOsfKdAAAAA";

/* As it would come in lines of so many characters; out has len bytes. */
static bool decode(enum stream_form form, const char *text, size_t cut,
                   size_t len, uint8_t *out)
{
    size_t all = strlen(text);
    struct stream s;
    bool ok = true;

    stream_start(&s, form, len);
    for (size_t at = 0; ok && at < all; at += cut)
        ok = stream_add(&s, text + at, all - at < cut ? all - at : cut);
    ok = ok && stream_finish(&s, out);
    stream_free(&s);
    return ok;
}

static void whole_streams(void **state)
{
    uint8_t out[64];

    (void)state;
    for (size_t cut = 1; cut < 80; cut++) {
        assert_true(
            decode(STREAM_BASE64, as_base64, cut, sizeof(plain) - 1, out));
        assert_memory_equal(out, plain, sizeof(plain) - 1);
        assert_true(decode(STREAM_HEX, "00c0ffEe2e", cut, 5, out));
        assert_memory_equal(out, "\0\xc0\xff\xee.", 5);
        assert_true(decode(STREAM_BASE64_GZIP, as_gzip, cut, 64, out));
        assert_memory_equal(out, "0123456789abcdef0123", 20);
    }
    assert_true(decode(STREAM_HEX, "0 c0 ff e 2e", 80, 5, out));
    assert_memory_equal(out, "\0\xc0\xff\x0e.", 5);
    assert_true(decode(STREAM_HEX, "0 c a1 0 ", 4, 4, out));
    assert_memory_equal(out, "\0\x0c\xa1\0", 4);
    assert_true(decode(STREAM_BASE64, "/+8A", 80, 3, out));
    assert_memory_equal(out, "\xff\xef\0", 3);
    assert_true(decode(STREAM_BASE64, "/w==", 80, 1, out));
}

static void not_whole_or_too_long(void **state)
{
    uint8_t out[80];

    (void)state;
    for (size_t len = 0; len < 80; len++) {
        if (len != sizeof(plain) - 1)
            assert_false(decode(STREAM_BASE64, as_base64, 76, len, out));
        if (len != 64)
            assert_false(decode(STREAM_BASE64_GZIP, as_gzip, 76, len, out));
        if (len != 4)
            assert_false(decode(STREAM_HEX, "c0ffee00", 76, len, out));
    }
    assert_false(decode(STREAM_HEX, "c0 ff ee0", 76, 4, out));
    assert_false(decode(STREAM_HEX, "c0 ff ee0", 76, 3, out));
    assert_false(decode(STREAM_HEX, "c0 ff x 0", 76, 4, out));
    assert_false(decode(STREAM_HEX, "c0 ff 1", 76, 4, out));
    assert_false(decode(STREAM_HEX, "c0ffee0", 76, 4, out));
    assert_false(decode(STREAM_HEX, "c0ffee0", 76, 3, out));
}

static void what_is_no_stream(void **state)
{
    static const struct {
        enum stream_form form;
        const char *text;
        size_t len;
    } cases[] = {
        {STREAM_HEX, "c0 ffee", 3},      {STREAM_HEX, "c0ffeg", 3},
        {STREAM_HEX, "c0ff=", 2},        {STREAM_BASE64, "/+8A=", 3},
        {STREAM_BASE64, "/w=", 1},       {STREAM_BASE64, "/w=A", 2},
        {STREAM_BASE64, "/w===", 1},     {STREAM_BASE64, "/x==", 1},
        {STREAM_BASE64, "/w", 1},        {STREAM_BASE64, "/+8*", 3},
        {STREAM_BASE64, "/+8A\x80", 3},  {STREAM_BASE64_GZIP, "", 0},
        {STREAM_BASE64_GZIP, "/+8A", 3},
    };
    uint8_t out[8];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (decode(cases[i].form, cases[i].text, 76, cases[i].len, out))
            fail_msg("'%s' is taken for a stream", cases[i].text);
}

/* Other digits are other bytes, but a gzip has a checksum. */
static void any_damage_of_a_gzip_shows(void **state)
{
    static const uint8_t *want = (const uint8_t *)"0123456789abcdef0123456789";
    char text[sizeof(as_gzip)];
    uint8_t out[64];

    (void)state;
    for (size_t i = 0; i < sizeof(as_gzip) - 1; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(text, as_gzip, sizeof(as_gzip));
            text[i] = (char)(text[i] ^ 1 << bit);
            if (decode(STREAM_BASE64_GZIP, text, 76, 64, out))
                assert_memory_equal(out, want, 20);
        }
}

static void says_what_is_to_come(void **state)
{
    struct stream s;

    (void)state;
    stream_start(&s, STREAM_HEX, 16);
    assert_int_equal(stream_wanted(&s), 32);
    assert_true(stream_add(&s, "00", 2));
    assert_int_equal(stream_wanted(&s), 30);
    assert_false(stream_add(&s, "0=", 2));
    assert_int_equal(stream_wanted(&s), 30); /* nothing of it was taken */
    stream_free(&s);
    stream_start(&s, STREAM_BASE64, 16);
    assert_int_equal(stream_wanted(&s), 24);
    stream_free(&s);
    stream_start(&s, STREAM_BASE64_GZIP, 16);
    assert_true(stream_wanted(&s) == SIZE_MAX);
    stream_free(&s);
}

static void has_a_bound(void **state)
{
    struct stream s;
    uint8_t out[16];

    (void)state;
    for (int form = 0; form < 3; form++) {
        stream_start(&s, (enum stream_form)form, 16);
        for (int i = 0; i < 10000; i++)
            assert_true(stream_add(&s, "AAAA", 4));
        assert_true(s.broken);
        assert_true(s.bytes.len < 4096);
        assert_false(stream_finish(&s, out));
        stream_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_streams),
        cmocka_unit_test(not_whole_or_too_long),
        cmocka_unit_test(what_is_no_stream),
        cmocka_unit_test(any_damage_of_a_gzip_shows),
        cmocka_unit_test(says_what_is_to_come),
        cmocka_unit_test(has_a_bound),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
