// SPDX-License-Identifier: BSD-2-Clause
// Reading on and on with a command of fixed length, the next one typed ahead.

/*
 * Between two commands the line would be idle while the prompt travels to us
 * and the command to the device. Where the device keeps what is typed while it
 * prints, the next command is there before its prompt is.
 *
 *   allowed --two were lost--> off, for this session
 *   allowed --a damaged row or echo--> off, likewise: a command typed ahead
 *             runs before its echo was compared
 *
 * A command that runs is always read to its end before anything else is done.
 */

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/dump.h"

#include <string.h>

#define SPAN       65536U /* bytes that one device_read covers so */
#define LOSSES_MAX 2U

/* The device hears it, the dialect says; and a dump that can be interrupted is
 * better asked for as a whole. */
static bool is_fit(const struct dialect *d, const struct dump_method *m)
{
    return d->type_ahead > 0 && m->fixed != 0 && m->again != NULL && m->enter &&
           m->dialogue.n == 0 && d->pager.n == 0 && m->output == DUMP_ROWS &&
           row_has_address(&m->row) && d->echo == ECHO_PLAIN &&
           d->prompt != NULL && !d->prompt_changes && d->interrupt.len == 0 &&
           d->line_end.len > 0;
}

static bool is_allowed(const struct device *dev, const struct dump_method *m)
{
    return is_fit(dev->dialect, m) && !dev->noisy && !dev->careful &&
           dev->ahead_losses < LOSSES_MAX &&
           dev->console.wrong_echoes == dev->first_echoes;
}

uint64_t device_ahead_span(const struct device *dev,
                           const struct dump_method *m)
{
    return is_allowed(dev, m) ? SPAN : 0;
}

uint64_t device_ahead_limit(const struct dialect *d,
                            const struct dump_method *m)
{
    return is_fit(d, m) ? SPAN : 0;
}

static void note_loss(struct device *dev)
{
    dev->last.method = NULL; /* where it stands is not sure */
    if (++dev->ahead_losses == LOSSES_MAX)
        log_info("what is typed ahead gets lost: commands are typed at the "
                 "prompt from now on");
}

/* The command behind r, if it is one more of the same. */
static const char *command_behind(const struct device *dev,
                                  const struct dump_request *r, uint64_t end,
                                  char *text, size_t size)
{
    struct dump_request next = *r;

    next.address += r->len;
    if (next.address >= end || !is_allowed(dev, r->method) ||
        dump_again_command(&next, text, size, NULL) < 0 ||
        strlen(text) + dev->dialect->line_end.len > dev->dialect->type_ahead)
        return NULL;
    return text;
}

int device_read_ahead(struct device *dev, struct dump_request *r, uint64_t end,
                      const struct device_sink *sink, struct err *err)
{
    char text[CONSOLE_AHEAD_MAX];
    struct dump_result result = {0};
    int first = 0; /* what went wrong first */
    int ret;

    do {
        r->ahead = first == 0 ? command_behind(dev, r, end, text, sizeof(text))
                              : NULL;
        ret = device_run_dump(dev, r, sink, &result, first == 0 ? err : NULL);
        if (first == 0)
            first = ret;
        if (result.ahead == DUMP_AHEAD_LOST || result.ahead == DUMP_AHEAD_WRONG)
            note_loss(dev);
        if (result.ahead == DUMP_AHEAD_WRONG)
            dev->in_step = false;
        r->address += r->len;
        r->runs = result.ahead == DUMP_AHEAD_RUNS;
    } while (r->runs || (ret == 0 && r->address < end && dev->in_step &&
                         is_allowed(dev, r->method)));
    return first;
}
