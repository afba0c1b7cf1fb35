// SPDX-License-Identifier: BSD-2-Clause
// The text form of a dialect, parsed by libconfuse.

/*
 * libconfuse checks keys, types and quotes and counts lines; what a key's
 * value means is checked here. Two things it lets pass are caught: a section
 * whose closing brace is missing at the end of the file (a key that only the
 * top level has is put behind the text) and values that are no numbers (sizes
 * and addresses are strings to it, for its integers are as short as long).
 */

#include "monitor/dialect_file.h"

#include "base/buf.h"
#include "monitor/dialect_lint.h"
#include "monitor/dialect_rules.h"
#include "monitor/dialect_schema.h"
#include "monitor/dialect_value.h"
#include "monitor/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse's error function gets no pointer of ours, so the reader is found
 * through this one; parsing is done by one thread. */
static struct dialect_reader *reading;

/* libconfuse forgets where a key stood. */
static int note_line(cfg_t *sec, cfg_opt_t *opt)
{
    struct dialect_line *grown = realloc(
        reading->lines, (reading->n_lines + 1) * sizeof(*grown));

    if (grown == NULL)
        return 0;
    reading->lines = grown;
    grown[reading->n_lines++] = (struct dialect_line){sec, opt->name,
                                                      sec->line};
    return 0;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
    char what[256];

    if (reading->failed)
        return;
    reading->failed = true;
    (void)vsnprintf(what, sizeof(what), fmt, ap);
    if (strstr(what, DIALECT_SENTINEL) != NULL)
        err_say(reading->err,
                "%s:%d: the closing '}' of section '%s' is missing",
                reading->path, cfg->line - 1, cfg_name(cfg));
    else
        err_say(reading->err, "%s:%d: %s%s", reading->path, cfg->line, what,
                strstr(what, "unterminated string") != NULL
                    ? "; the quote may have been opened further up"
                    : "");
}

static void read_recognise(struct dialect_reader *r, struct dialect *d,
                           cfg_t *top)
{
    cfg_t *sec = cfg_getsec(top, "recognise");

    d->banners = value_patterns(r, sec, "banner", &d->n_banners);
    d->hints = value_patterns(r, sec, "hint", &d->n_hints);
    d->recognise_command = value_command(r, sec, "command", VALUE_OPTIONAL);
    d->recognise_answer = value_pattern(r, sec, "answer");
    if ((d->recognise_command == NULL) != (d->recognise_answer == NULL))
        (void)value_fail(r, sec, "answer", "command and answer go together");
    d->history = value_pattern(r, sec, "history");
    d->without_history = value_command(r, sec, "without-history",
                                       VALUE_OPTIONAL);
    if ((d->history == NULL) != (d->without_history == NULL))
        (void)value_fail(r, sec, "history",
                         "history and without-history go together");
    if (d->history != NULL && d->recognise_command == NULL)
        (void)value_fail(r, sec, "history",
                         "needs command: its answer is what is matched");
}

/* First of all: each command is compared as it is read. */
static void read_never(struct dialect_reader *r, struct dialect *d, cfg_t *top)
{
    cfg_t *sec = cfg_getsec(top, "console");

    d->never = value_patterns(r, sec, "never", &d->n_never);
    r->never = d->never;
    r->n_never = d->n_never;
}

static void read_prompt(struct dialect_reader *r, struct dialect *d, cfg_t *sec)
{
    d->prompt = value_pattern(r, sec, "prompt");
    d->prompt_changes = cfg_getbool(sec, "prompt-changes") == cfg_true;
    d->done = value_pattern(r, sec, "done");
    if (d->prompt == NULL && d->done == NULL)
        (void)value_fail(r, sec, "prompt", "missing, and so is done");
    if (d->prompt == NULL && d->prompt_changes)
        (void)value_fail(r, sec, "prompt-changes", "there is no prompt");
}

static bool is_line_end(char ch)
{
    return ch == '\r' || ch == '\n';
}

