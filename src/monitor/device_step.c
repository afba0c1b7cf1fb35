// SPDX-License-Identifier: BSD-2-Clause
// Keeping a device in step: its prompt won back after noise, a reset or a
// pulled cable.

/*
 *   in step      the next command may be typed
 *   out of step  a command went wrong: clear, wait for silence, wake the prompt
 *   silent       for CONSOLE_SILENT_MS nothing came that was waited for: it may
 *                be another device. The console alone measures that, and tells
 *                it when something comes again, whatever failed meanwhile
 *   restarted    a banner came: the countdown is running, so break in at once;
 *                what clears a typed line could use it up
 *   garbled      text of another speed came, where the line's speed was raised:
 *                restarted, if it goes on (device_speed.c)
 *   gone         the port went away: open what its path leads to now, and ask
 *                whoever is there for its prompt; keys that break in wait for a
 *                banner, for which device it is nobody knows
 *   another's    a banner of another dialect came: our own keys are kept back
 *                until ours comes; after a while its prompt is asked for
 *
 * Where the prompt came behind a silence, or was won by more than a resync, the
 * device was out of sight and device_contact counts that.
 */

#include "monitor/device_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "monitor/attach.h"

#include <errno.h>
#include <string.h>

#define RESYNC_MS    1500U
#define COMMAND_ROWS 2U   /* a command that fails counts for so many damaged */
#define QUICK_MS     600U /* where it is likely to answer */
#define ANOTHER_MS   60000U /* behind another's start: its own may follow */
#define RECOVER_MS   8000U /* one try; the fetcher's time-out bounds them all */

void device_set_line(struct device *dev, enum device_line state)
{
    atomic_store(&dev->line_state, (int)state);
}

void device_attend(struct device *dev, const struct device_sink *sink)
{
    dev->console.attend = sink != NULL ? sink->stop : NULL;
    dev->console.attend_arg = sink != NULL ? sink->arg : NULL;
}

/* The device may have reset: wait for its banner and break in again. guessed:
 * that it did was told by text of another speed alone, and is forgotten. */
static int reattach(struct device *dev, bool guessed, struct err *err)
{
    struct dialect *one[] = {dev->dialect, NULL};
    struct attach_config attach = {.dialects = one,
                                   .chosen = dev->chosen,
                                   .again = true,
                                   .replugged = dev->replugged,
                                   .others = dev->dialects,
                                   .quiet = true,
                                   .starting = dev->console.restarted,
                                   .password = dev->password,
                                   .login = &dev->login,
                                   .baud = dev->baud,
                                   .timeout_ms = RECOVER_MS};
    struct buf text = BUF_LIMITED((size_t)2 * BOOT_TEXT_MAX);
    int ret;

    /* Which keys stop it may depend on what it called itself, now or when it
     * started before, if it is the same one. */
    if (!dev->replugged) {
        (void)buf_add(&text, dev->boot_text.data, dev->boot_text.len);
        (void)buf_printf(&text, "%s\n", dev->banner);
    }
    attach.earlier = text.len;
    (void)buf_printf(&text, "%s\n", dev->console.restart_line);
    dev->console.restart_line[0] = '\0';
    dev->console.restarted = dev->console.restarted && !guessed;
    ret = attach_prompt(&dev->console, &attach, &text, err);
    buf_free(&text);
    return ret;
}

static int reopen(struct device *dev, struct err *err)
{
    struct err why = {""};
    int ret = console_reopen(&dev->console, &why);

    if (ret < 0) {
        err_say(err, "the port is gone (%s)", why.text);
        return -ENODEV;
    }
    log_info("%s is back", dev->port);
    dev->gone = false;
    dev->login.answered = 0;     /* its line is forgotten */
    dev->speed.changing = false; /* it may be another device */
    dev->replugged = true;
    return 0;
}

/* What seemed to be text of another speed may have been noise: that it goes on
 * is what tells of a reset. 1: it does. */
static int look_at_reset(struct device *dev)
{
    struct console *c = &dev->console;
    int ret;

    if (!c->garbled)
        return 0;
    c->restarted = c->garbled = false;
    ret = device_speed_was_reset(dev);
    c->restarted = c->restarted || ret > 0;
    return ret;
}

/* Unless it talks, which it does while it starts. */
static int find_raised(struct device *dev)
{
    int ret = device_speed_is_raised(dev) ? device_speed_was_reset(dev) : 1;

    if (ret == 0)
        return device_baud_find(dev, QUICK_MS);
    return ret > 0 ? -ETIMEDOUT : ret;
}

/* A boot loader that starts does so at the speed of the first start; one that
 * was only silent is still where it was, and so is one whose port was pulled
 * out and put back. One that has shown a start gets no keys but those of an
 * attempt to attach. */
static int reattach_at_home(struct device *dev, bool replugged, bool guessed,
                            struct err *err)
{
    int ret = replugged ? find_raised(dev) : -ETIMEDOUT;

