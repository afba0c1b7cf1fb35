// SPDX-License-Identifier: BSD-2-Clause
// Headers made by hand: right, truncated, damaged, hostile.

#include "unit.h"

#include "image/signature.h"

#include <zlib.h>

static uint8_t b[SIGNATURE_MAX];
static struct signature s;
static bool big;

/* n bytes, in the byte order of the header in hand. */
static void put(size_t at, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        b[big ? at + n - 1 - i : at + i] = (uint8_t)(value >> 8 * i);
}

static void put_text(size_t at, const char *text)
{
    for (; *text != '\0'; text++)
        b[at++] = (uint8_t)*text;
}

static void start(bool big_endian)
{
    memset(b, 0, sizeof(b));
    big = big_endian;
}

static size_t look(size_t len)
{
    /* Of its exact size, so that a sanitizer sees what reads beyond it. */
    uint8_t *bytes = malloc(len + (len == 0));
    size_t need;

    assert_non_null(bytes);
    memcpy(bytes, b, len);
    memset(&s, 0xee, sizeof(s));
    need = signature_recognise(bytes, len, &s);
    free(bytes);
    assert_true(need == 0 || (need > len && need <= SIGNATURE_MAX));
    assert_true(s.padded >= s.length);
    return need;
}

static void is(const char *kind, uint64_t length, uint64_t padded)
{
    assert_int_equal(look(SIGNATURE_MAX), 0);
    if (s.kind == NULL)
        fail_msg("not recognised as %s", kind);
    assert_string_equal(s.kind, kind);
    assert_int_equal(s.length, length);
    assert_int_equal(s.padded, padded);
}

static void is_nothing(void)
{
    (void)look(SIGNATURE_MAX);
    if (s.kind != NULL)
        fail_msg("taken for %s", s.kind);
    assert_int_equal(s.length, 0);
    assert_string_equal(s.label, "");
}

/* Each of n bytes from at on has a say: damaged, it is nothing. */
static void all_count(size_t at, size_t n)
{
    for (size_t i = at; i < at + n; i++) {
        b[i] ^= 0x40;
        is_nothing();
        b[i] ^= 0x40;
    }
    (void)look(SIGNATURE_MAX);
    assert_non_null(s.kind);
}

/* --- what is booted --------------------------------------------------------
 */

static void make_uimage(uint32_t size)
{
    start(true);
    put(0, 0x27051956, 4);
    put(12, size, 4);
    put_text(28, "\5\5\2\3kernel 7");
    put(4, crc32(0, b, 64), 4);
}

static void uimage(void **state)
{
    (void)state;
    make_uimage(0x1234);
    is("uimage", 0x1274, 0x1274);
    assert_true(s.proved);
    assert_false(s.weak || s.repeats);
    assert_string_equal(s.label, "kernel 7");
    assert_int_equal(look(SIGNATURE_MIN), 0);
    assert_string_equal(s.kind, "uimage");
    all_count(0, 64);
    make_uimage(UINT32_MAX);
    is("uimage", 0x10000003f, 0x10000003f);
}

/* A tree whose root has a property of len bytes before its first node. */
static void make_fdt(uint32_t len, const char *first)
{
    start(true);
    put(0, 0xd00dfeed, 4);
    put(4, 0x3000, 4);
    put(8, 56, 4);
    put(12, 0x2800, 4);
    put(16, 40, 4);
    put(20, 17, 4);
    put(24, 16, 4);
    put(32, 0x100, 4);
    put(36, 0x2000, 4);
    put(56, 1, 4);
    put(64, 3, 4);
    put(68, len, 4);
    if (len < 100) {
        put(76 + (len + 3) / 4 * 4, 1, 4);
        put_text(80 + (len + 3) / 4 * 4, first);
    }
}

