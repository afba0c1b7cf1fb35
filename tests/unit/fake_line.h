// SPDX-License-Identifier: BSD-2-Clause
// A clock that moves only when somebody waits, and a line with no port.

#ifndef UNIT_FAKE_LINE_H
#define UNIT_FAKE_LINE_H

#include "unit.h"

#include "base/clock.h"
#include "line/line.h"

#include <errno.h>
#include <stdatomic.h>

#define FAKE_SIZE    (1U << 20)
#define FAKE_STEP_MS 10U

static atomic_uint_fast64_t fake_ms = 1000;

static inline uint64_t fake_now(void)
{
    return atomic_load(&fake_ms);
}

/*
 * The test's end is the device: fake_say puts bytes on their way to fwfs,
 * hear is called for each byte that fwfs sends, feed whenever nothing is on
 * its way, once a step of the clock; it may call fake_say.
 */
struct fake {
    char out[FAKE_SIZE]; /* towards fwfs */
    size_t out_len;
    size_t out_taken;
    char sent[65536]; /* by fwfs */
    size_t sent_len;
    size_t at_once; /* of it, since something came or was waited for; */
    size_t most_at_once;
    size_t chunk; /* a read gives so many bytes at most; 0: any number */
    void (*hear)(void *arg, char byte);
    void (*feed)(void *arg);
    void *arg;
    bool woken;
    bool gone;
    bool back; /* opening it again helps */
    bool closed;
    uint64_t held_until;  /* what is on its way waits, as in a slow adapter */
    unsigned host_baud;   /* 0: nobody looks at speeds */
    unsigned device_baud; /* when it is another, nothing arrives as it was */
    unsigned port_max;    /* the port does no faster one; 0: any */
};

/* What a byte becomes on the way: never text. */
static inline char fake_carry(const struct fake *f, char byte)
{
    return f->host_baud == f->device_baud
               ? byte
               : (char)(0x80 | ((unsigned char)byte * 37U + 5U) % 0x80);
}

static inline void fake_say_bytes(struct fake *f, const void *bytes, size_t len)
{
    if (f->out_taken == f->out_len)
        f->out_taken = f->out_len = 0;
    assert_true(len <= FAKE_SIZE - f->out_len);
    for (size_t i = 0; i < len; i++)
        f->out[f->out_len++] = fake_carry(f, ((const char *)bytes)[i]);
}

static inline void fake_say(struct fake *f, const char *text)
{
    fake_say_bytes(f, text, strlen(text));
}

static inline ssize_t fake_read(void *ctx, void *buf, size_t size,
                                struct deadline until)
{
    struct fake *f = ctx;
    size_t n;

    for (;;) {
        if (f->woken) {
            f->woken = false;
            return -EINTR;
        }
        if (f->gone)
            return -ENODEV;
        if (f->out_taken == f->out_len && f->feed != NULL)
            f->feed(f->arg);
        n = f->out_len - f->out_taken;
        if (n > 0 && fake_now() >= f->held_until)
            break;
        if (deadline_passed(until))
            return 0;
        atomic_fetch_add(&fake_ms, FAKE_STEP_MS);
        f->at_once = 0;
    }
    f->at_once = 0;
    if (n > size)
        n = size;
    if (f->chunk != 0 && n > f->chunk)
        n = f->chunk;
    memcpy(buf, f->out + f->out_taken, n);
    f->out_taken += n;
    return (ssize_t)n;
}

static inline int fake_write(void *ctx, const void *bytes, size_t len,
                             struct deadline until)
{
    struct fake *f = ctx;
    const char *at = bytes;

    (void)until;
    if (f->gone)
        return -ENODEV;
    f->at_once += len;
    if (f->at_once > f->most_at_once)
        f->most_at_once = f->at_once;
    for (size_t i = 0; i < len; i++) {
        assert_true(f->sent_len < sizeof(f->sent) - 1);
        f->sent[f->sent_len++] = at[i];
        f->sent[f->sent_len] = '\0';
        if (f->hear != NULL)
            f->hear(f->arg, fake_carry(f, at[i]));
    }
    return 0;
}

static inline int fake_set_baud(void *ctx, unsigned baud)
{
    struct fake *f = ctx;

    if (f->gone)
        return -ENODEV;
    if (f->port_max != 0 && baud > f->port_max)
        return -EINVAL;
    if (f->host_baud != 0)
        f->host_baud = baud;
    return 0;
}

static inline int fake_reopen(void *ctx, struct err *err)
{
    struct fake *f = ctx;

    if (!f->back)
        return err_set(err, -ENODEV, "no such port");
    f->gone = false;
    f->out_len = f->out_taken = 0;
    return 0;
}

static inline void fake_wake(void *ctx)
{
    struct fake *f = ctx;

    f->woken = true;
}

static inline void fake_close(void *ctx)
{
    struct fake *f = ctx;

    f->closed = true;
}

static const struct line_ops fake_ops = {
    .read = fake_read,
    .write = fake_write,
    .set_baud = fake_set_baud,
    .reopen = fake_reopen,
    .wake = fake_wake,
    .close = fake_close,
};

/* Also switches to the fake clock. */
static inline struct line *fake_open(struct fake *f)
{
    struct line *line = line_new(&fake_ops, f);

    assert_non_null(line);
    clock_set_source(fake_now);
    return line;
}

#endif
