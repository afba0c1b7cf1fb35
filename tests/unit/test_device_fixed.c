// SPDX-License-Identifier: BSD-2-Clause
// Dump commands of fixed length, one after the other.

#include "device_rig.h"

/* In step, the order of words proved, nothing counted yet. */
static void up_proved(void)
{
    up(true, false);
    assert_int_equal(read_at(WINBOND_BASE, 0x100), 0);
    rig.l.n_ran = 0;
    rig.l.n_ahead = 0;
}

/* It would run before its echo was compared: noise that makes g of d would
 * start a program. */
static void nothing_is_typed_while_a_dump_runs(void **state)
{
    (void)state;
    up_proved();
    rig.l.ahead = "g -s\r";
    for (uint64_t at = 0; at < 0x1000; at += 0x100) {
        assert_int_equal(read_at(WINBOND_BASE + 0x1000 + at, 0x1000), 0);
        assert_int_equal(ran("g"), 0);
        assert_int_equal(rows, 16);
    }
    assert_int_equal(rig.l.n_ahead, 0);
    assert_int_equal(rig.l.n_ran, 16);
    assert_string_equal(rig.l.ran[0], "d -s 0x7F001000");
    assert_string_equal(rig.l.ran[15], "d -s");
    down();
}

static void abort_there(struct loader *l, char *row, uint64_t address)
{
    if (address < WINBOND_BASE + 0x1200)
        return;
    strcpy(row, "ERROR: Data Abort @ pc=0x00001680\n\r");
    l->next = l->end;
}

static void a_bad_address_is_told(void **state)
{
    (void)state;
    up_proved();
    rig.l.mangle = abort_there;
    assert_int_equal(read_at(WINBOND_BASE + 0x1100, 0x100), 0);
    assert_int_equal(read_at(WINBOND_BASE + 0x1200, 0x100), -EFAULT);
    assert_says(err.text, "bad address at or behind 0x7f001200");
    assert_int_equal(rows, 0);
    rig.l.mangle = NULL;
    assert_int_equal(read_at(WINBOND_BASE + 0x1300, 0x100), 0);
    assert_int_equal(rows, 16);
    /* Where it stands after a fault nobody knows. */
    assert_string_equal(rig.l.ran[rig.l.n_ran - 1], "d -s 0x7F001300");
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
    assert_int_equal(read_at(WINBOND_BASE + 0x1200, 0x100), -ETIMEDOUT);
    assert_int_equal(rows, 3);
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
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_at(WINBOND_BASE + 0x1000, 0x100), 0);
        assert_int_equal(rows, 16);
        assert_int_equal(read_at(WINBOND_BASE + 0x1100, 0x100), 0);
    }
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
        cmocka_unit_test(nothing_is_typed_while_a_dump_runs),
        cmocka_unit_test(a_bad_address_is_told),
        cmocka_unit_test(a_reset_ends_it),
        cmocka_unit_test(what_does_not_go_on_is_not_asked_to),
    };

    return cmocka_run_group_tests_name("device fixed", tests, NULL, NULL);
}
