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

static void reads(void **state)
{
    uint8_t out[100];

    (void)state;
    assert_int_equal(reference_size(ref), sizeof(bytes));
    assert_int_equal(reference_read(ref, 4097, out, 100), 0);
    assert_memory_equal(out, bytes + 4097, 100);
    assert_int_equal(warnings, 0);
}

static void nothing_beyond_the_end(void **state)
{
    const uint64_t size = sizeof(bytes);
    uint8_t out[100];

    (void)state;
    assert_int_equal(reference_read(ref, size - 99, out, 100), -ERANGE);
    assert_int_equal(reference_read(ref, size + 1, out, 0), -ERANGE);
    assert_int_equal(reference_read(ref, UINT64_MAX, out, 100), -ERANGE);
    assert_int_equal(warnings, 0);
}

static void becomes_shorter(void **state)
{
    uint8_t out[16];

    (void)state;
    assert_int_equal(truncate(path, 150 * 1024 + 5), 0);
    assert_int_equal(reference_size(ref), sizeof(bytes));
    assert_int_equal(reference_read(ref, 150 * KIB, out, 5), 0);
    assert_int_equal(reference_read(ref, 150 * KIB, out, 6), -EIO);
    assert_int_equal(warnings, 1);
    /* To nothing, which is how a block device looks. */
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(reference_read(ref, 0, out, 1), -EIO);
    assert_int_equal(warnings, 1);
    assert_int_equal(reference_read(ref, 0, out, 0), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_files_only),
        TEST(reads),
        TEST(nothing_beyond_the_end),
        TEST(becomes_shorter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
