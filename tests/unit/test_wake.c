// SPDX-License-Identifier: BSD-2-Clause
// A prompt is asked for, and nothing is run, written or answered by that.

#include "console_util.h"

#include "monitor/exchange.h"

static unsigned line_ends(void)
{
    unsigned n = 0;

    for (size_t i = 0; i < rig.l.line.sent_len; i++)
        n += rig.l.line.sent[i] == '\r' || rig.l.line.sent[i] == '\n';
    return n;
}

/* --- an editor of memory --- */

/*
 * Winbond's e, as its source has it: eight digits are shown and can be rubbed
 * out, other characters are ignored without an echo, a line end writes what the
 * digits say and goes on to the next word, ESC leaves.
 */
static bool editing;
static unsigned digits;
static unsigned written;

static void show_word(void)
{
    fake_say(&rig.l.line, "[7F000000]  12345678");
    digits = 8;
}

static void hear_editor(void *arg, char byte)
{
    if (!editing) {
        loader_hear(arg, byte);
    } else if (byte == '\r') {
        written++;
        fake_say(&rig.l.line, "\n\r");
        show_word();
    } else if (byte == '\b' && digits > 0) {
        digits--;
        fake_say(&rig.l.line, "\b \b");
    } else if (byte == '\x1b') {
        editing = false;
        fake_say(&rig.l.line, "\n\r\n\r");
        loader_prompt(&rig.l);
    } else if (strchr("0123456789abcdefABCDEF", byte) != NULL && digits < 8) {
        digits++;
        fake_say_bytes(&rig.l.line, &byte, 1);
    }
}

static void editor_up(bool heard)
{
    rig_up(true);
    rig.l.line.hear = hear_editor;
    editing = true;
    written = 0;
    fake_say(&rig.l.line, "bootloader > e -s\n\r");
    show_word();
    if (heard)
        rig_hear();
}

static void an_editor_is_left_and_writes_nothing(void **state)
{
    (void)state;
    for (int heard = 0; heard < 2; heard++) {
        editor_up(heard);
        assert_int_equal(console_resync(&rig.c, deadline_in(3000)), 0);
        assert_int_equal(written, 0);
        assert_false(editing);
        assert_true(console_at_prompt(&rig.c));
        rig_down();
    }
}

/* Whatever it is: a question, another editor, a program. */
static void hear_and_say(void *arg, char byte)
{
    (void)arg;
    fake_say(&rig.l.line, byte == '\r' ? "\r\nDone.\r\n" : "?");
}

static void what_is_not_recognised_gets_no_line_end(void **state)
{
    static void (*const hears[])(void *, char) = {NULL, hear_and_say};

    (void)state;
    for (size_t i = 0; i < COUNT(hears); i++)
        for (int winbond = 0; winbond < 2; winbond++) {
            rig_up(winbond);
            rig.l.line.hear = hears[i];
            fake_say(&rig.l.line, "Do you want to delete it?[y/N]");
            rig_hear();
            assert_int_equal(console_resync(&rig.c, deadline_in(1500)),
                             -ETIMEDOUT);
            assert_int_equal(line_ends(), 0);
            rig_down();
        }
}

/* --- a command line --- */

/* The first hits bytes that come from the device are damaged. */
static unsigned hits;

static void hear_with_damage(void *arg, char byte)
{
    struct fake *f = &rig.l.line;
    size_t before = f->out_len;

    loader_hear(arg, byte);
    for (size_t i = before; i < f->out_len && hits > 0; i++, hits--)
        f->out[i] ^= 1;
}

static void u_boot_is_asked_by_ctrl_c_alone(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 60; n++) {
        rig_up(false);
        rig.l.line.hear = hear_with_damage;
        hits = n;
        assert_int_equal(console_resync(&rig.c, deadline_in(3000)), 0);
        assert_int_equal(strspn(rig.l.line.sent, "\x03"), rig.l.line.sent_len);
        rig_down();
    }
}

/* What is typed arrives only after so many bytes. */
static unsigned lost;

static void hear_late(void *arg, char byte)
{
    if (lost > 0)
        lost--;
    else
        loader_hear(arg, byte);
}

/* The key that takes back what stands there may not have arrived, while a blank
 * behind it does: nothing is run before it was taken back again. */
static void half_a_command_is_never_run(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 400; n += 3) {
        rig_up(true);
        rig.l.line.hear = hear_late;
        lost = n;
        strcpy(rig.l.edit, "del 6");
        rig.l.edit_len = 5;
        (void)console_resync(&rig.c, deadline_in(1500));
        assert_int_equal(rig.l.n_ran, 0);
        rig_down();
    }
}

