// SPDX-License-Identifier: BSD-2-Clause
// Getting a device to its boot loader's prompt and knowing which one it is.

#ifndef MONITOR_ATTACH_H
#define MONITOR_ATTACH_H

#include "base/buf.h"
#include "base/err.h"
#include "monitor/console.h"
#include "monitor/dialect.h"

#include <stdbool.h>

/* Questions of a device that were answered since its prompt was won the last
 * time. It begins with zeros; attach_prompt keeps it. */
struct attach_login {
    uint64_t answered;  /* the line of the last one, counted from 1 */
    unsigned names;     /* answers without the password, ... */
    unsigned passwords; /* ... and with it */
};

struct attach_config {
    struct dialect **dialects;  /* candidates, ended by NULL; lent */
    bool chosen;                /* the user named the (only) one: believe it */
    bool again;                 /* the (only) one was recognised before: its
                                   keys are known, but it is asked anew */
    bool replugged;             /* which device is there nobody knows: it gets
                                   keys that break in when it shows a start */
    struct dialect **others;    /* ended by NULL, lent; NULL: none. While one of
                                   them starts, the known one's keys are kept
                                   back */
    bool quiet;                 /* do not ask for a power cycle: a reset of the
                                   device is being ridden out */
    bool starting;              /* its banner has been seen: the countdown may
                                   be running already */
    const char *password;       /* the user's, NULL: none */
    struct attach_login *login; /* lent; NULL: it is the first call */
    unsigned baud;              /* of the port, for hints; 0: unknown */
    size_t earlier;             /* so much of the text is of an earlier start */
    unsigned timeout_ms;
    /* Speeds at which a session that was killed may have left the device,
     * tried where it answers, but nothing that is understood; n_rates 0: none.
     * found_rate: the one at which it is, and the port; not written else. */
    const unsigned *rates;
    size_t n_rates;
    unsigned *found_rate;
};

/*
 * Finds a live prompt, or waits for the device to start and breaks in; then
 * types what the dialect wants typed first (console_unlock). On success the
 * console is in step: its dialect and prompt are set.
 * text gets what was received meanwhile, for banners (its limit is respected,
 * the oldest part goes first). What it has at the start is how the device
 * started the last time, by which the keys that break in are chosen.
 * -ETIMEDOUT with what was sent and what came, -EACCES: the password was
 * refused, or a question was asked again after three answers; -EPERM: the
 * device goes on keeping what is typed (recognise.h); -EINTR when shut
 * down, -ENODEV.
 */
int attach_prompt(struct console *c, const struct attach_config *config,
                  struct buf *text, struct err *err);

#endif
