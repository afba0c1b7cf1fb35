// SPDX-License-Identifier: BSD-2-Clause
// Getting a device to its boot loader's prompt and knowing which one it is.

/*
 * States, in the order they are tried:
 *
 *   probing   the line is quiet: what may stand in the device's line editor is
 *             taken back (never run!), a prompt is asked for and answers
 *   elsewhere what comes is no text: other speeds are tried, where config has
 *             any
 *   waiting   nothing answered: the user is asked to power-cycle. Without a
 *             hint which boot loader it is, a few keys are sent now and then:
 *             more could use up another one's countdown
 *   breaking  a banner (or the user) told the dialect: its break-in bytes are
 *             sent at its pace; who was known before and may only have been
 *             silent is asked for its prompt as well, now and then
 *   proving   an unterminated line looks like a prompt and stays: it must
 *             come again when it is asked for and, where the dialect asks for
 *             that, a harmless command with the right answer
 */

#include "monitor/attach_priv.h"

#include "monitor/console_priv.h"
#include "monitor/console_unlock.h"

#include <errno.h>
#include <string.h>

#define LISTEN_MS 600U /* a countdown shows itself within half a second */
/* Bytes; a device that is switched off makes a few as well. */
#define ODD_MIN         16U
#define REFUSALS_MAX    4U /* commands are not rained on an unknown loader */
#define PROMPT_STAYS_MS 70U
/* A port may be slow to come to life: the pty of a virtual machine takes a
 * second to notice that it was opened, and we have used one already. */
#define ASK_AFTER_MS 700U

void attach_gather(struct attach *a)
{
    struct span line;

    while (console_take_line(a->c, &line)) {
        size_t before = a->text->len;
        if (before + line.len + 1 > a->text->limit)
            buf_drop(a->text, before / 2 + line.len + 1);
        before -= a->text->len;
        a->looked -= a->looked < before ? a->looked : before;
        a->fresh -= a->fresh < before ? a->fresh : before;
        a->since -= a->since < before ? a->since : before;
        (void)buf_add(a->text, line.text, line.len);
        (void)buf_add(a->text, "\n", 1);
    }
}

/* What came since the last look shows the device starting: no time to lose. */
static bool is_starting(struct attach *a)
{
    const struct dialect *known = a->recognise.first;
    bool shown = known != NULL && attach_shows(a, known);

    attach_look_for_start(a);
    return shown || a->recognise.first != known;
}

/* Keeps what comes by itself, so that no banner is missed. 1: something did. */
static int listen_only(struct attach *a)
{
    struct deadline until = deadline_in(LISTEN_MS);
    int heard = 0;

    while (!deadline_passed(until)) {
        int n = console_fill(a->c, until);
        if (n == -EINTR && !console_give_up(a->c))
            continue;
        if (n < 0)
            return n;
        attach_gather(a);
        heard = heard || n > 0;
        if (n > 0 && is_starting(a))
            break;
    }
    return heard;
}

/* A quiet line: perhaps a prompt has been waiting for us. 1: found. */
static int probe_live(struct attach *a)
{
    int ret = listen_only(a);

    if (ret != 0)
        return ret < 0 ? ret : 0; /* it talks: it is starting up */
    if (!console_starts_another(a->c) && !attach_only_waits(a))
        ret = attach_wake(a);
    attach_gather(a);
    if (ret < 0)
        return ret;
    if (recognise_candidate(&a->recognise))
        return recognise_prompt(&a->recognise);
    return attach_is_mute(a) || attach_is_elsewhere(a, 2) ? attach_try_rates(a)
                                                          : 0;
}

/* One turn of waiting and breaking in. 1: the prompt is there. */
static int turn(struct attach *a)
{
    struct deadline stays = deadline_in(PROMPT_STAYS_MS);
    int ret = 0;
    bool prompt;

    attach_gather(a);
    prompt = a->recognise.refusals < REFUSALS_MAX &&
             recognise_candidate(&a->recognise);
    if (!prompt) /* what is typed at a prompt will have to be taken back */
        ret = attach_send_due(a);
    if (ret == 0)
        ret = console_fill(a->c,
                           prompt ? stays : deadline_min(a->next_send, stays));
    if ((ret == 0 || ret == -EINTR) && console_give_up(a->c))
        return -EINTR;
    if (ret == -EINTR)
        ret = 0;
    if (ret == 0 && prompt && deadline_passed(stays))
        ret = recognise_prompt(&a->recognise);
    else if (ret > 0)
        ret = 0;
    attach_gather(a);
    attach_look_for_start(a);
    if (ret == 0 && deadline_passed(a->rates_at) &&
        attach_is_elsewhere(a, ODD_MIN))
        ret = attach_try_rates(a);
    return ret;
}

