// SPDX-License-Identifier: BSD-2-Clause
// Getting to the prompt: live, from power-on, with noise, or not at all.

#include "console_util.h"

#include "monitor/attach.h"

/*
 * A board that is switched on at some time. Its boot text comes line by line,
 * one a step; then the autoboot window is open for a while, in which the right
 * key leads to the prompt.
 */
struct board {
    uint64_t on_ms;
    const char *const *text; /* ended by NULL */
    char key;                /* of those typed, the one that stops it */
    uint64_t window_ms;
    uint64_t closes_ms; /* 0: not open yet */
    bool stopped;
    bool started; /* the operating system */
    bool spare;   /* one key too many was on its way */
    unsigned ticks;
};

static struct board board;
static struct dialect *dialects[3]; /* winbond, u-boot, NULL */
static struct buf text = BUF_LIMITED(16384);
static struct err err;

static void window_closes(void)
{
    board.started = true;
    fake_say(&rig.l.line, "\r\nStarting kernel ...\r\n");
}

static void feed(void *arg)
{
    (void)arg;
    if (board.stopped || board.started || fake_now() < board.on_ms)
        return;
    if (*board.text != NULL) {
        fake_say(&rig.l.line, *board.text++);
        return;
    }
    if (board.closes_ms == 0)
        board.closes_ms = fake_now() + board.window_ms;
    if (fake_now() >= board.closes_ms)
        window_closes();
    else if ((board.closes_ms - fake_now()) / 500 != board.ticks) {
        board.ticks = (unsigned)((board.closes_ms - fake_now()) / 500);
        fake_say(&rig.l.line, rig.l.winbond ? "." : "\b\b\b 1 ");
    }
}

static void hear(void *arg, char byte)
{
    if (board.stopped) {
        loader_hear(arg, byte);
    } else if (board.closes_ms != 0 && !board.started && byte == board.key) {
        board.stopped = true;
        fake_say(&rig.l.line, rig.l.winbond ? "" : "\r\n");
        loader_prompt(&rig.l);
        if (board.spare)
            loader_hear(arg, byte);
    }
}

static const char *answer(struct loader *l, const char *command)
{
    if (!l->winbond && strcmp(command, "version") == 0)
        return "U-Boot 2013.07 (Jan 02 2020 - 03:04:05)\ngcc 4.9\n";
    return NULL;
}

static void up(bool winbond)
{
    rig_raw(winbond);
    rig.l.answer = answer;
    err.text[0] = '\0';
    buf_clear(&text);
    board = (struct board){.stopped = true};
}

static void power_on_later(const char *const *lines, char key)
{
    board = (struct board){.on_ms = fake_now() + 3000,
                           .text = lines,
                           .key = key,
                           .window_ms = rig.l.winbond ? 3000 : 1000};
    rig.l.line.feed = feed;
    rig.l.line.hear = hear;
}

/* It has been switched on and says no more. */
static void counting_down(uint64_t window_ms)
{
    static const char *const nothing[] = {NULL};

    power_on_later(nothing, rig.l.winbond ? '\x1b' : '\x03');
    board.on_ms = fake_now();
    board.closes_ms = fake_now() + window_ms;
    board.ticks = (unsigned)(window_ms / 500);
}

static int attach(void)
{
    const struct attach_config config = {.dialects = dialects,
                                         .timeout_ms = 20000};

    return attach_prompt(&rig.c, &config, &text, &err);
}

static void assert_attached(const char *name)
{
    int ret = attach();

    if (ret != 0)
        fail_msg("%d: %s", ret, err.text);
    assert_string_equal(rig.c.dialect->name, name);
    assert_int_equal(rig.c.prompt_len, strlen(rig.l.prompt));
    assert_memory_equal(rig.c.prompt, rig.l.prompt, rig.c.prompt_len);
    assert_true(console_at_prompt(&rig.c));
    for (unsigned i = 0; i < rig.l.n_ran; i++)
        assert_string_equal(rig.l.ran[i], "version");
}

static void down(void)
{
    rig_down();
}

static void a_live_prompt(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk < 2; chunk++) {
        up(false);
        rig.l.line.chunk = chunk;
        rig.l.prompt = "hisilicon # ";
        assert_attached("u-boot");
        assert_int_equal(rig.l.n_ran, 1);
        down();
        up(true);
        rig.l.line.chunk = chunk;
        assert_attached("winbond");
        assert_int_equal(rig.l.n_ran, 0);
        down();
    }
}

