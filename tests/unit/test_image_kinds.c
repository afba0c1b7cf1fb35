// SPDX-License-Identifier: BSD-2-Clause
// Images that name themselves: uImage, romfs, gzip; right, damaged, cut.

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

/* Text and runs, as kernels have them. Returns the length; data is 8 KiB. */
static size_t put_gzip(uint8_t *data, size_t len, int level)
{
    char name[] = "vmlinux";
    gz_header header = {.name = (Bytef *)name, .os = 3};
    z_stream z = {.next_in = data, .avail_in = (uInt)len};

    medium_init(&m);
    put_noise(data, len, 11);
    for (size_t i = 0; i < len; i++)
        data[i] = i % 1000 < 400 ? 0 : "etaoin shrdlu"[data[i] % 13];
    z.next_out = m.bytes + AT;
    z.avail_out = MEDIUM_SIZE - AT;
    assert_int_equal(
        deflateInit2(&z, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&z), Z_OK);
    return z.total_out;
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

static void proves_a_gzip(void **state)
{
    static uint8_t data[0x18000];

    (void)state;
    for (int level = 0; level <= 9; level += 3) {
        size_t len = put_gzip(data, sizeof(data), level);
        assert_int_equal(prove(MEDIUM_SIZE - AT), IMAGE_RIGHT);
        assert_string_equal(p.kind, "gzip");
        assert_false(p.strong);
        /* Behind the header of 10 bytes and the name. */
        assert_int_equal(p.offset, AT + 18);
        assert_int_equal(p.offset + p.len, AT + len);
        assert_int_equal(prove(len), IMAGE_RIGHT);
        for (size_t cut = 1; cut < 40; cut++)
            assert_int_equal(prove(len - cut), IMAGE_NONE);
        for (size_t size = 0; size < 40; size++)
            assert_int_equal(prove(size), IMAGE_NONE);
    }
}

/* What is left of a stream that still says RIGHT must say the same. */
static bool inflates_to(const uint8_t *data, size_t len)
{
    static uint8_t out[0x10000];
    z_stream z = {.next_in = m.bytes + AT,
                  .avail_in = MEDIUM_SIZE - AT,
                  .next_out = out,
                  .avail_out = sizeof(out)};
    int ret;

    assert_int_equal(inflateInit2(&z, 31), Z_OK);
    ret = inflate(&z, Z_FINISH);
    assert_int_equal(inflateEnd(&z), Z_OK);
    return ret == Z_STREAM_END && z.total_out == len &&
           memcmp(out, data, len) == 0;
}

/* No flipped bit changes the contents unseen. Some change nothing: that is
 * why the kind is weak. */
static void every_bit_of_a_gzip_counts(void **state)
{
    static uint8_t data[8000];
    size_t len = put_gzip(data, sizeof(data), 9);
    size_t unseen = 0;

    (void)state;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        uint8_t *byte = &m.bytes[AT + bit / 8];
        enum image_result result;
        *byte ^= (uint8_t)(1U << bit % 8);
        result = prove(0x8000);
        if (bit / 8 < 3)
            assert_int_equal(result, IMAGE_NONE);
        else if (bit / 8 >= len - 8)
            assert_int_equal(result, IMAGE_WRONG);
        else if (result == IMAGE_RIGHT)
            assert_true(inflates_to(data, sizeof(data)));
        if (result == IMAGE_RIGHT && AT + bit / 8 >= p.offset)
            unseen++;
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    if (unseen > 8 * len / 100)
        fail_msg("%zu of %zu bits do not count", unseen, 8 * len);
}

/* A header that is longer than a piece; its own CRC is compared, too. */
static void a_gzip_header_can_be_long(void **state)
{
    static uint8_t data[100];
    uint8_t body[200];
    size_t len = put_gzip(data, sizeof(data), 9) - 18;
    uint8_t *at = m.bytes + AT;

    (void)state;
    memcpy(body, at + 18, len);
    at[3] = 0x1e; /* extra, name, comment, CRC of all this */
    at[10] = 0xff;
    at[11] = 0x7f;
    memset(at + 12, 'x', 0x7fff + 70000);
    at[12 + 0x7fff + 10] = '\0';
    at[12 + 0x7fff + 69999] = '\0';
    at += 12 + 0x7fff + 70000;
    *(at++) = 0;
    *(at++) = 0;
    memcpy(at, body, len);
    assert_int_equal(prove(MEDIUM_SIZE - AT), IMAGE_WRONG);
    uint32_t crc = (uint32_t)crc32(0, m.bytes + AT,
                                   (uInt)(at - 2 - m.bytes) - AT);
    at[-2] = (uint8_t)crc;
    at[-1] = (uint8_t)(crc >> 8);
    assert_int_equal(prove(MEDIUM_SIZE - AT), IMAGE_RIGHT);
    assert_int_equal(p.offset, at - m.bytes);
    assert_int_equal(p.len, len);
}

/* The bytes in a piece of 16 KiB end with the room for those out of it: zlib
 * has nothing to do then and says so. */
static void a_gzip_can_end_with_its_piece(void **state)
{
    static uint8_t zeros[0x8000];
    static uint8_t extra[0x4000];
    gz_header header = {.extra = extra};
    uint8_t *end = m.bytes + AT + 0x4000;
    size_t len = 0;

    (void)state;
    for (int round = 0; round < 2; round++) { /* the first to measure */
        z_stream z = {.next_in = zeros, .avail_in = sizeof(zeros)};
        medium_init(&m);
        z.next_out = m.bytes + AT;
        z.avail_out = MEDIUM_SIZE - AT;
        assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
        assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
        assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
        header.extra_len += (uInt)(end - z.next_out);
        assert_true(round == 0 || z.next_out == end);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        len = z.total_out;
        (void)deflateEnd(&z);
    }
    assert_int_equal(prove(0x8000), IMAGE_RIGHT);
    assert_int_equal(p.offset + p.len, AT + len);
}

/* A gzip without end: one piece of a stream again and again. */
struct endless {
    size_t len; /* of the piece */
    uint64_t asked;
    uint8_t bytes[0x8000];
};

static int endless_read(void *arg, uint64_t offset, void *out, size_t len)
{
    static const uint8_t header[10] = {0x1f, 0x8b, 8};
    struct endless *e = arg;
    uint8_t *to = out;

    e->asked += len;
    for (; len > 0 && offset < sizeof(header); len--)
        *(to++) = header[offset++];
    if (len > 0)
        memcpy(to, e->bytes + (offset - sizeof(header)) % e->len, len);
    return 0;
}

static void assert_ends(struct endless *e, uint64_t most)
{
    const struct image_source medium = {UINT64_MAX, endless_read, e};

    for (size_t i = e->len; i < sizeof(e->bytes); i++)
        e->bytes[i] = e->bytes[i - e->len];
    assert_int_equal(image_prove(&medium, 0, 0, UINT64_MAX, NULL, 0, &p),
                     IMAGE_NONE);
    assert_null(p.kind);
    assert_in_range(e->asked, 0, most);
}

/* Of 1 MiB of zeros a piece; and of stored blocks with nothing in them. */
static void bombs_end(void **state)
{
    static struct endless zeros;
    static struct endless nothing = {5, 0, {0, 0, 0, 0xff, 0xff}};
    uint8_t *data = calloc(1, 1U << 20);
    z_stream z = {.next_in = data, .avail_in = 1U << 20};

    (void)state;
    assert_non_null(data);
    z.next_out = zeros.bytes;
    z.avail_out = sizeof(zeros.bytes);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
    assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
    assert_int_equal(z.avail_in, 0);
    zeros.len = z.total_out;
    (void)deflateEnd(&z);
    free(data);
    assert_ends(&zeros, 1U << 19);
    assert_ends(&nothing, (256U << 20) + (64U << 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proves_a_uimage),
        cmocka_unit_test(every_bit_of_a_uimage_counts),
        cmocka_unit_test(a_uimage_can_lie_about_its_size),
        cmocka_unit_test(proves_a_romfs),
        cmocka_unit_test(every_bit_of_a_romfs_counts),
        cmocka_unit_test(proves_a_gzip),
        cmocka_unit_test(every_bit_of_a_gzip_counts),
        cmocka_unit_test(a_gzip_header_can_be_long),
        cmocka_unit_test(a_gzip_can_end_with_its_piece),
        cmocka_unit_test(bombs_end),
    };

    return cmocka_run_group_tests_name("image_kinds", tests, NULL, NULL);
}
