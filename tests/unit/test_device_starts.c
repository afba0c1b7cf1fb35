// SPDX-License-Identifier: BSD-2-Clause
// A start that a device shows while it is opened, or while it is idle.

#include "device_rig.h"

/* --- while it is asked what it has: no key goes behind its banner --- */

static const char *const ralink[] = {
    "\r\n\r\nU-Boot 1.1.3 (Apr 25 2019 - 14:47:34)\r\n",
    "Board: Ralink APSoC DRAM:  64 MB\r\n",
    "\r\nPlease choose the operation: \r\n"
    "   2: Load system code then write to Flash via TFTP. \r\n"
    "   3: Boot system code via Flash (default).\r\n",
    NULL};
static const char *const winbond[] = {
    "\n\rW90P745 Boot Loader [ Version 1.1 $Revision: 1 $ ] Rebuilt on May\n\r",
    "Memory Size is 0x1000000 Bytes, Flash Size is 0x400000 Bytes\n\r",
    "For help on the available commands type 'h'\n\r\n\r",
    "Press ESC to enter debug mode ", NULL};

static const char *trigger; /* when so much of a command was typed */
static const char *const *lines;
static size_t said;
static uint64_t next_ms; /* 0: it has not been reset */
static unsigned n_keys;

static void hear_until_reset(void *arg, char byte)
{
    struct loader *l = arg;

    if (next_ms != 0) {
        n_keys += said > 0 && l->line.out_taken == l->line.out_len;
        return;
    }
    loader_hear(arg, byte);
    l->edit[l->edit_len] = '\0';
    if (strcmp(l->edit, trigger) == 0)
        next_ms = fake_now() + 300;
}

static void feed_start(void *arg)
{
    struct loader *l = arg;

    if (next_ms == 0) {
        loader_feed(arg);
    } else if (fake_now() >= next_ms && lines[said] != NULL) {
        fake_say(&l->line, lines[said++]);
        next_ms = fake_now() + 50;
    }
}

static void reset_in(const char *command, bool is_winbond,
                     const char *const *start)
{
    trigger = command;
    lines = start;
    next_ms = said = n_keys = 0;
    loader_init(&rig.l, is_winbond);
    rig.l.answer = is_winbond ? winbond_answer : uboot_answer;
    rig.l.line.hear = hear_until_reset;
    rig.l.line.feed = feed_start;
    clock_set_source(fake_now);
    assert_int_equal(open_device(NULL), -ETIMEDOUT);
    assert_true(said > 0);
    assert_int_equal(n_keys, 0);
}

/* Each key would be a choice. */
static void into_a_menu(void **state)
{
    (void)state;
    reset_in("bdi", false, ralink);
    assert_says(err.text, "reset while 'bdinfo' was typed");
}

/* Each backspace would cost a tick of six. */
static void into_a_countdown(void **state)
{
    (void)state;
    reset_in("ls", true, winbond);
    assert_says(err.text, "'ls': the device was reset");
}

/* --- idle, and another boot loader's start --- */

/* What that one starts may show none: it is looked for while nobody reads. */
static void is_looked_for_behind_anothers_start(void **state)
{
    (void)state;
    loader_init(&rig.l, false);
    rig.l.answer = uboot_answer;
    if (open_device(NULL) != 0)
        fail_msg("%s", err.text);
    assert_false(device_look(dev));
    fake_say(&rig.l.line, "\r\nUEFI Interactive Shell v2.2\r\n");
    rig.l.line.sent_len = 0;
    assert_true(device_look(dev));
    assert_int_equal(device_recover(dev, NULL, &err), -ETIMEDOUT);
    assert_int_equal(rig.l.line.sent_len, 0);
    for (int i = 0; i < 3 && dev->console.foreign; i++) {
        assert_true(device_look(dev));
        (void)device_recover(dev, NULL, &err);
    }
    assert_false(dev->console.foreign);
    assert_false(device_look(dev));
    assert_int_equal(device_contact(dev), 1);
    device_close(dev);
}

/* Not for ever: somebody may use the other one. */
static void and_left_alone_then(void **state)
{
    (void)state;
    loader_init(&rig.l, false);
    rig.l.answer = uboot_answer;
    if (open_device(NULL) != 0)
        fail_msg("%s", err.text);
    rig.l.deaf = true;
    fake_say(&rig.l.line, "\r\nUEFI Interactive Shell v2.2\r\n");
    for (int i = 0; i < 8; i++)
        if (device_look(dev))
            (void)device_recover(dev, NULL, &err);
    assert_false(device_look(dev));
    device_close(dev);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(into_a_menu),
        cmocka_unit_test(into_a_countdown),
        cmocka_unit_test(is_looked_for_behind_anothers_start),
        cmocka_unit_test(and_left_alone_then),
    };
    return cmocka_run_group_tests_name("device starts", tests, NULL, NULL);
}
