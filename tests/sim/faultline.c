// SPDX-License-Identifier: BSD-2-Clause
// fwfs-faultline: a bad serial line between a device's tty and a host.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "faultline_host.h"
#include "faultline_options.h"
#include "faultline_way.h"

struct faultline {
    struct fl_options opt;
    struct fl_way to_host, to_device;
    struct fl_host host;
    FILE *log;
    int device;
    int signals;
    bool was_pulled; /* by --pull-after */
    bool failed;
    int64_t back_at; /* FL_NEVER: not by itself */
};

static int trouble(const char *what)
{
    fprintf(stderr, "fwfs-faultline: %s: %s\n", what, strerror(errno));
    return -1;
}

/* False: trouble. */
static bool put_back(struct faultline *f)
{
    if (f->host.plugged)
        return true;
    f->back_at = FL_NEVER;
    f->failed = fl_host_plug(&f->host) < 0;
    return !f->failed;
}

static void pull_out(struct faultline *f)
{
    if (!f->host.plugged)
        return;
    fl_host_pull(&f->host);
    fl_way_clear(&f->to_device);
    if (f->opt.back_after >= 0)
        f->back_at = fl_now() + f->opt.back_after;
}

static void take_opens(struct faultline *f)
{
    uint64_t before = f->host.opened;

    fl_host_take_opens(&f->host);
    if (before == 0 && f->host.opened > 0)
        fl_add(&f->to_host.out, f->opt.stale, strlen(f->opt.stale));
}

static void take_from_host(struct faultline *f, short events)
{
    size_t before = f->to_device.in_len;
    bool alive = fl_way_read(&f->to_device, f->host.pty.master);

    if (f->to_device.in_len > before)
        fl_inject_answered(&f->to_host.inject);
    if (!alive || (events & POLLHUP))
        fl_host_closed(&f->host);
}

/* False: the end. */
static bool take_signal(struct faultline *f)
{
    struct signalfd_siginfo info;

    if (read(f->signals, &info, sizeof info) != sizeof info)
        return true;
    if (info.ssi_signo == SIGUSR1)
        pull_out(f);
    else if (info.ssi_signo == SIGUSR2)
        return put_back(f);
    else
        return false;
    return true;
}

static bool take_from_device(struct faultline *f, short events)
{
    if (!(events & POLLIN))
        return false; /* it hung up */
    return fl_way_read(&f->to_host, f->device);
}

static int64_t earliest(const struct faultline *f, int64_t now)
{
    int64_t times[3] = {fl_way_next(&f->to_host, now),
                        fl_way_next(&f->to_device, now), f->back_at};
    int64_t first = FL_NEVER;

    for (int i = 0; i < 3; i++) {
        if (times[i] < first)
            first = times[i];
    }
    return first;
}

static int wait_for_events(const struct faultline *f, struct pollfd *fds,
                           int64_t now)
{
    int64_t until = earliest(f, now);
    int64_t left = until - now;
    struct timespec ts = {0, 0};

    if (left > 0) {
        ts.tv_sec = left / 1000000000;
        ts.tv_nsec = left % 1000000000;
    }
    return ppoll(fds, 4, until == FL_NEVER ? NULL : &ts, NULL);
}

static short interest(const struct fl_way *in, const struct fl_way *out,
                      int64_t now)
{
    return (short)((fl_way_hungry(in) ? POLLIN : 0) |
                   (fl_way_ready(out, now) ? POLLOUT : 0));
}

/* Wait and take what came; false: the end. */
static bool take(struct faultline *f)
{
    int64_t now = fl_now();
    struct pollfd fds[4] = {
        {.fd = f->signals, .events = POLLIN},
        {.fd = f->host.opens, .events = POLLIN},
        {.fd = f->device, .events = interest(&f->to_host, &f->to_device, now)},
        {.fd = fl_host_fd(&f->host),
         .events = interest(&f->to_device, &f->to_host, now)},
    };

    if (wait_for_events(f, fds, now) < 0)
        return errno == EINTR;
    if (fds[1].revents)
        take_opens(f);
    if (fds[3].revents & (POLLIN | POLLHUP))
        take_from_host(f, fds[3].revents);
    if ((fds[2].revents & (POLLIN | POLLHUP | POLLERR)) &&
        !take_from_device(f, fds[2].revents))
        return false;
    return !fds[0].revents || take_signal(f);
}

