// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the conversation: a device that says anything, in pieces of any size.

#include "fuzz.h"

#include "monitor/console.h"
#include "monitor/dump.h"

#include <errno.h>

/*
 * The input is what the device says: a byte n, then n bytes, again and again.
 * n = 0 says nothing for a while, 255 wakes the line, 254 repeats what was
 * typed last (an honest echo).
 */
struct script {
    const uint8_t *at;
    const uint8_t *end;
    char typed[256];
    size_t typed_len;
};

static uint64_t now_ms;
static struct dialect **dialects;

static uint64_t now(void)
{
    return now_ms;
}

static size_t say(struct script *s, char *buf, size_t size)
{
    size_t n = *s->at++;

    if (n == 254) {
        n = s->typed_len < size ? s->typed_len : size;
        memcpy(buf, s->typed, n);
        s->typed_len = 0;
        return n;
    }
    if (n > (size_t)(s->end - s->at))
        n = (size_t)(s->end - s->at);
    if (n > size)
        n = size;
    memcpy(buf, s->at, n);
    s->at += n;
    return n;
}

static ssize_t script_read(void *ctx, void *buf, size_t size,
                           struct deadline until)
{
    struct script *s = ctx;

    now_ms++;
    while (s->at < s->end) {
        size_t n;
        if (*s->at == 255) {
            s->at++;
            return -EINTR;
        }
        if (*s->at == 0) {
            s->at++;
            break;
        }
        n = say(s, buf, size);
        if (n > 0)
            return (ssize_t)n;
    }
    if (now_ms < until.at_ms)
        now_ms = until.at_ms;
    return 0;
}

static int script_write(void *ctx, const void *bytes, size_t len,
                        struct deadline until)
{
    struct script *s = ctx;

    (void)until;
    if (len > sizeof(s->typed))
        len = sizeof(s->typed);
    memcpy(s->typed, bytes, len);
    s->typed_len = len;
    return 0;
}

static void script_nothing(void *ctx)
{
    (void)ctx;
}

static const struct line_ops ops = {.read = script_read,
                                    .write = script_write,
                                    .wake = script_nothing,
                                    .close = script_nothing};

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    MUST(address >= 0x1000 && address < 0x1100 && len == 16);
    *(uint8_t *)arg ^= bytes[len - 1];
}

static void talk(struct console *c, struct dialect *d)
{
    struct buf answer = BUF_LIMITED(4096);
    const struct dump_request r = {.method = &d->dumps[0],
                                   .order = ROW_UNPROVED,
                                   .address = 0x1000,
                                   .len = 0x100};
    uint8_t sum = 0;
    const struct device_sink sink = {.row = on_row, .arg = &sum};
    struct dump_result result;

    c->dialect = d;
    c->prompt_len = 3;
    memcpy(c->prompt, "=> ", 3);
    (void)console_ask(c, "ls", NULL, 500, &answer, NULL);
    MUST(answer.len <= 4096);
    (void)dump_run(c, &r, &sink, &result, NULL);
    MUST(result.rows_good <= 16);
    (void)console_resync(c, deadline_in(1000));
    buf_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script s = {.at = data, .end = data + size};
    struct console c;

    if (dialects == NULL)
        MUST(dialect_load_all(&dialects, NULL) == 0);
    clock_set_source(now);
    now_ms = 1;
    MUST(console_init(&c, line_new(&ops, &s), NULL) == 0);
    for (size_t i = 0; dialects[i] != NULL; i++) {
        talk(&c, dialects[i]);
        s.at = data;
    }
    console_free(&c);
    return 0;
}
