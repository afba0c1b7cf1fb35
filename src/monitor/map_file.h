// SPDX-License-Identifier: BSD-2-Clause
// The map of a device as a text, to be kept beside what was read of it.

#ifndef MONITOR_MAP_FILE_H
#define MONITOR_MAP_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "monitor/map.h"

#include <limits.h>
#include <stddef.h>

/*
 * Lines of fields parted by tabs, in this order; text fields are escaped
 * (base/text.h), numbers are hexadecimal with 0x:
 *
 *   fwfs-device  1                            the version
 *   dialect      NAME
 *   banner       TEXT                         may be empty
 *   port         PATH
 *   dropped      N                            of struct map
 *   note         TEXT                         of map_note.h; none or more
 *   medium       NAME BASE SIZE chip|user ALIAS        one or more
 *   segment      NAME MEDIUM|- OFFSET SIZE SOURCE NOTE
 *   end          CRC-32 of the identity and all lines before, 8 hex digits
 *
 * The checksum is against accidents only. Whoever reads such a text believes
 * nothing of it: it is a map, as map_build makes them, or it is refused.
 */
#define MAP_FILE_FIRST "fwfs-device\t1\n"
#define MAP_FILE_MAX   ((size_t)4 << 20) /* bytes; a longer text is refused */

/* Strings of a device. */
struct map_file_head {
    const char *dialect;
    const char *banner; /* escaped */
    const char *port;
};

/* What was read of a text. Large; ends with map_file_free. */
struct map_file {
    char dialect[32];
    char banner[160];    /* escaped */
    char port[PATH_MAX]; /* any bytes */
    struct map map;
};

/* identity: the device's identity text, which binds the two together. Pure;
 * out->failed when memory is short. */
void map_file_write(struct buf *out, const struct map_file_head *head,
                    const struct map *map, const char *identity);

/* The bytes of the last line for len bytes before it. */
#define MAP_FILE_END_SIZE 14 /* with a NUL */
void map_file_end(char out[MAP_FILE_END_SIZE], const char *text, size_t len,
                  const char *identity);

/* -EBADMSG and the line where it is wrong; -EPROTO: another version; -ENOMEM.
 * Then *out needs no map_file_free. Pure. */
int map_file_parse(struct map_file *out, const char *text, size_t len,
                   const char *identity, struct err *err);

void map_file_free(struct map_file *file);

#endif
