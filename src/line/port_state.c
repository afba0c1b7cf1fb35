// SPDX-License-Identifier: BSD-2-Clause
// What a port was like before us, as far as the system tells, and back to that.

/*
 * By the kernel's own calls and struct: with those of the C library a speed
 * that has no name of its own, as 250000, would not come back.
 *
 * What the lines were before anybody opened the port is not told: the kernel
 * raises DTR and RTS in the same moment. Closing lowers them again, if the port
 * was set to hang up.
 */
#include "line/port_state.h"

#include <asm/termbits.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#ifdef TCGETS2
typedef struct termios2 settings;
#define GET TCGETS2
#define SET TCSETS2
#else
typedef struct termios settings;
#define GET TCGETS
#define SET TCSETS
#endif

#define OURS (TIOCM_DTR | TIOCM_RTS) /* the others are the device's */

struct port_state {
    settings terminal;
    bool has_lines;
    int lines;
    bool exclusive;
};

bool port_state_is_terminal(int fd)
{
    settings s;

    return ioctl(fd, GET, &s) == 0;
}

struct port_state *port_state_read(int fd)
{
    struct port_state *s = calloc(1, sizeof(*s));
    int exclusive = 0;

    if (s == NULL)
        return NULL;
    if (ioctl(fd, GET, &s->terminal) < 0) {
        free(s);
        return NULL;
    }
    s->has_lines = ioctl(fd, TIOCMGET, &s->lines) == 0;
    s->exclusive = ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive != 0;
    return s;
}

void port_state_free(struct port_state *s)
{
    free(s);
}

void port_state_put_back(int fd, const struct port_state *s, bool hangs_up)
{
    settings terminal = s->terminal;
    int set = s->lines & OURS;
    int clear = ~s->lines & OURS;

    if (!hangs_up)
        terminal.c_cflag &= ~(tcflag_t)HUPCL;
    (void)ioctl(fd, SET, &terminal);
    if (s->has_lines && set != 0)
        (void)ioctl(fd, TIOCMBIS, &set);
    if (s->has_lines && clear != 0)
        (void)ioctl(fd, TIOCMBIC, &clear);
    if (!s->exclusive)
        (void)ioctl(fd, TIOCNXCL);
}

void port_state_follows(struct port_state *s, const struct port_state *before)
{
    s->terminal.c_cflag |= before->terminal.c_cflag & HUPCL;
}
