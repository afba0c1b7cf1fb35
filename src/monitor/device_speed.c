// SPDX-License-Identifier: BSD-2-Clause
// The line's speed: raised where that is asked for, given up, put back.

/*
 * States, by speed.now, speed.other and dev->baud, the speed of the start:
 *
 *   home     now is the start's: nothing was raised, or all that is faster has
 *            failed (speed.below), or the device was reset (again: then it is
 *            raised once more)
 *   raised   now is faster, and was proved by a dump that is the same as one at
 *            the start's speed
 *   lost     at a speed that the device took nothing was understood: it is
 *            started anew by its user, and the line stays at home from then on
 *   between  other is set: the device is at now or there; whoever looks for the
 *            prompt looks at both
 *   unproved now is not below what failed: the device went out of sight in the
 *            change, and is brought home when it was asked who it is
 *
 * From raised to home it goes when rows come damaged, then up again to what is
 * slower than what failed; when the device was reset, which shows as text of
 * another speed (console.garbled) or as silence; and when the device is closed.
 * Only a device that is known to be ours is told so (device_is_known): one that
 * was out of sight may be another one, which runs at that speed by itself.
 */

#include "monitor/console_priv.h"
#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/speed_proof.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define BAD_ROWS    4 /* of the last 64: not worth it */
#define HOME_TRIES  3
#define FIND_MS     800U
#define LISTEN_MS   120U
#define GARBAGE_MIN 12U   /* bytes within that */
#define SOON        4096U /* read at a raised speed before a reset: its cause? */

/* --- which speeds -------------------------------------------------------- */

bool device_speed_is_raised(const struct device *dev)
{
    return atomic_load(&dev->speed.now) != dev->baud;
}

static bool takes(const struct baud_change *b, unsigned baud)
{
    for (size_t i = 0; i < b->n_rates; i++)
        if (b->rates[i] == baud)
            return true;
    return false;
}

/* The fastest that is left; 0: none is. */
static unsigned candidate(const struct device *dev)
{
    const struct baud_change *b = &dev->dialect->baud;
    const struct device_speed *s = &dev->speed;
    unsigned best = 0;

    for (size_t i = 0; i < b->n_rates; i++)
        if (b->rates[i] > dev->baud && b->rates[i] < s->below &&
            b->rates[i] <= s->limit && b->rates[i] > best)
            best = b->rates[i];
    return best;
}

/* --- changing ------------------------------------------------------------ */

static bool is_over(int ret)
{
    return ret == -ENODEV || ret == -EINTR;
}

static void set_in_step(struct device *dev, int ret)
{
    dev->in_step = ret == 0 || ret == -ENOTSUP;
}

/* 0: in step, at the speed of the start; else out of step, or over, or it is
 * not known who is there. */
static int go_home(struct device *dev, struct err *err)
{
    int ret = 0;

    for (int i = 0;
         i < HOME_TRIES && (device_speed_is_raised(dev) || !dev->in_step);
         i++) {
        ret = dev->in_step ? 0 : device_baud_find(dev, FIND_MS);
        set_in_step(dev, ret);
        if (dev->in_step && !device_is_known(dev))
            break; /* who it is, is asked first */
        if (ret == 0 && device_speed_is_raised(dev)) {
            ret = device_baud_change(dev, dev->baud, err);
            set_in_step(dev, ret);
        }
        if (!dev->in_step && ret != -ETIMEDOUT)
            return ret;
    }
    return device_speed_is_raised(dev) || !dev->in_step ? -ETIMEDOUT : 0;
}

/* go_home came to ret because nobody knows whose prompt it is. */
static bool is_to_be_asked(const struct device *dev, int ret)
{
    return ret == -ETIMEDOUT && dev->in_step && !device_is_known(dev);
}

/* 1: dev runs at baud now, and that was proved; 0: it is at home, or it is not
 * known who is there. */
static int try_one(struct device *dev, unsigned baud, struct speed_proof *p,
                   struct err *err)
{
    int ret = device_baud_port_does(dev, baud)
                  ? device_baud_change(dev, baud, err)
                  : err_set(err, -ENOTSUP, "the port does not do %u baud",
                            baud);

