// SPDX-License-Identifier: BSD-2-Clause
// Commands typed ahead: when they are, and what happens when they get lost.

#include "device_rig.h"

#define SPAN UINT64_C(0x10000)

/* In step, the order of words proved, nothing counted yet. */
static void up_proved(void)
{
    up(true, false);
    assert_int_equal(read_at(WINBOND_BASE, 0x100), 0);
    rig.l.n_ran = 0;
    rig.l.n_ahead = 0;
}

static void keeps_the_line_busy(void **state)
{
    (void)state;
    up_proved();
    assert_int_equal(device_read_max(dev, WINBOND_BASE), SPAN);
    assert_true(device_read_limit(dev) >= SPAN);
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 2 * SPAN), 0);
    assert_int_equal(rows, SPAN / 16); /* on_row compares them */
    assert_int_equal(readings, SPAN / 0x100);
    assert_int_equal(rig.l.n_ran, SPAN / 0x100);
    assert_string_equal(rig.l.ran[0], "d -s 0x7F001000");
    assert_int_equal(ran("d -s"), rig.l.n_ran);
    assert_int_equal(rig.l.n_ahead, rig.l.n_ran - 1);
    /* In step at the end, and the device stands where it is thought to. */
    assert_int_equal(read_at(WINBOND_BASE + 0x1000 + SPAN, 0x100), 0);
    assert_string_equal(rig.l.ran[rig.l.n_ran - 1], "d -s");
    assert_int_equal(rows, 16);
    down();
}

static void reads_no_more_than_it_must(void **state)
{
    (void)state;
    up_proved();
    assert_int_equal(read_at(WINBOND_BASE + 0x10f0, 0x120), 0);
    assert_int_equal(rig.l.n_ran, 3);
    assert_int_equal(rows, 48);
    assert_int_equal(rig.l.n_ahead, 2);
    reading = DEVICE_AGAIN;
    assert_int_equal(read_at(WINBOND_BASE, 0x200), 0);
    reading = DEVICE_FIRST;
    assert_int_equal(ran("d -b"), 2);
    assert_int_equal(rig.l.n_ahead, 3);
    assert_int_equal(rows, 32);
    down();
}

static void counts_what_is_lost(void **state)
{
    (void)state;
    up_proved();
    rig.l.ahead = ""; /* nothing is heard */
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x800), 0);
    assert_int_equal(rig.l.n_ahead, 0);
    assert_int_equal(dev->ahead_losses, 2);
    assert_true(rows >= 32);
    /* Each that was lost is asked for by its address. */
    assert_string_equal(rig.l.ran[1], "d -s 0x7F001100");
    assert_int_equal(device_read_max(dev, WINBOND_BASE), 0x100);
    rig.l.ahead = NULL;
    assert_int_equal(read_at(WINBOND_BASE + 0x2000, 0x800), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(rig.l.n_ahead, 0);
    down();
}

/* What comes back is not what was typed: it is not believed. */
static void is_wary_of(const char *heard)
{
    up_proved();
    rig.l.ahead = heard;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x800), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(dev->ahead_losses, 1);
    rig.l.ahead = NULL;
    assert_int_equal(read_at(WINBOND_BASE + 0x1100, 0x800), 0);
    assert_int_equal(rows, 128);
    assert_int_equal(device_contact(dev), 0);
    down();
}

static void another_command_is_not_believed(void **state)
{
    (void)state;
    is_wary_of("d -b\r");
    is_wary_of("d -s 0x7F003000\r");
    is_wary_of("d s\r");
    is_wary_of("d -s"); /* its line end was lost */
    is_wary_of("d");
}

static void spoil_once(struct loader *l, char *row, uint64_t address)
{
    if (address % 0x1000 != 0x230)
        return;
    row[12] ^= 1;
    l->mangle = NULL;
}

static void noise_turns_it_off(void **state)
{
    (void)state;
    up_proved();
    rig.l.mangle = spoil_once;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x1000), 0);
    /* What had been typed when the row came is read to its end. */
    assert_int_equal(rig.l.n_ran, 4);
    assert_int_equal(rows, 63);
    assert_int_equal(device_read_max(dev, WINBOND_BASE), 0x100);
    assert_int_equal(read_at(WINBOND_BASE + 0x2000, 0x1000), 0);
    assert_int_equal(rig.l.n_ran, 5);
    assert_int_equal(rows, 16);
    down();
    /* Neither is a command typed ahead once an echo was wrong. */
    up_proved();
    rig.l.garble_echoes = 1;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x1000), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(rig.l.n_ahead, 0);
    assert_int_equal(device_read_max(dev, WINBOND_BASE), 0x100);
    down();
}

