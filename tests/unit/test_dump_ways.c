// SPDX-License-Identifier: BSD-2-Clause
// Dumps of other boot loaders: what rows count from, lines that are none,
// questions, ends without a prompt, the order of words.

#include "dump_rig.h"

static const char text32[] = "the first row ..the second one .";

#define CONSOLE "console { prompt = '^> $' }\n"
#define METHOD(words)                                                          \
    "dump one { command = \"d {address} {length}\" " words                     \
    " row { ascii = true } }\n"

#define CELLS_1 "74 68 65 20 66 69 72 73 74 20 72 6f 77 20 2e 2e"
#define CELLS_2 "74 68 65 20 73 65 63 6f 6e 64 20 6f 6e 65 20 2e"
#define TEXT_1  "  the first row ..\r\n"
#define TEXT_2  "  the second one .\r\n"
#define ROW_1   CELLS_1 TEXT_1
#define ROW_2   CELLS_2 TEXT_2
#define BOTH    "00001000: " ROW_1 "00001010: " ROW_2

static void up(const char *dialect)
{
    dump_rig_up(dialect);
    memcpy(dr.memory, text32, 32);
}

static void all_came(void)
{
    assert_int_equal(dr.n_came, 32);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(dr.came[i], 1);
    assert_int_equal(dr.result.rows_bad, 0);
    assert_int_equal(dr.result.rows_lost, 0);
    assert_true(console_at_prompt(&dr.c));
}

static void what_addresses_count_from(void **state)
{
    (void)state;
    up(CONSOLE METHOD("base = request"));
    assert_int_equal(
        dump_rig_answer("00000000: " ROW_1 "00000010: " ROW_2 "> "), 0);
    all_came();
    assert_string_equal(dr.typed, "d 1000 20\r");
    assert_int_equal(dump_rig_answer(BOTH "> "), 0);
    assert_int_equal(dr.n_came, 0);
    dump_rig_down();

    /* RAM at 82000000 stands for a medium whose byte 1000 is wanted */
    up(CONSOLE METHOD(""));
    dr.r.address = UINT64_C(0x4657000000001000);
    dr.r.row_base = dr.r.address - 0x82000000;
    assert_int_equal(
        dump_rig_answer("82000000: " ROW_1 "82000010: " ROW_2 "> "), 0);
    all_came();
    assert_string_equal(dr.typed, "d 82000000 20\r");
    dump_rig_down();

    /* rows of a page of 2 KiB, the third of its block */
    up(CONSOLE
       "dump one { command = \"dn {block:d} {page:d} {pages:d}\" medium = "
       "'nand'"
       " base = page stop = 'spare area' row { ascii = true } }\n");
    dr.r.address = UINT64_C(0x4657000000021000);
    dr.r.row_base = UINT64_C(0x4657000000000000);
    dr.r.values = (struct template_values){
        .offset = 0x21000, .erase_block = 0x20000, .page_size = 0x800};
    assert_int_equal(dump_rig_answer("00000000: " ROW_1 "00000010: " ROW_2
                                     "---- spare area ----\r\n"
                                     "00000020: " ROW_1 "00000010: " ROW_1
                                     "> "),
                     0);
    all_came();
    assert_string_equal(dr.typed, "dn 1 2 1\r");
    dr.r.address += 0x7e0;
    dr.r.values.offset += 0x7e0;
    assert_int_equal(
        dump_rig_answer("000007e0: " ROW_1 "000007f0: " ROW_2 "> "), 0);
    all_came();
    dump_rig_down();
}

static void lines_to_be_skipped(void **state)
{
    (void)state;
    up(CONSOLE METHOD("skip = '^[0-9a-f]{8}: --'"));
    assert_int_equal(
        dump_rig_answer("00001000: -- -- --\r\n" BOTH "00001020: --\r\n> "), 0);
    all_came();
    dump_rig_down();
    up(CONSOLE METHOD(""));
    assert_int_equal(dump_rig_answer(BOTH "00001020: --\r\n> "), 0);
    assert_int_equal(dr.result.rows_bad, 1);
    dump_rig_down();
}

