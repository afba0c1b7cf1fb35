// SPDX-License-Identifier: BSD-2-Clause
// Damages what passes on one way, byte by byte.
#include "faultline_inject.h"

#include <stdarg.h>
#include <string.h>

#include "memory.h"

const char *const fl_names[FL_KINDS] = {
    [FL_FLIP] = "flip",
    [FL_REPLACE] = "replace",
    [FL_DROP] = "drop",
    [FL_DOUBLE] = "double",
    [FL_CONTROL] = "control",
    [FL_LOSE_LINE] = "lose-line",
    [FL_DOUBLE_LINE] = "double-line",
    [FL_CUT_LINE] = "cut-line",
    [FL_MESSAGE] = "message",
    [FL_MESSAGE_INSIDE] = "message-inside",
    [FL_PAUSE] = "pause",
    [FL_BURST] = "burst",
    [FL_PROMPT_TEXT] = "prompt-text",
};

enum { COLUMN_MAX = 40 };

void fl_inject_init(struct fl_injector *j, const struct fl_plan *plan,
                    uint64_t seed)
{
    memset(j, 0, sizeof *j);
    j->plan = plan;
    j->gate = j;
    j->random = seed;
    j->line_end = '\n';
    j->at_start = true;
    j->prompt_alone = true;
    j->quiet_over = !plan->quiet_until;
}

void fl_add(struct fl_bytes *out, const void *data, size_t len)
{
    if (len > FL_OUT_MAX - out->len)
        len = FL_OUT_MAX - out->len;
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

static bool active(const struct fl_injector *j)
{
    const struct fl_injector *g = j->gate;

    return g->quiet_over && g->offset >= j->plan->after &&
           g->offset < j->plan->until;
}

/* Does this fault come now? */
static bool strikes(struct fl_injector *j, enum fl_kind kind)
{
    unsigned long n = j->plan->one_in[kind];

    return n > 0 && active(j) && next_random(&j->random) % n == 0;
}

static unsigned pick(struct fl_injector *j, unsigned below)
{
    return (unsigned)(next_random(&j->random) % below);
}

__attribute__((format(printf, 3, 4))) static void
note(struct fl_injector *j, enum fl_kind kind, const char *format, ...)
{
    va_list args;

    j->count[kind]++;
    if (!j->log)
        return;
    fprintf(j->log, "%s %llu %s ", j->name, (unsigned long long)j->offset,
            fl_names[kind]);
    va_start(args, format);
    vfprintf(j->log, format, args);
    va_end(args);
    fputc('\n', j->log);
    fflush(j->log);
}

static bool starts_line(const struct fl_injector *j, uint8_t byte)
{
    return j->at_start && byte != '\r' && byte != '\n';
}

long fl_inject_pause(struct fl_injector *j, uint8_t byte)
{
    long ms = 0;

    if (!starts_line(j, byte))
        return 0;
    if (!j->only_host && j->lines + 1 == j->plan->once_line)
        ms = j->plan->once_ms;
    if (strikes(j, FL_PAUSE))
        ms += j->plan->pause_ms;
    if (ms > 0)
        note(j, FL_PAUSE, "%ld ms", ms);
    return ms;
}

static void add_burst(struct fl_injector *j, struct fl_bytes *out)
{
    unsigned len = 20 + pick(j, 381);

    note(j, FL_BURST, "%u bytes", len);
    for (unsigned i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)next_random(&j->random);

        fl_add(out, &byte, 1);
    }
}

static void add_message(struct fl_injector *j, enum fl_kind kind,
                        struct fl_bytes *out)
{
    char text[128];
    size_t len = fl_message(&j->random, text);

    note(j, kind, "%s", text);
    fl_add(out, text, len);
    fl_add(out, "\r\n", 2);
}

static void add_prompt(struct fl_injector *j, struct fl_bytes *out)
{
    note(j, FL_PROMPT_TEXT, "%s", j->prompt_alone ? "line" : "no line end");
    fl_add(out, j->plan->prompt, strlen(j->plan->prompt));
    if (j->prompt_alone)
        fl_add(out, "\r\n", 2);
    j->prompt_alone = !j->prompt_alone;
}

/* One which did not find its column in a short line awaits the next line. */
static void await_column(struct fl_injector *j, enum fl_kind kind,
                         size_t *column)
{
    if (!active(j))
        *column = 0;
    else if (strikes(j, kind) || *column > 0)
        *column = 1 + pick(j, COLUMN_MAX);
}

