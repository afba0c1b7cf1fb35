// SPDX-License-Identifier: BSD-2-Clause
// Into the background, but only when all is well; and out again by signal.

#include "daemon.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

#define N_ENDING (sizeof(ending_signals) / sizeof(ending_signals[0]))

/* A signal handler can be told things only by way of statics. */
static volatile sig_atomic_t signal_seen; /* number of the last one */
static volatile sig_atomic_t child_pid;   /* in the parent */
static _Atomic(void *) stop_arg;
static void (*_Atomic stop_call)(void *arg);
static _Atomic(void *) continue_arg;
static void (*_Atomic continue_call)(void *arg);

int daemon_fix_fds(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_NOCTTY);
        if (fd < 0)
            return -errno;
    } while (fd <= 2);
    (void)close(fd);
    return 0;
}

static void handle(int sig, void (*handler)(int))
{
    struct sigaction old;
    struct sigaction act = {.sa_flags = SA_RESTART};

    (void)sigemptyset(&act.sa_mask);
    act.sa_handler = handler;
    if (sig == SIGHUP && sigaction(sig, NULL, &old) == 0 &&
        old.sa_handler == SIG_IGN)
        return;
    (void)sigaction(sig, &act, NULL);
}

static void handle_ending(void (*handler)(int))
{
    for (size_t i = 0; i < N_ENDING; i++)
        handle(ending_signals[i], handler);
}

/* how: SIG_BLOCK or SIG_UNBLOCK */
static void mask_ending(int how, sigset_t *before)
{
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < N_ENDING; i++)
        (void)sigaddset(&set, ending_signals[i]);
    (void)sigprocmask(how, &set, before);
}

/* --- The parent --- */

static void hand_on(int sig)
{
    int saved = errno;

    signal_seen = sig;
    (void)kill((pid_t)child_pid, sig);
    errno = saved;
}

void daemon_die_of_signal(void)
{
    if (signal_seen == 0)
        return;
    (void)signal(signal_seen, SIG_DFL);
    (void)raise(signal_seen);
    mask_ending(SIG_UNBLOCK, NULL);
}

static int end_of_child(void)
{
    int status = 0;

    while (waitpid((pid_t)child_pid, &status, 0) < 0 && errno == EINTR)
        ;
    daemon_die_of_signal();
    if (WIFSIGNALED(status)) {
        log_warn("ended by signal %d (%s) before the mount was live",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
        return 1;
    }
    /* A 0 would claim a mount that is not there. */
    return WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : 1;
}

static int wait_for_ready(int fd)
{
    char byte;
    ssize_t n;

    do
        n = read(fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    /* From here on it is too late for a signal: what main returns is true. */
    mask_ending(SIG_BLOCK, NULL);
    return n == 1 && signal_seen == 0 ? 0 : end_of_child();
}

/* --- The child --- */

static void become_child(pid_t parent, int ready_fd)
{
    unsigned fd = (unsigned)ready_fd;

    /* Whatever else the caller had open, such as the lock of a script or a
     * pipe whose reader waits for its end, must not live on in here. */
    if (fd > 3)
        (void)close_range(3, fd - 1, 0);
    (void)close_range(fd + 1, ~0U, 0);
    handle_ending(SIG_DFL);
    /* A parent that is killed cannot hand on anything. */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        (void)raise(SIGTERM);
    (void)setsid();
}

int daemon_start(struct daemon *d, bool foreground, int *exit_code,
                 struct err *err)
{
    int fds[2];
    sigset_t before;
    pid_t parent = getpid();
    pid_t pid;

    *d = (struct daemon){.foreground = foreground, .ready_fd = -1};
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a write error like others */
    handle_ending(SIG_DFL);
    if (foreground)
        return 0;
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
    (void)fflush(NULL); /* what is buffered now must not come out twice */
    mask_ending(SIG_BLOCK, &before);
    pid = fork();
    if (pid < 0) {
        int code = -errno;
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        (void)close(fds[0]);
        (void)close(fds[1]);
        return err_set(err, code, "cannot fork: %s", strerror(-code));
    }
    (void)close(fds[pid == 0 ? 0 : 1]);
    if (pid == 0) {
        d->ready_fd = fds[1];
        become_child(parent, fds[1]);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        return 0;
    }
    child_pid = pid;
    handle_ending(hand_on);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    *exit_code = wait_for_ready(fds[0]);
    (void)close(fds[0]);
    return 1;
}

static void on_signal(int sig)
{
    void (*stop)(void *) = atomic_load(&stop_call);
    int saved = errno;

    signal_seen = sig;
    if (stop != NULL)
        stop(atomic_load(&stop_arg));
    errno = saved;
}

void daemon_on_signal(void (*stop)(void *arg), void *arg)
{
    /* In this order a handler in between finds no half of a pair. */
    atomic_store(&stop_call, NULL);
    atomic_store(&stop_arg, arg);
    atomic_store(&stop_call, stop);
    handle_ending(on_signal);
}

static void shut_down(void *arg)
{
    device_shutdown(arg);
}

void daemon_end_device(void *arg, struct device *dev)
{
    (void)arg;
    daemon_on_signal(dev != NULL ? shut_down : NULL, dev);
    if (dev != NULL &&
        daemon_signalled()) /* it came while the port was opened */
        device_shutdown(dev);
}

static void on_continue(int sig)
{
    void (*resumed)(void *) = atomic_load(&continue_call);
    int saved = errno;

    (void)sig;
    if (resumed != NULL)
        resumed(atomic_load(&continue_arg));
    errno = saved;
}

void daemon_on_continue(void (*resumed)(void *arg), void *arg)
{
    const struct sigaction sa = {.sa_handler = on_continue,
                                 .sa_flags = SA_RESTART};

    atomic_store(&continue_call, NULL);
    atomic_store(&continue_arg, arg);
    atomic_store(&continue_call, resumed);
    (void)sigaction(SIGCONT, &sa, NULL);
}

bool daemon_signalled(void)
{
    return signal_seen != 0;
}

/* systemd's protocol: one datagram to the socket named by $NOTIFY_SOCKET, a
 * path or, with '@' in front, an abstract name. */
static void notify(const char *text)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    CLEANUP_CLOSE int fd = -1;
    size_t len = name != NULL ? strlen(name) : 0;

    if (len < 2 || len >= sizeof(to.sun_path) || strchr("/@", name[0]) == NULL)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    memcpy(to.sun_path, name, len);
    if (name[0] == '@')
        to.sun_path[0] = '\0';
    if (sendto(fd, text, strlen(text), 0, (const struct sockaddr *)&to,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
        log_warn("cannot notify %s: %s", name, strerror(errno));
}

static void let_go(void)
{
    int fd = open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);

    (void)fflush(NULL);
    log_to_syslog();
    for (int i = 0; fd >= 0 && i <= 2; i++)
        (void)dup2(fd, i);
    if (fd > 2)
        (void)close(fd);
    if (chdir("/") < 0)
        log_warn("cannot change to /: %s", strerror(errno));
}

void daemon_ready(struct daemon *d)
{
    if (d->foreground)
        notify("READY=1");
    if (d->ready_fd < 0)
        return;
    (void)prctl(PR_SET_PDEATHSIG, 0);
    let_go();
    (void)!write(d->ready_fd, "", 1);
    (void)close(d->ready_fd);
    d->ready_fd = -1;
}

void daemon_stopping(const struct daemon *d)
{
    if (d->foreground)
        notify("STOPPING=1");
}
