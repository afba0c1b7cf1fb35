// SPDX-License-Identifier: BSD-2-Clause
// The conversation where the prompt changes or is none, echoes are redrawn,
// output waits for keys, and commands are forbidden.

#include "odd_loader.h"

#include "monitor/console_priv.h"
#include "monitor/console_unlock.h"

static struct odd odd;
static struct console c;
static struct dialect *d;
static struct buf got = BUF_LIMITED(65536);
static struct err err;

static void up(const char *prompt, const char *lines)
{
    odd_init(&odd, prompt);
    err.text[0] = '\0';
    buf_clear(&got);
    d = odd_dialect("odd", lines);
    assert_int_equal(console_init(&c, fake_open(&odd.line), NULL), 0);
    c.dialect = d;
    console_learn_prompt(&c, (struct span){prompt, strlen(prompt)});
}

static void down(void)
{
    console_free(&c);
    dialect_free(d);
    buf_free(&got);
    got = BUF_LIMITED(65536);
}

static int ask(const char *command)
{
    buf_clear(&got);
    return console_ask(&c, command, NULL, 1000, &got, &err);
}

static void assert_got(const char *text)
{
    assert_string_equal(got.len > 0 ? got.data : "", text);
}

/* --- prompts --- */

#define STACK "console { prompt = '\\d+ > '\n prompt-changes = true }\n"

static void say_depth(struct odd *o)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%u > ", o->depth);
    fake_say(&o->line, text);
}

static const char *push(struct odd *o, const char *command)
{
    o->depth = strcmp(command, "clear") == 0 ? 0 : o->depth + 5;
    return " ok\n";
}

static void a_prompt_that_changes(void **state)
{
    (void)state;
    up("0 > ", STACK);
    odd.end = say_depth;
    odd.answer = push;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask("1 2 3 4 5"), 0);
        assert_got(" ok\n");
        assert_true(console_at_prompt(&c));
    }
    assert_int_equal(odd.depth, 15);
    assert_int_equal(console_resync(&c, deadline_in(1000)), 0);
    assert_true(console_at_prompt(&c));
    assert_int_equal(ask("clear"), 0);
    /* Only the whole last line is one. */
    fake_say(&odd.line, "\r\nsee 2 > ");
    while (console_fill(&c, deadline_in(1)) > 0)
        ;
    assert_false(console_at_prompt(&c));
    down();
}

static void damaged_depth(struct odd *o)
{
    fake_say(&o->line, "5 / ");
    o->end = say_depth;
}

static void a_changing_prompt_that_was_damaged(void **state)
{
    uint64_t from;

    (void)state;
    up("5 > ", STACK);
    odd.end = damaged_depth;
    odd.answer = push;
    odd.depth = 5;
    from = fake_now();
    assert_int_equal(console_ask(&c, "1", NULL, 9000, &got, &err), -ETIMEDOUT);
    assert_in_range(fake_now() - from, 300, 500);
    assert_int_equal(console_resync(&c, deadline_in(1000)), 0);
    down();
}

static void starts_anew(void *arg, char byte)
{
    (void)arg;
    if (byte == '\b')
        fake_say(&odd.line, odd.line.sent_len == 1 ? "\r\nC boot 1\r\n" : "");
}

/* Its countdown runs now. */
static void no_key_is_taken_back_from_a_device_that_starts(void **state)
{
    (void)state;
    up("c> ", "recognise { banner = {'^C boot'} }\n"
              "console { prompt = '^c> $'\n clear = \"\\x08\"\n"
              " clear-times = 80 }\n");
    odd.line.hear = starts_anew;
    assert_int_equal(console_resync(&c, deadline_in(1000)), -ETIMEDOUT);
    assert_true(c.restarted);
    assert_in_range(odd.line.sent_len, 1, 8);
    down();
}

#define MODEM                                                                  \
    "console { done = '^(?:OK|ERROR)$'\n wake = \"AT\\r\"\n clear = \"\\x03\"" \
    "}\n"

static const char *modem(struct odd *o, const char *command)
{
    (void)o;
    if (strcmp(command, "AT") == 0)
        return "OK\n";
    return strcmp(command, "ATGO") == 0 ? "ready\nOK or not\n\nOK\n"
                                        : "ERROR\n";
}

static void say_nothing(struct odd *o)
{
    (void)o;
}

