// SPDX-License-Identifier: BSD-2-Clause
// Steps of a session with a cache, each told to the history.

#ifndef UNIT_CRASH_PLAY_H
#define UNIT_CRASH_PLAY_H

#include "crash_player.h"

#include "store/forget.h"

/* The block is as it was, also on the disk if nothing was written. */
static void put_failed(unsigned index, unsigned n, enum block_state before,
                       size_t noted_before)
{
    static struct expected x;
    struct blocks *b = cache_blocks(player.cache, index);
    struct pair found;

    assert_int_equal(blocks_state(b, n), before);
    expect_at(&x, oplog.count);
    if (oplog.count > noted_before || x.torn[row_of(index)][n]) {
        TELL(.kind = EV_TORN, .medium = row_of(index), .block = n);
        return;
    }
    found = observe(b, n);
    assert_memory_equal(&found, &x.now[row_of(index)][n], sizeof(found));
}

static void play_put(unsigned index, unsigned n, unsigned board)
{
    struct err err = {""};
    enum block_state before;
    size_t noted_before = oplog.count;
    struct blocks *b;
    int rc;

    if (player.cache == NULL)
        return;
    b = cache_blocks(player.cache, index);
    before = blocks_state(b, n);
    rc = blocks_put(b, n, board_bytes(board, n), &err);
    if (rc < 0)
        put_failed(index, n, before, noted_before);
    else
        TELL(.kind = EV_SET, .medium = row_of(index), .block = n,
             .pair = {(uint8_t)board, BLOCK_GOOD});
    (void)went_well(rc, &err, 0);
}

/* As the store says it is now. */
static void tell_state(unsigned index, unsigned n, struct pair p)
{
    TELL(.kind = EV_SET, .medium = row_of(index), .block = n, .pair = p);
    check_memory();
}

static struct pair pair_now(unsigned index, unsigned n)
{
    static struct expected x;

    expect_at(&x, oplog.count);
    return x.now[row_of(index)][n];
}

static void play_confirm(unsigned index, unsigned n, enum block_state route)
{
    static struct expected x;
    struct pair p;

    if (player.cache == NULL)
        return;
    expect_at(&x, oplog.count);
    p = x.now[row_of(index)][n];
    if (p.board == 0 || x.torn[row_of(index)][n])
        return;
    p.state = (uint8_t)route;
    blocks_confirm(cache_blocks(player.cache, index), n, route);
    tell_state(index, n, p);
}

static void play_drop(unsigned index, unsigned n)
{
    if (player.cache == NULL)
        return;
    blocks_drop(cache_blocks(player.cache, index), n);
    tell_state(index, n, (struct pair){0, 0});
}

static void play_bad(unsigned index, unsigned n)
{
    if (player.cache == NULL)
        return;
    blocks_mark_bad(cache_blocks(player.cache, index), n);
    check_memory();
}

static void play_doubt(unsigned index)
{
    struct blocks *b;

    if (player.cache == NULL)
        return;
    b = cache_blocks(player.cache, index);
    blocks_doubt(b);
    for (unsigned n = 0; n < blocks_count(b); n++) {
        struct pair p = pair_now(index, n);

        if (p.board == 0 || p.state == BLOCK_GOOD)
            continue;
        p.state = BLOCK_GOOD;
        TELL(.kind = EV_SET, .medium = row_of(index), .block = n, .pair = p);
    }
    check_memory();
}

static void tell_synced(void)
{
    const struct cache_config config = config_of(player.config, player.root);

    for (unsigned m = 0; m < config.media_count; m++)
        TELL(.kind = EV_SYNCED, .medium = row_of(m),
             .value = (int)((media_of[player.config][m].size + BLOCK_SIZE - 1) /
                            BLOCK_SIZE));
    if (player.synced != NULL)
        player.synced();
}

static void play_sync(void)
{
    struct err err = {""};

    if (player.cache != NULL &&
        went_well(cache_sync(player.cache, &err), &err, 0))
        tell_synced();
}

static void play_keep(int text)
{
    struct err err = {""};
    int rc;

    if (player.cache == NULL)
        return;
    TELL(.kind = EV_KEEPING, .value = text);
    rc = cache_keep(player.cache, "device", texts[text], strlen(texts[text]),
                    &err);
    if (went_well(rc, &err, 0))
        TELL(.kind = EV_KEPT, .value = text);
}

/* What `device` has before another text takes its place: once, and again. */
static void play_keep_aside(int text)
{
    struct err err = {""};

    for (unsigned i = 0; i < 2 && player.cache != NULL; i++) {
        int rc;

        TELL(.kind = EV_KEEPING, .value = text, .block = 1);
        rc = cache_keep_aside(player.cache, "device", texts[text],
                              strlen(texts[text]), &err);
        if (went_well(rc, &err, 0))
            TELL(.kind = EV_KEPT, .value = text, .block = 1);
    }
}

/* A sync that fails then is a warning. */
static void play_close(void)
{
    struct err err = {""};

    if (player.cache == NULL)
        return;
    cache_close(player.cache);
    player.cache = NULL;
    (void)snprintf(err.text, sizeof(err.text), "%s", warned.last);
    assert_true(warned.count <= 1);
    if (went_well(warned.count == 0 ? 0 : -rec.code, &err, warned.count))
        tell_synced();
    warned.count = 0;
}

static void play_forget(void)
{
    struct err err = {""};
    uint64_t freed;
    int rc;

    TELL(.kind = EV_FORGETTING);
    TELL(.kind = EV_UNSURE, .medium = OTHER);
    rc = forget_cache(player.root, OTHER_ID, &freed, &err);
    if (rc == -ENOENT && player.tolerant)
        return; /* it never came to be */
    if (!went_well(rc, &err, 0))
        return;
    TELL(.kind = EV_RESET, .medium = OTHER);
    TELL(.kind = EV_FORGOTTEN);
}

#endif
