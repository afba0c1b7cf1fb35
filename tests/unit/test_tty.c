// SPDX-License-Identifier: BSD-2-Clause
// A port that is opened through libserialport is left as it was found.

/*
 * The one real port that every machine has is /dev/tty: the terminal that a
 * process is controlled by. Here that is a pty, in a child; what a pty does not
 * have, modem lines and a driver's latency, the ioctl below makes up.
 */
#include "unit.h"

#include "line/line.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DONE   0
#define BUSY   77
#define FAILED 1
#define CHECK(is, what)                                                        \
    do {                                                                       \
        if (!(is)) {                                                           \
            (void)fprintf(stderr, "%s: %s\n", __func__, what);                 \
            _exit(FAILED);                                                     \
        }                                                                      \
    } while (0)

static int lines; /* of the port */
static int flags; /* of its driver */

static int set_lines(unsigned long request, int bits)
{
    if (request == TIOCMBIS)
        lines |= bits;
    else if (request == TIOCMBIC)
        lines &= ~bits;
    else
        lines = bits;
    return 0;
}

/* Takes the place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    void *p;

    va_start(args, request);
    p = va_arg(args, void *);
    va_end(args);
    switch (request) {
    case TIOCMGET:
        *(int *)p = lines;
        return 0;
    case TIOCMSET:
    case TIOCMBIS:
    case TIOCMBIC:
        return set_lines(request, *(int *)p);
    case TIOCGSERIAL:
        *(struct serial_struct *)p = (struct serial_struct){.flags = flags};
        return 0;
    case TIOCSSERIAL:
        flags = ((struct serial_struct *)p)->flags;
        return 0;
    default:
        return (int)syscall(SYS_ioctl, fd, request, p);
    }
}

/* A pty whose near end controls this process; its far end stays open, so that
 * it keeps its settings. */
static int control(void)
{
    int far = posix_openpt(O_RDWR | O_NOCTTY);
    int near = -1;

    CHECK(far >= 0 && grantpt(far) == 0 && unlockpt(far) == 0, "no pty");
    CHECK(setsid() > 0, "no session");
    near = open(ptsname(far), O_RDWR); /* NOLINT(concurrency-mt-unsafe) */
    CHECK(near >= 0, "no near end");
    return near;
}

static void make_odd(int fd, struct termios *t)
{
    CHECK(tcgetattr(fd, t) == 0, "settings");
    t->c_cflag |= HUPCL | CRTSCTS | CSTOPB;
    t->c_iflag |= IXOFF | ICRNL;
    t->c_lflag |= ICANON | ECHO;
    t->c_oflag |= OPOST | OLCUC;
    t->c_cc[VMIN] = 3;
    t->c_cc[VTIME] = 7;
    CHECK(cfsetspeed(t, B2400) == 0, "speed");
    CHECK(tcsetattr(fd, TCSANOW, t) == 0, "settings");
    CHECK(tcgetattr(fd, t) == 0, "settings");
}

static void expect_as_before(int fd, const struct termios *before)
{
    struct termios t;
    int exclusive = 1;

    CHECK(tcgetattr(fd, &t) == 0, "settings");
    CHECK(t.c_cc[VMIN] == 3 && t.c_cc[VTIME] == 7, "min and time are others");
    CHECK((t.c_cflag & HUPCL) != 0, "it does not hang up any more");
    CHECK(cfgetospeed(&t) == B2400, "the speed is another");
    CHECK(t.c_iflag == before->c_iflag && t.c_oflag == before->c_oflag &&
              t.c_cflag == before->c_cflag && t.c_lflag == before->c_lflag &&
              memcmp(t.c_cc, before->c_cc, sizeof(t.c_cc)) == 0,
          "it is set up differently");
    CHECK(ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive == 0,
          "it stays exclusive");
    CHECK(lines == (TIOCM_RTS | TIOCM_CTS), "its lines are others");
    CHECK(flags == ASYNC_SPD_HI, "its driver is set up differently");
}

static void open_and_close(unsigned baud, int want)
{
    struct err err = {""};
    struct termios before;
    struct line *line = NULL;
    int near = control();
    int rc;

    make_odd(near, &before);
    lines = TIOCM_RTS | TIOCM_CTS;
    flags = ASYNC_SPD_HI;
    rc = line_open_tty(&line, "/dev/tty", baud, &err);
    if (rc == -EBUSY)
        _exit(BUSY); /* somebody has theirs open, which looks the same */
    if (rc != want)
        (void)fprintf(stderr, "%d: %s\n", rc, err.text);
    CHECK(rc == want, "opened or not");
    lines |= rc == 0 ? TIOCM_DTR : 0;
    lines &= rc == 0 ? ~TIOCM_RTS : ~0;
    line_close(line);
    expect_as_before(near, &before);
    _exit(DONE);
}

static void in_a_child(unsigned baud, int want)
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        open_and_close(baud, want);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == BUSY)
        skip();
    assert_int_equal(WEXITSTATUS(status), DONE);
}

static void is_left_as_it_was(void **state)
{
    (void)state;
    in_a_child(115200, 0);
}

static void also_when_opening_fails(void **state)
{
    (void)state;
    in_a_child(3000000000U, -EINVAL); /* set up, but for its speed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_left_as_it_was),
        cmocka_unit_test(also_when_opening_fails),
    };

    return cmocka_run_group_tests_name("tty", tests, NULL, NULL);
}
