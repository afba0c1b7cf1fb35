// SPDX-License-Identifier: BSD-2-Clause
// What line_read promises of a port: 0 is a deadline that has passed.

#include "unit.h"

#include "line/line.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static struct line *line;
static int device; /* the other end */
static int port;
static unsigned signals;

static void count(int number)
{
    (void)number;
    signals++;
}

static void up(void)
{
    struct err err = {""};
    char name[64];

    assert_int_equal(openpty(&device, &port, name, NULL, NULL), 0);
    if (line_open_tty(&line, name, 115200, &err) < 0)
        fail_msg("%s", err.text);
}

static void down(void)
{
    line_close(line);
    close(device);
    close(port);
}

/* A signal every 5 ms, none of which restarts the call. */
static void signal_often(bool on)
{
    const struct sigaction action = {.sa_handler = count};
    const struct itimerval often = {{0, 5000}, {0, 5000}};
    const struct itimerval never = {{0, 0}, {0, 0}};

    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, on ? &often : &never, NULL), 0);
}

static void nothing_is_said_before_the_deadline(void **state)
{
    uint64_t from;
    char byte;

    (void)state;
    up();
    signals = 0;
    signal_often(true);
    from = clock_ms();
    assert_int_equal(line_read(line, &byte, 1, deadline_in(60)), 0);
    assert_true(clock_ms() - from >= 60);
    signal_often(false);
    assert_true(signals > 0);
    assert_int_equal(line_read(line, &byte, 1, deadline_in(0)), 0);
    down();
}

static void bytes_a_wake_up_and_the_end(void **state)
{
    char bytes[8];

    (void)state;
    up();
    assert_int_equal(write(device, "ab", 2), 2);
    assert_int_equal(line_read(line, bytes, sizeof(bytes), deadline_in(500)),
                     2);
    assert_memory_equal(bytes, "ab", 2);
    line_wake(line);
    assert_int_equal(line_read(line, bytes, sizeof(bytes), deadline_in(500)),
                     -EINTR);
    assert_int_equal(line_read(line, bytes, sizeof(bytes), deadline_in(1)), 0);
    close(device);
    assert_int_equal(line_read(line, bytes, sizeof(bytes), deadline_in(500)),
                     -ENODEV);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_before_the_deadline),
        cmocka_unit_test(bytes_a_wake_up_and_the_end),
    };

    return cmocka_run_group_tests_name("line_read", tests, NULL, NULL);
}