/* As it is where backspaces draw nothing. */
static void hear_quietly(void *arg, char byte)
{
    struct loader *l = arg;

    if (byte != '\b' || l->escaped)
        loader_hear(arg, byte);
    else if (l->edit_len > 0)
        l->edit_len--;
}

static void a_line_end_follows_our_own_echo(void **state)
{
    (void)state;
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        rig_up(true);
        rig.l.line.hear = hear_quietly;
        rig.l.garble_echoes = wrong;
        assert_int_equal(console_resync(&rig.c, deadline_in(5000)), 0);
        assert_int_equal(line_ends(), 1);
        assert_int_equal(rig.l.blank_lines, 1);
        assert_int_equal(rig.l.n_ran, 0);
        rig_down();
    }
}

/* --- a question of our own command --- */

/* U-Boot's saves waits for Enter, and hears nothing else until it comes. */
static void hear_question(void *arg, char byte)
{
    (void)arg;
    if (byte != '\r' || lost-- > 0)
        return;
    rig.l.line.hear = loader_hear;
    fake_say(&rig.l.line, "S0030000FC\r\n");
}

/* Enter was pressed for it; then it hears by hear. */
static void press_enter(void (*hear)(void *arg, char byte))
{
    static struct exchange enter = {.send = (char *)"\r"};
    const struct exchanges talk = {&enter, 1};
    struct exchange_run x;
    struct err err = {""};

    rig_up(false);
    if (pattern_compile(&enter.expect, "press ENTER to proceed", "test", &err) <
        0)
        fail_msg("%s", err.text);
    exchange_start(&x, &rig.c, &talk, NULL);
    fake_say(&rig.l.line, "press ENTER to proceed ...");
    rig_hear();
    rig.l.line.hear = hear;
    atomic_fetch_add(&fake_ms, 100);
    assert_int_equal(exchange_answer(&x, &rig.c), 1);
    pattern_free(enter.expect);
}

static void an_enter_that_was_lost_is_pressed_again(void **state)
{
    (void)state;
    lost = 1;
    press_enter(hear_question);
    assert_int_equal(console_resync(&rig.c, deadline_in(3000)), 0);
    assert_int_equal(line_ends(), 2);
    rig_down();
}

/* It arrived, and nothing that the device says does. */
static void hear_unheard(void *arg, char byte)
{
    loader_hear(arg, byte);
    rig.l.line.out_taken = rig.l.line.out_len;
}

/* A prompt gets it then, once, of a U-Boot at which an erase was typed before.
 */
static void an_enter_too_many_runs_nothing(void **state)
{
    (void)state;
    lost = 0;
    press_enter(hear_question);
    rig.l.line.hear = hear_unheard;
    rig.l.line.out_taken = rig.l.line.out_len;
    assert_int_equal(console_resync(&rig.c, deadline_in(3000)), -ETIMEDOUT);
    assert_int_equal(line_ends(), 2);
    assert_int_equal(rig.l.n_ran, 0);
    rig_down();
}

/* Its owner typed something there, and no Ctrl-C takes it back. */
static char half_typed[256];

static void hear_other_board(void *arg, char byte)
{
    (void)arg;
    if (byte == '\r') {
        fail_msg("Enter ran '%s' at another board", half_typed);
    } else if ((unsigned char)byte >= ' ') {
        assert_true(strlen(half_typed) < sizeof(half_typed) - 1);
        strncat(half_typed, &byte, 1);
        fake_say_bytes(&rig.l.line, &byte, 1);
    }
}

/* The first board did not get it. While the line was silent the cable was put
 * into another one. */
static void another_board_gets_no_enter(void **state)
{
    (void)state;
    lost = 1;
    strcpy(half_typed, "erase all");
    press_enter(hear_question);
    assert_int_equal(console_fill(&rig.c, deadline_in(CONSOLE_SILENT_MS)), 0);
    rig.l.line.hear = hear_other_board;
    assert_int_equal(console_resync(&rig.c, deadline_in(1500)), -ETIMEDOUT);
    assert_int_equal(line_ends(), 1);
    rig_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_editor_is_left_and_writes_nothing),
        cmocka_unit_test(what_is_not_recognised_gets_no_line_end),
        cmocka_unit_test(u_boot_is_asked_by_ctrl_c_alone),
        cmocka_unit_test(half_a_command_is_never_run),
        cmocka_unit_test(a_line_end_follows_our_own_echo),
        cmocka_unit_test(an_enter_that_was_lost_is_pressed_again),
        cmocka_unit_test(an_enter_too_many_runs_nothing),
        cmocka_unit_test(another_board_gets_no_enter),
    };

    return cmocka_run_group_tests_name("wake", tests, NULL, NULL);
}
