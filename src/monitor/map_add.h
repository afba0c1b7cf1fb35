// SPDX-License-Identifier: BSD-2-Clause
// Segments for a map that is finished, of what was found on the media.

#ifndef MONITOR_MAP_ADD_H
#define MONITOR_MAP_ADD_H

#include "monitor/map.h"

/*
 * Puts a copy of s in its place by address, under its name, or that with a
 * number behind when there is a file of that name. s lies on a medium, within
 * it, and its name is safe. Not added is what starts where a segment of the map
 * starts that is less than its whole medium or has the same source. 1: added,
 * 0: not; -ENOMEM.
 * Pointers into map->segments are void after it.
 */
int map_add(struct map *map, const struct map_segment *s);

#endif
