// SPDX-License-Identifier: BSD-2-Clause
// Passes bytes one way: damaged, held back, paced, never more than it keeps.
#include "faultline_way.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    GATHER = 2000000,    /* ns of output which one write may make late */
    CATCH_UP = 20000000, /* a late writer makes good no more than this */
};

int64_t fl_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

bool fl_way_read(struct fl_way *w, int fd)
{
    ssize_t got;

    if (w->in_len == FL_IN_MAX)
        return true;
    got = read(fd, w->in + w->in_len, FL_IN_MAX - w->in_len);
    if (got > 0)
        w->in_len += (size_t)got;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Damage what came, up to a pause or as much as fits into the output. */
static void let_pass(struct fl_way *w, int64_t now)
{
    size_t done = 0;

    if (w->out.len == 0 && w->clock < now)
        w->clock = now;
    w->holding = false;
    while (done < w->in_len && w->out.len + FL_OUT_ROOM <= FL_OUT_MAX) {
        if (!w->pause_asked)
            w->held = now + fl_inject_pause(&w->inject, w->in[done]) *
                                INT64_C(1000000);
        w->pause_asked = true;
        w->holding = w->held > now;
        if (w->holding)
            break;
        fl_inject_byte(&w->inject, w->in[done++], &w->out);
        w->pause_asked = false;
    }
    w->in_len -= done;
    memmove(w->in, w->in + done, w->in_len);
}

static size_t may_go(const struct fl_way *w, int64_t now)
{
    int64_t due;

    if (w->char_time == 0)
        return w->out.len;
    due = now > w->clock ? (now - w->clock) / w->char_time : 0;
    return due < (int64_t)w->out.len ? (size_t)due : w->out.len;
}

static size_t put(struct fl_way *w, int fd, int64_t now)
{
    size_t count;
    ssize_t done;

    if (w->clock < now - CATCH_UP)
        w->clock = now - CATCH_UP;
    count = may_go(w, now);
    done = (ssize_t)count;
    if (count == 0)
        return 0;
    if (fd >= 0)
        done = write(fd, w->out.data, count);
    if (done < 0)
        done = 0;
    w->clock += done * w->char_time;
    w->out.len -= (size_t)done;
    memmove(w->out.data, w->out.data + done, w->out.len);
    return (size_t)done;
}

void fl_way_run(struct fl_way *w, int fd)
{
    int64_t now = fl_now();

    do
        let_pass(w, now);
    while (put(w, fd, now) > 0 && w->in_len > 0);
}

bool fl_way_hungry(const struct fl_way *w)
{
    return w->in_len < FL_IN_MAX;
}

/* So many characters are worth a write of their own. */
static int64_t worth(const struct fl_way *w)
{
    int64_t len = (int64_t)w->out.len;
    int64_t many = w->char_time ? GATHER / w->char_time + 1 : len;

    return len < many ? len : many;
}

bool fl_way_ready(const struct fl_way *w, int64_t now)
{
    return w->out.len > 0 && (int64_t)may_go(w, now) >= worth(w);
}

int64_t fl_way_next(const struct fl_way *w, int64_t now)
{
    int64_t next = FL_NEVER;
    int64_t due = w->clock + worth(w) * w->char_time;

    if (w->holding)
        next = w->held;
    if (w->out.len > 0 && !fl_way_ready(w, now) && due < next)
        next = due;
    return next;
}

void fl_way_clear(struct fl_way *w)
{
    w->in_len = 0;
    w->out.len = 0;
    w->pause_asked = false;
    w->holding = false;
}
