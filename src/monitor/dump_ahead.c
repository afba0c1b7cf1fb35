// SPDX-License-Identifier: BSD-2-Clause
// The next dump command, typed while this dump still runs.

/*
 *   nothing typed --the first row came--> typed --its echo behind the prompt-->
 *   RUNS: that line ends this dump, what follows it is the next one's
 *
 * Behind the first row the device's receiver is empty, for it has read the line
 * end of the command that runs, and it reads nothing more before its prompt. A
 * prompt that stays alone: it was LOST. A prompt with anything else behind it:
 * WRONG, another command may be running.
 */

#include "monitor/dump_priv.h"

#include <string.h>

#define ECHO_MS 150U /* the prompt alone for so long: nothing was heard */

static bool pending(const struct dump *d)
{
    return d->ahead_typed && d->result->ahead == DUMP_AHEAD_NONE;
}

bool dump_awaits_ahead(const struct dump *d)
{
    return pending(d);
}

uint64_t dump_ahead_patience_ms(void)
{
    return ECHO_MS;
}

/* The line may be trusted, and this dump will end by itself. */
static bool is_time(const struct dump *d)
{
    return d->r->ahead != NULL && !d->ahead_typed && !d->stopping &&
           d->next > d->r->address && d->result->rows_bad == 0 &&
           !d->result->fault && d->c->wrong_echoes == d->echoes;
}

int dump_type_ahead(struct dump *d)
{
    int ret;

    if (!is_time(d) || console_at_prompt(d->c))
        return 0;
    ret = console_type_ahead(d->c, d->r->ahead);
    d->ahead_typed = ret == 0;
    return ret;
}

/* line begins with the prompt. */
static bool is_at_prompt(const struct console *c, struct span line)
{
    return c->prompt_len > 0 && line.len >= c->prompt_len &&
           memcmp(line.text, c->prompt, c->prompt_len) == 0;
}

bool dump_take_ahead(struct dump *d, struct span line)
{
    size_t len = d->c->prompt_len;
    struct span echo;

    if (!pending(d) || !is_at_prompt(d->c, line))
        return false;
    echo = (struct span){line.text + len, line.len - len};
    d->result->ahead = echo.len == strlen(d->r->ahead) &&
                               memcmp(echo.text, d->r->ahead, echo.len) == 0
                           ? DUMP_AHEAD_RUNS
                           : DUMP_AHEAD_WRONG;
    if (d->result->ahead == DUMP_AHEAD_RUNS)
        atomic_fetch_add(&d->c->commands, 1);
    return true;
}

bool dump_gives_up_ahead(struct dump *d)
{
    if (!pending(d) || !is_at_prompt(d->c, console_partial(d->c)))
        return false;
    d->result->ahead = console_at_prompt(d->c) ? DUMP_AHEAD_LOST
                                               : DUMP_AHEAD_WRONG;
    return true;
}
