// SPDX-License-Identifier: BSD-2-Clause
// A dialect tried on captured logs: what is understood, and what is told of the
// rest. The boot loader of these logs, Minimon, is invented.

#include "unit.h"

#include "monitor/dialect.h"
#include "monitor/dialect_file.h"
#include "monitor/replay.h"

#include <errno.h>

static struct err err;
static struct replay_counts counts;
static struct buf report;
static struct dialect *dialect;

#define CONSOLE                                                                \
    "console { prompt = '^MON> $' clear = \"\\x18\"\n"                         \
    "  unknown = '^\\S+: what\\?$' fault = '^bus error at '}\n"                \
    "recognise { banner = {'^Minimon \\d'} }\n"
#define ROW                                                                    \
    "row { separators = \" \" ascii = true ascii-open = \"|\"\n"               \
    "  ascii-close = \"|\" }\n"
#define DUMP                                                                   \
    "dump bytes { command = \"x {address:x8} {length:x}\" max = 1K\n" ROW "}"  \
    "\n"
#define MAPS                                                                   \
    "map flash { command = \"info\" banner = true makes = chip\n"              \
    "  pattern = 'flash (?<size>\\d+)(?<unit>K) at (?<base>[0-9a-f]{8})$' }\n" \
    "map parts { command = \"part\" makes = segment\n"                         \
    "  pattern = '^ *\\d+ (?<base>[0-9a-f]{8}) (?<size>[0-9a-f]{8}) "          \
    "(?<name>.+)$' }\n"                                                        \
    "map ram { command = \"info\" makes = ram\n"                               \
    "  pattern = '^RAM (?<size>\\d+)(?<unit>K) at (?<base>[0-9a-f]{8})' }\n"
#define IDENTITY                                                               \
    "identity board { command = \"info\" unique = true\n"                      \
    "  pattern = '^MAC [0-9a-f:]{17}$' }\n"
#define SUM                                                                    \
    "checksum crc32 { command = \"crc {address:x8} {length:x}\"\n"             \
    "  answer = '^crc is (?<sum>[0-9a-f]{8})$' }\n"
#define MINIMON CONSOLE DUMP MAPS IDENTITY SUM

static void use(const char *text)
{
    dialect_free(dialect);
    dialect = NULL;
    if (dialect_parse(&dialect, text, strlen(text), "minimon.conf", &err) < 0)
        fail_msg("%s", err.text);
}

static int play_bytes(const char *log, size_t len)
{
    buf_clear(&report);
    counts = (struct replay_counts){.understood = true};
    err.text[0] = '\0';
    return replay_run(dialect, NULL, log, len, &report, &counts, &err);
}

static void play(const char *log)
{
    if (play_bytes(log, strlen(log)) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < report.len; i++)
        if ((report.data[i] < ' ' || report.data[i] > '~') &&
            report.data[i] != '\n')
            fail_msg("byte %02x in the report", (unsigned char)report.data[i]);
}

static void assert_understood(void)
{
    if (!counts.understood)
        fail_msg("not understood: %s", report.data);
    assert_int_equal(counts.missed, 0);
    assert_says(report.data, "not understood: nothing");
}

static void assert_missed(size_t line, size_t lines, const char *words)
{
    assert_false(counts.understood);
    if (counts.missed_line != line || counts.missed != lines)
        fail_msg("missed %zu from line %zu: %s", counts.missed,
                 counts.missed_line, report.data);
    assert_says(report.data, words);
}

#define BOOT                                                                   \
    "\nMinimon 2.4 (Apr  3 2011)  board zx40\n"                                \
    "RAM 8192K at 80000000, flash 2048K at bfc00000\n"                         \
    "MAC 00:11:22:33:44:55\n"                                                  \
    "Press ^X to stop ...\n"
#define INFO                                                                   \
    "MON> info\nMinimon 2.4 (Apr  3 2011)  board zx40\n"                       \
    "RAM 8192K at 80000000, flash 2048K at bfc00000\n"                         \
    "MAC 00:11:22:33:44:55\n"
#define PART                                                                   \
    "MON> part\n # start    length   name\n"                                   \
    " 0 bfc00000 00020000 boot\n 1 bfc20000 000e0000 kernel\n"
