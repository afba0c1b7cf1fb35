// SPDX-License-Identifier: BSD-2-Clause
// S-records and streams as they arrive: whole, cut, mixed with other things.

#include "dump_rig.h"

static const char text32[] = "the first row ..the second one .";

#define SREC_1   "S3150000100074686520666972737420726F77202E2E5D\r\n"
#define SREC_2   "S31500001010746865207365636F6E64206F6E65202E3D\r\n"
#define SREC_END "S70500001000EA\r\n"

#define DIALECT(words)                                                         \
    "console { prompt = '^> $' interrupt = \"\\x03\" fault = 'bad address' "   \
    "}\n"                                                                      \
    "dump one { command = \"d {address} {length}\" " words " }\n"

static void up(const char *dialect)
{
    dump_rig_up(dialect);
    memcpy(dr.memory, text32, 32);
}

static void s_records(void **state)
{
    static const char *const good[] = {
        SREC_1 SREC_2 SREC_END "> ",
        "S00700006677667342\r\n" SREC_1 SREC_2 "S5030002FA\r\n" SREC_END
        "%\r\n> ",
        /* of another length, */
        "S3250000100074686520666972737420726F77202E2E"
        "746865207365636F6E64206F6E65202EC0\r\n> ",
        /* and of two that are no multiple of 16 */
        "S310000010007468652066697273742072C4\r\n"
        "S31A0000100B6F77202E2E746865207365636F6E64206F6E65202EDB\r\n> "};

    (void)state;
    up(DIALECT("output = srec"));
    for (size_t i = 0; i < COUNT(good); i++)
        for (size_t chunk = 0; chunk < 4; chunk++) {
            dr.line.chunk = chunk;
            assert_int_equal(dump_rig_answer(good[i]), 0);
            assert_string_equal(dr.typed, "d 1000 20\r");
            assert_int_equal(dr.n_came, 32);
            assert_int_equal(dr.result.rows_bad, 0);
            assert_true(console_at_prompt(&dr.c));
        }
    dump_rig_down();
}

static void s_records_that_are_damaged(void **state)
{
    char text[200];

    (void)state;
    up(DIALECT("output = srec"));
    for (size_t at = 0; at < sizeof(SREC_1 SREC_2) - 1; at++)
        for (int bit = 0; bit < 8; bit++) {
            /* dump_rig_row compares every byte that comes */
            strcpy(text, SREC_1 SREC_2 SREC_END "> ");
            text[at] = (char)(text[at] ^ 1 << bit);
            assert_int_equal(dump_rig_answer(text), 0);
        }
    assert_int_equal(dump_rig_answer(SREC_1 "S31500001010\r\n> "), 0);
    assert_int_equal(dr.n_came, 16);
    assert_int_equal(dr.result.rows_bad, 1);
    assert_int_equal(dump_rig_answer(SREC_1 "> "), 0);
    assert_int_equal(dr.n_came, 0); /* nothing confirms it */
    dump_rig_down();
}

/* A damaged type makes an address of less bytes, and more data. */
static void a_record_of_another_type(void **state)
{
    (void)state;
    up(DIALECT("output = srec"));
    dr.r.address = 0;
    dr.r.len = 16;
    assert_int_equal(
        dump_rig_answer("S3150000000074686520666972737420726F77202E2E6D\r\n> "),
        0);
    assert_int_equal(dr.n_came, 16);
    assert_int_equal(
        dump_rig_answer("S1150000000074686520666972737420726F77202E2E6D\r\n> "),
        0);
    assert_int_equal(dr.n_came, 0);
    dump_rig_down();
}

#define HEX "74686520666972737420726f77202e2e746865207365636f6e64206f6e65202e"

struct stream_case {
    const char *text;
    size_t came;
};

static void run_cases(const struct stream_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t chunk = 0; chunk < 3; chunk++) {
            dr.line.chunk = chunk;
            assert_int_equal(dump_rig_answer(cases[i].text), 0);
            if (dr.n_came != cases[i].came)
                fail_msg("%zu bytes of '%s'", dr.n_came, cases[i].text);
            assert_int_equal(dr.result.rows_lost + dr.result.rows_bad,
                             cases[i].came == 0 ? 2 : 0);
            assert_true(console_at_prompt(&dr.c));
        }
}

static void hex_digits(void **state)
{
    static const struct stream_case cases[] = {
        {HEX "\r\n> ", 32},
        {HEX "> ", 32}, /* no line end */
        {"74686520666972737420726f77202e2e\r\n"
         "746865207365636F6E64206F6E65202E  \r\n> ",
         32},
        {"74686520666972737420726f77202e2e\r\neth0: link up\r\n"
         "746865207365636f6e64206f6e65202e> ",
         32},
        {"74686520666972737420726f77202e2e\r\n> ", 0},
        {HEX "\r\n00\r\n> ", 0}, /* too long */
        {"74686520666972737420726f77202e2x\r\n"
         "746865207365636f6e64206f6e65202e\r\n> ",
         0},
        {"bad address\r\n> ", 0},
    };

    (void)state;
    up(DIALECT("output = hex"));
    run_cases(cases, COUNT(cases));
    assert_true(dr.result.fault);
    dump_rig_down();
}

