// SPDX-License-Identifier: BSD-2-Clause
// Which of several proofs counts; holes; sizes that cannot be.

#include "image_medium.h"

#include <zlib.h>

/* Small blocks, other places than cameras have. */
static const struct image_footer footer = {.erase_block = 0x1000,
                                           .size = 24,
                                           .signature = 0x12345678,
                                           .at_signature = 0,
                                           .at_base = 4,
                                           .at_length = 8,
                                           .at_data_sum = 12,
                                           .at_own_sum = 20,
                                           .sum = "word-sum"};

static struct medium m;
static struct image_proof p;

static uint32_t word_sum(const uint8_t *bytes, size_t len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += (uint64_t)bytes[i] << 8 * (i % 4);
    return (uint32_t) ~((sum & UINT32_MAX) + (sum >> 32));
}

static void put_footer(uint64_t place, uint64_t start, uint32_t len)
{
    uint8_t *f = m.bytes + place;

    put_le32(f, 0x12345678);
    put_le32(f + 4, (uint32_t)(MEDIUM_BASE + start));
    put_le32(f + 8, len);
    put_le32(f + 12, word_sum(m.bytes + start, ((size_t)len + 3) / 4 * 4));
    put_le32(f + 20, word_sum(f, 20));
}

/* A romfs of 0x2000 bytes at 0x4000, its footer at the end of the block. */
static void put_romfs(void)
{
    uint32_t sum = 0;
    uint8_t *h = m.bytes + 0x4000;

    medium_init(&m);
    put_noise(h, 0x2000, 5);
    memcpy(h, "-rom1fs-\0\0\x20\0\0\0\0", 16);
    for (size_t i = 0; i < 512; i++)
        sum += (uint32_t)h[i] << (24 - 8 * (i % 4));
    put_be32(h + 12, 0 - sum);
    put_footer(0x6fe8, 0x4000, 0x2000);
}

/* A uImage of size bytes at 0x4000; its footer covers 0x1100. */
static void put_uimage(uint32_t size)
{
    uint8_t *h = m.bytes + 0x4000;

    medium_init(&m);
    put_noise(h, size, 5);
    put_be32(h, 0x27051956);
    put_be32(h + 12, size - 64);
    put_be32(h + 24, (uint32_t)crc32(0, h + 64, size - 64));
    put_be32(h + 4, 0);
    put_be32(h + 4, (uint32_t)crc32(0, h, 64));
    put_footer(0x5fe8, 0x4000, 0x1100);
}

static enum image_result prove(uint64_t offset, uint64_t size)
{
    return image_prove(&m.source, MEDIUM_BASE, offset, size, &footer, 1, &p);
}

static void the_widest_counts(void **state)
{
    const struct image_footer both[2] = {footer, footer};

    (void)state;
    put_romfs();
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_RIGHT);
    assert_string_equal(p.kind, "footer");
    assert_int_equal(p.len, 0x2000);
    assert_int_equal(image_prove(&m.source, 0, 0x4000, 0x2000, NULL, 0, &p),
                     IMAGE_RIGHT);
    assert_string_equal(p.kind, "romfs");
    put_uimage(0x1000);
    assert_int_equal(
        image_prove(&m.source, MEDIUM_BASE, 0x4000, 0x1100, both, 2, &p),
        IMAGE_RIGHT);
    assert_string_equal(p.kind, "footer");
    assert_false(p.strong);
    put_uimage(0x1200);
    assert_int_equal(prove(0x4000, 0x1200), IMAGE_RIGHT);
    assert_string_equal(p.kind, "uimage");
    assert_int_equal(p.len, 0x1200);
    assert_true(p.strong);
}

static void one_wrong_makes_all_wrong(void **state)
{
    uint8_t word[4];

    (void)state;
    put_romfs();
    m.bytes[0x5000] ^= 1;
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_WRONG);
    assert_string_equal(p.kind, "footer");
    put_romfs();
    m.bytes[0x6ffc] ^= 1; /* its own sum */
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_WRONG);
    assert_string_equal(p.kind, "footer");
    /* Misplaced words: only the uImage's CRC sees them. */
    put_uimage(0x1000);
    memcpy(word, m.bytes + 0x4100, 4);
    memcpy(m.bytes + 0x4100, m.bytes + 0x4200, 4);
    memcpy(m.bytes + 0x4200, word, 4);
    assert_int_equal(prove(0x4000, 0x1100), IMAGE_WRONG);
    assert_string_equal(p.kind, "uimage");
    /* Even when the footer is not known. */
    medium_holes(&m, 0x5e00, 0x6000, true);
    assert_int_equal(prove(0x4000, 0x1100), IMAGE_WRONG);
}

static void incomplete_goes_before_right(void **state)
{
    (void)state;
    put_romfs();
    medium_holes(&m, 0x4200, MEDIUM_SIZE, true);
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_INCOMPLETE);
    assert_int_equal(p.need_offset, 0x6e00);
    assert_int_equal(p.need_len, 512);
    medium_holes(&m, 0x6e00, 0x7000, false);
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_INCOMPLETE);
    assert_string_equal(p.kind, "footer");
    assert_int_equal(p.need_offset, 0x4200);
    assert_int_equal(p.need_len, 0x1e00);
    assert_int_equal(image_prove(&m.source, 0, 0x4000, 0x2000, NULL, 0, &p),
                     IMAGE_RIGHT);
    assert_int_equal(p.len, 512);
}

