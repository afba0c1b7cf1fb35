// SPDX-License-Identifier: BSD-2-Clause
// Footers behind images: where they stand, and that they see each damage.

#include "image_medium.h"

/* As cameras have it. */
static const struct image_footer camera = {.erase_block = 0x10000,
                                           .size = 52,
                                           .at_signature = 0x28,
                                           .signature = 0xa0ffff9f,
                                           .at_base = 4,
                                           .at_length = 8,
                                           .at_data_sum = 0x24,
                                           .at_own_sum = 0x30,
                                           .sum = "word-sum"};

static struct medium m;
static struct image_proof p;

static uint32_t word_sum(const uint8_t *bytes, size_t len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i += 4)
        sum += bytes[i] | (uint64_t)bytes[i + 1] << 8 |
               (uint64_t)bytes[i + 2] << 16 | (uint64_t)bytes[i + 3] << 24;
    return (uint32_t) ~((sum & UINT32_MAX) + (sum >> 32));
}

static void put_own_sum(uint64_t place)
{
    put_le32(m.bytes + place + 48, word_sum(m.bytes + place, 48));
}

static void put_footer(uint64_t place, uint32_t base, uint32_t len)
{
    uint8_t *f = m.bytes + place;
    size_t whole = ((size_t)len + 3) / 4 * 4;

    memset(f, 0, 52);
    put_le32(f, 6);
    put_le32(f + 4, base);
    put_le32(f + 8, len);
    put_le32(f + 12, 0x8000);
    put_le32(f + 16, 0x8000);
    memcpy(f + 20, "romfs.img", sizeof("romfs.img"));
    put_le32(f + 36, word_sum(m.bytes + (base - MEDIUM_BASE), whole));
    put_le32(f + 40, 0xa0ffff9f);
    put_le32(f + 44, 3);
    put_own_sum(place);
}

/* len bytes at offset and their footer. */
static void put_image(uint64_t offset, uint32_t len, uint64_t place)
{
    medium_init(&m);
    put_noise(m.bytes + offset, len, len);
    put_footer(place, MEDIUM_BASE + (uint32_t)offset, len);
}

static enum image_result prove(uint64_t offset, uint64_t size)
{
    return image_prove(&m.source, MEDIUM_BASE, offset, size, &camera, 1, &p);
}

static uint64_t asked;

static int only_ask(void *arg, uint64_t offset, void *out, size_t len)
{
    (void)arg;
    memset(out, 0, len);
    if (asked == 0)
        asked = offset;
    return -ENODATA;
}

/* Real images' addresses, and the two ends of both rules. */
static void stands_where_real_ones_do(void **state)
{
    static const struct {
        uint32_t base;
        uint32_t len;
        uint32_t footer;
    } seen[] = {
        {0x7f020000, 0x0bfe5c, 0x7f0dffcc},
        {0x7f0e0000, 0x10c400, 0x7f1effcc},
        {0x7f0e0000, 0x0c3c00, 0x7f1affcc},
        {0x7f010000, 0x000038, 0x7f01ffcc},
        {0x7f020000, 0x00ffcc, 0x7f02ffcc}, /* leaves 52 */
        {0x7f020000, 0x00ffcd, 0x7f03ffcc}, /* leaves 51 */
        {0x7f020000, 0x00ffff, 0x7f03ffcc},
        {0x7f020000, 0x010000, 0x7f03ffcc}, /* leaves none */
        {0x7f020000, 0x010001, 0x7f03ffcc},
    };
    const struct image_source medium = {0x400000, only_ask, NULL};

    (void)state;
    for (size_t i = 0; i < COUNT(seen); i++) {
        asked = 0;
        assert_int_equal(image_prove(&medium, MEDIUM_BASE,
                                     seen[i].base - MEDIUM_BASE, seen[i].len,
                                     &camera, 1, &p),
                         IMAGE_INCOMPLETE);
        assert_int_equal(MEDIUM_BASE + asked, seen[i].footer);
        assert_int_equal(p.need_offset, asked / 512 * 512);
        assert_int_equal(p.need_len, 512);
    }
}

