// SPDX-License-Identifier: BSD-2-Clause
// Rows of dumps: right ones give their bytes, damaged ones give none.

#include "unit.h"

#include "monitor/row.h"

/* U-Boot's md.b and md.l, and the Winbond loader's d. */
static const struct row_shape md_b = {.address_digits_min = 8,
                                      .address_digits_max = 16,
                                      .address_radix = 16,
                                      .address_suffix = ": ",
                                      .cell_bytes = 1,
                                      .cells = 16,
                                      .separators = " ",
                                      .ascii = true,
                                      .ascii_gap = 1,
                                      .ascii_first = 0x20,
                                      .ascii_last = 0x7e,
                                      .ascii_other = '.'};
static struct row_shape md_l;
static struct row_shape winbond;

static int make_shapes(void **state)
{
    (void)state;
    md_l = md_b;
    md_l.cell_bytes = 4;
    md_l.cells = 4;
    winbond = md_b;
    strcpy(winbond.address_prefix, "[");
    strcpy(winbond.address_suffix, "] ");
    winbond.address_digits_max = 8;
    strcpy(winbond.separators, " -");
    winbond.ascii_gap = 2;
    winbond.ascii_first = 0x21;
    winbond.ascii_last = 0x7f;
    return 0;
}

static enum row_result parse(const struct row_shape *s, enum row_order order,
                             const char *text, size_t bytes, struct row *out)
{
    return row_parse(s, order, text, strlen(text), bytes, out);
}

static const char good_b[] =
    "9f000010: 48 65 6c 6c 6f 2c 20 66 6c 61 73 68 00 7f ff 2e"
    "    Hello, flash....";

static void takes_bytes_and_words(void **state)
{
    static const char words[] =
        "9f000010: 6c6c6548 66202c6f 6873616c 2eff7f00  Hello, flash....";
    struct row r;
    struct row w;

    (void)state;
    assert_int_equal(row_full_length(&md_b), 16);
    assert_int_equal(row_full_length(&md_l), 16);
    assert_int_equal(parse(&md_b, ROW_MEMORY, good_b, 16, &r), ROW_OK);
    assert_true(r.address == 0x9f000010);
    assert_int_equal(r.len, 16);
    assert_memory_equal(r.bytes, "Hello, flash\0\x7f\xff.", 16);
    assert_int_equal(parse(&md_l, ROW_REVERSED, words, 16, &w), ROW_OK);
    assert_memory_equal(r.bytes, w.bytes, 16);
    assert_int_equal(parse(&md_l, ROW_MEMORY, words, 16, &w), ROW_BAD_ASCII);
    assert_int_equal(parse(&md_l, ROW_UNPROVED, words, 16, &w), ROW_OK);
    assert_memory_equal(w.bytes, "lleH", 4);
    assert_true(w.suits_reversed && !w.suits_memory);
    row_reverse_cells(&md_l, w.bytes, w.len);
    assert_memory_equal(r.bytes, w.bytes, 16);
}

static void takes_winbond_rows(void **state)
{
    /* DEL stands for itself here and a blank does not; '-' and blanks in the
     * ASCII column are data. */
    struct row r;

    (void)state;
    assert_int_equal(
        parse(&winbond, ROW_MEMORY,
              "[7F0E0020] 20 2D 2D 20 41 7F 80 5D - 5B 37 46 30 2D 00 FF 2E"
              "  .--.A\x7f.][7F0-...",
              16, &r),
        ROW_OK);
    assert_true(r.address == 0x7f0e0020);
    assert_memory_equal(r.bytes, " -- A\x7f\x80][7F0-\0\xff.", 16);
    assert_int_equal(
        parse(&winbond, ROW_MEMORY,
              "[7F0E0020] 20 2D 2D 20 41 7F 80 5D - 5B 37 46 30 2D 00 FF 2E"
              "   --.A\x7f.][7F0-...",
              16, &r),
        ROW_BAD_ASCII);
}