    set_in_step(dev, ret);
    if (ret == 0 && !device_is_known(dev))
        ret = err_set(err, -EAGAIN, "the device was out of sight");
    if (ret == 0)
        ret = speed_proof_holds(dev, p, err);
    if (ret == 0)
        return 1;
    log_info("%s: not at %u baud: %s", dev->port, baud, err->text);
    dev->speed.below = baud;
    if (is_over(ret))
        return ret;
    ret = go_home(dev, err);
    return is_to_be_asked(dev, ret) ? 0 : ret;
}

static int raise_to_any(struct device *dev, struct err *err)
{
    struct speed_proof p = {.len = 0};
    unsigned baud;
    int ret = speed_proof_learn(dev, &p, err);

    if (ret < 0 && !is_over(ret)) /* back in step, at least */
        return go_home(dev, NULL) < 0 ? -ETIMEDOUT : ret;
    while (ret == 0 && device_is_known(dev) && (baud = candidate(dev)) != 0)
        ret = try_one(dev, baud, &p, err);
    return ret;
}

/* Whoever attends must not end a change half way. Rows of a speed test do not
 * count as rows of the line. */
struct quiet {
    bool (*attend)(void *arg);
    void *attend_arg;
};

static void be_quiet(struct device *dev, struct quiet *q)
{
    *q = (struct quiet){dev->console.attend, dev->console.attend_arg};
    dev->console.attend = NULL;
    dev->console.watch_garble = false;
    dev->speed.busy = true;
}

static void be_loud(struct device *dev, const struct quiet *q)
{
    dev->console.attend = q->attend;
    dev->console.attend_arg = q->attend_arg;
    dev->console.watch_garble = device_speed_is_raised(dev);
    dev->speed.recent = 0;
    dev->speed.read_at = atomic_load(&dev->bytes_read);
    dev->speed.busy = false;
}

int device_speed_start(struct device *dev, struct err *err)
{
    struct quiet q;
    int ret;

    if (!device_speed_is_raised(dev))
        return 0;
    if (atomic_load(&dev->speed.now) < dev->baud) {
        dev->baud = atomic_load(&dev->speed.now); /* its own, not ours */
        return 0;
    }
    be_quiet(dev, &q);
    ret = dev->dialect->baud.command != NULL ? go_home(dev, err) : 0;
    be_loud(dev, &q);
    if (is_over(ret) || !dev->in_step)
        return ret;
    if (device_speed_is_raised(dev)) {
        dev->baud = atomic_load(&dev->speed.now);
        dev->console.watch_garble = false;
    }
    return 0;
}

/* Why there is nothing to try; NULL: there is. */
static const char *no_way(const struct device *dev)
{
    const struct baud_change *b = &dev->dialect->baud;

    if (b->command == NULL)
        return "no command is known that raises it for this boot loader";
    if (!takes(b, dev->baud))
        return "the boot loader could not be told to come back to it";
    return candidate(dev) == 0 ? "nothing faster is left to try" : NULL;
}

/* It went out of sight in a change: before what is left is tried, whoever is
 * there is asked who it is. */
static int wait_to_be_known(struct device *dev, unsigned below,
                            const struct err *why, struct err *err)
{
    struct device_speed *s = &dev->speed;

    s->again = s->below != below && candidate(dev) != 0;
    if (s->again)
        log_info("%s: out of sight while the line's speed was changed",
                 dev->port);
    else
        log_warn("%s: out of sight while the line's speed was changed: it "
                 "stays as it is",
                 dev->port);
    return dev->in_step
               ? 0
               : err_set(err, -ETIMEDOUT,
                         "reset while the line's speed was changed: %s",
                         why->text);
}

int device_speed_raise(struct device *dev, struct err *err)
{
    const char *why = dev->speed.limit != 0 ? no_way(dev) : NULL;
    unsigned below = dev->speed.below;
    struct err local = {""};
    struct quiet q;
    int ret;

    dev->speed.again = false;
    if (dev->speed.limit == 0 || device_speed_is_raised(dev))
        return 0;
    if (why != NULL) {
        log_warn("%s: the line stays at %u baud: %s", dev->port, dev->baud,
                 why);
        return 0;
    }
    be_quiet(dev, &q);
    ret = raise_to_any(dev, &local);
    be_loud(dev, &q);
    if (device_speed_is_raised(dev) && ret > 0) {
        log_info("%s: the line runs at %u baud", dev->port,
                 atomic_load(&dev->speed.now));
        return 0;
    }
    if (!is_over(ret) &&
        (dev->console.restarted || (dev->in_step && !device_is_known(dev))))
        return wait_to_be_known(dev, below, &local, err);
    if (!is_over(ret) && dev->in_step && !device_speed_is_raised(dev)) {
        log_warn("%s: the line stays at %u baud: %s", dev->port, dev->baud,
                 local.text);
        return 0;
    }
    dev->speed.limit = 0; /* it is not to cost a second power cycle */
    return err_set(err, ret,
                   "the device was lost when the line's speed was "
                   "changed: %s",
                   local.text);
}