static void device_tree(void **state)
{
    (void)state;
    make_fdt(5, "chosen");
    is("dtb", 0x3000, 0x3000);
    make_fdt(9, "images");
    is("fit", 0x3000, 0x3000);
    assert_false(s.weak);
    make_fdt(9, "images2");
    is("dtb", 0x3000, 0x3000);
    make_fdt(60, "configurations");
    is("fit", 0x3000, 0x3000);
    assert_int_equal(look(SIGNATURE_MIN), SIGNATURE_MAX);
    assert_string_equal(s.kind, "dtb");
    assert_int_equal(look(100), SIGNATURE_MAX);
    make_fdt(UINT32_MAX, "");
    is("dtb", 0x3000, 0x3000);
    assert_false(s.proved);
}

static void device_tree_that_cannot_be(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
    } wrong[] = {
        {4, 0},           {4, 0x2100},      {8, 0},           {8, 58},
        {8, 0x3000},      {8, UINT32_MAX},  {12, UINT32_MAX}, {12, 0},
        {16, 41},         {16, UINT32_MAX}, {20, 15},         {24, 18},
        {32, UINT32_MAX}, {36, UINT32_MAX}, {56, 2},          {60, 0x78000000},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        make_fdt(5, "chosen");
        put(wrong[i].at, wrong[i].value, 4);
        is_nothing();
    }
    make_fdt(5, "chosen");
    put(20, 16, 4);
    put(24, 17, 4);
    is_nothing();
    /* The tree may begin behind what there is of it. */
    make_fdt(5, "chosen");
    put(8, 0x400, 4);
    is("dtb", 0x3000, 0x3000);
    put(8, 0xfc, 4);
    is("dtb", 0x3000, 0x3000);
    put(4, UINT32_MAX, 4);
    is("dtb", UINT32_MAX, UINT32_MAX);
}

/* --- file systems ----------------------------------------------------------
 */

static void make_squashfs4(uint64_t used)
{
    put_text(0, big ? "sqsh" : "hsqs");
    put(4, 12, 4);
    put(12, 0x20000, 4);
    put(20, 4, 2);
    put(22, 17, 2);
    put(28, 4, 2);
    put(32, 0x12340000, 8);
    put(40, used, 8);
    put(48, 0x2000, 8);
}

static void make_squashfs3(unsigned major, uint64_t used)
{
    put_text(0, big ? "sqsh" : "hsqs");
    put(4, 12, 4);
    put(28, major, 2);
    put(34, 16, 2);
    put(51, 0x10000, 4);
    put(major == 2 ? 8 : 63, used, major == 2 ? 4 : 8);
}

static void squashfs(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        start(order == 1);
        make_squashfs4(0x5001);
        is("squashfs", 0x5001, 0x6000);
        assert_int_equal(look(SIGNATURE_MIN), 0);
        assert_int_equal(s.length, 0x5001);
        start(order == 1);
        make_squashfs3(3, 0x123456);
        is("squashfs", 0x123456, 0x124000);
        assert_int_equal(look(SIGNATURE_MIN), SIGNATURE_MAX);
        assert_string_equal(s.kind, "squashfs");
        assert_int_equal(s.length, 0);
        assert_int_equal(look(70), SIGNATURE_MAX);
        assert_int_equal(look(71), 0);
        start(order == 1);
        make_squashfs3(2, 0x4000);
        is("squashfs", 0x4000, 0x4000);
        assert_int_equal(look(SIGNATURE_MIN), 0);
        put_text(0, order == 1 ? "qshs" : "shsq");
        is("squashfs", 0x4000, 0x4000);
    }
}

static void squashfs_that_cannot_be(void **state)
{
    static const struct {
        size_t at;
        size_t n;
        uint64_t value;
    } wrong[] = {
        {4, 4, 0},   {12, 4, 0x20001}, {20, 2, 0},          {20, 2, 7},
        {22, 2, 18}, {22, 2, 9},       {28, 2, 1},          {28, 2, 5},
        {40, 8, 95}, {40, 8, 0x1234},  {32, 8, UINT64_MAX}, {48, 8, 0x5001},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        start(false);
        make_squashfs4(0x5001);
        put(wrong[i].at, wrong[i].value, wrong[i].n);
        is_nothing();
    }
    start(false);
    make_squashfs4(UINT64_MAX);
    is("squashfs", UINT64_MAX, UINT64_MAX);
    start(false);
    make_squashfs3(3, 118);
    is_nothing();
    start(true);
    make_squashfs3(2, 62);
    is_nothing();
    make_squashfs3(2, 0x4000);
    put(34, 15, 2);
    is_nothing();
}