#define ROW_20                                                                 \
    "bfc00020: 20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f"                \
    " | !\"#$%&'()*+,-./|\n"
#define ROW_30                                                                 \
    "bfc00030: 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f"                \
    " |0123456789:;<=>?|\n"
#define ROW_40                                                                 \
    "bfc00040: c6 00 9d 63 a0 6e 55 17                         |...c.nU.|\n"
#define X_28 "MON> x bfc00020 28\n" ROW_20 ROW_30 ROW_40

static void a_whole_session(void **state)
{
    (void)state;
    use(MINIMON);
    play(BOOT INFO PART X_28 "MON> foo\nfoo: what?\n"
                             "MON> x 0 10\nbus error at 00000000\n"
                             "ra 80001234 sp 801ffff0\n"
                             "MON> crc bfc00000 200\ncrc is 0badcafe\nMON> ");
    assert_understood();
    assert_int_equal(counts.banner_line, 2);
    assert_int_equal(counts.prompt_line, 6);
    assert_int_equal(counts.commands, 6);
    assert_int_equal(counts.rows_good, 3);
    assert_int_equal(counts.rows_bad, 0);
    assert_int_equal(counts.sums, 1);
    assert_int_equal(counts.identities, 1);
    assert_int_equal(counts.faults, 1);
    assert_int_equal(counts.media, 1);
    assert_int_equal(counts.segments, 3);
    assert_says(report.data, "line 2: Minimon 2.4");
    assert_says(report.data, "line 6: 'MON> ', 7 times");
    assert_says(report.data, "0xbfc20000  0x000e0000  flash         parts      "
                             "   kernel\n");
    assert_says(report.data, "0x80000000  0x00800000 bytes");
    assert_says(report.data, "3 rows, 0xbfc00020 to 0xbfc00047");
    assert_says(report.data, "crc32  0badcafe  (crc bfc00000 200)");
    assert_says(report.data, "board: MAC 00:11:22:33:44:55 (unique)");
    assert_says(report.data, "line 21: bus error at 00000000");
    assert_says(report.data, "foo                           the boot loader "
                             "does not know it");
}

/* As a terminal program keeps it: CR LF, NULs, escapes, a countdown that is
 * overwritten, and a corrected command. Lines are those of the file. */
static void raw_bytes(void **state)
{
    static const char log[] =
        "# kept on a rainy day\r\n\0\0\r\n"
        "Minimon 2.4\r\nPress ^X to stop ... 3\b\b\b 2 \b\b\b 1\r\n"
        "\x1b[1;32mMON> \x1b[0mx bfd\b \bc00020  0x10 \r\n"
        "bfc00020: 20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f"
        " | !\"#$%&'()*+,-./|\r\n\r\nMON> ";

    (void)state;
    use(MINIMON);
    assert_int_equal(play_bytes(log, sizeof(log) - 1), 0);
    assert_understood();
    assert_int_equal(counts.banner_line, 3);
    assert_int_equal(counts.prompt_line, 5);
    assert_int_equal(counts.rows_good, 1);
    assert_says(report.data, "x bfc00020  0x10 ");
    /* CR alone ends lines, too. */
    play("Minimon 2.4\rMON> x bfc00020 10\r" ROW_20 "MON> ");
    assert_understood();
    play("\rMinimon 2.4\rMON> x bfc00020 10\r\rMON> ");
    assert_int_equal(counts.prompt_line, 3);
}

static void commands_as_people_type_them(void **state)
{
    static const char *const typed[] = {
        "x bfc00020 10", "X 0xBFC00020 0x10", "  x   bfc00020   10  ",
        "xx  bbffcc0000002200  1100", "x bfc00020 10\nx bfc00020 10"};

    (void)state;
    use(MINIMON);
    for (size_t i = 0; i < COUNT(typed); i++) {
        char log[400];
        (void)snprintf(log, sizeof(log), "MON> %s\n%sMON>", typed[i], ROW_20);
        play(log);
        assert_understood();
        assert_int_equal(counts.commands, 1);
        assert_says(report.data, "dump bytes: 1 row");
        assert_null(strstr(report.data, "told by its rows"));
    }
    /* Another command with the same rows, and none at all. */
    play("MON> peek bfc00020\n" ROW_20 "MON> \n");
    assert_understood();
    assert_says(report.data, "(told by its rows)");
    play("MON> \n" ROW_20 "MON> \n");
    assert_understood();
    assert_int_equal(counts.commands, 0);
    assert_int_equal(counts.rows_good, 1);
}

