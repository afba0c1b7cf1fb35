// SPDX-License-Identifier: BSD-2-Clause
// Opens the pty pair and publishes its slave under a fixed name.
#include "pty.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int set_raw(int fd)
{
    struct termios tio;

    if (tcgetattr(fd, &tio) < 0)
        return -1;
    cfmakeraw(&tio);
    return tcsetattr(fd, TCSANOW, &tio);
}

int pty_open(struct pty *pty)
{
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;

    pty->link = NULL;
    pty->slave = -1;
    pty->master = posix_openpt(flags | O_NONBLOCK);
    if (pty->master < 0 || grantpt(pty->master) < 0 ||
        unlockpt(pty->master) < 0 ||
        ptsname_r(pty->master, pty->name, sizeof pty->name) != 0)
        return -1;
    pty->slave = open(pty->name, flags);
    if (pty->slave < 0)
        return -1;
    return set_raw(pty->slave);
}

int pty_publish(struct pty *pty, const char *link)
{
    char temp[PATH_MAX];
    int len = snprintf(temp, sizeof temp, "%s.%ld", link, (long)getpid());

    if (len < 0 || (size_t)len >= sizeof temp)
        return -1;
    unlink(temp);
    if (symlink(pty->name, temp) < 0)
        return -1;
    if (rename(temp, link) < 0) {
        unlink(temp);
        return -1;
    }
    pty->link = link;
    return 0;
}

void pty_close(struct pty *pty)
{
    char target[PATH_MAX];
    ssize_t len;

    if (pty->link) {
        len = readlink(pty->link, target, sizeof target - 1);
        target[len > 0 ? len : 0] = '\0';
        if (strcmp(target, pty->name) == 0)
            unlink(pty->link);
    }
    close(pty->slave);
    close(pty->master);
}
