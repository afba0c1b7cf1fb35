// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: an image that proves itself is not read a second time; one that
// does not, is.

#include "fetch_rig.h"

#include <zlib.h>

#define IMAGE_AT  AT(8)
#define IMAGE_LEN AT(8)

static struct map_segment segment = {
    .name = "image", .offset = IMAGE_AT, .size = IMAGE_LEN};
static uint8_t flash[CHIP];

static void put_be32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* CRC-32 over header and data: strong. */
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

/* A sum over its first 512 bytes: weak. */
static void put_romfs(void)
{
    uint8_t *h = flash + IMAGE_AT;
    uint32_t sum = 0;

    memcpy(h, "-rom1fs-", 8);
    put_be32(h + 8, IMAGE_LEN);
    put_be32(h + 12, 0);
    for (unsigned i = 0; i < 512; i++)
        sum += (uint32_t)h[i] << (24 - 8 * (i % 4));
    put_be32(h + 12, 0 - sum);
}

static int up_flash(void **state)
{
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    rig_segments = &segment;
    rig_n_segments = 1;
    rig_footers = NULL;
    rig_n_footers = 0;
    mode = VERIFY_AUTO;
    return up(state);
}

static int up_uimage(void **state)
{
    int ret = up_flash(state);

    put_uimage();
    return ret;
}

static int up_romfs(void **state)
{
    int ret = up_flash(state);

    put_romfs();
    return ret;
}

static uint64_t asked(void)
{
    return atomic_load(&dev.asked_bytes);
}

static enum block_state state_of(uint64_t offset)
{
    return blocks_state(fetcher_blocks(fetcher, 0), offset / BLOCK_SIZE);
}

static void what_proves_itself_is_read_once(void **state)
{
    (void)state;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    assert_int_equal(asked(), IMAGE_LEN);
    for (uint64_t at = 0; at < IMAGE_LEN; at += BLOCK_SIZE)
        assert_int_equal(state_of(IMAGE_AT + at), BLOCK_IMAGE);
    /* Beside it there is no image. */
    assert_int_equal(read_now(0, AT(2)), 0);
    assert_int_equal(asked(), IMAGE_LEN + 2 * AT(2));
}

static void what_contradicts_itself_is_read_twice(void **state)
{
    (void)state;
    flash[IMAGE_AT + 3000] ^= 1;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    assert_int_equal(asked(), 2 * IMAGE_LEN);
    assert_int_not_equal(state_of(IMAGE_AT), BLOCK_IMAGE);
}

/* The image says that this byte is wrong; the second reading says which. */
static void noise_in_an_image_is_found(void **state)
{
    (void)state;
    dev.wrong_row = IMAGE_AT + 1024;
    dev.wrong_times = 1;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    assert_true(asked() > IMAGE_LEN);
}

static void a_part_proves_nothing(void **state)
{
    (void)state;
    assert_int_equal(read_now(IMAGE_AT, AT(2)), 0);
    assert_int_equal(asked(), 2 * AT(2));
    /* With the rest it does. */
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    assert_int_equal(asked(), IMAGE_LEN + AT(2));
    assert_int_equal(state_of(IMAGE_AT + AT(7)), BLOCK_IMAGE);
}

/* Only its first block is covered. */
static void a_weak_sum_does_for_a_quiet_line(void **state)
{
    (void)state;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    assert_int_equal(state_of(IMAGE_AT), BLOCK_IMAGE);
    assert_int_not_equal(state_of(IMAGE_AT + AT(1)), BLOCK_IMAGE);
    assert_int_equal(asked(), 2 * IMAGE_LEN - AT(1));
}

static void a_weak_sum_is_not_enough_on_a_noisy_line(void **state)
{
    struct fetch_stats s;

    (void)state;
    dev.damaged = 1;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    fetcher_get_stats(fetcher, &s);
    assert_true(s.noisy);
    assert_int_not_equal(state_of(IMAGE_AT), BLOCK_IMAGE);
    assert_true(asked() >= 2 * IMAGE_LEN);
}

