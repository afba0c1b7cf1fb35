// SPDX-License-Identifier: BSD-2-Clause
// A boot loader that waits at a speed where an earlier session left it.

#include "monitor/attach_priv.h"

#include "base/log.h"

#define BUSY_MS   30000U /* for the end of a dump that runs there */
#define AGAIN_MS  5000U
#define KNOCK_MS  70U
#define TRIES_MAX 3U

void attach_count_anew(struct attach *a)
{
    a->odd = a->c->garble.odd;
    a->received = atomic_load(&a->c->received);
}

/* One in part of what came is no text. */
static bool is_odd(const struct attach *a, unsigned part)
{
    return (a->c->garble.odd - a->odd) * part >=
           atomic_load(&a->c->received) - a->received;
}

bool attach_is_elsewhere(const struct attach *a, unsigned bytes)
{
    return a->config->n_rates > 0 && a->rates_tried < TRIES_MAX &&
           a->c->garble.odd - a->odd >= bytes && is_odd(a, 4);
}

static int wake(struct attach *a)
{
    int ret;

    attach_gather(a);
    attach_count_anew(a);
    ret = recognise_wake(&a->recognise);
    attach_gather(a);
    return ret;
}

/* One key. 1: text came back; 0: nothing did, or no text. */
static int knock(struct attach *a, const char *key)
{
    int ret;

    attach_gather(a);
    attach_count_anew(a);
    ret = console_send_bytes(a->c, key, 1);
    if (ret == 0)
        ret = console_drain(a->c, KNOCK_MS, deadline_in(KNOCK_MS));
    if (ret < 0)
        return ret;
    return atomic_load(&a->c->received) != a->received && !is_odd(a, 8);
}

/* Most show a prompt at Ctrl-C, and the others repeat a blank. A device that
 * says nothing may be switched on any moment: no time for the blank. */
static int is_there(struct attach *a, bool mute)
{
    int ret = knock(a, "\x03");

    return ret == 0 && !mute ? knock(a, " ") : ret;
}

/* 1: a prompt that some dialect knows answers at the speed of the port. What is
 * sent before an echo came is one key at a time (recognise_wake.c): at a wrong
 * speed it arrives as one or two characters, none of them a line end. */
static int try_here(struct attach *a, bool mute)
{
    int ret = is_there(a, mute);
    bool text;

    if (ret <= 0)
        return ret;
    ret = wake(a);
    text = !is_odd(a, 8);

    if (ret == 0 && text && !recognise_candidate(&a->recognise)) {
        ret = console_drain(a->c, RECOGNISE_QUIET_MS, deadline_in(BUSY_MS));
        if (ret == 0)
            ret = wake(a);
    }
    if (ret < 0 || !recognise_candidate(&a->recognise))
        return ret;
    return recognise_prompt(&a->recognise);
}

bool attach_is_mute(const struct attach *a)
{
    return a->config->n_rates > 0 && a->rates_tried == 0 &&
           atomic_load(&a->c->received) == a->received;
}

int attach_try_rates(struct attach *a)
{
    const struct attach_config *config = a->config;
    bool mute = attach_is_mute(a);
    int ret = try_here(a, mute); /* what was no text may be over */

    if (ret > 0)
        return ret;
    for (size_t i = 0; ret == 0 && i < config->n_rates; i++) {
        if (console_set_baud(a->c, config->rates[i]) < 0)
            continue;
        ret = try_here(a, mute);
        if (ret > 0)
            *config->found_rate = config->rates[i];
    }
    if (ret <= 0)
        (void)console_set_baud(a->c, config->baud);
    a->rates_tried++;
    attach_count_anew(a);
    a->rates_at = deadline_in(AGAIN_MS);
    if (ret > 0)
        log_warn("the boot loader answers at %u baud, not at %u: %s",
                 *config->found_rate, config->baud,
                 *config->found_rate > config->baud
                     ? "an earlier session left it there"
                     : "-b says so the next time");
    return ret;
}
