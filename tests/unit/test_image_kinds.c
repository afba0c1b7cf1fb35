// SPDX-License-Identifier: BSD-2-Clause
// Images that name themselves: uImage, romfs; right, damaged, cut.

#include "image_medium.h"

#include <zlib.h>

#define AT 0x1000U

static struct medium m;
static struct image_proof p;

static enum image_result prove(uint64_t size)
{
    return image_prove(&m.source, MEDIUM_BASE, AT, size, NULL, 0, &p);
}

static void put_uimage_crc(void)
{
    put_be32(m.bytes + AT + 4, 0);
    put_be32(m.bytes + AT + 4, (uint32_t)crc32(0, m.bytes + AT, 64));
}

static void put_uimage(uint32_t size)
{
    uint8_t *h = m.bytes + AT;

    medium_init(&m);
    put_noise(h + 64, size, size);
    put_noise(h, 64, 7);
    put_be32(h, 0x27051956);
    put_be32(h + 12, size);
    put_be32(h + 24, (uint32_t)crc32(0, h + 64, size));
    put_uimage_crc();
}

static void put_romfs(uint32_t size)
{
    uint8_t *h = m.bytes + AT;
    uint32_t covered = size < 512 ? size / 4 * 4 : 512;
    uint32_t sum = 0;

    medium_init(&m);
    put_noise(h, size, 3);
    memcpy(h, "-rom1fs-", sizeof("-rom1fs-")); /* the NUL: below */
    put_be32(h + 8, size);
    put_be32(h + 12, 0);
    for (uint32_t i = 0; i < covered; i++)
        sum += (uint32_t)h[i] << (24 - 8 * (i % 4));
    put_be32(h + 12, 0 - sum);
}

static void proves_a_uimage(void **state)
{
    static const uint32_t sizes[] = {0, 1, 1000, 0x4000, 0x4001, 0x20000};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        put_uimage(sizes[i]);
        assert_int_equal(prove(MEDIUM_SIZE - AT), IMAGE_RIGHT);
        assert_string_equal(p.kind, "uimage");
        assert_true(p.strong);
        assert_int_equal(p.offset, AT);
        assert_int_equal(p.len, 64 + sizes[i]);
        assert_int_equal(prove(64 + sizes[i]), IMAGE_RIGHT);
        /* Cut by its segment: cannot be judged. */
        assert_int_equal(prove(63 + sizes[i]), IMAGE_NONE);
        assert_null(p.kind);
    }
}

static void every_bit_of_a_uimage_counts(void **state)
{
    (void)state;
    put_uimage(333);
    for (size_t bit = 0; bit < (size_t)8 * (64 + 333); bit++) {
        uint8_t *byte = &m.bytes[AT + bit / 8];
        *byte ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(prove(0x1000), bit / 8 < 4 ? IMAGE_NONE : IMAGE_WRONG);
        assert_false(p.strong);
        if (bit / 8 >= 4) {
            assert_int_equal(p.offset, AT);
            assert_int_equal(p.len, bit / 8 < 64 ? 64 : 64 + 333);
        }
        *byte ^= (uint8_t)(1U << bit % 8);
    }
}

static void a_uimage_can_lie_about_its_size(void **state)
{
    static const uint32_t sizes[] = {101, 0x7fffffff, 0x80000000, 0xffffffc0,
                                     0xffffffff};

    (void)state;
    put_uimage(100);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        put_be32(m.bytes + AT + 12, sizes[i]);
        put_uimage_crc();
        assert_int_equal(prove(164), IMAGE_NONE);
    }
    put_be32(m.bytes + AT + 12, 99);
    put_uimage_crc();
    assert_int_equal(prove(164), IMAGE_WRONG);
}

static void proves_a_romfs(void **state)
{
    static const struct {
        uint32_t size;
        uint32_t covered;
    } sizes[] = {{16, 16},   {48, 48},   {303, 300},
                 {511, 508}, {512, 512}, {0x8000, 512}};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        put_romfs(sizes[i].size);
        assert_int_equal(prove(MEDIUM_SIZE - AT), IMAGE_RIGHT);
        assert_string_equal(p.kind, "romfs");
        assert_false(p.strong);
        assert_int_equal(p.offset, AT);
        assert_int_equal(p.len, sizes[i].covered);
        /* That it goes on behind its segment does not matter... */
        assert_int_equal(prove(sizes[i].covered), IMAGE_RIGHT);
        /* ...what the sum covers does. */
        assert_int_equal(prove(sizes[i].covered - 1), IMAGE_NONE);
    }
}

static void every_bit_of_a_romfs_counts(void **state)
{
    (void)state;
    put_romfs(0x8000);
    for (size_t bit = 0; bit < (size_t)8 * 512; bit++) {
        uint8_t *byte = &m.bytes[AT + bit / 8];
        *byte ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(prove(0x8000), bit / 8 < 8 ? IMAGE_NONE : IMAGE_WRONG);
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    /* A size that leaves nothing to add up is not right for that. */
    for (uint32_t size = 0; size < 16; size++) {
        put_be32(m.bytes + AT + 8, size);
        assert_int_equal(prove(0x8000), IMAGE_WRONG);
    }
}

/* Other bytes inflate to the same. */
static void a_gzip_proves_nothing(void **state)
{
    char name[] = "vmlinux";
    gz_header header = {.name = (Bytef *)name, .os = 3};
    z_stream z = {.next_in = (Bytef *)name, .avail_in = sizeof(name)};

    (void)state;
    medium_init(&m);
    z.next_out = m.bytes + AT;
    z.avail_out = MEDIUM_SIZE - AT;
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&z), Z_OK);
    assert_int_equal(prove(z.total_out), IMAGE_NONE);
    assert_null(p.kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proves_a_uimage),
        cmocka_unit_test(every_bit_of_a_uimage_counts),
        cmocka_unit_test(a_uimage_can_lie_about_its_size),
        cmocka_unit_test(proves_a_romfs),
        cmocka_unit_test(every_bit_of_a_romfs_counts),
        cmocka_unit_test(a_gzip_proves_nothing),
    };

    return cmocka_run_group_tests_name("image_kinds", tests, NULL, NULL);
}