static void no_prompt(void **state)
{
    (void)state;
    up("", MODEM);
    odd.answer = modem;
    odd.end = say_nothing;
    for (size_t chunk = 0; chunk < 3; chunk++) {
        odd.line.chunk = chunk;
        assert_int_equal(ask("ATGO"), 0);
        assert_got("ready\nOK or not\nOK\n");
        assert_int_equal(ask("ATXX"), 0);
        assert_got("ERROR\n");
    }
    odd.n_ran = 0;
    assert_int_equal(console_resync(&c, deadline_in(1000)), 0);
    assert_true(console_at_prompt(&c));
    assert_int_equal(odd.n_ran, 1);
    assert_string_equal(odd.ran[0], "AT");
    down();
}

/* The last answer's end is none of this one's. */
static void no_prompt_and_no_answer(void **state)
{
    (void)state;
    up("", MODEM);
    odd.answer = modem;
    odd.end = say_nothing;
    assert_int_equal(ask("ATGO"), 0);
    odd.line.hear = NULL;
    fake_say(&odd.line, "ATGO");
    assert_int_equal(ask("ATGO"), -ETIMEDOUT);
    assert_int_equal(console_resync(&c, deadline_in(1000)), -ETIMEDOUT);
    down();
}

static void what_was_typed_is_not_run_without_a_prompt(void **state)
{
    (void)state;
    up("", MODEM);
    odd.answer = modem;
    odd.end = say_nothing;
    strcpy(odd.edit, "ATERASE");
    odd.edit_len = 7;
    assert_int_equal(console_resync(&c, deadline_in(1000)), 0);
    assert_int_equal(odd.n_ran, 1);
    assert_string_equal(odd.ran[0], "AT");
    down();
}

static const char *status_line(struct odd *o, const char *command)
{
    (void)o;
    (void)command;
    return "some\n> \n*** status = 0\n";
}

/* Such a prompt needs no pause behind it. */
static void a_line_before_the_prompt_makes_it_certain(void **state)
{
    uint64_t from;

    (void)state;
    up("> ", "console { prompt = '^> $'\n done = '^\\*\\*\\* status' }\n");
    odd.answer = status_line;
    from = fake_now();
    assert_int_equal(ask("go"), 0);
    assert_int_equal(fake_now(), from);
    assert_got("some\n> \n*** status = 0\n");
    down();
}

/* --- echo --- */

static const char *two_lines(struct odd *o, const char *command)
{
    (void)o;
    (void)command;
    return "one\n  \n two\n";
}

#define SHELL                                                                  \
    "console { prompt = '^Shell> $'\n echo = redrawn\n clear = \"\\x03\" }\n"
#define LONG_COMMAND                                                           \
    "dd if=/dev/mtd0 bs=512 skip=128 count=128 2>&-|gzip -c|base64 "           \
    "-w76"

static void redrawn(enum odd_echo echo)
{
    for (size_t chunk = 0; chunk < 4; chunk++)
        for (unsigned garbled = 0; garbled < 3; garbled++) {
            up("Shell> ", SHELL);
            odd.echo = echo;
            odd.line.chunk = chunk;
            odd.garbled = garbled;
            odd.answer = two_lines;
            assert_int_equal(ask(LONG_COMMAND), 0);
            assert_got("one\n two\n");
            assert_int_equal(odd.n_ran, 1);
            assert_string_equal(odd.ran[0], LONG_COMMAND);
            down();
        }
}

static void redrawn_echoes(void **state)
{
    (void)state;
    redrawn(ODD_PLAIN);
    redrawn(ODD_CURSOR);
    redrawn(ODD_WRAPPED);
}

/* It stands before the prompt that the echo is compared with. */
static void a_start_before_a_redrawn_echo_is_seen(void **state)
{
    (void)state;
    up("Shell> ", SHELL "recognise { banner = {'UEFI Shell v'} }\n");
    fake_say(&odd.line, "\r\nUEFI Shell v2.2\r\nEDK II\r\nShell> ");
    assert_int_equal(console_begin(&c, "dmem 0 10", true, &err), -ETIMEDOUT);
    assert_says(err.text, "reset while 'dmem 0 10' was typed");
    assert_true(c.restarted);
    assert_int_equal(odd.n_ran, 0);
    down();
}

static void a_wrong_redrawn_echo_runs_nothing(void **state)
{
    (void)state;
    up("Shell> ", SHELL);
    odd.echo = ODD_CURSOR;
    odd.garbled = UINT32_MAX;
    assert_int_equal(ask("dmem 0"), -EILSEQ);
    assert_int_equal(odd.n_ran, 0);
    down();
}

