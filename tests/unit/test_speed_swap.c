// SPDX-License-Identifier: BSD-2-Clause
// A raised line, and the device went out of sight: no speed is changed before
// it is known who is there, and what starts gets no key.

#include "speed_rig.h"

#include <errno.h>

static void forget_what_ran(void)
{
    rig.l.n_ran = 0;
    (void)strcpy(rig.l.last, "");
}

/* The cable is pulled, and a device that runs at the raised speed is there when
 * it is put back. */
static void replug(void)
{
    rig.l.line.gone = true;
    (void)device_look(dev);
    rig.l.line.back = true;
    forget_what_ran();
    assert_int_equal(device_recover(dev, NULL, &err), 0);
}

/* --- another board ------------------------------------------------------- */

static void another_that_starts_is_asked_first(void **state)
{
    (void)state;
    prepare(false);
    up(460800);
    read_all(NOR_BASE, 0x2000);
    rig.l.answer = other_answer;
    forget_what_ran();
    reset(&rig.l);
    assert_true(device_look(dev));
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(ran("md"), 0);
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(device_is_same(dev, NULL, &err), 0);
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(ran("md"), 0);
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(rig.l.line.device_baud, BASE);
    device_close(dev);
    assert_int_equal(ran("setenv"), 0);
}

static void anothers_speed_is_left_alone_at_the_end(void **state)
{
    (void)state;
    prepare(false);
    up(460800);
    rig.l.answer = other_answer;
    replug();
    assert_int_equal(device_is_same(dev, NULL, &err), 0);
    device_close(dev);
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(rig.l.line.device_baud, 460800);
}

/* Nobody had the time to ask. */
static void an_unknown_ones_speed_is_left_alone_at_the_end(void **state)
{
    (void)state;
    prepare(false);
    up(460800);
    rig.l.answer = other_answer;
    replug();
    device_close(dev);
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(rig.l.line.device_baud, 460800);
}

static void ours_is_put_back_at_the_end(void **state)
{
    (void)state;
    prepare(false);
    up(460800);
    replug();
    assert_int_equal(device_still_same(dev, &err), 0);
    assert_int_equal(speed(), 460800);
    down();
    assert_int_equal(ran("setenv baudrate 115200"), 1);
}

/* The rows were of the one before. */
static void damaged_rows_lower_no_others_speed(void **state)
{
    (void)state;
    prepare(false);
    up(460800);
    device_speed_note(dev, 8, false);
    rig.l.answer = other_answer;
    replug();
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(device_is_same(dev, NULL, &err), 0);
    assert_int_equal(ran("setenv"), 0);
    device_close(dev);
    assert_int_equal(rig.l.line.device_baud, 460800);
}

static void damaged_rows_lower_ours_when_it_is_known(void **state)
{
    (void)state;
    prepare(false);
    up(460800);
    device_speed_note(dev, 8, false);
    replug();
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(device_still_same(dev, &err), 0);
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(speed(), 230400);
    down();
}

/* --- within a change ----------------------------------------------------- */

static uint64_t other_from; /* it is on the cable, at its prompt */
static const char *(*answer_then)(struct loader *l, const char *command);

static const char *is_taken_off(struct loader *l, const char *command)
{
    if (strncmp(command, "setenv baudrate ", 16) != 0)
        return uboot_answer(l, command);
    other_from = fake_now() + 3000;
    l->answer = answer_then;
    l->deaf = l->mute = true;
    return "";
}

static void feed_other(void *arg)
{
    struct loader *l = arg;

    if (l->deaf && fake_now() >= other_from)
        l->deaf = l->mute = false;
    loader_feed(arg);
}

static void taken_off_in_a_change(const char *(*then)(struct loader *l,
                                                      const char *command))
{
    prepare(false);
    answer_then = then;
    rig.l.answer = is_taken_off;
    rig.l.line.hear = loader_hear;
    rig.l.line.feed = feed_other;
}

static void another_gets_no_slower_speed(void **state)
{
    (void)state;
    taken_off_in_a_change(other_answer);
    assert_int_equal(open_it(BASE, ANY), -ESTALE);
    assert_int_equal(ran("setenv"), 1); /* the first one did */
    assert_true(rig.l.line.closed);
}

