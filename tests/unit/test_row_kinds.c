// SPDX-License-Identifier: BSD-2-Clause
// One row of each kind of boot loader, with values of our own.

#include "unit.h"

#include "monitor/row.h"

#define ADDRESS_IN(radix, prefix, least, most, suffix)                         \
    .address_radix = (radix), .address_prefix = "" prefix,                     \
    .address_digits_min = (least), .address_digits_max = (most),               \
    .address_suffix = "" suffix
#define ADDRESS(prefix, least, most, suffix)                                   \
    ADDRESS_IN(16, prefix, least, most, suffix)
#define CELLS(bytes, n, between)                                               \
    .cell_bytes = (bytes), .cells = (n), .separators = "" between
#define COLUMN(gap, open, close, first, last)                                  \
    .ascii = true, .ascii_gap = (gap), .ascii_open = "" open,                  \
    .ascii_close = "" close, .ascii_first = (first), .ascii_last = (last),     \
    .ascii_other = '.'

/* Among them what looks like separators, bars, ends of a column. */
static const uint8_t memory[32] = "FW -|*>\0\x7f\x80\xff.:}A0`abcdefghijklmno";

static const struct {
    const char *name;
    struct row_shape shape;
    enum row_order order;
    uint64_t address;
    const char *text;
} kinds[] = {
    {"RedBoot -1",
     {ADDRESS("", 8, 8, ": "), CELLS(1, 16, " "),
      COLUMN(1, "|", "|", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0: 46 57 20 2D 7C 2A 3E 00  7F 80 FF 2E 3A 7D 41 30  |FW "
     "-|*>.....:}A0|"},
    {"RedBoot, its manual",
     {ADDRESS("0x", 8, 8, ": "), CELLS(1, 16, " "),
      COLUMN(1, "|", "|", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "0xBF0140A0: 46 57 20 2D 7C 2A 3E 00  7F 80 FF 2E 3A 7D 41 30 |FW "
     "-|*>.....:}A0|"},
    {"RedBoot of 2001",
     {ADDRESS("0x", 8, 8, ": "), CELLS(1, 16, " "),
      COLUMN(2, "|", "|", 0x20, 0x7e), .pairs = true},
     ROW_MEMORY,
     0x140a0,
     "0x000140A0: 4657 202D 7C2A 3E00  7F80 FF2E 3A7D 4130  |FW "
     "-|*>.....:}A0|"},
    {"RedBoot -2",
     {ADDRESS("", 8, 8, ": "), CELLS(2, 8, " ")},
     ROW_REVERSED,
     0xbf0140a0,
     "BF0140A0: 5746 2D20 2A7C 003E  807F 2EFF 7D3A 3041 "},
    {"RedBoot -4",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " ")},
     ROW_REVERSED,
     0xbf0140a0,
     "BF0140A0: 2D205746 003E2A7C 2EFF807F 30417D3A "},
    {"CFE d",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " "), COLUMN(2, "", "", 0x20, 0x7f)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0: 4657202D 7C2A3E00 7F80FF2E 3A7D4130  FW -|*>.\x7f"
     "...:}A0"},
    {"CFE d -q, 64 bits",
     {ADDRESS("", 8, 16, ": "), CELLS(8, 2, " "),
      COLUMN(2, "", "", 0x20, 0x7f)},
     ROW_REVERSED,
     0xffffffffbf0140a0,
     "FFFFFFFFBF0140A0: 003E2A7C2D205746 30417D3A2EFF807F  FW -|*>.\x7f"
     "...:}A0"},
    {"CFE d -p",
     {ADDRESS("", 8, 8, "% "), CELLS(2, 8, " "), COLUMN(2, "", "", 0x20, 0x7f)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0% 4657 202D 7C2A 3E00 7F80 FF2E 3A7D 4130  FW -|*>.\x7f"
     "...:}A0"},
    {"CFE of set-top boxes",
     {ADDRESS("", 8, 8, " "), CELLS(1, 16, " "), COLUMN(2, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0  46 57 20 2D 7C 2A 3E 00 7F 80 FF 2E 3A 7D 41 30  FW "
     "-|*>.....:}A0"},
    {"BOLT -w",
     {ADDRESS("", 8, 8, " "), CELLS(4, 4, " ")},
     ROW_REVERSED,
     0xbf0140a0,
     "BF0140A0  2D205746 003E2A7C 2EFF807F 30417D3A"},
    {"CFE dm",
     {ADDRESS("", 8, 8, ": "), CELLS(1, 16, " "),
      COLUMN(4, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "bf0140a0: 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30    FW "
     "-|*>.....:}A0"},
    {"CFE dn",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " "), COLUMN(4, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0x7f0,
     "000007f0: 4657202d 7c2a3e00 7f80ff2e 3a7d4130    FW -|*>.....:}A0"},
    {"ZyXEL ATDU",
     {ADDRESS("", 8, 8, ": "), CELLS(1, 16, " -"),
      COLUMN(3, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0: 46 57 20 2D 7C 2A 3E 00-7F 80 FF 2E 3A 7D 41 30   FW "
     "-|*>.....:}A0"},
    {"UEFI dmem",
     {ADDRESS(" ", 8, 16, ": "), CELLS(1, 16, " -"),
      COLUMN(2, "*", "*", 0x20, 0x7e), .ascii_one_way = true},
     ROW_MEMORY,
     0xbf0140a0,
     "  BF0140A0: 46 57 20 2D 7C 2A 3E 00-7F 80 FF 2E 3A 7D 41 30  *FW "
     "-.*>.....:.A0*"},
    {"Realtek DB",
     {ADDRESS("", 8, 8, ": "), CELLS(1, 16, " "),
      COLUMN(4, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0: 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30    FW "
     "-|*>.....:}A0"},
    {"Realtek DW",
     {ADDRESS("", 8, 8, ":\t"), CELLS(4, 4, "\t")},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0:\t4657202D\t7C2A3E00\t7F80FF2E\t3A7D4130"},
    {"Realtek DW, where a blank stands for tabs",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " \t")},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0:\t4657202D\t7C2A3E00 \t7F80FF2E    3A7D4130"},
    {"tcboot dump",
     {ADDRESS("", 8, 8, " "), CELLS(1, 16, " ."),
      COLUMN(2, "|", "|", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "bf0140a0  46 57 20 2d.7c 2a 3e 00.7f 80 ff 2e.3a 7d 41 30  |FW "
     "-|*>.....:}A0|"},
    {"tcboot flashrd",
     {ADDRESS("0x", 8, 8, " | "), CELLS(1, 16, " "),
      COLUMN(1, "| ", "", 0x20, 0xff)},
     ROW_MEMORY,
     0x140a0,
     "0x000140a0 | 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30 | FW "
     "-|*>.\x7f"
     "\x80"
     "\xff"
     ".:}A0"},
    {"brnboot R",
     {ADDRESS("0x", 8, 8, " "), CELLS(1, 16, " ")},
     ROW_MEMORY,
     0xbf0140a0,
     "0xBF0140A0 46 57 20 2D 7C 2A 3E 00 7F 80 FF 2E 3A 7D 41 30 "},
    {"ADAM2 dm",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " "),
      COLUMN(1, "- ", "", 0x20, 0x7e)},
     ROW_REVERSED,
     0xbf0140a0,
     "bf0140a0: 2d205746 003e2a7c 2eff807f 30417d3a - FW -|*>.....:}A0"},
    {"EVA dm",
     {ADDRESS("0x", 8, 8, ": "), CELLS(4, 4, " "), .cell_prefix = "0x"},
     ROW_REVERSED,
     0xbf0140a0,
     "0xBF0140A0: 0x2D205746 0x003E2A7C 0x2EFF807F 0x30417D3A"},
    {"YAMON",
     {ADDRESS("", 8, 8, ": "), CELLS(1, 16, " "),
      COLUMN(2, "", "", 0x21, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0: 46 57 20 2D 7C 2A 3E 00 7F 80 FF 2E 3A 7D 41 30  "
     "FW.-|*>.....:}A0"},
    {"YAMON -32",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " "), COLUMN(2, "", "", 0x21, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "BF0140A0: 4657202D 7C2A3E00 7F80FF2E 3A7D4130  FW.-|*>.....:}A0"},
    {"PMON d",
     {ADDRESS("", 8, 8, " "), CELLS(1, 16, " "), COLUMN(1, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "bf0140a0  46 57 20 2d 7c 2a 3e 00  7f 80 ff 2e 3a 7d 41 30  FW "
     "-|*>.....:}A0"},
    {"barebox md -b",
     {ADDRESS("", 8, 16, ": "), CELLS(1, 16, " "),
      COLUMN(1, "", "", 0x20, 0x7e), .unreadable = 'x'},
     ROW_MEMORY,
     0xbf0140a0,
     "bf0140a0: 46 57 20 2d 7c 2a 3e 00  7f 80 ff 2e 3a 7d 41 30  FW "
     "-|*>.....:}A0"},
    {"barebox md",
     {ADDRESS("", 8, 16, ": "), CELLS(4, 4, " "), COLUMN(1, "", "", 0x20, 0x7e),
      .unreadable = 'x'},
     ROW_REVERSED,
     0xbf0140a0,
     "bf0140a0: 2d205746 003e2a7c 2eff807f 30417d3a                FW "
     "-|*>.....:}A0"},
    {"OpenBIOS dump",
     {ADDRESS("", 1, 16, " "), CELLS(1, 16, " "), COLUMN(4, "", "", 0x20, 0xff),
      .tail = " ok"},
     ROW_MEMORY,
     0x140a0,
     "140a0  46 57 20 2d 7c 2a 3e 00  7f 80 ff 2e 3a 7d 41 30    FW -|*>.\x7f"
     "\x80"
     "\xff"
     ".:}A0"},
    {"SLOF dump",
     {ADDRESS("", 1, 16, ": "), CELLS(1, 16, " "),
      COLUMN(1, "", "", 0x20, 0x7e), .tail = " ok"},
     ROW_MEMORY,
     0x140a0,
     "140a0: 46 57 20 2d 7c 2a 3e 00  7f 80 ff 2e 3a 7d 41 30  FW "
     "-|*>.....:}A0 ok"},
    {"hexdump -C",
     {ADDRESS("", 8, 8, " "), CELLS(1, 16, " "),
      COLUMN(2, "|", "|", 0x20, 0x7e)},
     ROW_MEMORY,
     0x140a0,
     "000140a0  46 57 20 2d 7c 2a 3e 00  7f 80 ff 2e 3a 7d 41 30  |FW "
     "-|*>.....:}A0|"},
    {"od -A x -t x1",
     {ADDRESS("", 6, 16, " "), CELLS(1, 16, " ")},
     ROW_MEMORY,
     0x140a0,
     "0140a0 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30"},
    {"od -A x -t x1z",
     {ADDRESS("", 6, 16, " "), CELLS(1, 16, " "),
      COLUMN(2, ">", "<", 0x20, 0x7e)},
     ROW_MEMORY,
     0x140a0,
     "0140a0 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30  >FW "
     "-|*>.....:}A0<"},
    {"od, octal addresses",
     {ADDRESS_IN(8, "", 7, 22, " "), CELLS(1, 16, " ")},
     ROW_MEMORY,
     0x140a0,
     "0240240 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30"},
    {"xxd",
     {ADDRESS("", 8, 16, ": "), CELLS(2, 8, " "),
      COLUMN(2, "", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0x140a0,
     "000140a0: 4657 202d 7c2a 3e00 7f80 ff2e 3a7d 4130  FW -|*>.....:}A0"},
    {"the shell of a cable modem",
     {ADDRESS("", 8, 8, ": "), CELLS(4, 4, " "),
      COLUMN(1, "| ", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "bf0140a0: 4657202d  7c2a3e00  7f80ff2e  3a7d4130 | FW -|*>.....:}A0"},
    {"the same gone decimal",
     {ADDRESS_IN(10, "", 1, 20, ": "), CELLS(4, 4, " "),
      COLUMN(1, "| ", "", 0x20, 0x7e)},
     ROW_MEMORY,
     0xbf0140a0,
     "3204530336: 4657202d  7c2a3e00  7f80ff2e  3a7d4130 | FW -|*>.....:}A0"},
    {"amboot nand dump",
     {ADDRESS(" ", 0, 0, ""), CELLS(1, 32, " ")},
     ROW_MEMORY,
     0,
     " 46 57 20 2d 7c 2a 3e 00 7f 80 ff 2e 3a 7d 41 30 60 61 62 63 64 65 66 67 "
     "68 69 6a 6b 6c 6d 6e 6f"},
};

static void each_kind_is_read(void **state)
{
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        size_t len = row_full_length(&kinds[i].shape);
        if (row_parse(&kinds[i].shape, kinds[i].order, kinds[i].text,
                      strlen(kinds[i].text), len, &r) != ROW_OK)
            fail_msg("%s: '%s' is no row", kinds[i].name, kinds[i].text);
        if (r.len != len || memcmp(r.bytes, memory, len) != 0 ||
            r.address != kinds[i].address)
            fail_msg("%s: other bytes, or another address", kinds[i].name);
    }
}

/* No single character of the cells can be lost or changed into another byte
 * unseen, where the ASCII column tells. */
static void each_kind_notices_damage(void **state)
{
    char text[200];
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct row_shape *s = &kinds[i].shape;
        size_t len = strlen(kinds[i].text);
        for (size_t at = 0; at < len; at++) {
            memcpy(text, kinds[i].text, at);
            strcpy(text + at, kinds[i].text + at + 1);
            if (row_parse(s, kinds[i].order, text, len - 1, row_full_length(s),
                          &r) == ROW_OK &&
                memcmp(r.bytes, memory, r.len) != 0)
                fail_msg("%s: '%s' is taken for a row", kinds[i].name, text);
        }
    }
}

/* A row cut short is none: all bytes asked for, or no row. */
static void no_kind_is_cut(void **state)
{
    struct row r;

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct row_shape *s = &kinds[i].shape;
        size_t len = strlen(kinds[i].text);
        for (size_t n = 0; n < len; n++)
            if (row_parse(s, kinds[i].order, kinds[i].text, n,
                          row_full_length(s), &r) == ROW_OK &&
                memcmp(r.bytes, memory, r.len) != 0)
                fail_msg("%s: %zu characters are taken for a row",
                         kinds[i].name, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_read),
        cmocka_unit_test(each_kind_notices_damage),
        cmocka_unit_test(no_kind_is_cut),
    };

    return cmocka_run_group_tests_name("row-kinds", tests, NULL, NULL);
}
