// SPDX-License-Identifier: BSD-2-Clause
// Which dump command is used: the cheapest that prints what the safe one does.

#include "device_rig.h"

#include "monitor/dump_cost.h"

static const char *rich_answer(struct loader *l, const char *command)
{
    if (strcmp(command, "help saves") == 0)
        return "saves - save S-Record file over serial line\n";
    return uboot_answer(l, command);
}

static const char *wide_answer(struct loader *l, const char *command)
{
    if (strcmp(command, "help md") == 0)
        return "md - memory display\n\nUsage:\n"
               "md [.b, .w, .l, .q] address [# of objects]\n";
    return uboot_answer(l, command);
}

static void up_with(const char *(*answer)(struct loader *l,
                                          const char *command),
                    bool big_endian)
{
    loader_init(&rig.l, false);
    rig.l.big_endian = big_endian;
    rig.l.answer = answer;
    clock_set_source(fake_now);
    if (open_device(NULL) != 0)
        fail_msg("%s", err.text);
    rig.l.n_ran = 0;
}

static const struct dump_method *method(const struct dialect *d,
                                        const char *name)
{
    for (size_t i = 0; i < d->n_dumps; i++)
        if (strcmp(d->dumps[i].name, name) == 0)
            return &d->dumps[i];
    fail_msg("no %s", name);
    return NULL;
}

/* What a command that is tried prints tells of the command. */
static void the_line_is_clean(void)
{
    struct device_stats stats;

    device_get_stats(dev, &stats);
    assert_int_equal(stats.rows_bad, 0);
    assert_int_equal(stats.rows_lost, 0);
}

static void counts_characters(void **state)
{
    struct dialect *d = load_dialect("u-boot");

    (void)state;
    assert_int_equal(dump_cost(method(d, "s-records")), 300);
    assert_int_equal(dump_cost(method(d, "double-words")), 387);
    assert_int_equal(dump_cost(method(d, "words")), 400);
    assert_int_equal(dump_cost(method(d, "bytes")), 475);
    assert_int_equal(dump_cost(method(d, "spi-read")), 206);
    dialect_free(d);
    d = load_dialect("winbond");
    assert_true(dump_cost(method(d, "words")) < dump_cost(method(d, "bytes")));
    dialect_free(d);
    d = load_dialect("redboot");
    assert_int_equal(dump_cost(method(d, "pairs")) / 10, 45);
    dialect_free(d);
    d = load_dialect("linux-shell");
    assert_true(dump_cost(method(d, "gzip-base64")) <
                dump_cost(method(d, "base64")));
    assert_true(dump_cost(method(d, "base64")) < dump_cost(method(d, "xxd")));
    dialect_free(d);
}

static void told(const char *text)
{
    CLEANUP_BUF struct buf out = {0};

    assert_int_equal(device_describe(dev, &out, &err), 0);
    assert_says(out.data, text);
}

static void takes_the_cheapest(void **state)
{
    (void)state;
    up_with(rich_answer, false);
    assert_int_equal(device_read_max(dev, NOR_BASE), 0x40000);
    assert_int_equal(read_at(NOR_BASE, 0x4000), 0);
    assert_int_equal(rows, 0x400 + 64); /* on_row compares them */
    assert_int_equal(rig.l.n_ran, 3);
    assert_string_equal(rig.l.ran[0], "md.b 9f000000 400");
    assert_string_equal(rig.l.ran[1], "saves 9f000000 400");
    assert_string_equal(rig.l.ran[2], "saves 9f000400 3c00");
    reading = DEVICE_AGAIN;
    assert_int_equal(read_at(NOR_BASE, 0x40), 0);
    reading = DEVICE_FIRST;
    assert_int_equal(ran("md.b"), 2);
    told("dump command: saves ");
    told("  3.00        s-records: in use, 3.");
    told("  3.87        double-words: this boot loader lacks it\n");
    told("  4.00        words: costs more\n");
    told("  4.75        bytes: what others are compared with\n");
    down();
}