/* The cable by itself; false: trouble. */
static bool look_at_cable(struct faultline *f)
{
    if (!f->was_pulled && f->to_host.inject.offset >= f->opt.pull_after) {
        f->was_pulled = true;
        pull_out(f);
    }
    return f->back_at > fl_now() || put_back(f);
}

static void run(struct faultline *f)
{
    do {
        fl_way_run(&f->to_device, f->device);
        fl_way_run(&f->to_host, fl_host_fd(&f->host));
    } while (look_at_cable(f) && take(f));
}

static int open_device(struct faultline *f)
{
    struct termios tio;

    f->device = open(f->opt.device, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (f->device < 0 || tcgetattr(f->device, &tio) < 0)
        return trouble(f->opt.device);
    cfmakeraw(&tio);
    if (tcsetattr(f->device, TCSANOW, &tio) < 0)
        return trouble(f->opt.device);
    return 0;
}

static int open_signals(struct faultline *f)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return f->signals < 0 ? trouble("signals") : 0;
}

static void set_up_way(struct faultline *f, struct fl_way *w, const char *name,
                       const struct fl_plan *plan, uint64_t seed)
{
    fl_inject_init(&w->inject, plan, seed);
    w->inject.name = name;
    w->inject.log = f->log;
    w->char_time = f->opt.baud > 0 ? INT64_C(10000000000) / f->opt.baud : 0;
}

static void set_up_ways(struct faultline *f)
{
    static const struct fl_plan no_faults;
    struct fl_injector *back = &f->to_device.inject;

    set_up_way(f, &f->to_host, "to-host", &f->opt.plan, f->opt.seed);
    set_up_way(f, &f->to_device, "to-device",
               f->opt.both ? &f->opt.plan : &no_faults, ~f->opt.seed);
    back->gate = &f->to_host.inject;
    back->quiet_over = true;
    back->only_host = true;
    back->line_end = '\r';
}

static int set_up(struct faultline *f)
{
    if (f->opt.log) {
        f->log = fopen(f->opt.log, "ae");
        if (!f->log)
            return trouble(f->opt.log);
    }
    set_up_ways(f);
    f->host.link = f->opt.link;
    f->host.log = f->log;
    f->host.offset = &f->to_host.inject.offset;
    if (fl_host_init(&f->host) < 0)
        return trouble("inotify");
    if (open_signals(f) < 0 || open_device(f) < 0)
        return -1;
    f->back_at = FL_NEVER;
    return fl_host_plug(&f->host);
}

static void sum_up(struct faultline *f, const struct fl_injector *j)
{
    if (!f->log)
        return;
    fprintf(f->log, "total %s %llu bytes", j->name,
            (unsigned long long)j->offset);
    for (int i = 0; i < FL_KINDS; i++) {
        if (j->count[i] > 0)
            fprintf(f->log, ", %s %llu", fl_names[i],
                    (unsigned long long)j->count[i]);
    }
    fputc('\n', f->log);
    fflush(f->log);
}

int main(int argc, char **argv)
{
    static struct faultline f;
    int status = fl_options_parse(&f.opt, argc, argv);

    if (status > 0)
        fputs(fl_help, stdout);
    if (status != 0)
        return status > 0 ? 0 : 2;
    if (set_up(&f) < 0)
        return 1;
    run(&f);
    sum_up(&f, &f.to_host.inject);
    sum_up(&f, &f.to_device.inject);
    if (f.host.plugged)
        pty_close(&f.host.pty);
    return f.failed;
}