/* Every single changed character is noticed, except in a digit of the address
 * (the caller's job) and between values that both show as a dot. */
static void any_damaged_character_shows(void **state)
{
    char text[128];
    struct row good;
    struct row r;
    unsigned unseen = 0;

    (void)state;
    assert_int_equal(parse(&md_b, ROW_MEMORY, good_b, 16, &good), ROW_OK);
    for (size_t i = 0; i < sizeof(good_b) - 1; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(text, good_b, sizeof(good_b));
            text[i] = (char)(text[i] ^ 1 << bit);
            if (row_parse(&md_b, ROW_MEMORY, text, sizeof(good_b) - 1, 16,
                          &r) != ROW_OK)
                continue;
            if (i < 8)
                assert_true(r.address != good.address ||
                            memcmp(r.bytes, good.bytes, 16) == 0);
            else if (memcmp(r.bytes, good.bytes, 16) != 0)
                unseen++;
        }
    /* The digits of 00, 7f and ff have neighbours that are dots too. */
    assert_in_range(unseen, 1, 24);
}

static void a_lost_character_shows(void **state)
{
    char text[128];
    struct row r;

    (void)state;
    /* Not of the address, and one of several blanks may go. */
    for (size_t i = 8; i < sizeof(good_b) - 1; i++) {
        memcpy(text, good_b, i);
        strcpy(text + i, good_b + i + 1);
        if (i >= 57 && i <= 60)
            continue;
        if (parse(&md_b, ROW_MEMORY, text, 16, &r) == ROW_OK)
            fail_msg("'%s' is taken for a row", text);
    }
}

static void tells_what_is_wrong(void **state)
{
    static const struct {
        const char *text;
        enum row_result want;
    } cases[] = {
        {"", ROW_NOT_A_ROW},
        {"=> ", ROW_NOT_A_ROW},
        {"9f00001: 00", ROW_NOT_A_ROW},
        {"9f000010", ROW_NOT_A_ROW},
        {"9f000010:", ROW_NOT_A_ROW},
        {"00000009f0000010f: 00", ROW_NOT_A_ROW},
        {"g9f000010: 00", ROW_NOT_A_ROW},
        {"9f000010: ", ROW_BAD_CELL},
        {"9f000010: 48", ROW_BAD_CELL},
        {"9f000010: 48 6", ROW_BAD_CELL},
        {"9f000010: 48656c6c 6f2c2066 6c617368 007fff2e  Hello", ROW_BAD_CELL},
        {"9f000010: 48 65 6c 6c 6f 2c 20 66 6c 61 73 68 00 7f ff 2e2"
         "    Hello, flash....",
         ROW_BAD_CELL},
        {"9f000010: 48 65 6c 6c 6f 2c 20 66 6c 61 73 68 00 7f ff 2e"
         "    Hello, flash...",
         ROW_BAD_ASCII},
        {"9f000010: 48 65 6c 6c 6f 2c 20 66 6c 61 73 68 00 7f ff 2e"
         "    Hello, flash.....",
         ROW_BAD_ASCII},
        {"9f000010: 48 65 6c 6c 6f 2c 20 66 6c 61 73 68 00 7f ff 2e",
         ROW_BAD_ASCII},
        {"9f000010: 48 65 6c 6c 6f 2c 20 66 6c 61 73 68 00 7f ff 2e"
         "Hello, flash....",
         ROW_BAD_ASCII},
    };
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (parse(&md_b, ROW_MEMORY, cases[i].text, 16, &r) != cases[i].want)
            fail_msg("'%s': not %d", cases[i].text, cases[i].want);
}

/* Data that imitates the end of the cells, a prompt, another row. */
static void ascii_is_taken_by_count(void **state)
{
    struct row r;

    (void)state;
    assert_int_equal(
        parse(&md_b, ROW_MEMORY,
              "00000000: 20 20 20 20 3d 3e 20 30 30 30 3a 20 66 66 20 20"
              "        => 000: ff  ",
              16, &r),
        ROW_OK);
    assert_memory_equal(r.bytes, "    => 000: ff  ", 16);
}

