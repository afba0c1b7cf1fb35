// SPDX-License-Identifier: BSD-2-Clause
// Dialect files: those that come with us load, wrong ones say file:line: what.

#include "unit.h"

#include "monitor/dialect.h"
#include "monitor/dialect_file.h"

#include <errno.h>
#include <unistd.h>

static struct err err;

static int parse_text(const char *text)
{
    struct dialect *d = NULL;
    int ret;

    err.text[0] = '\0';
    ret = dialect_parse(&d, text, strlen(text), "my.conf", &err);
    assert_true((ret == 0) == (d != NULL));
    dialect_free(d);
    return ret;
}

/* Line 1 is the prompt, line 2 the dump; extra starts on line 3. */
#define SMALLEST                                                               \
    "console { prompt = '^> $' }\n"                                            \
    "dump bytes { command = \"d {address}\" }\n"

static void assert_wrong(const char *extra, const char *words)
{
    char text[4096];

    (void)snprintf(text, sizeof(text), SMALLEST "%s", extra);
    if (parse_text(text) != -EINVAL)
        fail_msg("taken: %s", extra);
    assert_says(err.text, words);
    assert_null(strchr(err.text, '\n'));
}

static void the_smallest_one(void **state)
{
    struct dialect *d = NULL;

    (void)state;
    assert_int_equal(
        dialect_parse(&d, SMALLEST, strlen(SMALLEST), "my.conf", &err), 0);
    assert_int_equal(d->order, 50);
    assert_int_equal(d->n_dumps, 1);
    assert_int_equal(d->n_maps, 0);
    assert_int_equal(d->echo, ECHO_PLAIN);
    assert_int_equal(d->line_end.len, 1);
    assert_int_equal(d->line_end.bytes[0], '\r');
    assert_int_equal(d->dumps[0].max, 4096);
    assert_int_equal(d->dumps[0].row.cells, 16);
    assert_false(d->dumps[0].cpu_order);
    assert_null(d->recognise_command);
    assert_null(d->unknown);
    assert_int_equal(d->interrupt.len, 0);
    dialect_free(d);
    dialect_free(NULL);
}

