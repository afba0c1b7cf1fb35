// SPDX-License-Identifier: BSD-2-Clause
// The conversation with a boot loader: lines, echo, prompt, resynchronising.

#ifndef MONITOR_CONSOLE_H
#define MONITOR_CONSOLE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "line/line.h"
#include "monitor/ansi.h"
#include "monitor/dialect.h"
#include "monitor/garble.h"
#include "monitor/template.h"
#include "monitor/transcript.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CONSOLE_LINE_MAX   8192U /* longer lines are cut */
#define CONSOLE_PROMPT_MAX 64U
#define CONSOLE_DONE_MAX   128U  /* a line that ends an answer is no longer */
#define CONSOLE_SILENT_MS  1900U /* nobody changes a plug in less */

/*
 * One user thread; shutdown and the counters may be touched by others.
 *
 * States: without a dialect (only console_fill, console_partial and
 * console_send make sense), in step (nothing but the prompt stands on the last
 * line; without a prompt: the last line ended an answer), in a command (from
 * console_begin to the prompt).
 */
struct console {
    struct line *line;
    struct dialect *dialect; /* NULL until recognised */
    /* Learned, literal; where the prompt changes, the one seen last. */
    char prompt[CONSOLE_PROMPT_MAX];
    size_t prompt_len;
    char last_line[CONSOLE_DONE_MAX]; /* taken last, blank ones aside */
    size_t last_line_len;             /* 0: too long, or none since */
    uint64_t lines;                   /* taken so far, blank ones aside */
    struct ansi ansi;
    struct buf in;   /* received, stripped */
    size_t taken;    /* of in, handed out as lines */
    bool end_open;   /* nothing was sent since a line end of ours ... */
    size_t end_text; /* ... which brought so many printable characters, and
                        no prompt; for a start ends that, too */
    bool end_waits;  /* no prompt has come since a line end of ours */
    unsigned ends;   /* since a prompt was certain, that brought perhaps one */
    bool line_came;  /* some line ended since we sent anything */
    size_t usual_prompt; /* bytes of the one learned last; 0: none ever */
    bool skipping;       /* inside a line that was too long */
    /* Asked when line_wake interrupts a wait, and at times while it lasts
     * (NULL: nobody): does what its owner has to do and says whether the wait
     * has become pointless. */
    bool (*attend)(void *arg);
    void *attend_arg;
    uint64_t last_byte_ms;
    uint64_t unheard_ms; /* waited since then; idle time is no wait */
    bool working; /* a command was run: until it is given up the device may be
                     silent for as long as it works */
    bool silent;  /* for CONSOLE_SILENT_MS nothing came that was waited for, and
                     then something did: maybe of another device; for its owner
                     to clear */
    uint64_t heard_ms; /* an echo or a prompt was right then, at the speed that
                          the port has; 0: none yet */
    char restart_line[160]; /* NUL-terminated, the one that told so */
    bool restarted; /* a banner or the like came unasked: the device was reset.
                       Until that is cleared nothing is sent: its owner does
                       so, by attach_prompt, whose keys are the only ones that
                       a start is to get */
    struct dialect **others; /* lent, ended by NULL; NULL: none. Their banners
                                and hints tell of a reset, too, ... */
    bool foreign;      /* ... and did last: keys of dialect are not for that */
    uint64_t start_ms; /* any start was shown last then; 0: none was */
    struct garble garble;
    bool watch_garble; /* text of another speed tells of a reset, too, ... */
    bool garbled;      /* ... and did: restarted is set as well */
    bool hush;         /* what comes is not for the transcript */
    bool versions; /* the answer that is awaited may tell the version: a banner
                      in it is no start */
    struct transcript *transcript;
    unsigned chunk; /* bytes typed at once since echoes came short; 0: as many
                       as the dialect says */
    unsigned chunk_good;   /* commands longer than that, since, echoed right */
    unsigned chunk_wait;   /* after so many twice as much is typed at once */
    unsigned slowest_ms;   /* the longest silence in or before an answer */
    unsigned wrong_echoes; /* of commands, so far */
    bool typed;        /* text of ours may stand in the device's line editor */
    bool enter_given;  /* a question got a bare line end last, ... */
    uint64_t enter_at; /* ... with so many bytes received */
    atomic_bool shutdown; /* every wait ends with -EINTR */
    atomic_uint_fast64_t received;
    atomic_uint_fast64_t sent;
    atomic_uint_fast64_t commands;
};

/* Takes line over. */
int console_init(struct console *c, struct line *line, struct err *err);
void console_free(struct console *c);

/* Opens the port again after -ENODEV; what was received is forgotten, and what
 * was asked: it may be another device. */
int console_reopen(struct console *c, struct err *err);

/* Waits for more bytes, as line_read: > 0 bytes came; 0: the deadline has
 * passed and nothing came; -EINTR: woken, or shut down; -ENODEV: the port is
 * gone. */
int console_fill(struct console *c, struct deadline until);

/* After -EINTR: true when the wait is to be given up: shut down, or whoever
 * attends says so. */
bool console_give_up(struct console *c);

