// SPDX-License-Identifier: BSD-2-Clause
// Who plays with a cache: configurations, what may fail, what is found.

#ifndef UNIT_CRASH_PLAYER_H
#define UNIT_CRASH_PLAYER_H

#include "crash_calls.h"
#include "crash_history.h"

#include "base/log.h"

#define CAM_ID   "cam-a0ee7cb3"
#define OTHER_ID "other-bdf4c0d8"

enum { CONFIG_LONG, CONFIG_SHORT, CONFIG_OTHER, CONFIG_MOVED };

static const struct cache_medium media_of[4][2] = {
    {{"flash", 0xbf000000, AT(60) + 100}, {"sf0", 0, AT(4)}},
    {{"flash", 0xbf000000, AT(50)}, {"sf0", 0, AT(4)}},
    {{"flash", 0, AT(5)}},
    {{"flash", 0xa0000000, AT(6)}, {"sf0", 0, AT(4)}},
};
static const char *const identities[2] = {"U-Boot 1.1.3\nboard 7\n",
                                          "RedBoot\nboard 8\n"};
static const char *const texts[3] = {"", "flash 0xbf000000\n",
                                     "flash 0xbf000000 0x7864\nsf0 0\n"};

static struct cache_config config_of(int which, const char *root)
{
    bool other = which == CONFIG_OTHER;

    return (struct cache_config){
        .root = root,
        .stem = other ? "other" : "cam",
        .identity = identities[other],
        .media = media_of[which],
        .media_count = other ? 1 : 2,
    };
}

/* The log of the store comes here. */
static struct {
    unsigned count;
    char last[sizeof(((struct err *)0)->text)];
} warned;

void log_msg(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    if (level != LOG_LEVEL_WARN)
        return;
    warned.count++;
    va_start(ap, fmt);
    (void)vsnprintf(warned.last, sizeof(warned.last), fmt, ap);
    va_end(ap);
}

static struct player {
    struct cache *cache; /* NULL: not open; steps are left out */
    int config;
    char root[100];
    bool tolerant; /* steps may fail, as the test lets calls fail */
    unsigned failures;
    void (*synced)(void); /* called after each sync; NULL: nothing */
} player;

static unsigned row_with(int config, unsigned index)
{
    if (config == CONFIG_OTHER)
        return OTHER;
    return config == CONFIG_MOVED && index == FLASH ? MOVED : index;
}

static unsigned row_of(unsigned index)
{
    return row_with(player.config, index);
}

/* What is known stays known, and as it was. */
static void check_memory(void)
{
    static struct expected x;
    const struct cache_config config = config_of(player.config, player.root);

    expect_at(&x, oplog.count);
    for (unsigned m = 0; player.cache != NULL && m < config.media_count; m++) {
        struct blocks *b = cache_blocks(player.cache, m);

        for (unsigned n = 0; n < blocks_count(b); n++) {
            struct pair now = x.now[row_of(m)][n];
            enum block_state state = blocks_state(b, n);

            if (x.torn[row_of(m)][n])
                continue;
            assert_int_equal(block_state_known(state), now.board != 0);
            if (now.board != 0)
                assert_int_equal(state, now.state);
        }
    }
}

/* True: it went well. Else it may, and there is one sentence that names what
 * was to be written. */
static bool went_well(int rc, const struct err *err, unsigned warnings)
{
    assert_int_equal(warned.count, warnings);
    if (rc == 0)
        return true;
    if (!player.tolerant || rec.faults == 0)
        fail_msg("%s", err->text);
    assert_int_equal(rc, -rec.code);
    assert_says(err->text, rec.top);
    assert_says(err->text, strerror(rec.code));
    player.failures++;
    check_memory();
    return false;
}

/* What an open found is what there is. */
static void adopt(unsigned index)
{
    static struct expected x;
    struct blocks *b = cache_blocks(player.cache, index);
    unsigned medium = row_of(index);
    struct pair found[BLOCKS] = {{0, 0}};

    expect_at(&x, oplog.count);
    check_medium(&x, medium, b);
    for (unsigned n = 0; n < blocks_count(b); n++)
        found[n] = observe(b, n);
    for (unsigned n = 0; n < blocks_count(b); n++) {
        if (memcmp(&found[n], &x.now[medium][n], sizeof(found[n])) != 0 ||
            x.torn[medium][n])
            TELL(.kind = EV_SET, .medium = medium, .block = n,
                 .pair = found[n]);
        /* Of a session whose syncs failed: nobody knows what is durable. */
        if (player.tolerant && !x.must[medium][n] &&
            (found[n].board != 0 || x.allowed[medium][n] != 0))
            TELL(.kind = EV_TORN, .medium = medium, .block = n);
    }
}

static void play_open(int which)
{
    const struct cache_config config = config_of(which, player.root);
    struct err err = {""};
    int rc;

    if (which != CONFIG_OTHER)
        TELL(.kind = EV_OPENING, .value = which);
    player.config = which;
    rc = cache_open(&player.cache, &config, &err);
    warned.count = 0; /* a state file that does not fit */
    if (!went_well(rc, &err, 0)) {
        player.cache = NULL;
        return;
    }
    assert_string_equal(cache_id(player.cache),
                        which == CONFIG_OTHER ? OTHER_ID : CAM_ID);
    for (unsigned i = 0; i < config.media_count; i++)
        adopt(i);
    TELL(.kind = EV_OPENED, .medium = row_of(0));
    warned.count = 0; /* damage */
}

#endif
