// SPDX-License-Identifier: BSD-2-Clause
// A boot loader that waits at a speed where an earlier session left it.

#include "monitor/attach_priv.h"

#include "base/log.h"

#define WAIT_MS 500U

/* 1: a prompt that some dialect knows answers at the speed of the port. Nothing
 * but a line end is sent before that: at a wrong speed it arrives as one or two
 * characters of no meaning. */
static int try_here(struct attach *a)
{
    int ret;

    attach_gather(a);
    recognise_woken(&a->recognise);
    ret = attach_wake_only(a);
    if (ret == 0)
        ret = console_drain(a->c, RECOGNISE_QUIET_MS, deadline_in(WAIT_MS));
    if (ret < 0 || !recognise_candidate(&a->recognise))
        return ret;
    return recognise_prompt(&a->recognise);
}

int attach_try_rates(struct attach *a)
{
    const struct attach_config *config = a->config;
    int ret = 0;

    for (size_t i = 0; ret == 0 && i < config->n_rates; i++) {
        if (line_set_baud(a->c->line, config->rates[i]) < 0)
            continue;
        ret = try_here(a);
        if (ret > 0)
            *config->found_rate = config->rates[i];
    }
    if (ret <= 0)
        (void)line_set_baud(a->c->line, config->baud);
    else
        log_warn("the boot loader answers at %u baud, not at %u: %s",
                 *config->found_rate, config->baud,
                 *config->found_rate > config->baud
                     ? "an earlier session left it there"
                     : "-b says so the next time");
    return ret;
}
