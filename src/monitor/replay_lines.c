// SPDX-License-Identifier: BSD-2-Clause
// A captured log into lines, as the console would have handed them out.

#include "monitor/replay_priv.h"

#include "base/num.h"
#include "monitor/ansi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MIN   4U /* one behind the other, and it looks like memory */
#define LONG_DIGITS 32U

static bool is_end(char c)
{
    return c == '\r' || c == '\n';
}

/* Backspaces move a cursor: what a person saw. In place. */
static size_t draw(char *text, size_t len)
{
    size_t at = 0;
    size_t end = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\b') {
            at -= at > 0;
            continue;
        }
        text[at++] = text[i];
        end = at > end ? at : end;
    }
    return end;
}

int replay_add_line(struct replay_log *log, const struct replay_line *line,
                    struct err *err)
{
    struct replay_line *grown;

    if (log->n == REPLAY_LINES_MAX)
        return err_set(err, -EFBIG, "more than %u lines", REPLAY_LINES_MAX);
    if (log->n == log->room) {
        log->room = log->room == 0 ? 256 : 2 * log->room;
        grown = realloc(log->lines, log->room * sizeof(*grown));
        if (grown == NULL)
            return err_set(err, -ENOMEM, "out of memory");
        log->lines = grown;
    }
    log->lines[log->n++] = *line;
    return 0;
}

/* The file's lines end with LF, whatever else stands there; if none does, with
 * CR. */
static char counted_end(const char *text, size_t len)
{
    return len > 0 && memchr(text, '\n', len) != NULL ? '\n' : '\r';
}

static int split(struct replay_log *log, size_t len, struct err *err)
{
    char counted = counted_end(log->bytes, len);
    size_t number = 1;
    int ret = 0;

    for (size_t at = 0; ret == 0 && at < len;) {
        struct replay_line line = {.text = log->bytes + at, .number = number};
        while (at < len && !is_end(log->bytes[at]))
            at++;
        line.len = draw(log->bytes + (line.text - log->bytes),
                        (size_t)(log->bytes + at - line.text));
        if (line.len > CONSOLE_LINE_MAX)
            line.len = CONSOLE_LINE_MAX;
        if (at < len && log->bytes[at] == counted)
            number++;
        at++;
        if (line.len > 0)
            ret = replay_add_line(log, &line, err);
    }
    return ret;
}

int replay_split(struct replay_log *log, const char *text, size_t len,
                 struct err *err)
{
    struct ansi ansi = {0};

    *log = (struct replay_log){.bytes = NULL};
    if (len > REPLAY_TEXT_MAX)
        return err_set(err, -EFBIG, "longer than %u MiB",
                       REPLAY_TEXT_MAX >> 20);
    log->bytes = malloc(len + 1);
    if (log->bytes == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    if (len > 0)
        memcpy(log->bytes, text, len);
    return split(log, ansi_strip(&ansi, log->bytes, len), err);
}

void replay_log_free(struct replay_log *log)
{
    free(log->bytes);
    free(log->lines);
    *log = (struct replay_log){.bytes = NULL};
}

void replay_text(const struct replay *r, size_t first, size_t last,
                 struct buf *out)
{
    buf_clear(out);
    for (size_t i = first; i < last; i++) {
        const struct replay_line *line = &r->log.lines[i];
        if (out->len + line->len + 1 > REPLAY_ANSWER_MAX)
            return;
        (void)buf_add(out, line->text, line->len);
        (void)buf_add(out, "\n", 1);
    }
}

bool replay_is_blank(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.text[i] != ' ' && text.text[i] != '\t')
            return false;
    return true;
}

struct span replay_trim(struct span text)
{
    while (text.len > 0 && (*text.text == ' ' || *text.text == '\t')) {
        text.text++;
        text.len--;
    }
    while (text.len > 0 &&
           (text.text[text.len - 1] == ' ' || text.text[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Digits of a cell; 0: it is none. */
static size_t cell_digits(const char *text, size_t len)
{
    if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        text += 2;
        len -= 2;
    }
    if (len < 2 || (len & (len - 1)) != 0 || len > 16)
        return 0;
    for (size_t i = 0; i < len; i++)
        if (num_hex_digit(text[i]) < 0)
            return 0;
    return len;
}

/* Of one character alone: what a waiting file transfer sends, a rule. */
static bool is_monotonous(struct span text)
{
    for (size_t i = 1; i < text.len; i++)
        if (text.text[i] != text.text[0])
            return false;
    return num_hex_digit(text.text[0]) % 15 != 0;
}

/* S-records, and hex digits without end. */
static bool is_long(struct span text)
{
    size_t from = text.len > 2 && text.text[0] == 'S' ? 1 : 0;

    for (size_t i = from; i < text.len; i++)
        if (num_hex_digit(text.text[i]) < 0)
            return false;
    return text.len >= LONG_DIGITS && !is_monotonous(text);
}

bool replay_is_memory(struct span text)
{
    const char *at = text.text;
    const char *end = text.text + text.len;
    unsigned cells = 0; /* of the same width, one behind the other */
    size_t width = 0;

    if (is_long(replay_trim(text)))
        return true;
    while (at < end) {
        const char *word = at;
        size_t digits;
        while (at < end && *at != ' ' && *at != '\t')
            at++;
        digits = cell_digits(word, (size_t)(at - word));
        cells = digits == 0 ? 0 : digits == width ? cells + 1 : 1;
        width = digits;
        if (cells == CELLS_MIN)
            return true;
        while (at < end && (*at == ' ' || *at == '\t' || *at == '-'))
            at++;
    }
    return false;
}