    if (ret != -ETIMEDOUT)
        return ret < 0 ? err_set(err, ret, "%s", strerror(-ret)) : 0;
    guessed = guessed || dev->console.garbled;
    device_speed_go_home(dev);
    ret = reattach(dev, guessed, err);
    if (ret == -ETIMEDOUT && dev->speed.other != 0)
        ret = device_baud_find(dev, QUICK_MS);
    if (ret < 0)
        dev->console.restarted = dev->console.restarted || guessed;
    return ret;
}

/* The prompt, by the gentlest way that may work. */
static int win_prompt(struct device *dev, bool replugged, struct err *err)
{
    struct console *c = &dev->console;
    int guessed = look_at_reset(dev);
    int ret = guessed < 0 ? guessed : -ETIMEDOUT;

    if (guessed == 0 && !c->restarted && !c->foreign && !dev->replugged)
        ret = console_resync(c, deadline_in(RESYNC_MS));
    if (ret == 0 && !c->restarted && !c->silent)
        return 0;
    if (ret != 0 && ret != -ETIMEDOUT)
        return err_set(err, ret, "%s", strerror(-ret));
    if (ret != 0 || c->restarted) /* once started, it may be locked again */
        ret = reattach_at_home(dev, replugged, guessed > 0, err);
    if (ret == 0 && c->restarted)
        ret = err_set(err, -ETIMEDOUT, "reset while its prompt was won");
    if (ret == 0)
        dev->replugged = c->foreign = false;
    c->silent = true; /* it was out of sight, or still is */
    return ret;
}

/* The prompt is there: whose it is nobody knows who has not asked. */
static void count_contact(struct device *dev)
{
    dev->contact += dev->console.silent;
    dev->console.silent = false;
}

/* Opens the port again if it is gone, and wins the prompt back. */
static int win_back(struct device *dev, struct err *err)
{
    bool replugged = dev->gone;
    int ret = 0;

    if (dev->gone)
        ret = reopen(dev, err);
    if (ret == 0)
        ret = win_prompt(dev, replugged, err);
    dev->in_step = ret == 0;
    if (ret < 0)
        return ret;
    count_contact(dev);
    device_speed_found(dev);
    return 0;
}

/* A change of speed may take a silence, or a swap of boards. */
static int tend_speed(struct device *dev, struct err *err)
{
    unsigned before = dev->contact;
    int ret = device_speed_tend(dev, err);

    if (ret < 0)
        return ret;
    count_contact(dev);
    return dev->contact == before
               ? 0
               : err_set(err, -ETIMEDOUT,
                         "the device was out of sight while the line's speed "
                         "was changed");
}

int device_get_in_step(struct device *dev, struct err *err)
{
    int ret = 0;

    /* A banner may also have come while a command was being typed, and a
     * silence passed where no command failed. */
    if (!dev->in_step || dev->console.restarted || dev->console.silent)
        ret = win_back(dev, err);
    return ret == 0 ? tend_speed(dev, err) : ret;
}

int device_recover(struct device *dev, const struct device_sink *sink,
                   struct err *err)
{
    int ret;

    if (dev->offline)
        return device_fail_offline(err);
    device_attend(dev, sink);
    ret = device_get_in_step(dev, err);
    if (ret == -ETIMEDOUT && dev->in_step)
        ret = 0; /* out of sight meanwhile, as its contact tells */
    ret = device_settle(dev, ret);
    device_attend(dev, NULL);
    return ret;
}

/* Folds what a command came to into the state. */
int device_settle(struct device *dev, int ret)
{
    if (ret == 0 || (ret == -EINTR && !atomic_load(&dev->console.shutdown) &&
                     dev->in_step)) {
        device_set_line(dev, DEVICE_LINE_IDLE);
        return ret;
    }
    dev->in_step = false;
    if (ret == -EILSEQ || (ret == -ETIMEDOUT && !dev->console.restarted))
        device_speed_note(dev, COMMAND_ROWS, false);
    dev->gone = dev->gone || ret == -ENODEV;
    device_set_line(dev, dev->gone ? DEVICE_LINE_GONE : DEVICE_LINE_SILENT);
    return ret;
}

unsigned device_contact(const struct device *dev)
{
    return dev->contact;
}

/* What another boot loader started shows no start of its own, perhaps. */
static bool may_be_back(const struct console *c)
{
    return c->foreign && clock_ms() - c->start_ms < ANOTHER_MS;
}

bool device_look(struct device *dev)
{
    struct console *c = &dev->console;
    bool before = c->restarted;
    int ret;

    if (dev->offline)
        return false;
    if (dev->gone)
        return true;
    ret = console_look(c);
    if (ret < 0 && ret != -EINTR)
        (void)device_settle(dev, ret);
    if (c->restarted && !before)
        dev->in_step = false;
    return dev->gone || (c->restarted && !before) || may_be_back(c);
}
