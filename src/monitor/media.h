// SPDX-License-Identifier: BSD-2-Clause
// Media that have no addresses on the bus: how each of them is read.

#ifndef MONITOR_MEDIA_H
#define MONITOR_MEDIA_H

#include "base/err.h"
#include "monitor/device.h"
#include "monitor/dialect.h"
#include "monitor/media_window.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct template_values;

/* How one medium is read: staged (its pieces are copied to RAM, which is
 * dumped), or directly, by dump methods that name it. */
struct media_route {
    const struct map_medium *m;
    size_t index;                       /* of m in the map */
    const struct medium_access *access; /* NULL: no section is about it */
    struct span number; /* in m's name, for {index}; text NULL: none */
    bool staged;
    struct media_window window; /* staged: in RAM */
    uint64_t chunk;             /* staged: bytes at once; a power of two */
    uint64_t erase_block;       /* 0: not known, or it has none */
    uint64_t page;              /* likewise */
};

/* A piece of a medium that is in RAM. */
struct media_piece {
    bool valid;
    size_t medium;
    uint64_t offset;
    uint64_t len;
    uint64_t ram;
    unsigned contact; /* device_contact then; a reset makes it worthless */
};

/* The bad blocks of a medium. */
struct media_bad {
    bool known;
    size_t medium;
    unsigned contact;
    uint64_t *offsets; /* owned; where they begin */
    size_t n;
};

/*
 * What a device keeps of its media; zeroed at first.
 *
 * staged   by reading: a second reading has a piece of its own, so that what
 *          went wrong between medium and RAM is seen
 * torn     a chunk that could not be read as a whole: by small pieces, then
 * selected the medium that was selected last, at that contact
 */
struct media {
    struct media_window user; /* size 0: the user gave none */
    struct media_piece staged[2];
    struct media_piece torn;
    struct media_piece selected;
    struct media_bad bad;
    enum { WHOLE_NOT_ASKED, WHOLE_NOT, WHOLE_TYPED } whole;
};

void media_free(struct media *media);

/* What the map tells of m, else what the dialect does; 0: nobody. */
void media_geometry(const struct device *dev, const struct map_medium *m,
                    uint64_t *erase_block, uint64_t *page);

/* False: nothing reads the medium; err says why and what may help. */
bool media_find_route(const struct device *dev, size_t medium,
                      struct media_route *out, struct err *err);

/* After the map is known: files of media that cannot be read become notes, and
 * the user is told. -EINVAL: the user's window cannot be. */
int media_check(struct device *dev, struct err *err);

/* Before each command that reads the medium: selects it, unless it is, and
 * learns of bad blocks. Needs the console in step. */
int media_prepare(struct device *dev, const struct media_route *r,
                  struct err *err);

/* True when offset lies in a bad block. Valid after media_prepare. */
bool media_is_bad(const struct device *dev, const struct media_route *r,
                  uint64_t offset);

/* -EFAULT, and which block is bad. */
int media_fail_bad(const struct media_route *r, uint64_t offset,
                   struct err *err);

/* The erase block of a medium that may have bad ones; 0: it has none. */
uint64_t media_bad_unit(const struct media_route *r);

/*
 * Sees to it that the piece with [offset, offset+len), or its beginning, is in
 * RAM, the copy for had; *out is it, until the next call. -EFAULT: the device
 * could not read it, or a bad block is there; -EILSEQ: its answer was not
 * understood; else as device_read. Needs the console in step.
 */
int media_stage(struct device *dev, const struct media_route *r, uint32_t had,
                uint64_t offset, uint64_t len, const struct media_piece **out,
                struct err *err);

/* device_read of a medium that has no addresses, with the console in step. */
int media_read(struct device *dev, uint32_t had, uint64_t address, uint64_t len,
               const struct device_sink *sink, struct err *err);

/* --- media_whole.c --- */

/* Fills in text, and puts around it what keeps the device from running a
 * beginning of it, where its shell has that: asks it, once. Needs the console
 * in step. */
int media_whole(struct device *dev, const char *text,
                const struct template_values *values, char *out, size_t size,
                struct err *err);

/* --- media_select.c --- */

/* The device's word for m. */
const char *media_word(const struct map_medium *m);

/* What a command about p, or about all of the medium, is told. */
struct template_values media_values(const struct media_route *r,
                                    const struct media_piece *p);
int media_fill(const struct media_route *r, const char *text, char *out,
               size_t size, struct err *err);

/* Returns ret; err: the first line of the answer, or the one that p matches. */
int media_says(int ret, const char *command, const struct buf *answer,
               struct pattern *p, struct err *err);

/* What the group of p's last match says is want, decimal or hexadecimal behind
 * 0x; a group that is not there agrees. */
bool media_group_is(struct pattern *p, const char *name, uint64_t want);

/* The same for group index and the medium's number. */
bool media_names_it(const struct media_route *r, struct pattern *p);

/* p is valid, of this medium, and of the contact that is. */
bool media_holds(const struct device *dev, const struct media_route *r,
                 const struct media_piece *p);

/* Sees to it that the device's commands mean this medium. -EILSEQ: its answers
 * do not say so; else as device_read. Needs the console in step. */
int media_select(struct device *dev, const struct media_route *r,
                 struct err *err);

#endif
