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
        if (n == 0 && prompt)
            return 0;
        prompt = console_at_prompt(c);
    }
    return prompt ? -ETIMEDOUT : 1; /* prompts for ever */
}

/* Asks for the prompt at the speed that the port has. 0: it is there. */
static int arrive(struct device *dev, unsigned patience_ms)
{
    struct console *c = &dev->console;
    struct deadline until = deadline_in(patience_ms);
    int ret = -ETIMEDOUT;

    while (ret == -ETIMEDOUT && !c->restarted && !deadline_passed(until)) {
        console_forget(c);
        ret = dev->speed.changing ? console_send(c, &dev->dialect->baud.confirm)
                                  : 0;
        if (ret == 0)
            ret = console_drain(c, PROMPT_QUIET_MS, until);
        if (ret == 0)
            ret = console_resync(c,
                                 deadline_min(until, deadline_in(RESYNC_MS)));
    }
    if (ret == 0)
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
    c->silent = c->silent || ret < 0 || (says && c->garble.odd != odd);
    return ret;
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
    ret = arrive_at(dev, baud, ARRIVE_MS);
    if (ret == 0 || ret == -ENODEV || ret == -EINTR)
        return ret;
    err_say(err, "nothing is understood at %u baud", baud);
    dev->console.silent = true;
    (void)go(dev, old);
    ret = arrive(dev, RETURN_MS);
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

void device_baud_leave_at(struct device *dev, unsigned baud)
{
    bool says = dev->dialect->baud.ready != NULL;

    if (begin(dev, baud, NULL) < 0 || (says && await_ready(dev) <= 0))
        return;
    dev->speed.changing = says;
    if (says)
        (void)arrive_at(dev, baud, RETURN_MS);
    else
        (void)go(dev, baud); /* its line end is out then */
}

bool device_baud_port_does(struct device *dev, unsigned baud)
{
    unsigned now = atomic_load(&dev->speed.now);
    bool does = line_set_baud(dev->console.line, baud) == 0;

    (void)line_set_baud(dev->console.line, now);
    return does;
}
