// SPDX-License-Identifier: BSD-2-Clause
// From what a device answered to a map: media, segments, safe file names.

#ifndef MONITOR_MAP_BUILD_H
#define MONITOR_MAP_BUILD_H

#include "base/err.h"
#include "monitor/dialect.h"
#include "monitor/map.h"

#include <stddef.h>

/*
 * All pure. The order of calls is: map_apply for each rule in the order of the
 * dialect (chips become known before the segments on them), map_add_user for
 * each -s, map_finish once.
 */

/* Applies rule to the answer of its command (text NULL: the rule has no
 * command). Numbers that do not fit, sizes of zero and segments outside of
 * their medium are left out with a note or a log line, never believed. */
void map_apply(struct map *map, const struct dialect *d,
               const struct map_rule *rule, const char *text, size_t len);

/* Adds NAME:BASE:SIZE as given with -s, on a medium of the map, on one that the
 * device did not tell of, but d can read, or as a window of its own. -EINVAL:
 * malformed, the name is there twice, or nothing reads such a medium. */
int map_add_user(struct map *map, const struct dialect *d, const char *option,
                 struct err *err);

/* Adds a file for each whole chip, makes names safe and unique, puts the files
 * in order: chips, then segments by address. */
int map_finish(struct map *map, struct err *err);

/*
 * One file name out of a device's word: bytes that are no printable ASCII,
 * '/' and a dot in front become '_', blanks at the ends go, nothing left
 * becomes "unnamed", at most MAP_NAME_MAX - 1 bytes.
 */
void map_safe_name(char out[MAP_NAME_MAX], const char *text, size_t len);

/* A name that map_safe_name leaves as it is. */
bool map_is_safe_name(const char *name);

#endif
