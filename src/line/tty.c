// SPDX-License-Identifier: BSD-2-Clause
// Serial ports and ptys: open, lock, set up, read and write with poll(2).

/*
 * Both kinds are opened here first, to be locked and looked at: what the port
 * is like is known before anybody changes it, and put back at the end
 * (port_state.c). A real port is then opened again and configured through
 * libserialport; a pty, which libserialport 0.1.1 cannot open, has one file
 * descriptor. What 0.1.1 leaves undone is done here for both: symlinks are
 * resolved, the port is locked (flock for programs that lock, TIOCEXCL for
 * those that do not), HUPCL is cleared so that closing does not drop DTR and
 * reset the board while the port is ours, and the rate is read back, for a
 * refused one is reported as success.
 */

#include "line/line.h"

#include "base/cleanup.h"
#include "line/holder.h"
#include "line/latency.h"
#include "line/port_state.h"
#include "line/rate.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#define LOCK_PATIENCE_MS 1500U

struct tty {
    char *path;                /* as the user gave it: links may move */
    unsigned baud;             /* what it is opened at again, too */
    bool written;              /* since the baud rate was set */
    int fd;                    /* -1: gone, and not opened again yet */
    int own;                   /* opened by us, and locked; of a pty the same */
    int wake_fd;               /* eventfd: written by tty_wake */
    struct sp_port *port;      /* NULL for a pty */
    struct port_state *before; /* put back on close; NULL: not read yet */
    bool lowered;              /* its latency */
    bool locked; /* it is ours: else nothing of it may be touched */
};

/* One look, at most until the deadline. -EAGAIN: cut short by a signal, or what
 * was there is gone. */
static ssize_t read_once(struct tty *t, void *buf, size_t size,
                         struct deadline until)
{
    struct pollfd p[2] = {{.fd = t->fd, .events = POLLIN},
                          {.fd = t->wake_fd, .events = POLLIN}};
    uint64_t count;
    ssize_t n;

    if (poll(p, 2, deadline_left_ms(until)) < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    if (p[1].revents != 0) {
        (void)!read(t->wake_fd, &count, sizeof(count));
        return -EINTR;
    }
    if (p[0].revents == 0)
        return 0;
    n = read(t->fd, buf, size);
    if (n > 0)
        return n;
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? -EAGAIN : -ENODEV;
}

static ssize_t tty_read(void *ctx, void *buf, size_t size,
                        struct deadline until)
{
    struct tty *t = ctx;
    ssize_t n;

    if (t->fd < 0)
        return -ENODEV;
    do {
        n = read_once(t, buf, size, until);
    } while (n == -EAGAIN || (n == 0 && !deadline_passed(until)));
    return n;
}

static int tty_write(void *ctx, const void *bytes, size_t len,
                     struct deadline until)
{
    struct tty *t = ctx;
    const char *at = bytes;

    if (t->fd < 0)
        return -ENODEV;
    t->written = true;
    while (len > 0) {
        struct pollfd p = {.fd = t->fd, .events = POLLOUT};
        ssize_t n = write(t->fd, at, len);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -ENODEV;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
            continue;
        }
        if (deadline_passed(until))
            return -ETIMEDOUT;
        (void)poll(&p, 1, deadline_left_ms(until));
    }
    return 0;
}

static void tty_wake(void *ctx)
{
    struct tty *t = ctx;
    uint64_t one = 1;

    (void)!write(t->wake_fd, &one, sizeof(one));
}

/* Lets go of the port; what is needed to open it again stays. */
static void let_go(struct tty *t, bool for_good)
{
    if (t->locked) {
        /* Bytes that a stuck port would not take must not hold up close. */
        (void)tcflush(t->own, TCOFLUSH);
        port_state_put_back(t->own, t->before, for_good);
        if (t->lowered)
            latency_restore(t->own);
    }
    if (t->port != NULL) {
        (void)sp_close(t->port); /* closes fd */
        sp_free_port(t->port);
    }
    if (t->own >= 0)
        (void)close(t->own);
    t->port = NULL;
    t->fd = t->own = -1;
    t->locked = t->lowered = false;
}

