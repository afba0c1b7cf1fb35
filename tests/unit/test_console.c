// SPDX-License-Identifier: BSD-2-Clause
// The conversation: lines, echo, prompt in the answer, resynchronising.

#include "console_util.h"

static const char *answer_text; /* to any command */

static const char *answer(struct loader *l, const char *command)
{
    (void)l;
    (void)command;
    return answer_text;
}

static void assert_line(const char *want)
{
    struct span line;

    assert_true(console_take_line(&rig.c, &line));
    assert_int_equal(line.len, strlen(want));
    assert_memory_equal(line.text, want, line.len);
}

static void any_mix_of_cr_and_lf_ends_a_line(void **state)
{
    struct span line;

    (void)state;
    for (size_t chunk = 0; chunk < 4; chunk++) {
        rig_up(false);
        rig.l.line.chunk = chunk;
        fake_say(&rig.l.line, "\r\none\r\ntwo\n\rthree\r\r\nfour\n\n\r\r=> ");
        rig_hear();
        assert_line("one");
        assert_line("two");
        assert_line("three");
        assert_line("four");
        assert_false(console_take_line(&rig.c, &line));
        assert_true(console_at_prompt(&rig.c));
        fake_say(&rig.l.line, "x");
        rig_hear();
        assert_false(console_at_prompt(&rig.c));
        rig_down();
    }
}

static void asks(bool winbond)
{
    CLEANUP_BUF struct buf got = {0};

    rig_up(winbond);
    rig.l.answer = answer;
    answer_text = "first\n\nsecond line\n";
    assert_int_equal(console_ask(&rig.c, "a command longer than a chunk", NULL,
                                 1000, &got, NULL),
                     0);
    assert_string_equal(got.data, "first\nsecond line\n");
    assert_int_equal(rig.l.n_ran, 1);
    assert_string_equal(rig.l.ran[0], "a command longer than a chunk");
    assert_int_equal(rig.l.blank_lines, 0);
    assert_int_equal(rig.c.commands, 1);
    rig_down();
}

static void asks_both(void **state)
{
    (void)state;
    asks(false);
    asks(true);
}

/* Noise on the way there: the line end must not follow. */
static void a_garbled_command_is_not_run(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++)
        for (unsigned n = 1; n <= 3; n++) {
            CLEANUP_BUF struct buf got = {0};
            rig_up(winbond);
            rig.l.answer = answer;
            answer_text = "ok\n";
            rig.l.garble_echoes = n;
            assert_int_equal(console_ask(&rig.c, "ls", NULL, 1000, &got, NULL),
                             0);
            assert_int_equal(rig.l.n_ran, 1);
            assert_string_equal(rig.l.ran[0], "ls");
            assert_string_equal(got.data, "ok\n");
            rig_down();
        }
}

static void noise_without_end_runs_nothing(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        CLEANUP_BUF struct buf got = {0};
        struct err err = {""};
        rig_up(winbond);
        rig.l.garble_echoes = UINT32_MAX;
        assert_int_equal(console_ask(&rig.c, "ls", NULL, 1000, &got, &err),
                         -EILSEQ);
        assert_says(err.text, "typed 'ls', the echo was not the same");
        assert_int_equal(rig.l.n_ran, 0);
        assert_int_equal(rig.l.edit_len, 0);
        rig_down();
    }
}

/* A small receive FIFO, read too slowly. */
static void what_is_lost_is_typed_in_smaller_pieces(void **state)
{
    static const char command[] = "crc32 9f000000 10000 or so";

    (void)state;
    for (unsigned max = 32; max >= 8; max /= 2) {
        CLEANUP_BUF struct buf got = {0};
        rig_up(false);
        rig.l.answer = answer;
        answer_text = "ok\n";
        rig.l.burst_max = max;
        for (unsigned i = 0; i < 2; i++)
            assert_int_equal(
                console_ask(&rig.c, command, NULL, 1000, &got, NULL), 0);
        assert_int_equal(rig.l.n_ran, 2);
        assert_string_equal(rig.l.ran[0], command);
        assert_string_equal(rig.l.ran[1], command);
        assert_int_equal(rig.c.chunk, max == 32 ? 0 : max);
        assert_int_equal(rig.c.wrong_echoes, max == 32 ? 0 : max == 16 ? 1 : 2);
        rig_down();
    }
}

