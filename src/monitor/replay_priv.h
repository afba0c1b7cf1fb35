// SPDX-License-Identifier: BSD-2-Clause
// What the files of the replay share; for monitor/replay*.c alone.

#ifndef MONITOR_REPLAY_PRIV_H
#define MONITOR_REPLAY_PRIV_H

#include "monitor/console.h"
#include "monitor/map.h"
#include "monitor/replay.h"
#include "monitor/srec.h"
#include "monitor/stream.h"

#define REPLAY_LINES_MAX   500000U
#define REPLAY_ANSWER_MAX  65536U /* bytes of one that patterns see */
#define REPLAY_PROMPTS_MAX 32U

/* A line as the console would hand it out. */
struct replay_line {
    const char *text; /* not terminated; in the log's bytes */
    size_t len;
    size_t number; /* in the file, from 1 */
    size_t prompt; /* bytes of prompt in front */
    bool typed;    /* a command stands here, perhaps an empty one */
};

struct replay_log {
    char *bytes; /* owned; without escape sequences */
    struct replay_line *lines;
    size_t n;
    size_t room;
};

struct replay_prompt {
    char text[CONSOLE_PROMPT_MAX];
    size_t len;
    size_t known; /* so often with a command of the dialect behind it */
    size_t alone; /* with nothing behind it */
    size_t seen;
    size_t number; /* of its first line */
    bool taken;    /* it is one */
};

/* What a command of the dialect is for, in the order in which one is looked
 * for. index counts in the dialect's list of these. */
enum replay_use {
    REPLAY_DUMP,
    REPLAY_SUM,
    REPLAY_UNIFORM,
    REPLAY_READ,
    REPLAY_BAD,
    REPLAY_SELECT,
    REPLAY_MAP,
    REPLAY_IDENTITY,
    REPLAY_RECOGNISE,
    REPLAY_NEEDS,
    REPLAY_HISTORY,
    REPLAY_UNLOCK,
    REPLAY_BAUD,
    REPLAY_OTHER /* none of the dialect */
};

struct replay_template {
    const char *text; /* the dialect's */
    enum replay_use use;
    size_t index;
    bool helped; /* something was found in an answer to it */
};

/* How far what was typed is a template's. */
enum replay_fit {
    REPLAY_FIT_NONE,
    REPLAY_FIT_WORD,  /* the first word */
    REPLAY_FIT_START, /* all before the first place holder */
    REPLAY_FIT_WHOLE
};

/* What stood where the place holders are. */
struct replay_values {
    bool has_address;
    bool has_offset;
    bool has_length;
    uint64_t address;
    uint64_t offset;
    uint64_t length;
};

struct replay_command {
    struct span text; /* without prompt and blanks around it */
    size_t line;      /* index of the one it was typed on */
    size_t first;     /* its answer: lines [first, last) */
    size_t last;
    struct replay_values values;
    enum replay_use use;
    size_t index;
    struct replay_template *template; /* that fits best; NULL: none does */
    bool by_rows;                     /* a dump by its rows only */
    bool by_word; /* no more than the first word is the dialect's */
    bool unknown; /* the boot loader says that it has no such command */
    bool matched; /* something in the answer was looked for, and found */
    bool faulted;
    size_t uses; /* sections that found something */
    size_t good; /* rows */
    size_t bad;
    uint64_t from; /* of the good ones: first and last byte */
    uint64_t to;
};

/* What all commands of a dump section came to. */
struct replay_dump {
    size_t commands;
    size_t good;
    size_t bad;
    size_t suits_memory; /* rows whose ASCII column tells the order */
    size_t suits_reversed;
    uint64_t from;
    uint64_t to;
};

struct replay {
    struct dialect *d;
    struct replay_log log;
    struct replay_template *templates;
    size_t n_templates;
    struct replay_prompt prompts[REPLAY_PROMPTS_MAX];
    size_t n_prompts;
    struct replay_command *commands;
    size_t n_commands;
    struct replay_dump *dumps; /* one a dump section */
    struct map map;
    struct buf boot;       /* text that answers no command */
    struct buf sums;       /* lines of the report */
    struct buf identities; /* likewise */
    struct buf faults;
    char banner[300]; /* escaped */
    struct replay_counts counts;
    char missed[400]; /* the first, escaped */
    char advice[300]; /* what to do about it */
};

