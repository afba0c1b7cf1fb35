// SPDX-License-Identifier: BSD-2-Clause
// Spot checks: are the bytes in a cache still those of the device?

#ifndef STORE_PROBE_H
#define STORE_PROBE_H

#include "store/cache.h"

/* PROBE_UNSURE: nothing could be asked, so nothing speaks against it.
 * PROBE_CHANGED: some of it is the same, some is not. PROBE_MUTE: it is this
 * device, but its checksums tell nothing. */
enum probe_verdict {
    PROBE_UNSURE,
    PROBE_SAME,
    PROBE_CHANGED,
    PROBE_MUTE,
    PROBE_DIFFERS
};

/* Asks config->probe about runs of known blocks of media[i], the blocks of
 * config->media[i], as cache.h tells. Negative errno: all answers were. */
int probe_media(struct blocks *const *media, const struct cache_config *config,
                enum probe_verdict *verdict);

#endif