static void hear_after(void *arg, char byte)
{
    struct loader *l = arg;

    if (l->answer == is_taken_off)
        loader_hear(arg, byte);
    else
        hear(arg, byte);
}

static void ours_gets_it_when_it_is_known(void **state)
{
    (void)state;
    taken_off_in_a_change(uboot_answer);
    rig.l.line.hear = hear_after;
    up(230400);
    assert_int_equal(speed(), BASE); /* nothing is left of U-Boot's list */
    down();
    taken_off_in_a_change(uboot_answer);
    rig.l.line.hear = hear_after;
    up(460800);
    assert_int_equal(speed(), 230400);
    assert_int_equal(device_contact(dev), 1);
    down();
}

/* --- a start ------------------------------------------------------------- */

static const char *const boot_lines[] = {
    "\r\n\r\nU-Boot 1.1.3 (Apr 25 2019 - 14:47:34)\r\n",
    "Board: Ralink APSoC DRAM:  64 MB\r\n",
    "\r\nPlease choose the operation: \r\n"
    "   1: Load system code to SDRAM via TFTP. \r\n"
    "   2: Load system code then write to Flash via TFTP. \r\n"
    "   3: Boot system code via Flash (default).\r\n",
    NULL};
static uint64_t boots_at; /* ms; 0: it does not */
static size_t boot_said;  /* lines */
static unsigned boot_keys;
static unsigned boots_in_ms;

static void hear_boot(void *arg, char byte)
{
    const struct fake *f = &rig.l.line;

    if (boots_at == 0)
        hear(arg, byte);
    else if (f->host_baud == f->device_baud && boot_said > 0 &&
             f->out_taken == f->out_len)
        boot_keys++;
}

static void feed_boot(void *arg)
{
    if (boots_at == 0)
        loader_feed(arg);
    if (boots_at == 0 || fake_now() < boots_at || boot_lines[boot_said] == NULL)
        return;
    fake_say(&rig.l.line, boot_lines[boot_said++]);
    boots_at = fake_now() + 100;
}

static const char *boots_instead(struct loader *l, const char *command)
{
    if (strncmp(command, "setenv baudrate ", 16) != 0)
        return uboot_answer(l, command);
    l->answer = uboot_answer;
    fake_say(&l->line,
             "## Switch baudrate to 460800 bps and press ENTER ...\r\n");
    l->mute = true;
    boots_at = fake_now() + boots_in_ms;
    arrive(BASE);
    return "";
}

static void boots_in_a_change(unsigned ms)
{
    prepare(false);
    boots_in_ms = ms;
    rig.l.line.hear = hear_boot;
    rig.l.line.feed = feed_boot;
    boots_at = boot_said = boot_keys = 0;
}

static void a_menu_behind_a_reset_gets_no_key(void **state)
{
    (void)state;
    boots_in_a_change(3000);
    up(0);
    rig.l.answer = boots_instead;
    dev->speed.limit = 460800;
    assert_int_equal(device_speed_raise(dev, &err), -ETIMEDOUT);
    assert_true(boot_said > 0);
    assert_int_equal(boot_keys, 0);
    assert_int_equal(dev->speed.limit, 460800); /* it is not lost */
    device_shutdown(dev);
    device_close(dev);
    assert_int_equal(boot_keys, 0);
}

/* The banner comes while the speed is put back. */
static void nor_at_the_end(void **state)
{
    (void)state;
    boots_in_a_change(300);
    up(460800);
    rig.l.answer = boots_instead;
    device_close(dev);
    assert_true(boot_said > 0);
    assert_int_equal(boot_keys, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_that_starts_is_asked_first),
        cmocka_unit_test(anothers_speed_is_left_alone_at_the_end),
        cmocka_unit_test(an_unknown_ones_speed_is_left_alone_at_the_end),
        cmocka_unit_test(ours_is_put_back_at_the_end),
        cmocka_unit_test(damaged_rows_lower_no_others_speed),
        cmocka_unit_test(damaged_rows_lower_ours_when_it_is_known),
        cmocka_unit_test(another_gets_no_slower_speed),
        cmocka_unit_test(ours_gets_it_when_it_is_known),
        cmocka_unit_test(a_menu_behind_a_reset_gets_no_key),
        cmocka_unit_test(nor_at_the_end),
    };

    return cmocka_run_group_tests_name("speed, out of sight", tests, NULL,
                                       NULL);
}
