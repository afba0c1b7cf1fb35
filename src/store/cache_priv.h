// SPDX-License-Identifier: BSD-2-Clause
// What the files of the cache share; for store/cache*.c alone.

#ifndef STORE_CACHE_PRIV_H
#define STORE_CACHE_PRIV_H

#include "store/blocks_open.h"
#include "store/cache.h"
#include "store/slot.h"

#define MEDIUM_NAME_MAX 64U /* without the NUL */

struct cache {
    struct slot slot; /* SLOT_NONE if memory_only */
    char id[256];
    bool changed; /* see cache_changed */
    size_t count;
    struct blocks **media; /* count of them */
};

/* What may name a stem or a medium. */
bool cache_is_name(const char *s);

/* Whether a file is one of a medium by its name, MEDIUM.state, MEDIUM.2.data
 * and the like; medium: its name. */
bool cache_is_of_medium(const char *name, char medium[MEDIUM_NAME_MAX + 1]);

/* Whether name is stem, or a copy of it that was kept aside, as stem.2. */
bool cache_is_copy(const char *name, const char *stem);

/* -EINVAL: odd or double names. */
int cache_check_media(const struct cache_medium *media, size_t count,
                      struct err *err);

/* Opens the blocks of the media in the slot, or in memory; spec gives all but
 * what the media tell. After an error some may be open: cache_close_blocks. */
int cache_open_blocks(struct cache *c, const struct cache_medium *media,
                      size_t count, struct blocks_spec *spec, struct err *err);

void cache_close_blocks(struct cache *c);

/* Closes the blocks and lets go of the slot. */
void cache_release(struct cache *c);

#endif