/* What the device shows for "ls", typed into what it has. */
static const struct {
    const char *shown;
    int want;
} redraws[] = {
    {"ls", 0},
    {"ls  ", 0}, /* blanks behind are no matter */
    {"l\bls", 0},
    {"lx\bs", 0},
    {"xl\r\x1b[KShell> ls\x1b[K", 0}, /* drawn anew, with the prompt */
    {"l\r\nls", 0},
    {"\x1b[6n\x1b[1;7Hls\x1b"
     "7\x1b[999;999H\x1b"
     "8",
     0},
    {"lss", -EILSEQ},
    {"l", -EILSEQ},
    {" ls", -EILSEQ},
    {"ls\b", 0}, /* the cursor is not what counts */
    {"ls\b\b\b\bxx", -EILSEQ},
    {"Shell> l s", -EILSEQ},
    {"", -EILSEQ},
};

static void what_is_shown_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(redraws); i++) {
        up("Shell> ", SHELL);
        odd.line.hear = NULL;
        console_note_heard(&c); /* so it is typed at once */
        fake_say(&odd.line, redraws[i].shown);
        if (console_begin(&c, "ls", true, &err) != redraws[i].want)
            fail_msg("case %zu", i);
        assert_true((strstr(odd.line.sent, "ls\r") != NULL) ==
                    (redraws[i].want == 0));
        down();
    }
}

static void no_echo(void **state)
{
    (void)state;
    up("> ", "console { prompt = '^> $'\n echo = none }\n");
    odd.echo = ODD_SILENT;
    odd.answer = two_lines;
    assert_int_equal(ask("anything that is typed"), 0);
    assert_got("one\n two\n");
    down();
}

/* --- questions --- */

#define PAGED                                                                  \
    "console { prompt = '^> $'\n"                                              \
    " pager = {'^--more--$', \" \", 'Quit >$', \"\\r\"} }\n"

static const char *pages(struct odd *o, const char *command)
{
    (void)o;
    (void)command;
    return "one\n\x01two\nabout --more-- of it\n\x01three\n";
}

static void a_pager_gets_its_keys(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk < 5; chunk++) {
        up("> ", PAGED);
        odd.answer = pages;
        odd.more = "--more--";
        odd.line.chunk = chunk;
        assert_int_equal(ask("list"), 0);
        assert_string_equal(odd.key, "  ");
        assert_got("one\ntwo\nabout --more-- of it\nthree\n");
        odd.more = "< Any key, ESC to Quit >";
        memset(odd.key, 0, sizeof(odd.key));
        assert_int_equal(ask("list"), 0);
        assert_string_equal(odd.key, "\r\r");
        down();
    }
}

static const char *asks_back(struct odd *o, const char *command)
{
    (void)o;
    (void)command;
    return "Read 10 bytes\n\x01"
           "done\n";
}

static void a_dialogue_in_an_answer(void **state)
{
    struct exchange one = {.send = "{address:x}"};
    const struct exchanges dialogue = {&one, 1};
    const struct template_values values = {.address = 7};

    (void)state;
    assert_int_equal(
        pattern_compile(&one.expect, "\\(N\\)o \\? --> $", "", NULL), 0);
    up("> ", PAGED);
    odd.answer = asks_back;
    odd.more = "(Y)es, (N)o ? --> ";
    assert_int_equal(console_ask_with(&c, "read", &dialogue, &values, true,
                                      NULL, 1000, &got, &err),
                     0);
    assert_string_equal(odd.key, "7");
    assert_got("Read 10 bytes\ndone\n");
    /* Nobody answers: it must not be waited for without end. */
    assert_int_equal(ask("read"), -ETIMEDOUT);
    pattern_free(one.expect);
    down();
}

static void menu(void *arg, char byte)
{
    struct odd *o = arg;

    fake_say(&o->line, byte == 'r' ? "\r\nread what?\r\n> " : "?");
}

static void a_key_that_acts_at_once(void **state)
{
    (void)state;
    up("> ", PAGED);
    odd.line.hear = menu;
    assert_int_equal(
        console_ask_with(&c, "r", NULL, NULL, false, NULL, 1000, &got, &err),
        0);
    assert_got("read what?\n");
    assert_string_equal(odd.line.sent, "r");
    down();
    up("> ", "console { prompt = '^> $'\n line-end = \"\"\n wake = \"!\" }\n");
    odd.line.hear = menu;
    assert_int_equal(ask("r"), 0);
    assert_got("read what?\n");
    assert_string_equal(odd.line.sent, "r");
    down();
}

/* --- what must not be typed, and what must --- */

/* It was a key of a menu; now a countdown may wait for keys. */
static void a_reset_before_a_key(void **state)
{
    (void)state;
    up("> ", "recognise { banner = {'^Boot '} }\n"
             "console { prompt = '^> $' }\n");
    fake_say(&odd.line, "\r\nBoot 1.0\r\n");
    assert_true(console_fill(&c, deadline_in(0)) > 0);
    assert_int_equal(console_begin(&c, "r", false, &err), -ETIMEDOUT);
    assert_int_equal(odd.line.sent_len, 0);
    down();
}

