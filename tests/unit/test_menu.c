// SPDX-License-Identifier: BSD-2-Clause
// A menu of single keys whose one command asks three questions: whatever the
// line loses, no key goes there that is not the menu's.

#include "odd_loader.h"

#include "monitor/dump.h"

#define PROMPT "[DANUBE Boot]:"
#define BASE   0xB0000000U
#define LEN    64U

enum asked { MENU, ADDRESS, UNIT, N_BYTES };

/* What it says while lose_len bytes from lose_at on get lost. */
static struct {
    struct fake line;
    enum asked asked;
    size_t said; /* since the test began */
    size_t lose_at;
    size_t lose_len;
    unsigned wrong; /* keys that act and were not listed */
    unsigned answers[N_BYTES + 1];
    unsigned reads;
    char edit[64];
    size_t edit_len;
} menu;

static struct dialect *d;
static struct console c;

static void say(const char *text)
{
    for (; *text != '\0'; text++, menu.said++)
        if (menu.said < menu.lose_at ||
            menu.said - menu.lose_at >= menu.lose_len)
            fake_say_bytes(&menu.line, text, 1);
}

static void ask(enum asked asked, const char *question)
{
    menu.asked = asked;
    menu.edit_len = 0;
    say(question);
}

static void say_rows(void)
{
    char row[80];

    say("\r\n---\r\n Address   00 01 \r\n---\r\n");
    for (unsigned at = 0; at < LEN; at += 16) {
        int n = snprintf(row, sizeof(row), "0x%08X ", BASE + at);
        for (unsigned i = 0; i < 16; i++)
            n += snprintf(row + n, sizeof(row) - (size_t)n, "%02X ", at + i);
        say(row);
        say("\r\n");
    }
}

static void act(char key)
{
    if (strchr("!rR", key) == NULL)
        menu.wrong++;
    if (key == 'r' || key == 'R') {
        menu.reads++;
        ask(ADDRESS, "r\r\n\r\nEnter the Start Address to Read....0x");
        return;
    }
    if (key == '!')
        say("!\r\n\r\nEnter Administrator Mode !\r\n [E] Erase Flash\r\n");
    ask(MENU, "\r\n" PROMPT);
}

static void end_line(void)
{
    menu.answers[menu.asked]++;
    if (menu.asked == ADDRESS) {
        ask(UNIT, "\r\nData Length is (1) 4 Bytes (2) 2 Bytes (3) 1 Byte... ");
        return;
    }
    say("\r\n");
    say_rows();
    ask(MENU, "\r\n" PROMPT);
}

static void hear(void *arg, char byte)
{
    char text[] = {byte, '\0'};

    (void)arg;
    if (menu.asked == MENU) {
        act(byte);
    } else if (menu.asked == UNIT) {
        menu.answers[UNIT]++;
        say(text);
        ask(byte == '3' ? N_BYTES : MENU,
            byte == '3' ? "\r\nEnter the Count to Read....(Maximun 10000)"
                        : "\r\n" PROMPT);
    } else if (byte == '\r') {
        end_line();
    } else if (menu.edit_len < sizeof(menu.edit)) {
        menu.edit[menu.edit_len++] = byte;
        say(text);
    }
}

static void up(size_t lose_at, size_t lose_len)
{
    struct err err = {""};

    memset(&menu, 0, sizeof(menu));
    menu.line.hear = hear;
    menu.lose_at = lose_at;
    menu.lose_len = lose_len;
    assert_int_equal(console_init(&c, fake_open(&menu.line), NULL), 0);
    if (d == NULL && dialect_load(&d, "brnboot", &err) < 0)
        fail_msg("%s", err.text);
    c.dialect = d;
    console_learn_prompt(&c, (struct span){PROMPT, strlen(PROMPT)});
}

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    (void)arg;
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], (uint8_t)(address - BASE + i));
}

static bool never_stop(void *arg)
{
    (void)arg;
    return false;
}

static int read_it(void)
{
    const struct dump_request r = {.method = &d->dumps[0],
                                   .order = d->dumps[0].printed,
                                   .address = BASE,
                                   .len = LEN};
    const struct device_sink sink = {NULL, on_row, never_stop, NULL};
    struct dump_result result;

    return dump_run(&c, &r, &sink, &result, NULL);
}

/* As a mount does: it gets back in step, and reads again. */
static void read_on(void)
{
    int ret = 0;

    for (int i = 0; i < 4; i++)
        ret = ret == 0 ? read_it() : console_resync(&c, deadline_in(3000));
}

static size_t all_said(void)
{
    size_t said;

    up(SIZE_MAX, 0);
    assert_int_equal(read_it(), 0);
    assert_int_equal(menu.reads, 1);
    said = menu.said;
    console_free(&c);
    return said;
}

static void whatever_is_lost(void **state)
{
    static const size_t losses[] = {1, 2, 12, 63, 64, 200, SIZE_MAX / 2};
    size_t said = all_said();

    (void)state;
    for (size_t at = 0; at < said; at++)
        for (size_t i = 0; i < COUNT(losses); i++) {
            up(at, losses[i]);
            read_on();
            if (menu.wrong > 0)
                fail_msg("%zu bytes lost from %zu on: %u keys of an answer "
                         "went to the menu, sent: %s",
                         losses[i], at, menu.wrong, menu.line.sent);
            /* The unit is a key: a question that is left gets another one. */
            assert_true(menu.answers[ADDRESS] <= menu.reads);
            assert_true(menu.answers[N_BYTES] <= menu.reads);
            console_free(&c);
        }
}

static int unload(void **state)
{
    (void)state;
    dialect_free(d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_lost),
    };
    return cmocka_run_group_tests_name("menu", tests, NULL, unload);
}
