// SPDX-License-Identifier: BSD-2-Clause
// Getting a device to its boot loader's prompt and knowing which one it is.

/*
 * States, in the order they are tried:
 *
 *   probing   the line is quiet: what may stand in the device's line editor is
 *             taken back (never run!), one line end is sent, a prompt answers
 *   waiting   nothing answered: the user is asked to power-cycle. Without a
 *             hint which boot loader it is, only a line end is sent now and
 *             then: other bytes could use up another one's countdown
 *   breaking  a banner (or the user) told the dialect: its break-in bytes are
 *             sent at its pace
 *   proving   an unterminated line looks like a prompt and stays: it must
 *             answer a line end with itself and, where the dialect asks for
 *             that, a harmless command with the right answer
 */

#include "monitor/attach.h"

#include "base/log.h"
#include "base/text.h"
#include "monitor/recognise.h"
#include "monitor/template.h"

#include <errno.h>
#include <string.h>

#define LISTEN_MS       600U /* a countdown shows itself within half a second */
#define REFUSALS_MAX    4U   /* commands are not rained on an unknown loader */
#define CLEARS_MAX      4U   /* many keys could use up a countdown */
#define PROMPT_STAYS_MS 70U
#define WAKE_EVERY_MS   2000U
/* A port may be slow to come to life: the pty of a virtual machine takes a
 * second to notice that it was opened, and we have used one already. */
#define ASK_AFTER_MS    700U
#define QUIET_DEVICE_MS 500U /* a device that is starting talks more often */

struct attach {
    struct console *c;
    const struct attach_config *config;
    struct buf *text;
    struct recognise recognise; /* first: told by a banner or by the user */
    struct deadline until;
    struct deadline next_send;
    struct deadline ask_at; /* before, an answer may be on its way */
    unsigned clears;        /* how often the line editor was cleared */
    uint64_t cleared_at;    /* console's count of received bytes then */
    unsigned echoes;        /* how often a break-in key was seen typed */
    bool asked;             /* for the power cycle */
    bool password_asked;    /* the user was */
};

/* Moves complete lines to the text, making room at its front. */
static void gather(struct attach *a)
{
    struct span line;

    while (console_take_line(a->c, &line)) {
        if (a->text->len + line.len + 1 > a->text->limit)
            buf_drop(a->text, a->text->len / 2 + line.len + 1);
        (void)buf_add(a->text, line.text, line.len);
        (void)buf_add(a->text, "\n", 1);
    }
}

static bool matches(struct pattern *p, const struct buf *text,
                    struct span partial)
{
    return pattern_match(p, text->data, text->len, 0, NULL) ||
           pattern_match(p, partial.text, partial.len, 0, NULL);
}

static bool shows_itself(const struct dialect *d, const struct buf *text,
                         struct span partial)
{
    for (size_t i = 0; i < d->n_banners; i++)
        if (matches(d->banners[i], text, partial))
            return true;
    for (size_t i = 0; i < d->n_hints; i++)
        if (matches(d->hints[i], text, partial))
            return true;
    return false;
}

static void look_for_banner(struct attach *a)
{
    struct span partial = console_partial(a->c);

    for (size_t i = 0;
         a->recognise.first == NULL && a->config->dialects[i] != NULL; i++)
        if (shows_itself(a->config->dialects[i], a->text, partial)) {
            a->recognise.first = a->config->dialects[i];
            a->next_send = deadline_in(0);
            log_info("%s seen, breaking in", a->recognise.first->name);
        }
}

/* The rule whose text has been seen, the last of them; else the one that
 * needs none. */
static const struct break_in *pick_break_in(const struct attach *a)
{
    const struct break_in *best = NULL;

    if (a->recognise.first == NULL)
        return NULL;
    for (size_t i = 0; i < a->recognise.first->n_break_ins; i++) {
        const struct break_in *b = &a->recognise.first->break_ins[i];
        if (b->when == NULL ? best == NULL
                            : matches(b->when, a->text, console_partial(a->c)))
            best = b;
    }
    return best;
}

/* Takes back what was typed before us, whoever the boot loader is: running
 * half a command of somebody else's could do anything. Last to first: the
 * first dialects are the picky ones, and their key takes back the others'. */
static int clear_editor(struct attach *a)
{
    size_t count = 0;
    int ret = 0;

    if (a->clears == CLEARS_MAX ||
        (a->clears > 0 && a->cleared_at == a->c->received))
        return 0; /* nothing can have been typed since */
    a->clears++;

    while (a->config->dialects[count] != NULL)
        count++;
    while (ret == 0 && count-- > 0) {
        ret = console_clear(a->c, a->config->dialects[count], a->until);
        if (ret == 0)
            ret = console_drain(a->c, 20, a->until);
    }
    a->cleared_at = a->c->received;
    return ret;
}

/* One key too many is on its way easily, and stands at the prompt then: seen
 * by its echo. Some text before a countdown ends in the key, too, so that only
 * every second one gives way to the key that takes it back. */
static bool stands_typed(struct attach *a, const struct keys *keys)
{
    struct span last = console_partial(a->c);

    return a->recognise.first->clear.len > 0 && last.len >= keys->len &&
           memcmp(last.text + last.len - keys->len, keys->bytes, keys->len) ==
               0 &&
           ++a->echoes % 2 == 0;
}

/* The keys of b; none, and the user is told, when they want a password that
 * was not given. */
static struct keys break_in_keys(struct attach *a, const struct break_in *b)
{
    const struct template_values values = {.password = a->config->password};
    struct keys keys = {.len = 0};

    if (template_fill_keys(b->send, &values, keys.bytes, sizeof(keys.bytes),
                           NULL) == 0) {
        keys.len = strlen(keys.bytes);
    } else if (!a->password_asked) {
        a->password_asked = true;
        log_warn("the boot loader wants a password: give it with "
                 "-o password=");
    }
    return keys;
}

