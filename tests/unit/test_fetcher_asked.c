// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: who asks for confirmation (--verify, --against) has the device
// asked, also where it has no checksum and the cache is of yesterday.

#include "fetch_rig.h"

#include <zlib.h>

#define IMAGE_AT  AT(8)
#define IMAGE_LEN AT(8)

static struct map_segment segment = {
    .name = "image", .offset = IMAGE_AT, .size = IMAGE_LEN};
static uint8_t flash[CHIP];
static uint64_t absent_from; /* what yesterday left unknown */
static uint64_t absent_to;
static struct fetch_finding findings[64];

static void put_be32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A CRC-32 of its own proves all of it. */
static void put_uimage(void)
{
    uint8_t *h = flash + IMAGE_AT;
    uint32_t size = IMAGE_LEN - 64;

    put_be32(h, 0x27051956);
    put_be32(h + 4, 0);
    put_be32(h + 12, size);
    put_be32(h + 24, (uint32_t)crc32(0, h + 64, size));
    put_be32(h + 4, (uint32_t)crc32(0, h, 64));
}

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);

    for (uint64_t n = 0; n < CHIP / BLOCK_SIZE; n++) {
        if (AT(n) >= absent_from && AT(n) < absent_to)
            continue;
        (void)blocks_put(b, n, flash + AT(n), NULL);
        blocks_confirm(b, n, n % 2 == 0 ? BLOCK_REREAD : BLOCK_IMAGE);
    }
}

static int up_yesterday(void **state, enum verify_mode verify)
{
    device_bytes(BOARD, 0, flash, CHIP);
    put_uimage();
    rig_flash = flash;
    rig_segments = &segment;
    rig_n_segments = 1;
    rig_before = remember;
    rig_more.revalidate = true;
    mode = verify;
    return up(state);
}

static int up_auto(void **state)
{
    absent_from = absent_to = 0;
    return up_yesterday(state, VERIFY_AUTO);
}

static int up_gap(void **state)
{
    absent_from = AT(20);
    absent_to = AT(28);
    return up_yesterday(state, VERIFY_AUTO);
}

static int up_rows(void **state)
{
    absent_from = absent_to = 0;
    return up_yesterday(state, VERIFY_ROWS);
}

static int up_fast(void **state)
{
    absent_from = absent_to = 0;
    return up_yesterday(state, VERIFY_FAST);
}

/* Exits as `fwfs --verify` or `--against` would have it answered. */
static int confirm(struct reader *r, uint64_t offset, size_t len, bool untold)
{
    *r = (struct reader){.r = {.kind = FETCH_CONFIRM,
                               .offset = offset,
                               .len = len,
                               .untold = untold,
                               .findings = findings,
                               .max_findings = COUNT(findings)}};
    r->r.done = on_done;
    r->r.arg = r;
    fetch_submit(fetcher, &r->r);
    if (wait_for(r) == 0 && !untold)
        passed_on(r);
    return r->status;
}

static bool all_confirmed(void)
{
    return blocks_have_confirmed(fetcher_blocks(fetcher, 0), 0, CHIP);
}

static void what_is_right_is_read_once(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(dev.brought, 0); /* who reads gets what is cached */
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(r.r.n_findings, 0);
    assert_int_equal(dev.brought, CHIP);
    assert_true(all_confirmed());
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(dev.brought, CHIP); /* it has been asked today */
}

static void what_is_of_today_is_not_read_again(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(AT(20), AT(8)), 0);
    assert_int_equal(dev.brought, 2 * AT(8));
    assert_int_equal(confirm(&r, AT(20), AT(8), false), 0);
    assert_int_equal(dev.brought, 2 * AT(8));
    assert_int_equal(confirm(&r, AT(19), AT(10), false), 0);
    assert_int_equal(dev.brought, 2 * AT(8) + 2 * AT(1));
    assert_true(all_confirmed());
}