/* Whatever is missing: the same verdict in the end, as without holes. */
static void needs_lead_to_the_verdict(void **state)
{
    static const struct {
        uint64_t offset;
        uint64_t size;
    } segments[] = {{0x4000, 0x2000}, {0x4000, 0x1100}, {0x4000, 0x20000},
                    {0x4000, 0x2001}, {0x4010, 0x1000}, {0, 0x4000},
                    {0x2f000, 0x1000}};
    uint32_t seed = 1;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        uint64_t offset = segments[i % COUNT(segments)].offset;
        uint64_t size = segments[i % COUNT(segments)].size;
        enum image_result expected;
        if (i / 7 % 2 != 0)
            put_romfs();
        else
            put_uimage(0x1000);
        if (i / 14 % 2 != 0)
            m.bytes[0x4000 + i * 16] ^= 4;
        expected = prove(offset, size);
        assert_int_not_equal(expected, IMAGE_INCOMPLETE);
        for (size_t b = 0; b < COUNT(m.hole); b++) {
            seed = seed * 1664525 + 1013904223;
            m.hole[b] = seed >> 24 < 64 + i;
        }
        assert_int_equal(
            medium_prove_with_needs(&m, offset, size, &footer, 1, &p),
            expected);
    }
}

/* A header over two blocks of 512, a hole in each. */
static void headers_need_one_block_at_a_time(void **state)
{
    (void)state;
    put_uimage(0x1000);
    memmove(m.bytes + 0x43e0, m.bytes + 0x4000, 0x1000);
    for (size_t i = 0; i < 2; i++) {
        medium_holes(&m, 0x4200, 0x4400, i == 0);
        medium_holes(&m, 0x4400, 0x4600, true);
        assert_int_equal(image_prove(&m.source, 0, 0x43e0, 0x1000, NULL, 0, &p),
                         IMAGE_INCOMPLETE);
        assert_int_equal(p.need_offset, i == 0 ? 0x4200 : 0x4400);
        assert_int_equal(p.need_len, 512);
    }
    medium_holes(&m, 0x4400, 0x4600, false);
    medium_holes(&m, 0x5000, 0x5200, true);
    assert_int_equal(image_prove(&m.source, 0, 0x43e0, 0x1000, NULL, 0, &p),
                     IMAGE_INCOMPLETE);
    assert_int_equal(p.need_offset, 0x5000);
    assert_int_equal(p.need_len, 0x3e0);
    medium_holes(&m, 0x5000, 0x5200, false);
    assert_int_equal(image_prove(&m.source, 0, 0x43e0, 0x1000, NULL, 0, &p),
                     IMAGE_RIGHT);
    assert_true(p.strong);
}

static void takes_any_sizes(void **state)
{
    static const uint64_t sizes[] = {0,
                                     1,
                                     2,
                                     511,
                                     MEDIUM_SIZE - 1,
                                     MEDIUM_SIZE,
                                     MEDIUM_SIZE + 1,
                                     1ULL << 32,
                                     UINT64_MAX / 2 + 1,
                                     UINT64_MAX - 1,
                                     UINT64_MAX};
    const struct image_footer footers[] = {footer,
                                           {.erase_block = UINT64_MAX,
                                            .size = 24,
                                            .at_base = 4,
                                            .at_length = 8,
                                            .at_data_sum = 12,
                                            .at_own_sum = 20,
                                            .sum = "word-sum"},
                                           {.erase_block = 24,
                                            .size = 24,
                                            .at_base = 4,
                                            .at_length = 8,
                                            .at_data_sum = 12,
                                            .at_own_sum = 20,
                                            .sum = "word-sum"}};

    (void)state;
    put_romfs();
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t k = 0; k < COUNT(sizes); k++)
            for (size_t b = 0; b < COUNT(sizes); b++)
                assert_int_equal(image_prove(&m.source, sizes[b], sizes[i],
                                             sizes[k], footers, 3, &p),
                                 IMAGE_NONE);
}

static void an_error_gives_up(void **state)
{
    (void)state;
    put_romfs();
    m.error = -EIO;
    for (m.error_at = 0; m.error_at < 0x7000; m.error_at += 0x100) {
        assert_int_equal(prove(0x4000, 0x2000), IMAGE_NONE);
        assert_null(p.kind);
    }
    m.error_at = 0x7000;
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_RIGHT);
}

/* Knows small pieces but not large ones: filled between two reads. */
static int contradict(void *arg, uint64_t offset, void *out, size_t len)
{
    return len > 512 ? -ENODATA : medium_read(arg, offset, out, len);
}

static void a_source_may_contradict_itself(void **state)
{
    (void)state;
    put_romfs();
    m.source.read = contradict;
    assert_int_equal(prove(0x4000, 0x2000), IMAGE_INCOMPLETE);
    assert_int_equal(p.need_offset, 0x4000);
    assert_int_equal(p.need_len, 0x2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_widest_counts),
        cmocka_unit_test(one_wrong_makes_all_wrong),
        cmocka_unit_test(incomplete_goes_before_right),
        cmocka_unit_test(needs_lead_to_the_verdict),
        cmocka_unit_test(headers_need_one_block_at_a_time),
        cmocka_unit_test(takes_any_sizes),
        cmocka_unit_test(an_error_gives_up),
        cmocka_unit_test(a_source_may_contradict_itself),
    };

    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