static int lower(struct device *dev, struct err *err)
{
    unsigned before = atomic_load(&dev->speed.now);
    struct quiet q;
    int ret;

    be_quiet(dev, &q);
    ret = go_home(dev, err);
    be_loud(dev, &q);
    if (ret < 0) {
        dev->speed.recent = UINT64_MAX; /* as soon as it is found, and known */
        return is_to_be_asked(dev, ret) ? 0 : ret;
    }
    if (before < dev->speed.below) {
        dev->speed.below = before;
        log_warn("%s: rows came damaged at %u baud: it goes on more slowly",
                 dev->port, before);
    }
    dev->speed.again = candidate(dev) != 0;
    return dev->speed.again && device_is_known(dev)
               ? device_speed_raise(dev, err)
               : 0;
}

/* --- while it is used ---------------------------------------------------- */

void device_speed_note(struct device *dev, uint64_t n, bool good)
{
    uint64_t rows = good ? 0 : UINT64_MAX;

    if (dev->speed.busy)
        return;
    if (n >= 64)
        dev->speed.recent = rows;
    else if (n > 0)
        dev->speed.recent = dev->speed.recent << n | rows >> (64 - n);
}

bool device_speed_is_bad(const struct device *dev)
{
    return device_speed_is_raised(dev) && !dev->speed.busy &&
           (__builtin_popcountll(dev->speed.recent) >= BAD_ROWS ||
            atomic_load(&dev->speed.now) >= dev->speed.below);
}

bool device_speed_is_due(const struct device *dev)
{
    return device_speed_is_bad(dev) || dev->speed.again;
}

int device_speed_tend(struct device *dev, struct err *err)
{
    int ret = 0;

    if (dev->speed.busy || !device_is_known(dev))
        return 0;
    if (device_speed_is_bad(dev))
        ret = lower(dev, err);
    else if (dev->speed.again)
        ret = device_speed_raise(dev, err);
    dev->in_step = dev->in_step && ret == 0;
    return ret;
}

/* --- the prompt is lost -------------------------------------------------- */

int device_speed_was_reset(struct device *dev)
{
    struct console *c = &dev->console;
    uint64_t received = atomic_load(&c->received);
    uint64_t odd = c->garble.odd;
    int ret;

    if (!device_speed_is_raised(dev))
        return 0;
    c->watch_garble = false;
    ret = console_drain(c, LISTEN_MS, deadline_in(LISTEN_MS));
    c->watch_garble = true;
    received = atomic_load(&c->received) - received;
    odd = c->garble.odd - odd;
    if (ret < 0)
        return ret;
    return received >= GARBAGE_MIN && odd * 4 >= received;
}

void device_speed_go_home(struct device *dev)
{
    unsigned now = atomic_load(&dev->speed.now);

    dev->console.watch_garble = dev->console.garbled = false;
    if (!device_speed_is_raised(dev) ||
        console_set_baud(&dev->console, dev->baud) < 0)
        return;
    atomic_store(&dev->speed.now, dev->baud);
    dev->speed.other = now;
    dev->speed.changing = false; /* it started anew */
}

void device_speed_found(struct device *dev)
{
    struct device_speed *s = &dev->speed;
    unsigned before = s->other;

    s->other = 0;
    s->changing = false;
    dev->console.watch_garble = device_speed_is_raised(dev);
    if (before == 0 || device_speed_is_raised(dev))
        return;
    s->recent = 0;
    if (atomic_load(&dev->bytes_read) - s->read_at < SOON && before < s->below)
        s->below = before; /* it may be what resets it */
    s->again = s->limit != 0 && candidate(dev) != 0;
}
