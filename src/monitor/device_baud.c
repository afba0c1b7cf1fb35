// SPDX-License-Identifier: BSD-2-Clause
// One change of speed: the command, the moment, the prompt at the other end.

/*
 * Two kinds of boot loaders:
 *
 *   one that says when       (dialect: ready) prints a line, changes, and waits
 *                            for a key at the new speed: both change behind the
 *                            line, and the key is sent until the prompt comes
 *   one that just does it    (no ready) changes at the line end; what refuses
 *                            answers at the old speed, so that is listened for
 *                            before the port changes
 *
 * From the line end to the prompt nobody knows at which of two speeds the
 * device is; the other one stands in speed.other then. In that time alone the
 * key is sent (speed.changing), for it may be a line end: to a prompt it would
 * be an empty line.
 */

#include "monitor/console_priv.h"
#include "monitor/device_priv.h"

#include <errno.h>
#include <string.h>

#define READY_MS      1500U
#define REFUSAL_MS    150U
#define REFUSAL_CHARS 200U /* of its answer, with which the wait grows */
#define ARRIVE_MS     2500U
#define RETURN_MS     1000U
#define RESTORE_MS    700U
#define RESYNC_MS     700U /* 80 backspaces take a third of that */

static bool is_ready(const struct device *dev, struct span text)
{
    return text.len > 0 && pattern_match(dev->dialect->baud.ready, text.text,
                                         text.len, 0, NULL);
}

/* Waits for the line that says so. 1: both ends change now; 0: refused, the
 * prompt is there. */
static int await_ready(struct device *dev)
{
    struct console *c = &dev->console;
    struct deadline until = deadline_in(READY_MS);
    struct span line;

    while (!deadline_passed(until)) {
        bool stays = console_at_prompt(c) || is_ready(dev, console_partial(c));
        int n = console_fill_on(
            c,
            stays ? deadline_min(until, deadline_in(PROMPT_QUIET_MS)) : until);
        if (n < 0)
            return n;
        while (console_take_line(c, &line)) {
            console_note_line(c, line);
            if (c->restarted)
                return -ETIMEDOUT;
            if (is_ready(dev, line))
                return 1;
        }
        if (n == 0 && stays)
            return console_at_prompt(c) ? 0 : 1;
    }
    return -ETIMEDOUT;
}

/* As await_ready, where nothing says so: silence does. */
static int await_refusal(struct device *dev, unsigned old)
{
    struct console *c = &dev->console;
    struct deadline until = deadline_in(REFUSAL_MS +
                                        REFUSAL_CHARS * 10000U / old);
    struct deadline end = deadline_in(until.at_ms - clock_ms() + REFUSAL_MS);
    struct span line;
    bool prompt = false;

    while (!deadline_passed(prompt ? end : until)) {
        int n = console_fill_on(c,
                                prompt ? deadline_in(PROMPT_QUIET_MS) : until);
        if (n < 0)
            return n;
        while (console_take_line(c, &line))
            console_note_line(c, line);
        if (c->restarted)
            return -ETIMEDOUT;
        if (n == 0 && prompt)
            return 0;
        prompt = console_at_prompt(c);
    }
    return prompt ? -ETIMEDOUT : 1; /* prompts for ever */
}

/* Asks for the prompt at the speed that the port has. 0: it is there. What
 * starts anew gets no keys here: it waits for none that confirms, and in its
 * menu any key acts. -ETIMEDOUT at once, then. */
static int arrive(struct device *dev, unsigned patience_ms)
{
    struct console *c = &dev->console;
    struct deadline until = deadline_in(patience_ms);
    int ret = -ETIMEDOUT;

    console_discard(c);
    while (ret == -ETIMEDOUT && !c->restarted && !deadline_passed(until)) {
        ret = dev->speed.changing ? console_send(c, &dev->dialect->baud.confirm)
                                  : 0;
        if (ret == 0)
            ret = console_drain(c, PROMPT_QUIET_MS, until);
        if (ret == 0)
            ret = console_resync(c,
                                 deadline_min(until, deadline_in(RESYNC_MS)));
        if (ret == -ETIMEDOUT)
            console_discard(c);
    }
    if (ret == 0 || c->restarted)
        dev->speed.changing = false;
    return ret;
}

static int go(struct device *dev, unsigned baud)
{
    int ret = console_set_baud(&dev->console, baud);

    if (ret == 0)
        atomic_store(&dev->speed.now, baud);
    return ret;
}

static int arrive_at(struct device *dev, unsigned baud, unsigned patience_ms)
{
    int ret = go(dev, baud);

    if (ret == 0)
        ret = arrive(dev, patience_ms);
    if (ret == 0)
        dev->speed.other = 0;
    return ret;
}

int device_baud_find(struct device *dev, unsigned patience_ms)
{
    unsigned now = atomic_load(&dev->speed.now);
    unsigned other = dev->speed.other;
    int ret = arrive(dev, patience_ms);

    if (ret != -ETIMEDOUT || other == 0 || other == now)
        return ret;
    ret = arrive_at(dev, other, patience_ms);
    if (ret == -ETIMEDOUT)
        (void)go(dev, now);
    return ret;
}

/* The command was not typed; nothing was run. */
static int stay(struct device *dev, int ret)
{
    if (ret == -ENODEV || ret == -EINTR)
        return ret;
    ret = arrive(dev, RETURN_MS);
    return ret == 0 ? -ENOTSUP : ret;
}