/* Runs command n times; how many echoes were wrong. */
static unsigned runs(unsigned n, const char *command)
{
    unsigned before = rig.c.wrong_echoes;

    for (unsigned i = 0; i < n; i++) {
        CLEANUP_BUF struct buf got = {0};
        rig.l.n_ran = 0;
        rig.l.line.sent_len = 0;
        assert_int_equal(console_ask(&rig.c, command, NULL, 1000, &got, NULL),
                         0);
        assert_int_equal(rig.l.n_ran, 1);
        assert_string_equal(rig.l.ran[0], command);
    }
    return rig.c.wrong_echoes - before;
}

static void after_a_while_more_is_typed_again(void **state)
{
    (void)state;
    rig_up(false);
    rig.l.answer = answer;
    answer_text = "ok\n";
    /* It was a bad moment: one character lost for once. */
    rig.l.burst_max = 16;
    assert_int_equal(runs(1, "crc32 9f000000 10000"), 1);
    assert_int_equal(rig.c.chunk, 16);
    rig.l.burst_max = 0;
    /* What fits into one piece anyway tells nothing. */
    assert_int_equal(runs(1000, "version"), 0);
    assert_int_equal(rig.c.chunk, 16);
    assert_int_equal(runs(63, "crc32 9f000000 10000"), 0);
    assert_int_equal(rig.c.chunk, 32);
    assert_int_equal(runs(500, "crc32 9f000000 10000"), 0);
    assert_int_equal(rig.c.chunk, 32);
    /* It is too slow for that: each look costs more patience. */
    rig.l.burst_max = 16;
    assert_in_range(runs(4000, "crc32 9f000000 10000"), 4, 6);
    assert_int_equal(rig.c.chunk, 16);
    rig_down();
}

static void more_than_the_echo_is_wrong_too(void **state)
{
    struct err err = {""};

    (void)state;
    rig_up(false);
    rig.l.line.hear = NULL; /* a line that says something else each time */
    fake_say(&rig.l.line, "lsx");
    assert_int_equal(console_begin(&rig.c, "ls", true, &err), -EILSEQ);
    assert_null(strchr(rig.l.line.sent, '\n'));
    assert_null(strstr(rig.l.line.sent, "ls\r"));
    rig_down();
}

/* What is taken out of rows must not be overlooked in a command. */
static void control_codes_in_the_echo_are_wrong(void **state)
{
    static const char *const echoes[] = {"l\x1b[0ms", "l\x11s", "\x07ls"};
    struct err err = {""};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        rig_up(false);
        rig.l.line.hear = NULL;
        fake_say(&rig.l.line, echoes[i]);
        assert_int_equal(console_begin(&rig.c, "ls", true, &err), -EILSEQ);
        assert_null(strstr(rig.l.line.sent, "ls\r"));
        rig_down();
    }
}

static void starts_again(void *arg, char byte)
{
    struct loader *l = arg;

    l->line.hear = NULL;
    assert_int_equal(byte, 'l');
    fake_say(&l->line, "\r\n\r\nU-Boot 2023.01 (Jan 15 2023)\r\n\r\n"
                       "Hit any key to stop autoboot:  1 \b\b\b 0 \r\n=> s");
}

/* The device is reset just before; what is typed stops its countdown. */
static void a_reset_while_typing_is_noticed(void **state)
{
    struct err err = {""};

    (void)state;
    rig_up(false);
    rig.l.line.hear = starts_again;
    assert_int_equal(console_begin(&rig.c, "ls", true, &err), -ETIMEDOUT);
    assert_says(err.text, "reset while 'ls' was typed");
    assert_true(rig.c.restarted);
    assert_null(strstr(rig.l.line.sent, "\r"));
    rig_down();
}

static void say_escapes(void *arg)
{
    atomic_fetch_add(&fake_ms, 10);
    fake_say(arg, "\x1b[m");
}