static void rows_longer_than_asked_for(void **state)
{
    (void)state;
    up(CONSOLE "dump one { command = \"d {address}\" row { cells = 32 } }\n");
    dr.r.len = 16;
    assert_int_equal(dump_rig_answer("00001000: " CELLS_1 " " CELLS_2 "\r\n> "),
                     0);
    assert_int_equal(dr.n_came, 16);
    assert_int_equal(dump_rig_answer("00001000: " CELLS_1 "\r\n> "), 0);
    assert_int_equal(dr.n_came, 16);
    dr.r.len = 48;
    memcpy(dr.memory + 32, text32, 16);
    assert_int_equal(dump_rig_answer("00001000: " CELLS_1 " " CELLS_2
                                     "\r\n00001020: " CELLS_1 "\r\n> "),
                     0);
    assert_int_equal(dr.n_came, 48);
    /* cut between two cells: only the last one may be so short */
    assert_int_equal(
        dump_rig_answer("00001000: " CELLS_1 "\r\n00001020: " CELLS_1 "\r\n> "),
        0);
    assert_int_equal(dr.n_came, 0);
    dump_rig_down();
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    up(CONSOLE "dump one { command = \"d {address}\""
               " row { unreadable = \"x\" ascii = true } }\n");
    assert_int_equal(
        dump_rig_answer("00001000: xx 68 65 20 66 69 72 73 74 20 72 6f 77 20 "
                        "2e 2e  .he first row ..\r\n00001010: " ROW_2 "> "),
        0);
    assert_int_equal(dr.n_came, 16);
    assert_int_equal(dr.came[16], 1);
    assert_int_equal(dr.result.rows_unreadable, 1);
    assert_true(dr.result.fault); /* all else came */
    assert_int_equal(
        dump_rig_answer("00001000: xx 68 65 20 66 69 72 73 74 20 72 6f 77 20 "
                        "2e 2e  .he first row ..\r\n> "),
        0);
    assert_false(dr.result.fault);
    dump_rig_down();
}

static void a_pager_between_rows(void **state)
{
    (void)state;
    up("console { prompt = '^> $' pager = {'^-- more --$', \" \"} }\n" METHOD(
        ""));
    dr.key = ' ';
    dr.key_after = 1;
    for (size_t chunk = 0; chunk < 6; chunk++) {
        dr.line.chunk = chunk / 2;
        dr.n_says = dr.said = 0;
        dump_rig_says("00001000: " ROW_1 "-- more --");
        dump_rig_says(chunk % 2 == 0 ? "\r          \r00001010: " ROW_2 "> "
                                     : "\b\b\b\b\b\b\b\b\b\b\b           "
                                       "\b\b\b\b\b\b\b\b\b\b\b00001010: " ROW_2
                                       "> ");
        assert_int_equal(dump_rig_run(NULL), 0);
        all_came();
        assert_string_equal(dr.typed, "d 1000 20\r ");
    }
    dump_rig_down();
}

static unsigned pages;

static void page_on(void *arg, char byte)
{
    (void)arg;
    if (byte == ' ' && pages++ < 2000)
        fake_say(&dr.line, " \r\n-- more --");
}

static void a_pager_without_end(void **state)
{
    uint64_t from;

    (void)state;
    up("console { prompt = '^> $' pager = {'^-- more --$', \" \"} }\n" METHOD(
        ""));
    pages = 0;
    dr.no_echo = true;
    dr.d->echo = ECHO_NONE;
    dr.line.hear = page_on;
    fake_say(&dr.line, "-- more --");
    from = fake_now();
    assert_int_equal(dump_rig_run(NULL), -ETIMEDOUT);
    assert_in_range(fake_now() - from, 1000, 6000);
    assert_true(pages < 2000);
    dump_rig_down();
}

/* The question of somebody who starts is not the command's. */
static void a_reset_before_a_question(void **state)
{
    (void)state;
    up("recognise { banner = {'^Boot '} }\n"
       "console { prompt = '^> $' pager = {'^-- more --$', \" \"} }\n" METHOD(
           ""));
    dump_rig_says("00001000: " ROW_1 "Boot 1.0\r\n-- more --");
    assert_int_equal(dump_rig_run(NULL), -ETIMEDOUT);
    assert_string_equal(dr.typed, "d 1000 20\r");
    dump_rig_down();
}

/* A menu: one key, then numbers, each asked for. */
static void keys_and_questions(void **state)
{
    static const char dialect[] =
        "console { prompt = '^> $' }\n"
        "dump one { command = \"r\" enter = false"
        " dialogue = {'address: 0x$', \"{address:X8}\\r\","
        " 'count \\(at most \\d+\\)', \"{length:d}\\r\"}"
        " row { address-prefix = \"0x\" address-suffix = \" \" } }\n";

    (void)state;
    up(dialect);
    dr.key = 'r';
    dump_rig_says("\r\nstart address: 0x");
    dump_rig_says("enter the count (at most 9000)\r\n");
    dump_rig_says("\r\n0x00001000 " CELLS_1 " \r\n0x00001010 " CELLS_2
                  " \r\n\r\n> ");
    assert_int_equal(dump_rig_run(NULL), 0);
    all_came();
    assert_string_equal(dr.typed, "r00001000\r32\r");
    /* the second question does not come */
    dr.n_says = 1;
    dr.said = 0;
    assert_int_equal(dump_rig_run(NULL), -ETIMEDOUT);
    assert_string_equal(dr.typed, "r00001000\r");
    assert_int_equal(dr.n_came, 0);
    dump_rig_down();
}

