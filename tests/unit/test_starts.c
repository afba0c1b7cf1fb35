// SPDX-License-Identifier: BSD-2-Clause
// A start that is shown while the device is being asked: which keys follow it.

#include "odd_loader.h"

#include "monitor/attach.h"
#include "monitor/console_priv.h"

static struct odd odd;
static struct console c;
static struct dialect **all;
static struct buf text = BUF_LIMITED(16384);
static struct err err;

/* What the device says, so long after the start of it. */
struct said {
    unsigned at_ms;
    const char *text; /* NULL: nothing more */
};

static const struct said *script; /* NULL: it has not started */
static size_t next_said;
static uint64_t start_ms;
static char keys[4096]; /* behind what was seen of the start */
static size_t n_keys;

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

static void feed_script(void *arg)
{
    (void)arg;
    while (script != NULL && script[next_said].text != NULL &&
           fake_now() >= start_ms + script[next_said].at_ms)
        fake_say(&odd.line, script[next_said++].text);
}

static void begin_script(const struct said *what, unsigned in_ms)
{
    script = what;
    start_ms = fake_now() + in_ms;
}

/* Keys that were sent when all that it had said was read. */
static void note_key(char byte)
{
    if (next_said > 0 && odd.line.out_taken == odd.line.out_len &&
        n_keys < sizeof(keys) - 1)
        keys[n_keys++] = byte;
    keys[n_keys] = '\0';
}

static void hear_and_note(void *arg, char byte)
{
    (void)arg;
    note_key(byte);
}

static void up(const char *prompt, void (*hear)(void *arg, char byte))
{
    odd_init(&odd, prompt);
    odd.line.feed = feed_script;
    odd.line.hear = hear;
    script = NULL;
    next_said = n_keys = 0;
    keys[0] = '\0';
    buf_clear(&text);
    err.text[0] = '\0';
    assert_int_equal(console_init(&c, fake_open(&odd.line), NULL), 0);
}

static void know(const char *name)
{
    c.dialect = find(name);
    c.others = all;
}

/* As device_step.c does. */
static int attach_again(bool starting, unsigned timeout_ms)
{
    struct dialect *one[] = {c.dialect, NULL};
    const struct attach_config config = {.dialects = one,
                                         .again = true,
                                         .others = all,
                                         .quiet = true,
                                         .starting = starting,
                                         .baud = 115200,
                                         .timeout_ms = timeout_ms};

    return attach_prompt(&c, &config, &text, &err);
}

/* --- a second start, while the prompt behind the first one is proved --- */

#define MENU                                                                   \
    "\r\nPlease choose the operation: \r\n"                                    \
    "   1: Load system code to SDRAM via TFTP. \r\n"                           \
    "   3: Boot system code via Flash (default).\r\n"

static const struct said menu[] = {
    {0, "\r\n\r\nU-Boot 1.1.3 (Apr 25 2019 - 14:47:34)\r\n"},
    {100, "Board: Ralink APSoC DRAM:  64 MB\r\n"},
    {200, MENU},
    {0, NULL}};
static const struct said menu_with_4[] = {
    {0, "\r\n\r\nU-Boot 1.1.3 (Apr 25 2019 - 14:47:34)\r\n"
        "Board: Ralink APSoC DRAM:  64 MB\r\n" MENU},
    {300, "   4: Entr boot command line interface.\r\n"},
    {0, NULL}};
static const struct said *second_start;

static const char *answer_version(struct odd *o, const char *command)
{
    (void)o;
    return strcmp(command, "version") == 0 ? "U-Boot 1.1.3 (x)\n"
                                           : "Unknown command\n";
}

/* A watchdog resets it in the middle of the command that proves who it is. */
static void hear_until_reset(void *arg, char byte)
{
    if (script != NULL) {
        note_key(byte);
        if (next_said < 2 || byte != '4')
            return;
        script = NULL;
        odd.edit_len = 0;
        fake_say(&odd.line, "4\r\n\r\nMT7628 # ");
        return;
    }
    odd_hear(arg, byte);
    odd.edit[odd.edit_len] = '\0';
    if (next_said == 0 && strcmp(odd.edit, "ver") == 0)
        begin_script(second_start, 300);
}

static int attach_behind_a_start(const struct said *second)
{
    up("MT7628 # ", hear_until_reset);
    know("u-boot");
    c.restarted = true;
    odd.answer = answer_version;
    second_start = second;
    return attach_again(true, 8000);
}

static void a_second_start_ends_the_questions(void **state)
{
    (void)state;
    assert_int_equal(attach_behind_a_start(menu), -ETIMEDOUT);
    assert_string_equal(keys, "");
    assert_true(c.restarted);
    console_free(&c);
}

