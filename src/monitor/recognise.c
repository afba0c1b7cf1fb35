// SPDX-License-Identifier: BSD-2-Clause
// Is this last line a prompt, and whose?

#include "monitor/recognise.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

#define ASK_TIMEOUT_MS 1500U

static bool prompt_of(const struct dialect *d, struct span last)
{
    return last.len > 0 && last.len < CONSOLE_PROMPT_MAX &&
           pattern_match(d->prompt, last.text, last.len, 0, NULL);
}

bool recognise_candidate(const struct recognise *r)
{
    struct span last = console_partial(r->console);

    for (size_t i = 0; r->dialects[i] != NULL; i++)
        if (prompt_of(r->dialects[i], last))
            return true;
    return false;
}

/* Learns the last line as the prompt and sees whether it answers a line end
 * with itself. Spare break-in bytes may eat the first one. 1: yes. */
static int prompt_repeats(struct recognise *r)
{
    struct span last = console_partial(r->console);
    char learned[CONSOLE_PROMPT_MAX];
    size_t len = last.len;

    memcpy(learned, last.text, len);
    for (int i = 0; i < 4; i++) {
        int ret = console_send(r->console, &r->dialects[0]->wake);
        if (ret == 0)
            ret = console_drain(r->console, RECOGNISE_QUIET_MS,
                                deadline_in(2000));
        if (ret < 0)
            return ret;
        last = console_partial(r->console);
        if (last.len == len && memcmp(last.text, learned, len) == 0) {
            memcpy(r->console->prompt, learned, len);
            r->console->prompt_len = len;
            return 1;
        }
        if (last.len > 0 && last.len < sizeof(learned)) {
            len = last.len; /* what stood there was not all of the prompt */
            memcpy(learned, last.text, len);
        }
    }
    return 0;
}

/* 1: the boot loader at the prompt is of dialect d. */
static int is_dialect(struct recognise *r, struct dialect *d)
{
    struct buf answer = BUF_LIMITED(65536);
    struct span last = {r->console->prompt, r->console->prompt_len};
    int ret;

    if (!prompt_of(d, last))
        return 0;
    r->console->dialect = d;
    if (r->chosen || d->recognise_command == NULL)
        return 1;
    ret = console_ask(r->console, d->recognise_command, NULL, ASK_TIMEOUT_MS,
                      &answer, NULL);
    if (ret == 0)
        ret = pattern_match(d->recognise_answer, answer.data, answer.len, 0,
                            NULL);
    if (ret == 1)
        (void)buf_add(r->text, answer.data, answer.len);
    buf_free(&answer);
    return ret == -ENODEV || ret == -EINTR ? ret : ret > 0;
}

int recognise_prompt(struct recognise *r)
{
    struct span last;
    int ret = prompt_repeats(r);

    if (ret > 0)
        ret = r->first != NULL ? is_dialect(r, r->first) : 0;
    else
        return ret;
    for (size_t i = 0; ret == 0 && r->dialects[i] != NULL; i++)
        if (r->dialects[i] != r->first)
            ret = is_dialect(r, r->dialects[i]);
    if (ret != 0)
        return ret;
    last = (struct span){r->console->prompt, r->console->prompt_len};
    r->refusals++;
    (void)text_escape(r->refused, sizeof(r->refused), last.text, last.len);
    r->console->dialect = NULL;
    r->console->prompt_len = 0;
    return 0;
}