/* Half a command of somebody else's, even a dangerous one, is never run. */
static void left_over_input_is_taken_back(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        up(winbond);
        strcpy(rig.l.edit, winbond ? "del 6" : "erase all");
        rig.l.edit_len = strlen(rig.l.edit);
        assert_attached(winbond ? "winbond" : "u-boot");
        down();
    }
}

static const char *const uboot_text[] = {
    "\r\n\r\nU-Boot 2013.07 (Jan 02 2020 - 03:04:05)\r\n", "DRAM:  64 MiB\r\n",
    "In:    serial\r\n", "Hit any key to stop autoboot:  3 ", NULL};

static const char *const uboot_noise[] = {
    "\x1b[2J\x1b[0;0H\xff\xfe\r\n",
    "\x1b[1mU-Boot 2026.04 (Jan 02 2026 - 03:04:05)\x1b[0m\r\n",
    "\0337\033[r\033[999;999H\033[6n\0338",
    "\x1b[2K\rHit any key to stop autoboot:  3\x1b[0m", NULL};

static const char *const winbond_text[] = {
    "W90P745 Boot Loader [ Version 1.1 $Revision: 1 $ ] Rebuilt on May 1\n\r",
    "Memory Size is 0x1000000 Bytes, Flash Size is 0x400000 Bytes\n\r",
    "\n\rPress ESC to enter debug mode ", NULL};

static void breaks_into_autoboot(void **state)
{
    (void)state;
    up(false);
    power_on_later(uboot_text, '\x03');
    assert_attached("u-boot");
    assert_says(text.data, "U-Boot 2013.07");
    assert_says(text.data, "DRAM:  64 MiB\n");
    down();
    up(true);
    power_on_later(winbond_text, '\x1b');
    assert_attached("winbond");
    assert_says(text.data, "Flash Size is 0x400000 Bytes");
    down();
}

/* The banner was seen by somebody else: no time to listen. */
static void a_countdown_that_is_nearly_over(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        struct dialect *one[] = {dialects[winbond ? 0 : 1], NULL};
        const struct attach_config config = {.dialects = one,
                                             .chosen = true,
                                             .quiet = true,
                                             .starting = true,
                                             .timeout_ms = 8000};
        up(winbond);
        counting_down(400);
        (void)buf_printf(&text, "U-Boot 2013.07 (Jan 02 2020)\n");
        assert_int_equal(attach_prompt(&rig.c, &config, &text, &err), 0);
        assert_false(board.started);
        down();
    }
}

static void copes_with_terminal_noise(void **state)
{
    (void)state;
    up(false);
    rig.l.prompt = "\x1b[0m=> ";
    power_on_later(uboot_noise, '\x03');
    assert_int_equal(attach(), 0);
    assert_string_equal(rig.c.dialect->name, "u-boot");
    assert_int_equal(rig.c.prompt_len, 3);
    assert_memory_equal(rig.c.prompt, "=> ", 3);
    down();
}

/* Switched on just before fwfs was: the banner comes in the first moments and
 * must not be thrown away. */
static void a_banner_while_listening(void **state)
{
    (void)state;
    up(true);
    power_on_later(winbond_text, '\x1b');
    board.on_ms = fake_now() + 30;
    assert_attached("winbond");
    assert_says(text.data, "W90P745 Boot Loader");
    assert_says(text.data, "Flash Size is 0x400000 Bytes");
    down();
}

static const char *const menu_text[] = {
    "U-Boot 1.1.3 (Apr 25 2019 - 14:47:34)\r\n",
    "Please choose the operation: \r\n",
    "   1: Load system code to SDRAM via TFTP. \r\n",
    "   2: Load system code then write to Flash via TFTP. \r\n",
    "   4: Entr boot command line interface.\r\n",
    " 1 ",
    NULL};

static void picks_the_right_key_of_a_menu(void **state)
{
    (void)state;
    up(false);
    rig.l.prompt = "MT7628 # ";
    power_on_later(menu_text, '4');
    board.window_ms = 3000;
    assert_attached("u-boot");
    for (const char *bad = "01235679"; *bad != '\0'; bad++)
        assert_null(memchr(rig.l.line.sent, *bad, rig.l.line.sent_len));
    down();
}

