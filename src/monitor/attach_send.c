// SPDX-License-Identifier: BSD-2-Clause
// What is sent to a device that is not at its prompt yet: keys that break in,
// keys that take back what was typed, line ends that wake a prompt.

#include "monitor/attach_priv.h"

#include "base/log.h"
#include "monitor/console_priv.h"
#include "monitor/template.h"

#include <errno.h>
#include <string.h>

#define CLEARS_MAX 4U /* many keys could use up a countdown */
#define FOREIGN_MS 100U
#define ASKED_MS   500U /* for the answer, while a countdown may run */

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.text[i] != ' ')
            return false;
    return true;
}

/* The line that came last, blank ones aside; number: counted from 1. */
static struct span last_line(const struct attach *a, uint64_t *number)
{
    struct span last = console_partial(a->c);

    *number = a->c->lines + 1;
    if (!is_blank(last))
        return last;
    *number = a->c->lines;
    return (struct span){a->c->last_line, a->c->last_line_len};
}

/* The rule whose question the device has asked last, the last of them. */
static const struct break_in *pick_question(const struct attach *a)
{
    const struct dialect *d = a->recognise.first;
    uint64_t number;
    struct span last = last_line(a, &number);

    for (size_t i = d->n_break_ins; i-- > 0;)
        if ((d->break_ins[i].question || d->break_ins[i].line_end) &&
            last.len > 0 &&
            pattern_match(d->break_ins[i].when, last.text, last.len, 0, NULL))
            return &d->break_ins[i];
    return NULL;
}

/* The rule whose question stands; else the one whose text has been seen, the
 * last of them; else the one that needs none. */
static const struct break_in *pick_break_in(const struct attach *a)
{
    const struct break_in *best = NULL;

    if (a->recognise.first == NULL)
        return NULL;
    best = pick_question(a);
    if (best != NULL || attach_keeps_back(a))
        return best;
    for (size_t i = 0; i < a->recognise.first->n_break_ins; i++) {
        const struct break_in *b = &a->recognise.first->break_ins[i];
        if (b->question || b->line_end)
            continue;
        if (b->when == NULL
                ? best == NULL
                : attach_matches(a, b->when, b->fresh ? a->fresh : a->since))
            best = b;
    }
    return best;
}

bool attach_only_waits(const struct attach *a)
{
    const struct break_in *b = pick_break_in(a);

    return a->own_start && console_is_starting(a->c) && b != NULL &&
           b->send[0] == '\0';
}

/* The keys of b; none when they want a password that was not given. */
static size_t fill_keys(const struct break_in *b, const char *password,
                        char keys[ATTACH_KEYS_MAX])
{
    const struct template_values values = {.password = password};

    if (template_fill_keys(b->send, &values, keys, ATTACH_KEYS_MAX, NULL) != 0)
        keys[0] = '\0';
    return strlen(keys);
}

void attach_keys(struct attach *a, char shown[ATTACH_KEYS_MAX])
{
    const struct break_in *b = pick_break_in(a);
    static const struct keys any = {"\x03\x15 ", 3}; /* recognise_wake.c */
    const struct keys *wake = a->recognise.first != NULL
                                  ? &a->recognise.first->wake
                                  : &any;

    if (b != NULL) {
        (void)fill_keys(b, a->config->password != NULL ? "***" : NULL, shown);
        return;
    }
    memcpy(shown, wake->bytes, wake->len);
    shown[wake->len] = '\0';
}

/* One key too many is on its way easily, and stands at the prompt then: seen
 * by its echo. Some text before a countdown ends in the key, too, so that only
 * every second one gives way to the key that takes it back. */
static bool stands_typed(struct attach *a, const char *keys, size_t len)
{
    struct span last = console_partial(a->c);

    return a->recognise.first->clear.len > 0 && last.len >= len &&
           memcmp(last.text + last.len - len, keys, len) == 0 &&
           ++a->echoes % 2 == 0;
}

/* Then one more takes back, too, what stands typed. */
static bool is_same_as_clear(const struct attach *a, const char *keys,
                             size_t len)
{
    const struct keys *clear = &a->recognise.first->clear;

    return clear->len == len && memcmp(clear->bytes, keys, len) == 0;
}

/* Whether the question of b is to be answered now. What is answered twice
 * reaches somebody else the second time: the password would be taken for a
 * user's name, and shown. 0: it has been. */
