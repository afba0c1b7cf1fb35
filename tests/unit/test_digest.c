// SPDX-License-Identifier: BSD-2-Clause
// Checksums by name against known ones, and what is no checksum.

#include "unit.h"

#include "base/digest.h"

struct vector {
    const char *name;
    const char *in;
    const char *printed;
};

/* RFC 1321, FIPS 180, the check value of CRC-32, and coreutils' programs. */
static const struct vector vectors[] = {
    {"crc32", "", "00000000"},
    {"crc32", "a", "e8b7be43"},
    {"crc32", "123456789", "cbf43926"},
    {"cksum", "", "4294967295"},
    {"cksum", "a", "1220704766"},
    {"cksum", "123456789", "930766865"},
    {"md5", "", "d41d8cd98f00b204e9800998ecf8427e"},
    {"md5", "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"sha1", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"sha256", "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"sha256", "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"sha512", "",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
    {"sha512", "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

/* 100000 bytes, byte i being 7 * i: three bytes of length for cksum. */
static const struct vector long_vectors[] = {
    {"crc32", NULL, "0eaf0153"},
    {"cksum", NULL, "1731109147"},
    {"md5", NULL, "8cb7f568752be648376cd32a342006af"},
    {"sha1", NULL, "db6498cdec44effeaa7284401972c6af8645d842"},
    {"sha256", NULL,
     "931030b89f42c06dcdda12a43dfcd601d745d11bbb5fcd1a00fea442e8405157"},
    {"sha512", NULL,
     "7d50c71109cca3d623c5fc4d3730f54c72e1bba09015e00ceeb0af9d361b04c2"
     "eb67eea8fd2b0105295bca3ff9d038f2ed4fc64991b9aaea70225b166a7ead15"},
};

static const struct digest *find(const char *name)
{
    const struct digest *d = digest_find(name);

    if (d == NULL)
        fail_msg("there is no %s", name);
    return d;
}

static void knows_its_names(void **state)
{
    (void)state;
    assert_ptr_equal(digest_find("md5sum"), digest_find("md5"));
    assert_ptr_equal(digest_find("sha1sum"), digest_find("sha1"));
    assert_ptr_equal(digest_find("sha256sum"), digest_find("sha256"));
    assert_ptr_equal(digest_find("sha512sum"), digest_find("sha512"));
    assert_string_equal(digest_name(find("sha512sum")), "sha512");
    assert_int_equal(digest_size(find("crc32")), 4);
    assert_int_equal(digest_size(find("sha512")), DIGEST_MAX);
    assert_null(digest_find(""));
    assert_null(digest_find("md"));
    assert_null(digest_find("MD5"));
    assert_null(digest_find("cksumsum"));
}

static void agrees_with_known_values(void **state)
{
    struct digest_value value;
    struct digest_value parsed;
    char text[DIGEST_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        const struct digest *d = find(v->name);
        digest_of(d, v->in, strlen(v->in), &value);
        digest_print(&value, text, sizeof(text));
        assert_string_equal(text, v->printed);
        assert_true(digest_parse(d, v->printed, strlen(v->printed), &parsed));
        assert_true(digest_same(&value, &parsed));
    }
}

/* Pieces of 0, 1, 2, ... bytes. */
static void pieces_make_the_same(void **state)
{
    uint8_t *bytes = malloc(100000);
    struct digest_state s;
    struct digest_value value;
    char text[DIGEST_TEXT_MAX];

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < 100000; i++)
        bytes[i] = (uint8_t)(7 * i);
    for (size_t i = 0; i < COUNT(long_vectors); i++) {
        size_t at = 0;
        digest_begin(&s, find(long_vectors[i].name));
        for (size_t n = 0; at < 100000; n++) {
            size_t len = n < 100000 - at ? n : 100000 - at;
            digest_add(&s, n == 0 ? NULL : bytes + at, len);
            at += len;
        }
        digest_end(&s, &value);
        digest_print(&value, text, sizeof(text));
        assert_string_equal(text, long_vectors[i].printed);
    }
    free(bytes);
}

static void same_means_algorithm_and_bytes(void **state)
{
    struct digest_value crc;
    struct digest_value sum;
    const struct digest_value none = {.algorithm = NULL};

    (void)state;
    assert_true(digest_parse(find("crc32"), "0000002a", 8, &crc));
    assert_true(digest_parse(find("cksum"), "42", 2, &sum));
    assert_memory_equal(crc.bytes, sum.bytes, 4);
    assert_false(digest_same(&crc, &sum));
    assert_false(digest_same(&none, &none));
    sum = crc;
    assert_true(digest_same(&crc, &sum));
    sum.bytes[3] ^= 1;
    assert_false(digest_same(&crc, &sum));
}

static void takes_only_the_right_form(void **state)
{
    static const struct vector good[] = {
        {"crc32", "CBF43926", "cbf43926"},
        {"crc32", "cBf43926", "cbf43926"},
        {"cksum", "0", "0"},
        {"cksum", "4294967295", "4294967295"},
        {"md5", "D41D8CD98F00B204E9800998ECF8427E",
         "d41d8cd98f00b204e9800998ecf8427e"},
    };
    static const struct vector bad[] = {
        {"crc32", "", NULL},
        {"crc32", "cbf4392", NULL},
        {"crc32", "cbf439266", NULL},
        {"crc32", "cbf4392g", NULL},
        {"crc32", "0xcbf439", NULL},
        {"crc32", "0xcbf43926", NULL},
        {"crc32", " bf43926", NULL},
        {"crc32", "cbf4392 ", NULL},
        {"crc32", "-bf43926", NULL},
        {"cksum", "", NULL},
        {"cksum", "4294967296", NULL},
        {"cksum", "18446744073709551617", NULL},
        {"cksum", "042", NULL},
        {"cksum", "00", NULL},
        {"cksum", "+1", NULL},
        {"cksum", "1 ", NULL},
        {"cksum", "2a", NULL},
        {"cksum", "0x2a", NULL},
        {"md5", "cbf43926", NULL},
        {"md5", "d41d8cd98f00b204e9800998ecf8427", NULL},
        {"md5", "d41d8cd98f00b204e9800998ecf8427e ", NULL},
        {"sha1", "d41d8cd98f00b204e9800998ecf8427e", NULL},
    };
    struct digest_value value;
    char text[DIGEST_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(digest_parse(find(good[i].name), good[i].in,
                                 strlen(good[i].in), &value));
        digest_print(&value, text, sizeof(text));
        assert_string_equal(text, good[i].printed);
    }
    memset(&value, 0xa5, sizeof(value));
    for (size_t i = 0; i < COUNT(bad); i++)
        if (digest_parse(find(bad[i].name), bad[i].in, strlen(bad[i].in),
                         &value))
            fail_msg("%s takes '%s'", bad[i].name, bad[i].in);
    assert_int_equal(value.bytes[0], 0xa5);
    assert_false(digest_parse(find("crc32"), "cbf4\0926", 8, &value));
}

static void printing_stays_within(void **state)
{
    struct digest_value value;
    char text[8] = "#######";

    (void)state;
    digest_of(find("sha512"), "abc", 3, &value);
    digest_print(&value, text, 5);
    assert_string_equal(text, "ddaf");
    assert_int_equal(text[5], '#');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_names),
        cmocka_unit_test(agrees_with_known_values),
        cmocka_unit_test(pieces_make_the_same),
        cmocka_unit_test(same_means_algorithm_and_bytes),
        cmocka_unit_test(takes_only_the_right_form),
        cmocka_unit_test(printing_stays_within),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
