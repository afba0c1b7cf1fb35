// SPDX-License-Identifier: BSD-2-Clause
// References: files that may hold what the device holds, and may change.

#include "unit.h"

#include "base/log.h"
#include "image/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIB ((size_t)1024)
#define MIB (KIB * KIB)

static char work[64];
static char path[128];
static uint8_t bytes[301 * 1024 + 77]; /* what the file holds at first */
static struct reference *ref;
static unsigned warnings;

static void count_warning(void *arg)
{
    (void)arg;
    warnings++;
}

static void fill(uint8_t *out, size_t len, uint32_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525U + 1013904223U;
        out[i] = (uint8_t)(seed >> 24);
    }
}

static void put(uint64_t offset, const void *from, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, from, len, (off_t)offset), len);
    assert_int_equal(close(fd), 0);
}

static void open_again(void)
{
    reference_close(ref);
    assert_int_equal(reference_open(&ref, path, NULL), 0);
}

static int set_up(void **state)
{
    (void)state;
    warnings = 0;
    log_set_before(count_warning, NULL);
    (void)snprintf(work, sizeof(work), "/tmp/fwfs-reference-XXXXXX");
    if (mkdtemp(work) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/old.bin", work);
    fill(bytes, sizeof(bytes), 1);
    put(0, bytes, sizeof(bytes));
    open_again();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    reference_close(ref);
    ref = NULL;
    log_set_before(NULL, NULL);
    (void)unlink(path);
    return rmdir(work);
}

static struct digest_value sum_of(const char *name, const void *of, size_t len)
{
    struct digest_value v;

    digest_of(digest_find(name), of, len, &v);
    return v;
}

/* Where the first of these bytes at at or behind is; -1: nowhere. */
static int64_t find(const char *name, const void *of, size_t len, uint64_t at)
{
    struct digest_value v = sum_of(name, of, len);
    uint64_t found = at;

    if (!reference_find(ref, &v, len, &found)) {
        assert_int_equal(found, at);
        return -1;
    }
    return (int64_t)found;
}

static void assert_refused(const char *name, int code, const char *words)
{
    struct reference *r = ref;
    struct err err = {0};

    assert_int_equal(reference_open(&r, name, &err), code);
    assert_null(r);
    assert_says(err.text, name);
    assert_says(err.text, words);
}

static void opens_files_only(void **state)
{
    char other[128];

    (void)state;
    (void)snprintf(other, sizeof(other), "%s/new\n\033.bin", work);
    assert_refused(other, -ENOENT, "No such file");
    assert_refused(work, -EINVAL, "plain file");
    assert_int_equal(mkfifo(other, 0600), 0);
    assert_refused(other, -EINVAL, "plain file");
    assert_int_equal(unlink(other), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(truncate(other, 0), 0);
    assert_refused(path, -EINVAL, "empty");
    assert_int_equal(truncate(other, 1), 0);
    reference_close(ref);
    assert_int_equal(reference_open(&ref, other, NULL), 0);
    assert_int_equal(reference_size(ref), 1);
    assert_says(reference_name(ref), "/new\\n\\x1b.bin");
    assert_int_equal(unlink(other), 0);
    reference_close(NULL);
}

static void reads_and_sums(void **state)
{
    const struct digest *crc = digest_find("crc32");
    struct digest_value want;
    struct digest_value got;
    uint8_t out[100];

    (void)state;
    assert_int_equal(reference_size(ref), sizeof(bytes));
    assert_int_equal(reference_read(ref, 4097, out, 100), 0);
    assert_memory_equal(out, bytes + 4097, 100);
    assert_int_equal(reference_sum(ref, crc, 0, sizeof(bytes), &got), 0);
    want = sum_of("crc32", bytes, sizeof(bytes));
    assert_true(digest_same(&got, &want));
    /* The tail, of an odd length. */
    assert_int_equal(
        reference_sum(ref, digest_find("sha256"), 300 * KIB, KIB + 77, &got),
        0);
    want = sum_of("sha256", bytes + 300 * KIB, KIB + 77);
    assert_true(digest_same(&got, &want));
    assert_int_equal(reference_sum(ref, crc, sizeof(bytes), 0, &got), 0);
    want = sum_of("crc32", bytes, 0);
    assert_true(digest_same(&got, &want));
    assert_int_equal(warnings, 0);
}

static void nothing_beyond_the_end(void **state)
{
    const struct digest *md5 = digest_find("md5");
    const uint64_t size = sizeof(bytes);
    struct digest_value got;
    uint8_t out[100];

    (void)state;
    assert_int_equal(reference_read(ref, size - 99, out, 100), -ERANGE);
    assert_int_equal(reference_read(ref, size + 1, out, 0), -ERANGE);
    assert_int_equal(reference_read(ref, UINT64_MAX, out, 100), -ERANGE);
    assert_int_equal(reference_sum(ref, md5, size - 1, 2, &got), -ERANGE);
    assert_int_equal(reference_sum(ref, md5, 1, UINT64_MAX, &got), -ERANGE);
    assert_int_equal(warnings, 0);
}

/* Each window of each length, also one that begins in the last unit. */
static void finds_what_moved(void **state)
{
    (void)state;
    for (size_t len = REFERENCE_FIND_MIN; len <= REFERENCE_FIND_MAX; len *= 2) {
        for (size_t at = 0; at + len <= sizeof(bytes); at += KIB)
            assert_int_equal(find("crc32", bytes + at, len, 0), at);
        assert_int_equal(find("crc32", bytes + 512, len, 0), -1);
        assert_int_equal(find("crc32", bytes + KIB, len, KIB), KIB);
        assert_int_equal(find("crc32", bytes + KIB, len, KIB + 1), -1);
    }
}

static void other_sums_at_their_own_step(void **state)
{
    static const char *const names[] = {"cksum", "md5", "sha1", "sha512"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t len = KIB; len <= 64 * KIB; len *= 8) {
            assert_int_equal(find(names[i], bytes + 3 * len, len, 1), 3 * len);
            assert_int_equal(find(names[i], bytes + 3 * len + 512, len, 0), -1);
        }
    assert_int_equal(find("md5", bytes + KIB, 4 * KIB, 0), -1);
}

static void the_whole_sum_counts(void **state)
{
    struct digest_value v = sum_of("md5", bytes, KIB);
    uint64_t at = 0;

    (void)state;
    assert_true(reference_find(ref, &v, KIB, &at));
    v.bytes[15] ^= 1;
    assert_false(reference_find(ref, &v, KIB, &at));
    v = sum_of("crc32", bytes, KIB);
    assert_false(reference_find(ref, &v, 2 * KIB, &at));
}

static void odd_questions(void **state)
{
    uint64_t at = sizeof(bytes);
    struct digest_value v;

    (void)state;
    assert_int_equal(find("crc32", bytes, 512, 0), -1);
    assert_int_equal(find("crc32", bytes, 3 * KIB, 0), -1);
    assert_int_equal(find("crc32", bytes, 128 * KIB, 0), -1);
    assert_int_equal(find("crc32", bytes, 0, 0), -1);
    v = sum_of("crc32", bytes, KIB);
    assert_false(reference_find(ref, &v, KIB, &at));
    at = UINT64_MAX;
    assert_false(reference_find(ref, &v, KIB, &at));
    /* A file that no window fits in. */
    assert_int_equal(truncate(path, 700), 0);
    open_again();
    assert_int_equal(find("crc32", bytes, KIB, 0), -1);
    assert_int_equal(find("md5", bytes, KIB, 0), -1);
    assert_int_equal(warnings, 0);
}

static void equal_places_in_turn(void **state)
{
    (void)state;
    put(40 * KIB, bytes + 9 * KIB, 8 * KIB);
    put(131 * KIB, bytes + 9 * KIB, 8 * KIB);
    assert_int_equal(find("crc32", bytes + 9 * KIB, 8 * KIB, 0), 9 * KIB);
    assert_int_equal(find("crc32", bytes + 9 * KIB, 8 * KIB, 9 * KIB + 1),
                     40 * KIB);
    assert_int_equal(find("crc32", bytes + 9 * KIB, 8 * KIB, 41 * KIB),
                     131 * KIB);
    assert_int_equal(find("crc32", bytes + 9 * KIB, 8 * KIB, 132 * KIB), -1);
}

static void blank_is_not_looked_for(void **state)
{
    static uint8_t blank[192 * 1024];

    (void)state;
    memset(blank, 0xff, 64 * KIB);
    put(64 * KIB, blank, sizeof(blank));
    for (size_t len = KIB; len <= 64 * KIB; len *= 2) {
        assert_int_equal(find("crc32", blank, len, 0), -1);
        assert_int_equal(find("crc32", blank + 64 * KIB, len, 0), -1);
        assert_int_equal(find("sha1", blank, len, 0), -1);
    }
    /* Two halves, each of them blank. */
    assert_int_equal(find("crc32", blank + 63 * KIB, 2 * KIB, 0), 127 * KIB);
    assert_int_equal(find("crc32", blank + 32 * KIB, 64 * KIB, 0), 96 * KIB);
    /* All but the last byte. */
    blank[KIB - 1] = 0;
    put(100 * KIB, blank, KIB);
    assert_int_equal(find("crc32", blank, KIB, 0), 100 * KIB);
    assert_int_equal(find("md5", blank, KIB, 0), 100 * KIB);
}

static void becomes_shorter(void **state)
{
    uint8_t out[16];
    struct digest_value v;

    (void)state;
    assert_int_equal(find("crc32", bytes + 200 * KIB, 4 * KIB, 0), 200 * KIB);
    assert_int_equal(truncate(path, 150 * 1024 + 5), 0);
    assert_int_equal(reference_size(ref), sizeof(bytes));
    assert_int_equal(find("crc32", bytes + 200 * KIB, 4 * KIB, 0), -1);
    assert_int_equal(find("crc32", bytes + 149 * KIB, KIB, 0), 149 * KIB);
    assert_int_equal(find("crc32", bytes + 150 * KIB, KIB, 0), -1);
    assert_int_equal(warnings, 0);
    assert_int_equal(reference_read(ref, 150 * KIB, out, 5), 0);
    assert_int_equal(reference_read(ref, 150 * KIB, out, 6), -EIO);
    assert_int_equal(reference_sum(ref, digest_find("md5"), 0, 200 * KIB, &v),
                     -EIO);
    assert_int_equal(warnings, 1);
    /* To nothing, which is how a block device looks. */
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(find("crc32", bytes, KIB, 0), -1);
    assert_int_equal(reference_read(ref, 0, out, 1), -EIO);
    assert_int_equal(warnings, 1);
    assert_int_equal(reference_read(ref, 0, out, 0), 0);
}

static void set_time(time_t seconds)
{
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void changes(void **state)
{
    uint8_t other[2048];

    (void)state;
    set_time(1000000);
    assert_int_equal(find("crc32", bytes + 8 * KIB, 2 * KIB, 0), 8 * KIB);
    for (unsigned i = 0; i < 7; i++) {
        fill(other, sizeof(other), 100 + i);
        put(8 * KIB, other, sizeof(other));
        set_time((time_t)1000001 + i);
        assert_int_equal(find("crc32", other, 2 * KIB, 0), 8 * KIB);
        assert_int_equal(find("md5", other, 2 * KIB, 0), 8 * KIB);
        assert_int_equal(find("crc32", bytes + 8 * KIB, 2 * KIB, 0), -1);
    }
    /* Too often: what is new is not found, but nothing wrong is. */
    fill(other, sizeof(other), 200);
    put(8 * KIB, other, sizeof(other));
    set_time(1000020);
    assert_int_equal(find("crc32", other, 2 * KIB, 0), -1);
    fill(other, sizeof(other), 106);
    assert_int_equal(find("crc32", other, 2 * KIB, 0), -1);
    assert_int_equal(find("crc32", bytes, 2 * KIB, 0), 0);
}

/* A change that the time does not tell. */
static void a_hit_is_looked_at_again(void **state)
{
    (void)state;
    set_time(1000000);
    assert_int_equal(find("crc32", bytes + 8 * KIB, 2 * KIB, 0), 8 * KIB);
    put(40 * KIB, bytes + 8 * KIB, 2 * KIB);
    set_time(1000001);
    assert_int_equal(find("crc32", bytes + 8 * KIB, 2 * KIB, 0), 8 * KIB);
    put(8 * KIB, "other", 5);
    set_time(1000001);
    assert_int_equal(find("crc32", bytes + 8 * KIB, 2 * KIB, 0), 40 * KIB);
}

/* Too many windows for each KiB: the step is 2 KiB, for more windows than one
 * of them long, too. */
static void above_64_mib(void **state)
{
    (void)state;
    assert_int_equal(truncate(path, 65 * MIB), 0);
    put(64 * MIB - 10 * KIB, bytes, 100 * KIB);
    open_again();
    assert_int_equal(reference_size(ref), 65 * MIB);
    for (size_t len = KIB; len <= 64 * KIB; len *= 2) {
        assert_int_equal(find("crc32", bytes + 4 * KIB, len, MIB),
                         64 * MIB - 6 * KIB);
        assert_int_equal(find("crc32", bytes + 5 * KIB, len, MIB), -1);
    }
    assert_int_equal(find("md5", bytes, KIB, 0), -1);
    /* At 64 MiB it is still found everywhere, by other sums, too. */
    assert_int_equal(truncate(path, 64 * MIB), 0);
    open_again();
    assert_int_equal(find("crc32", bytes + 9 * KIB, KIB, MIB), 64 * MIB - KIB);
    assert_int_equal(find("cksum", bytes + 9 * KIB, KIB, MIB), 64 * MIB - KIB);
}

/* A step of 16 MiB: 65536 KiB are read of a tebibyte. */
static void a_very_large_one(void **state)
{
    const uint64_t size = (uint64_t)1 << 40;

    (void)state;
    assert_int_equal(truncate(path, (off_t)size), 0);
    put(size - 48 * MIB, bytes, 2 * KIB);
    open_again();
    assert_int_equal(find("crc32", bytes, KIB, MIB), size - 48 * MIB);
    assert_int_equal(find("crc32", bytes + KIB, KIB, 0), -1);
}

static void speed(void **state)
{
    static uint8_t image[16 * 1024 * 1024];
    struct timespec a;
    struct timespec b;

    (void)state;
    fill(image, sizeof(image), 7);
    put(0, image, sizeof(image));
    open_again();
    (void)clock_gettime(CLOCK_MONOTONIC, &a);
    for (size_t len = KIB; len <= 64 * KIB; len *= 2)
        assert_int_equal(find("crc32", image + 5 * MIB, len, 1), 5 * MIB);
    (void)clock_gettime(CLOCK_MONOTONIC, &b);
    print_message("16 MiB, crc32, all lengths: %.1f ms\n",
                  (double)(b.tv_sec - a.tv_sec) * 1e3 +
                      (double)(b.tv_nsec - a.tv_nsec) / 1e6);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_files_only),
        TEST(reads_and_sums),
        TEST(nothing_beyond_the_end),
        TEST(finds_what_moved),
        TEST(other_sums_at_their_own_step),
        TEST(the_whole_sum_counts),
        TEST(odd_questions),
        TEST(equal_places_in_turn),
        TEST(blank_is_not_looked_for),
        TEST(becomes_shorter),
        TEST(changes),
        TEST(a_hit_is_looked_at_again),
        TEST(above_64_mib),
        TEST(a_very_large_one),
        TEST(speed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
