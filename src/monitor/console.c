// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: lines, echo, prompt, resynchronising.

#include "monitor/console.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

/* A prompt counts when nothing follows it for so long: the same text may stand
 * in an answer. More than an USB adapter's 16 ms between two packets. */
#define PROMPT_QUIET_MS 60U
/* So long, and what is nearly the prompt is taken for a damaged one. */
#define NEAR_QUIET_MS   300U
#define ECHO_TIMEOUT_MS 700U
/* An answer may take so many of its time-outs, however it dribbles. */
#define ASK_PATIENCE     12U
#define LOOKS_MAX        16 /* chunks that console_look takes: some talk on */
#define CLEAR_TRIES      3
#define ECHO_TRIES       3
#define WRITE_TIMEOUT_MS 2000U

int console_init(struct console *c, struct line *line, struct err *err)
{
    *c = (struct console){.line = line, .in = BUF_LIMITED(65536)};
    atomic_init(&c->shutdown, false);
    c->transcript = transcript_new();
    if (c->transcript == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    return 0;
}

void console_free(struct console *c)
{
    line_close(c->line);
    transcript_free(c->transcript);
    buf_free(&c->in);
    *c = (struct console){.line = NULL};
}

/* Throws away what has been received and not taken. */
static void forget(struct console *c)
{
    buf_clear(&c->in);
    c->taken = 0;
}

int console_reopen(struct console *c, struct err *err)
{
    forget(c);
    c->skipping = false;
    c->ansi = (struct ansi){0};
    return line_reopen(c->line, err);
}

static void keep(struct console *c, char *bytes, size_t len)
{
    buf_drop(&c->in, c->taken);
    c->taken = 0;
    if (!buf_add(&c->in, bytes, ansi_strip(&c->ansi, bytes, len)))
        forget(c); /* 64 KiB that nobody takes */
}

int console_fill(struct console *c, struct deadline until)
{
    char chunk[4096];
    ssize_t n;

    if (atomic_load(&c->shutdown))
        return -EINTR;
    n = line_read(c->line, chunk, sizeof(chunk), until);
    if (n <= 0)
        return (int)n;
    atomic_fetch_add(&c->received, (uint64_t)n);
    transcript_add(c->transcript, chunk, (size_t)n);
    c->last_byte_ms = clock_ms();
    keep(c, chunk, (size_t)n);
    return (int)n;
}

bool console_give_up(struct console *c)
{
    if (atomic_load(&c->shutdown))
        return true;
    return c->attend != NULL && c->attend(c->attend_arg);
}

/* As console_fill, for a wait that may be given up. */
static int fill_patiently(struct console *c, struct deadline until)
{
    int n = console_fill(c, until);

    return n == -EINTR && !console_give_up(c) ? 0 : n;
}

/* As console_fill, for what must not stop half way: a command being typed or
 * its answer. */
static int fill_on(struct console *c, struct deadline until)
{
    int n = console_fill(c, until);

    if (n == -EINTR && !atomic_load(&c->shutdown)) {
        (void)console_give_up(c); /* its owner may have other things to do */
        return 0;
    }
    return n;
}

static bool is_end(char ch)
{
    return ch == '\r' || ch == '\n';
}

/* Moves taken over what is left of a line that was cut. */
static void skip_rest(struct console *c)
{
    while (c->skipping && c->taken < c->in.len)
        c->skipping = !is_end(c->in.data[c->taken++]);
}

bool console_take_line(struct console *c, struct span *out)
{
    size_t end;

    skip_rest(c);
    while (c->taken < c->in.len && is_end(c->in.data[c->taken]))
        c->taken++;
    for (end = c->taken; end < c->in.len && !is_end(c->in.data[end]); end++)
        ;
    if (end == c->in.len && end - c->taken <= CONSOLE_LINE_MAX)
        return false;
    if (end - c->taken > CONSOLE_LINE_MAX) {
        c->skipping = end == c->in.len;
        *out = (struct span){c->in.data + c->taken, CONSOLE_LINE_MAX};
    } else {
        *out = (struct span){c->in.data + c->taken, end - c->taken};
    }
    c->taken = end;
    return true;
}

struct span console_partial(const struct console *c)
{
    size_t start = c->in.len;

    if (start == c->taken || c->skipping)
        return (struct span){"", 0};
    while (start > c->taken && !is_end(c->in.data[start - 1]))
        start--;
    return (struct span){c->in.data + start, c->in.len - start};
}

bool console_at_prompt(const struct console *c)
{
    struct span last = console_partial(c);

    return c->prompt_len > 0 && last.len == c->prompt_len &&
           memcmp(last.text, c->prompt, last.len) == 0;
}

static bool is_any(struct pattern **list, size_t n, struct span line)
{
    for (size_t i = 0; i < n; i++)
        if (pattern_match(list[i], line.text, line.len, 0, NULL))
            return true;
    return false;
}

void console_note_line(struct console *c, struct span line)
{
    const struct dialect *d = c->dialect;

    if (d != NULL && (is_any(d->banners, d->n_banners, line) ||
                      is_any(d->hints, d->n_hints, line)))
        c->restarted = true;
}

bool console_near_prompt(const struct console *c)
{
    struct span last = console_partial(c);
    const char *want = c->prompt;
    size_t len = c->prompt_len;
    size_t front = 0;
    size_t back = 0;

    if (len < 2 || last.len + 1 < len || last.len > len + 1)
        return false;
    while (front < len && front < last.len && last.text[front] == want[front])
        front++;
    while (back < len - front && back < last.len - front &&
           last.text[last.len - 1 - back] == want[len - 1 - back])
        back++;
    /* What is left of either between the two is one character at most. */
    return len - front - back <= 1 && last.len - front - back <= 1;
}

int console_look(struct console *c)
{
    struct span line;
    int n = 1;

    if (console_at_prompt(c))
        forget(c); /* what comes now may go on in the prompt's line */
    for (int i = 0; n > 0 && i < LOOKS_MAX; i++) {
        n = console_fill(c, deadline_in(0));
        while (n > 0 && console_take_line(c, &line))
            console_note_line(c, line);
    }
    return n < 0 ? n : 0;
}

/* Throws away what came unasked. A banner in it tells of a reset that must not
 * be missed: another device may have started. */
static void discard(struct console *c)
{
    struct span line;

    while (console_take_line(c, &line))
        console_note_line(c, line);
    console_note_line(c, console_partial(c));
    forget(c);
}

int console_drain(struct console *c, unsigned quiet_ms, struct deadline until)
{
    struct deadline quiet = deadline_in(quiet_ms);
    struct span line;

    while (!deadline_passed(quiet) && !deadline_passed(until)) {
        int n = fill_patiently(c, deadline_min(quiet, until));
        if (n < 0)
            return n;
        if (n > 0)
            quiet = deadline_in(quiet_ms);
        while (console_take_line(c, &line))
            console_note_line(c, line);
        /* The last, unterminated line stays: it may be the prompt. */
    }
    return 0;
}

static int send_bytes(struct console *c, const char *bytes, size_t len)
{
    atomic_fetch_add(&c->sent, len);
    return line_write(c->line, bytes, len, deadline_in(WRITE_TIMEOUT_MS));
}

int console_send(struct console *c, const struct keys *keys)
{
    return keys->len > 0 ? send_bytes(c, keys->bytes, keys->len) : 0;
}

/* Sends len bytes and waits until exactly they have come back. An escape
 * sequence or a NUL among them is wrong, too: it may stand in the command. */
static int type_chunk(struct console *c, const char *bytes, size_t len)
{
    struct deadline until = deadline_in(ECHO_TIMEOUT_MS);
    uint64_t before = atomic_load(&c->received);
    int ret = send_bytes(c, bytes, len);

    while (ret == 0 && c->in.len - c->taken < len) {
        int n = fill_on(c, until);
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
    forget(c);
    return 0;
}

static int type_command(struct console *c, const char *command)
{
    size_t len = strlen(command);
    int ret = 0;

    forget(c);
    if (!c->dialect->echo)
        return send_bytes(c, command, len);
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
        discard(c);
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
        discard(c);
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
        discard(c);
        if (c->restarted && !restarted)
            break; /* its countdown is running: no time to lose */
        resync = console_resync(c, deadline_in(3000));
        if (resync == -ENODEV || resync == -EINTR)
            ret = resync; /* that is why the echo did not come */
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

/* Moves complete lines to answer. The first one is the rest of the echoed
 * line: empty, since the echo was taken while typing. Only where the form of
 * the answer is known is a banner none: others tell the version. */
static int collect(struct console *c, bool known, struct buf *answer)
{
    struct span line;

    while (console_take_line(c, &line)) {
        if (known)
            console_note_line(c, line);
        if (!buf_add(answer, line.text, line.len) || !buf_add(answer, "\n", 1))
            return -EMSGSIZE;
    }
    return 0;
}

/* The last line says that the system starts soon: no answer ends so. */
static bool counts_down(const struct console *c)
{
    return is_any(c->dialect->hints, c->dialect->n_hints, console_partial(c));
}

static bool is_enough(struct pattern *enough, const struct buf *answer)
{
    return enough != NULL && answer->len > 0 &&
           pattern_match(enough, answer->data, answer->len, 0, NULL);
}

int console_ask(struct console *c, const char *command, struct pattern *enough,
                unsigned timeout_ms, struct buf *answer, struct err *err)
{
    struct deadline silent;
    struct deadline whole;
    bool restarted = c->restarted;
    int ret = console_begin(c, command, err);

    if (ret < 0)
        return ret;
    whole = deadline_in((uint64_t)timeout_ms * ASK_PATIENCE);
    silent = deadline_in(timeout_ms);
    for (;;) {
        bool prompt = console_at_prompt(c);
        bool starting = counts_down(c);
        int n;
        if (prompt && is_enough(enough, answer))
            return 0;
        n = fill_on(c, prompt || starting       ? deadline_in(PROMPT_QUIET_MS)
                       : console_near_prompt(c) ? deadline_in(NEAR_QUIET_MS)
                                                : silent);
        if (n < 0)
            return err_set(err, n, "'%s': the port went away", command);
        if (n == 0 && prompt)
            return 0;
        c->restarted = c->restarted || (n == 0 && starting);
        if (deadline_passed(whole) ||
            (n == 0 && (deadline_passed(silent) || console_near_prompt(c))))
            return err_set(err, -ETIMEDOUT,
                           "'%s': no prompt within %u ms after the answer",
                           command, timeout_ms);
        if (n > 0)
            silent = deadline_in(timeout_ms);
        if (collect(c, enough != NULL, answer) < 0)
            return err_set(err, -EMSGSIZE, "'%s': an answer without end",
                           command);
        if (c->restarted && !restarted)
            return err_set(err, -ETIMEDOUT, "'%s': the device was reset",
                           command);
    }
}