static void rows_that_are_not_right(void **state)
{
    (void)state;
    use(MINIMON);
    play("MON> x bfc00020 20\nbfc00020: 20 21 2\n" ROW_30);
    assert_missed(2, 1, "dump bytes, row: cells, cell-bytes");
    assert_int_equal(counts.rows_bad, 1);
    assert_int_equal(counts.rows_good, 1);
    play("MON> x bfc00030 10\n"
         "bfc00030: 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f"
         " |0123456789:;<=>!|\n");
    assert_missed(2, 1, "row: ascii and what belongs to it");
    play("MON> x bfc00030 10\n"
         "bfc00030- 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f\n");
    assert_missed(2, 1, "address-suffix");
    play("MON> x bfc00020 30\n" ROW_20 ROW_40);
    assert_missed(3, 1, "0xbfc00030 should follow, not 0xbfc00040");
    play("MON> x bfc00020 10\n" ROW_20 ROW_30);
    assert_missed(1, 1, "32 bytes came where 16 were expected");
    play("MON> x 00001000 10\n" ROW_20);
    assert_missed(2, 1,
                  "0x1000 was asked for and the rows begin at "
                  "0xbfc00020");
    /* A line that is none. */
    play("MON> x bfc00020 20\n" ROW_20 "uplink is down\n" ROW_30 "MON> ");
    assert_missed(3, 1, "uplink is down");
    assert_says(report.data, "skip");
    /* The first is told, whatever was found first. */
    play("MON> crc 0 10\nso sorry\nMON> x bfc00020 20\n" ROW_20 "huh\n");
    assert_missed(2, 2, "checksum crc32, answer, group sum");
}

static void rows_of_other_kinds(void **state)
{
    (void)state;
    use(CONSOLE "dump words { command = \"w {address:x}\" order = cpu "
                "fixed = 16 skip = '^head' stop = '^spare'\n row { cell-bytes "
                "= 4 cells = 4 ascii = true } }\n");
    play("MON> w 100\nhead of all\n"
         "00000100: 44434241 48474645 00000000 00000000 ABCDEFGH........\n"
         "spare area\n00000110: 1\nMON> ");
    assert_understood();
    assert_says(report.data, "printed reversed (little-endian)");
    play("MON> w 100\n"
         "00000100: 44434241 48474645 00000000 00000000 ABCDEFGH........\n"
         "00000110: 41424344 45464748 00000000 00000000 ABCDEFGH........\n");
    assert_missed(1, 1, "dump words, fixed");
    assert_says(report.data, "order of the words is not proved");
    use(CONSOLE "dump page { command = \"n {offset:x} {length:x}\" base = page "
                "medium = '^nand' row { separators = \" \" } }\n"
                "dump rest { command = \"q {address:x} {length:x}\" "
                "base = request row { separators = \" \" } }\n");
    play("MON> n 800 20\n"
         "00000000: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"
         "00000000: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"
         "MON> q 800 12\n"
         "00000000: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"
         "00000010: 00 01\n");
    assert_understood();
    assert_says(report.data, "0x00000800 to 0x00000811");
    play("MON> q 800 10\n"
         "00000800: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n");
    assert_missed(2, 1, "base = absolute");
}

static void records_and_streams(void **state)
{
    (void)state;
    use(CONSOLE "dump s { command = \"s {address:x} {length:x}\" "
                "output = srec }\n"
                "dump h { command = \"h {address:x} {length:d}\" "
                "output = hex }\n"
                "dump b { command = \"b {address:x} {length:d}\" "
                "output = base64 skip = '^begin' }\n");
    play("MON> s 1000 4\nS0030000FC\nS107100041424344DE\nS9031000EC\nMON> ");
    assert_understood();
    assert_says(report.data, "1 row, 0x00001000 to 0x00001003");
    play("MON> s 1000 4\nS107100041424345DE\nMON> ");
    assert_missed(2, 1, "checksum is wrong");
    play("MON> h 1000 6\n41424344\n45 6\nMON> h 2000 "
         "0x10\n41424344454647484142434445464748\nMON> ");
    assert_understood();
    assert_says(report.data, "0x00002000 to 0x0000200f");
    play("MON> h 1000 8\n41424344\n4546\nMON> ");
    assert_missed(2, 1, "not of the 8 bytes asked for");
    play("MON> b 1000 4\nbegin\nQUJDRA==\nMON> ");
    assert_understood();
    play("MON> b 1000 4\nQUJDRA==\nwho is there?\nMON> ");
    assert_missed(3, 1, "who is there?");
}

