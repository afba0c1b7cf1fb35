// SPDX-License-Identifier: BSD-2-Clause
// Reads a GNU ddrescue map.

#ifndef STORE_MAPFILE_READ_H
#define STORE_MAPFILE_READ_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* [offset, offset+len) of the file that the map is about; never wraps. */
struct mapfile_area {
    uint64_t offset;
    uint64_t len;
    char status; /* one of ? * / - + as in GNU ddrescue 1.27 */
};

/* Starts zeroed. */
struct mapfile {
    struct mapfile_area *areas; /* owned; without gaps, ascending, not empty,
                                 * no neighbours of one status */
    size_t n_areas;
};

/*
 * Fills *m from the text of a map, which may be anything. Takes what the manual
 * of GNU ddrescue 1.27 allows ("Mapfile structure"): numbers are decimal, 0x
 * hex or octal with a leading 0; comments, CR, blank lines and words behind a
 * status are passed over; an area must begin where the one before ended. An
 * area of no bytes is passed over. -EINVAL with the number of the line;
 * -ENOMEM. Memory is bounded by the length of the text. Call mapfile_free in
 * every case.
 */
int mapfile_read(struct mapfile *m, const char *text, size_t len,
                 struct err *err);
void mapfile_free(struct mapfile *m);

#endif
