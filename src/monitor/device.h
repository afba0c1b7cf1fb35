// SPDX-License-Identifier: BSD-2-Clause
// A device whose boot loader waits at its prompt: survey it, read from it.

#ifndef MONITOR_DEVICE_H
#define MONITOR_DEVICE_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "image/image.h"
#include "monitor/map.h"
#include "monitor/way.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Threads: all calls come from one thread at a time (main until the mount is
 * live, then the fetcher), except those marked "any thread". Calls block
 * until they are done or their time is up.
 */
struct device;

struct device_config {
    const char *port; /* path, also symlinks such as by-id */
    unsigned baud;
    const char *dialect;         /* name, path of a file, or NULL: recognise */
    const char *password;        /* for breaking in and unlocking, or NULL */
    unsigned attach_timeout_ms;  /* for getting to the prompt */
    const char *const *segments; /* user's NAME:BASE:SIZE, NULL-terminated */
    const char *ram; /* user's BASE:SIZE to read media through, or NULL */
    unsigned speed;  /* baud the line may be raised to; 0: it is not */
    /* Told of the device as soon as the port is open, long before device_open
     * returns: from then on device_shutdown ends it, and what it has changed is
     * put back. NULL: it is about to go, as device_open fails. */
    void (*opening)(void *arg, struct device *dev); /* NULL: nobody is told */
    void *opening_arg;
};

enum device_line {
    DEVICE_LINE_IDLE,
    DEVICE_LINE_BUSY,   /* a command is running */
    DEVICE_LINE_SILENT, /* the last command got no answer in time */
    DEVICE_LINE_GONE,   /* the port went away */
    DEVICE_LINE_OFFLINE /* there is none: device_open_offline */
};

struct device_stats {
    uint64_t device_bytes_read;   /* payload bytes of all good rows */
    uint64_t line_bytes_received; /* everything that came in */
    uint64_t line_bytes_sent;
    uint64_t commands;
    uint64_t rows_bad;  /* rows that failed a check */
    uint64_t rows_lost; /* rows that did not come */
    unsigned speed;     /* of the line, baud; 0: there is none */
    enum device_line line;
};

/*
 * Opens and locks the port, finds the prompt or breaks in (says so on
 * stderr), recognises the dialect, asks for the map and the identity. Raises
 * the line's speed where config allows it; device_close puts it back.
 * -EBUSY: port in use; -ETIMEDOUT: nothing usable answered; -EINVAL: dialect
 * file, segment or ram option. The caller owns *out.
 */
int device_open(struct device **out, const struct device_config *config,
                struct err *err);
void device_close(struct device *dev); /* NULL is allowed */

/*
 * A device without a line, from the text that device_keep wrote of it and its
 * identity text: all of the below works, but what needs the device returns
 * -ENODEV at once. -EBADMSG, -EPROTO: the text cannot be believed. The caller
 * owns *out.
 */
int device_open_offline(struct device **out, const char *text, size_t len,
                        const char *identity, struct err *err);
bool device_is_offline(const struct device *dev);

/* Appends a text of map, port, dialect and banner (monitor/map_file.h). */
void device_keep(const struct device *dev, struct buf *out);

const struct map *device_map(const struct device *dev);
/* Adds what was found on its media, as map_add (monitor/map_add.h) does; before
 * anything else looks at the map. */
int device_add_segment(struct device *dev, const struct map_segment *s);

const char *device_port(const struct device *dev);
const char *device_dialect(const struct device *dev); /* its short name */
const char *device_banner(const struct device *dev);  /* escaped, "" if none */
const char *device_identity(const struct device *dev);

/* The identity has something that only one device has. */
bool device_is_unique(const struct device *dev);

/* Whether another device of the same kind would be noticed: the identity has
 * something that only one device has, such as a MAC address, or the device can
 * compute checksums to compare its content by (asks it for one, then). */
bool device_is_told_apart(struct device *dev);

/*
 * Contact: counts how often the device was out of sight - it was reset, did not
 * answer for so long that its prompt had to be won anew, or the port went away
 * and came back. Whoever sees a new number cannot know that it is still the
 * same device before device_is_same says so.
 */
unsigned device_contact(const struct device *dev);

/* Asks for the identity again. 1: the same as at device_open, 0: another
 * device, negative errno: it cannot be told now. sink's stop is asked as by
 * device_read (sink NULL: nobody). */
struct device_sink;
int device_is_same(struct device *dev, const struct device_sink *sink,
                   struct err *err);

/* The device_contact at which the identity was asked for in device_open, or
 * found to be the same by device_is_same. What was learned of the device at
 * another one may be another device's. */
unsigned device_identity_contact(const struct device *dev);

/* Asks for the identity again if the device was out of sight since it was known
 * to be the one of device_open. 0: it is, in device_contact; -ESTALE: another
 * device; -ETIMEDOUT, -ENODEV, -EINTR, -EILSEQ: it cannot be told now. */
int device_still_same(struct device *dev, struct err *err);

/*
 * For when nothing is to be read: looks, without waiting, whether the device
 * was reset or the port went away. True: device_recover is worth a try.
 */
bool device_look(struct device *dev);