static void what_changed_is_found(void **state)
{
    struct reader r;

    (void)state;
    flash[AT(30) + 40] ^= 1;
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, AT(30));
    assert_int_equal(findings[0].len, AT(1));
    assert_false(findings[0].failed);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_true(all_confirmed());
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(r.r.n_findings, 0);
}

/* The cached one proves that it was right yesterday. */
static void an_old_image_does_not_prove_itself(void **state)
{
    struct reader r;

    (void)state;
    flash[IMAGE_AT + 1000] ^= 1;
    put_uimage();
    assert_int_equal(confirm(&r, IMAGE_AT, IMAGE_LEN, false), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, IMAGE_AT);
    assert_int_equal(findings[0].len, AT(2)); /* its header's sums, too */
    assert_int_equal(read_now(0, CHIP), 0);
}

/* --against says where an image differs, not where a copy does. */
static void what_is_not_told_is_told_later(void **state)
{
    struct reader r;

    (void)state;
    flash[AT(30) + 40] ^= 1;
    assert_int_equal(confirm(&r, 0, CHIP, true), 0);
    assert_int_equal(r.r.n_findings, 0);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, AT(30));
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(r.r.n_findings, 0);
}

/* Its flash was written to while it was mounted, and its checksum says so. */
static void nor_is_what_changed_today_forgotten(void **state)
{
    struct reader r;

    (void)state;
    assert_int_equal(read_now(0, CHIP), 0);
    dev.has_sums = true;
    flash[AT(30) + 40] ^= 1;
    assert_int_equal(confirm(&r, AT(8), AT(8), true), 0);
    assert_int_equal(confirm(&r, 0, CHIP, true), 0);
    assert_int_equal(r.r.n_findings, 0);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, AT(30) + 32);
    assert_int_equal(findings[0].len, 16);
}

static void but_what_failed_is_told_at_once(void **state)
{
    struct reader r;

    (void)state;
    dev.lost_row = AT(5) + 32;
    dev.lost_times = UINT32_MAX;
    assert_int_equal(confirm(&r, 0, AT(8), true), 0);
    assert_int_equal(r.r.n_findings, 1);
    assert_int_equal(findings[0].offset, AT(5));
    assert_true(findings[0].failed);
}

/* Nothing is taken from who reads, before the device is there to be asked. */
static void no_device_costs_no_cached_block(void **state)
{
    struct reader r;

    (void)state;
    dev.gone = true;
    assert_int_equal(confirm(&r, 0, CHIP, false), -EIO);
    assert_true(all_confirmed());
    assert_int_equal(read_now(0, CHIP), 0);
    dev.gone = false;
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_int_equal(dev.brought, CHIP);
}

/* Its sums are none: neither was what it said of the cache. */
static void sums_that_are_none_do_not_speak_for_the_cache(void **state)
{
    struct reader r;

    (void)state;
    dev.has_sums = true;
    dev.sums_lie = true;
    flash[AT(30) + 40] ^= 1;
    assert_int_equal(confirm(&r, 0, CHIP, false), 0);
    assert_true(r.r.n_findings > 0);
    assert_true(dev.brought >= CHIP);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_true(all_confirmed());
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_auto, what_is_right_is_read_once),
        WITH(up_rows, what_is_right_is_read_once),
        WITH(up_fast, what_is_right_is_read_once),
        WITH(up_gap, what_is_of_today_is_not_read_again),
        WITH(up_auto, what_changed_is_found),
        WITH(up_rows, what_changed_is_found),
        WITH(up_auto, an_old_image_does_not_prove_itself),
        WITH(up_rows, an_old_image_does_not_prove_itself),
        WITH(up_auto, what_is_not_told_is_told_later),
        WITH(up_auto, nor_is_what_changed_today_forgotten),
        WITH(up_auto, but_what_failed_is_told_at_once),
        WITH(up_auto, no_device_costs_no_cached_block),
        WITH(up_auto, sums_that_are_none_do_not_speak_for_the_cache),
    };

    return cmocka_run_group_tests_name("fetcher_asked", tests, NULL, NULL);
}
