// SPDX-License-Identifier: BSD-2-Clause
// Moves bytes between the loader and the pty at the speed of a real line.
#include "uart.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define SECOND  INT64_C(1000000000)
#define FOREVER INT64_MAX

enum {
    LOOK_TIME = 1000000,     /* the host's speed is known so often */
    SLACK_MAX = 1000000,     /* output may be this late, in ns */
    STALL_TIME = 1000000000, /* a host this slow does not read at all */
    UNPACED_CHUNK = 16384,
};

static int64_t real_time(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int uart_init(struct uart *u, int master, const struct line_options *o,
              uint64_t seed)
{
    sigset_t set;

    u->master = master;
    u->stop_at = UINT64_MAX;
    u->fifo_max = (int)o->fifo;
    line_init(&u->line, o, master, seed);
    u->char_time = o->baud > 0 ? 10 * SECOND / o->baud : 0;
    u->adapter.latency = o->latency;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGALRM);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (o->stats)
        sigaddset(&set, SIGQUIT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    u->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    prctl(PR_SET_TIMERSLACK, 1000UL);
    uart_clear(u);
    return u->signals < 0 ? -1 : 0;
}

void uart_clear(struct uart *u)
{
    u->fifo_len = 0;
    u->in_len = 0;
    u->out_len = 0;
    u->burst = 0;
    u->overrun = false;
    u->idle = false;
    u->now = real_time();
    u->clock = u->now;
    u->in_free = u->now;
    line_clear(&u->line);
    adapter_reset(&u->adapter, u->now);
}

void uart_reset(struct uart *u)
{
    u->idle = false;
    u->now = real_time();
    u->clock = later(u->clock, u->now);
    u->fifo_len = 0;
    u->overrun = false;
}

static void take_signal(struct uart *u)
{
    struct signalfd_siginfo info;

    if (read(u->signals, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGUSR2:
        u->dead = !u->dead;
        break;
    case SIGQUIT:
        stats_write(&u->stats, u->log, u->line.o->stats);
        break;
    case SIGUSR1:
        longjmp(*u->restart, UART_POWER);
    case SIGHUP:
        longjmp(*u->restart, UART_RESET);
    case SIGALRM:
        longjmp(*u->restart, UART_WATCHDOG);
    default:
        longjmp(*u->restart, UART_QUIT);
    }
}

/* How long a character of the host's takes: its own rate, where that counts. */
static int64_t in_time(const struct uart *u)
{
    struct line_mark mark = line_mark(&u->line);

    if (u->char_time == 0 || !line_is_watched(&u->line) || mark.host <= 0)
        return u->char_time;
    return 10 * SECOND / mark.host;
}

/* Put what the host wrote on the line to the device. */
static void take_input(struct uart *u)
{
    uint8_t buf[UART_IN_MAX];
    ssize_t got = read(u->master, buf, UART_IN_MAX - (size_t)u->in_len);

    u->now = real_time();
    for (ssize_t i = 0; i < got && !u->dead; i++) {
        int slot = (u->in_head + u->in_len++) % UART_IN_MAX;
        int64_t start = later(u->in_free, u->now);

        u->in_free = start + in_time(u);
        u->in[slot] = (struct uart_byte){.byte = buf[i],
                                         .start = start,
                                         .due = u->in_free,
                                         .mark = line_mark(&u->line)};
    }
}

/* Write the first `count` bytes of the output, or as many as may and fit. */
static void flush(struct uart *u, size_t count)
{
    ssize_t put;

    if (count > u->adapter.ready)
        count = u->adapter.ready;
    if (count == 0)
        return;
    put = u->dead ? (ssize_t)count : write(u->master, u->out, count);
    if (put <= 0)
        return;
    u->stalled = false;
    u->adapter.ready -= (size_t)put;
    u->out_len -= (size_t)put;
    memmove(u->out, u->out + put, u->out_len);
}

/* While the loader prints, what it has not printed yet is not in there. */
static void run_adapter(struct uart *u)
{
    if (u->adapter.latency == 0)
        return;
    adapter_run(&u->adapter, u->idle || u->clock > u->now ? u->now : u->clock);
    flush(u, u->out_len);
}

/* Look after signals, input and (`want_out`) room for output once. */
static void poll_once(struct uart *u, int64_t until, bool want_out)
{
    int64_t next = adapter_next(&u->adapter);
    struct pollfd fds[2] = {
        {.fd = u->signals, .events = POLLIN},
        {.fd = u->master},
    };
    struct timespec ts = {0, 0};
    int64_t left;

    if (u->in_len < UART_IN_MAX)
        fds[1].events |= POLLIN;
    if (want_out)
        fds[1].events |= POLLOUT;
    u->now = real_time();
    if (until > next && (u->idle || next <= u->clock))
        until = next;
    if (line_is_watched(&u->line) && until > u->now + LOOK_TIME)
        until = u->now + LOOK_TIME;
    left = until == FOREVER ? FOREVER : later(until - u->now, 0);
    ts.tv_sec = left / SECOND;
    ts.tv_nsec = left % SECOND;
    if (ppoll(fds, 2, until == FOREVER ? NULL : &ts, NULL) > 0) {
        if (fds[0].revents)
            take_signal(u);
        if (line_is_watched(&u->line))
            line_look(&u->line);
        if (fds[1].revents & POLLIN)
            take_input(u);
    } else if (line_is_watched(&u->line)) {
        line_look(&u->line);
    }
    u->now = real_time();
    run_adapter(u);
    if (u->char_time == 0)
        u->clock = u->now;
}

static void wait_until(struct uart *u, int64_t until)
{
    do
        poll_once(u, until, false);
    while (u->now < until);
}

/* Characters have reached the host. */
static void put_out(struct uart *u, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count && u->out_len < UART_OUT_MAX; i++) {
        u->out[u->out_len++] = (char)bytes[i];
        adapter_put(&u->adapter, u->clock);
    }
}

/* Let the last character leave, then write everything out. */
static void settle(struct uart *u)
{
    uint8_t rest[FRAMING_MAX];
    size_t count;

    while ((count = line_rest_to_host(&u->line, rest)) > 0)
        put_out(u, rest, count);
    if (u->clock > u->now)
        wait_until(u, u->clock);
    flush(u, u->out_len);
    u->burst = 0;
}

/* Output is full: an unpaced line waits for a host which still reads. */
static void make_room(struct uart *u)
{
    int64_t limit = real_time() + STALL_TIME;

    flush(u, u->out_len);
    while (u->char_time == 0 && !u->stalled && u->out_len == UART_OUT_MAX) {
        poll_once(u, limit, true);
        flush(u, u->out_len);
        u->stalled = u->now >= limit;
    }
    if (!u->stalled)
        return;
    u->out_len = 0;
    adapter_reset(&u->adapter, u->now);
}

/*
 * Between two sleeps a quarter of the burst so far is let gather, so that an
 * echo goes out at once and a long dump in pieces of 1 ms.
 */
static int64_t slack(const struct uart *u)
{
    int64_t part = u->burst * u->char_time / 4;

    return part < SLACK_MAX ? part : SLACK_MAX;
}

/* The byte that was one too many is still sent. */
_Noreturn static void stop(struct uart *u)
{
    u->stop_at = UINT64_MAX;
    settle(u);
    longjmp(*u->restart, UART_STOP);
}

void uart_putc(struct uart *u, int byte)
{
    uint8_t arrived[FRAMING_MAX];
    size_t count;

    if (u->out_len == UART_OUT_MAX)
        make_room(u);
    stats_sent(&u->stats, u->clock, u->clock + u->char_time);
    count = line_to_host(&u->line, byte, u->clock, arrived);
    u->clock += u->char_time;
    put_out(u, arrived, count);
    u->burst++;
    if (u->char_time == 0) {
        if (u->out_len % UNPACED_CHUNK == 0) {
            flush(u, u->out_len);
            poll_once(u, 0, false);
        }
    } else if (u->clock > u->now) {
        u->now = real_time();
        if (u->clock > u->now) {
            flush(u, u->out_len - 1);
            wait_until(u, u->clock + slack(u));
        }
    }
    if (++u->printed >= u->stop_at)
        stop(u);
}

/* A FIFO that is full keeps what it has, and what is new is lost. */
static void put_fifo(struct uart *u, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (u->fifo_len < u->fifo_max) {
            u->fifo[u->fifo_len++] = bytes[i];
            continue;
        }
        if (!u->overrun)
            log_mark(u->log, "overrun");
        u->overrun = true;
        u->stats.overrun++;
    }
}

