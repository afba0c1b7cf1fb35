// SPDX-License-Identifier: BSD-2-Clause
// What a read asks before it reads a chip is asked twice. Who answers the
// second time may be another board: none of its rows are the first one's.

#include "media_boards.h"

#define HUSH   "if echo;then "
#define BANNER "\r\nU-Boot 2019.07 (Jan 02 2020 - 03:04:05)\r\n\r\n"
#define START  BANNER "=> "

static const char *question;  /* behind its first answer ... */
static void (*happens)(void); /* ... this does */
static bool within; /* a start ends that answer, and the countdown is skipped */
static uint64_t back_at; /* the cable is in another board; 0: never */
static bool resets;      /* at the next byte */
static unsigned before;  /* contact of the first board */
static unsigned rows_of_other;
static unsigned contact_of_rows;

static uint8_t other_memory(uint64_t address)
{
    return (uint8_t)~chips_memory(address);
}

static void put_other(void)
{
    chips_reset();
    rig.l.byte = other_memory;
}

static void feed(void *arg)
{
    if (back_at != 0 && fake_now() >= back_at) {
        back_at = 0;
        rig.l.deaf = false;
        put_other();
    }
    loader_feed(arg);
}

static void hear(void *arg, char byte)
{
    if (!resets) {
        loader_hear(arg, byte);
        return;
    }
    resets = false;
    put_other();
    fake_say(&rig.l.line, START);
}

static void swap_boards(void)
{
    rig.l.deaf = true;
    back_at = fake_now() + 5000;
}

static void reset_board(void)
{
    resets = true;
}

static void start_within(void)
{
    put_other();
    fake_say(&rig.l.line, BANNER);
    within = true;
}

static const char *answer(struct loader *l, const char *command)
{
    if (question != NULL && strcmp(command, question) == 0) {
        question = NULL;
        happens();
        if (within)
            return "";
    }
    if (strncmp(command, "echo fwfs", 9) == 0)
        return "fwfs-42\n";
    if (strncmp(command, HUSH, strlen(HUSH)) == 0)
        command += strlen(HUSH);
    return chips_answer(l, command);
}

static const struct map_medium *nand(void)
{
    size_t n = 0;

    while (n < dev->map.n_media && strcmp(dev->map.media[n].name, "nand0") != 0)
        n++;
    assert_true(n < dev->map.n_media);
    return &dev->map.media[n];
}

static void row(void *arg, uint64_t address, const uint8_t *bytes, size_t len)
{
    (void)arg;
    (void)len;
    contact_of_rows = device_contact(dev);
    rows_of_other += bytes[0] != chip_byte('n', 0, address - nand()->base);
}

static int read_chip(void)
{
    const struct device_sink sink = {.row = row};

    rows_of_other = 0;
    return device_read(dev, DEVICE_FIRST, nand()->base, 0x100, &sink, &err);
}

static void begin(const char *asked, void (*then)(void))
{
    static const char *const segments[] = {"a:nand0@0:256K", NULL};

    chips_init();
    within = false;
    rig.l.answer = answer;
    rig.l.line.feed = feed;
    rig.l.line.hear = hear;
    question = NULL;
    if (open_device(segments) != 0)
        fail_msg("%s", err.text);
    before = device_contact(dev);
    rig.l.n_ran = 0;
    question = asked;
    happens = then;
}

/* The read ends there; the next one is of another contact. */
static void expect_end(const char *asked, void (*then)(void), const char *said)
{
    int ret;

    begin(asked, then);
    ret = read_chip();
    if (rows_of_other > 0 && contact_of_rows == before)
        fail_msg("'%s': %u rows of another board are taken for the first one's",
                 asked, rows_of_other);
    assert_int_equal(ret, -ETIMEDOUT);
    assert_says(err.text, said);
    assert_says(err.text, asked);
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(device_contact(dev), before + 1);
    assert_int_equal(read_chip(), 0);
    assert_true(rows_of_other > 0);
    assert_int_equal(contact_of_rows, before + 1);
    down();
}

/* What is in RAM is no copy of a chip any more. */
static void expect_start(const char *asked)
{
    begin(asked, start_within);
    (void)read_chip();
    if (rows_of_other > 0 && contact_of_rows == before)
        fail_msg("'%s': a start within its answer is not noticed", asked);
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(device_contact(dev), before + 1);
    down();
}

static void a_start_within_an_answer(void **state)
{
    (void)state;
    expect_start("nand bad");
    expect_start("echo fwfs\"-\"42");
}

static void another_board_answers_about_bad_blocks(void **state)
{
    (void)state;
    expect_end("nand bad", swap_boards, "out of sight during '");
    expect_end("nand bad", reset_board, "reset while '");
}

static void another_board_answers_about_its_shell(void **state)
{
    (void)state;
    expect_end("echo fwfs\"-\"42", swap_boards, "out of sight during '");
    expect_end("echo fwfs\"-\"42", reset_board, "reset while '");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_within_an_answer),
        cmocka_unit_test(another_board_answers_about_bad_blocks),
        cmocka_unit_test(another_board_answers_about_its_shell),
    };

    return cmocka_run_group_tests_name("media_sight", tests, NULL, NULL);
}