/* As await_ready. A reset in the middle of a change may look as if it had gone
 * well, at a speed that the device starts with. Where what came is not what was
 * to come, whoever is there is asked who it is, as behind a silence. */
static int await(struct device *dev, unsigned old)
{
    struct console *c = &dev->console;
    bool says = dev->dialect->baud.ready != NULL;
    uint64_t odd = c->garble.odd;
    int ret = says ? await_ready(dev) : await_refusal(dev, old);

    /* Who says nothing may talk at its new speed already. */
    c->silent = c->silent || ret == -ETIMEDOUT ||
                (says && c->garble.odd != odd);
    return ret;
}

/* Its start was read, so it is at the port's speed. */
static int start_anew(struct device *dev, struct err *err)
{
    dev->speed.other = 0;
    dev->speed.changing = false;
    dev->console.silent = true;
    return err_set(err, -ETIMEDOUT, "the device started anew");
}

static int follow(struct device *dev, unsigned baud, struct err *err)
{
    unsigned old = atomic_load(&dev->speed.now);
    int ret;

    dev->speed.other = baud;
    dev->speed.changing = true;
    ret = await(dev, old);
    if (ret == 0) {
        dev->speed.other = 0;
        dev->speed.changing = false;
        return err_set(err, -ENOTSUP, "the boot loader refused %u baud", baud);
    }
    if (ret < 0 && ret != -ETIMEDOUT)
        return ret;
    if (!dev->console.restarted)
        ret = arrive_at(dev, baud, ARRIVE_MS);
    if (dev->console.restarted)
        return start_anew(dev, err);
    if (ret == 0 || ret == -ENODEV || ret == -EINTR)
        return ret;
    err_say(err, "nothing is understood at %u baud", baud);
    dev->console.silent = true;
    (void)go(dev, old);
    ret = arrive(dev, RETURN_MS);
    if (dev->console.restarted)
        return start_anew(dev, err);
    if (ret == 0)
        dev->speed.other = 0;
    return ret == 0 ? -ENOTSUP : ret;
}

/* Types the command for baud. */
static int begin(struct device *dev, unsigned baud, struct err *err)
{
    const struct template_values values = {.baud = baud};
    char command[128];
    int ret = template_fill(dev->dialect->baud.command, &values, command,
                            sizeof(command), err);

    dev->console.watch_garble = false;
    return ret == 0 ? console_begin(&dev->console, command, true, err) : ret;
}

int device_baud_change(struct device *dev, unsigned baud, struct err *err)
{
    int ret = begin(dev, baud, err);

    return ret < 0 ? stay(dev, ret) : follow(dev, baud, err);
}

static void leave_at(struct device *dev, unsigned baud)
{
    bool says = dev->dialect->baud.ready != NULL;

    if (begin(dev, baud, NULL) < 0 || (says && await_ready(dev) <= 0))
        return; /* refused, or reset */
    dev->speed.changing = says;
    if (says)
        (void)arrive_at(dev, baud, RETURN_MS);
    else
        (void)go(dev, baud); /* its line end is out then */
}

/* Whoever was in step may have lost its power since. */
static int is_there(struct device *dev)
{
    if (!dev->in_step)
        return device_baud_find(dev, RESTORE_MS);
    console_discard(&dev->console);
    return dev->console.restarted
               ? -ETIMEDOUT
               : console_resync(&dev->console, deadline_in(RESTORE_MS));
}

/* The text of another speed that came may have been noise. */
static bool was_reset(struct device *dev)
{
    struct console *c = &dev->console;

    if (!c->garbled)
        return c->restarted;
    c->garbled = c->restarted = false;
    return device_speed_was_reset(dev) != 0 || c->restarted;
}

void device_baud_restore(struct device *dev)
{
    struct console *c = &dev->console;

    if (dev->gone || (!device_speed_is_raised(dev) && dev->speed.other == 0))
        return;
    c->attend = NULL;
    atomic_store(&c->shutdown, false);
    if (was_reset(dev) || !device_is_known(dev))
        return;
    c->watch_garble = false;
    if (is_there(dev) == 0 && device_speed_is_raised(dev) &&
        device_is_known(dev))
        leave_at(dev, dev->baud);
}

bool device_baud_port_does(struct device *dev, unsigned baud)
{
    unsigned now = atomic_load(&dev->speed.now);
    bool does = line_set_baud(dev->console.line, baud) == 0;

    (void)line_set_baud(dev->console.line, now);
    return does;
}

static void add_speed(unsigned baud, unsigned out[DEVICE_SPEEDS_MAX], size_t *n)
{
    size_t at = 0;

    while (at < *n && out[at] > baud)
        at++;
    if ((at < *n && out[at] == baud) || *n == DEVICE_SPEEDS_MAX)
        return;
    memmove(out + at + 1, out + at, (*n - at) * sizeof(*out));
    out[at] = baud;
    ++*n;
}

size_t device_baud_list(struct dialect *const *list, unsigned without,
                        unsigned out[DEVICE_SPEEDS_MAX])
{
    size_t n = 0;

    for (; *list != NULL; list++)
        for (size_t i = 0; i < (*list)->baud.n_rates; i++)
            if ((*list)->baud.rates[i] != without)
                add_speed((*list)->baud.rates[i], out, &n);
    return n;
}
