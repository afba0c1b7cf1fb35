// SPDX-License-Identifier: BSD-2-Clause
// What a reader of a map must know besides its files: what was left out of it,
// and where two answers contradict each other.

#ifndef MONITOR_MAP_NOTE_H
#define MONITOR_MAP_NOTE_H

#include "monitor/map.h"
#include "monitor/pattern.h"

/*
 * There is one list of notes, and --probe, the mount's standard error,
 * .fwfs/status and --replay all show it. Whatever a rule leaves out of the map
 * comes into it with the reason. A note that is there already is not added
 * again. Where the list is full, or memory is short, notes are counted.
 */

/* What is no printable ASCII becomes '?'. */
void map_note(struct map *map, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a match of an answer's text that cannot be used. It names the
 * match, and tells where the text has it. */
void map_note_unread(struct map *map, const char *text, struct span match,
                     const char *title, const char *why);

/*
 * Calls each with all there is to know, sentence by sentence: the notes, then
 * the segments that cannot be read, those with the same reason in one, then how
 * much did not fit. text is printable ASCII, for the call only.
 */
void map_each_note(const struct map *map,
                   void (*each)(void *arg, const char *text), void *arg);

/* Warns of them, of the first few one by one. */
void map_warn_of_notes(const struct map *map);

#endif
