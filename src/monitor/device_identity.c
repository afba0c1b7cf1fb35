// SPDX-License-Identifier: BSD-2-Clause
// Who a device is: asked once when it is opened, and again after a reset.

/*
 * The identity is a text of lines: the dialect, then what the identity rules
 * match, rule by rule. At first each answer is asked for until it comes twice
 * the same, for nothing else tells damage from it. When it is asked for again,
 * noise may damage an answer, so each rule has several tries: one that agrees
 * is enough, for noise makes no right answer; two that say the same other thing
 * are another device.
 */

#include "monitor/device_priv.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>

#define LONGER           4U    /* times, when an answer was awaited in vain */
#define AGAIN_TIMEOUT_MS 1500U /* it is known how fast it answers */
#define RESYNC_MS        3000U
#define ASK_TRIES        3
#define SAME_TRIES       6
#define SIGHT_TRIES      3 /* out of sight again while it is asked */
#define ANSWER_MAX       (256U << 10)

/* 1: the boot loader lacks the command; text is empty then. */
static int ask_once(struct device *dev, const char *command,
                    unsigned timeout_ms, struct buf *text, struct err *err)
{
    struct dialect *d = dev->dialect;
    int ret = console_ask(&dev->console, command, NULL, timeout_ms, text, err);

    if (ret == 0 && d->unknown != NULL && text->len > 0 &&
        pattern_match(d->unknown, text->data, text->len, 0, NULL)) {
        log_info("the boot loader has no '%s'", command);
        buf_clear(text);
        return 1;
    }
    return ret;
}

/* Again when the conversation was damaged; 1 as ask_once. One that was silent
 * may be at work still: it gets more time to come back, and more the next time.
 */
static int ask(struct device *dev, const char *command, struct buf *text,
               struct err *err)
{
    unsigned patience_ms = dev->dialect->answer_ms;
    int ret = -EILSEQ;

    for (int i = 0; i < ASK_TRIES; i++) {
        unsigned back_ms = RESYNC_MS;
        ret = ask_once(dev, command, patience_ms, text, err);
        if (ret != -EILSEQ && ret != -ETIMEDOUT)
            return ret;
        buf_clear(text);
        if (ret == -ETIMEDOUT && i == 0) {
            patience_ms *= LONGER;
            back_ms = patience_ms;
        }
        if (console_resync(&dev->console, deadline_in(back_ms)) < 0)
            return ret;
    }
    return ret;
}

/* For what was answered before. */
static unsigned again_ms(const struct device *dev)
{
    return AGAIN_TIMEOUT_MS + 2 * dev->console.slowest_ms;
}

static bool is_text(const struct buf *b, const char *text, size_t len)
{
    return b->len == len && (len == 0 || memcmp(b->data, text, len) == 0);
}

static int ask_twice(struct device *dev, const char *command, struct buf *text,
                     struct err *err)
{
    CLEANUP_BUF struct buf before = BUF_LIMITED(ANSWER_MAX);
    int ret = ask(dev, command, &before, err);

    if (ret > 0) { /* noise makes no such words */
        buf_clear(text);
        return 0;
    }
    for (int i = 0; ret == 0 && i < SAME_TRIES; i++) {
        buf_clear(text);
        ret = ask(dev, command, text, err);
        if (ret > 0)
            return 0;
        if (ret == 0 && is_text(text, before.data, before.len))
            return 0;
        buf_clear(&before);
        if (ret == 0 && text->len > 0 &&
            !buf_add(&before, text->data, text->len))
            return err_set(err, -ENOMEM, "out of memory");
    }
    if (ret == 0)
        log_warn("'%s' is answered differently each time; names and sizes "
                 "that it tells may be wrong",
                 command);
    return ret;
}

int device_ask_twice(struct device *dev, const char *command, struct buf *text,
                     struct err *err)
{
    int ret;

    dev->console.versions = true;
    ret = ask_twice(dev, command, text, err);
    dev->console.versions = false;
    return ret;
}

int device_ask_in_sight(struct device *dev, const char *command,
                        struct buf *text, struct err *err)
{
    int ret = ask_twice(dev, command, text, err);

    if (ret == 0 && (dev->console.silent || dev->console.restarted))
        ret = err_set(err, -ETIMEDOUT, "out of sight during '%s'", command);
    return device_settle(dev, ret);
}

bool identity_lines(const struct identity_rule *rule, const struct buf *text,
                    struct buf *out)
{
    bool unique = false;
    size_t at = 0;