/* They leave no byte behind that could be compared. */
static void escapes_for_an_echo_end(void **state)
{
    uint64_t from;

    (void)state;
    rig_up(false);
    rig.l.line.hear = NULL;
    rig.l.line.feed = say_escapes;
    rig.l.line.arg = &rig.l.line;
    from = fake_now();
    assert_int_equal(console_begin(&rig.c, "ls", true, NULL), -EILSEQ);
    assert_in_range(fake_now() - from, 700, 15000);
    rig_down();
}

static void typed_ahead_is_taken_back(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        rig_up(winbond);
        strcpy(rig.l.edit, winbond ? "del" : "erase all");
        rig.l.edit_len = strlen(rig.l.edit);
        assert_int_equal(console_resync(&rig.c, deadline_in(3000)), 0);
        assert_true(console_at_prompt(&rig.c));
        assert_int_equal(rig.l.n_ran, 0);
        assert_in_range(rig.l.blank_lines, 0, 2);
        rig_down();
    }
}

static void resync_gives_up_in_time(void **state)
{
    uint64_t from;

    (void)state;
    rig_up(false);
    rig.l.deaf = true;
    from = fake_now();
    assert_int_equal(console_resync(&rig.c, deadline_in(3000)), -ETIMEDOUT);
    assert_in_range(fake_now() - from, 3000, 3500);
    rig_down();
}

static void resync_waits_for_chatter_to_end(void **state)
{
    (void)state;
    rig_up(false);
    rig.l.line.chunk = 7;
    for (int i = 0; i < 300; i++)
        fake_say(&rig.l.line, "=> 00000010: 3d 3e 20\r\n=> ");
    assert_int_equal(console_resync(&rig.c, deadline_in(3000)), 0);
    assert_true(console_at_prompt(&rig.c));
    assert_int_equal(rig.l.n_ran, 0);
    rig_down();
}

static void the_prompt_may_stand_in_the_answer(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk < 5; chunk++) {
        CLEANUP_BUF struct buf got = {0};
        rig_up(false);
        rig.l.line.chunk = chunk;
        rig.l.answer = answer;
        answer_text = "=> \n=> is the prompt\nsee => \n";
        assert_int_equal(console_ask(&rig.c, "help", NULL, 1000, &got, NULL),
                         0);
        assert_string_equal(got.data, answer_text);
        rig_down();
    }
}

/* The prompt, a pause that an adapter may make, and the answer goes on. */
static uint64_t resumes_at;

static void resume(void *arg)
{
    struct loader *l = arg;

    if (resumes_at != 0 && fake_now() >= resumes_at) {
        resumes_at = 0;
        fake_say(&l->line, "was no prompt\r\n=> ");
    }
}

static const char *answer_with_pause(struct loader *l, const char *command)
{
    (void)command;
    fake_say(&l->line, "\r\n=> ");
    l->prompt = "";
    resumes_at = fake_now() + 40;
    return "";
}

static void a_pause_after_prompt_text_is_no_end(void **state)
{
    CLEANUP_BUF struct buf got = {0};

    (void)state;
    rig_up(false);
    rig.l.answer = answer_with_pause;
    rig.l.line.feed = resume;
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1000, &got, NULL), 0);
    assert_string_equal(got.data, "=> was no prompt\n");
    rig_down();
}

static const char *answer_by_reset(struct loader *l, const char *command)
{
    (void)command;
    fake_say(&l->line, answer_text);
    l->prompt = "";
    return "";
}

/* ms: how long that takes to be noticed. */
static void reset_in_answer(const char *text, const char *known, uint64_t ms)
{
    CLEANUP_BUF struct buf got = {0};
    struct pattern *enough = NULL;
    uint64_t from;

    rig_up(false);
    if (known != NULL)
        assert_int_equal(pattern_compile(&enough, known, "", NULL), 0);
    rig.l.answer = answer_by_reset;
    answer_text = text;
    from = fake_now();
    assert_int_equal(console_ask(&rig.c, "crc32 0 1", enough, 5000, &got, NULL),
                     -ETIMEDOUT);
    assert_true(rig.c.restarted);
    assert_in_range(fake_now() - from, 0, ms);
    pattern_free(enough);
    rig_down();
}