static void short_last_rows(void **state)
{
    struct row r;

    (void)state;
    assert_int_equal(
        parse(&md_l, ROW_REVERSED, "20111050: 00000016    ....", 4, &r),
        ROW_OK);
    assert_int_equal(r.len, 4);
    assert_memory_equal(r.bytes, "\x16\0\0", 4);
    /* padded to the column, as newer releases do */
    assert_int_equal(
        parse(&md_l, ROW_REVERSED,
              "20111050: 00000016                             ....", 4, &r),
        ROW_OK);
    assert_int_equal(
        parse(&md_l, ROW_REVERSED, "20111050: 00000016    ....", 8, &r),
        ROW_BAD_CELL);
    assert_int_equal(parse(&md_l, ROW_REVERSED, good_b, 3, &r), ROW_NOT_A_ROW);
    assert_int_equal(parse(&md_l, ROW_REVERSED, good_b, 0, &r), ROW_NOT_A_ROW);
    assert_int_equal(parse(&md_l, ROW_REVERSED, good_b, 32, &r), ROW_NOT_A_ROW);
}

static void shapes_without_ascii(void **state)
{
    struct row_shape s = md_b;
    char text[] = "0x00000010:\t0x41 0x42 0x43 0x44 0x45 0x46 0x47 0x48 0x49"
                  " 0x4a 0x4b 0x4c 0x4d 0x4e 0x4f 0x50 ";
    struct row r;

    (void)state;
    strcpy(s.address_prefix, "0x");
    strcpy(s.address_suffix, ":\t");
    strcpy(s.cell_prefix, "0x");
    s.ascii = false;
    assert_int_equal(parse(&s, ROW_MEMORY, text, 16, &r), ROW_OK);
    assert_memory_equal(r.bytes, "ABCDEFGHIJKLMNOP", 16);
    text[sizeof(text) - 2] = 'x';
    assert_int_equal(parse(&s, ROW_MEMORY, text, 16, &r), ROW_BAD_TAIL);
}

/* Where the numbers of an address end. */
static void addresses_in_other_radixes(void **state)
{
    static const struct {
        unsigned radix;
        unsigned most;
        const char *text;
        enum row_result want;
        uint64_t address;
    } cases[] = {
        {8, 22, "0000400 aa", ROW_OK, 0400},
        {8, 22, "0000800 aa", ROW_NOT_A_ROW, 0},
        {8, 22, "1777777777777777777777 aa", ROW_OK, UINT64_MAX},
        {8, 22, "2000000000000000000000 aa", ROW_NOT_A_ROW, 0},
        {10, 20, "0065536 aa", ROW_OK, 65536},
        {10, 20, "006553a aa", ROW_NOT_A_ROW, 0},
        {10, 20, "18446744073709551615 aa", ROW_OK, UINT64_MAX},
        {10, 20, "18446744073709551616 aa", ROW_NOT_A_ROW, 0},
        {10, 20, "99999999999999999999 aa", ROW_NOT_A_ROW, 0},
        {16, 16, "fffffffffffffff0 aa", ROW_OK, UINT64_MAX - 15},
        {16, 16, "0fffffffffffffff0 aa", ROW_NOT_A_ROW, 0},
        {16, 16, "ffff aa", ROW_NOT_A_ROW, 0},
    };
    struct row_shape s = {.address_digits_min = 5,
                          .address_suffix = " ",
                          .cell_bytes = 1,
                          .cells = 16,
                          .separators = " "};
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        s.address_radix = cases[i].radix;
        s.address_digits_max = cases[i].most;
        if (parse(&s, ROW_MEMORY, cases[i].text, 1, &r) != cases[i].want)
            fail_msg("'%s': not %d", cases[i].text, cases[i].want);
        if (cases[i].want == ROW_OK)
            assert_true(r.address == cases[i].address);
    }
}