/* It stands at the prompt now: taken back, never run. */
static void a_break_in_key_too_many(void **state)
{
    (void)state;
    up(false);
    rig.l.prompt = "MT7628 # ";
    power_on_later(menu_text, '4');
    board.window_ms = 3000;
    board.spare = true;
    assert_attached("u-boot");
    down();
}

static void nothing_answers(void **state)
{
    uint64_t from;

    (void)state;
    up(false);
    rig.l.deaf = true;
    from = fake_now();
    assert_int_equal(attach(), -ETIMEDOUT);
    assert_in_range(fake_now() - from, 20000, 22000);
    assert_says(err.text, "nothing came back");
    assert_says(err.text, "sent '\\x03\\x15 ' for 20 s");
    assert_null(memchr(rig.l.line.sent, '\r', rig.l.line.sent_len));
    down();
}

static const char *no_answer(struct loader *l, const char *command)
{
    (void)l;
    (void)command;
    return "Huh?\n";
}

static void a_prompt_that_no_dialect_knows(void **state)
{
    (void)state;
    up(false);
    rig.l.answer = no_answer;
    rig.l.prompt = "router> ";
    assert_int_equal(attach(), -ETIMEDOUT);
    assert_says(err.text, "a prompt 'router> ' answers, but no dialect");
    for (unsigned i = 0; i < rig.l.n_ran; i++)
        assert_string_equal(rig.l.ran[i], "version");
    down();
}

static void babble(void *arg)
{
    (void)arg;
    atomic_fetch_add(&fake_ms, 5);
    fake_say(&rig.l.line, "\xe0\x80\xf8\x1c\xfe\xff\x9c");
}

static void the_wrong_baud_rate(void **state)
{
    (void)state;
    up(false);
    rig.l.deaf = true;
    rig.l.line.feed = babble;
    assert_int_equal(attach(), -ETIMEDOUT);
    assert_says(err.text, "wrong baud rate");
    down();
}

static void chatter(void *arg)
{
    (void)arg;
    atomic_fetch_add(&fake_ms, 50);
    fake_say(&rig.l.line, "random: crng init done => # \r\nlogin# ls\r\n");
}

/* Other programs' output, without end: no line end is sent into it before it
 * ends, and nothing is run. */
static void a_running_system_is_left_alone(void **state)
{
    (void)state;
    up(false);
    rig.l.deaf = true;
    rig.l.line.feed = chatter;
    assert_int_equal(attach(), -ETIMEDOUT);
    assert_int_equal(rig.l.line.sent_len, 0);
    assert_true(text.len <= text.limit);
    down();
}

static void a_gone_port_and_a_shutdown(void **state)
{
    (void)state;
    up(false);
    rig.l.line.gone = true;
    assert_int_equal(attach(), -ENODEV);
    down();
    up(false);
    rig.l.deaf = true;
    atomic_store(&rig.c.shutdown, true);
    assert_int_equal(attach(), -EINTR);
    down();
}

static int load(void **state)
{
    (void)state;
    clock_set_source(fake_now);
    dialects[0] = load_dialect("winbond");
    dialects[1] = load_dialect("u-boot");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    dialect_free(dialects[0]);
    dialect_free(dialects[1]);
    buf_free(&text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_prompt),
        cmocka_unit_test(left_over_input_is_taken_back),
        cmocka_unit_test(breaks_into_autoboot),
        cmocka_unit_test(a_countdown_that_is_nearly_over),
        cmocka_unit_test(copes_with_terminal_noise),
        cmocka_unit_test(a_banner_while_listening),
        cmocka_unit_test(picks_the_right_key_of_a_menu),
        cmocka_unit_test(a_break_in_key_too_many),
        cmocka_unit_test(nothing_answers),
        cmocka_unit_test(a_prompt_that_no_dialect_knows),
        cmocka_unit_test(the_wrong_baud_rate),
        cmocka_unit_test(a_running_system_is_left_alone),
        cmocka_unit_test(a_gone_port_and_a_shutdown),
    };

    return cmocka_run_group_tests_name("attach", tests, load, unload);
}