/* --- replay_lines.c --- */

/* Fills log from a text. -EFBIG, -ENOMEM. replay_log_free in every case. */
int replay_split(struct replay_log *log, const char *text, size_t len,
                 struct err *err);
void replay_log_free(struct replay_log *log);
int replay_add_line(struct replay_log *log, const struct replay_line *line,
                    struct err *err);

/* The lines [first, last) in one text, as patterns see an answer; as many as
 * fit in out. */
void replay_text(const struct replay *r, size_t first, size_t last,
                 struct buf *out);

struct span replay_trim(struct span text);
bool replay_is_blank(struct span text);
static inline struct span replay_span(const struct replay_line *line)
{
    return (struct span){line->text, line->len};
}

/* It looks as if it were part of a memory dump, of whatever form. */
bool replay_is_memory(struct span text);

/* --- replay_typed.c --- */

int replay_list_templates(struct replay *r, struct err *err);

/* What was typed, without what the dialect types around it (struct whole_form).
 */
struct span replay_inner(const struct replay *r, struct span typed);

/* unit: what {count} counts in. values may be NULL; only set where it fits. */
enum replay_fit replay_fit(const char *command, struct span typed,
                           unsigned unit, struct replay_values *values);

/* The first word is that of some command of the dialect. */
bool replay_is_known(const struct replay *r, struct span typed);

/* All of it is one. */
bool replay_is_whole(const struct replay *r, struct span typed);

/* What the dialect calls the section: "dump 'bytes'". */
const char *replay_section(const struct replay *r, enum replay_use use,
                           size_t index, char *out, size_t size);

/* --- replay_prompt.c --- */

/* Line n is the one that somebody put in front to say what this is. */
bool replay_is_introduction(const struct replay *r, size_t n);

/* Finds the prompts and marks the lines that begin with one. */
int replay_find_prompts(struct replay *r, struct err *err);

/* --- replay_commands.c --- */

int replay_find_commands(struct replay *r, struct err *err);

/* --- replay_rows.c --- */

/* The dump section that takes most of the lines for rows; its index; -1: none
 * takes any. only: just those that command fits so well. */
int replay_most_rows(const struct replay *r, const struct replay_command *c,
                     enum replay_fit only);
bool replay_is_row(const struct replay *r, struct span line);

/* A full row, or a shorter last one. */
enum row_result replay_row(const struct dump_method *m, struct span line,
                           struct row *row);
/* It looks good for what m prints; of streams only long lines are. */
bool replay_is_row_of(const struct dump_method *m, struct span line);
bool replay_is_stream(const struct dump_method *m);
enum stream_form replay_stream_form(const struct dump_method *m);
bool replay_matches(struct pattern *p, struct span line); /* p may be NULL */

/* --- replay_dump.c --- */

void replay_read_dump(struct replay *r, struct replay_command *c);

/* --- replay_rules.c --- */

/* Maps, identity, checksums and media out of the answers. */
int replay_apply_rules(struct replay *r, const char *const *user,
                       struct err *err);

/* --- replay_boot.c --- */

/* Fills r->boot: the text that answers no command of the dialect. */
void replay_gather_boot(struct replay *r);

/* Counts as not understood what the map's notes from first on say of lines of
 * c's answer; c NULL: of r->boot. */
void replay_miss_notes(struct replay *r, const struct replay_command *c,
                       size_t first);

/* --- replay_report.c --- */

void replay_report(struct replay *r, struct buf *out);

/* --- replay.c --- */

/* The boot loader says so when it starts: its banner, or a hint. */
bool replay_is_start(const struct replay *r, struct span line);

/* Line n was not understood; why says what to do about it. */
void replay_miss(struct replay *r, size_t n, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

#endif
