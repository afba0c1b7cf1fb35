// SPDX-License-Identifier: BSD-2-Clause
// S-records: right ones give their bytes, damaged ones give none.

#include "unit.h"

#include "monitor/srec.h"

static const char data32[] =
    "S3259FC01230404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E"
    "5F49";

static enum srec_result parse(const char *text, struct srec *out)
{
    return srec_parse(text, strlen(text), out);
}

static void takes_all_types(void **state)
{
    static const struct {
        const char *text;
        enum srec_result want;
        uint64_t address;
        size_t len;
    } cases[] = {
        {"S00700006677667342", SREC_OTHER, 0, 4},
        {"S11312F0101112131415161718191A1B1C1D1E1F72", SREC_DATA, 0x12f0, 16},
        {"S2068012F06162B4", SREC_DATA, 0x8012f0, 2},
        {data32, SREC_DATA, 0x9fc01230, 32},
        {"S305FFFFFFF00D", SREC_DATA, 0xfffffff0, 0},
        {"S5030003F9", SREC_OTHER, 3, 0},
        {"S604010003F7", SREC_OTHER, 0x10003, 0},
        {"S7059FC000009B", SREC_OTHER, 0x9fc00000, 0},
        {"S804000100FA", SREC_OTHER, 0x100, 0},
        {"S9030000FC  ", SREC_OTHER, 0, 0},
        {"s9030000fc", SREC_NONE, 0, 0},
        {"S9030000fc", SREC_OTHER, 0, 0},
    };
    struct srec r;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (parse(cases[i].text, &r) != cases[i].want)
            fail_msg("'%s': not %d", cases[i].text, cases[i].want);
        if (cases[i].want == SREC_NONE)
            continue;
        assert_int_equal(r.type, cases[i].text[1]);
        assert_true(r.address == cases[i].address);
        assert_int_equal(r.len, cases[i].len);
    }
    assert_int_equal(parse(data32, &r), SREC_DATA);
    assert_memory_equal(r.bytes, "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_", 32);
}

static void tells_what_is_wrong(void **state)
{
    static const struct {
        const char *text;
        enum srec_result want;
    } cases[] = {
        {"", SREC_NONE},
        {"S", SREC_NONE},
        {"S4030000FC", SREC_NONE},
        {"SPI flash", SREC_NONE},
        {" S9030000FC", SREC_NONE},
        {"S9", SREC_BAD},
        {"S900", SREC_BAD},
        {"S902FD", SREC_BAD},       /* shorter than an address, */
        {"S90200FD", SREC_BAD},     /* or without the sum */
        {"S9030000FB", SREC_BAD},   /* the sum */
        {"S9030000FC00", SREC_BAD}, /* the length */
        {"S9040000FC", SREC_BAD},   /* likewise */
        {"S90300 0FC", SREC_BAD},   /* a character */
        {"S9030000FC %", SREC_BAD}, /* something behind */
        {"S70300FC", SREC_BAD},     /* an address that is too short */
    };
    struct srec r;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (parse(cases[i].text, &r) != cases[i].want)
            fail_msg("'%s': not %d", cases[i].text, cases[i].want);
}

static void any_damage_shows(void **state)
{
    char text[sizeof(data32)];
    struct srec good;
    struct srec r;

    (void)state;
    assert_int_equal(parse(data32, &good), SREC_DATA);
    for (size_t i = 0; i < sizeof(data32) - 1; i++) {
        char *cut = malloc(i + 1); /* exact, for the address sanitizer */
        assert_non_null(cut);
        memcpy(cut, data32, i);
        assert_true(srec_parse(cut, i, &r) != SREC_DATA);
        free(cut);
        for (int bit = 0; bit < 8; bit++) {
            memcpy(text, data32, sizeof(data32));
            text[i] = (char)(text[i] ^ 1 << bit);
            if (srec_parse(text, sizeof(data32) - 1, &r) != SREC_DATA)
                continue;
            if (i == 1)
                continue; /* no sum covers the type: the caller's question */
            /* 'a' for 'A' */
            assert_true(r.address == good.address && r.len == good.len);
            assert_memory_equal(r.bytes, good.bytes, good.len);
        }
    }
}

static void the_longest_there_is(void **state)
{
    char text[4 + 2 * 255 + 1];
    unsigned sum = 255;
    struct srec r;

    (void)state;
    strcpy(text, "S1FF0000");
    for (size_t i = 0; i < SREC_BYTES_MAX; i++) {
        (void)sprintf(text + 8 + 2 * i, "%02zX", i);
        sum += (unsigned)i;
    }
    (void)sprintf(text + strlen(text), "%02X", 0xffU - (sum & 0xffU));
    assert_int_equal(parse(text, &r), SREC_DATA);
    assert_int_equal(r.len, SREC_BYTES_MAX);
    assert_int_equal(r.bytes[251], 251);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_all_types),
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(any_damage_shows),
        cmocka_unit_test(the_longest_there_is),
    };

    return cmocka_run_group_tests_name("srec", tests, NULL, NULL);
}