static int take_question(struct attach *a, const struct break_in *b)
{
    unsigned *answers = b->password ? &a->login->passwords : &a->login->names;
    uint64_t number;

    (void)last_line(a, &number);
    if (a->login->answered == number)
        return 0;
    if (*answers == ATTACH_ANSWERS_MAX)
        return -EACCES;
    a->login->answered = number;
    ++*answers;
    return 1;
}

static int send_break_in(struct attach *a, const struct break_in *b)
{
    char keys[ATTACH_KEYS_MAX];
    size_t len = fill_keys(b, a->config->password, keys);

    if (b->send[0] == '\0')
        return 0; /* to wait is all there is to do */
    if (len == 0 && !a->password_asked) {
        a->password_asked = true;
        log_warn("the boot loader wants a password: give it with "
                 "-o password=");
    }
    if (len == 0)
        return 0;
    if (b->question) {
        int ret = take_question(a, b);
        if (ret <= 0)
            return ret;
    }
    a->recognise.typed = !is_same_as_clear(a, keys, len);
    if (stands_typed(a, keys, len)) {
        console_note_heard(a->c);
        return console_clear(a->c, a->recognise.first, a->until);
    }
    return console_send_bytes(a->c, keys, len);
}

int attach_break_in_now(struct attach *a)
{
    const struct break_in *b;

    attach_gather(a);
    b = pick_break_in(a);
    if (b == NULL)
        return 0;
    a->next_send = deadline_in(b->every_ms);
    return send_break_in(a, b);
}

/* Takes back what was typed before us, by the key of the dialect that is known:
 * to a menu each key is a command. */
static int clear_editor(struct attach *a)
{
    int ret;

    if (a->recognise.first == NULL || a->clears == CLEARS_MAX ||
        (a->clears > 0 && a->cleared_at == a->c->received))
        return 0; /* nothing can have been typed since */
    a->clears++;
    ret = console_clear(a->c, a->recognise.first, a->until);
    if (ret == 0)
        ret = console_drain(a->c, 20, a->until);
    a->cleared_at = a->c->received;
    return ret;
}

int attach_wake(struct attach *a)
{
    int ret = clear_editor(a);

    attach_gather(a);
    return ret == 0 ? recognise_wake(&a->recognise) : ret;
}

/* Nothing but keys of ours stands on the last line. */
static bool is_all_echo(const struct attach *a, const char *keys, size_t len)
{
    struct span last = console_partial(a->c);
    size_t at = 0;

    while (len > 0 && last.len - at >= len &&
           memcmp(last.text + at, keys, len) == 0)
        at += len;
    return at > 0 && at == last.len;
}

/* A boot loader without a prompt says nothing when its countdown has been
 * stopped, but perhaps repeats our keys: then it is asked between two keys. */
static bool is_to_be_asked(struct attach *a, const struct break_in *b,
                           bool quiet)
{
    char keys[ATTACH_KEYS_MAX];
    size_t len = fill_keys(b, a->config->password, keys);

    return a->recognise.first->prompt == NULL &&
           (quiet || is_all_echo(a, keys, len)) && a->turns++ % 2 != 0;
}

/* No start was seen since the device was lost from sight: it may only have been
 * silent, and wait at its prompt, which few keys that break in bring. */
static bool may_be_at_prompt(struct attach *a, bool quiet)
{
    if (!quiet || !a->config->again || a->own_start ||
        !deadline_passed(a->wake_at))
        return false;
    a->wake_at = deadline_in(ATTACH_WAKE_MS);
    return true;
}

int attach_send_due(struct attach *a)
{
    const struct break_in *b = pick_break_in(a);
    struct deadline quiet = {a->c->last_byte_ms + QUIET_DEVICE_MS};
    bool ask;
    int ret;

    if (!deadline_passed(a->next_send))
        return 0;
    ask = b != NULL && (is_to_be_asked(a, b, deadline_passed(quiet)) ||
                        may_be_at_prompt(a, deadline_passed(quiet)));
    if (b != NULL && !ask) {
        /* Behind what was sent: taking keys back may last longer than that, and
         * the prompt is to be seen before the next one. */
        ret = send_break_in(a, b);
        a->next_send = deadline_in(b->every_ms);
        return ret;
    }
    if (b == NULL && console_starts_another(a->c)) {
        a->next_send = deadline_in(FOREIGN_MS);
        return 0;
    }
    /* Between two ticks of a countdown whose banner was missed, too. */
    if (!ask && !deadline_passed(quiet)) {
        a->next_send = quiet;
        return 0;
    }
    a->next_send = deadline_in(ask ? ASKED_MS : ATTACH_WAKE_MS);
    return attach_wake(a);
}