static void prompts(void **state)
{
    (void)state;
    use(MINIMON);
    /* At the end of a line without one. */
    play("MON> part\n 0 bfc00000 00020000 bootMON> info\n"
         "RAM 8192K at 80000000, flash 2048K at bfc00000\nMON> part\nMON> ");
    assert_int_equal(counts.commands, 3);
    assert_int_equal(counts.segments, 2);
    /* A row that shows it is a row. */
    play("MON> x bfc00020 10\n"
         "bfc00020: 20 21 22 23 24 25 26 27 28 29 2a 4d 4f 4e 3e 20"
         " | !\"#$%&'()*MON> |\nMON> ");
    assert_understood();
    /* Another one than the dialect's. */
    play("mon$ info\nRAM 8192K at 80000000\nmon$ x bfc00020 10\n" ROW_20);
    assert_missed(1, 3, "console, prompt does not match");
    play("hello\nworld\n");
    assert_missed(1, 1, "neither a banner nor a prompt");
    play("# a note\nworld\n");
    assert_missed(2, 1, "neither a banner nor a prompt");
    play(BOOT);
    assert_understood();
    play("MON> ");
    assert_understood();

    /* What the pattern would take, too, is none; the prompt is learned. */
    use("console { prompt = '^(?:\\w+)?(?:=>|#|->) $' }\n" DUMP
        "map parts { command = \"part\" makes = segment pattern = "
        "'^-> start = (?<base>[0-9a-f]+) (?<size>[0-9a-f]+) (?<name>\\w+)' }");
    play("board# part\n-> start = 1000 1000 one\n-> start = 2000 1000 two\n"
         "end-> \nboard# \n");
    assert_understood();
    assert_int_equal(counts.commands, 1);
    assert_int_equal(counts.segments, 2);
    assert_null(strstr(report.data, "end->"));

    use("console { prompt = '^\\d+ ok> $' prompt-changes = true }\n" DUMP);
    play("1 ok> x bfc00020 10\n" ROW_20 "2 ok> x bfc00030 10\n" ROW_30
         "3 ok> ");
    assert_understood();
    assert_int_equal(counts.rows_good, 2);
    assert_says(report.data, "'3 ok> '");

    use("console { done = '^(?:OK|ERROR)$' }\n" DUMP);
    play("Loader here\nx bfc00020 10\n" ROW_20 "OK\nversion\n7\nOK\n");
    assert_understood();
    assert_int_equal(counts.commands, 2);
    assert_int_equal(counts.rows_good, 1);
}

static void questions_in_between(void **state)
{
    (void)state;
    use("console { prompt = '^MON> $' pager = {'^-- more --$', \" \"} }\n"
        "dump bytes { command = \"r\" enter = false\n"
        "  dialogue = {'^Start: $', \"{address:x}\\r\", '^Count: $', "
        "\"{length:d}\\r\"}\n" ROW "}\n");
    play("MON> r\nStart: bfc00020\nCount: 32\n" ROW_20 "-- more --\n" ROW_30
         "MON> ");
    assert_understood();
    assert_int_equal(counts.rows_good, 2);
}

static void answers_that_tell_nothing(void **state)
{
    (void)state;
    use(MINIMON);
    play("MON> part\nno table\nMON> ");
    assert_missed(2, 1, "map parts, pattern");
    /* A command of nobody's: only what looks like memory counts. */
    play("MON> help\ninfo part x crc\nMON> part\n 0 00000000 00001000 a\n");
    assert_understood();
    play("MON> show\nbfc0: 0011 2233 4455 6677\nMON> ");
    assert_missed(2, 1, "no dump section has its command or its rows");
    /* Only the first answer counts, later ones may be worse. */
    play(PART "MON> part\nlost\nMON> ");
    assert_understood();
}

