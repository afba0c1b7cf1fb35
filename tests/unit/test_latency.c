// SPDX-License-Identifier: BSD-2-Clause
// A port's latency, with a driver that can, and some that cannot.

#include "unit.h"

#include "line/latency.h"

#include <errno.h>
#include <linux/serial.h>
#include <stdarg.h>
#include <sys/ioctl.h>

static int flags;   /* the driver's */
static bool none;   /* there is no such call */
static bool forbid; /* to set them */

/* Takes the place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
    struct serial_struct *s;
    va_list args;

    assert_int_equal(fd, 7);
    va_start(args, request);
    s = va_arg(args, struct serial_struct *);
    va_end(args);
    errno = none ? ENOTTY : EPERM;
    if (none || (forbid && request == TIOCSSERIAL))
        return -1;
    if (request == TIOCGSERIAL) {
        memset(s, 0, sizeof(*s));
        s->flags = flags;
        s->baud_base = 24000000;
        return 0;
    }
    assert_true(request == TIOCSSERIAL);
    assert_int_equal(s->baud_base, 24000000); /* nothing else is changed */
    flags = s->flags;
    return 0;
}

static void is_lowered_and_put_back(void **state)
{
    (void)state;
    flags = ASYNC_SPD_HI;
    assert_true(latency_lower(7));
    assert_int_equal(flags, ASYNC_SPD_HI | ASYNC_LOW_LATENCY);
    latency_restore(7);
    assert_int_equal(flags, ASYNC_SPD_HI);
    flags = ASYNC_LOW_LATENCY; /* somebody else's wish */
    assert_false(latency_lower(7));
    assert_int_equal(flags, ASYNC_LOW_LATENCY);
}

static void is_left_where_it_cannot_be(void **state)
{
    (void)state;
    flags = 0;
    none = true;
    assert_false(latency_lower(7));
    none = false;
    forbid = true;
    assert_false(latency_lower(7));
    assert_int_equal(flags, 0);
    forbid = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_lowered_and_put_back),
        cmocka_unit_test(is_left_where_it_cannot_be),
    };

    return cmocka_run_group_tests_name("latency", tests, NULL, NULL);
}