/* The echo of an answer is no part of a stream. */
static void a_stream_behind_questions(void **state)
{
    (void)state;
    up("console { prompt = '^> $' }\n"
       "dump one { command = \"r\" output = hex"
       " dialogue = {'address: $', \"{address:X8}\\r\"} }\n");
    dump_rig_says("cafe\r\nstart address: ");
    dump_rig_says("74686520666972737420726f77202e2e\r\n"
                  "746865207365636f6e64206f6e65202e\r\n> ");
    assert_int_equal(dump_rig_run(NULL), 0);
    all_came();
    dump_rig_down();
}

static void an_end_without_prompt(void **state)
{
    uint64_t from;

    (void)state;
    up("console { done = '^(OK|ERROR)$' }\n" METHOD(""));
    from = fake_now();
    assert_int_equal(dump_rig_answer(BOTH "OK\r\n"), 0);
    all_came();
    assert_true(fake_now() - from < 500);
    assert_int_equal(dump_rig_answer("ERROR\r\n"), 0);
    assert_int_equal(dr.result.rows_lost, 2);
    assert_int_equal(dump_rig_answer(BOTH), -ETIMEDOUT);
    dump_rig_down();
    /* a word before the prompt: what is missing does not come any more */
    up("console { prompt = '^> $' done = '^status = ' }\n" METHOD(""));
    from = fake_now();
    assert_int_equal(dump_rig_answer("00001000: " ROW_1 "status = -5\r\n> "),
                     0);
    assert_true(fake_now() - from < 100);
    assert_int_equal(dr.result.rows_lost + dr.result.rows_bad, 2);
    dump_rig_down();
}

static void goes_on(void **state)
{
    (void)state;
    up(CONSOLE METHOD("again = \"d\""));
    dr.r.again = true;
    assert_int_equal(dump_rig_answer(BOTH "> "), 0);
    all_came();
    assert_string_equal(dr.typed, "d\r");
    dump_rig_down();
    up(CONSOLE METHOD(""));
    dr.r.again = true;
    assert_int_equal(dump_rig_answer(BOTH "> "), 0);
    assert_string_equal(dr.typed, "d 1000 20\r");
    dump_rig_down();
}

static void text_proves_the_order(void **state)
{
    static const char words[] =
        "00001000: 04030201 08070605 0c0b0a09 100f0e0d  ................\r\n"
        "00001010: 20656874 6f636573 6f20646e 2e20656e" TEXT_2
        "00001020: 04030201 08070605 0c0b0a09 100f0e0d  ................\r\n"
        "00001030: ff0000ff 00000000 ffffffff 00ffff00  ................\r\n> ";

    (void)state;
    dump_rig_up(CONSOLE "dump one { command = \"d {address}\" order = cpu"
                        " row { cell-bytes = 4 cells = 4 ascii = true } }\n");
    dr.r.order = ROW_UNPROVED;
    dr.r.prove = true;
    dr.r.len = 64;
    for (unsigned i = 0; i < 16; i++)
        dr.memory[i] = dr.memory[32 + i] = (uint8_t)(i + 1);
    memcpy(dr.memory + 16, text32 + 16, 16);
    memcpy(dr.memory + 48, "\xff\0\0\xff\0\0\0\0\xff\xff\xff\xff\0\xff\xff",
           16);
    assert_int_equal(dump_rig_answer(words), 0);
    assert_int_equal(dr.result.order, ROW_REVERSED);
    assert_int_equal(dr.result.rows_unproved, 1);
    assert_int_equal(dr.n_came, 48);
    assert_int_equal(dr.came[0], 0); /* nothing told its order yet */
    /* what reads the same both ways needs no proof, */
    dr.r.address = 0x1030;
    dr.r.len = 16;
    memmove(dr.memory, dr.memory + 48, 16);
    assert_int_equal(dump_rig_answer(strstr(words, "00001030")), 0);
    assert_int_equal(dr.n_came, 16);
    assert_int_equal(dr.result.order, ROW_UNPROVED);
    dump_rig_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_addresses_count_from),
        cmocka_unit_test(lines_to_be_skipped),
        cmocka_unit_test(rows_longer_than_asked_for),
        cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(a_pager_between_rows),
        cmocka_unit_test(a_pager_without_end),
        cmocka_unit_test(a_reset_before_a_question),
        cmocka_unit_test(keys_and_questions),
        cmocka_unit_test(a_stream_behind_questions),
        cmocka_unit_test(an_end_without_prompt),
        cmocka_unit_test(goes_on),
        cmocka_unit_test(text_proves_the_order),
    };

    return cmocka_run_group_tests_name("dump-ways", tests, NULL, NULL);
}