static void double_words_both_ways(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        up_with(wide_answer, big != 0);
        assert_int_equal(read_at(NOR_BASE + 0x40, 0x1000), 0);
        assert_int_equal(rows, 0x100 + 60);
        assert_string_equal(rig.l.ran[1], "md.q 9f000040 78");
        assert_int_equal(ran("md.q"), 2);
        told("dump command: md.q ");
        told(big ? "proved, words are printed in memory order"
                 : "proved, words are printed reversed");
        down();
    }
}

static void one_that_lies_is_refused(void **state)
{
    (void)state;
    up_with(rich_answer, false);
    rig.l.lie = 0x10000;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(ran("saves"), 3);
    assert_int_equal(ran("md.l"), 2); /* of the same block, and what follows */
    assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(ran("saves"), 3);
    assert_int_equal(ran("md.l"), 4);
    told("s-records: not used: it prints other bytes than the safe one\n");
    told("dump command: md.l ");
    the_line_is_clean();
    down();
    up_with(rich_answer, false);
    rig.l.lie = 1;
    told("dump command: md.l "); /* device_describe settles it by itself */
    down();
}

static uint8_t blank_byte(uint64_t address)
{
    (void)address;
    return 0;
}

static void blank_flash_proves_nothing(void **state)
{
    (void)state;
    up_with(rich_answer, false);
    rig.l.byte = blank_byte;
    assert_int_equal(read_at(NOR_BASE, 0x2000), 0);
    assert_int_equal(rows, 0x200);
    assert_int_equal(ran("saves"), 0);
    assert_int_equal(dev->method, -1);
    told("s-records: not compared yet\n");
    down();
}

/* It knows the command, but asks something else than is expected. */
static const char *mute_answer(struct loader *l, const char *command)
{
    if (strncmp(command, "saves ", 6) == 0) {
        l->dumping = l->asking = l->records = false;
        return "nothing to be saved here\n";
    }
    return rich_answer(l, command);
}

static void say_no_records(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (l->records)
        strcpy(row, "- no record -\r\n");
}

static void one_that_is_not_understood_is_refused(void **state)
{
    (void)state;
    up_with(mute_answer, false);
    rig.l.mangle = say_no_records;
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(ran("saves"), 3);
    told("s-records: not used: it prints nothing that is understood\n");
    assert_string_equal(dev->dialect->dumps[dev->method].name, "words");
    assert_int_equal(device_contact(dev), 0);
    the_line_is_clean();
    down();
}

static void say_nothing(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (l->records)
        row[0] = '\0';
}

/* As md.q of a build for 32 bits: help lists it. The next one is tried with
 * the same block. */
static void one_that_says_nothing_is_refused_at_once(void **state)
{
    (void)state;
    up_with(mute_answer, false);
    rig.l.mangle = say_nothing;
    assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(ran("saves"), 1);
    assert_int_equal(ran("md.b"), 1);
    told("s-records: not used: it prints nothing\n");
    assert_string_equal(dev->dialect->dumps[dev->method].name, "words");
    assert_int_equal(device_contact(dev), 0);
    the_line_is_clean();
    down();
}

/* This build prints bytes in another form than the section says. */
static void other_bytes(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (l->width == 1)
        row[1] = 'x';
}

static void a_safe_one_that_is_not_understood_is_given_up(void **state)
{
    (void)state;
    up_with(uboot_answer, false);
    rig.l.mangle = other_bytes;
    assert_int_equal(read_at(NOR_BASE, 0x400), 0);
    assert_int_equal(rows, 64); /* the text beside them proves the words */
    assert_int_equal(ran("md.b"), 3);
    the_line_is_clean();
    told("bytes: not used: it prints nothing that is understood\n");
    down();
    up_with(uboot_answer, false);
    rig.l.mangle = other_bytes;
    told("dump command: md.l "); /* device_describe settles it by itself */
    told("proved, words are printed reversed");
    down();
}

static void other_rows(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    (void)l;
    row[1] = 'x';
}

