// SPDX-License-Identifier: BSD-2-Clause
// Makes the host's pty and knows whether a host has it open.
//
// The slave is not kept open here: that the master hangs up says that no host
// has it open. Then only inotify is waited for, which tells of an open.
#include "faultline_host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int trouble(const char *what)
{
    fprintf(stderr, "fwfs-faultline: %s: %s\n", what, strerror(errno));
    return -1;
}

static void note(struct fl_host *h, const char *event)
{
    if (!h->log)
        return;
    fprintf(h->log, "line %llu %s\n", (unsigned long long)*h->offset, event);
    fflush(h->log);
}

int fl_host_init(struct fl_host *h)
{
    h->opens = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return h->opens < 0 ? -1 : 0;
}

int fl_host_plug(struct fl_host *h)
{
    if (pty_open(&h->pty) < 0)
        return trouble("no pty");
    close(h->pty.slave);
    h->pty.slave = -1;
    if (inotify_add_watch(h->opens, h->pty.name, IN_OPEN) < 0)
        return trouble(h->pty.name);
    if (pty_publish(&h->pty, h->link) < 0)
        return trouble(h->link);
    h->plugged = true;
    note(h, "plugged");
    printf("ready %s\n", h->pty.name);
    fflush(stdout);
    return 0;
}

void fl_host_pull(struct fl_host *h)
{
    note(h, "pulled");
    pty_close(&h->pty);
    h->plugged = false;
    h->listening = false;
}

/*
 * One that closed it again at once may have left bytes: it counts as open
 * until they are read.
 */
void fl_host_take_opens(struct fl_host *h)
{
    struct pollfd fd = {.fd = h->pty.master, .events = POLLIN};
    char buf[4096];

    while (read(h->opens, buf, sizeof buf) > 0)
        ;
    if (!h->plugged || h->listening)
        return;
    poll(&fd, 1, 0);
    if ((fd.revents & POLLHUP) && !(fd.revents & POLLIN))
        return;
    h->listening = true;
    h->opened++;
    note(h, "opened");
}

/*
 * As a tty does when the last one closes it: what was not read is gone, and
 * so is the exclusive use. A pty keeps both.
 */
void fl_host_closed(struct fl_host *h)
{
    int fd = open(h->pty.name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    h->listening = false;
    note(h, "closed");
    if (fd < 0)
        return;
    tcflush(fd, TCIFLUSH);
    ioctl(fd, TIOCNXCL);
    close(fd);
}

int fl_host_fd(const struct fl_host *h)
{
    return h->listening ? h->pty.master : -1;
}
