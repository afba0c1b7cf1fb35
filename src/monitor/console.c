// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: bytes, lines, prompt.

#include "monitor/console_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* So often its owner is asked while it waits: readers whose time is up. */
#define ATTEND_MS        500U
#define LOOKS_MAX        16 /* chunks that console_look takes: some talk on */
#define WRITE_TIMEOUT_MS 2000U
#define HEARD_MS         1000U  /* nobody changes a plug in less */
#define START_MS         25000U /* from a banner to what it starts */

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

bool console_is_heard(const struct console *c)
{
    uint64_t now = clock_ms();

    return (c->heard_ms != 0 && now - c->heard_ms < HEARD_MS) ||
           (c->dialect != NULL && console_at_prompt(c) &&
            now - c->last_byte_ms < HEARD_MS);
}

void console_note_heard(struct console *c)
{
    c->heard_ms = clock_ms();
}

int console_set_baud(struct console *c, unsigned baud)
{
    c->heard_ms = 0;
    return line_set_baud(c->line, baud);
}

void console_forget(struct console *c)
{
    buf_clear(&c->in);
    c->taken = 0;
    c->last_line_len = 0;
}

int console_reopen(struct console *c, struct err *err)
{
    console_forget(c);
    c->skipping = false;
    c->foreign = c->restarted = false;
    c->restart_line[0] = '\0';
    c->start_ms = 0;
    c->enter_given = false;
    c->heard_ms = 0;
    c->unheard_ms = 0;
    console_end_is_answered(c);
    c->ansi = (struct ansi){0};
    return line_reopen(c->line, err);
}

static void keep(struct console *c, char *bytes, size_t len)
{
    buf_drop(&c->in, c->taken);
    c->taken = 0;
    if (!buf_add(&c->in, bytes, ansi_strip(&c->ansi, bytes, len)))
        console_forget(c); /* 64 KiB that nobody takes */
}

/* Waits as line_read. That time counts, and no other: an idle console misses
 * nothing. */
static ssize_t listen(struct console *c, char *bytes, size_t size,
                      struct deadline until)
{
    uint64_t before_ms = clock_ms();
    ssize_t n = line_read(c->line, bytes, size, until);

    c->unheard_ms += clock_ms() - before_ms;
    if (n <= 0)
        return n;
    c->silent = c->silent ||
                (!c->working && c->unheard_ms >= CONSOLE_SILENT_MS);
    c->unheard_ms = 0;
    return n;
}

int console_fill(struct console *c, struct deadline until)
{
    char chunk[4096];
    ssize_t n;

    if (atomic_load(&c->shutdown))
        return -EINTR;
    n = listen(c, chunk, sizeof(chunk), until);
    if (n <= 0)
        return (int)n;
    atomic_fetch_add(&c->received, (uint64_t)n);
    if (!c->hush)
        transcript_add(c->transcript, chunk, (size_t)n);
    c->last_byte_ms = clock_ms();
    if (garble_add(&c->garble, chunk, (size_t)n) && c->watch_garble)
        c->restarted = c->garbled = true;
    for (ssize_t i = 0; c->end_open && i < n; i++)
        c->end_text += chunk[i] > ' ' && chunk[i] < 0x7f;
    if (memchr(chunk, '\n', (size_t)n) != NULL)
        c->line_came = true;
    keep(c, chunk, (size_t)n);
    return (int)n;
}

bool console_give_up(struct console *c)
{
    if (atomic_load(&c->shutdown))
        return true;
    return c->attend != NULL && c->attend(c->attend_arg);
}

/* As console_fill, but not for longer than its owner can be left alone: -EINTR
 * then, too. */
static int fill_a_while(struct console *c, struct deadline until)
{
    int n = console_fill(c, deadline_min(until, deadline_in(ATTEND_MS)));

    return n == 0 && !deadline_passed(until) ? -EINTR : n;
}

/* As console_fill, for a wait that may be given up: -EINTR means that it is. */
static int fill_patiently(struct console *c, struct deadline until)
{
    int n;

    do {
        n = fill_a_while(c, until);
    } while (n == -EINTR && !console_give_up(c));
    return n;
}

