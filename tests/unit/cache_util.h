// SPDX-License-Identifier: BSD-2-Clause
// What the tests of the cache share: a device that is asked, a configuration.

#ifndef UNIT_CACHE_UTIL_H
#define UNIT_CACHE_UTIL_H

#include "store_util.h"

#include "store/cache.h"

#include <errno.h>

#define CALLS 64U

/* What stands in for the device: board's bytes, or an error. */
struct device {
    unsigned board;
    int answer; /* if not 0: instead of comparing */
    unsigned calls;
    uint64_t offset[CALLS];
    uint32_t len[CALLS];
};

static const struct cache_medium media[] = {
    {.name = "flash", .base = 0xbf000000, .size = SIZE},
    {.name = "sf0", .base = 0, .size = AT(9)},
};

static char root[64];

static inline int probe(void *arg, const char *medium, uint64_t base,
                        uint64_t offset, const void *bytes, uint32_t len)
{
    struct device *d = arg;
    const uint8_t *got = bytes;

    assert_true(len > 0 && len <= 65536);
    assert_true(d->calls < CALLS);
    assert_int_equal(base, strcmp(medium, "sf0") == 0 ? 0 : 0xbf000000);
    d->offset[d->calls] = offset;
    d->len[d->calls] = len;
    d->calls++;
    for (uint32_t i = 0; i < len && d->answer == 0; i++) {
        if (got[i] != 0xff && got[i] != device_byte(d->board, offset + i))
            return 0;
    }
    return d->answer != 0 ? d->answer : 1;
}

static inline struct cache_config config_for(struct device *d)
{
    (void)snprintf(root, sizeof(root), "%s/a/b", work);
    return (struct cache_config){
        .root = root,
        .stem = "cam",
        .identity = "U-Boot 1.1.3\nboard 7\n",
        .media = media,
        .media_count = 2,
        .probe = d != NULL ? probe : NULL,
        .probe_arg = d,
    };
}

static inline struct cache *open_config(const struct cache_config *config)
{
    struct err err = {""};
    struct cache *c = NULL;

    if (cache_open(&c, config, &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

static inline struct cache *open_for(struct device *d)
{
    struct cache_config config = config_for(d);

    return open_config(&config);
}

/* Opens, puts blocks [first, end) of the medium, closes; returns the ID. */
static inline const char *fill(struct device *d, size_t medium, uint64_t first,
                               uint64_t end)
{
    static char id[100];
    struct cache *c = open_for(d);

    for (uint64_t n = first; n < end; n++)
        put_from(cache_blocks(c, medium), d->board, n);
    (void)snprintf(id, sizeof(id), "%s", cache_id(c));
    cache_close(c);
    return id;
}

#endif