static void the_second_one_is_broken_into(void **state)
{
    (void)state;
    if (attach_behind_a_start(menu_with_4) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(keys, "4");
    assert_false(c.restarted);
    console_free(&c);
}

/* All of the menu has come when attaching begins, and it is quiet. */
static void a_menu_that_was_read_gets_no_key(void **state)
{
    (void)state;
    up("MT7628 # ", hear_and_note);
    know("u-boot");
    fake_say(&odd.line, "\r\nU-Boot 1.1.3 (Apr 25 2019)\r\n" MENU);
    assert_int_equal(console_look(&c), 0);
    assert_true(c.restarted);
    (void)buf_printf(&text, "%s\n", c.restart_line);
    for (int i = 0; i < 2; i++)
        assert_int_equal(attach_again(true, 8000), -ETIMEDOUT);
    assert_int_equal(odd.line.sent_len, 0);
    console_free(&c);
}

/* Whoever holds the console; only attaching goes on. */
static void nothing_is_sent_behind_a_start(void **state)
{
    static const struct keys key = {"\x03", 1};
    struct buf answer = BUF_LIMITED(100);

    (void)state;
    up("=> ", hear_and_note);
    c.dialect = find("u-boot");
    c.others = all;
    console_learn_prompt(&c, (struct span){"=> ", 3});
    fake_say(&odd.line, "=> \r\n\r\nU-Boot 1.1.3 (Apr 25 2019)\r\n" MENU);
    assert_int_equal(console_look(&c), 0);
    assert_true(c.restarted);
    assert_string_equal(c.restart_line, "U-Boot 1.1.3 (Apr 25 2019)");
    assert_int_equal(console_send(&c, &key), -ETIMEDOUT);
    assert_int_equal(console_wake(&c, c.dialect), -ETIMEDOUT);
    assert_int_equal(console_clear(&c, c.dialect, deadline_in(100)),
                     -ETIMEDOUT);
    assert_int_equal(console_resync(&c, deadline_in(3000)), -ETIMEDOUT);
    assert_int_equal(console_begin(&c, "version", true, &err), -ETIMEDOUT);
    assert_says(err.text, "reset while 'version' was typed");
    assert_int_equal(console_ask(&c, "4", NULL, 100, &answer, &err),
                     -ETIMEDOUT);
    c.typed = true;
    console_leave(&c);
    assert_int_equal(odd.line.sent_len, 0);
    buf_free(&answer);
    console_free(&c);
}

/* Noise hit the prompt behind the start, and keys that break in bring none. */
static void a_prompt_that_was_damaged_is_asked_for(void **state)
{
    static const struct said damaged[] = {
        {0, "\n\rW90P745 Boot Loader [ Version 1.1 ] Rebuilt on May\n\r"},
        {500, "\n\rbootl\x81\x82r > "},
        {0, NULL}};
    int ret = -ETIMEDOUT;

    (void)state;
    up("bootloader > ", odd_hear);
    know("winbond");
    c.restarted = true;
    begin_script(damaged, 0);
    for (int i = 0; ret == -ETIMEDOUT && i < 5; i++)
        ret = attach_again(true, 8000);
    if (ret != 0)
        fail_msg("%s", err.text);
    console_free(&c);
}

/* --- nobody is known yet, and one boot loader starts another --- */

static const struct chain {
    struct said said[3];
    const char *allowed; /* keys of the second one's dialect */
} chains[] = {
    {{{300, "\r\nU-Boot 2022.01 (Jan 02 2022 - 03:04:05)\r\n"
            "Hit any key to stop autoboot:  0 \r\n## Booting EFI shell\r\n"},
      {1500, "\r\nUEFI Interactive Shell v2.2\r\nEDK II\r\n"
             "Press ESC in 5 seconds to skip startup.nsh or any other key to "
             "continue."},
      {0, NULL}},
     "\x1b"},
    {{{300, "\r\nEN7516G at Mon Sep  4 11:11:11 CST 2017 version 1.1 free "
            "bootbase\r\n"},
      {1500, "\r\nU-Boot 1.1.3 (Apr 25 2019 - 14:47:34)\r\n" MENU},
      {0, NULL}},
     ""},
    {{{300, "\r\nU-Boot 2010.06 (Jan 02 2012 - 03:04:05)\r\n"},
      {1500, "\r\nWireless ADSL Gateway DANUBE Loader V1.00.01 build\r\n"
             "     Arcadyan Technology Corporation\r\n"},
      {0, NULL}},
     ""},
    /* Both at once; the keys that the first one asked for are not the other's.
     */
    {{{1500, "\r\nUEFI Interactive Shell v2.2\r\nEDK II\r\n"
             "Press ESC in 5 seconds to skip startup.nsh or any other key to "
             "continue.\r\nPress SPACE to abort autoboot in 1 seconds\r\n"
             "\r\nU-Boot 2013.07 (Jan 02 2020 - 03:04:05)\r\n"},
      {0, NULL}},
     "\x03"}};

static unsigned heard_at; /* how much was said when the keys were */

static void hear_chain(void *arg, char byte)
{
    (void)arg;
    if (heard_at != next_said)
        n_keys = 0;
    heard_at = (unsigned)next_said;
    note_key(byte);
}

static void the_one_shown_last_gets_its_keys(void **state)
{
    const struct attach_config config = {
        .dialects = all, .quiet = true, .baud = 115200, .timeout_ms = 6000};

    (void)state;
    for (size_t i = 0; i < COUNT(chains); i++) {
        up("", hear_chain);
        odd.echo = ODD_SILENT;
        heard_at = 0;
        begin_script(chains[i].said, 0);
        assert_int_equal(attach_prompt(&c, &config, &text, &err), -ETIMEDOUT);
        assert_int_equal(chains[i].said[next_said].at_ms, 0);
        if (heard_at < next_said)
            n_keys = 0;
        keys[n_keys] = '\0';
        if (strspn(keys, chains[i].allowed) != n_keys ||
            (n_keys == 0) != (chains[i].allowed[0] == '\0'))
            fail_msg("chain %zu: %zu keys, of them %02x", i, n_keys,
                     (unsigned char)keys[strspn(keys, chains[i].allowed)]);
        console_free(&c);
    }
}

/* --- another boot loader starts what was mounted --- */

static const struct said reboot[] = {
    {0, "\r\nU-Boot 2013.07 (Jan 02 2020 - 03:04:05)\r\n"},
    {100, "Hit any key to stop autoboot:  1 "},
    {1100, "\b\b\b 0 \r\n## Booting kernel from Legacy Image ...\r\n"},
    {2500, "[    0.000000] Linux version 4.14.9 (gcc version 7.3)\r\n"},
    {5000, "\r\nBusyBox v1.22.1 built-in shell (ash)\r\n\r\n/ # "},
    {5030, "[    5.030000] random: crng init done\r\n"},
    {0, NULL}};

static const char *answer_shell(struct odd *o, const char *command)
{
    (void)o;
    return strstr(command, "fwfs-") != NULL ? "fwfs-42[]\n" : "not found\n";
}

static uint64_t first_key_ms;

static void hear_shell(void *arg, char byte)
{
    if (n_keys == 0)
        first_key_ms = fake_now() - start_ms;
    note_key(byte);
    odd_hear(arg, byte);
}

/* Linux's shell is there, but nothing says so: the kernel spoke last. */
static void a_shell_behind_anothers_start(void **state)
{
    int ret = -ETIMEDOUT;

    (void)state;
    up("/ # ", hear_shell);
    know("linux-shell");
    odd.answer = answer_shell;
    begin_script(reboot, 0);
    for (int i = 0; ret == -ETIMEDOUT && i < 5; i++)
        ret = attach_again(false, 8000);
    if (ret != 0)
        fail_msg("%s", err.text);
    assert_true(first_key_ms >= 20000);
    assert_true(fake_now() - start_ms < 40000);
    assert_false(c.foreign);
    console_free(&c);
}

/* The question of another one's menu, say, stands: it is still there. */
static void not_while_its_text_stands(void **state)
{
    static const struct said stands[] = {
        {0, "\r\nU-Boot 2013.07 (Jan 02 2020 - 03:04:05)\r\n"},
        {100, "Hit any key to stop autoboot:  9 "},
        {0, NULL}};

    (void)state;
    up("/ # ", hear_shell);
    know("linux-shell");
    begin_script(stands, 0);
    assert_int_equal(attach_again(false, 90000), -ETIMEDOUT);
    assert_int_equal(odd.line.sent_len, 0);
    console_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_start_ends_the_questions),
        cmocka_unit_test(the_second_one_is_broken_into),
        cmocka_unit_test(a_menu_that_was_read_gets_no_key),
        cmocka_unit_test(nothing_is_sent_behind_a_start),
        cmocka_unit_test(a_prompt_that_was_damaged_is_asked_for),
        cmocka_unit_test(the_one_shown_last_gets_its_keys),
        cmocka_unit_test(a_shell_behind_anothers_start),
        cmocka_unit_test(not_while_its_text_stands),
    };
    return cmocka_run_group_tests_name("starts", tests, load, unload);
}