/* Reads and throws away until nothing has come for quiet_ms (or until), or the
 * device starts anew (restarted); what comes behind that stays. -EINTR as
 * console_give_up tells. */
int console_drain(struct console *c, unsigned quiet_ms, struct deadline until);

/* Looks whether line, which nothing asked for, tells that the device was reset;
 * restarted is set then. */
void console_note_line(struct console *c, struct span line);

/* A start was shown, so short a time ago that the device may still be starting;
 * or one of another dialect was. Later the prompt may be asked for: another
 * boot loader may have started the known one without a word of its own. */
bool console_is_starting(const struct console *c);
bool console_starts_another(const struct console *c);

/* Takes what has come while nothing was asked, without waiting: every line of
 * it is noted, up to the first that tells of a start. 0, -EINTR or -ENODEV. */
int console_look(struct console *c);

/* As line_set_baud. */
int console_set_baud(struct console *c, unsigned baud);

/* Sends bytes as they are. -ETIMEDOUT: restarted is set, and none was sent. */
int console_send(struct console *c, const struct keys *keys);
int console_send_bytes(struct console *c, const char *bytes, size_t len);

/* The next complete line (without its end; CR, LF in any mix separate lines,
 * empty ones are skipped). False: none is there yet. The span is valid until
 * bytes are received or sent. */
bool console_take_line(struct console *c, struct span *out);

/* What stands after the last line end. */
struct span console_partial(const struct console *c);

/* True when the unterminated last line is exactly the prompt. Without one: when
 * the last line ended an answer, and nothing follows. */
bool console_at_prompt(const struct console *c);

/* The same of a line that was redrawn: what a person would see. console_tidy
 * also makes it the prompt byte by byte. */
bool console_shows_prompt(const struct console *c);
bool console_tidy(struct console *c);

/* True when the line taken last is one that ends an answer, as the console's
 * dialect says; or d. */
bool console_is_done(const struct console *c);
bool console_is_done_of(const struct console *c, const struct dialect *d);

/* True when last may be d's prompt; where it changes, it is. */
bool console_is_prompt_of(const struct dialect *d, struct span last);

void console_learn_prompt(struct console *c, struct span prompt);

/* True when it is the prompt but for one character that is another one, missing
 * or too many: noise hit it. When nothing follows, no better one will come. */
bool console_near_prompt(const struct console *c);

/*
 * Types command at the prompt, comparing the echo before the line end is
 * sent, so that noise cannot make another command of it. On -EILSEQ (the echo
 * was wrong three times) nothing was run; -EPERM: the dialect forbids it;
 * -ETIMEDOUT: it was silent or reset meanwhile, nothing was run.
 * Without enter the command is keys that act at once: no line end follows, and
 * no echo can be waited for. Needs the console in step.
 */
int console_begin(struct console *c, const char *command, bool enter,
                  struct err *err);

/* Runs command and collects its answer up to the prompt: lines ended by LF,
 * blank ones left out; the pager gets its keys. The prompt must stay for a
 * moment, for its text may stand in the answer; not so once the answer matches
 * enough (NULL: never) or its end was announced by the dialect's done. At most
 * timeout_ms without a byte; what is still arriving is waited for, some minutes
 * at most. -ETIMEDOUT (also when the device was reset
 * meanwhile), -EMSGSIZE (endless output). */
int console_ask(struct console *c, const char *command, struct pattern *enough,
                unsigned timeout_ms, struct buf *answer, struct err *err);

/* The same with a dialogue (NULL: none): what the device asks is answered with
 * keys into which values (NULL: none) are filled. enter as above. */
int console_ask_with(struct console *c, const char *command,
                     const struct exchanges *dialogue,
                     const struct template_values *values, bool enter,
                     struct pattern *enough, unsigned timeout_ms,
                     struct buf *answer, struct err *err);

/* Takes back whatever stands in the device's line editor, by the key of d, in
 * bursts that a small receive FIFO can hold. Between bursts complete lines are
 * thrown away. Where it is needed more than once, and nobody is known to hear,
 * it goes once, then a blank, and the others behind the blank's echo: without
 * that they stay away. */
int console_clear(struct console *c, const struct dialect *d,
                  struct deadline until);
int console_clear_keys(struct console *c, const struct keys *keys,
                       unsigned times, struct deadline until);

/* The end: what was being typed, if anything, is taken back, for the next one's
 * line end would run it. Waits, at most a second, even when shut down. */
void console_leave(struct console *c);

/*
 * Asks for d's prompt by its wake. A line end in it is sent only behind the
 * prompt, recognised, where an empty line does nothing, or behind text of ours
 * that was echoed: -EAGAIN, nobody did, and none was sent. 0: it was asked for,
 * or shows already.
 */
int console_wake(struct console *c, const struct dialect *d);

/* Gets back into step: clears the typed line, waits for silence, asks for the
 * prompt. No line end goes to what is not recognised. -ETIMEDOUT when the
 * prompt does not come until then, or at once when the device starts anew. */
int console_resync(struct console *c, struct deadline until);

#endif