static void tty_close(void *ctx)
{
    struct tty *t = ctx;

    let_go(t, true);
    if (t->wake_fd >= 0)
        (void)close(t->wake_fd);
    port_state_free(t->before);
    free(t->path);
    free(t);
}

static int open_failed(const char *path, int code, struct err *err)
{
    char who[64];

    switch (code) {
    case -ENOENT:
        return err_set(err, code,
                       "%s: no such port; `fwfs --list-ports` shows what is "
                       "there",
                       path);
    case -EACCES:
        return err_set(err, code,
                       "%s: permission denied; add yourself to the group that "
                       "owns the port: `sudo adduser $USER dialout`, then log "
                       "in again",
                       path);
    case -EBUSY:
        if (holder_of_device(path, who, sizeof(who)))
            return err_set(err, code, "%s: in use by %s; close it first", path,
                           who);
        return err_set(err, code, "%s: in use by another program", path);
    default:
        return err_set(err, code, "%s: cannot open: %s", path, strerror(-code));
    }
}

/* Nobody else's settings are changed by a look. */
static int open_own(struct tty *t, const char *path, struct err *err)
{
    t->own = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (t->own < 0)
        return open_failed(path, -errno, err);
    if (!port_state_is_terminal(t->own))
        return err_set(err, -ENOTTY, "%s: not a terminal: %s", path,
                       strerror(errno));
    return 0;
}

