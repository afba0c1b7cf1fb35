// SPDX-License-Identifier: BSD-2-Clause
// A console with a dialect of a few words, whose device says what the test has.

#ifndef UNIT_DUMP_RIG_H
#define UNIT_DUMP_RIG_H

#include "fake_line.h"

#include "monitor/console.h"
#include "monitor/dialect.h"
#include "monitor/dialect_file.h"
#include "monitor/dump.h"

#define DUMP_MEMORY (1U << 17)

/*
 * The device echoes what is typed. After a line end, and after key, once
 * key_after of says went out, the next of them goes out.
 */
struct dump_rig {
    struct fake line;
    struct console c;
    struct dialect *d;
    struct dump_request r;
    struct dump_result result;
    const char *says[64];
    size_t n_says;
    size_t said;
    char key; /* acts without a line end; NUL: none does */
    size_t key_after;
    bool no_echo;
    char typed[4096];            /* all that was */
    uint8_t memory[DUMP_MEMORY]; /* what the sink has to get, from r.address */
    uint8_t came[DUMP_MEMORY];   /* how often each byte did */
    size_t n_came;
    bool stop;
};

static struct dump_rig dr;

static inline void dump_rig_hear(void *arg, char byte)
{
    (void)arg;
    dr.typed[strlen(dr.typed)] = byte;
    if (byte == '\r' && !dr.no_echo)
        fake_say(&dr.line, "\r\n");
    else if (!dr.no_echo)
        fake_say_bytes(&dr.line, &byte, 1);
    if ((byte == '\r' || (byte == dr.key && dr.said >= dr.key_after)) &&
        dr.said < dr.n_says)
        fake_say(&dr.line, dr.says[dr.said++]);
}

static inline void dump_rig_up(const char *dialect)
{
    struct err err = {""};

    memset(&dr, 0, sizeof(dr));
    dr.line.hear = dump_rig_hear;
    assert_int_equal(console_init(&dr.c, fake_open(&dr.line), NULL), 0);
    if (dialect_parse(&dr.d, dialect, strlen(dialect), "my.conf", &err) < 0)
        fail_msg("%s", err.text);
    dr.c.dialect = dr.d;
    strcpy(dr.c.prompt, "> ");
    dr.c.prompt_len = dr.d->prompt != NULL ? 2 : 0;
    dr.r = (struct dump_request){.method = &dr.d->dumps[0],
                                 .order = dr.d->dumps[0].printed,
                                 .address = 0x1000,
                                 .len = 32};
}

static inline void dump_rig_down(void)
{
    console_free(&dr.c);
    dialect_free(dr.d);
}

static inline void dump_rig_row(void *arg, uint64_t address,
                                const uint8_t *bytes, size_t len)
{
    uint64_t at = address - dr.r.address;

    (void)arg;
    assert_true(len > 0 && len % 16 == 0 && at % 16 == 0);
    assert_true(at < dr.r.len && len <= dr.r.len - at);
    assert_memory_equal(bytes, dr.memory + at, len);
    for (size_t i = 0; i < len; i++)
        dr.came[at + i]++;
    dr.n_came += len;
}

static inline bool dump_rig_stop(void *arg)
{
    (void)arg;
    return dr.stop;
}

static inline void dump_rig_says(const char *text)
{
    assert_true(dr.n_says < COUNT(dr.says));
    dr.says[dr.n_says++] = text;
}

static inline int dump_rig_run(struct err *err)
{
    const struct device_sink sink = {NULL, dump_rig_row, dump_rig_stop, NULL};

    memset(dr.came, 0, sizeof(dr.came));
    dr.n_came = 0;
    dr.typed[0] = '\0';
    memset(dr.typed, 0, sizeof(dr.typed));
    return dump_run(&dr.c, &dr.r, &sink, &dr.result, err);
}

/* The device says text to one command, then its prompt. */
static inline int dump_rig_answer(const char *text)
{
    dr.n_says = dr.said = 0;
    dump_rig_says(text);
    return dump_rig_run(NULL);
}

#endif
