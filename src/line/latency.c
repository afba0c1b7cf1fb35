// SPDX-License-Identifier: BSD-2-Clause
// How long a USB adapter keeps what came before it hands it over.

#include "line/latency.h"

#include <linux/serial.h>
#include <sys/ioctl.h>

static bool set_flag(int fd, bool on)
{
    struct serial_struct s = {0};

    if (ioctl(fd, TIOCGSERIAL, &s) < 0 ||
        ((s.flags & ASYNC_LOW_LATENCY) != 0) == on)
        return false;
    s.flags ^= ASYNC_LOW_LATENCY;
    return ioctl(fd, TIOCSSERIAL, &s) == 0;
}

bool latency_lower(int fd)
{
    return set_flag(fd, true);
}

void latency_restore(int fd)
{
    (void)set_flag(fd, false);
}