/* Gets the port back and the prompt, breaking in where there is a countdown;
 * as device_read does by itself. 0, -ETIMEDOUT, -ENODEV, -EINTR. */
int device_recover(struct device *dev, const struct device_sink *sink,
                   struct err *err);

/* The ways that device_read has now for what lies at address. */
struct way_choice device_ways(const struct device *dev, uint64_t address);

/* What a read reports while it runs. */
struct device_sink {
    /* A dump command starts: its rows, until the next begin, are one reading,
     * by that way. NULL: nobody wants to know. */
    void (*begin)(void *arg, unsigned way);
    /* len good bytes that stand at address; in any order, possibly twice. */
    void (*row)(void *arg, uint64_t address, const uint8_t *bytes, size_t len);
    /* Asked when bytes came and after each device_wake, also while the prompt
     * is won back: true ends the read as soon as the device can be made to
     * stop. NULL: never. */
    bool (*stop)(void *arg);
    void *arg;
};

/*
 * Reads [address, address+len), both multiples of DEVICE_ROW. had is the set of
 * ways by which the bytes came before: it is read with the best dump command
 * there is, or where that is in had, with another one, if there is one that
 * works; the copy likewise. What was taken in the end the sink is told. At most
 * one command's worth: a larger range is cut, a smaller one may
 * bring more rows than asked for (a fixed-length command); only rows within
 * the range's MAP_ALIGN-aligned surroundings, or of its pages, reach the sink.
 * 0: the command ran to its end, though rows may be missing or were bad: the
 * caller sees which came and asks again. -EINTR: stopped by the sink.
 * -ETIMEDOUT: the device fell silent; the next call tries to get the prompt
 * back first, breaking in if the device was reset. -EILSEQ: the command could
 * not be typed. -EFAULT: the device reported a bad address, or could not
 * read the medium there. -ENODEV: the port
 * is gone; the next call looks whether it is back.
 */
#define DEVICE_ROW   16U
#define DEVICE_FIRST UINT32_C(0)
#define DEVICE_AGAIN UINT32_MAX /* not by the way of DEVICE_FIRST */
int device_read(struct device *dev, uint32_t had, uint64_t address,
                uint64_t len, const struct device_sink *sink, struct err *err);

/* What was copied to RAM may be wrong there: it is copied anew before it is
 * read or summed up. */
void device_forget_copies(struct device *dev);

/* Bytes one device_read from address on covers at most, with the dump command
 * in use for it now; and with any of its dump commands. */
uint64_t device_read_max(const struct device *dev, uint64_t address);
uint64_t device_read_limit(const struct device *dev);

/*
 * What lies at address is read and summed in pieces that begin at multiples of
 * this power of two, counted from the start of its medium: no device_read or
 * device_checksum may go across. 0: no such limit.
 */
uint64_t device_border(const struct device *dev, uint64_t address);

/* Any thread: makes a running device_read ask its sink, or a following one
 * at once. Async-signal-safe. */
void device_wake(struct device *dev);

/* From now on every call returns -EINTR at once and a running dump is told to
 * stop where the device can. Any thread. */
void device_shutdown(struct device *dev);

/*
 * The checksum of a range that the device computes itself, by the first of its
 * dialect's algorithms that it has. sink's stop is asked while it is waited
 * for, but the answer is not given up (sink NULL: nobody is asked). -ENOTSUP:
 * this device has none, or none of such a range (device_checksum_unit);
 * -EBADMSG: the answer was not understood, so that it is
 * to be asked for again; else as device_read.
 */
int device_checksum(struct device *dev, uint64_t address, uint64_t len,
                    struct digest_value *sum, const struct device_sink *sink,
                    struct err *err);

/* Bytes that a checksum at address counts in, from its medium's start: there is
 * none of a range that is no multiple of them. MAP_ALIGN where its command
 * counts sectors, else 1. */
uint64_t device_checksum_unit(const struct device *dev, uint64_t address);

/*
 * Whether [address, address+len), multiples of DEVICE_WORD and two of them at
 * least, is one word of DEVICE_WORD bytes again and again: the device compares
 * it with itself. sink as of device_checksum. -ENOTSUP: it has no such command;
 * -EBADMSG: the answer was not understood, and is to be asked for again; else
 * as device_read.
 */
#define DEVICE_WORD 4U
int device_uniform(struct device *dev, uint64_t address, uint64_t len,
                   bool *uniform, const struct device_sink *sink,
                   struct err *err);
bool device_has_uniform(const struct device *dev, uint64_t address);

/* What the dialect says of tables behind images; *n of them. */
const struct image_footer *device_footers(const struct device *dev, size_t *n);

/* The algorithm of the next device_checksum at address; NULL: there is none. */
const struct digest *device_checksum_algorithm(const struct device *dev,
                                               uint64_t address);

/*
 * For --probe: proves the byte order now and tells what is known in lines of
 * text: dialect, banner, prompt, dump command, byte order, segments.
 */
int device_describe(struct device *dev, struct buf *out, struct err *err);

/* Any thread. */
void device_get_stats(const struct device *dev, struct device_stats *out);

/* Any thread. The conversation so far, escaped line by line, the oldest part
 * dropped beyond 64 KiB. */
void device_transcript(const struct device *dev, struct buf *out);

#endif