static void forbidden_commands(void **state)
{
    (void)state;
    up("> ", "console { prompt = '^> $'\n never = {'^erase\\b', '[!]'} }\n");
    odd.answer = two_lines;
    assert_int_equal(ask("erase all"), -EPERM);
    assert_says(err.text, "'erase all' is never to be typed");
    assert_int_equal(console_begin(&c, "!", false, &err), -EPERM);
    /* What would run if noise made a line end of the next character. */
    assert_int_equal(ask("erasers"), -EPERM);
    assert_int_equal(odd.line.sent_len, 0);
    assert_int_equal(ask("list erase"), 0);
    down();
}

#define LOCKED                                                                 \
    "console { prompt = '^> $'\n unknown = '^no(?:pe|: .*)'\n"                 \
    " unlock = \"open {password}\" }\n"

static const char *locked(struct odd *o, const char *command)
{
    static char text[100];

    (void)o;
    (void)snprintf(text, sizeof(text), "no: %.80s\n", command);
    return strcmp(command, "open sesame") == 0 ? "welcome sesame\n" : text;
}

static void assert_no_word(const char *word)
{
    CLEANUP_BUF struct buf text = {0};

    transcript_read(c.transcript, &text);
    assert_null(strstr(text.data, word));
}

static void unlocks(void **state)
{
    CLEANUP_BUF struct buf text = {0};

    (void)state;
    up("> ", LOCKED);
    odd.answer = locked;
    transcript_hide(c.transcript, "sesame");
    assert_int_equal(console_unlock(&c, "sesame", &err), 0);
    assert_int_equal(odd.n_ran, 1);
    assert_string_equal(odd.ran[0], "open sesame");
    fake_say(&odd.line, "it was sesame\r\n");
    while (console_fill(&c, deadline_in(1)) > 0)
        ;
    assert_no_word("sesame");
    transcript_read(c.transcript, &text);
    assert_says(text.data, "open ***\n");
    assert_says(text.data, "it was ******\n");
    odd.n_ran = 0;
    assert_int_equal(console_unlock(&c, NULL, &err), 0);
    assert_int_equal(odd.n_ran, 0);
    down();
}

static void a_wrong_password(void **state)
{
    (void)state;
    up("> ", LOCKED);
    odd.answer = locked;
    transcript_hide(c.transcript, "mustard");
    assert_int_equal(console_unlock(&c, "mustard", &err), -EACCES);
    assert_says(err.text, "refused 'open ***'");
    assert_null(strstr(err.text, "mustard"));
    assert_no_word("mustard");
    assert_int_equal(odd.n_ran, 1);
    down();
}

/* Half of it may have come back when the line fell silent. */
static void a_password_on_a_bad_line(void **state)
{
    (void)state;
    up("> ", LOCKED);
    odd.garbled = UINT32_MAX;
    transcript_hide(c.transcript, "sesame");
    assert_int_equal(console_unlock(&c, "sesame", &err), -EILSEQ);
    assert_null(strstr(err.text, "sesame"));
    assert_no_word("ses");
    assert_no_word("rdr"); /* the same, garbled */
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prompt_that_changes),
        cmocka_unit_test(a_changing_prompt_that_was_damaged),
        cmocka_unit_test(no_prompt),
        cmocka_unit_test(no_prompt_and_no_answer),
        cmocka_unit_test(what_was_typed_is_not_run_without_a_prompt),
        cmocka_unit_test(a_line_before_the_prompt_makes_it_certain),
        cmocka_unit_test(redrawn_echoes),
        cmocka_unit_test(a_start_before_a_redrawn_echo_is_seen),
        cmocka_unit_test(a_wrong_redrawn_echo_runs_nothing),
        cmocka_unit_test(what_is_shown_counts),
        cmocka_unit_test(no_echo),
        cmocka_unit_test(a_pager_gets_its_keys),
        cmocka_unit_test(a_dialogue_in_an_answer),
        cmocka_unit_test(a_key_that_acts_at_once),
        cmocka_unit_test(a_reset_before_a_key),
        cmocka_unit_test(forbidden_commands),
        cmocka_unit_test(unlocks),
        cmocka_unit_test(no_key_is_taken_back_from_a_device_that_starts),
        cmocka_unit_test(a_wrong_password),
        cmocka_unit_test(a_password_on_a_bad_line),
    };

    return cmocka_run_group_tests_name("console_odd", tests, NULL, NULL);
}