static void stop_later(struct loader *l, char *row, uint64_t address)
{
    (void)row;
    (void)l;
    stop_now = address >= WINBOND_BASE + 0x1280;
}

static void a_stop_waits_for_what_is_typed(void **state)
{
    (void)state;
    up_proved();
    rig.l.mangle = stop_later;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, SPAN), -EINTR);
    assert_int_equal(rig.l.n_ran, 4);
    assert_int_equal(rows, 64);
    rig.l.mangle = NULL;
    stop_now = false;
    assert_int_equal(read_at(WINBOND_BASE + 0x1400, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(device_contact(dev), 0);
    down();
}

static void abort_there(struct loader *l, char *row, uint64_t address)
{
    if (address < WINBOND_BASE + 0x1200)
        return;
    strcpy(row, "ERROR: Data Abort @ pc=0x00001680\n\r");
    l->next = l->end;
}

static void a_bad_address_makes_it_careful(void **state)
{
    (void)state;
    up_proved();
    rig.l.mangle = abort_there;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, SPAN), -EFAULT);
    assert_says(err.text, "bad address at or behind 0x7f001200");
    assert_int_equal(rows, 32);
    assert_int_equal(device_read_max(dev, WINBOND_BASE), 0x100);
    rig.l.mangle = NULL;
    assert_int_equal(read_at(WINBOND_BASE + 0x1300, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(device_read_max(dev, WINBOND_BASE), SPAN);
    down();
}

static void reset_there(struct loader *l, char *row, uint64_t address)
{
    if (address != WINBOND_BASE + 0x1230)
        return;
    strcpy(row, "\r\n\r\nW90P745 Boot Loader [ Version 1.1 ]\n\r\n\r"
                "bootloader > ");
    l->dumping = false;
    l->fifo_len = 0;
    l->mangle = NULL;
}

static void a_reset_ends_it(void **state)
{
    (void)state;
    up_proved();
    rig.l.mangle = reset_there;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, SPAN), -ETIMEDOUT);
    assert_int_equal(rows, 35);
    assert_int_equal(read_at(WINBOND_BASE + 0x1230, 0x100), 0);
    assert_int_equal(device_contact(dev), 1);
    down();
}

/* This build goes on somewhere else when it is given no address. */
static void lose_the_place(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (strchr(l->ran[l->n_ran - 1], 'x') == NULL)
        row[3] = row[3] == '9' ? '8' : '9';
}

static void what_does_not_go_on_is_not_asked_to(void **state)
{
    unsigned n;

    (void)state;
    up_proved();
    rig.l.mangle = lose_the_place;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x200), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x100), 0);
    assert_int_equal(read_at(WINBOND_BASE + 0x1100, 0x100), 0);
    assert_int_equal(rows, 0);
    assert_string_equal(rig.l.ran[rig.l.n_ran - 1], "d -s");
    n = rig.l.n_ran;
    assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x100), 0);
    assert_int_equal(read_at(WINBOND_BASE + 0x1100, 0x100), 0);
    assert_int_equal(read_at(WINBOND_BASE + 0x1200, 0x100), 0);
    assert_int_equal(rig.l.n_ran, n + 3);
    for (; n < rig.l.n_ran; n++)
        assert_non_null(strchr(rig.l.ran[n], 'x'));
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_line_busy),
        cmocka_unit_test(reads_no_more_than_it_must),
        cmocka_unit_test(counts_what_is_lost),
        cmocka_unit_test(another_command_is_not_believed),
        cmocka_unit_test(noise_turns_it_off),
        cmocka_unit_test(a_stop_waits_for_what_is_typed),
        cmocka_unit_test(a_bad_address_makes_it_careful),
        cmocka_unit_test(a_reset_ends_it),
        cmocka_unit_test(what_does_not_go_on_is_not_asked_to),
    };

    return cmocka_run_group_tests_name("device ahead", tests, NULL, NULL);
}