/* Its countdown is not waited for. */
static void a_reset_in_an_answer_is_noticed(void **state)
{
    (void)state;
    reset_in_answer(
        "\r\ncrc3\r\n\r\nU-Boot 2023.01 (Jan 15 2023)\r\nDRAM:", "x", 50);
    reset_in_answer("\r\n\r\nU-Boot 2023.01 (Jan 15 2023)\r\n"
                    "Hit any key to stop autoboot:  1 ",
                    NULL, 150);
}

static void an_endless_line_is_cut(void **state)
{
    CLEANUP_BUF struct buf got = BUF_LIMITED(65536);
    char *text = calloc(1, 100005);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 100000);
    strcpy(text + 100000, "\ny\n");
    answer_text = text;
    for (size_t chunk = 0; chunk < 2; chunk++) {
        rig_up(false);
        rig.l.line.chunk = chunk * 1000;
        rig.l.answer = answer;
        buf_clear(&got);
        assert_int_equal(console_ask(&rig.c, "help", NULL, 1000, &got, NULL),
                         0);
        assert_int_equal(got.len, CONSOLE_LINE_MAX + 1 + 2);
        assert_string_equal(got.data + CONSOLE_LINE_MAX, "\ny\n");
        rig_down();
    }
    free(text);
}

static void flood(void *arg)
{
    struct loader *l = arg;

    atomic_fetch_add(&fake_ms, 1);
    fake_say(&l->line, "and again\r\n");
}

static void an_endless_answer_ends(void **state)
{
    CLEANUP_BUF struct buf got = BUF_LIMITED(65536);
    struct err err = {""};

    (void)state;
    rig_up(false);
    rig.l.answer = answer;
    answer_text = "";
    rig.l.prompt = "";
    assert_int_equal(console_begin(&rig.c, "help", true, &err), 0);
    rig.l.line.feed = flood;
    /* The echo cannot be right with such a flood: nothing is run. */
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1000, &got, &err),
                     -EILSEQ);
    assert_int_equal(rig.l.n_ran, 1);
    rig_down();
}

static const char *answer_and_flood(struct loader *l, const char *command)
{
    (void)command;
    l->line.feed = flood;
    l->prompt = "";
    return "";
}

static void an_answer_without_end_is_refused(void **state)
{
    CLEANUP_BUF struct buf got = BUF_LIMITED(65536);
    struct err err = {""};

    (void)state;
    rig_up(false);
    rig.l.answer = answer_and_flood;
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1000, &got, &err),
                     -EMSGSIZE);
    assert_says(err.text, "an answer without end");
    rig_down();
}

static void silence_times_out(void **state)
{
    CLEANUP_BUF struct buf got = {0};
    struct err err = {""};
    uint64_t from;

    (void)state;
    rig_up(false);
    rig.l.answer = answer;
    answer_text = "half an answer";
    rig.l.prompt = "";
    from = fake_now();
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1500, &got, &err),
                     -ETIMEDOUT);
    assert_in_range(fake_now() - from, 1500, 1700);
    assert_says(err.text, "'help'");
    rig_down();
}

static void a_gone_port_and_a_shutdown_end_it(void **state)
{
    CLEANUP_BUF struct buf got = {0};
    struct err err = {""};

    (void)state;
    rig_up(false);
    atomic_store(&rig.c.shutdown, true);
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1500, &got, &err),
                     -EINTR);
    assert_int_equal(console_resync(&rig.c, deadline_in(100)), -EINTR);
    atomic_store(&rig.c.shutdown, false);
    rig.l.line.gone = true;
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1500, &got, &err),
                     -ENODEV);
    assert_int_equal(rig.l.n_ran, 0);
    rig_down();
}

static unsigned attended;

static bool attend(void *arg)
{
    attended++;
    return *(bool *)arg;
}

/* A wake-up in the middle of a command lets its owner see to other things but
 * does not tear the command apart. */
