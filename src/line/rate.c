// SPDX-License-Identifier: BSD-2-Clause
// The speed of a port: set, and believed only when it reads back.

#include "line/rate.h"

#include "base/clock.h"

#include <errno.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

#define DRAIN_MS  1000U
#define BEHIND_MS 50 /* what no driver tells of: the adapter's own FIFO */

static int set_serial(struct sp_port *port, unsigned baud, unsigned *now)
{
    struct sp_port_config *config;
    int got = 0;
    bool ok;

    if (baud > INT_MAX || sp_new_config(&config) != SP_OK)
        return -EINVAL;
    /* 0.1.1 calls a rate that the driver refused a success. */
    ok = sp_set_baudrate(port, (int)baud) == SP_OK &&
         sp_get_config(port, config) == SP_OK &&
         sp_get_config_baudrate(config, &got) == SP_OK && got == (int)baud;
    sp_free_config(config);
    *now = got > 0 ? (unsigned)got : 0;
    return ok ? 0 : -EINVAL;
}

/* No bit is clocked on a pty, but its other end may look. */
static int set_pty(int fd, unsigned baud)
{
    struct termios want;
    struct termios got;

    if (tcgetattr(fd, &want) < 0 || cfsetspeed(&want, baud) < 0 ||
        tcsetattr(fd, TCSANOW, &want) < 0 || tcgetattr(fd, &got) < 0)
        return -EINVAL;
    return cfgetospeed(&got) == cfgetospeed(&want) &&
                   cfgetispeed(&got) == cfgetispeed(&want)
               ? 0
               : -EINVAL;
}

int rate_set(int fd, struct sp_port *port, unsigned baud, unsigned *now)
{
    *now = 0;
    return port != NULL ? set_serial(port, baud, now) : set_pty(fd, baud);
}

void rate_drain(int fd)
{
    struct deadline until = deadline_in(DRAIN_MS);
    int left = 0;

    /* Not tcdrain, which waits for ever for a port that is stuck. */
    while (ioctl(fd, TIOCOUTQ, &left) == 0 && left > 0 &&
           !deadline_passed(until))
        (void)poll(NULL, 0, 1);
    (void)poll(NULL, 0, BEHIND_MS);
}