static void begin_line(struct fl_injector *j, struct fl_bytes *out)
{
    j->at_start = false;
    j->lines++;
    if (strikes(j, FL_BURST))
        add_burst(j, out);
    if (!j->only_host) {
        if (strikes(j, FL_MESSAGE))
            add_message(j, FL_MESSAGE, out);
        if (strikes(j, FL_PROMPT_TEXT))
            add_prompt(j, out);
        await_column(j, FL_MESSAGE_INSIDE, &j->inside_at);
    }
    await_column(j, FL_CUT_LINE, &j->cut_at);
    j->doubled = strikes(j, FL_DOUBLE_LINE);
    if (strikes(j, FL_LOSE_LINE)) {
        note(j, FL_LOSE_LINE, "line %llu", (unsigned long long)j->lines);
        j->line = FL_LOST;
    }
}

static void go_on_in_line(struct fl_injector *j, struct fl_bytes *out)
{
    j->column++;
    if (j->column == j->inside_at) {
        j->inside_at = 0;
        add_message(j, FL_MESSAGE_INSIDE, out);
    }
    if (j->column == j->cut_at && j->line == FL_PASS) {
        j->cut_at = 0;
        j->line = pick(j, 2) ? FL_CUT_KEEP_END : FL_CUT_ALL;
        note(j, FL_CUT_LINE, "line %llu, end %s", (unsigned long long)j->lines,
             j->line == FL_CUT_KEEP_END ? "kept" : "lost");
    }
}

/* What of the byte itself goes out; the damage a bad line does. */
static void pass(struct fl_injector *j, uint8_t byte, struct fl_bytes *out)
{
    uint8_t was = byte;
    char control[16];

    if (strikes(j, FL_CONTROL)) {
        size_t len = fl_control(&j->random, control);

        note(j, FL_CONTROL, "%02x, %zu bytes", (uint8_t)control[0], len);
        fl_add(out, control, len);
    }
    if (strikes(j, FL_DROP)) {
        note(j, FL_DROP, "%02x", byte);
        return;
    }
    if (strikes(j, FL_FLIP)) {
        byte ^= (uint8_t)(1 << pick(j, 8));
        note(j, FL_FLIP, "%02x %02x", was, byte);
    }
    if (strikes(j, FL_REPLACE)) {
        was = byte;
        byte = (uint8_t)(' ' + pick(j, 95));
        if (byte == was)
            byte = byte == '~' ? ' ' : byte + 1;
        note(j, FL_REPLACE, "%02x %02x", was, byte);
    }
    fl_add(out, &byte, 1);
    if (strikes(j, FL_DOUBLE)) {
        note(j, FL_DOUBLE, "%02x", byte);
        fl_add(out, &byte, 1);
    }
}

static bool passes(const struct fl_injector *j, uint8_t byte)
{
    if (j->line == FL_CUT_KEEP_END)
        return byte == '\r' || byte == '\n';
    return j->line == FL_PASS;
}

/* A line that was lost or cut is not doubled. */
static void end_line(struct fl_injector *j, struct fl_bytes *out)
{
    if (j->doubled && j->line == FL_PASS) {
        note(j, FL_DOUBLE_LINE, "line %llu", (unsigned long long)j->lines);
        fl_add(out, j->copy, j->copy_len);
    }
    j->doubled = false;
    j->copy_len = 0;
    j->line = FL_PASS;
    j->column = 0;
    j->at_start = true;
}

/* A prompt has no line end. Without this all that a device says behind it to
 * keys is lost, for as long as no line ends, which no receiver does. */
void fl_inject_answered(struct fl_injector *j)
{
    j->line = FL_PASS;
}

static void look_for_text(struct fl_injector *j, uint8_t byte)
{
    size_t len = strlen(j->plan->quiet_until);

    memmove(j->tail, j->tail + 1, len - 1);
    j->tail[len - 1] = byte;
    j->quiet_over = memcmp(j->tail, j->plan->quiet_until, len) == 0;
}

void fl_inject_byte(struct fl_injector *j, uint8_t byte, struct fl_bytes *out)
{
    if (starts_line(j, byte))
        begin_line(j, out);
    else if (!j->at_start)
        go_on_in_line(j, out);
    if (passes(j, byte))
        pass(j, byte, out);
    if (j->doubled && j->copy_len < FL_LINE_MAX)
        j->copy[j->copy_len++] = byte;
    if (!j->quiet_over)
        look_for_text(j, byte);
    j->offset++;
    if (byte == j->line_end && !j->at_start)
        end_line(j, out);
}