/* An earlier session read its first block with two errors that cancel. */
static void remember_noise(void)
{
    uint8_t bytes[BLOCK_SIZE];

    put_romfs();
    memcpy(bytes, flash + IMAGE_AT, BLOCK_SIZE);
    bytes[203] = (uint8_t)(bytes[203] ^ 1);
    bytes[303] = (uint8_t)(bytes[303] + flash[IMAGE_AT + 203] - bytes[203]);
    assert_true((bytes[203] < flash[IMAGE_AT + 203]) ==
                (bytes[303] > flash[IMAGE_AT + 303]));
    assert_int_equal(
        blocks_put(cache_blocks(cache, 0), IMAGE_AT / BLOCK_SIZE, bytes, NULL),
        0);
}

static int up_noise(void **state)
{
    rig_before = remember_noise;
    return up_flash(state);
}

static void a_weak_sum_is_not_enough_for_an_earlier_session(void **state)
{
    (void)state;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    assert_int_not_equal(state_of(IMAGE_AT), BLOCK_IMAGE);
}

/* --- what was read before the device was written to --- */

/* Another image, of the same length. */
static void upgrade(void)
{
    for (uint64_t at = IMAGE_AT + 64; at < IMAGE_AT + AT(4); at++)
        flash[at] ^= 0x5a;
    put_uimage();
}

/* It was confirmed; a sample differs after a reset. */
static void an_image_of_before_does_not_prove_itself(void **state)
{
    (void)state;
    dev.unique = true;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
    upgrade();
    dev.contact++;
    assert_int_equal(read_now(AT(30), AT(1)), 0);
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0); /* the new one */
}

/* Reset and upgraded before its last block is read, which is the same. */
static void upgrade_before_the_last_block(uint64_t offset)
{
    dev.hangs_at = UINT64_MAX;
    if (offset != IMAGE_AT + AT(7) || dev.contact > 0)
        return;
    dev.hangs_at = offset;
    upgrade();
}

static void nor_does_half_of_one(void **state)
{
    (void)state;
    dev.unique = true;
    dev.most = AT(7);
    rig_at_read = upgrade_before_the_last_block;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0); /* the new one */
    assert_int_equal(dev.contact, 1);
}

/* An earlier session left it unconfirmed: it may have been doubted there. */
static void remember_old_image(void)
{
    put_uimage();
    for (uint64_t at = IMAGE_AT; at < IMAGE_AT + IMAGE_LEN; at += BLOCK_SIZE)
        (void)blocks_put(cache_blocks(cache, 0), at / BLOCK_SIZE, flash + at,
                         NULL);
    upgrade();
}

static int up_old_image(void **state)
{
    rig_before = remember_old_image;
    return up_flash(state);
}

static void nor_does_one_of_an_earlier_session(void **state)
{
    (void)state;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0); /* the new one */
}

/* As where there is no checksum. */
static void nor_where_checksums_lie(void **state)
{
    (void)state;
    dev.has_sums = dev.sums_lie = true;
    assert_int_equal(read_now(0, AT(8)), 0);
    an_image_of_before_does_not_prove_itself(state);
}

static int up_footer(void **state)
{
    static const struct image_footer footer = {.erase_block = AT(16),
                                               .size = 52,
                                               .at_signature = 0x28,
                                               .signature = 0xa0ffff9f,
                                               .at_base = 4,
                                               .at_length = 8,
                                               .at_data_sum = 0x24,
                                               .at_own_sum = 0x30,
                                               .sum = "word-sum"};
    int ret;

    segment.size = AT(4);
    ret = up_flash(state);
    rig_footers = &footer;
    rig_n_footers = 1;
    return ret;
}

static int down_footer(void **state)
{
    segment.size = IMAGE_LEN;
    return down(state);
}

/* The table would stand behind the segment: its block is fetched, and as there
 * is no table in it, all is read twice. */
