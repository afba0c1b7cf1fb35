// SPDX-License-Identifier: BSD-2-Clause
// Damage to the bytes on one way of a line, repeatable by its seed.
#ifndef SIM_FAULTLINE_INJECT_H
#define SIM_FAULTLINE_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum fl_kind {
    FL_FLIP,
    FL_REPLACE,
    FL_DROP,
    FL_DOUBLE,
    FL_CONTROL,
    FL_LOSE_LINE,
    FL_DOUBLE_LINE,
    FL_CUT_LINE,
    FL_MESSAGE,
    FL_MESSAGE_INSIDE,
    FL_PAUSE,
    FL_BURST,
    FL_PROMPT_TEXT,
    FL_KINDS,
};

/* As options and in the log. */
extern const char *const fl_names[FL_KINDS];

enum {
    FL_LINE_MAX = 2048, /* of a longer line only so much is doubled */
    FL_OUT_MAX = 16384,
    FL_OUT_ROOM = 4096, /* one byte may become so many */
};

/* What is to go wrong; the same for both ways. */
struct fl_plan {
    unsigned long one_in[FL_KINDS]; /* characters or lines; 0: never */
    long pause_ms;
    uint64_t once_line; /* a pause before this line, from 1; 0: none */
    long once_ms;
    const char *prompt;
    uint64_t after, until;   /* bytes to the host between which faults come */
    const char *quiet_until; /* none before this was seen; NULL: at once */
};

/* What goes out. */
struct fl_bytes {
    uint8_t data[FL_OUT_MAX];
    size_t len;
};

enum fl_line { FL_PASS, FL_LOST, FL_CUT_KEEP_END, FL_CUT_ALL };

/*
 * A line begins at the first byte after a line end that is neither CR nor LF:
 * of `\r\n`, `\n\r` and `\r\r\n` alike nothing is taken for an empty line.
 */
struct fl_injector {
    const struct fl_plan *plan;
    const struct fl_injector *gate; /* whose bytes say when faults come */
    const char *name;
    FILE *log; /* NULL: none */
    uint64_t random;
    uint64_t offset; /* bytes that came in */
    uint64_t lines;
    uint64_t count[FL_KINDS];
    uint8_t line_end;
    bool only_host; /* nobody but the host prints here: no messages */

    bool at_start;
    enum fl_line line;
    size_t column;
    size_t cut_at, inside_at; /* a fault awaits this column; 0: none */
    bool doubled;
    bool prompt_alone; /* the next prompt text gets a line end */
    uint8_t copy[FL_LINE_MAX];
    size_t copy_len;

    bool quiet_over;
    uint8_t tail[256]; /* of what came, as long as `quiet_until` */
};

void fl_inject_init(struct fl_injector *j, const struct fl_plan *plan,
                    uint64_t seed);

/* Milliseconds to wait before `byte`; to be asked once for each byte. */
long fl_inject_pause(struct fl_injector *j, uint8_t byte);

/* Let one byte pass. `out` has FL_OUT_ROOM. */
void fl_inject_byte(struct fl_injector *j, uint8_t byte, struct fl_bytes *out);

/* The other end said something: what is lost of a line ends there. */
void fl_inject_answered(struct fl_injector *j);

/* Append, as much as there is room for. */
void fl_add(struct fl_bytes *out, const void *data, size_t len);

/* Words of others; `buf` has 128 bytes. */
size_t fl_message(uint64_t *random, char *buf);
size_t fl_control(uint64_t *random, char *buf);

#endif
