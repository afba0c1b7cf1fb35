// SPDX-License-Identifier: BSD-2-Clause
// Flash in which records that carry their own CRC-32 have changed, so that one
// sum of it is what it was; who verifies it has to find them.

#ifndef UNIT_RECORD_SCENES_H
#define UNIT_RECORD_SCENES_H

#include "fetch_rig.h"

#include <zlib.h>

static uint8_t before[CHIP]; /* what an earlier session saw */
static uint8_t flash[CHIP];

enum kind { ZLIB, RAW };

static void seal(uint8_t *bytes, uint64_t at, size_t len, enum kind kind)
{
    uint32_t init = kind == RAW ? 0xffffffff : 0;
    uint32_t sum = (uint32_t)crc32_z(init, bytes + at, len - 4);

    sum ^= kind == RAW ? 0xffffffff : 0;
    for (size_t i = 0; i < 4; i++)
        bytes[at + len - 4 + i] = (uint8_t)(sum >> 8 * i);
}

/* A record that says something else now, at byte n of it. */
static void changed(uint64_t at, size_t len, enum kind kind, size_t n)
{
    seal(before, at, len, kind);
    memcpy(flash + at, before + at, len);
    flash[at + n] ^= 0x55;
    seal(flash, at, len, kind);
}

/* --- what is in the flash --- */

static void boot_blocks(void)
{
    changed(AT(8), AT(1), ZLIB, 10); /* A, B and what lies between */
    changed(AT(16), AT(1), ZLIB, 500);
    changed(AT(17), 64, RAW, 0);
}

static void blob(void)
{
    changed(AT(10) + 33, 2048 + 4, ZLIB, 1700);
}

static void nested(void)
{
    changed(AT(20) + 100, 68, RAW, 20);
    changed(AT(20) + 60, 400, ZLIB, 45);
}

/* The inner one changes, and with it the outer one. */
static void nested_and_all_changed(void)
{
    seal(before, AT(20) + 100, 68, RAW);
    changed(AT(20) + 60, 400, ZLIB, 50);
    memcpy(flash + AT(20), before + AT(20), AT(1));
    flash[AT(20) + 120] ^= 3;
    seal(flash, AT(20) + 100, 68, RAW);
    seal(flash, AT(20) + 60, 400, ZLIB);
}

static void adjacent(void)
{
    for (size_t i = 0; i < 3; i++)
        changed(AT(30) + 1 + 200 * i, 200, ZLIB, 50 + i);
}

/* Nodes of 12 bytes of header and some data, one after the other. */
static void jffs2(void)
{
    for (uint64_t at = AT(24); at + 60 < AT(40); at += 60)
        changed(at, 12, RAW, 5);
}

/* It begins in front of a question; all that changed is behind that border. */
static void across_a_border(void)
{
    changed(AT(32) - 100, 400, ZLIB, 120);
}

static void counter_in_blank_flash(void)
{
    memset(before + AT(40), 0xff, AT(8));
    memcpy(flash, before, CHIP);
    flash[AT(43) + 8] = 1;
    seal(flash, AT(43) + 8, 8, ZLIB);
}

static void raw_record_in_zeros(void)
{
    memset(before + AT(40), 0, AT(8));
    memcpy(flash, before, CHIP);
    for (unsigned i = 0; i < 10; i++)
        flash[AT(42) + 30 + i] = (uint8_t)('0' + i);
    seal(flash, AT(42) + 30, 40, RAW);
}

static void (*const scenes[])(void) = {
    boot_blocks,        blob,  nested,          nested_and_all_changed,
    adjacent,           jffs2, across_a_border, counter_in_blank_flash,
    raw_record_in_zeros};

static void make_scene(void (*scene)(void))
{
    device_bytes(BOARD, 0, before, CHIP);
    memcpy(flash, before, CHIP);
    scene();
    rig_flash = flash;
    assert_memory_not_equal(before, flash, CHIP);
    assert_int_equal(crc32_z(0, before, CHIP), crc32_z(0, flash, CHIP));
}

static void verify(struct reader *reader, struct fetch_finding *findings,
                   size_t max)
{
    *reader = (struct reader){.r = {.kind = FETCH_CONFIRM,
                                    .len = CHIP,
                                    .findings = findings,
                                    .max_findings = max,
                                    .done = on_done}};
    reader->r.arg = reader;
    fetch_submit(fetcher, &reader->r);
    assert_int_equal(wait_for(reader), 0);
    assert_int_equal(reader->r.more_findings, 0);
    passed_on(reader);
}

static bool is_named(const struct reader *reader, uint64_t at)
{
    for (size_t i = 0; i < reader->r.n_findings; i++) {
        const struct fetch_finding *g = &reader->r.findings[i];
        if (!g->failed && at >= g->offset && at < g->offset + g->len)
            return true;
    }
    return false;
}

/* What differs is named, and no block that does not. */
static void assert_named_right(const struct reader *reader)
{
    for (uint64_t at = 0; at < CHIP; at++)
        if (before[at] != flash[at])
            assert_true(is_named(reader, at));
    for (uint64_t n = 0; n < CHIP / BLOCK_SIZE; n++)
        if (memcmp(before + AT(n), flash + AT(n), BLOCK_SIZE) == 0)
            for (uint64_t at = AT(n); at < AT(n + 1); at++)
                assert_false(is_named(reader, at));
}

#endif
