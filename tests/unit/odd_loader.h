// SPDX-License-Identifier: BSD-2-Clause
// Boot loaders whose consoles are not like others', behind a fake line.

#ifndef UNIT_ODD_LOADER_H
#define UNIT_ODD_LOADER_H

#include "fake_line.h"

#include "monitor/console.h"
#include "monitor/dialect_file.h"

enum odd_echo {
    ODD_PLAIN,
    ODD_SILENT,
    ODD_CURSOR, /* a cursor move before and behind each character */
    ODD_WRAPPED /* CR CR LF at the end of a row of 40 */
};

/*
 * Runs a line by answer, which may say anything before the prompt; "\x01" in
 * what it returns stands for a pager's question, which waits for a key. What
 * follows each answer is said by end (NULL: the prompt).
 */
struct odd {
    struct fake line;
    enum odd_echo echo;
    const char *prompt; /* "": none */
    const char *(*answer)(struct odd *o, const char *command);
    void (*end)(struct odd *o);
    const char *more;    /* the pager's question */
    const char *waiting; /* the rest of an answer, behind a question */
    unsigned garbled;    /* so many next characters come back wrong */
    unsigned depth;      /* for prompts that change */
    char key[256];       /* keys that the pager got */
    char edit[256];
    size_t edit_len;
    char ran[64][100];
    unsigned n_ran;
    unsigned blank_lines;
};

static inline void odd_say_answer(struct odd *o, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\x01') {
            fake_say(&o->line, o->more);
            o->waiting = text + 1;
            return;
        }
        if (*text == '\n')
            fake_say(&o->line, "\r\n");
        else
            fake_say_bytes(&o->line, text, 1);
    }
    o->waiting = NULL;
    if (o->end != NULL)
        o->end(o);
    else
        fake_say(&o->line, o->prompt);
}

static inline void odd_run(struct odd *o)
{
    const char *text = NULL;

    o->edit[o->edit_len] = '\0';
    o->edit_len = 0;
    if (o->edit[strspn(o->edit, " ")] == '\0') {
        o->blank_lines++;
        text = "";
    } else {
        assert_true(o->n_ran < COUNT(o->ran));
        (void)snprintf(o->ran[o->n_ran++], sizeof(o->ran[0]), "%.99s", o->edit);
        if (o->answer != NULL)
            text = o->answer(o, o->edit);
    }
    odd_say_answer(o, text != NULL ? text : "what?\n");
}

static inline void odd_echo(struct odd *o, char byte)
{
    char text[64];
    size_t column = strlen(o->prompt) + o->edit_len;

    switch (o->echo) {
    case ODD_SILENT:
        return;
    case ODD_CURSOR:
        (void)snprintf(text, sizeof(text), "\x1b[07;%02zuH%c\x1b[07;%02zuH",
                       column, byte, column + 1);
        break;
    case ODD_WRAPPED:
        (void)snprintf(text, sizeof(text), "%c%s", byte,
                       column % 40 == 0 ? "\r\r\n" : "");
        break;
    default:
        (void)snprintf(text, sizeof(text), "%c", byte);
    }
    fake_say(&o->line, text);
}

static inline void odd_hear(void *arg, char byte)
{
    struct odd *o = arg;

    if (o->waiting != NULL) {
        o->key[strlen(o->key)] = byte;
        odd_say_answer(o, o->waiting);
    } else if (byte == '\x03' || byte == '\x1b') {
        o->edit_len = 0;
        if (byte == '\x03')
            fake_say(&o->line, "\r\n");
        if (byte == '\x03')
            odd_say_answer(o, "");
    } else if (byte == '\x15') {
        for (; o->edit_len > 0; o->edit_len--)
            fake_say(&o->line, "\b \b");
    } else if (byte == '\r') {
        if (o->echo != ODD_SILENT)
            fake_say(&o->line, "\r\n");
        odd_run(o);
    } else if ((unsigned char)byte >= 0x20 && o->edit_len < 200) {
        if (o->garbled > 0) {
            o->garbled--;
            byte ^= 1;
        }
        o->edit[o->edit_len++] = byte;
        odd_echo(o, byte);
    }
}

static inline void odd_init(struct odd *o, const char *prompt)
{
    memset(o, 0, sizeof(*o));
    o->prompt = prompt;
    o->line.hear = odd_hear;
    o->line.arg = o;
}

/* A dialect of a dump that is never used and of these lines. */
static inline struct dialect *odd_dialect(const char *name, const char *lines)
{
    struct dialect *d = NULL;
    struct err err = {""};
    char text[2048];

    (void)snprintf(text, sizeof(text),
                   "dump bytes { command = \"d {address}\" }\n%s", lines);
    if (dialect_parse(&d, text, strlen(text), "odd.conf", &err) < 0)
        fail_msg("%s", err.text);
    (void)snprintf(d->name, sizeof(d->name), "%s", name);
    return d;
}

#endif