static void media(void **state)
{
    (void)state;
    use(CONSOLE DUMP
        "medium flash { names = '^sf' select = {\"sf\"} select-answer = "
        "'^found'\n"
        "  read = \"sr {ram:x} {offset:x} {length:x}\" read-answer = 'done$'\n"
        "  read-fail = 'sorry' chunk = 4K }\n"
        "map chip { command = \"sf\" makes = chip medium = \"sf0\"\n"
        "  needs = \"feat\" needs-answer = 'flash'\n"
        "  pattern = '^found (?<size>\\d+) (?<unit>K)' }\n");
    play("MON> feat\nflash\nMON> sf\nfound 64 K\nMON> sr 80000000 0 1000\n"
         "done\nMON> sr 1 2 3\nsorry\n");
    assert_understood();
    assert_int_equal(counts.media, 1);
    assert_says(report.data, "0x00000000  0x00010000  sf0");
    play("MON> feat\nnothing\nMON> sf\nfound 64 K\nMON> sr 80000000 0 1000\n");
    assert_int_equal(counts.media, 0);
    play("MON> sr 80000000 0 1000\nhm\nMON> sf\nhm\n");
    assert_missed(2, 2, "medium flash, read-answer");
}

static void what_the_user_names(void **state)
{
    static const char log[] = "MON> info\nflash 2048K at bfc00000\n";
    static const char *const segments[] = {"mine:0xbfc00000:4K", NULL};
    static const char *const wrong[] = {"mine", NULL};

    (void)state;
    use(MINIMON);
    buf_clear(&report);
    assert_int_equal(
        replay_run(dialect, segments, log, strlen(log), &report, &counts, &err),
        0);
    assert_int_equal(counts.segments, 2);
    assert_int_equal(
        replay_run(dialect, wrong, log, strlen(log), &report, &counts, &err),
        -EINVAL);
}

static void fill(struct buf *b, const char *text, size_t len)
{
    while (b->len + strlen(text) <= len)
        assert_true(buf_add(b, text, strlen(text)));
}

/* Whatever stands in a log: an end, and nothing but printable characters. */
static void hostile_logs(void **state)
{
    static const char *const pieces[] = {
        "MON> ",
        "MON> part\n",
        "MON> x bfc00020 10\n00000000: 00 11 22\n",
        "a\n",
        "zMON> info\nRAM 1K at 80000000, flash 1K at 00000000\n",
        "MON> info\nMAC 00:11:22:33:44:55\xff\x1b[31m\n",
        "Minimon 1 \x07\x9b\xc3\x28\n",
        "\b\b\bx",
    };
    CLEANUP_BUF struct buf log = {0};

    (void)state;
    use(MINIMON);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        double before = cpu_seconds();
        buf_clear(&log);
        fill(&log, pieces[i], 400000);
        assert_true(buf_add(&log, "", 1));
        play(log.data);
        assert_true(report.len < 65536);
        assert_true(cpu_seconds() - before < 10);
    }
    buf_clear(&log);
    fill(&log, "a\n", REPLAY_TEXT_MAX);
    assert_int_equal(play_bytes(log.data, log.len), -EFBIG);
    fill(&log, "more", REPLAY_TEXT_MAX + 8);
    assert_int_equal(play_bytes(log.data, log.len), -EFBIG);
    play("");
    assert_false(counts.understood);
    assert_says(report.data, "not understood: the log is empty");
}

static int clean(void **state)
{
    (void)state;
    dialect_free(dialect);
    buf_free(&report);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_session),
        cmocka_unit_test(raw_bytes),
        cmocka_unit_test(commands_as_people_type_them),
        cmocka_unit_test(rows_that_are_not_right),
        cmocka_unit_test(rows_of_other_kinds),
        cmocka_unit_test(records_and_streams),
        cmocka_unit_test(prompts),
        cmocka_unit_test(questions_in_between),
        cmocka_unit_test(answers_that_tell_nothing),
        cmocka_unit_test(media),
        cmocka_unit_test(what_the_user_names),
        cmocka_unit_test(hostile_logs),
    };

    return cmocka_run_group_tests_name("replay", tests, NULL, clean);
}
