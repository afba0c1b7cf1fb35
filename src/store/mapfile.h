// SPDX-License-Identifier: BSD-2-Clause
// What is known of a file, as a GNU ddrescue map.

#ifndef STORE_MAPFILE_H
#define STORE_MAPFILE_H

#include "base/buf.h"
#include "store/blocks.h"

#include <stdint.h>

/*
 * Appends the map of [offset, offset+size) of b to out, positions counted
 * from offset: `?` absent, `+` good or confirmed, `-` bad; neighbours of one
 * state merged; a heading comment says how much of `+` is confirmed. Status `+`
 * when all of it is `+`, else `?` and the first position that is not. Format:
 * GNU ddrescue 1.27 manual, "Mapfile structure". An empty range gives an empty
 * block list. Any thread; a block that changes meanwhile is shown as it was or
 * as it is. out->failed when memory or its limit is short.
 */
void mapfile_write(struct buf *out, const struct blocks *b, uint64_t offset,
                   uint64_t size);

#endif