static void romfs(void **state)
{
    (void)state;
    start(true);
    put_text(0, "-rom1fs-");
    put(8, 0x4321, 4);
    put_text(16, "vol\x1b[2J");
    is("romfs", 0x4321, 0x4400);
    assert_string_equal(s.label, "vol");
    all_count(0, 8);
    put(8, 31, 4);
    is_nothing();
    put(8, UINT32_MAX, 4);
    is("romfs", UINT32_MAX, 0x100000000);
}

static void cramfs(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        start(order == 1);
        put(0, 0x28cd3d45, 4);
        put(4, 0x7000, 4);
        put(8, 3, 4);
        put_text(16, "Compressed ROMFS");
        put_text(48, "0123456789abcdefX");
        is("cramfs", 0x7000, 0x7000);
        assert_string_equal(s.label, "0123456789abcdef");
        all_count(16, 16);
        put(8, 2, 4);
        is("cramfs", 0, 0);
    }
}

/* --- for flash -------------------------------------------------------------
 */

static void make_jffs2(unsigned type, uint32_t len)
{
    put(0, 0x1985, 2);
    put(2, type, 2);
    put(4, len, 4);
    put(8, ~(uint32_t)crc32(UINT32_MAX, b, 8), 4);
}

static void jffs2(void **state)
{
    static const unsigned types[] = {0xe001, 0xe002, 0x2003, 0x2004,
                                     0x2006, 0xe008, 0xe009};

    (void)state;
    for (int order = 0; order < 2; order++) {
        for (size_t i = 0; i < COUNT(types); i++) {
            start(order == 1);
            make_jffs2(types[i], 0x44);
            is("jffs2", 0, 0);
            assert_true(s.proved && s.repeats);
            assert_int_equal(s.series, order);
            all_count(0, 2);
            all_count(4, 8);
        }
        /* Out of date: a bit of the type was cleared, the CRC stays. */
        put(2, types[0] & ~0x2000U, 2);
        make_jffs2(0xe001, 0x44);
        put(2, 0xc001, 2);
        is("jffs2", 0, 0);
        make_jffs2(0xe003, 0x44);
        is_nothing();
        make_jffs2(0xe001, 11);
        is_nothing();
        make_jffs2(0xe001, UINT32_MAX);
        is_nothing();
    }
}

static void ubi(void **state)
{
    (void)state;
    start(true);
    put_text(0, "UBI#\1");
    put(16, 2048, 4);
    put(24, 0x11223344, 4);
    put(60, ~(uint32_t)crc32(0, b, 60), 4);
    is("ubi", 0, 0);
    assert_true(s.proved && s.repeats);
    assert_int_equal(s.series, 0x11223344);
    all_count(0, 64);
}

/* --- packed ----------------------------------------------------------------
 */

static void make_gzip(uint8_t flags, const char *rest, size_t len)
{
    static const uint8_t header[] = {0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 2, 3};

    start(false);
    memcpy(b, header, sizeof(header));
    b[3] = flags;
    memset(b + 10, 0xb3, sizeof(b) - 10);
    memcpy(b + 10, rest, len);
}

