// SPDX-License-Identifier: BSD-2-Clause
// Values of a parsed dialect file: taken out, checked, complained about.

#ifndef MONITOR_DIALECT_VALUE_H
#define MONITOR_DIALECT_VALUE_H

#include "base/buf.h"
#include "base/err.h"
#include "monitor/dialect.h"

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One file being read. The first complaint is kept in err; after it the
 * functions below go on harmlessly, so that a reader need not test each. */
struct dialect_reader {
    const char *path;
    struct err *err;
    bool failed;
    /* Where each key stands, noted while parsing. */
    struct dialect_line {
        const cfg_t *sec;
        const char *key; /* the schema's own string */
        int line;
    } * lines;
    size_t n_lines;
    /* What no command of the file may match; the dialect's own. */
    struct pattern **never;
    size_t n_never;
    struct buf *notes; /* what is not wrong, but strange; NULL: nobody asks */
    unsigned n_notes;
};

/* One more note, as value_fail complains; key NULL: of the section. */
void value_note(struct dialect_reader *r, cfg_t *sec, const char *key,
                const char *what);

/* Complains about key of sec with file and line; returns false. */
bool value_fail(struct dialect_reader *r, cfg_t *sec, const char *key,
                const char *what);

/* A copy, owned by the caller; NULL: the key is not there. */
char *value_string(struct dialect_reader *r, cfg_t *sec, const char *key);
void value_fixed(struct dialect_reader *r, cfg_t *sec, const char *key,
                 char *out, size_t size);
struct keys value_keys(struct dialect_reader *r, cfg_t *sec, const char *key);
unsigned value_uint(struct dialect_reader *r, cfg_t *sec, const char *key,
                    unsigned low, unsigned high);

/* True when the key is there and a number (base/num.h, num_size). */
bool value_size(struct dialect_reader *r, cfg_t *sec, const char *key,
                uint64_t *out);

/* Compiles text, the value of key; NULL for NULL. */
struct pattern *value_compile(struct dialect_reader *r, cfg_t *sec,
                              const char *key, const char *text);
struct pattern *value_pattern(struct dialect_reader *r, cfg_t *sec,
                              const char *key);

/* A command of the section; NULL: it has none. */
enum value_command_kind {
    VALUE_OPTIONAL, /* a plain command, may be missing */
    VALUE_WANTED,   /* a plain command */
    VALUE_TEMPLATE, /* with place holders, which are tried out */
    VALUE_MAYBE     /* likewise, may be missing */
};
char *value_command(struct dialect_reader *r, cfg_t *sec, const char *key,
                    enum value_command_kind kind);

/* A list of commands with place holders, which are tried out. */
char **value_commands(struct dialect_reader *r, cfg_t *sec, const char *key,
                      size_t *n);

/* Tries out text, the command that the value of key makes of others. */
void value_try_command(struct dialect_reader *r, cfg_t *sec, const char *key,
                       const char *text);

/* Keys with place holders; NULL: not there. */
char *value_key_template(struct dialect_reader *r, cfg_t *sec, const char *key);

/* needs and needs-answer. */
struct condition value_condition(struct dialect_reader *r, cfg_t *sec);

/* A list of patterns. */
struct pattern **value_patterns(struct dialect_reader *r, cfg_t *sec,
                                const char *key, size_t *n);

/* A list of pattern, keys, pattern, keys, ... */
struct exchanges value_exchanges(struct dialect_reader *r, cfg_t *sec,
                                 const char *key);

/* Index of the key's value in words, a list ended by NULL. */
int value_choice(struct dialect_reader *r, cfg_t *sec, const char *key,
                 const char *const *words);

/* The title of sec, safe to show. */
void value_title(cfg_t *sec, char *out, size_t size);

/* Zeroed memory for as many entries as key has; *n says how many. */
void *value_array(struct dialect_reader *r, cfg_t *sec, const char *key,
                  size_t each, size_t *n);

#endif