static void a_wake_up_is_attended_to(void **state)
{
    CLEANUP_BUF struct buf got = {0};
    bool stop = true;

    (void)state;
    rig_up(false);
    rig.c.attend = attend;
    rig.c.attend_arg = &stop;
    rig.l.answer = answer;
    answer_text = "ok\n";
    attended = 0;
    line_wake(rig.c.line);
    assert_int_equal(console_ask(&rig.c, "help", NULL, 1500, &got, NULL), 0);
    assert_string_equal(got.data, "ok\n");
    assert_int_equal(attended, 1);
    line_wake(rig.c.line);
    assert_int_equal(console_resync(&rig.c, deadline_in(1000)), -EINTR);
    rig_down();
}

/* An answer in two parts; while its second one is awaited somebody else wakes
 * the line, as each new read of the mount does. */
static const char *parts[2];
static bool woken_between;
static uint64_t second_at;

static void hear_parts(void *arg, char byte)
{
    (void)arg;
    if (byte != '\r') {
        fake_say_bytes(&rig.l.line, &byte, 1);
        return;
    }
    fake_say(&rig.l.line, "\r\n");
    fake_say(&rig.l.line, parts[0]);
    second_at = fake_now() + 30;
}

static void feed_parts(void *arg)
{
    (void)arg;
    if (second_at == 0)
        return;
    if (fake_now() + 20 >= second_at && woken_between)
        line_wake(rig.c.line);
    if (fake_now() < second_at)
        return;
    second_at = 0;
    fake_say(&rig.l.line, parts[1]);
}

static void assert_answered(const char *first, const char *second, bool woken,
                            const char *want)
{
    CLEANUP_BUF struct buf got = {0};
    struct err err = {""};
    int ret;

    rig_up(false);
    rig.l.line.hear = hear_parts;
    rig.l.line.feed = feed_parts;
    parts[0] = first;
    parts[1] = second;
    woken_between = woken;
    ret = console_ask(&rig.c, "printenv", NULL, 5000, &got, &err);
    if (ret != 0)
        fail_msg("woken %d: %d %s", woken, ret, err.text);
    assert_string_equal(got.data, want);
    rig_down();
}

static void a_wake_up_is_no_silence(void **state)
{
    (void)state;
    for (int woken = 0; woken < 2; woken++) {
        assert_answered("a=1\r\n=> ", "b=2\r\nc=3\r\n=> ", woken,
                        "a=1\n=> b=2\nc=3\n");
        assert_answered("a=1\r\n=>", " ", woken, "a=1\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_mix_of_cr_and_lf_ends_a_line),
        cmocka_unit_test(asks_both),
        cmocka_unit_test(a_garbled_command_is_not_run),
        cmocka_unit_test(noise_without_end_runs_nothing),
        cmocka_unit_test(what_is_lost_is_typed_in_smaller_pieces),
        cmocka_unit_test(after_a_while_more_is_typed_again),
        cmocka_unit_test(more_than_the_echo_is_wrong_too),
        cmocka_unit_test(a_reset_while_typing_is_noticed),
        cmocka_unit_test(control_codes_in_the_echo_are_wrong),
        cmocka_unit_test(escapes_for_an_echo_end),
        cmocka_unit_test(typed_ahead_is_taken_back),
        cmocka_unit_test(resync_gives_up_in_time),
        cmocka_unit_test(resync_waits_for_chatter_to_end),
        cmocka_unit_test(the_prompt_may_stand_in_the_answer),
        cmocka_unit_test(a_pause_after_prompt_text_is_no_end),
        cmocka_unit_test(a_reset_in_an_answer_is_noticed),
        cmocka_unit_test(an_endless_line_is_cut),
        cmocka_unit_test(an_endless_answer_ends),
        cmocka_unit_test(an_answer_without_end_is_refused),
        cmocka_unit_test(silence_times_out),
        cmocka_unit_test(a_gone_port_and_a_shutdown_end_it),
        cmocka_unit_test(a_wake_up_is_attended_to),
        cmocka_unit_test(a_wake_up_is_no_silence),
    };

    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
