// SPDX-License-Identifier: BSD-2-Clause
// A place in the device's RAM that media may be read through.

#ifndef MONITOR_MEDIA_WINDOW_H
#define MONITOR_MEDIA_WINDOW_H

#include "base/err.h"
#include "monitor/map.h"

#include <stdbool.h>
#include <stdint.h>

/* [base, base+size) on the device's bus; size 0: none. */
struct media_window {
    uint64_t base;
    uint64_t size;
};

/* BASE:SIZE, as a user writes it. -EINVAL: not that, or not at multiples of
 * MEDIA_WINDOW_ALIGN, or too small. */
#define MEDIA_WINDOW_ALIGN 4096U
int media_window_parse(const char *text, struct media_window *out,
                       struct err *err);

/*
 * The window for pieces of chunk bytes (a power of two): room for two of them,
 * or else for one. user: what the user gave (size 0: nothing); it is taken as
 * it is, of whatever size. Else where the device itself loads things to, if
 * that lies in RAM and 1 MiB below what is in use, for the stack; else the
 * middle of a bank; never where something of the map lies. False: there is
 * none. Pure.
 */
bool media_window_find(const struct map *map, const struct media_window *user,
                       uint64_t chunk, struct media_window *out);

/* True when the window and something of the map that is on the bus overlap;
 * *with says what. */
bool media_window_is_taken(const struct map *map, const struct media_window *w,
                           const struct map_medium **with);

/* True when it overlaps what lies in a bank from ram.top on. */
bool media_window_is_in_use(const struct map *map,
                            const struct media_window *w);

#endif