static void a_footer_is_looked_for_once(void **state)
{
    uint64_t before;

    (void)state;
    assert_true(image_footer_valid(&rig_footers[0]));
    assert_int_equal(read_now(IMAGE_AT, AT(4)), 0);
    assert_int_not_equal(state_of(AT(15)), BLOCK_ABSENT);
    assert_int_equal(state_of(AT(14)), BLOCK_ABSENT);
    before = asked();
    assert_true(before >= 2 * AT(4) + AT(1) && before <= 2 * AT(4) + 2 * AT(1));
    assert_int_equal(read_now(IMAGE_AT, AT(4)), 0);
    assert_int_equal(asked(), before);
}

static bool inflates(uint8_t *bytes, size_t len)
{
    uint8_t out[8192];
    z_stream z = {.next_in = bytes,
                  .avail_in = (unsigned)len,
                  .next_out = out,
                  .avail_out = sizeof(out)};
    int ret;

    assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK);
    ret = inflate(&z, Z_FINISH);
    (void)inflateEnd(&z);
    return ret == Z_STREAM_END;
}

static bool shows_as_dot(uint8_t byte)
{
    return byte < 0x20 || byte >= 0x7f;
}

/* A byte, the fourth of a row, of which a wrong digit changes neither the ASCII
 * column nor what the gzip inflates to; 0: none. */
static size_t find_unseen(uint8_t *gzip, size_t len)
{
    for (size_t i = AT(1) + 3; i < len; i += 16) {
        bool same;
        if (!shows_as_dot(gzip[i]) || !shows_as_dot(gzip[i] ^ 1))
            continue;
        gzip[i] ^= 1;
        same = inflates(gzip, len);
        gzip[i] ^= 1;
        if (same)
            return i;
    }
    return 0;
}

/* Some noise and zeros, again and again. */
static size_t put_gzip(unsigned seed)
{
    uint8_t in[8192] = {0};
    z_stream z = {.next_in = in,
                  .avail_in = sizeof(in),
                  .next_out = flash + IMAGE_AT,
                  .avail_out = IMAGE_LEN};
    size_t len;

    for (size_t at = 0; at < sizeof(in); at += 20 + seed % 61)
        for (size_t k = 0; k < 20 && at + k < sizeof(in); k++) {
            seed = seed * 1103515245 + 12345;
            in[at + k] = (uint8_t)(seed >> 16);
        }
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, 0),
                     Z_OK);
    len = deflate(&z, Z_FINISH) == Z_STREAM_END ? z.total_out : 0;
    (void)deflateEnd(&z);
    return len;
}

static void a_gzip_does_not_prove_its_bytes(void **state)
{
    size_t unseen = 0;

    (void)state;
    for (unsigned seed = 1; seed < 10000 && unseen == 0; seed++)
        unseen = find_unseen(flash + IMAGE_AT, put_gzip(seed));
    assert_true(unseen > 0);
    dev.wrong_row = IMAGE_AT + unseen - 3;
    dev.wrong_times = 1;
    assert_int_equal(read_now(IMAGE_AT, IMAGE_LEN), 0);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(up_uimage, what_proves_itself_is_read_once),
        WITH(up_uimage, what_contradicts_itself_is_read_twice),
        WITH(up_uimage, noise_in_an_image_is_found),
        WITH(up_uimage, a_part_proves_nothing),
        WITH(up_uimage, an_image_of_before_does_not_prove_itself),
        WITH(up_uimage, nor_does_half_of_one),
        WITH(up_old_image, nor_does_one_of_an_earlier_session),
        WITH(up_uimage, nor_where_checksums_lie),
        WITH(up_romfs, a_weak_sum_does_for_a_quiet_line),
        WITH(up_romfs, a_weak_sum_is_not_enough_on_a_noisy_line),
        WITH(up_noise, a_weak_sum_is_not_enough_for_an_earlier_session),
        WITH(up_flash, a_gzip_does_not_prove_its_bytes),
        cmocka_unit_test_setup_teardown(a_footer_is_looked_for_once, up_footer,
                                        down_footer),
    };

    return cmocka_run_group_tests_name("fetcher_images", tests, NULL, NULL);
}