static int open_serial(struct tty *t, const char *path, struct err *err)
{
    errno = 0;
    if (sp_get_port_by_name(path, &t->port) != SP_OK)
        return err_set(err, -ENOTTY,
                       "%s: not a serial port that libserialport knows", path);
    if (sp_open(t->port, SP_MODE_READ_WRITE) != SP_OK) {
        int code = sp_last_error_code();
        return open_failed(path, code > 0 ? -code : -EIO, err);
    }
    if (sp_get_port_handle(t->port, &t->fd) != SP_OK)
        return open_failed(path, -EIO, err);
    (void)fcntl(t->fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

/* A little patience: umount returns before the fwfs behind it has ended. */
static bool take_lock(int fd, unsigned patience_ms)
{
    struct deadline until = deadline_in(patience_ms);

    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (deadline_passed(until))
            return false;
        (void)poll(NULL, 0, 50);
    }
    return true;
}

static int lock_port(struct tty *t, const char *path, bool pty,
                     unsigned patience_ms, struct err *err)
{
    char who[64] = "another program";

    if (!take_lock(t->own, patience_ms)) {
        (void)holder_of_lock(t->own, who, sizeof(who));
        return err_set(err, -EBUSY, "%s: in use by %s; close it first", path,
                       who);
    }
    /* Someone who took no lock would still eat half of the answers. A pty's
     * own maker often keeps its far end open: nothing to see there. */
    if (!pty && holder_of_device(path, who, sizeof(who)))
        return err_set(err, -EBUSY, "%s: in use by %s; close it first", path,
                       who);
    return 0;
}

/* Behind the lock: whoever had it before has put back what was theirs. */
static int look_at_port(struct tty *t, const char *path, struct err *err)
{
    struct port_state *now = port_state_read(t->own);

    if (now == NULL)
        return err_set(err, -errno, "%s: cannot tell how it is set up: %s",
                       path, strerror(errno));
    if (t->before != NULL)
        port_state_follows(now, t->before);
    port_state_free(t->before);
    t->before = now;
    t->locked = true;
    return 0;
}

static int set_raw(struct tty *t, const char *path, struct err *err)
{
    struct termios raw;

    if (tcgetattr(t->fd, &raw) < 0)
        return err_set(err, -ENOTTY, "%s: not a terminal: %s", path,
                       strerror(errno));
    cfmakeraw(&raw);
    raw.c_cflag |= CLOCAL | CREAD;
    raw.c_cflag &= ~(tcflag_t)(HUPCL | CRTSCTS | CSTOPB);
    raw.c_iflag &= ~(tcflag_t)(IXOFF | IXANY);
    if (tcsetattr(t->fd, TCSANOW, &raw) < 0)
        return err_set(err, -errno, "%s: cannot set it up: %s", path,
                       strerror(errno));
    return 0;
}

/* A pty's own maker may not know of speeds, and needs none. */
static int set_rate(struct tty *t, const char *path, struct err *err)
{
    unsigned now;

    if (rate_set(t->fd, t->port, t->baud, &now) == 0 || t->port == NULL)
        return 0;
    return err_set(err, -EINVAL,
                   "%s: asked for %u baud, the port stays at %u; choose a rate "
                   "that it can do with -b",
                   path, t->baud, now);
}

static int set_up(struct tty *t, const char *path, unsigned patience_ms,
                  struct err *err)
{
    struct stat st;
    bool pty;
    int ret;

    if (stat(path, &st) < 0)
        return open_failed(path, -errno, err);
    if (!S_ISCHR(st.st_mode))
        return err_set(err, -ENOTTY,
                       "%s: not a serial port; `fwfs --list-ports` shows what "
                       "is there",
                       path);
    pty = strncmp(path, "/dev/pts/", 9) == 0;
    ret = open_own(t, path, err);
    if (ret == 0)
        ret = lock_port(t, path, pty, patience_ms, err);
    if (ret == 0)
        ret = look_at_port(t, path, err);
    if (ret == 0 && pty)
        t->fd = t->own;
    else if (ret == 0)
        ret = open_serial(t, path, err);
    if (ret == 0)
        (void)ioctl(t->fd, TIOCEXCL);
    if (ret == 0)
        ret = set_raw(t, path, err);
    if (ret == 0)
        ret = set_rate(t, path, err);
    if (ret == 0)
        t->lowered = !pty && latency_lower(t->fd);
    if (ret == 0)
        (void)tcflush(t->fd, TCIOFLUSH);
    return ret;
}

static int open_path(struct tty *t, unsigned patience_ms, struct err *err)
{
    char real[PATH_MAX];

    if (realpath(t->path, real) == NULL)
        return open_failed(t->path, -errno, err);
    return set_up(t, real, patience_ms, err);
}

static int tty_reopen(void *ctx, struct err *err)
{
    struct tty *t = ctx;
    int ret;

    let_go(t, false);
    ret = open_path(t, 0, err);
    if (ret < 0)
        let_go(t, false);
    return ret == -ENOENT ? -ENODEV : ret;
}

static int tty_set_baud(void *ctx, unsigned baud)
{
    struct tty *t = ctx;
    unsigned now;

    if (t->fd < 0)
        return -ENODEV;
    if (t->written)
        rate_drain(t->fd);
    t->written = false;
    if (rate_set(t->fd, t->port, baud, &now) < 0) {
        (void)rate_set(t->fd, t->port, t->baud, &now);
        return -EINVAL;
    }
    t->baud = baud;
    return 0;
}

static const struct line_ops tty_ops = {.read = tty_read,
                                        .write = tty_write,
                                        .set_baud = tty_set_baud,
                                        .reopen = tty_reopen,
                                        .wake = tty_wake,
                                        .close = tty_close};

static struct tty *tty_new(const char *path, unsigned baud)
{
    struct tty *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->fd = t->own = -1;
    t->baud = baud;
    t->path = strdup(path);
    t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (t->path != NULL && t->wake_fd >= 0)
        return t;
    tty_close(t);
    return NULL;
}

int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *err)
{
    struct tty *t = tty_new(path, baud);
    int ret;

    if (t == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    ret = open_path(t, LOCK_PATIENCE_MS, err);
    if (ret == 0) {
        *out = line_new(&tty_ops, t);
        if (*out != NULL)
            return 0;
        ret = err_set(err, -ENOMEM, "out of memory");
    }
    tty_close(t);
    return ret;
}