static void the_syntax(void **state)
{
    static const struct {
        const char *extra;
        const char *words;
    } cases[] = {
        {"\n\nnonsense = 1\n", "my.conf:5: "},
        {"nonsense = 1\n", "nonsense"},
        {"map a {\n  size = 1K\n  colour = red\n}\n", "my.conf:5: "},
        {"map a {\n  size = 1K\n  colour = red\n}\n", "colour"},
        {"map {\n size = 1K\n}\n", "my.conf:3: "},
        {"map a { size = 1K }\nmap a { size = 1K }\n", "my.conf:4: "},
        {"map a { size = 1K\n", "closing '}' of section 'map' is missing"},
        {"console { echo = maybe }\n", "my.conf:3: "},
        {"order = many\n", "my.conf:3: "},
        {"description = \"no end\n\n\n", "my.conf:"},
        {"description = 'no end\n\n\n", "my.conf:"},
        {"}\n", "my.conf:3: "},
        {"= 3\n", "my.conf:3: "},
        {"break-in x {\n every = 20\n}\n", "section break-in x: send: missing"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_wrong(cases[i].extra, cases[i].words);
}

static void the_values(void **state)
{
    static const struct {
        const char *extra;
        const char *words;
    } cases[] = {
        {"order = 1001\n", "order: 1001 is not within 0 to 1000"},
        {"order = -1\n", "-1 is not within"},
        {"console { prompt = '(' }\n", "prompt: pattern '('"},
        {"console { prompt = '> '\n wake = \"\" }\n",
         "wake: must not be empty"},
        {"console { prompt = '> '\n wake = \"\\r\" }\n",
         "wake: an empty line, which may run the last command again"},
        {"console { prompt = '> '\n line-end = \"\\n\"\n wake = \"\\n\"\n"
         " empty-line-repeats = true }\n",
         "wake: an empty line"},
        {"console { prompt = '> '\n line-end = \"\" }\n",
         "wake: missing: there is no line end"},
        {"console { prompt = '> '\n clear = \"\\x1b\\r\" }\n",
         "clear: a line end in it would run what stands typed"},
        {"console { prompt = '> '\n leave = \"q\\n\" }\n", "leave: a line end"},
        {"console { prompt = '> '\n interrupt = \"\\r\" }\n",
         "interrupt: a line end"},
        {"console { prompt = '> '\n clear-times = 0 }\n", "clear-times: 0"},
        {"console { prompt = '> '\n type-chunk = 5000 }\n", "type-chunk"},
        {"console { prompt = '> '\n clear = "
         "\"0123456789012345678901234567890123456789\" }\n",
         "clear: too long"},
        {"recognise { command = \"v\" }\n", "command and answer go together"},
        {"recognise { answer = 'v' }\n", "command and answer go together"},
        {"recognise { banner = {'ok', '['} }\n", "recognise: banner"},
        {"recognise { command = \"v {x}\"\n answer = 'v' }\n",
         "bad place holder"},
        {"break-in a { every = 100 }\n", "section break-in a: send: missing"},
        {"break-in a { send = \" \"\n every = 9 }\n", "every: 9"},
        {"break-in a { send = \" \"\n when = '*' }\n", "break-in a: when"},
        {"break-in a { send = \"{password}\" }\n", "when: missing: which"},
        {"break-in a { send = \"x\"\n question = true }\n", "when: missing"},
        {"break-in a { send = \"x\\r\" }\n", "when: missing"},
        {"dump a { order = cpu }\n", "section dump a: command: missing"},
        {"dump a { command = \"md {count}\" }\n", "has no {address}"},
        {"dump a { command = \"md {address:x99}\" }\n", "bad place holder"},
        {"dump a { command = \"md {address}\"\n order = odd }\n",
         "order: must be one of memory cpu"},
        {"dump a { command = \"md {address}\"\n unit = 0 }\n", "unit: 0"},
        {"dump a { command = \"md {address}\"\n fixed = 48 }\n",
         "fixed: must be a power of two"},
        {"dump a { command = \"md {address}\"\n fixed = 1K }\n", "fixed"},
        {"dump a { command = \"md {address}\"\n fixed = some }\n",
         "fixed: not a number"},
        {"dump a { medium = a\n command = \"r {sector}\"\n output = hex }\n",
         "align: must be a multiple of 512"},
        {"dump a { command = \"md {address}\"\n max = 100 }\n", "max: must be"},
        {"dump a { command = \"md {address}\"\n max = 2M }\n", "max: must be"},
        {"dump a { command = \"md {address}\"\n max = 0 }\n", "max: must be"},
        {"dump a { command = \"md {address}\"\n row { cells = 3 } }\n",
         "a row must hold 16"},
        {"dump a { command = \"md {address}\"\n row { cell-bytes = 3 } }\n",
         "must be 1, 2, 4 or 8"},
        {"dump a { command = \"md {address}\"\n row { cell-bytes = 8 } }\n",
         "a row must hold 16"},
        {"dump a { command = \"md {address}\"\n row { ascii-other = \"..\" } "
         "}\n",
         "ascii-other: too long"},
        {"dump a { command = \"md {address}\"\n row { address-digits = 23 } "
         "}\n",
         "address-digits: 23"},
        {"checksum crc31 { command = \"m {address}\"\n answer = '(?<sum>x)' "
         "}\n",
         "must be crc32, cksum, md5"},
        {"checksum md5 { command = \"m\"\n answer = '(?<sum>x)' }\n",
         "has no {address}"},
        {"checksum crc32 { command = \"c {address}\"\n answer = 'x' }\n",
         "needs a group (?<sum>...)"},
        {"map a { command = \"m\"\n pattern = 'x' }\n",
         "neither the pattern nor size tells one"},
        {"map a { command = \"m\"\n format = mtdparts\n pattern = 'x' }\n",
         "needs a group (?<list>...)"},
        {"map a { pattern = '(?<size>x)' }\n", "what should match pattern?"},
        {"map a { command = \"m\"\n makes = holes\n size = 1 }\n",
         "makes: must be one of chip segment"},
        {"map a { command = \"m\"\n format = xml\n size = 1 }\n",
         "format: must be one of text mtdparts"},
        {"map a { size = 0xfffffffffffffffff }\n", "size: not a number"},
        {"map a { size = 1K\n base = -1 }\n", "base: not a number"},
        {"map a { size = 1K\n unless = '[' }\n", "section map a: unless"},
        {"map a { size = 1K\n section = '[' }\n", "section map a: section"},
        {"identity a { command = \"v\" }\n", "identity a: pattern: missing"},
        {"identity a { pattern = 'v' }\n", "identity a: command: missing"},
        {"identity a { pattern = 'v'\n command = \"a\\nb\" }\n",
         "bad place holder"},
        {"unmapped = '['\n", "unmapped"},
        {"speed = fast\n", "speed"},
        {"whole { before = 'if x;then ' }\n",
         "before: before and after go together"},
        {"whole { needs-answer = 'a'\n before = 'a'\n after = 'b' }\n",
         "needs: goes together with needs-answer"},
        {"console { never = {';fi x'} }\n"
         "whole { before = 'if '\n after = ';fi x' }\n"
         "medium m { names = 'm'\n read = \"r {ram}\"\n read-fail = 'e' }\n",
         "before: it, or a beginning of it, matches"},
        {"recognise { command = \"a\"\n answer = 'a'\n history = 'b' }\n",
         "history: history and without-history go together"},
        {"recognise { history = 'b'\n without-history = \"a\" }\n",
         "history: needs command"},
        {"console { never = {'^d [0-9]'} }\n",
         "section dump bytes: command: it, or a beginning of it, matches"},
        /* Noise makes a line end of a character, and that much runs. */
        {"console { never = {'^d$'} }\n",
         "section dump bytes: command: it, or a beginning of it, matches"},
        {"console { never = {'^AT'}\n unlock = \"AT {password}\" }\n",
         "console: unlock: it, or a beginning of it, matches"},
        {"console { never = {'['} }\n", "never"},
        {"map a { command = \"erase\"\n size = 1 }\n"
         "console { never = {'^erase'} }\n",
         "section map a: command: it, or a beginning of it, matches"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_wrong(cases[i].extra, cases[i].words);
        assert_says(err.text, "my.conf:");
    }
}

/* libconfuse keeps no other line of a section. */
static void names_the_line_where_a_section_ends(void **state)
{
    (void)state;
    assert_wrong("\n\ndump a {\n order = cpu\n}\n\norder = 1\n",
                 "my.conf:7: section dump a");
}

static void what_must_be_there(void **state)
{
    (void)state;
    assert_int_equal(parse_text("dump a { command = \"d {address}\" }\n"),
                     -EINVAL);
    assert_says(err.text, "prompt: missing");
    assert_int_equal(parse_text("console { prompt = '> ' }\n"), -EINVAL);
    assert_says(err.text, "no dump section with order = memory");
    assert_int_equal(parse_text("console { prompt = '> ' }\ndump a { command ="
                                " \"d {address}\"\n order = cpu\n row {\n"
                                " cell-bytes = 4\n cells = 4 } }\n"),
                     -EINVAL);
    assert_says(err.text, "no dump section with order = memory");
    assert_int_equal(parse_text(""), -EINVAL);
    assert_int_equal(parse_text("\x7f"
                                "ELF\x02\x01"),
                     -EINVAL);
    assert_int_equal(
        dialect_parse(&(struct dialect *){NULL}, "a\0b", 3, "my.conf", &err),
        -EINVAL);
    assert_says(err.text, "my.conf: not a text file");
    assert_int_equal(parse_text("console { prompt = '> '\n"), -EINVAL);
    assert_says(err.text, "closing '}' of section 'console' is missing");
}

/* Wherever a file is cut off, it is refused or whole. */
static void cut_anywhere(void **state)
{
    static const char text[] = SMALLEST
        "map a {\n  command = \"ls\"\n  pattern = "
        "'(?<name>x)(?<size>y)'\n}\n"
        "break-in esc { send = \"\\x1b\" }\n";
    unsigned taken = 0;
    struct dialect *d;

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++)
        if (dialect_parse(&d, text, len, "my.conf", &err) == 0) {
            taken++;
            dialect_free(d);
        }
    /* Behind each closing brace, and the line ends there. */
    assert_in_range(taken, 1, 9);
}

static void a_failure_does_not_spoil_the_next(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(parse_text("map a { x = \"\n"), -EINVAL);
        assert_int_equal(parse_text(SMALLEST), 0);
    }
}

static void those_that_come_with_us(void **state)
{
    CLEANUP_BUF struct buf out = {0};
    struct dialect **all = NULL;
    struct dialect *d = NULL;

    (void)state;
    if (dialect_load_all(&all, &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; all[i] != NULL; i++) {
        assert_true(all[i]->n_maps > 0);
        assert_true(all[i]->n_identities > 0);
        assert_true(i == 0 || all[i - 1]->order <= all[i]->order);
    }
    dialect_free_all(all);
    dialect_free_all(NULL);
    assert_int_equal(dialect_load(&d, "winbond", &err), 0);
    assert_string_equal(d->name, "winbond");
    assert_int_equal(d->clear_times, 80);
    assert_int_equal(d->interrupt.len, 0);
    dialect_free(d);
    assert_int_equal(dialect_load(&d, "u-boot", &err), 0);
    assert_int_equal(d->interrupt.bytes[0], 3);
    assert_int_equal(d->n_checksums, 3); /* the best first */
    assert_string_equal(digest_name(d->checksums[0].algorithm), "sha256");
    assert_string_equal(digest_name(d->checksums[2].algorithm), "crc32");
    assert_int_equal(d->n_uniforms, 1);
    assert_true(pattern_has(d->uniforms[0].answer, "count"));
    dialect_free(d);
    assert_int_equal(dialect_load(&d, "winbomd", &err), -ENOENT);
    assert_says(err.text, "no dialect 'winbomd'; there are ");
    assert_says(err.text, "winbond");
    assert_int_equal(dialect_load(&d, "./missing.conf", &err), -ENOENT);
    assert_says(err.text, "./missing.conf: No such file");
    assert_int_equal(dialect_list(&out, &err), 0);
    assert_says(out.data, "winbond      Winbond");
}

/* Nothing that a Linux shell does with > but closing descriptor 2. */
static void no_shell_opens_a_file(void **state)
{
    static const char *const never[] = {
        "dd if=/dev/mtd0 2>/dev/null|md5sum",
        "dd if=/dev/mtd0 2>/d",
        "cat /proc/mtd >mtd",
        "cat /proc/mtd 2>>x",
        "cat /proc/mtd &>x",
        "cat /proc/mtd 2>&1",
        "dd if=/dev/mtd0 of=/dev/mtd1",
    };
    static const char good[] = "dd if=/dev/mtd0 2>&-|md5sum";
    struct dialect *d = NULL;

    (void)state;
    assert_int_equal(dialect_load(&d, "linux-shell", &err), 0);
    for (size_t i = 0; i < COUNT(never); i++)
        if (!pattern_forbids(d->never, d->n_never, never[i], strlen(never[i])))
            fail_msg("allowed: %s", never[i]);
    assert_false(pattern_forbids(d->never, d->n_never, good, strlen(good)));
    dialect_free(d);
}

static void load_bytes(const char *bytes, size_t len, int want,
                       const char *words)
{
    char path[] = "/tmp/fwfs-dialect-XXXXXX";
    int fd = mkstemp(path);
    struct dialect *d = NULL;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    (void)close(fd);
    assert_int_equal(dialect_load_file(&d, path, &err), want);
    (void)unlink(path);
    if (want == 0)
        assert_says(d->name, "fwfs-dialect-");
    else
        assert_says(err.text, words);
    dialect_free(d);
}

static void files(void **state)
{
    char *large = calloc(1, 300000);

    (void)state;
    assert_non_null(large);
    memset(large, '\n', 300000);
    load_bytes(SMALLEST, strlen(SMALLEST), 0, "");
    load_bytes("", 0, -EINVAL, "an empty file");
    load_bytes(large, 300000, -EFBIG, "larger than 256 KiB");
    load_bytes("\0\0\0", 3, -EINVAL, "not a text file");
    free(large);
}

static struct dialect *parse_good(const char *extra)
{
    struct dialect *d = NULL;
    char text[4096];

    (void)snprintf(text, sizeof(text), SMALLEST "%s", extra);
    if (dialect_parse(&d, text, strlen(text), "my.conf", &err) < 0)
        fail_msg("%s", err.text);
    return d;
}

static void no_empty_line_by_default(void **state)
{
    struct dialect *d;

    (void)state;
    d = parse_good("console { prompt = '> '\n line-end = \"\\n\" }\n");
    assert_true(d->empty_line_repeats);
    assert_int_equal(d->wake.len, 2);
    assert_memory_equal(d->wake.bytes, " \n", 2);
    dialect_free(d);
    d = parse_good("console { prompt = '> '\n wake = \"\\r\"\n"
                   " empty-line-repeats = false }\n");
    assert_false(d->empty_line_repeats);
    assert_int_equal(d->wake.len, 1);
    dialect_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_one),
        cmocka_unit_test(the_syntax),
        cmocka_unit_test(the_values),
        cmocka_unit_test(names_the_line_where_a_section_ends),
        cmocka_unit_test(what_must_be_there),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(a_failure_does_not_spoil_the_next),
        cmocka_unit_test(those_that_come_with_us),
        cmocka_unit_test(no_shell_opens_a_file),
        cmocka_unit_test(files),
        cmocka_unit_test(no_empty_line_by_default),
    };

    return cmocka_run_group_tests_name("dialect", tests, NULL, NULL);
}