static void right_at_both_places(void **state)
{
    static const struct {
        uint32_t len;
        uint32_t place;
    } images[] = {
        {1, 0x1ffcc},       {1000, 0x1ffcc},    {0xffc9, 0x1ffcc},
        {0xffcc, 0x1ffcc},  {0xffcd, 0x2ffcc},  {0xfffd, 0x2ffcc},
        {0x10000, 0x2ffcc}, {0x10001, 0x2ffcc}, {0x1ffcc, 0x2ffcc},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(images); i++) {
        put_image(0x10000, images[i].len, images[i].place);
        assert_int_equal(prove(0x10000, images[i].len), IMAGE_RIGHT);
        assert_string_equal(p.kind, "footer");
        assert_false(p.strong);
        assert_int_equal(p.offset, 0x10000);
        assert_int_equal(p.len, images[i].len);
        /* At the other place, it is not this image's. */
        put_image(0x10000, images[i].len,
                  images[i].place == 0x1ffcc ? 0x2ffcc : 0x1ffcc);
        assert_int_equal(prove(0x10000, images[i].len), IMAGE_NONE);
        assert_null(p.kind);
    }
}

/* A segment that the user or a partition table made larger than the image. */
static void the_footers_length_counts(void **state)
{
    (void)state;
    put_image(0x10000, 1001, 0x1ffcc);
    assert_int_equal(prove(0x10000, 5000), IMAGE_RIGHT);
    assert_int_equal(p.len, 1001);
    assert_int_equal(prove(0x10000, 10), IMAGE_RIGHT);
    assert_int_equal(p.len, 1001);
    /* ... but not into another block than the footer stands in. */
    put_image(0x10000, 0x10004, 0x1ffcc);
    assert_int_equal(prove(0x10000, 5000), IMAGE_NONE);
}

