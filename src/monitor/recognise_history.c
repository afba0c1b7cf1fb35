// SPDX-License-Identifier: BSD-2-Clause
// A shell that keeps what is typed: on to one that does not.

/*
 * A shell may append each line to a file, which is in the flash that is being
 * read. What tells so, the answer to the dialect's harmless command, was one of
 * these lines; the one that leads on is the last of them.
 */

#include "monitor/console_priv.h"
#include "monitor/recognise.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

#define TRIES         2U
#define START_WAIT_MS 5000U /* for the prompt of a shell that starts */

void recognise_note_history(struct recognise *r, const struct dialect *d,
                            const struct buf *answer)
{
    struct span file;

    r->keeps = d->history != NULL && answer->len > 0 &&
               pattern_match(d->history, answer->data, answer->len, 0, NULL);
    if (!r->keeps)
        return;
    file = pattern_group(d->history, "file");
    r->kept[0] = '\0';
    if (file.text != NULL)
        (void)text_escape(r->kept, sizeof(r->kept), file.text, file.len);
}

/* Another prompt of d, perhaps, which the one learned before says nothing of.
 */
static int wait_for_prompt(struct recognise *r, const struct dialect *d)
{
    struct console *c = r->console;
    struct deadline until = deadline_in(START_WAIT_MS);
    int ret;

    do {
        ret = console_settle(c, RECOGNISE_QUIET_MS, until);
    } while (ret == 0 && !console_is_prompt_of(d, console_partial(c)) &&
             !c->restarted && !deadline_passed(until));
    return ret;
}

/* Types what leads on. 1: who is there then is of the same dialect. */
static int lead_on(struct recognise *r, struct dialect *d)
{
    int ret = console_begin(r->console, d->without_history, true, NULL);

    if (ret == 0)
        ret = wait_for_prompt(r, d);
    if (ret == 0)
        ret = recognise_repeats(r);
    if (ret == 1)
        ret = recognise_is_of(r, d);
    return ret < 0 && ret != -ENODEV && ret != -EINTR ? 0 : ret;
}

int recognise_leave_history(struct recognise *r)
{
    struct dialect *d = r->console->dialect;
    int ret = 1;

    if (!r->keeps)
        return 1;
    for (unsigned i = 0; ret == 1 && r->keeps && i < TRIES; i++)
        ret = lead_on(r, d);
    if (ret == 1 && r->keeps)
        return -EPERM;
    if (ret == 1)
        log_warn("the device kept the first lines that were typed, as somebody "
                 "else's, in '%s'; behind '%s' it keeps none",
                 r->kept, d->without_history);
    return ret;
}
