// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: typing against the echo.

#include "monitor/console_priv.h"

#include <errno.h>
#include <string.h>

#define ECHO_TIMEOUT_MS 700U
#define ECHO_TRIES      3
#define CHUNK_MIN       8U /* every receive FIFO holds that */
/* A try that fails costs a second, which is what so many commands save: each
 * one 16 ms of an adapter. The next try comes after twice as many. */
#define CHUNK_WAIT     64U
#define CHUNK_WAIT_MAX (1U << 20)
#define REDRAW_MS      50U /* a character, with its cursor moves, at 9600 */

/* Sends len bytes and waits until exactly they have come back. An escape
 * sequence or a NUL among them is wrong, too: it may stand in the command.
 * *lost: less came back. */
static int type_chunk(struct console *c, const char *bytes, size_t len,
                      bool *lost)
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
    *lost = c->in.len - c->taken < len;
    if (c->in.len - c->taken != len ||
        atomic_load(&c->received) - before != len ||
        memcmp(c->in.data + c->taken, bytes, len) != 0)
        return -EILSEQ;
    console_forget(c);
    return 0;
}

/* Trailing blanks are no matter: nobody sees them. */
static bool shows(struct span text, struct span before, struct span typed)
{
    struct console_screen s;

    console_draw(&s, text);
    while (s.len > 0 && s.text[s.len - 1] == ' ')
        s.len--;
    while (typed.len > 0 && typed.text[typed.len - 1] == ' ')
        typed.len--;
    return !s.full && s.len == before.len + typed.len &&
           memcmp(s.text, before.text, before.len) == 0 &&
           memcmp(s.text + before.len, typed.text, typed.len) == 0;
}

/* The device shows what was typed: in one go, over several lines where its own
 * end of line was reached, or as a line that was drawn anew. */
static bool shows_typed(const struct console *c, struct span typed)
{
    const struct span none = {"", 0};
    const struct span prompt = {c->prompt, c->prompt_len};
    const struct span last = console_partial(c);
    struct span all;

    if (c->in.len == c->taken)
        return false;
    all = (struct span){c->in.data + c->taken, c->in.len - c->taken};
    return shows(all, none, typed) || shows(last, none, typed) ||
           shows(last, prompt, typed);
}

/* As type_chunk, where escape sequences stand in the echo: waits until all of
 * the command's first len bytes is what the device shows. */
static int type_redrawn(struct console *c, const char *command, size_t len,
                        size_t chunk)
{
    const struct span typed = {command, len};
    struct deadline whole = deadline_in(ECHO_TIMEOUT_MS +
                                        REDRAW_MS * (uint64_t)chunk);
    struct deadline quiet = deadline_in(ECHO_TIMEOUT_MS);
    int ret = console_send_bytes(c, command + len - chunk, chunk);

    while (ret >= 0 && !shows_typed(c, typed)) {
        struct deadline until = deadline_min(quiet, whole);
        if (deadline_passed(until))
            return -EILSEQ;
        ret = console_fill_on(c, until);
        if (ret > 0)
            quiet = deadline_in(ECHO_TIMEOUT_MS);
    }
    return ret < 0 ? ret : 0;
}

static size_t chunk_of(const struct console *c)
{
    return c->chunk != 0 ? c->chunk : c->dialect->type_chunk;
}

/* The device may have lost what its receive FIFO could not hold. True: less is
 * typed at once from now on. */
static bool type_less(struct console *c)
{
    size_t chunk = chunk_of(c);

    if (chunk <= CHUNK_MIN)
        return false;
    c->chunk = chunk / 2 > CHUNK_MIN ? (unsigned)chunk / 2 : CHUNK_MIN;
    c->chunk_good = 0;
    if (c->chunk_wait == 0)
        c->chunk_wait = CHUNK_WAIT;
    else if (c->chunk_wait < CHUNK_WAIT_MAX)
        c->chunk_wait *= 2;
    return true;
}

/* The echo of a command of len bytes was right. What made echoes short may be
 * over: more is typed at once again, after a while. */