static void gzip(void **state)
{
    (void)state;
    make_gzip(0, "", 0);
    is("gzip", 0, 0);
    assert_true(s.weak);
    all_count(0, 3);
    make_gzip(8, "vmlinux.bin\0\xb5", 13);
    is("gzip", 0, 0);
    assert_string_equal(s.label, "vmlinux.bin");
    make_gzip(0x1e, "\3\0xyzname\0some words\0\1\2\xb5", 24);
    is("gzip", 0, 0);
    assert_string_equal(s.label, "name");
    make_gzip(4, "\xff\xff", 2); /* beyond what there is */
    is("gzip", 0, 0);
    make_gzip(8, "", 0); /* a name without an end */
    is("gzip", 0, 0);
    make_gzip(0, "\0\5\0\xfa\xff", 5); /* stored */
    is("gzip", 0, 0);
}

static void gzip_that_cannot_be(void **state)
{
    (void)state;
    make_gzip(0x20, "", 0);
    is_nothing();
    make_gzip(0, "\7", 1); /* no such block */
    is_nothing();
    make_gzip(0, "\xf5", 1); /* too many codes */
    is_nothing();
    make_gzip(0, "\0\5\0\xfa\xfe", 5);
    is_nothing();
    make_gzip(8, "na\1me\0\xb5", 7);
    is_nothing();
    make_gzip(0, "", 0);
    b[8] = 3;
    is_nothing();
    make_gzip(0, "", 0);
    b[9] = 14;
    is_nothing();
}

static void make_lzma(uint8_t properties, uint32_t dictionary, uint64_t size)
{
    start(false);
    memset(b, 0x3c, sizeof(b));
    b[0] = properties;
    put(1, dictionary, 4);
    put(5, size, 8);
    b[13] = 0;
}

static void lzma(void **state)
{
    (void)state;
    make_lzma(0x5d, 0x800000, UINT64_MAX);
    is("lzma", 0, 0);
    assert_true(s.weak);
    make_lzma(0x6d, 0x10000, 0x345678);
    is("lzma", 0, 0);
    make_lzma(0x5d, 0x600000, 0x345678); /* 4 and 2 MiB */
    is("lzma", 0, 0);
    make_lzma(0x5d, 0x500000, 0x345678);
    is_nothing();
    make_lzma(0x5d, 0x700000, 0x345678);
    is_nothing();
    make_lzma(0x5d, 0, 0x345678);
    is_nothing();
    make_lzma(0x5d, 0x80000000, 0x345678);
    is_nothing();
    make_lzma(0x5d, 0x800000, 0);
    is_nothing();
    make_lzma(0x5d, 0x800000, UINT64_C(1) << 33);
    is_nothing();
    make_lzma(0x2d, 0x800000, 0x1000); /* pb 1 */
    is_nothing();
    make_lzma(0x62, 0x800000, 0x1000); /* lc 8 */
    is_nothing();
    make_lzma(0xe1, 0x800000, 0x1000); /* above all of them */
    is_nothing();
    make_lzma(0x5d, 0x800000, 0x1000);
    b[13] = 1;
    is_nothing();
    make_lzma(0x5d, 0x800000, 0x1000);
    b[14] = 0x80;
    is_nothing();
}

static void xz(void **state)
{
    static const uint8_t header[] = {0xfd, '7', 'z', 'X', 'Z', 0, 0, 4};

    (void)state;
    start(false);
    memcpy(b, header, sizeof(header));
    put(8, crc32(0, b + 6, 2), 4);
    is("xz", 0, 0);
    assert_true(s.proved);
    all_count(0, 12);
}

/* --- environment -----------------------------------------------------------
 */

static void make_environment(const char *start_bytes, size_t head,
                             const char *texts, size_t len)
{
    start(false);
    memcpy(b, start_bytes, head);
    memcpy(b + head, texts, len);
}

#define ENV(head, texts)                                                       \
    make_environment(head, sizeof(head) - 1, texts, sizeof(texts) - 1)