/* A key that is sent wherever the device is must run nothing. */
static void no_line_end(struct dialect_reader *r, cfg_t *sec, const char *key,
                        const struct keys *keys)
{
    for (size_t i = 0; i < keys->len; i++)
        if (is_line_end(keys->bytes[i])) {
            (void)value_fail(r, sec, key,
                             "a line end in it would run what stands typed");
            return;
        }
}

/* One blank and a line end, if nothing is said: no command, and no empty line
 * either. */
static void read_wake(struct dialect_reader *r, struct dialect *d, cfg_t *sec)
{
    d->empty_line_repeats = cfg_getbool(sec, "empty-line-repeats") == cfg_true;
    d->wake = value_keys(r, sec, "wake");
    if (d->wake.len == 0 && cfg_size(sec, "wake") > 0 &&
        cfg_getstr(sec, "wake") != NULL)
        (void)value_fail(r, sec, "wake", "must not be empty");
    if (d->wake.len == 0 && d->line_end.len == 0)
        (void)value_fail(r, sec, "wake", "missing: there is no line end");
    if (d->wake.len == 0) {
        d->wake = (struct keys){" ", 1};
        memcpy(d->wake.bytes + 1, d->line_end.bytes, d->line_end.len);
        d->wake.len += d->line_end.len;
    }
    if (d->empty_line_repeats && is_line_end(d->wake.bytes[0]))
        (void)value_fail(r, sec, "wake",
                         "an empty line, which may run the last command "
                         "again: give a key that only shows the prompt, or "
                         "say empty-line-repeats = false");
}

static void read_console(struct dialect_reader *r, struct dialect *d,
                         cfg_t *top)
{
    static const char *const echoes[] = {"none",  "plain", "redrawn",
                                         "false", "true",  NULL};
    cfg_t *sec = cfg_getsec(top, "console");

    read_prompt(r, d, sec);
    d->line_end = value_keys(r, sec, "line-end");
    read_wake(r, d, sec);
    d->leave = value_keys(r, sec, "leave");
    d->clear = value_keys(r, sec, "clear");
    d->clear_times = value_uint(r, sec, "clear-times", 1, 4096);
    d->interrupt = value_keys(r, sec, "interrupt");
    d->echo = (enum echo)(value_choice(r, sec, "echo", echoes) % 3);
    d->type_chunk = value_uint(r, sec, "type-chunk", 1, 1024);
    d->answer_ms = value_uint(r, sec, "answer-time", 1, 600) * 1000;
    d->unknown = value_pattern(r, sec, "unknown");
    d->fault = value_pattern(r, sec, "fault");
    d->pager = value_exchanges(r, sec, "pager");
    d->unlock = value_command(r, sec, "unlock", VALUE_MAYBE);
    no_line_end(r, sec, "clear", &d->clear);
    no_line_end(r, sec, "leave", &d->leave);
    no_line_end(r, sec, "interrupt", &d->interrupt);
}

static void read_break_in(struct dialect_reader *r, struct break_in *b,
                          cfg_t *sec)
{
    b->when = value_pattern(r, sec, "when");
    b->send = value_key_template(r, sec, "send");
    b->fresh = cfg_getbool(sec, "fresh") == cfg_true;
    b->every_ms = value_uint(r, sec, "every", 10, 60000);
    b->password = b->send != NULL && template_has(b->send, "password");
    b->question = b->password || cfg_getbool(sec, "question") == cfg_true;
    if (b->send == NULL)
        (void)value_fail(r, sec, "send", "missing");
    b->line_end = b->send != NULL && strpbrk(b->send, "\r\n") != NULL;
    if ((b->question || b->line_end) && b->when == NULL)
        (void)value_fail(r, sec, "when",
                         "missing: which question do the keys answer?");
}

static void read_break_ins(struct dialect_reader *r, struct dialect *d,
                           cfg_t *top)
{
    d->break_ins = value_array(r, top, "break-in", sizeof(*d->break_ins),
                               &d->n_break_ins);
    for (size_t i = 0; i < d->n_break_ins; i++)
        read_break_in(r, &d->break_ins[i],
                      cfg_getnsec(top, "break-in", (unsigned)i));
}