static void every_bit_of_the_image_counts(void **state)
{
    enum { LEN = 203 };

    (void)state;
    put_image(0x10000, LEN, 0x1ffcc);
    for (size_t bit = 0; bit < (size_t)8 * (LEN + 1); bit++) {
        uint8_t *byte = &m.bytes[0x10000 + bit / 8];
        *byte ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(prove(0x10000, LEN), IMAGE_WRONG);
        assert_int_equal(p.offset, 0x10000);
        assert_int_equal(p.len, LEN);
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    /* Behind the last word nothing does. */
    m.bytes[0x10000 + LEN + 1] ^= 1;
    assert_int_equal(prove(0x10000, LEN), IMAGE_RIGHT);
}

static void every_bit_of_the_footer_counts(void **state)
{
    (void)state;
    put_image(0x10000, 203, 0x1ffcc);
    for (size_t bit = 0; bit < (size_t)8 * 52; bit++) {
        uint8_t *byte = &m.bytes[0x1ffcc + bit / 8];
        bool signature = bit / 8 >= 40 && bit / 8 < 44;
        *byte ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(prove(0x10000, 203),
                         signature ? IMAGE_NONE : IMAGE_WRONG);
        assert_int_equal(p.offset, signature ? 0 : 0x1ffcc);
        assert_int_equal(p.len, signature ? 0 : 52);
        *byte ^= (uint8_t)(1U << bit % 8);
    }
}

/* What makes it weak. */
static void a_sum_does_not_see_order(void **state)
{
    uint8_t word[4];

    (void)state;
    put_image(0x10000, 64, 0x1ffcc);
    memcpy(word, m.bytes + 0x10000, 4);
    memcpy(m.bytes + 0x10000, m.bytes + 0x10020, 4);
    memcpy(m.bytes + 0x10020, word, 4);
    assert_int_equal(prove(0x10000, 64), IMAGE_RIGHT);
}

/* Carries out of the low 32 bits come back in. */
static void the_sum_is_64_bits_wide(void **state)
{
    (void)state;
    medium_init(&m);
    put_footer(0x1ffcc, MEDIUM_BASE + 0x10000, 8);
    /* 2 * 0xffffffff = 0x1fffffffe; 0xfffffffe + 1 = 0xffffffff; NOT: 0 */
    assert_memory_equal(m.bytes + 0x1ffcc + 36, "\0\0\0\0", 4);
    assert_int_equal(prove(0x10000, 8), IMAGE_RIGHT);
}

static void anothers_footer_says_nothing(void **state)
{
    (void)state;
    put_image(0x10000, 1000, 0x1ffcc);
    /* Of another image in the same block. */
    assert_int_equal(prove(0x10200, 100), IMAGE_NONE);
    /* On another bus address. */
    assert_int_equal(
        image_prove(&m.source, MEDIUM_BASE + 4, 0x10000, 1000, &camera, 1, &p),
        IMAGE_NONE);
    assert_int_equal(image_prove(&m.source, UINT64_MAX - 0x1000, 0x10000, 1000,
                                 &camera, 1, &p),
                     IMAGE_NONE);
    assert_int_equal(image_prove(&m.source, MEDIUM_BASE + (1ULL << 32), 0x10000,
                                 1000, &camera, 1, &p),
                     IMAGE_NONE);
    /* Lengths that cannot be, with a sum that fits. */
    static const uint32_t lengths[] = {0, 0x10000, 0xffffffff, 0x80000000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        put_le32(m.bytes + 0x1ffcc + 8, lengths[i]);
        put_own_sum(0x1ffcc);
        assert_int_equal(prove(0x10000, 1000), IMAGE_NONE);
    }
    /* In the medium's last block, which has no next. */
    medium_init(&m);
    assert_int_equal(prove(0x20000, 0xffff), IMAGE_NONE);
}

static void holes_are_told_in_order(void **state)
{
    enum { LEN = 0x5555 };

    (void)state;
    put_image(0x10000, LEN, 0x1ffcc);
    medium_holes(&m, 0, MEDIUM_SIZE, true);
    assert_int_equal(prove(0x10000, LEN), IMAGE_INCOMPLETE);
    assert_int_equal(p.need_offset, 0x1fe00);
    assert_int_equal(p.need_len, 512);
    medium_holes(&m, 0x1fe00, 0x20000, false);
    assert_int_equal(prove(0x10000, LEN), IMAGE_INCOMPLETE);
    assert_string_equal(p.kind, "footer");
    assert_int_equal(p.offset, 0x10000);
    assert_int_equal(p.len, LEN);
    assert_int_equal(p.need_offset, 0x10000);
    assert_int_equal(p.need_len, 0x5558);
    medium_holes(&m, 0x10000, 0x14a00, false);
    medium_holes(&m, 0x14c00, 0x15600, false);
    assert_int_equal(prove(0x10000, LEN), IMAGE_INCOMPLETE);
    assert_int_equal(p.need_offset, 0x14a00);
    assert_int_equal(p.need_len, 0x15558 - 0x14a00);
    medium_holes(&m, 0x14a00, 0x14c00, false);
    assert_int_equal(prove(0x10000, LEN), IMAGE_RIGHT);
    assert_int_equal(p.need_len, 0);
    /* Only the bytes up to the last word matter. */
    medium_holes(&m, 0x15600, 0x1fe00, true);
    assert_int_equal(prove(0x10000, LEN), IMAGE_RIGHT);
}

static void a_read_error_gives_up(void **state)
{
    (void)state;
    put_image(0x10000, 1000, 0x1ffcc);
    m.error = -EIO;
    m.error_at = 0x1ffff;
    assert_int_equal(prove(0x10000, 1000), IMAGE_NONE);
    m.error_at = 0;
    assert_int_equal(prove(0x10000, 1000), IMAGE_NONE);
    assert_null(p.kind);
}

static void knows_what_cannot_be_a_footer(void **state)
{
    struct image_footer bad[13];

    (void)state;
    assert_true(image_footer_valid(&camera));
    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = camera;
    bad[0].sum = NULL;
    bad[1].sum = "sum";
    bad[2].size = 0;
    bad[3].size = 51;
    bad[4].size = IMAGE_FOOTER_MAX + 1;
    bad[5].erase_block = 0;
    bad[6].erase_block = 51;
    bad[7].at_own_sum = 0x2e;
    bad[8].at_own_sum = UINT32_MAX - 3;
    bad[9].at_signature = 0x2d;
    bad[10].at_base = UINT32_MAX;
    bad[11].at_length = 0x30;
    bad[12].at_data_sum = 0x34;
    put_image(0x10000, 1000, 0x1ffcc);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (image_footer_valid(&bad[i]))
            fail_msg("footer %zu is valid", i);
    assert_int_equal(
        image_prove(&m.source, MEDIUM_BASE, 0x10000, 1000, bad, COUNT(bad), &p),
        IMAGE_NONE);
    bad[5] = camera;
    assert_int_equal(
        image_prove(&m.source, MEDIUM_BASE, 0x10000, 1000, bad, COUNT(bad), &p),
        IMAGE_RIGHT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_where_real_ones_do),
        cmocka_unit_test(right_at_both_places),
        cmocka_unit_test(the_footers_length_counts),
        cmocka_unit_test(every_bit_of_the_image_counts),
        cmocka_unit_test(every_bit_of_the_footer_counts),
        cmocka_unit_test(a_sum_does_not_see_order),
        cmocka_unit_test(the_sum_is_64_bits_wide),
        cmocka_unit_test(anothers_footer_says_nothing),
        cmocka_unit_test(holes_are_told_in_order),
        cmocka_unit_test(a_read_error_gives_up),
        cmocka_unit_test(knows_what_cannot_be_a_footer),
    };

    return cmocka_run_group_tests_name("image_footer", tests, NULL, NULL);
}