static void none_that_is_understood_is_an_error(void **state)
{
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    up_with(uboot_answer, false);
    rig.l.mangle = other_rows;
    assert_int_equal(device_describe(dev, &out, &err), -EFAULT);
    assert_says(err.text, "no dump command of dialect u-boot prints what is "
                          "understood: 'md.l ");
    assert_says(err.text, " printed '9x0");
    assert_says(err.text,
                "section dump words says '00000000: 00000000 00000000 "
                "00000000 00000000 ................'");
    assert_int_equal(read_at(NOR_BASE, 0x400), -EFAULT);
    assert_says(err.text, "no dump command of dialect u-boot");
    the_line_is_clean();
    /* A bad minute is no reason for ever. */
    rig.l.mangle = NULL;
    assert_int_equal(read_at(NOR_BASE, 0x400), 0);
    assert_int_equal(rows, 2 * 64);
    assert_string_equal(dev->dialect->dumps[dev->method].name, "words");
    down();
}

static void read_megabytes(unsigned n)
{
    rig.l.n_ran = 0;
    for (unsigned i = 0; i < 16 * n; i++) {
        assert_int_equal(read_at(NOR_BASE + i * 0x10000, 0x10000), 0);
        assert_true(rows >= 0x1000);
    }
}

static void one_that_was_given_up_is_tried_again(void **state)
{
    (void)state;
    up_with(mute_answer, false);
    rig.l.mangle = say_nothing;
    assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(ran("saves"), 1);
    /* After 256 KiB, after twice as many, and so on. */
    read_megabytes(8);
    assert_in_range(ran("saves"), 4, 5);
    assert_string_equal(dev->dialect->dumps[dev->method].name, "words");
    /* What works then is used. */
    rig.l.mangle = NULL;
    rig.l.answer = rich_answer;
    read_megabytes(9);
    assert_string_equal(dev->dialect->dumps[dev->method].name, "s-records");
    assert_int_equal(read_at(NOR_BASE, 0x10000), 0);
    assert_int_equal(rows, 0x1000);
    assert_string_equal(rig.l.ran[rig.l.n_ran - 1], "saves 9f000000 10000");
    the_line_is_clean();
    down();
}

static void hang_records(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (!l->records)
        return;
    row[0] = '\0';
    l->dumping = l->records = false;
}

/* A block is given to the reader even if what should prove it goes silent. */
static void one_that_hangs_is_refused(void **state)
{
    (void)state;
    up_with(rich_answer, false);
    rig.l.mangle = hang_records;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
        assert_int_equal(rows, 64);
    }
    assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(read_at(NOR_BASE, 0x1000), 0);
    assert_int_equal(ran("saves"), 3);
    assert_string_equal(dev->dialect->dumps[dev->method].name, "words");
    the_line_is_clean();
    down();
}

static void spoil_records(struct loader *l, char *row, uint64_t address)
{
    if (l->records && address % 0x100 == 0)
        row[20] ^= 1;
}

/* A few damaged records are no reason: the others are right. */
static void noise_is_no_lie(void **state)
{
    (void)state;
    up_with(rich_answer, false);
    rig.l.mangle = spoil_records;
    assert_int_equal(read_at(NOR_BASE, 0x400), 0);
    assert_string_equal(dev->dialect->dumps[dev->method].name, "s-records");
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_characters),
        cmocka_unit_test(takes_the_cheapest),
        cmocka_unit_test(double_words_both_ways),
        cmocka_unit_test(one_that_lies_is_refused),
        cmocka_unit_test(blank_flash_proves_nothing),
        cmocka_unit_test(one_that_is_not_understood_is_refused),
        cmocka_unit_test(one_that_says_nothing_is_refused_at_once),
        cmocka_unit_test(a_safe_one_that_is_not_understood_is_given_up),
        cmocka_unit_test(none_that_is_understood_is_an_error),
        cmocka_unit_test(one_that_was_given_up_is_tried_again),
        cmocka_unit_test(one_that_hangs_is_refused),
        cmocka_unit_test(noise_is_no_lie),
    };

    return cmocka_run_group_tests_name("device method", tests, NULL, NULL);
}