static int send_break_in(struct attach *a, const struct break_in *b)
{
    struct keys keys = break_in_keys(a, b);

    if (keys.len == 0 || !stands_typed(a, &keys))
        return console_send(a->c, &keys);
    return console_clear(a->c, a->recognise.first, a->until);
}

/* Sends what is due. */
static int send_due(struct attach *a)
{
    const struct break_in *b = pick_break_in(a);
    struct deadline quiet = {a->c->last_byte_ms + QUIET_DEVICE_MS};
    const struct dialect *any = a->config->dialects[0];
    int ret;

    if (!deadline_passed(a->next_send))
        return 0;
    if (b != NULL) {
        a->next_send = deadline_in(b->every_ms);
        return send_break_in(a, b);
    }
    /* Between two ticks of a countdown whose banner was missed, too. */
    if (!deadline_passed(quiet)) {
        a->next_send = quiet;
        return 0;
    }
    a->next_send = deadline_in(WAKE_EVERY_MS);
    ret = clear_editor(a);
    return ret == 0 ? console_send(a->c, &any->wake) : ret;
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
        gather(a);
        heard = heard || n > 0;
    }
    return heard;
}

/* A quiet line: perhaps a prompt has been waiting for us. 1: found. */
static int probe_live(struct attach *a)
{
    int ret = listen_only(a);

    if (ret != 0)
        return ret < 0 ? ret : 0; /* it talks: it is starting up */
    ret = clear_editor(a);
    if (ret == 0)
        ret = console_send(a->c, &a->config->dialects[0]->wake);
    if (ret == 0)
        ret = console_drain(a->c, RECOGNISE_QUIET_MS, deadline_in(1500));
    if (ret < 0)
        return ret;
    return recognise_candidate(&a->recognise) ? recognise_prompt(&a->recognise)
                                              : 0;
}

/* A countdown of a second may be over before we have listened. */
static int break_in_now(struct attach *a)
{
    const struct break_in *b = pick_break_in(a);

    struct keys keys;

    if (b == NULL)
        return 0;
    keys = break_in_keys(a, b);
    return console_send(a->c, &keys);
}

static bool mostly_garbage(const char *escaped)
{
    size_t bad = 0;
    size_t len = strlen(escaped);

    for (const char *p = escaped; (p = strstr(p, "\\x")) != NULL; p += 2)
        bad += 4;
    return len > 0 && bad * 2 > len;
}

static int timed_out(struct attach *a, struct err *err)
{
    char sent[48];
    char came[400];
    const struct break_in *b = pick_break_in(a);
    struct keys keys = b != NULL ? break_in_keys(a, b)
                                 : a->config->dialects[0]->wake;

    (void)text_escape(sent, sizeof(sent), keys.bytes, keys.len);
    transcript_tail(a->c->transcript, 100, came, sizeof(came));
    if (came[0] == '\0')
        return err_set(err, -ETIMEDOUT,
                       "sent '%s' for %u s, nothing came back; check that TX "
                       "and RX are crossed, GND is connected and the device "
                       "has power",
                       sent, a->config->timeout_ms / 1000);
    if (a->recognise.refused[0] != '\0')
        return err_set(err, -ETIMEDOUT,
                       "a prompt '%s' answers, but no dialect knows it; name "
                       "one with -d (see --list-dialects) or write one, "
                       "fwfs-dialect(5). Last came: '%s'",
                       a->recognise.refused, came);
    return err_set(err, -ETIMEDOUT,
                   "no prompt within %u s; sent '%s', last came '%s'%s",
                   a->config->timeout_ms / 1000, sent, came,
                   mostly_garbage(came)
                       ? "; that looks like a wrong baud rate: try another -b"
                       : "");
}

static void ask_for_power(struct attach *a)
{
    struct deadline quiet = {a->c->last_byte_ms + QUIET_DEVICE_MS};

    if (a->asked || a->config->quiet || !deadline_passed(quiet) ||
        !deadline_passed(a->ask_at))
        return;
    log_warn("no prompt yet: power-cycle the device now");
    a->asked = true;
}

/* One turn of waiting and breaking in. 1: the prompt is there. */
static int turn(struct attach *a)
{
    struct deadline stays = deadline_in(PROMPT_STAYS_MS);
    int ret = send_due(a);
    bool prompt;

    gather(a);
    prompt = a->recognise.refusals < REFUSALS_MAX &&
             recognise_candidate(&a->recognise);
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
    gather(a);
    look_for_banner(a);
    return ret;
}

int attach_prompt(struct console *c, const struct attach_config *config,
                  struct buf *text, struct err *err)
{
    struct attach a = {.c = c,
                       .config = config,
                       .text = text,
                       .recognise = {.console = c,
                                     .dialects = config->dialects,
                                     .chosen = config->chosen,
                                     .text = text}};
    int ret;

    a.recognise.first = config->chosen ? config->dialects[0] : NULL;
    a.until = deadline_in(config->timeout_ms);
    c->prompt_len = 0;
    ret = config->starting ? break_in_now(&a) : 0;
    if (ret == 0)
        ret = probe_live(&a);
    gather(&a);
    if (ret == 0)
        look_for_banner(&a);
    a.next_send = deadline_in(0);
    a.ask_at = deadline_in(ASK_AFTER_MS);
    while (ret == 0 && !deadline_passed(a.until)) {
        ask_for_power(&a);
        ret = turn(&a);
    }
    if (ret == 0)
        return timed_out(&a, err);
    return ret > 0 ? 0 : err_set(err, ret, "%s", strerror(-ret));
}
