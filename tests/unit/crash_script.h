// SPDX-License-Identifier: BSD-2-Clause
// What is played: some sessions that have everything, and drawn ones.

#ifndef UNIT_CRASH_SCRIPT_H
#define UNIT_CRASH_SCRIPT_H

#include "crash_play.h"

#include "base/buf.h"

/* The root of the caches and what is above it are made by the store. */
static void play_begin(const char *top, bool tolerant)
{
    memset(&player, 0, sizeof(player));
    player.tolerant = tolerant;
    history.count = 0;
    warned.count = 0;
    assert_true(snprintf(player.root, sizeof(player.root), "%s/a/b", top) <
                (int)sizeof(player.root));
    record_start(top);
}

/* New; all routes, all ways to lose a block; entries on both sides of the
 * 512-byte border that lies before that of block 56. */
static void play_first_session(void)
{
    play_open(CONFIG_LONG);
    play_put(FLASH, 0, 1);
    play_put(FLASH, 1, 1);
    play_put(FLASH, 2, 1);
    play_put(SF0, 0, 1);
    play_sync();
    play_confirm(FLASH, 0, BLOCK_CHECKSUM);
    play_confirm(FLASH, 1, BLOCK_IMAGE);
    play_confirm(SF0, 0, BLOCK_REREAD);
    for (unsigned n = 54; n < 58; n++)
        play_put(FLASH, n, 1);
    play_sync();
    play_keep(1);
    play_put(FLASH, 0, 2);
    play_drop(FLASH, 1);
    play_bad(FLASH, 3);
    play_put(FLASH, 60, 1);
    play_sync();
    play_put(FLASH, 1, 3);
    play_confirm(FLASH, 1, BLOCK_REREAD);
    play_put(FLASH, 55, 2);
    play_confirm(FLASH, 56, BLOCK_CHECKSUM);
    play_doubt(SF0);
    play_sync();
    play_put(FLASH, 0, 2);
    play_confirm(FLASH, 0, BLOCK_CHECKSUM);
    play_sync();
    play_put(FLASH, 0, 2);
    play_drop(FLASH, 54);
    play_close();
}

static void play_other_session(void)
{
    play_open(CONFIG_OTHER);
    play_put(0, 0, 1);
    play_put(0, 1, 2);
    play_sync();
    play_confirm(0, 1, BLOCK_CHECKSUM);
    play_close();
}

static void play_second_session(void)
{
    play_open(CONFIG_LONG);
    play_put(FLASH, 2, 2);
    play_keep_aside(1);
    play_keep(2);
    play_forget();
    play_confirm(FLASH, 2, BLOCK_IMAGE);
    play_confirm(FLASH, 57, BLOCK_IMAGE);
    play_sync();
    play_put(SF0, 3, 1);
    play_doubt(FLASH);
    play_close();
}

/* Smaller, and back: what lies behind the end is there again. */
static void play_odd_sessions(void)
{
    play_open(CONFIG_SHORT);
    play_put(FLASH, 0, 1);
    play_put(FLASH, 49, 1);
    play_put(SF0, 1, 2);
    play_sync();
    play_confirm(FLASH, 0, BLOCK_REREAD);
    play_close();
    play_open(CONFIG_LONG);
    play_put(FLASH, 0, 3);
    play_put(FLASH, 60, 2);
    play_sync();
    play_confirm(FLASH, 60, BLOCK_CHECKSUM);
    play_put(SF0, 1, 3);
    play_close();
}

/* At another address, and back: each has its files. */
static void play_moved_sessions(void)
{
    for (unsigned round = 0; round < 2; round++) {
        play_open(CONFIG_MOVED);
        play_put(FLASH, 1 + round, 2);
        play_put(SF0, 2, 1 + round);
        play_sync();
        play_confirm(FLASH, 1, BLOCK_CHECKSUM);
        play_close();
        play_open(CONFIG_LONG);
        play_put(FLASH, 2, 3);
        play_close();
    }
}

/* As it is, without the device. */
static void play_kept_session(void)
{
    static struct expected x;
    struct buf identity = {0};
    struct cache *c = NULL;
    struct err err = {""};
    int rc = cache_open_kept(&c, player.root, CAM_ID, &identity, &err);

    if (rc == 0)
        rc = cache_open_media(c, media_of[CONFIG_LONG], 2, identity.data, &err);
    if (rc == 0) {
        expect_at(&x, oplog.count);
        for (unsigned m = 0; m < 2; m++)
            check_medium(&x, m, cache_blocks(c, m));
    }
    cache_close(c);
    buf_free(&identity);
    warned.count = 0; /* damage, after faults */
    if (!player.tolerant || rc != -ENOENT)
        (void)went_well(rc, &err, 0);
}

static void play_all(void)
{
    play_first_session();
    play_other_session();
    play_second_session();
    play_odd_sessions();
    play_moved_sessions();
    play_kept_session();
}

static unsigned draw(unsigned *seed, unsigned below)
{
    return (unsigned)rand_r(seed) / 16 % below;
}

static void play_drawn_step(unsigned *seed)
{
    static const enum block_state routes[] = {BLOCK_CHECKSUM, BLOCK_IMAGE,
                                              BLOCK_REREAD};
    static const unsigned places[] = {0, 1, 2, 55, 56, 60};
    unsigned medium = draw(seed, 4) == 0 ? SF0 : FLASH;
    unsigned n = medium == SF0 ? draw(seed, 4) : places[draw(seed, 6)];

    if (player.config == CONFIG_SHORT && n > 49)
        n = 49;
    if (player.config == CONFIG_MOVED && medium == FLASH)
        n %= 6;
    switch (draw(seed, 12)) {
    case 0:
        play_sync();
        break;
    case 1:
        play_drop(medium, n);
        break;
    case 2:
        play_bad(medium, n);
        break;
    case 3:
    case 4:
    case 5:
        play_confirm(medium, n, routes[draw(seed, 3)]);
        break;
    case 6:
        if (draw(seed, 3) == 0)
            play_doubt(medium);
        break;
    case 7:
        if (draw(seed, 4) == 0)
            play_keep(1 + (int)draw(seed, 2));
        break;
    default:
        play_put(medium, n, 1 + draw(seed, BOARDS));
    }
}

static inline void play_drawn(unsigned seed)
{
    for (unsigned session = 0; session < 3; session++) {
        play_open(draw(&seed, 4) == 0   ? CONFIG_SHORT
                  : draw(&seed, 5) == 0 ? CONFIG_MOVED
                                        : CONFIG_LONG);
        for (unsigned i = 0; i < 25; i++)
            play_drawn_step(&seed);
        play_close();
    }
}

#endif
