// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: typing against the echo, getting in
// step.

#include "monitor/console_priv.h"

#include <errno.h>
#include <string.h>

#define ECHO_TIMEOUT_MS 700U
#define CLEAR_TRIES     3
#define ECHO_TRIES      3

/* Sends len bytes and waits until exactly they have come back. An escape
 * sequence or a NUL among them is wrong, too: it may stand in the command. */
static int type_chunk(struct console *c, const char *bytes, size_t len)
{
    struct deadline until = deadline_in(ECHO_TIMEOUT_MS);
    uint64_t before = atomic_load(&c->received);
    int ret = console_send_bytes(c, bytes, len);

    while (ret == 0 && c->in.len - c->taken < len) {
        int n = console_fill_on(c, until);
        if (n < 0)
            return n;
        /* Escape sequences without end leave no byte behind. */
        if (deadline_passed(until))
            break;
    }
    if (ret < 0)
        return ret;
    if (c->in.len - c->taken != len ||
        atomic_load(&c->received) - before != len ||
        memcmp(c->in.data + c->taken, bytes, len) != 0)
        return -EILSEQ;
    console_forget(c);
    return 0;
}

static int type_command(struct console *c, const char *command)
{
    size_t len = strlen(command);
    int ret = 0;

    console_forget(c);
    if (!c->dialect->echo)
        return console_send_bytes(c, command, len);
    for (size_t at = 0; ret == 0 && at < len;) {
        size_t chunk = len - at < c->dialect->type_chunk
                           ? len - at
                           : c->dialect->type_chunk;
        ret = type_chunk(c, command + at, chunk);
        at += chunk;
    }
    return ret;
}

int console_clear(struct console *c, const struct dialect *d,
                  struct deadline until)
{
    int ret = 0;

    for (unsigned i = 0; ret == 0 && d->clear.len > 0 && i < d->clear_times;
         i++) {
        ret = console_send(c, &d->clear);
        if (ret == 0 && i % 8 == 7)
            ret = console_drain(c, 20, until);
    }
    return ret;
}

/* As console_at_prompt, for a line that was redrawn with blanks and backspaces:
 * what a person would see counts, and where the cursor stands. */
static bool shows_only_prompt(const struct console *c)
{
    struct span last = console_partial(c);
    char seen[4 * CONSOLE_PROMPT_MAX] = "";
    size_t len = 0;
    size_t at = 0;

    for (size_t i = 0; i < last.len && at < sizeof(seen); i++) {
        if (last.text[i] == '\b') {
            at -= at > 0;
            continue;
        }
        seen[at++] = last.text[i];
        len = at > len ? at : len;
    }
    while (len > c->prompt_len && seen[len - 1] == ' ')
        len--;
    return len == c->prompt_len && at == len &&
           memcmp(seen, c->prompt, len) == 0;
}

/*
 * Clears until what stands on the last line is the prompt and nothing else, so
 * that the wake-up cannot run a command that noise made. A device that says
 * nothing to it has nothing typed, or does not hear us either.
 */
static int empty_line(struct console *c, struct deadline until)
{
    int ret = 0;

    for (int i = 0; ret == 0 && i < CLEAR_TRIES && !deadline_passed(until);
         i++) {
        console_discard(c);
        ret = console_clear(c, c->dialect, until);
        if (ret == 0)
            ret = console_drain(c, PROMPT_QUIET_MS, until);
        if (ret == 0 && (console_partial(c).len == 0 || shows_only_prompt(c)))
            return 0;
    }
    return ret < 0 ? ret : -EAGAIN;
}

int console_resync(struct console *c, struct deadline until)
{
    int ret;

    do {
        ret = empty_line(c, until);
        if (ret == 0 && console_at_prompt(c))
            return 0;
        console_discard(c);
        if (ret == -EAGAIN) { /* whatever stands there must not be run */
            ret = 0;
            continue;
        }
        if (ret == 0)
            ret = console_send(c, &c->dialect->wake);
        if (ret == 0)
            ret = console_drain(c, 2 * PROMPT_QUIET_MS, until);
        if (ret == 0 && console_at_prompt(c))
            return 0;
    } while (ret == 0 && !deadline_passed(until));
    return ret < 0 ? ret : -ETIMEDOUT;
}

int console_begin(struct console *c, const char *command, struct err *err)
{
    char got[200];
    bool restarted = c->restarted;
    int ret = -EILSEQ;
    int resync;

    for (int i = 0; i < ECHO_TRIES && ret == -EILSEQ; i++) {
        ret = type_command(c, command);
        if (ret != -EILSEQ)
            break;
        transcript_tail(c->transcript, 48, got, sizeof(got));
        console_discard(c);
        if (c->restarted && !restarted)
            break; /* its countdown is running: no time to lose */
        resync = console_resync(c, deadline_in(3000));
        if (resync == -ENODEV || atomic_load(&c->shutdown))
            ret = resync; /* that is why the echo did not come */
        else if (resync == -EINTR)
            ret = -ETIMEDOUT; /* something may still be typed there */
        if (resync < 0)
            break;
    }
    if (c->restarted && !restarted)
        return err_set(err, -ETIMEDOUT, "reset while '%s' was typed", command);
    if (ret == 0)
        ret = console_send(c, &c->dialect->line_end);
    if (ret == 0)
        atomic_fetch_add(&c->commands, 1);
    if (ret == -EILSEQ)
        return err_set(err, ret, "typed '%s', the echo was not the same: ...%s",
                       command, got);
    return ret < 0 ? err_set(err, ret, "cannot send '%s': %s", command,
                             strerror(-ret))
                   : 0;
}
