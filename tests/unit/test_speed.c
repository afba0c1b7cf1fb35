// SPDX-License-Identifier: BSD-2-Clause
// The line's speed: raised, proved, given up, put back, found again.

#include "speed_rig.h"

/* --- raised -------------------------------------------------------------- */

static void stays_unless_asked(void **state)
{
    (void)state;
    prepare(false);
    up(0);
    assert_int_equal(ran("setenv"), 0);
    assert_int_equal(speed(), BASE);
    down();
    assert_int_equal(ran("setenv"), 0);
}

static void the_fastest_that_is_taken(void **state)
{
    (void)state;
    prepare(false);
    up(ANY);
    assert_int_equal(speed(), 460800);
    assert_int_equal(ran("setenv baudrate 921600"), 1); /* refused */
    read_all(NOR_BASE, 0x2000);
    assert_int_equal(device_contact(dev), 0);
    down();
    assert_int_equal(ran("setenv baudrate 115200"), 1);
}

/* It waits for that key and hears no other. */
static void the_key_that_confirms_is_lost(void **state)
{
    (void)state;
    prepare(false);
    keys_lost = 1;
    up(460800);
    assert_int_equal(speed(), 460800);
    assert_int_equal(ran("setenv baudrate 460800"), 1);
    down();
}

/* Another one would be an empty line at the prompt. */
static void the_answer_to_it_is_lost(void **state)
{
    unsigned blank;

    (void)state;
    prepare(false);
    up(0);
    blank = rig.l.blank_lines;
    answers_lost = 1;
    dev->speed.limit = 460800;
    assert_int_equal(device_speed_raise(dev, &err), 0);
    assert_int_equal(speed(), 460800);
    assert_int_equal(ran("setenv baudrate 460800"), 1);
    assert_int_equal(rig.l.blank_lines, blank);
    down();
}

/* --- another board in the middle of it --- */

static uint64_t other_from; /* it is on the cable, at its prompt */