static void rows_without_address(void **state)
{
    struct row_shape s = {
        .address_prefix = " ", .cell_bytes = 1, .cells = 16, .separators = " "};
    struct row r;

    (void)state;
    assert_int_equal(parse(&s, ROW_MEMORY,
                           "   de ad c0 de 00 01 02 03 04 05 06 07 08 09 0a 0b",
                           16, &r),
                     ROW_OK);
    assert_false(row_has_address(&s));
    assert_true(r.address == 0);
    assert_memory_equal(r.bytes, "\xde\xad\xc0\xde\0\1\2\3", 8);
    assert_int_equal(parse(&s, ROW_MEMORY, "de ad c0 de", 4, &r),
                     ROW_NOT_A_ROW);
    assert_int_equal(parse(&s, ROW_MEMORY, " done!", 16, &r), ROW_NOT_A_ROW);
    assert_int_equal(parse(&s, ROW_MEMORY, " dead code", 16, &r),
                     ROW_NOT_A_ROW);
    assert_int_equal(parse(&s, ROW_MEMORY, " de", 16, &r), ROW_BAD_CELL);
    assert_int_equal(parse(&s, ROW_MEMORY, " de ad c0 d", 4, &r), ROW_BAD_CELL);
}

static void pairs_may_stand_together(void **state)
{
    struct row_shape s = md_b;
    struct row r;

    (void)state;
    s.pairs = true;
    assert_int_equal(parse(&s, ROW_MEMORY,
                           "00402000: 4D5A 9000 0300 0000  0400 0000 FFFF 0000"
                           "  MZ..............",
                           16, &r),
                     ROW_OK);
    assert_memory_equal(r.bytes, "MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0", 16);
    assert_int_equal(parse(&s, ROW_MEMORY,
                           "00402000: 4D5A 900 0300 0000  0400 0000 FFFF 0000"
                           "  MZ..............",
                           16, &r),
                     ROW_BAD_CELL);
    assert_int_equal(parse(&md_b, ROW_MEMORY, "00402000: 4D5A", 2, &r),
                     ROW_BAD_CELL);
}

static void cells_that_cannot_be_read(void **state)
{
    struct row_shape s = md_l;
    struct row r;

    (void)state;
    s.unreadable = 'x';
    assert_int_equal(parse(&s, ROW_REVERSED,
                           "80001000: 64636261 xxxxxxxx 00000030 xxxxxxxx"
                           "  abcd????0...    ",
                           16, &r),
                     ROW_UNREADABLE);
    assert_true(r.missing == 0xf0f0);
    assert_memory_equal(r.bytes,
                        "abcd\0\0\0\0"
                        "0\0\0\0\0\0\0\0",
                        16);
    /* what can be read is checked as ever */
    assert_int_equal(parse(&s, ROW_REVERSED,
                           "80001000: 64636261 xxxxxxxx 00000030 xxxxxxxx"
                           "  abce????0...    ",
                           16, &r),
                     ROW_BAD_ASCII);
    assert_int_equal(parse(&s, ROW_REVERSED, "80001000: xxxxxxx0  ....", 4, &r),
                     ROW_BAD_CELL);
    assert_int_equal(
        parse(&md_l, ROW_REVERSED, "80001000: xxxxxxxx  ....", 4, &r),
        ROW_BAD_CELL);
}

