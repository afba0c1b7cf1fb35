// SPDX-License-Identifier: BSD-2-Clause
// Keys that nobody asked for: none goes to a device that is another one now, or
// that another boot loader starts on.

#include "odd_loader.h"

#include "monitor/attach.h"
#include "monitor/console_priv.h"

static struct odd odd;
static struct console c;
static struct dialect **all;
static struct buf text = BUF_LIMITED(16384);
static struct err err;

static struct dialect *find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    fail_msg("no dialect %s", name);
    return NULL;
}

static int load(void **state)
{
    struct err why = {""};

    (void)state;
    return dialect_load_all(&all, &why);
}

static int unload(void **state)
{
    (void)state;
    dialect_free_all(all);
    buf_free(&text);
    return 0;
}

static void up(const char *prompt)
{
    odd_init(&odd, prompt);
    buf_clear(&text);
    err.text[0] = '\0';
    assert_int_equal(console_init(&c, fake_open(&odd.line), NULL), 0);
}

/* --- it is not the same device --- */

static const char *answer_version(struct odd *o, const char *command)
{
    (void)o;
    return strcmp(command, "version") == 0 ? "U-Boot 2013.07\n"
                                           : "Unknown command\n";
}

/* Line ends behind what somebody typed, and on an empty line. */
static unsigned run_empty;

static void hear_standing(void *arg, char byte)
{
    run_empty += byte == '\r' && odd.edit_len == 0;
    odd_hear(arg, byte);
}

/* A mount of name attaches again, as behind a port that went away or a banner.
 * Standing is in the line editor of who is there now. */
static int attach_again(const char *name, const char *earlier,
                        const char *standing, bool replugged)
{
    struct dialect *one[] = {find(name), NULL};
    struct attach_config config = {.dialects = one,
                                   .again = true,
                                   .replugged = replugged,
                                   .starting = !replugged,
                                   .others = all,
                                   .quiet = true,
                                   .baud = 115200,
                                   .timeout_ms = 8000};

    (void)buf_add(&text, earlier, strlen(earlier));
    config.earlier = text.len;
    c.dialect = one[0];
    c.others = all;
    odd.answer = answer_version;
    odd.line.hear = hear_standing;
    run_empty = 0;
    (void)strcpy(odd.edit, standing);
    odd.edit_len = strlen(standing);
    return attach_prompt(&c, &config, &text, &err);
}

static void no_line_end_for_an_earlier_question(void **state)
{
    static const char *const asked[][2] = {
        {"linux-shell", "Please press Enter to activate this console.\n"},
        {"u-boot", "Enter 'noautoboot' to stop autoboot\n"},
        {"u-boot", "Enter password - autoboot in 3 sec...\n"}};

    (void)state;
    for (size_t i = 0; i < COUNT(asked); i++)
        for (int replugged = 0; replugged < 2; replugged++) {
            up("=> ");
            (void)attach_again(asked[i][0], asked[i][1], "erase all; ",
                               replugged != 0);
            assert_int_equal(run_empty, 0);
            for (unsigned n = 0; n < odd.n_ran; n++)
                assert_string_equal(odd.ran[n], "version");
            console_free(&c);
        }
}

/* U-Boot's prompt may look as a shell's, whose mount goes on there. */
static void the_same_prompt_is_no_proof(void **state)
{
    (void)state;
    up("MT7628 # ");
    assert_int_equal(attach_again("linux-shell", "", "", true), -ETIMEDOUT);
    assert_says(err.text, "no dialect knows it");
    console_free(&c);
    up("MT7628 # ");
    assert_int_equal(attach_again("u-boot", "", "", true), 0);
    console_free(&c);
}

/* Keys that break in are for a device that shows its start. */
static void a_replugged_one_gets_no_keys_before_its_start(void **state)
{
    (void)state;
    up("");
    odd.echo = ODD_SILENT;
    (void)attach_again("cfe-dm", "CFE version\n", "", true);
    assert_null(memchr(odd.line.sent, 't', odd.line.sent_len));
    console_free(&c);
}

static void an_earlier_start_is_not_the_other_devices(void **state)
{
    (void)state;
    up("");
    odd.line.back = true;
    c.restarted = true;
    assert_int_equal(console_reopen(&c, &err), 0);
    assert_false(c.restarted);
    console_free(&c);
}

/* --- another boot loader starts --- */

static const char *const start[] = {
    "\r\nU-Boot 2013.07 (Jan 02 2020 - 03:04:05)\r\n", "DRAM:  64 MiB\r\n",
    "Hit any key to stop autoboot:  3 ", NULL};
static size_t next_line;
static uint64_t opened_ms;
static uint64_t ticks;
static unsigned stopped;

