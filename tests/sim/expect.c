// SPDX-License-Identifier: BSD-2-Clause
// Talks to a pty by a list of steps and copies what comes to stdout.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "rate.h"
#include "values.h"

static const char usage[] =
    "usage: expect PTY STEP...\n"
    "  s:TEXT   send TEXT\n"
    "  e:TEXT   send TEXT, each character once the one before was echoed\n"
    "  w:TEXT   read until TEXT has come since the last step that waited\n"
    "  p:MS     read for so many milliseconds\n"
    "  t:MS     patience of the steps that wait (5000)\n"
    "  b:BAUD   set the speed\n"
    "  i:NAME   write NAME and the time in microseconds to stderr\n"
    "TEXT knows \\n \\r \\b \\e \\\\ and \\xHH. Exit status 1: patience "
    "ended.\n";

struct host {
    int fd;
    long patience; /* ms */
    char *text;    /* everything since the last wait */
    size_t len;
    size_t size;
};

static long now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static long now_ms(void)
{
    return now_us() / 1000;
}

/* Translate in place; the length, which may include NULs. */
static size_t unescape(char *text)
{
    static const char names[] = "nrbe\\";
    static const char values[] = "\n\r\b\033\\";
    char *out = text;
    char *in = text;

    while (*in) {
        const char *name;
        char byte = 0;
        size_t used = value_hex(in, &byte);

        if (in[0] != '\\' || !in[1]) {
            *out++ = *in++;
        } else if (used > 0) {
            *out++ = byte;
            in += used;
        } else {
            name = strchr(names, in[1]);
            *out++ = name ? values[name - names] : in[1];
            in += 2;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

/*
 * Read what is there within `ms`; false when nothing came. Another program may
 * have read it first, so the read must not wait.
 */
static int receive(struct host *h, long ms)
{
    struct pollfd fd = {.fd = h->fd, .events = POLLIN};
    ssize_t got;

    if (poll(&fd, 1, (int)ms) <= 0)
        return 0;
    if (h->size - h->len < 65536) {
        h->size = h->size * 2 + 65536;
        h->text = realloc(h->text, h->size);
        if (!h->text)
            abort();
    }
    got = read(h->fd, h->text + h->len, 65536);
    if (got <= 0)
        return 0;
    fwrite(h->text + h->len, 1, (size_t)got, stdout);
    h->len += (size_t)got;
    return 1;
}

/* Read until `want` was seen and forget everything up to it. */
static int wait_for(struct host *h, const char *want, size_t want_len)
{
    long end = now_ms() + h->patience;
    size_t from = 0;

    for (;;) {
        char *found = NULL;

        if (h->len > from)
            found = memmem(h->text + from, h->len - from, want, want_len);
        if (found) {
            found += want_len;
            h->len -= (size_t)(found - h->text);
            memmove(h->text, found, h->len);
            return 0;
        }
        if (h->len > want_len)
            from = h->len - want_len;
        if (now_ms() >= end)
            return 1;
        receive(h, end - now_ms());
    }
}

static int send_all(struct host *h, const char *text, size_t len)
{
    while (len > 0) {
        struct pollfd fd = {.fd = h->fd, .events = POLLOUT};
        ssize_t put = write(h->fd, text, len);

        if (put < 0 && errno == EAGAIN && poll(&fd, 1, (int)h->patience) > 0)
            continue;
        if (put < 0)
            return 1;
        text += put;
        len -= (size_t)put;
    }
    return 0;
}

static int send_echoed(struct host *h, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        h->len = 0;
        if (send_all(h, text + i, 1) || wait_for(h, text + i, 1))
            return 1;
    }
    return 0;
}

static void listen_for(struct host *h, long ms)
{
    long end = now_ms() + ms;

    while (now_ms() < end)
        receive(h, end - now_ms());
}

static int do_step(struct host *h, char *step)
{
    char *text = step + 2;
    size_t len;

    if (!step[0] || step[1] != ':')
        return 2;
    if (step[0] == 't') {
        h->patience = strtol(text, NULL, 10);
        return 0;
    }
    if (step[0] == 'p') {
        listen_for(h, strtol(text, NULL, 10));
        return 0;
    }
    if (step[0] == 'b')
        return rate_set(h->fd, strtol(text, NULL, 10)) < 0 ? 2 : 0;
    if (step[0] == 'i') {
        fprintf(stderr, "%s %ld\n", text, now_us());
        return 0;
    }
    len = unescape(text);
    switch (step[0]) {
    case 's':
        return send_all(h, text, len);
    case 'e':
        return send_echoed(h, text, len);
    case 'w':
        return wait_for(h, text, len);
    default:
        return 2;
    }
}

int main(int argc, char **argv)
{
    struct host h = {.patience = 5000};
    struct termios tio;
    int status = 0;

    if (argc < 3) {
        fputs(usage, stderr);
        return 2;
    }
    h.fd = open(argv[1], O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (h.fd < 0 || tcgetattr(h.fd, &tio) < 0) {
        fprintf(stderr, "expect: %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    cfmakeraw(&tio);
    tcsetattr(h.fd, TCSANOW, &tio);
    for (int i = 2; i < argc && status == 0; i++)
        status = do_step(&h, argv[i]);
    free(h.text);
    return status;
}
