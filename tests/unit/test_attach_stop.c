// SPDX-License-Identifier: BSD-2-Clause
// Whoever waited for the prompt has gone: a countdown is stopped all the same.

#include "odd_loader.h"

#include "monitor/attach.h"

#define COUNTDOWN_MS 5000U /* without a key it boots then */

static const char dialect[] =
    "recognise { banner = {'^Loader v'} }\n"
    "console { prompt = '^ldr> $'\n clear = \"\\x03\"\n"
    " empty-line-repeats = false\n wake = \"\\r\" }\n"
    "break-in key { when = '^Loader v'\n send = \"x\"\n every = 500 }\n";

static struct odd odd;
static struct console c;
static struct dialect *d;
static uint64_t begun; /* of the countdown */
static uint64_t stopped;
static unsigned attended;

/* The first second of keys is lost: the UART is being set up. */
static void hear(void *arg, char byte)
{
    uint64_t age = fake_now() - begun;

    if (stopped != 0)
        odd_hear(arg, byte);
    else if (byte == 'x' && age > 1000 && age < COUNTDOWN_MS)
        stopped = fake_now();
    if (stopped == fake_now() && odd.n_ran == 0 && byte == 'x')
        fake_say(&odd.line, "\r\nldr> ");
}

static bool nobody_waits(void *arg)
{
    (void)arg;
    attended++;
    return true;
}

/* A mount whose device has just shown its banner, if it starts. */
static int attach(bool starting)
{
    struct dialect *one[] = {d, NULL};
    const struct attach_config config = {.dialects = one,
                                         .chosen = true,
                                         .again = true,
                                         .starting = starting,
                                         .quiet = true,
                                         .baud = 115200,
                                         .timeout_ms = 8000};
    struct buf text = BUF_LIMITED(16384);
    struct err err = {""};
    int ret;

    (void)buf_printf(&text, "%s", starting ? "Loader v1\n" : "");
    c.attend = nobody_waits;
    ret = attach_prompt(&c, &config, &text, &err);
    assert_ptr_equal(c.attend, nobody_waits);
    buf_free(&text);
    return ret;
}

static void up(void)
{
    odd_init(&odd, "ldr> ");
    odd.line.hear = hear;
    d = odd_dialect("odd", dialect);
    assert_int_equal(console_init(&c, fake_open(&odd.line), NULL), 0);
    c.dialect = d;
    begun = fake_now();
    stopped = 0;
    attended = 0;
}

static void down(void)
{
    console_free(&c);
    dialect_free(d);
}

static void a_countdown_is_stopped_for_nobody(void **state)
{
    (void)state;
    up();
    assert_int_equal(attach(true), 0);
    assert_true(stopped != 0);
    assert_true(attended > 0);
    down();
}

static void silence_is_not_waited_for(void **state)
{
    (void)state;
    up();
    assert_int_equal(attach(false), -EINTR);
    assert_true(fake_now() - begun < 3000);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_countdown_is_stopped_for_nobody),
        cmocka_unit_test(silence_is_not_waited_for),
    };
    return cmocka_run_group_tests_name("attach_stop", tests, NULL, NULL);
}