static void count_down(void *arg)
{
    (void)arg;
    if (start[next_line] != NULL) {
        fake_say(&odd.line, start[next_line++]);
        opened_ms = fake_now();
    } else if ((fake_now() - opened_ms) / 1000 != ticks) {
        ticks = (fake_now() - opened_ms) / 1000;
        if (ticks <= 3)
            fake_say(&odd.line, ticks < 3 ? "\b\b\b 2 "
                                          : "\b\b\b 0 \r\n## Booting ...\r\n");
        if (ticks == 5)
            fake_say(&odd.line, "\r\n/ # ");
    }
}

static const char *answer_shell(struct odd *o, const char *command)
{
    (void)o;
    return strstr(command, "fwfs-") != NULL ? "fwfs-42[]\n" : "not found\n";
}

static void hear_start(void *arg, char byte)
{
    stopped += ticks < 3;
    if (ticks >= 5)
        odd_hear(arg, byte);
}

/* A mounted Linux that is started anew is not held in U-Boot. */
static void no_key_for_anothers_countdown(void **state)
{
    static const char *const hints[] = {
        "", "Please press Enter to activate this console.\n"};

    (void)state;
    for (size_t i = 0; i < COUNT(hints); i++) {
        struct dialect *one[] = {find("linux-shell"), NULL};
        const struct attach_config config = {.dialects = one,
                                             .again = true,
                                             .others = all,
                                             .quiet = true,
                                             .baud = 115200,
                                             .earlier = strlen(hints[i]),
                                             .timeout_ms = 12000};
        up("/ # ");
        (void)buf_add(&text, hints[i], strlen(hints[i]));
        c.dialect = one[0];
        odd.answer = answer_shell;
        odd.line.hear = hear_start;
        odd.line.feed = count_down;
        next_line = 0;
        ticks = 0;
        stopped = 0;
        int ret = attach_prompt(&c, &config, &text, &err);
        assert_int_equal(stopped, 0);
        if (ret != 0)
            fail_msg("%s", err.text);
        console_free(&c);
    }
}

/* While it is mounted, too: what clears a line would stop it as well. */
static void anothers_banner_ends_a_resync(void **state)
{
    (void)state;
    up("/ # ");
    c.dialect = find("linux-shell");
    c.others = all;
    console_learn_prompt(&c, (struct span){"/ # ", 4});
    fake_say(&odd.line, start[0]);
    assert_int_equal(console_look(&c), 0);
    assert_true(c.restarted);
    assert_true(c.foreign);
    console_free(&c);
}

/* --- a dialogue takes a line end for an answer --- */

static unsigned n_answers;

static void hear_dialogue(void *arg, char byte)
{
    (void)arg;
    if (byte == '\r') {
        n_answers++;
        odd.edit_len = 0;
        fake_say(&odd.line, "\r\nHost IP address :  192.168.1.100  ");
    } else if (byte == '\x15') {
        for (; odd.edit_len > 0; odd.edit_len--)
            fake_say(&odd.line, "\b \b");
    } else if ((unsigned char)byte >= ' ' && odd.edit_len < 200) {
        odd.edit_len++;
        fake_say_bytes(&odd.line, &byte, 1);
    }
}

static void up_dialogue(void)
{
    up("");
    odd.line.hear = hear_dialogue;
    n_answers = 0;
}

static void a_dialogue_gets_one_line_end(void **state)
{
    const char *const names[] = {NULL, "cfe", "cfe-dm"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct dialect *one[] = {i > 0 ? find(names[i]) : NULL, NULL};
        const struct attach_config config = {.dialects = i > 0 ? one : all,
                                             .chosen = i > 0,
                                             .baud = 115200,
                                             .timeout_ms = 60000};
        up_dialogue();
        assert_int_equal(attach_prompt(&c, &config, &text, &err), -ETIMEDOUT);
        assert_int_equal(n_answers, 1);
        console_free(&c);
    }
}

/* Each of its questions looks like a prompt, and the last one writes. */
static void hear_prompts(void *arg, char byte)
{
    static const char *const questions[] = {
        "Net mask> ", "Gateway> ", "Boot file> ", "Write it to flash> "};

    if (byte == '\r') {
        fake_say(&odd.line, "\r\n");
        fake_say(&odd.line, questions[n_answers < 3 ? n_answers : 3]);
        n_answers++;
        odd.edit_len = 0;
    } else {
        hear_dialogue(arg, byte);
    }
}

static void questions_like_prompts_get_two(void **state)
{
    const char *const names[] = {NULL, "cfe", "linux-shell", "realtek"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct dialect *one[] = {i > 0 ? find(names[i]) : NULL, NULL};
        const struct attach_config config = {.dialects = i > 0 ? one : all,
                                             .chosen = i > 0,
                                             .baud = 115200,
                                             .timeout_ms = 60000};
        up_dialogue();
        odd.line.hear = hear_prompts;
        assert_int_equal(attach_prompt(&c, &config, &text, &err), -ETIMEDOUT);
        if (n_answers > 2)
            fail_msg("%s: %u line ends", i > 0 ? names[i] : "unknown",
                     n_answers);
        console_free(&c);
    }
}