static void a_tail_may_stand_behind(void **state)
{
    static const char row[] = "00402000: 61 62 6f 6b    ab";
    struct row_shape s = md_b;
    char text[80];
    struct row r;

    (void)state;
    strcpy(s.tail, " ok");
    (void)snprintf(text, sizeof(text), "%sok ok", row);
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_OK);
    assert_int_equal(parse(&md_b, ROW_MEMORY, text, 4, &r), ROW_BAD_ASCII);
    (void)snprintf(text, sizeof(text), "%sok", row);
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_OK);
    (void)snprintf(text, sizeof(text), "%sok ok ok", row);
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_BAD_ASCII);
    s.ascii = false;
    assert_int_equal(parse(&s, ROW_MEMORY, "00402000: 61 62 ok", 2, &r),
                     ROW_OK);
    assert_int_equal(parse(&s, ROW_MEMORY, "00402000: 61 62 no", 2, &r),
                     ROW_BAD_TAIL);
}

/* Blanks there say nothing, with a column or without one. */
static void blanks_before_the_tail_and_at_the_end(void **state)
{
    static const char *const good[] = {
        "00402000: 61 62 6f 20    abo  |", "00402000: 61 62 6f 20    abo     |",
        "00402000: 61 62 6f 20    abo  |  ", "00402000: 61 62 6f 20    abo ",
        "00402000: 61 62 6f 20    abo    "};
    struct row_shape s = md_b;
    struct row r;

    (void)state;
    strcpy(s.tail, "|");
    for (size_t i = 0; i < COUNT(good); i++) {
        if (parse(&s, ROW_MEMORY, good[i], 4, &r) != ROW_OK)
            fail_msg("'%s' is refused", good[i]);
        assert_memory_equal(r.bytes, "abo ", 4);
    }
    assert_int_equal(
        parse(&s, ROW_MEMORY, "00402000: 61 62 6f 20    abo  ||", 4, &r),
        ROW_BAD_ASCII);
    assert_int_equal(
        parse(&s, ROW_MEMORY, "00402000: 61 62 6f 20    abp   |", 4, &r),
        ROW_BAD_ASCII);
    s.ascii = false;
    assert_int_equal(parse(&s, ROW_MEMORY, "00402000: 61 62    |  ", 2, &r),
                     ROW_OK);
}

/* A dump that starts in the middle of a row: what comes first is not at the
 * address that is printed. */
static void blank_cells_in_front(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
        enum row_result want;
    } rows[] = {
        {"00402000:    62 6f 6f 74 20 62 6f 6f 74 20 62 6f 6f 74 20"
         "     boot boot boot ",
         15, ROW_BLANK_CELLS},
        {"00402000:                                     6f 6f 74 20"
         "                oot ",
         4, ROW_BLANK_CELLS},
        {"00402000:       62 6f 6f                                 "
         "      boo",
         3, ROW_BLANK_CELLS},
        /* a short last row of devices with two and three blanks there */
        {"00402000:  62 6f 6f    boo", 3, ROW_OK},
        {"00402000:   62 6f 6f    boo", 3, ROW_OK},
        /* a full row cannot have any */
        {"00402000:      61 62 6f 6f 74 20 62 6f 6f 74 20 62 6f 6f 74 20    "
         "aboot boot boot ",
         16, ROW_OK},
    };
    struct row_shape s = md_b;
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum row_result got = parse(&s, ROW_MEMORY, rows[i].text, rows[i].bytes,
                                    &r);
        if (got != rows[i].want)
            fail_msg("'%s': %d, not %d", rows[i].text, (int)got,
                     (int)rows[i].want);
    }
    /* where the dialect says that there are so many */
    strcpy(s.address_suffix, ":    ");
    assert_int_equal(
        parse(&s, ROW_MEMORY, "00402000:    62 6f 6f    boo", 3, &r), ROW_OK);
    assert_int_equal(
        parse(&s, ROW_MEMORY, "00402000:       62 6f 6f    boo", 3, &r),
        ROW_BLANK_CELLS);
    s = md_l;
    assert_int_equal(parse(&s, ROW_MEMORY,
                           "00402000:          62626262 63636363    bbbbcccc",
                           8, &r),
                     ROW_BLANK_CELLS);
    assert_int_equal(parse(&s, ROW_MEMORY,
                           "00402000:      62626262 63636363    bbbbcccc", 8,
                           &r),
                     ROW_OK);
}