/* Whoever waited may have gone, but a countdown that runs is stopped all the
 * same: there is no second time. */
static bool attend(void *arg)
{
    struct attach *a = arg;

    return a->attend(a->attend_arg) && !a->own_start;
}

static void attend_begin(struct attach *a)
{
    a->attend = a->c->attend;
    a->attend_arg = a->c->attend_arg;
    if (a->attend == NULL)
        return;
    a->c->attend = attend;
    a->c->attend_arg = a;
}

static void attend_end(struct attach *a)
{
    a->c->attend = a->attend;
    a->c->attend_arg = a->attend_arg;
}

/* What the console knew before an attempt: if that fails, the device may come
 * back as it was. */
static void keep_known(struct attach *a)
{
    struct console *c = a->c;

    a->known = (struct attach_known){.dialect = c->dialect,
                                     .others = c->others,
                                     .prompt_len = c->prompt_len,
                                     .restarted = c->restarted};
    memcpy(a->known.prompt, c->prompt, sizeof(c->prompt));
    c->prompt_len = 0;
    c->restarted = false;
    if (c->others == NULL)
        c->others = a->config->dialects;
}

/* A start that was shown is still to be broken into: till then no resync wins
 * the prompt. */
static void restore_known(struct attach *a)
{
    const struct attach_known *k = &a->known;
    struct console *c = a->c;

    c->dialect = k->dialect;
    c->prompt_len = k->prompt_len;
    memcpy(c->prompt, k->prompt, sizeof(c->prompt));
    c->restarted = c->restarted || k->restarted || a->started;
}

/* The device started anew while it was asked something, which ended that: ret.
 * What tells so goes to the text, and what follows it is still to come; nothing
 * is in step with that any more. Returns what the attempt goes on with. */
static int take_restart(struct attach *a, int ret)
{
    struct console *c = a->c;

    if (!c->restarted || (ret < 0 && ret != -ETIMEDOUT))
        return ret;
    c->restarted = false;
    c->dialect = a->known.dialect;
    c->prompt_len = 0;
    a->started = true;
    a->recognise.typed = false;
    a->looked = a->fresh = a->text->len;
    (void)buf_printf(a->text, "%s\n", c->restart_line);
    c->restart_line[0] = '\0';
    attach_gather(a);
    attach_look_for_start(a);
    a->next_send = deadline_in(0);
    return 0;
}

/* What is tried first. 1: the prompt is there. */
static int begin(struct attach *a)
{
    int ret = a->config->starting ? attach_break_in_now(a) : 0;

    if (ret == 0)
        ret = probe_live(a);
    attach_gather(a);
    if (ret == 0)
        attach_look_for_start(a);
    return take_restart(a, ret);
}

int attach_prompt(struct console *c, const struct attach_config *config,
                  struct buf *text, struct err *err)
{
    struct attach_login first = {0};
    struct attach a = {.c = c,
                       .login = config->login != NULL ? config->login : &first,
                       .config = config,
                       .text = text,
                       .recognise = {.console = c,
                                     .dialects = config->dialects,
                                     .chosen = config->chosen,
                                     .text = text}};
    int ret;

    keep_known(&a);
    a.recognise.first = config->chosen || config->again ? config->dialects[0]
                                                        : NULL;
    a.unknown = config->replugged;
    a.own_start = config->starting && !c->foreign;
    a.until = deadline_in(config->timeout_ms);
    a.looked = text->len;
    a.fresh = config->earlier;
    a.next_send = deadline_in(0);
    attach_count_anew(&a);
    attend_begin(&a);
    ret = begin(&a);
    a.ask_at = deadline_in(ASK_AFTER_MS);
    a.wake_at = deadline_in(ATTACH_WAKE_MS);
    while (ret == 0 && !deadline_passed(a.until)) {
        attach_ask_for_power(&a);
        ret = take_restart(&a, turn(&a));
    }
    attend_end(&a);
    c->others = a.known.others;
    if (ret <= 0)
        restore_known(&a);
    if (ret == 0)
        return attach_timed_out(&a, err);
    if (ret == -EPERM)
        return attach_keeps(&a, err);
    if (ret == -EACCES)
        return attach_refused(&a, err);
    if (ret < 0)
        return err_set(err, ret, "%s", strerror(-ret));
    *a.login = (struct attach_login){0};
    c->foreign = false;
    ret = console_unlock(c, config->password, err);
    if (ret == 0 && c->restarted)
        return err_set(err, -ETIMEDOUT, "the device was reset at its prompt");
    return ret;
}
