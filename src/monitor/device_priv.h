// SPDX-License-Identifier: BSD-2-Clause
// What the files of the device share; for monitor/device*.c alone.

#ifndef MONITOR_DEVICE_PRIV_H
#define MONITOR_DEVICE_PRIV_H

#include "monitor/console.h"
#include "monitor/device.h"
#include "monitor/dialect.h"

#include <stdatomic.h>

/*
 * in_step   the console stands at its prompt, the next command may be typed;
 *           false: resynchronise (and break in, if it was reset) first
 * gone      the port went away; it is opened again first
 * contact   counts how often the device was out of sight
 * method    index of the dump method in use; -1: the byte order of words is
 *           not proved yet; then the first read proves it on the way
 */
struct device {
    struct console console;
    struct dialect **dialects; /* owned; dialect is one of them */
    struct dialect *dialect;
    struct map map;
    struct buf boot_text; /* what came while attaching */
    struct buf identity;
    size_t *identity_ends; /* in identity, behind the lines of each rule */
    char *port;
    char *password; /* NULL: none */
    unsigned baud;
    char banner[160]; /* escaped */
    bool unique;      /* the identity is this device's alone */
    bool offline;     /* no line, no commands: device_offline.c */
    bool in_step;
    bool gone;
    bool silent;
    unsigned contact;
    int method;
    enum row_order order;
    unsigned proof_tries;
    size_t checksum; /* index of the one in use; n_checksums: none */
    atomic_uint_fast64_t bytes_read;
    atomic_uint_fast64_t rows_bad;
    atomic_uint_fast64_t rows_lost;
    atomic_int line_state; /* enum device_line */
};

/* --- device_step.c --- */

/* Makes sure that the next command can be typed: resynchronises and, if the
 * device was reset, breaks in again. */
int device_get_in_step(struct device *dev, struct err *err);

/* Folds what a command came to (ret, given back) into the state. */
int device_settle(struct device *dev, int ret);

void device_set_line(struct device *dev, enum device_line state);

/* While the device is waited for, sink is asked (NULL: nobody). */
void device_attend(struct device *dev, const struct device_sink *sink);

/* --- device_identity.c --- */

/* Asks command, again when the conversation was damaged; text is empty when
 * the boot loader lacks the command. Needs the console in step. */
int device_ask(struct device *dev, const char *command, struct buf *text,
               struct err *err);

/* As device_ask, until two answers agree: nothing but that tells noise from
 * what is meant. */
int device_ask_twice(struct device *dev, const char *command, struct buf *text,
                     struct err *err);

/* Appends what rule finds in text to out, a line a match; true when one of
 * them is this device's alone. */
bool identity_lines(const struct identity_rule *rule, const struct buf *text,
                    struct buf *out);

/* --- device_read.c --- */

/* Runs method over as much of [address, address+len) as one command may;
 * result as device_read. Needs the console in step. */
int device_dump(struct device *dev, const struct dump_method *method,
                enum row_order order, uint64_t address, uint64_t len,
                const struct device_sink *sink, struct err *err);

/* --- device_offline.c --- */

/* What everything that needs the device returns when it is offline: -ENODEV. */
int device_fail_offline(struct err *err);

/* --- byte_order.c --- */

/* Settles on a dump method where that needs no proof (any more). */
void byte_order_choose(struct device *dev);

/* Index of the first method that prints bytes in memory order. */
int byte_order_safe_method(const struct device *dev);

/* As device_read while dev->method is -1: reads the range as bytes, for the
 * reader too; if a row of it can tell the order, dumps that row as words and
 * compares. */
int byte_order_read(struct device *dev, uint64_t address, uint64_t len,
                    const struct device_sink *sink, struct err *err);

#endif