static void type_more(struct console *c, size_t len)
{
    size_t chunk = chunk_of(c);
    size_t most = c->dialect->type_chunk;

    if (chunk >= most || len <= chunk || ++c->chunk_good < c->chunk_wait)
        return;
    c->chunk = (unsigned)(2 * chunk < most ? 2 * chunk : most);
    c->chunk_good = 0;
}

/* *lost: less of it came back than was typed. */
static int type_command(struct console *c, const char *command, bool *lost)
{
    enum echo echo = c->dialect->echo;
    size_t len = strlen(command);
    size_t first = console_is_heard(c) ? chunk_of(c) : 1;
    int ret = 0;

    console_discard(c);
    c->typed = true;
    if (echo == ECHO_NONE)
        return console_send_bytes(c, command, len);
    for (size_t at = 0; ret == 0 && at < len;) {
        size_t most = at == 0 ? first : chunk_of(c);
        size_t chunk = len - at < most ? len - at : most;
        ret = echo == ECHO_PLAIN ? type_chunk(c, command + at, chunk, lost)
                                 : type_redrawn(c, command, at + chunk, chunk);
        at += chunk;
    }
    if (ret == 0) {
        console_discard(c); /* a start may stand before a line drawn anew */
        console_note_heard(c);
    }
    return ret;
}

/* Types until the echo is right. -EILSEQ: it never was; got: what came.
 * -ETIMEDOUT: who shows a prompt now may not be who was typed to, or it
 * starts. */
static int type_and_compare(struct console *c, const char *command, char *got,
                            size_t size)
{
    bool silent = c->silent;
    int ret = -EILSEQ;
    int resync;

    for (int i = 0; i < ECHO_TRIES && ret == -EILSEQ; i++) {
        bool lost = false;
        ret = type_command(c, command, &lost);
        if (ret == 0)
            type_more(c, strlen(command));
        if (ret != -EILSEQ)
            break;
        if (lost && strlen(command) > CHUNK_MIN && type_less(c))
            i--; /* that was no noise */
        c->wrong_echoes++;
        transcript_tail(c->transcript, 48, got, size);
        console_discard(c);
        if (c->restarted)
            break; /* its countdown is running: no time to lose */
        resync = console_resync(c, deadline_in(3000));
        if (resync == -ENODEV || atomic_load(&c->shutdown))
            ret = resync; /* that is why the echo did not come */
        else if (resync == -EINTR || (c->silent && !silent))
            ret = -ETIMEDOUT; /* something may still be typed there, or it may
                                 be another device */
        if (resync < 0)
            break;
    }
    return ret;
}

int console_begin(struct console *c, const char *command, bool enter,
                  struct err *err)
{
    const struct span text = {command, strlen(command)};
    char got[200] = "";
    bool silent = c->silent;
    int ret;

    enter = enter && c->dialect->line_end.len > 0;
    c->enter_given = false;
    console_end_is_answered(c); /* it stands at the prompt */
    c->working = false;
    if (pattern_forbids(c->dialect->never, c->dialect->n_never, command,
                        text.len))
        return err_set(err, -EPERM,
                       "'%s' is never to be typed, says dialect %s", command,
                       c->dialect->name);
    if (c->dialect->prompt_changes && console_at_prompt(c))
        console_learn_prompt(c, console_partial(c));
    if (enter) {
        ret = type_and_compare(c, command, got, sizeof(got));
    } else {
        console_discard(c);
        ret = console_send_bytes(c, command, text.len);
    }
    if (c->restarted)
        return err_set(err, -ETIMEDOUT, "reset while '%s' was typed", command);
    if (c->silent && !silent)
        return err_set(err, -ETIMEDOUT, "silent while '%s' was typed", command);
    if (ret == 0 && enter)
        ret = console_send(c, &c->dialect->line_end);
    c->typed = c->typed && ret != 0;
    if (ret == 0)
        atomic_fetch_add(&c->commands, 1);
    c->working = ret == 0;
    if (ret == -EILSEQ)
        return err_set(err, ret, "typed '%s', the echo was not the same: ...%s",
                       command, got);
    return ret < 0 ? err_set(err, ret, "cannot send '%s': %s", command,
                             strerror(-ret))
                   : 0;
}