/* Move what has arrived by the loader's time into the FIFO. */
static void arrive(struct uart *u)
{
    int64_t known = u->clock;
    uint8_t bytes[FRAMING_MAX];
    size_t count;

    while (u->in_len > 0 && u->in[u->in_head].due <= u->clock) {
        const struct uart_byte *b = &u->in[u->in_head];

        if (u->fifo_len >= u->fifo_max && u->char_time == 0)
            return;
        count = line_to_device(&u->line, b->byte, b->mark, b->start, bytes);
        put_fifo(u, bytes, count);
        u->stats.received++;
        u->in_head = (u->in_head + 1) % UART_IN_MAX;
        u->in_len--;
    }
    if (u->in_len > 0 && u->in[u->in_head].start < known)
        known = u->in[u->in_head].start;
    while ((count = line_rest_to_device(&u->line, known, bytes)) > 0)
        put_fifo(u, bytes, count);
}

static int pop(struct uart *u)
{
    int byte = u->fifo[0];

    memmove(u->fifo, u->fifo + 1, (size_t)--u->fifo_len);
    u->overrun = false;
    return byte;
}

/* When the next character will be there, as far as can be told. */
static int64_t next_input(const struct uart *u)
{
    if (u->in_len > 0)
        return u->in[u->in_head].due;
    return line_due_to_device(&u->line);
}