static void a_dot_for_any_byte(void **state)
{
    static const char text[] = "00402000: 61 7b 00 2e    a...";
    struct row_shape s = md_b;
    struct row r;

    (void)state;
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_BAD_ASCII);
    s.ascii_one_way = true;
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_OK);
    /* but no other character, */
    assert_int_equal(
        parse(&s, ROW_MEMORY, "00402000: 61 7b 00 2e    a;..", 4, &r),
        ROW_BAD_ASCII);
    /* nor for a byte outside of the range its own */
    assert_int_equal(
        parse(&s, ROW_MEMORY, "00402000: 61 7f 00 2e    a\x7f..", 4, &r),
        ROW_BAD_ASCII);
}

static void raw_bytes_in_the_column(void **state)
{
    static const char text[] = "00402000: 9b 85 ff 7f    \x9b\x85\xff\x7f";
    struct row_shape s = md_b;
    struct row r;

    (void)state;
    s.ascii_last = 0xff;
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_OK);
    assert_memory_equal(r.bytes, "\x9b\x85\xff\x7f", 4);
    s.ascii_last = 0xfe;
    assert_int_equal(parse(&s, ROW_MEMORY, text, 4, &r), ROW_BAD_ASCII);
}

static void what_tells_the_order(void **state)
{
    static const struct {
        const char *text;
        bool memory;
        bool reversed;
    } cases[] = {
        {"00402000: 00414243  .ABC", true, false},
        {"00402000: 00414243  CBA.", false, true},
        {"00402000: 41424241  ABBA", true, true},
        {"00402000: 00010203  ....", true, true},
    };
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&md_l, ROW_UNPROVED, cases[i].text, 4, &r),
                         ROW_OK);
        assert_int_equal(r.suits_memory, cases[i].memory);
        assert_int_equal(r.suits_reversed, cases[i].reversed);
    }
}

static void a_nul_separates_nothing(void **state)
{
    char text[sizeof(good_b)];
    struct row r;

    (void)state;
    memcpy(text, good_b, sizeof(good_b));
    text[12] = '\0';
    assert_int_equal(
        row_parse(&md_b, ROW_MEMORY, text, sizeof(text) - 1, 16, &r),
        ROW_BAD_CELL);
}

static void cut_anywhere_is_safe(void **state)
{
    struct row r;

    (void)state;
    for (size_t len = 0; len < sizeof(good_b) - 1; len++) {
        char *copy = malloc(len + 1); /* exact, for the address sanitizer */
        assert_non_null(copy);
        memcpy(copy, good_b, len);
        assert_true(row_parse(&md_b, ROW_MEMORY, copy, len, 16, &r) != ROW_OK);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_bytes_and_words),
        cmocka_unit_test(takes_winbond_rows),
        cmocka_unit_test(any_damaged_character_shows),
        cmocka_unit_test(a_lost_character_shows),
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(ascii_is_taken_by_count),
        cmocka_unit_test(short_last_rows),
        cmocka_unit_test(shapes_without_ascii),
        cmocka_unit_test(addresses_in_other_radixes),
        cmocka_unit_test(rows_without_address),
        cmocka_unit_test(pairs_may_stand_together),
        cmocka_unit_test(cells_that_cannot_be_read),
        cmocka_unit_test(a_tail_may_stand_behind),
        cmocka_unit_test(blanks_before_the_tail_and_at_the_end),
        cmocka_unit_test(blank_cells_in_front),
        cmocka_unit_test(a_dot_for_any_byte),
        cmocka_unit_test(raw_bytes_in_the_column),
        cmocka_unit_test(what_tells_the_order),
        cmocka_unit_test(a_nul_separates_nothing),
        cmocka_unit_test(cut_anywhere_is_safe),
    };

    return cmocka_run_group_tests_name("row", tests, make_shapes, NULL);
}
