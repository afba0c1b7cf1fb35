// SPDX-License-Identifier: BSD-2-Clause
// After one crash the caches are worked with, and then comes the next one.

#ifndef UNIT_CRASH_RESUME_H
#define UNIT_CRASH_RESUME_H

#include "crash_explore.h"

/* The notes as they were at the first crash's time and later. */
static struct {
    struct op_log log;
    struct history history;
    int nodes;
} saved;

static void save_notes(void)
{
    saved.log = oplog;
    saved.history = history;
    saved.nodes = rec.nodes;
}

static void restore_notes(void)
{
    oplog.count = saved.log.count;
    memcpy(oplog.ops, saved.log.ops, oplog.count * sizeof(oplog.ops[0]));
    history = saved.history;
    rec.nodes = saved.nodes;
}

static void know_node(int node, int at, const char *name)
{
    struct stat st;

    assert_int_equal(fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    rec.inodes[node] = st.st_ino;
}

/* Makes the disk real, and takes notes of it from there on. */
static void record_resume(const char *top)
{
    struct stat st;

    image_make(&rec.live, &oplog, ex.cut, ex.fates);
    memset(rec.inodes, 0, sizeof(rec.inodes));
    disk_make(&rec.live, top, know_node);
    assert_int_equal(stat(top, &st), 0);
    rec.inodes[0] = st.st_ino;
    rec.on = true;
}

/* What was not synced before kill -9 may still get lost; what a loss of power
 * has left, not. */
static void forget_the_future(bool power)
{
    if (power)
        settle(&oplog, ex.cut, ex.fates);
    else
        oplog.count = ex.cut;
    history_cut(ex.cut);
    for (size_t i = 0; power && i < history.count; i++) {
        if (history.events[i].at > oplog.count)
            history.events[i].at = oplog.count;
    }
}

/* Nothing new: what was found becomes durable all the same. */
static void play_a_look(void)
{
    play_open(CONFIG_LONG);
    play_sync();
    play_close();
}

static void play_more(void)
{
    play_open(CONFIG_LONG);
    play_keep(1);
    play_put(FLASH, 2, 3);
    play_put(FLASH, 56, 2);
    play_sync();
    play_confirm(FLASH, 2, BLOCK_CHECKSUM);
    play_put(SF0, 0, 2);
    play_sync();
    if (image_walk(&rec.live, 0, "a/b/" OTHER_ID "/lock") >= 0)
        play_forget();
    play_put(FLASH, 1, 2);
    play_close();
}

static void look_at_the_end(void)
{
    ex.cut = oplog.count;
    mark_unsynced(&oplog, ex.cut, ex.unsynced);
    expect_at(&ex.expected, ex.cut);
    ex.expected_hash = hash_bytes(1, &ex.expected, sizeof(ex.expected));
    set_all(FATE_KEPT);
    look();
    set_all(FATE_LOST);
    look();
    for (int i = 0; i < 3; i++) {
        draw_all();
        look();
    }
}

/* The fates of the first crash are set. */
static void resume(const char *top, bool power, bool look_only)
{
    record_resume(top);
    forget_the_future(power);
    ex.busy = true;
    if (look_only)
        play_a_look();
    else
        play_more();
    ex.busy = false;
    record_compare();
    rec.on = false;
    assert_int_equal(remove_tree(top), 0);
    look_at_the_end();
    restore_notes();
}

/* Crashes after the first cut operations: kill -9, then losses of power. */
static void resume_after(const char *top, size_t cut, unsigned drawn)
{
    for (unsigned i = 0; i < 2 * (2 + drawn); i++) {
        ex.cut = cut;
        mark_unsynced(&oplog, cut, ex.unsynced);
        if (i < 4)
            set_all(i < 2 ? FATE_KEPT : FATE_LOST);
        else
            draw_all();
        resume(top, i >= 2, i % 2 == 0);
    }
}

static inline void explore_resumed(const char *top, unsigned drawn)
{
    save_notes();
    for (size_t cut = 0; cut <= saved.log.count; cut++)
        resume_after(top, cut, drawn);
}

#endif