int uart_getc(struct uart *u)
{
    for (;;) {
        int64_t next;

        arrive(u);
        if (u->fifo_len > 0)
            return pop(u);
        next = next_input(u);
        if (next <= u->now) {
            u->clock = later(u->clock, next);
            continue;
        }
        settle(u);
        next = next_input(u);
        u->idle = true;
        if (next > u->now)
            poll_once(u, next, u->adapter.ready > 0);
        u->idle = false;
    }
}

bool uart_tstc(struct uart *u)
{
    poll_once(u, 0, false);
    arrive(u);
    return u->fifo_len > 0;
}

void uart_sleep(struct uart *u, int64_t nanoseconds)
{
    int64_t goal;

    settle(u);
    goal = u->clock + nanoseconds;
    u->clock = goal;
    wait_until(u, goal);
}

/* What came at the old speed stays as it is. */
static void change_baud(struct uart *u, long baud)
{
    settle(u);
    arrive(u);
    u->line.rate = baud;
    if (u->char_time)
        u->char_time = 10 * SECOND / baud;
}

void uart_announce_baud(struct uart *u)
{
    if (!line_is_watched(&u->line)) {
        line_look(&u->line);
        line_look(&u->line);
    }
    u->line.armed = true;
}

void uart_set_baud(struct uart *u, long baud)
{
    char mark[32];

    uart_announce_baud(u);
    change_baud(u, baud);
    snprintf(mark, sizeof mark, "baud %ld", baud);
    log_mark(u->log, mark);
}

void uart_start_baud(struct uart *u)
{
    change_baud(u, line_start_rate(u->line.o));
}
