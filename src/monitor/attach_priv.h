// SPDX-License-Identifier: BSD-2-Clause
// What the files of attaching share; for monitor/attach*.c alone.

#ifndef MONITOR_ATTACH_PRIV_H
#define MONITOR_ATTACH_PRIV_H

#include "monitor/attach.h"
#include "monitor/recognise.h"

#define ATTACH_KEYS_MAX    256U
#define ATTACH_ANSWERS_MAX 3U    /* to a question asked again and again */
#define ATTACH_WAKE_MS     2000U /* between two line ends that wake a prompt */
#define QUIET_DEVICE_MS    500U /* a device that is starting talks more often */

/* Of the console, before an attempt. */
struct attach_known {
    struct dialect *dialect;
    struct dialect **others;
    char prompt[CONSOLE_PROMPT_MAX];
    size_t prompt_len;
    bool restarted;
};

struct attach {
    struct console *c;
    struct attach_known known;
    const struct attach_config *config;
    struct buf *text;
    struct recognise recognise; /* first: told by a banner or by the user */
    struct deadline until;
    struct deadline next_send;
    struct deadline ask_at;  /* before, an answer may be on its way */
    struct deadline wake_at; /* a device that was only silent, not before */
    unsigned clears;         /* how often the line editor was cleared */
    uint64_t cleared_at;     /* console's count of received bytes then */
    unsigned echoes;         /* how often a break-in key was seen typed */
    unsigned turns;          /* of one without a prompt: key or wake-up */
    size_t fresh;            /* from there on text is of this start */
    size_t since;            /* and from there on of recognise.first */
    size_t looked;           /* so much of text was searched for banners */
    uint64_t odd;            /* console's count of what is no text, ... */
    uint64_t received;    /* ... and of all bytes, when that began to count */
    unsigned rates_tried; /* how often */
    struct deadline rates_at; /* not sooner than then */
    struct attach_login *login;
    bool (*attend)(void *arg); /* the console's, meanwhile */
    void *attend_arg;
    bool unknown;        /* replugged, and no start was seen since */
    bool own_start;      /* what starts is of the known dialect */
    bool started;        /* a start was shown */
    bool asked;          /* for the power cycle */
    bool password_asked; /* the user was */
};

/* --- attach.c --- */

/* Moves complete lines to the text, making room at its front. */
void attach_gather(struct attach *a);

/* --- attach_start.c --- */

/* p is found in the text from there on, or in the last line. */
bool attach_matches(const struct attach *a, struct pattern *p, size_t from);

/* Looks, in what came since the last look, whose start it is. */
void attach_look_for_start(struct attach *a);

/* Another dialect's start was seen last, or which device is there is not known:
 * only a question of the known dialect is answered. */
bool attach_keeps_back(const struct attach *a);

/* Some text that came since the last look is a banner or a hint of d. */
bool attach_shows(const struct attach *a, const struct dialect *d);

/* --- attach_send.c --- */

/* It shows a start of the known dialect whose text wants no key yet. */
bool attach_only_waits(const struct attach *a);

/* What is sent to the device now: break-in keys, or what wakes its prompt.
 * shown: for people, a password masked. */
void attach_keys(struct attach *a, char shown[ATTACH_KEYS_MAX]);

/* A countdown of a second may be over before we have listened. */
int attach_break_in_now(struct attach *a);

/* Takes back what may stand in the line editor and asks for the prompt. */
int attach_wake(struct attach *a);

/* Sends what is due. */
int attach_send_due(struct attach *a);

/* --- attach_rates.c --- */

/* From now on it counts what comes. */
void attach_count_anew(struct attach *a);

/* What came is no text, at least so many bytes of it, and config has other
 * rates that have not been tried too often. */
bool attach_is_elsewhere(const struct attach *a, unsigned bytes);

/* Nothing came back at all: the device may listen at another speed, where our
 * keys are no characters. True once, and where config has other rates. */
bool attach_is_mute(const struct attach *a);

/* 1: the prompt was found at one of config's rates; 0: at none, and the port is
 * where it was. */
int attach_try_rates(struct attach *a);

/* --- attach_words.c --- */

void attach_ask_for_power(struct attach *a);

/* -EACCES: what was answered, and how often. */
int attach_refused(struct attach *a, struct err *err);

/* -EPERM: where the device keeps what is typed. */
int attach_keeps(const struct attach *a, struct err *err);

/* -ETIMEDOUT, with what was sent and what came. */
int attach_timed_out(struct attach *a, struct err *err);

#endif
