// SPDX-License-Identifier: BSD-2-Clause
// How it goes, from numbers to text: .fwfs/status, status.json, progress.

#ifndef MOUNT_STATUS_H
#define MOUNT_STATUS_H

#include "base/buf.h"
#include "fetch/fetcher.h"
#include "monitor/device.h"
#include "monitor/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct status_file {
    const char *name;
    const char *medium;
    uint64_t address;  /* on the device's bus */
    uint64_t size;     /* bytes */
    uint64_t known;    /* bytes good or confirmed */
    uint64_t bad;      /* bytes in blocks given up */
    uint64_t checksum; /* bytes of known that are confirmed, by route */
    uint64_t image;
    uint64_t reread;
    uint64_t ahead;  /* absent bytes from the last read's offset on */
    bool reading;    /* being read now */
    bool sequential; /* from front to back */
};

/* Everything the texts say. All strings are lent; NULL counts as "". */
struct status {
    const char *port;
    const char *dialect;
    const char *banner; /* escaped already, as is fetch.last_error */
    const char *cache_id;
    const char *cache_path; /* "": in memory only */
    struct device_stats device;
    struct fetch_stats fetch;
    const struct map *map; /* for its notes; NULL: none */
    const struct status_file *files;
    size_t n_files;
    size_t latest; /* index of the file read most recently; n_files: none */
};

/*
 * .fwfs/status: lines of `key: value`, in this order, each once, `-` for an
 * empty value; new keys may come before the first `file:` line.
 *
 *   device         port
 *   dialect        short name of the dialect
 *   banner         what the boot loader said of itself
 *   identity       name of the device's cache directory, or `memory`
 *   cache          path of that directory
 *   line           idle, busy, silent (no answer), gone (port went away) or
 *                  offline (mounted without a device)
 *   verify         auto, fast or rows
 *   route          how the device's bytes are confirmed: the name of its
 *                  checksum, or `second reading`
 *   noisy          yes: a row of this mount arrived damaged
 *   exchanged      yes: another device than the one mounted answers
 *   pending        reads waiting for bytes
 *   rate_bps       payload bytes a second over the last seconds
 *   speed          of the line, baud; 0: there is none
 *   device_bytes_read, line_bytes_received, line_bytes_sent, commands,
 *   rows_bad, rows_lost, retries, blocks_bad     counters since the mount
 *   checksums      asked of the device
 *   blank          bytes that a checksum told to be blank: not moved
 *   referred       bytes taken from a reference that a checksum matched
 *   stale          bytes of an earlier mount that were not the device's any
 *                  more
 *   resets         the device was out of sight and came back
 *   answered_wrong bytes that were answered and proved wrong afterwards (never
 *                  with verify=auto)
 *   last_error     escaped
 *
 * then for each thing that one should know of the map (map_note.h)
 *
 *   note: TEXT
 *
 * then for each file, fields parted by one blank, the name last because it may
 * hold blanks (escaped as text_escape does), the bytes confirmed by the
 * device's checksum, by an image's own, by a second reading:
 *
 *   confirmed: CHECKSUM IMAGE REREAD NAME
 *
 * and then for each file
 *
 *   file: KNOWN SIZE PERCENT BAD RATE_BPS SECONDS_LEFT NAME
 *
 * KNOWN, SIZE, BAD in bytes; PERCENT a whole number, 100 only when all is
 * known; RATE_BPS 0 for a file that is not being fetched; SECONDS_LEFT `-`
 * when it cannot be told.
 */
void status_text(const struct status *s, struct buf *out);

/*
 * .fwfs/status.json: the same facts under the same keys as one object, empty
 * strings as "", and
 *   "notes": ["TEXT"]
 *   "files": [{"name", "address", "size", "medium", "known", "bad",
 *              "confirmed_checksum", "confirmed_image", "confirmed_reread",
 *              "rate_bps", "seconds_left"}]
 * with seconds_left null when it cannot be told. All numbers are decimal.
 */
void status_json(const struct status *s, struct buf *out);

/*
 * "romfs.img  45%  480K of 1.0M  2.4K/s  4:03 left" for the latest file while
 * it is being read, else "". At most size bytes with the NUL; the name is cut
 * first. Sizes are rounded down.
 */
void status_progress(const struct status *s, char *out, size_t size);

/* A file's part of the line's rate: files that are being read and have
 * something to fetch share it evenly. */
uint64_t status_rate(const struct status *s, const struct status_file *f);

/* Until a sequential reader is through: what is absent ahead of it by the
 * file's rate, rounded up. False when it cannot be told. */
bool status_seconds_left(const struct status *s, const struct status_file *f,
                         uint64_t *seconds);

/* Rounded down: 100 only when part is all of whole. */
unsigned status_percent(uint64_t part, uint64_t whole);

/* "idle", "busy", "silent", "gone", "offline". */
const char *status_line_word(enum device_line line);

#endif