static const char *is_taken_off(struct loader *l, const char *command)
{
    if (strncmp(command, "setenv baudrate ", 16) != 0)
        return uboot_answer(l, command);
    other_from = fake_now() + 3000;
    l->answer = other_answer;
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

static void another_board_is_told(void **state)
{
    (void)state;
    prepare(false);
    rig.l.answer = is_taken_off;
    rig.l.line.hear = loader_hear;
    rig.l.line.feed = feed_other;
    assert_int_equal(open_it(BASE, 230400), -ESTALE);
    assert_says(err.text, "another device answers at /dev/ttyFAKE");
    assert_true(rig.l.line.closed);
}

static void one_that_just_changes(void **state)
{
    (void)state;
    prepare(true);
    up(ANY);
    assert_int_equal(speed(), 460800);
    assert_int_equal(ran("b 460800"), 1);
    read_all(FLASH, 0x1000);
    down();
    assert_int_equal(ran("b 115200"), 1);
}

static void no_faster_than_asked(void **state)
{
    (void)state;
    prepare(true);
    up(300000);
    assert_int_equal(speed(), 230400);
    assert_int_equal(ran("b 460800"), 0);
    down();
    prepare(true);
    up(9600); /* slower than it is */
    assert_int_equal(speed(), BASE);
    assert_int_equal(ran("b "), 0);
    down();
}

static void one_that_refuses_in_silence_of_the_port(void **state)
{
    (void)state;
    prepare(true);
    device_max = 230400;
    up(ANY);
    assert_int_equal(ran("b 460800"), 1);
    assert_int_equal(speed(), 230400);
    down();
}

static void no_faster_than_the_port(void **state)
{
    (void)state;
    prepare(true);
    rig.l.line.port_max = 230400;
    up(ANY);
    assert_int_equal(speed(), 230400);
    assert_int_equal(ran("b 460800"), 0);
    down();
}

static void not_where_it_could_not_come_back(void **state)
{
    (void)state;
    prepare(true);
    rig.l.line.device_baud = 123456;
    assert_int_equal(open_it(123456, ANY), 0);
    assert_int_equal(ran("b "), 0);
    device_close(dev);
    assert_int_equal(rig.l.line.device_baud, 123456);
}

/* --- prompts without end --- */

static uint64_t floods_since; /* 0: it does not */
static uint64_t said_at;

/* As where an open line brings noise that is line ends. */
static const char *refuse_and_flood(struct loader *l, const char *command)
{
    if (strncmp(command, "b ", 2) != 0)
        return winbond_answer(l, command);
    floods_since = said_at = fake_now();
    return "Unsupported speed.\n";
}

static void feed_flood(void *arg)
{
    loader_feed(arg);
    if (floods_since == 0 || fake_now() < said_at + 50)
        return;
    if (fake_now() - floods_since > 60000)
        fail_msg("a minute later it still waits for the prompts to end");
    said_at = fake_now();
    loader_prompt(arg);
}

static void prompts_without_end_hold_nothing_up(void **state)
{
    (void)state;
    prepare(true);
    rig.l.line.feed = feed_flood;
    up(0);
    rig.l.answer = refuse_and_flood;
    dev->speed.limit = ANY;
    assert_int_equal(device_speed_raise(dev, &err), -ETIMEDOUT);
    assert_says(err.text, "the device was lost");
    floods_since = 0;
    assert_int_equal(device_get_in_step(dev, &err), 0);
    assert_int_equal(device_contact(dev), 1);
    assert_int_equal(ran("b "), 1);
    assert_int_equal(speed(), BASE);
    read_all(FLASH, 0x1000);
    down();
}

/* --- proved -------------------------------------------------------------- */

static void damaged_rows_disprove_it(void **state)
{
    struct device_stats s;

    (void)state;
    for (int winbond = 0; winbond <= 1; winbond++) {
        prepare(winbond == 1);
        bad_from = 460800;
        up(ANY);
        assert_int_equal(speed(), 230400);
        device_get_stats(dev, &s);
        assert_int_equal(s.rows_bad + s.rows_lost, 0);
        read_all(winbond == 1 ? FLASH : NOR_BASE, 0x1000);
        down();
    }
}

/* As undetected damage makes them. */
static uint8_t other_byte(uint64_t address)
{
    return loader_noise_byte(address) ^
           (rig.l.line.device_baud > 230400 && address % 1024 == 1000);
}

static void other_bytes_disprove_it(void **state)
{
    (void)state;
    prepare(false);
    rig.l.byte = other_byte;
    up(ANY);
    assert_int_equal(ran("setenv baudrate 460800"), 1);
    assert_int_equal(speed(), 230400);
    down();
}

/* --- given up ------------------------------------------------------------ */

static void gone_bad_later(void **state)
{
    (void)state;
    for (int winbond = 0; winbond <= 1; winbond++) {
        prepare(winbond == 1);
        bad_from = 460800;
        bad_after = 400;
        up(ANY);
        assert_int_equal(speed(), 460800);
        read_all(winbond == 1 ? FLASH : NOR_BASE, 0x4000);
        assert_int_equal(speed(), 230400);
        assert_int_equal(device_contact(dev), 0);
        down();
    }
}

static void bad_at_every_speed_but_the_first(void **state)
{
    (void)state;
    prepare(true);
    bad_from = 115201;
    bad_after = 80; /* behind the proof */
    up(ANY);
    read_all(FLASH, 0x4000);
    assert_int_equal(speed(), BASE);
    down();
}

static void noise_at_home_changes_nothing(void **state)
{
    uint64_t from = FLASH;
    const struct device_sink sink = {.row = on_row, .arg = &from};

    (void)state;
    prepare(true);
    bad_from = 1;
    bad_after = 10;
    up(0);
    (void)device_read(dev, DEVICE_FIRST, FLASH, 0x100, &sink, &err);
    assert_int_equal(speed(), BASE);
    assert_int_equal(ran("b "), 0);
    bad_from = 0;
    down();
}

/* --- reset --------------------------------------------------------------- */

static unsigned reset_at; /* rows said at a raised speed; 0: never */

static void mangle_or_reset(struct loader *l, char *row, uint64_t address)
{
    mangle(l, row, address);
    if (reset_at == 0 || rows_said != reset_at || l->line.device_baud == BASE)
        return;
    reset_at = 0;
    row[0] = '\0';
    reset(l);
}

static void reset_in_the_middle(void **state)
{
    (void)state;
    for (int winbond = 0; winbond <= 1; winbond++) {
        prepare(winbond == 1);
        rig.l.mangle = mangle_or_reset;
        reset_at = 600;
        up(ANY);
        read_all(winbond == 1 ? FLASH : NOR_BASE, 0x4000);
        assert_int_equal(reset_at, 0);
        assert_int_equal(device_contact(dev), 1);
        assert_int_equal(speed(), 460800);
        down();
    }
}

/* What was put off until then is done. */
static void found_to_be_the_same(void)
{
    assert_int_equal(device_still_same(dev, &err), 0);
    assert_int_equal(device_recover(dev, NULL, &err), 0);
}

static const char *resets_instead(struct loader *l, const char *command)
{
    if (strncmp(command, "setenv baudrate ", 16) != 0)
        return uboot_answer(l, command);
    l->answer = uboot_answer;
    reset(l);
    return "";
}

/* The prompt behind it is at the speed of the start. */
static void reset_in_a_change(void **state)
{
    (void)state;
    prepare(false);
    up(0);
    rig.l.answer = resets_instead;
    dev->speed.limit = 460800;
    assert_int_equal(device_speed_raise(dev, &err), -ETIMEDOUT);
    assert_int_equal(device_get_in_step(dev, &err), 0);
    assert_int_equal(device_contact(dev), 1);
    assert_int_equal(ran("setenv"), 1);
    found_to_be_the_same();
    assert_int_equal(speed(), 230400); /* the other one may reset it */
    read_all(NOR_BASE, 0x400);
    down();
}

static void reset_while_idle(void **state)
{
    (void)state;
    prepare(false);
    up(ANY);
    read_all(NOR_BASE, 0x2000);
    reset(&rig.l);
    assert_true(device_look(dev));
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(device_contact(dev), 1);
    assert_int_equal(speed(), BASE);
    found_to_be_the_same();
    assert_int_equal(speed(), 460800);
    down();
}

/* What resets the device each time is not tried for ever. */
static void a_speed_that_resets_it(void **state)
{
    (void)state;
    prepare(true);
    up(ANY);
    reset(&rig.l);
    assert_true(device_look(dev));
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    found_to_be_the_same();
    assert_int_equal(speed(), 230400);
    down();
}

/* A burst of noise is no reset. */
static void noise_while_idle(void **state)
{
    static const char burst[] = "\x80\xff\x91\xc2\x83\xfe\xd1\xa2\x93\xe4\xf5";

    (void)state;
    prepare(false);
    up(ANY);
    fake_say(&rig.l.line, burst);
    (void)device_look(dev);
    read_all(NOR_BASE, 0x200);
    assert_int_equal(device_contact(dev), 0);
    assert_int_equal(speed(), 460800);
    down();
}

/* The boot loader takes the speed, but nothing can be heard at it. */
static void a_dead_speed_needs_a_power_cycle(void **state)
{
    (void)state;
    prepare(true);
    dead = 460800;
    assert_int_equal(open_it(BASE, ANY), -ETIMEDOUT);
    assert_int_equal(ran("b 460800"), 1);
    assert_int_equal(rig.l.line.host_baud, BASE);
}

static uint64_t power_at; /* ms; 0: it stays on */

static void cycle(void *arg)
{
    if (power_at != 0 && fake_now() >= power_at) {
        power_at = 0;
        reset(arg);
    }
    loader_feed(arg);
}

static void a_power_cycle_helps(void **state)
{
    (void)state;
    for (int winbond = 0; winbond <= 1; winbond++) {
        prepare(winbond == 1);
        dead = 460800;
        rig.l.line.feed = cycle;
        power_at = fake_now() + 20000;
        assert_int_equal(open_it(BASE, ANY), 0);
        assert_int_equal(power_at, 0);
        assert_int_equal(speed(), BASE); /* not tried again */
        read_all(winbond == 1 ? FLASH : NOR_BASE, 0x1000);
        down();
    }
}

/* --- the end, and the next one ------------------------------------------- */

static void put_back_when_shut_down(void **state)
{
    (void)state;
    prepare(false);
    up(ANY);
    device_shutdown(dev);
    down();
}

static void not_for_long_when_it_is_dead(void **state)
{
    uint64_t begun;

    (void)state;
    prepare(false);
    up(ANY);
    rig.l.deaf = true;
    device_shutdown(dev);
    begun = fake_now();
    device_close(dev);
    assert_true(fake_now() - begun < 900);
}

static void found_where_a_killed_one_left_it(void **state)
{
    (void)state;
    for (int winbond = 0; winbond <= 1; winbond++) {
        prepare(winbond == 1);
        rig.l.line.device_baud = 460800;
        up(0);
        assert_int_equal(opened_at, BASE);
        assert_int_equal(speed(), BASE);
        read_all(winbond == 1 ? FLASH : NOR_BASE, 0x1000);
        down();
    }
}

static void slower_than_said_is_its_own(void **state)
{
    (void)state;
    prepare(false);
    rig.l.line.device_baud = 57600;
    up(0);
    assert_int_equal(speed(), 57600);
    assert_int_equal(ran("setenv"), 0);
    device_close(dev);
    assert_int_equal(rig.l.line.device_baud, 57600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_unless_asked),
        cmocka_unit_test(the_fastest_that_is_taken),
        cmocka_unit_test(the_key_that_confirms_is_lost),
        cmocka_unit_test(the_answer_to_it_is_lost),
        cmocka_unit_test(one_that_just_changes),
        cmocka_unit_test(another_board_is_told),
        cmocka_unit_test(no_faster_than_asked),
        cmocka_unit_test(one_that_refuses_in_silence_of_the_port),
        cmocka_unit_test(no_faster_than_the_port),
        cmocka_unit_test(not_where_it_could_not_come_back),
        cmocka_unit_test(prompts_without_end_hold_nothing_up),
        cmocka_unit_test(damaged_rows_disprove_it),
        cmocka_unit_test(other_bytes_disprove_it),
        cmocka_unit_test(a_dead_speed_needs_a_power_cycle),
        cmocka_unit_test(gone_bad_later),
        cmocka_unit_test(bad_at_every_speed_but_the_first),
        cmocka_unit_test(noise_at_home_changes_nothing),
        cmocka_unit_test(reset_in_the_middle),
        cmocka_unit_test(reset_in_a_change),
        cmocka_unit_test(reset_while_idle),
        cmocka_unit_test(a_speed_that_resets_it),
        cmocka_unit_test(noise_while_idle),
        cmocka_unit_test(a_power_cycle_helps),
        cmocka_unit_test(put_back_when_shut_down),
        cmocka_unit_test(not_for_long_when_it_is_dead),
        cmocka_unit_test(found_where_a_killed_one_left_it),
        cmocka_unit_test(slower_than_said_is_its_own),
    };

    return cmocka_run_group_tests_name("speed", tests, NULL, NULL);
}