static void read_all(struct dialect_reader *r, struct dialect *d, cfg_t *top)
{
    d->description = value_string(r, top, "description");
    d->order = value_uint(r, top, "order", 0, 1000);
    d->speed = value_uint(r, top, "speed", 0, 20000000);
    read_never(r, d, top);
    read_recognise(r, d, top);
    read_console(r, d, top);
    read_break_ins(r, d, top);
    dialect_read_dumps(r, d, top);
    dialect_read_checksums(r, d, top);
    dialect_read_uniforms(r, d, top);
    dialect_read_footers(r, d, top);
    dialect_read_maps(r, d, top);
    dialect_read_identities(r, d, top);
    dialect_read_media(r, d, top);
}

/* Blanks a comment that starts at text, of any of libconfuse's three kinds;
 * the last byte of it, or text when there is none. */
static char *blank_comment(char *text)
{
    bool block = text[0] == '/' && text[1] == '*';
    char *end;

    if (text[0] != '#' && !block && !(text[0] == '/' && text[1] == '/'))
        return text;
    end = block ? strstr(text + 2, "*/") : strchr(text, '\n');
    end = end == NULL ? text + strlen(text) : end + (block ? 2 : 0);
    for (; text < end; text++)
        if (*text != '\n')
            *text = ' ';
    return end - 1;
}

/* libconfuse 3.3 counts two lines too many for each comment, and its messages
 * would point nowhere. */
static void blank_comments(char *text)
{
    char quote = '\0';

    for (; *text != '\0'; text++) {
        if (quote != '\0' && *text == '\\' && text[1] != '\0')
            text++;
        else if (quote != '\0')
            quote = *text == quote ? '\0' : quote;
        else if (*text == '"' || *text == '\'')
            quote = *text;
        else
            text = blank_comment(text);
    }
}

/* The text with the sentinel behind it; a NUL in it would hide the rest. */
static int add_sentinel(struct buf *out, const char *text, size_t len,
                        const char *path, struct err *err)
{
    if (memchr(text, '\0', len) != NULL)
        return err_set(err, -EINVAL, "%s: not a text file", path);
    if (!buf_add(out, text, len) ||
        !buf_printf(out, "\n%s = 1\n", DIALECT_SENTINEL))
        return err_set(err, -ENOMEM, "out of memory");
    blank_comments(out->data);
    return 0;
}

static int parse(struct dialect_reader *r, struct dialect **out,
                 const char *text, size_t len)
{
    struct buf whole = {0};
    struct dialect *d = NULL;
    cfg_t *top = NULL;
    int ret = add_sentinel(&whole, text, len, r->path, r->err);

    if (ret == 0) {
        ret = -ENOMEM;
        d = calloc(1, sizeof(*d));
        dialect_schema_watch(note_line);
        top = cfg_init(dialect_schema, CFGF_NONE);
    }
    if (d != NULL && top != NULL) {
        reading = r;
        (void)cfg_set_error_function(top, on_error);
        if (cfg_parse_buf(top, whole.data) != CFG_SUCCESS && !r->failed)
            (void)value_fail(r, top, "file", "not understood");
        if (!r->failed)
            read_all(r, d, top);
        if (!r->failed && r->notes != NULL)
            dialect_lint(r, d, top);
        reading = NULL;
        free(r->lines);
        ret = r->failed ? -EINVAL : 0;
    }
    if (top != NULL)
        (void)cfg_free(top);
    buf_free(&whole);
    if (ret == 0)
        *out = d;
    else
        dialect_free(d);
    return ret;
}

int dialect_parse(struct dialect **out, const char *text, size_t len,
                  const char *path, struct err *err)
{
    struct dialect_reader r = {.path = path, .err = err};

    return parse(&r, out, text, len);
}

int dialect_check_text(const char *text, size_t len, const char *path,
                       struct buf *notes, struct err *err)
{
    struct dialect_reader r = {.path = path, .err = err, .notes = notes};
    struct dialect *d = NULL;
    int ret = parse(&r, &d, text, len);

    dialect_free(d);
    return ret < 0 ? ret : (int)r.n_notes;
}