static void a_resync_gives_it_one(void **state)
{
    (void)state;
    up_dialogue();
    c.dialect = find("cfe");
    console_learn_prompt(&c, (struct span){"CFE> ", 5});
    assert_int_equal(console_resync(&c, deadline_in(20000)), -ETIMEDOUT);
    assert_int_equal(n_answers, 1);
    console_free(&c);
}

/* Its question stands there when we come. */
static void a_question_that_stands_gets_none(void **state)
{
    (void)state;
    up_dialogue();
    fake_say(&odd.line, "\r\nHost IP address :  192.168.1.100  ");
    assert_true(console_fill(&c, deadline_in(100)) > 0);
    assert_int_equal(console_wake(&c, find("cfe")), -EAGAIN);
    assert_int_equal(n_answers, 0);
    console_free(&c);
}

/* Scripts of a Linux that starts: its terminal echoes what is typed, and the
 * second line end is followed by lines of theirs; then the shell. */
static unsigned n_ends;
static uint64_t end_ms;

static void hear_scripts(void *arg, char byte)
{
    if (byte == '\x03')
        fake_say(&odd.line, "^C");
    if (n_ends > 3) {
        odd_hear(arg, byte);
    } else if (byte == '\r') {
        n_ends++;
        end_ms = fake_now();
        fake_say(&odd.line, "\r\n");
    } else if ((unsigned char)byte >= ' ') {
        fake_say_bytes(&odd.line, &byte, 1);
    }
}

static void feed_scripts(void *arg)
{
    (void)arg;
    if (n_ends == 2 && fake_now() - end_ms > 50) {
        fake_say(&odd.line, "Starting network: OK\r\n");
        n_ends = 3;
    } else if (n_ends == 3 && fake_now() - end_ms > 4000) {
        fake_say(&odd.line, "\r\nBusyBox v1.22.1 built-in shell (ash)\r\n\r\n");
        fake_say(&odd.line, odd.prompt);
        n_ends = 4;
    }
}

/* Line ends that brought no prompt do not lock it out. */
static void a_shell_that_starts_meanwhile_is_found(void **state)
{
    struct dialect *one[] = {find("linux-shell"), NULL};
    const struct attach_config config = {.dialects = one,
                                         .chosen = true,
                                         .quiet = true,
                                         .baud = 115200,
                                         .timeout_ms = 60000};

    (void)state;
    up("/ # ");
    odd.answer = answer_shell;
    odd.line.hear = hear_scripts;
    odd.line.feed = feed_scripts;
    n_ends = 0;
    if (attach_prompt(&c, &config, &text, &err) != 0)
        fail_msg("%s", err.text);
    console_free(&c);
}

/* Keys that bring text; is any other line end one too many? */
static bool is_spent_after(const char *keys, const char *brought)
{
    const struct keys end = {"\r", 1};
    int ret = keys[0] == '\r' ? console_send_end(&c, &end)
                              : console_send_bytes(&c, keys, strlen(keys));

    assert_int_equal(ret, 0);
    fake_say(&odd.line, brought);
    assert_true(console_fill(&c, deadline_in(100)) >= 0);
    if (brought[0] != '\0')
        console_end_brought_prompt(&c);
    return console_end_is_spent(&c);
}

static void line_ends_that_brought_a_prompt_count(void **state)
{
    (void)state;
    up("");
    odd.echo = ODD_SILENT;
    for (int i = 0; i < 3; i++)
        assert_false(is_spent_after("\r", ""));
    assert_false(is_spent_after("\x03", "\r\n/ # ")); /* a line end's, late? */
    assert_true(is_spent_after("\r", "\r\nGateway> "));
    assert_true(is_spent_after(" ", " "));            /* it stands there */
    assert_false(is_spent_after("\x03", "\r\n/ # ")); /* the key's */
    assert_false(is_spent_after("\r", "\r\nGateway> "));
    assert_true(is_spent_after("\r", "\r\nBoot file> "));
    console_free(&c);
}

/* --- a menu that has not shown all its keys yet --- */

static void attach_at_menu(const char *menu)
{
    struct dialect *one[] = {find("u-boot"), NULL};
    const struct attach_config config = {.dialects = one,
                                         .chosen = true,
                                         .quiet = true,
                                         .baud = 115200,
                                         .timeout_ms = 3000};

    up("");
    odd.echo = ODD_SILENT;
    fake_say(&odd.line, menu);
    assert_int_equal(attach_prompt(&c, &config, &text, &err), -ETIMEDOUT);
}