    while (text->len > 0 &&
           pattern_match(rule->pattern, text->data, text->len, at, &at)) {
        struct span line = pattern_whole(rule->pattern);
        unique = unique || rule->unique;
        (void)buf_printf(out, "%s: %.*s\n", rule->title, (int)line.len,
                         line.text);
    }
    return unique;
}

/* Asks what rule wants to know; lines: what it finds. */
static int ask_rule(struct device *dev, const struct identity_rule *rule,
                    struct buf *lines, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(ANSWER_MAX);
    int ret = device_get_in_step(dev, err);

    dev->console.versions = true;
    if (ret == 0)
        ret = ask_once(dev, rule->command, again_ms(dev), &text, err);
    dev->console.versions = false;
    if (ret >= 0)
        (void)identity_lines(rule, &text, lines);
    return device_settle(dev, ret > 0 ? 0 : ret);
}

/* A line that text has not. Where lines are only missing they may have been
 * lost on the way. */
static bool has_other_line(const struct buf *lines, const char *text,
                           size_t len)
{
    size_t n;

    for (size_t at = 0; at < lines->len; at += n) {
        n = strcspn(lines->data + at, "\n") + 1;
        if (memmem(text, len, lines->data + at, n) == NULL)
            return true;
    }
    return false;
}

/* 1: rule finds text again; 0: the same other thing twice. */
static int rule_agrees(struct device *dev, const struct identity_rule *rule,
                       const char *text, size_t len, struct err *err)
{
    CLEANUP_BUF struct buf before = BUF_LIMITED(65536);
    CLEANUP_BUF struct buf lines = BUF_LIMITED(65536);
    bool have_before = false;
    int ret = -EILSEQ;

    for (int i = 0; i < SAME_TRIES; i++) {
        buf_clear(&lines);
        ret = ask_rule(dev, rule, &lines, err);
        if (ret == -ENODEV || ret == -EINTR)
            return ret;
        if (ret < 0 && console_give_up(&dev->console))
            return -EINTR;
        if (ret < 0)
            continue;
        if (is_text(&lines, text, len))
            return 1;
        if (!has_other_line(&lines, text, len)) {
            ret = -EILSEQ;
            continue;
        }
        if (have_before && is_text(&lines, before.data, before.len))
            return 0;
        buf_clear(&before);
        have_before = buf_add(&before, lines.data, lines.len);
    }
    return ret < 0
               ? ret
               : err_set(err, -EILSEQ, "'%s' is answered differently each time",
                         rule->command);
}

static int all_agree(struct device *dev, struct err *err)
{
    const struct dialect *d = dev->dialect;
    int ret = 1;

    for (size_t i = 0; ret == 1 && i < d->n_identities; i++) {
        size_t from = i == 0 ? dev->identity_ends[d->n_identities]
                             : dev->identity_ends[i - 1];
        ret = rule_agrees(dev, &d->identities[i], dev->identity.data + from,
                          dev->identity_ends[i] - from, err);
    }
    return ret;
}

int device_is_same(struct device *dev, const struct device_sink *sink,
                   struct err *err)
{
    unsigned contact = dev->contact;
    int ret;

    device_attend(dev, sink);
    ret = all_agree(dev, err);
    device_attend(dev, NULL);
    if (ret == 1)
        dev->identity_contact = contact;
    else if (ret == 0 && dev->identity_contact == dev->contact)
        dev->contact++; /* it came unnoticed */
    return ret;
}

bool device_is_known(const struct device *dev)
{
    return dev->identity.len == 0 ||
           (dev->identity_contact == dev->contact && !dev->console.silent &&
            !dev->console.restarted);
}

unsigned device_identity_contact(const struct device *dev)
{
    return dev->identity_contact;
}

static int ask_who_it_is(struct device *dev, struct err *err)
{
    int ret = device_is_same(dev, NULL, err);

    if (ret == 0)
        return err_set(err, -ESTALE,
                       "another device answers at %s than a moment ago",
                       dev->port);
    return ret == 1 ? 0 : ret;
}

int device_still_same(struct device *dev, struct err *err)
{
    int ret = dev->offline ? 0 : device_recover(dev, NULL, err);

    for (int i = 0; ret == 0 && dev->identity_contact != dev->contact; i++)
        ret = i < SIGHT_TRIES
                  ? ask_who_it_is(dev, err)
                  : err_set(err, -ETIMEDOUT,
                            "the device was out of sight each time it was "
                            "asked who it is");
    return ret;
}