static void environment(void **state)
{
    (void)state;
    ENV("\x81\2\3\4", "bootdelay=3\0baudrate=115200\0\0");
    is("environment", 0, 0);
    assert_true(s.weak);
    ENV("\x81\2\3\4\1", "bootdelay=3\0baudrate=115200\0\0");
    is("environment", 0, 0);
    ENV("\x81\2\3\4", "bootdelay=3\0\0");
    memset(b + 17, 0xff, sizeof(b) - 17);
    is("environment", 0, 0);
    ENV("\x81\2\3\4", "bootcmd=run "); /* its end is not in sight */
    memset(b + 16, 'x', sizeof(b) - 16);
    assert_int_equal(look(SIGNATURE_MIN), 0);
    assert_string_equal(s.kind, "environment");
    ENV("\x81\2\3\4", "a.b-c,d:e#1=x\ty\nz\0");
    is("environment", 0, 0);
}

static void environment_that_cannot_be(void **state)
{
    (void)state;
    ENV("boot", "bootdelay=3\0baudrate=115200\0\0"); /* text */
    is_nothing();
    ENV("\0\0\0\0", "bootdelay=3\0baudrate=115200\0\0");
    is_nothing();
    ENV("\x81\2\3\4", "bootdelay 3\0baudrate=115200\0\0");
    is_nothing();
    ENV("\x81\2\3\4", "bootdelay=3\0 baudrate=115200\0\0");
    is_nothing();
    ENV("\x81\2\3\4", "bootdelay=\xc3\xa4\0\0");
    is_nothing();
    ENV("\x81\2\3\4", "bootdelay=3\0\0what is this");
    is_nothing();
    ENV("\x81\2\3\4", "=3\0\0");
    is_nothing();
    ENV("\x81\2\3\4", "a_name_that_does_not_end_in_the_bytes_that_there_are_"
                      "and_never_gets_to_its_value");
    (void)look(SIGNATURE_MIN);
    assert_null(s.kind);
}

/* --- nothing ---------------------------------------------------------------
 */

static void blank_and_noise(void **state)
{
    uint32_t seed = 1;

    (void)state;
    start(false);
    is_nothing();
    memset(b, 0xff, sizeof(b));
    is_nothing();
    for (unsigned round = 0; round < 200000; round++) {
        for (size_t i = 0; i < 16; i++) {
            seed = seed * 1664525 + 1013904223;
            b[i] = (uint8_t)(seed >> 24);
        }
        is_nothing();
    }
}

static void too_few_bytes(void **state)
{
    (void)state;
    make_uimage(0x1234);
    for (size_t len = 0; len < SIGNATURE_MIN; len++) {
        assert_int_equal(look(len), 0);
        assert_null(s.kind);
    }
}

/* Whatever is cut off, nothing behind it is looked at. */
static void all_lengths(void **state)
{
    (void)state;
    for (size_t len = SIGNATURE_MIN; len <= SIGNATURE_MAX; len++) {
        make_fdt(60, "configurations");
        (void)look(len);
        start(false);
        make_squashfs3(3, 0x123456);
        (void)look(len);
        make_gzip(8, "", 0);
        memset(b + 10, 'n', len - 10);
        b[len - 3] = 0;
        b[len - 2] = 0;
        (void)look(len);
        ENV("\x81\2\3\4", "bootdelay=3\0");
        memset(b + 16, 'a', len - 16);
        (void)look(len);
        b[len - 1] = 0;
        (void)look(len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uimage),
        cmocka_unit_test(device_tree),
        cmocka_unit_test(device_tree_that_cannot_be),
        cmocka_unit_test(squashfs),
        cmocka_unit_test(squashfs_that_cannot_be),
        cmocka_unit_test(romfs),
        cmocka_unit_test(cramfs),
        cmocka_unit_test(jffs2),
        cmocka_unit_test(ubi),
        cmocka_unit_test(gzip),
        cmocka_unit_test(gzip_that_cannot_be),
        cmocka_unit_test(lzma),
        cmocka_unit_test(xz),
        cmocka_unit_test(environment),
        cmocka_unit_test(environment_that_cannot_be),
        cmocka_unit_test(blank_and_noise),
        cmocka_unit_test(too_few_bytes),
        cmocka_unit_test(all_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