static void base64(void **state)
{
    static const struct stream_case cases[] = {
        {"dGhlIGZpcnN0IHJvdyAuLnRoZSBzZWNvbmQgb25lIC4=\r\n> ", 32},
        {"dGhlIGZpcnN0IHJvdyAu\r\nLnRoZSBzZWNvbmQgb25lIC4=> ", 32},
        {"dGhlIGZpcnN0IHJvdyAuLnRoZSBzZWNvbmQgb25lIC4\r\n> ", 0},
        {"GhlIGZpcnN0IHJvdyAuLnRoZSBzZWNvbmQgb25lIC4=\r\n> ", 0},
    };

    (void)state;
    up(DIALECT("output = base64"));
    run_cases(cases, COUNT(cases));
    dump_rig_down();
}

static void base64_of_a_gzip(void **state)
{
    static const struct stream_case cases[] = {
        {"H4sIAAAAAAACAyvJSFVIyywqLlEoyi9X0NMrAfKLU5Pz81IU8vNSFfQAt40T\r\n"
         "UCAAAAA=\r\n> ",
         32},
        {"H4sIAAAAAAACAyvJSFVIyywqLlEoyi9X0NMrAfKLU5Pz81IU8vNSFfQAt40T\r\n"
         "UCAAAAB=\r\n> ",
         0},
        {"H4sIAAAAAAACAyvJSFVIyywqLlEoyi9X0NMrAfKLU5Pz81IU8vNSFfQAt40T\r\n> ",
         0},
        {"H4sIAAAAAAACAyvJSFVIyyxqLlEoyi9X0NMrAfKLU5Pz81IU8vNSFfQAt40T\r\n"
         "UCAAAAA=\r\n> ",
         0},
    };
    uint64_t from;

    (void)state;
    up(DIALECT("output = base64-gzip"));
    run_cases(cases, COUNT(cases));
    from = fake_now();
    assert_int_equal(dump_rig_answer(cases[0].text), 0);
    assert_true(fake_now() - from < 100); /* it knows that it is whole */
    dump_rig_down();
}

/* 64 KiB of digits without a line end, more than a line can have. */
static void a_line_without_end(void **state)
{
    static char text[2 * 65536 + 16];

    (void)state;
    dump_rig_up(DIALECT("output = hex max = 64K"));
    dr.r.len = 65536;
    for (size_t i = 0; i < 65536; i++) {
        dr.memory[i] = (uint8_t)(i * 7 + i / 256);
        (void)sprintf(text + 2 * i, "%02x", dr.memory[i]);
    }
    strcat(text, "> ");
    assert_int_equal(dump_rig_answer(text), 0);
    assert_int_equal(dr.n_came, 65536);
    text[65536] = 'x';
    assert_int_equal(dump_rig_answer(text), -ETIMEDOUT);
    assert_int_equal(dr.n_came, 0);
    dump_rig_down();
}

static void rows_that_are_counted(void **state)
{
    static const struct stream_case cases[] = {
        {"PAGE[3] main data:\r\n"
         " 74 68 65 20 66 69 72 73 74 20 72 6f 77 20 2e 2e\r\n"
         " 74 68 65 20 73 65 63 6f 6e 64 20 6f 6e 65 20 2e\r\n"
         "PAGE[3] spare data:\r\n"
         " ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff\r\n"
         "done!\r\n> ",
         32},
        {" 74 68 65 20 66 69 72 73 74 20 72 6f 77 20 2e 2e\r\n"
         "PAGE[3] spare data:\r\n"
         " ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff\r\n> ",
         0},
        {" 74 68 65 20 66 69 72 73 74 20 72 6f 77 20 2e 2e\r\n"
         " 74 68 65 20 73 65 63 6f 6e 64 20 6f 6e 65 20 2\r\n"
         " 74 68 65 20 73 65 63 6f 6e 64 20 6f 6e 65 20 2e\r\n> ",
         0},
    };

    (void)state;
    up(DIALECT("base = request stop = 'spare' row { address-digits = 0 "
               "address-suffix = \"\" address-prefix = \" \" }"));
    run_cases(cases, COUNT(cases));
    dump_rig_down();
}

static void a_stream_is_stopped(void **state)
{
    (void)state;
    up(DIALECT("output = hex"));
    dr.stop = true;
    dr.n_says = dr.said = 0;
    dump_rig_says("74686520666972\r\n");
    dr.line.chunk = 1;
    assert_int_equal(dump_rig_run(NULL), -ETIMEDOUT); /* it says no prompt */
    assert_int_equal(dr.typed[strlen(dr.typed) - 1], '\x03');
    assert_int_equal(dr.n_came, 0);
    dump_rig_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_records),
        cmocka_unit_test(s_records_that_are_damaged),
        cmocka_unit_test(a_record_of_another_type),
        cmocka_unit_test(hex_digits),
        cmocka_unit_test(base64),
        cmocka_unit_test(base64_of_a_gzip),
        cmocka_unit_test(a_line_without_end),
        cmocka_unit_test(rows_that_are_counted),
        cmocka_unit_test(a_stream_is_stopped),
    };

    return cmocka_run_group_tests_name("dump-output", tests, NULL, NULL);
}
