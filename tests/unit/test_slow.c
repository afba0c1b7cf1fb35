// SPDX-License-Identifier: BSD-2-Clause
// Boot loaders that take their time over an answer.

#include "device_rig.h"

#include "monitor/dialect_file.h"

/* The answer to slow_command comes only after slow_ms; what is typed meanwhile
 * waits. Nothing stops it. */
static const char *slow_command;
static uint64_t slow_ms;
static uint64_t ready_at;
static char late[4096];
static unsigned times_run;

static void say_when_ready(void *arg)
{
    struct loader *l = arg;

    if (ready_at == 0 || fake_now() < ready_at) {
        loader_feed(arg);
        return;
    }
    ready_at = 0;
    l->deaf = false;
    fake_say(&l->line, late);
    fake_say(&l->line, "=> ");
    l->mute = false;
}

static const char *slow_answer(struct loader *l, const char *command)
{
    const char *text = uboot_answer(l, command);

    if (strcmp(command, slow_command) != 0)
        return text;
    times_run++;
    (void)snprintf(late, sizeof(late), "%s", text);
    ready_at = fake_now() + slow_ms;
    l->deaf = l->mute = true;
    return "";
}

static void board_up(const char *command, uint64_t ms)
{
    loader_init(&rig.l, false);
    rig.l.answer = slow_answer;
    rig.l.line.feed = say_when_ready;
    slow_command = command;
    slow_ms = ms;
    ready_at = 0;
    times_run = 0;
    clock_set_source(fake_now);
}

static void a_silent_answer_is_asked_for_with_patience(void **state)
{
    static const uint64_t times[] = {4000, 8000, 18000};

    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        board_up("bdinfo", times[i]);
        if (open_device(NULL) != 0)
            fail_msg("%u ms: %s", (unsigned)times[i], err.text);
        assert_int_equal(dev->map.n_media, 1);
        device_close(dev);
    }
}

static void one_that_never_comes_ends(void **state)
{
    uint64_t from;

    (void)state;
    board_up("bdinfo", UINT64_MAX / 2);
    from = fake_now();
    assert_int_equal(open_device(NULL), -ETIMEDOUT);
    assert_says(err.text, "'bdinfo'");
    assert_in_range(fake_now() - from, 5000, 120000);
}

static void the_dialect_may_ask_for_more(void **state)
{
    struct dialect *d = NULL;
    char text[4096];

    (void)state;
    (void)snprintf(text, sizeof(text),
                   "console { prompt = '^=> $'\n answer-time = 40 }\n"
                   "dump bytes { command = \"md.b {address} {length}\" }\n");
    assert_int_equal(dialect_parse(&d, text, strlen(text), "x.conf", &err), 0);
    assert_int_equal(d->answer_ms, 40000);
    dialect_free(d);
}

/* Asked again after a reset, an answer may take as long as it did before. */
static void who_it_is_may_take_as_long_again(void **state)
{
    (void)state;
    board_up("printenv", 4000);
    if (open_device(NULL) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(device_is_same(dev, NULL, &err), 1);
    device_close(dev);
}

/* --- one that is still arriving --- */

static uint64_t drip_ms; /* from one character to the next */
static unsigned drips;

static void drip(void *arg)
{
    struct loader *l = arg;

    if (drips == 0)
        return;
    atomic_fetch_add(&fake_ms, drip_ms);
    fake_say(&l->line, drips % 40 == 1 ? "\r\n" : "x");
    if (--drips == 0)
        fake_say(&l->line, "=> ");
}

static const char *drip_answer(struct loader *l, const char *command)
{
    (void)command;
    l->line.feed = drip;
    l->mute = true;
    return "";
}

static int ask_dripping(unsigned count, uint64_t ms, struct buf *got)
{
    int ret;

    rig_up(false);
    rig.l.answer = drip_answer;
    drips = count;
    drip_ms = ms;
    ret = console_ask(&rig.c, "printenv", NULL, 5000, got, &err);
    rig_down();
    return ret;
}

static void what_is_still_arriving_is_waited_for(void **state)
{
    CLEANUP_BUF struct buf got = {0};

    (void)state;
    /* 16 KiB at 1200 baud: more than two minutes. */
    assert_int_equal(ask_dripping(16384, 8, &got), 0);
    assert_true(got.len > 16000);
}

static void dribbling_ends(void **state)
{
    CLEANUP_BUF struct buf got = {0};
    uint64_t from = fake_now();

    (void)state;
    assert_int_equal(ask_dripping(1000000, 1000, &got), -ETIMEDOUT);
    assert_in_range(fake_now() - from, 60000, 400000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_answer_is_asked_for_with_patience),
        cmocka_unit_test(one_that_never_comes_ends),
        cmocka_unit_test(the_dialect_may_ask_for_more),
        cmocka_unit_test(who_it_is_may_take_as_long_again),
        cmocka_unit_test(what_is_still_arriving_is_waited_for),
        cmocka_unit_test(dribbling_ends),
    };

    return cmocka_run_group_tests_name("slow", tests, NULL, NULL);
}
