// SPDX-License-Identifier: BSD-2-Clause
// Questions while a command runs: what is typed for them, and when.

#include "console_util.h"

#include "monitor/exchange.h"

static struct exchange_run run;
static struct exchanges dialogue;
static struct exchanges pager;
static struct exchange questions[2];
static struct exchange pages[1];

static struct pattern *pattern(const char *text)
{
    struct pattern *p = NULL;

    assert_int_equal(pattern_compile(&p, text, "", NULL), 0);
    return p;
}

static int up(void **state)
{
    (void)state;
    rig_up(false);
    rig.l.line.hear = NULL;
    questions[0] = (struct exchange){pattern("from\\? $"),
                                     (char *)"{address:X8}\r"};
    questions[1] = (struct exchange){pattern("^sure"), (char *)"y"};
    pages[0] = (struct exchange){pattern("^-- more --$"), (char *)" "};
    dialogue = (struct exchanges){questions, 2};
    pager = (struct exchanges){pages, 1};
    return 0;
}

static int down(void **state)
{
    (void)state;
    pattern_free(questions[0].expect);
    pattern_free(questions[1].expect);
    pattern_free(pages[0].expect);
    rig_down();
    return 0;
}

static void start(const struct template_values *values)
{
    exchange_start(&run, &rig.c, &dialogue, values);
    run.pager = &pager;
    rig.l.line.sent_len = 0;
    rig.l.line.sent[0] = '\0';
}

static void hear(const char *text)
{
    fake_say(&rig.l.line, text);
    while (console_fill(&rig.c, deadline_in(0)) > 0)
        ;
}

/* Waits as those do who use it. */
static int asked(void)
{
    (void)console_fill(&rig.c, exchange_wait(&run, &rig.c, deadline_in(1000)));
    return exchange_answer(&run, &rig.c);
}

/* The next line, after what exchange_line said to it. */
static int line(struct span *out)
{
    assert_true(console_take_line(&rig.c, out));
    return exchange_line(&run, &rig.c, *out);
}

static void a_dialogue_in_its_order(void **state)
{
    const struct template_values v = {.address = 0xbf00c0};
    uint64_t from;
    struct span text;

    (void)state;
    start(&v);
    hear("sure of it\r\nread from? ");
    /* out of turn: output */
    assert_int_equal(line(&text), 0);
    assert_int_equal(exchange_answer(&run, &rig.c), 0); /* too early */
    from = fake_now();
    assert_int_equal(asked(), 1);
    assert_in_range(fake_now() - from, 20, 60);
    assert_string_equal(rig.l.line.sent, "00BF00C0\r");
    assert_false(exchange_complete(&run));
    assert_int_equal(asked(), 0); /* once */
    hear("00BF00C0\r\n00BF00C0\r\nsure\r\n");
    assert_int_equal(line(&text), 1); /* the echo, */
    assert_int_equal(line(&text), 0); /* and what looks like it */
    assert_int_equal(line(&text), 1); /* a question on a line of its own */
    assert_string_equal(rig.l.line.sent, "00BF00C0\ry");
    assert_true(exchange_complete(&run));
    hear("read from? ");
    assert_int_equal(asked(), 0);
}

static void a_pager_as_often_as_it_asks(void **state)
{
    struct span text;
    char room[80];

    (void)state;
    start(NULL);
    for (int i = 0; i < 3; i++) {
        hear("row\r\n-- more --");
        assert_int_equal(line(&text), 0);
        assert_int_equal(asked(), 1);
        assert_int_equal(console_partial(&rig.c).len, 0);
        hear("\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b  next\r\n");
        assert_int_equal(line(&text), 0);
        text = exchange_clean(&run, text, room, sizeof(room));
        /* as a terminal would show it, over the blanks */
        assert_int_equal(text.len, 10);
        assert_memory_equal(text.text, "  next    ", 10);
    }
    assert_string_equal(rig.l.line.sent, "   ");
    hear("a\bb\r\n");
    assert_int_equal(line(&text), 0);
    text = exchange_clean(&run, text, room, sizeof(room));
    assert_int_equal(text.len, 3); /* nothing was asked on this line */
}

/* The same text in the middle of output. */
static void what_goes_on_is_no_question(void **state)
{
    (void)state;
    start(NULL);
    hear("-- more --");
    assert_int_equal(exchange_answer(&run, &rig.c), 0);
    fake_say(&rig.l.line, " of it");
    assert_int_equal(asked(), 0);
    assert_int_equal(rig.l.line.sent_len, 0);
    assert_true(console_partial(&rig.c).len > 10);
}

static void what_cannot_be_typed(void **state)
{
    (void)state;
    start(NULL);
    questions[0].send = (char *)"{password}\r";
    hear("from? ");
    assert_int_equal(asked(), -EINVAL);
    start(NULL);
    rig.l.line.gone = false;
    hear("\r\n-- more --");
    atomic_fetch_add(&fake_ms, 100);
    rig.l.line.gone = true;
    assert_int_equal(exchange_answer(&run, &rig.c), -ENODEV);
}

static void a_long_answer(void **state)
{
    const struct template_values v = {.password = "abcdefghijklmnopqrstuvwxyz"};

    (void)state;
    start(&v);
    questions[0].send = (char *)"{password}-{password}\r";
    hear("from? ");
    assert_int_equal(asked(), 1);
    assert_string_equal(
        rig.l.line.sent,
        "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz\r");
}

static void nothing_to_talk_about(void **state)
{
    struct deadline until;

    (void)state;
    exchange_start(&run, &rig.c, NULL, NULL);
    assert_true(exchange_complete(&run));
    hear("from? ");
    until = deadline_in(500);
    assert_true(exchange_wait(&run, &rig.c, until).at_ms == until.at_ms);
    assert_int_equal(asked(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_dialogue_in_its_order, up, down),
        cmocka_unit_test_setup_teardown(a_pager_as_often_as_it_asks, up, down),
        cmocka_unit_test_setup_teardown(what_goes_on_is_no_question, up, down),
        cmocka_unit_test_setup_teardown(what_cannot_be_typed, up, down),
        cmocka_unit_test_setup_teardown(a_long_answer, up, down),
        cmocka_unit_test_setup_teardown(nothing_to_talk_about, up, down),
    };

    return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