int console_fill_on(struct console *c, struct deadline until)
{
    int n;

    do {
        n = fill_a_while(c, until);
        if (n == -EINTR)
            (void)console_give_up(c); /* its owner may have things to do */
    } while (n == -EINTR && !atomic_load(&c->shutdown));
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

/* Kept for what tells the end of an answer, which is no long line. */
static void remember_line(struct console *c, struct span line)
{
    size_t blanks = 0;

    while (blanks < line.len && line.text[blanks] == ' ')
        blanks++;
    if (blanks == line.len)
        return;
    c->lines++;
    c->last_line_len = line.len <= sizeof(c->last_line) ? line.len : 0;
    memcpy(c->last_line, line.text, c->last_line_len);
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
    remember_line(c, *out);
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

bool console_is_any(struct pattern **list, size_t n, struct span line)
{
    for (size_t i = 0; i < n; i++)
        if (pattern_match(list[i], line.text, line.len, 0, NULL))
            return true;
    return false;
}

static bool is_start_of(const struct dialect *d, struct span line)
{
    return console_is_any(d->banners, d->n_banners, line) ||
           console_is_any(d->hints, d->n_hints, line);
}

static bool is_start_of_another(const struct console *c, struct span line)
{
    for (size_t i = 0; c->others != NULL && c->others[i] != NULL; i++)
        if (is_start_of(c->others[i], line))
            return true;
    return false;
}

void console_note_start(struct console *c, bool foreign)
{
    c->foreign = foreign;
    c->start_ms = clock_ms();
}

bool console_is_starting(const struct console *c)
{
    return c->start_ms != 0 && clock_ms() - c->start_ms < START_MS;
}

bool console_starts_another(const struct console *c)
{
    return c->foreign && console_is_starting(c);
}

void console_note_line(struct console *c, struct span line)
{
    bool own = c->dialect != NULL && is_start_of(c->dialect, line);

    if (!own && !is_start_of_another(c, line))
        return;
    c->restarted = true;
    console_end_is_answered(c);
    console_note_start(c, !own && c->dialect != NULL);
    (void)snprintf(c->restart_line, sizeof(c->restart_line), "%.*s",
                   line.len < 150 ? (int)line.len : 150, line.text);
}

int console_look(struct console *c)
{
    bool before = c->restarted;
    struct span line;
    int n = 1;

    if (console_at_prompt(c))
        console_forget(c); /* what comes now may go on in the prompt's line */
    for (int i = 0; n > 0 && i < LOOKS_MAX && c->restarted == before; i++) {
        n = console_fill(c, deadline_in(0));
        while (n > 0 && c->restarted == before && console_take_line(c, &line))
            console_note_line(c, line);
    }
    return n < 0 ? n : 0;
}

/* Takes lines that nobody wants, up to one that tells of a start. */
static void drop_lines(struct console *c)
{
    struct span line;

    while (!c->restarted && console_take_line(c, &line))
        console_note_line(c, line);
}

/* Throws away what came unasked. A banner in it tells of a reset that must not
 * be missed: another device may have started. */
void console_discard(struct console *c)
{
    drop_lines(c);
    if (c->restarted)
        return;
    console_note_line(c, console_partial(c));
    console_forget(c);
}

void console_note_waiting(struct console *c)
{
    size_t end;

    for (size_t at = c->taken; !c->skipping && at < c->in.len; at = end + 1) {
        for (end = at; end < c->in.len && !is_end(c->in.data[end]); end++)
            ;
        if (end > at)
            console_note_line(c, (struct span){c->in.data + at, end - at});
    }
}

int console_drain(struct console *c, unsigned quiet_ms, struct deadline until)
{
    struct deadline quiet = deadline_in(quiet_ms);

    /* Once it starts anew, there may be little time to break in. */
    while (!deadline_passed(quiet) && !deadline_passed(until) &&
           !c->restarted) {
        int n = fill_patiently(c, deadline_min(quiet, until));
        if (n < 0)
            return n;
        if (n > 0)
            quiet = deadline_in(quiet_ms);
        drop_lines(c);
        /* The last, unterminated line stays: it may be the prompt. */
    }
    return 0;
}

int console_send_bytes(struct console *c, const char *bytes, size_t len)
{
    if (c->restarted)
        return -ETIMEDOUT;
    atomic_fetch_add(&c->sent, len);
    c->end_open = false;
    c->line_came = false;
    return line_write(c->line, bytes, len, deadline_in(WRITE_TIMEOUT_MS));
}

int console_send(struct console *c, const struct keys *keys)
{
    return keys->len > 0 ? console_send_bytes(c, keys->bytes, keys->len) : 0;
}