static void four_waits_for_its_line(void **state)
{
    static const char *const banners[] = {"\r\nU-Boot 1.1.3 (Jan 02 2020)\r\n",
                                          "\r\nU-Boot 1.1.4\r\n"};
    char menu[400];

    (void)state;
    for (size_t i = 0; i < COUNT(banners); i++) {
        (void)snprintf(menu, sizeof(menu),
                       "%s\r\nPlease choose the operation: \r\n"
                       "   3: Boot system code via Flash (default).\r\n",
                       banners[i]);
        attach_at_menu(menu);
        assert_int_equal(odd.line.sent_len, 0);
        console_free(&c);
        (void)strcat(menu, "   4: Entr boot command line interface.\r\n");
        attach_at_menu(menu);
        assert_int_equal(odd.line.sent[0], '4');
        console_free(&c);
    }
}

/* --- a shell that keeps what is typed --- */

#define KEEPS "fwfs-42[/root/.ash_history]\n"

static bool keeps_again;
static const char *first_answer;

static const char *answer_keeping(struct odd *o, const char *command)
{
    static bool left;

    if (strcmp(command, "HISTFILE= sh") == 0) {
        left = !keeps_again;
        o->prompt = "~ # "; /* another one */
        return "\nBusyBox v1.22.1 built-in shell (ash)\n\n";
    }
    if (strstr(command, "fwfs-") == NULL)
        return "not found\n";
    if (o->n_ran == 1) {
        left = false;
        return first_answer;
    }
    return left ? "fwfs-42[]\n" : KEEPS;
}

static int attach_keeping(bool again, const char *first)
{
    struct dialect *one[] = {find("linux-shell"), NULL};
    const struct attach_config config = {.dialects = one,
                                         .chosen = true,
                                         .quiet = true,
                                         .baud = 115200,
                                         .timeout_ms = 8000};

    up("root@box:/# ");
    keeps_again = again;
    first_answer = first;
    odd.answer = answer_keeping;
    return attach_prompt(&c, &config, &text, &err);
}

/* Be the dialect named or not. */
static void a_shell_that_keeps_lines_is_left(void **state)
{
    (void)state;
    assert_int_equal(attach_keeping(false, KEEPS), 0);
    assert_int_equal(c.prompt_len, 4);
    assert_memory_equal(c.prompt, "~ # ", 4);
    assert_int_equal(odd.n_ran, 3);
    assert_says(odd.ran[0], "HISTFILE");
    assert_string_equal(odd.ran[1], "HISTFILE= sh");
    assert_string_equal(odd.ran[2], odd.ran[0]);
    console_free(&c);
}

static void one_that_keeps_on_gets_nothing_more(void **state)
{
    (void)state;
    assert_int_equal(attach_keeping(true, KEEPS), -EPERM);
    assert_says(err.text, "keeps what is typed in '/root/.ash_history'");
    assert_int_equal(odd.n_ran, 5);
    console_free(&c);
}

/* Noise in the answer is not taken for a shell that keeps nothing. */
static void a_damaged_answer_is_asked_for_again(void **state)
{
    static const char *const damaged[] = {
        "fwfs-4r[/root/.ash_history]\n", "fwfs-42\n/root/.ash_history]\n",
        "fwfs-42[/root/.ash_history\n", "fwfs-42[\nroot/.ash_history]\n", "\n"};

    (void)state;
    for (size_t i = 0; i < COUNT(damaged); i++) {
        assert_int_equal(attach_keeping(false, damaged[i]), 0);
        assert_int_equal(odd.n_ran, 4);
        assert_string_equal(odd.ran[1], odd.ran[0]);
        assert_string_equal(odd.ran[2], "HISTFILE= sh");
        console_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_end_for_an_earlier_question),
        cmocka_unit_test(the_same_prompt_is_no_proof),
        cmocka_unit_test(a_replugged_one_gets_no_keys_before_its_start),
        cmocka_unit_test(an_earlier_start_is_not_the_other_devices),
        cmocka_unit_test(no_key_for_anothers_countdown),
        cmocka_unit_test(anothers_banner_ends_a_resync),
        cmocka_unit_test(a_dialogue_gets_one_line_end),
        cmocka_unit_test(questions_like_prompts_get_two),
        cmocka_unit_test(a_resync_gives_it_one),
        cmocka_unit_test(a_question_that_stands_gets_none),
        cmocka_unit_test(a_shell_that_starts_meanwhile_is_found),
        cmocka_unit_test(line_ends_that_brought_a_prompt_count),
        cmocka_unit_test(four_waits_for_its_line),
        cmocka_unit_test(a_shell_that_keeps_lines_is_left),
        cmocka_unit_test(one_that_keeps_on_gets_nothing_more),
        cmocka_unit_test(a_damaged_answer_is_asked_for_again),
    };
    return cmocka_run_group_tests_name("unasked", tests, load, unload);
}
