// SPDX-License-Identifier: BSD-2-Clause
// Damaged or refused files lose blocks, but never give a wrong byte.

#include "store_util.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <zlib.h>

#define LAST         200U /* the short block */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t entry_at(uint64_t n)
{
    return STATE_HEADER_SIZE + n * STATE_ENTRY_SIZE;
}

static void a_flipped_bit_makes_absent(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    for (uint64_t n = 0; n <= LAST; n++)
        put_from(b, 1, n);
    flip("flash.data", AT(7) + 13, 0x10);
    flip("flash.data", SIZE - 1, 0x01);
    /* Damage in a part of a block that is not asked for counts too. */
    assert_false(get_right(b, 1, AT(7), 1));
    assert_int_equal(blocks_state(b, 7), BLOCK_ABSENT);
    assert_false(get_right(b, 1, 0, SIZE));
    assert_false(get_block(b, 1, LAST));
    assert_int_equal(blocks_known(b, 0, SIZE, NULL), SIZE - BLOCK_SIZE - 100);
    sync_close(b);
    b = open_medium();
    assert_int_equal(blocks_state(b, 7), BLOCK_ABSENT);
    put_from(b, 1, 7);
    assert_true(get_right(b, 1, 0, AT(20)));
    blocks_close(b);
}

static void a_file_cut_while_open_makes_absent(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    put_from(b, 1, 0);
    put_from(b, 1, 1);
    assert_true(get_right(b, 1, 0, AT(2)));
    cut_file("flash.data", BLOCK_SIZE + 1);
    assert_false(get_right(b, 1, 0, AT(2)));
    assert_true(get_block(b, 1, 0));
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    blocks_close(b);
}

static void a_damaged_entry_reads_as_absent(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    for (uint64_t n = 0; n <= LAST; n++)
        put_from(b, 1, n);
    sync_close(b);
    for (unsigned bit = 0; bit < 64; bit++)
        flip("flash.state", entry_at(bit) + bit / 8, (uint8_t)(1U << bit % 8));
    b = open_medium();
    for (uint64_t n = 0; n < 64; n++)
        assert_int_equal(blocks_state(b, n), BLOCK_ABSENT);
    assert_true(get_right(b, 1, AT(64), SIZE - AT(64)));
    blocks_close(b);
}

static void a_torn_entry_reads_as_absent(void **state)
{
    struct table_entry entry = {0x12345678, BLOCK_CHECKSUM};
    uint8_t whole[STATE_ENTRY_SIZE];
    uint8_t torn[STATE_ENTRY_SIZE];

    (void)state;
    state_entry_encode(whole, 99, 5, entry);
    assert_int_equal(state_entry_decode(whole, 99, 5).state, BLOCK_CHECKSUM);
    assert_int_equal(state_entry_decode(whole, 99, 5).crc, entry.crc);
    assert_int_equal(state_entry_decode(whole, 99, 6).state, BLOCK_ABSENT);
    assert_int_equal(state_entry_decode(whole, 98, 5).state, BLOCK_ABSENT);
    entry.state = BLOCK_BAD; /* is not kept */
    state_entry_encode(torn, 99, 5, entry);
    assert_int_equal(state_entry_decode(torn, 99, 5).state, BLOCK_ABSENT);
    for (size_t cut = 0; cut < sizeof(torn); cut++) {
        memset(torn, 0, sizeof(torn));
        memcpy(torn, whole, cut);
        assert_int_equal(state_entry_decode(torn, 99, 5).state, BLOCK_ABSENT);
        memset(torn, 0xff, sizeof(torn));
        memcpy(torn, whole, cut);
        assert_int_equal(state_entry_decode(torn, 99, 5).state, BLOCK_ABSENT);
    }
}

static void strayed_entries_read_as_absent(void **state)
{
    struct blocks *b = open_medium();
    uint8_t entry[STATE_ENTRY_SIZE];
    size_t got;
    int fd;

    (void)state;
    put_from(b, 1, 3);
    sync_close(b);
    fd = openat(work_dir, "flash.state", O_RDWR);
    assert_int_equal(file_read(fd, entry, sizeof(entry), entry_at(3), &got), 0);
    assert_int_equal(file_write(fd, entry, sizeof(entry), entry_at(4)), 0);
    (void)close(fd);
    b = open_medium();
    assert_int_equal(blocks_state(b, 3), BLOCK_GOOD);
    assert_int_equal(blocks_state(b, 4), BLOCK_ABSENT);
    blocks_close(b);
}

static void short_files_lose_only_their_tail(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    for (uint64_t n = 0; n <= LAST; n++)
        put_from(b, 1, n);
    sync_close(b);
    cut_file("flash.data", AT(10) + 1);
    cut_file("flash.state", (off_t)entry_at(50) + 3);
    for (int round = 0; round < 2; round++) {
        b = open_medium();
        assert_true(get_right(b, 1, 0, AT(10)));
        for (uint64_t n = 10; n <= LAST; n++)
            assert_int_equal(blocks_state(b, n), BLOCK_ABSENT);
        blocks_close(b); /* without a sync: opening put it right on disk */
    }
    assert_int_equal(unlinkat(work_dir, "flash.data", 0), 0);
    b = open_medium();
    assert_int_equal(blocks_known(b, 0, SIZE, NULL), 0);
    blocks_close(b);
}

/* Nothing of it is known. Then something is, and stays. */
static void expect_anew(const struct blocks_spec *spec)
{
    struct blocks *b = open_spec(spec);

    assert_int_equal(blocks_known(b, 0, blocks_size(b), NULL), 0);
    put_from(b, 1, 2);
    sync_close(b);
    b = open_spec(spec);
    assert_true(get_block(b, 1, 2));
    blocks_close(b);
}

/* Gives a file that fits otherwise another version. */
static void set_version(const char *name, const struct state_key *key,
                        uint8_t version)
{
    uint8_t header[STATE_HEADER_SIZE];
    int fd = openat(work_dir, name, O_RDWR);

    state_header_encode(header, key);
    header[8] = version;
    /* The checksum of bytes 0 to 59, so that only the version is odd. */
    for (int i = 0; i < 4; i++)
        header[60 + i] = (uint8_t)(crc32(0, header, 60) >> (8 * i));
    assert_int_equal(file_write(fd, header, sizeof(header), 0), 0);
    (void)close(fd);
}

/* What was found under names of files, to be compared later. */
static uint32_t sum_of(const char *name)
{
    uint8_t bytes[4096];
    uint64_t at = 0;
    size_t got = 1;
    uint32_t sum = 0;
    int fd = openat(work_dir, name, O_RDONLY);

    assert_true(fd >= 0);
    while (got > 0) {
        assert_int_equal(file_read(fd, bytes, sizeof(bytes), at, &got), 0);
        sum = (uint32_t)crc32(sum, bytes, (uInt)got);
        at += got;
    }
    (void)close(fd);
    return sum;
}

/* Whatever does not fit, nothing that was kept is written to. */
static void a_state_file_that_does_not_fit_is_left_alone(void **state)
{
    static const char *const names[] = {
        "flash.state",   "flash.data",   "flash.2.state", "flash.2.data",
        "flash.3.state", "flash.3.data", "flash.4.state", "flash.4.data"};
    struct blocks_spec spec = spec_of(SIZE);
    struct blocks *b = open_medium();
    uint32_t sums[COUNT(names)];
    size_t kept = 0;

    (void)state;
    put_from(b, 1, 1);
    sync_close(b);
    for (int odd = 0; odd < 5; odd++) {
        if (odd == 1)
            spec.key.base++;
        if (odd == 2)
            spec.key.identity++;
        if (odd == 3)
            flip("flash.3.state", 45, 1);
        if (odd == 4)
            set_version("flash.4.state", &spec.key, 2);
        for (size_t i = 0; i < kept; i++)
            sums[i] = sum_of(names[i]);
        if (odd > 0)
            expect_anew(&spec);
        for (size_t i = 0; i < kept; i++)
            assert_int_equal(sum_of(names[i]), sums[i]);
        kept += odd < 4 ? 2 : 0;
    }
    assert_true(exists("flash.5.state"));
    b = open_medium();
    assert_true(get_block(b, 1, 1));
    blocks_close(b);
}

/* As a user goes back and forth with -s. */
static void each_base_has_its_own(void **state)
{
    struct blocks_spec spec[2] = {spec_of(AT(30)), spec_of(AT(30))};

    (void)state;
    spec[1].key.base += 0x10000;
    for (unsigned round = 0; round < 6; round++) {
        struct blocks *b = open_spec(&spec[round % 2]);

        for (unsigned n = 0; n < round / 2; n++) {
            assert_true(get_block(b, 1 + round % 2, n));
            assert_int_equal(blocks_state(b, n), BLOCK_CHECKSUM);
        }
        put_from(b, 1 + round % 2, round / 2);
        blocks_confirm(b, round / 2, BLOCK_CHECKSUM);
        sync_close(b);
    }
    assert_false(exists("flash.3.state"));
}

/* A medium that is only as large as the user says is not always as large. */
static void a_medium_grows_and_never_shrinks(void **state)
{
    static const uint64_t sizes[] = {AT(120), AT(40), AT(300), AT(7), AT(120)};
    struct blocks_spec spec = spec_of(AT(200));
    struct blocks *b = open_spec(&spec);

    (void)state;
    for (uint64_t n = 0; n < 200; n++) {
        put_from(b, 1, n);
        blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
    sync_close(b);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct blocks_spec now = spec_of(sizes[i]);
        uint64_t has = sizes[i] < AT(200) ? sizes[i] : AT(200);

        b = open_spec(&now);
        assert_int_equal(blocks_size(b), sizes[i]);
        assert_true(blocks_have_confirmed(b, 0, has));
        assert_int_equal(blocks_known(b, 0, sizes[i], NULL), has);
        assert_true(get_right(b, 1, 0, (size_t)has));
        put_from(b, 2, 3); /* what is written does not tell the size, either */
        put_from(b, 1, 3);
        blocks_confirm(b, 3, BLOCK_REREAD);
        sync_close(b);
    }
    b = open_spec(&spec);
    assert_true(blocks_have_confirmed(b, 0, AT(200)));
    assert_true(get_right(b, 1, 0, AT(200)));
    blocks_close(b);
    assert_false(exists("flash.2.state"));
}

/* One more would be one too many to look through: nothing is dropped for it. */
static void too_many_are_refused(void **state)
{
    struct blocks_spec spec = spec_of(AT(3));
    struct err err = {""};
    struct blocks *b = NULL;

    (void)state;
    for (unsigned i = 0; i < 99; i++) {
        spec.key.base += 0x10000;
        b = open_spec(&spec);
        put_from(b, 1, 0);
        sync_close(b);
    }
    b = open_spec(&spec);
    assert_true(get_block(b, 1, 0));
    blocks_close(b);
    spec.key.base += 0x10000;
    assert_int_equal(blocks_open(&b, &spec, &err), 0);
    assert_int_equal(blocks_begin(b, &err), -EEXIST);
    assert_non_null(strstr(err.text, "99"));
    blocks_close(b);
}

/* Also one whose header was torn: there is nothing in it to keep. */
static void an_empty_state_file_is_a_fresh_one(void **state)
{
    struct blocks *b;

    (void)state;
    sync_close(open_medium());
    cut_file("flash.state", STATE_HEADER_SIZE - 1);
    sync_close(open_medium());
    assert_false(exists("flash.2.state"));
    cut_file("flash.state", 0);
    b = open_medium();
    put_from(b, 1, 1);
    sync_close(b);
    assert_false(exists("flash.2.state"));
    b = open_medium();
    assert_true(get_block(b, 1, 1));
    blocks_close(b);
}

static bool holes_unknown;

/* As on a file system that does not tell where its files have holes. */
off_t lseek(int fd, off_t at, int whence)
{
    if (holes_unknown && whence == SEEK_DATA) {
        errno = EINVAL;
        return -1;
    }
    return syscall(SYS_lseek, fd, at, whence);
}

static void states_load_without_hole_seeking(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    put_from(b, 1, 0);
    put_from(b, 1, LAST);
    sync_close(b);
    holes_unknown = true;
    b = open_medium();
    holes_unknown = false;
    assert_true(get_block(b, 1, 0));
    assert_true(get_block(b, 1, LAST));
    assert_int_equal(blocks_known(b, 0, SIZE, NULL), BLOCK_SIZE + 100);
    blocks_close(b);
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
}

static void a_refused_put_leaves_the_block(void **state)
{
    struct blocks *b = open_medium();
    uint8_t other[BLOCK_SIZE] = {1};
    struct err err = {""};

    (void)state;
    put_from(b, 1, 8);
    blocks_confirm(b, 8, BLOCK_CHECKSUM);
    limit_files(AT(2));
    assert_int_equal(blocks_put(b, 8, other, &err), -EFBIG);
    assert_non_null(strstr(err.text, "flash at 0x1000"));
    assert_non_null(strstr(err.text, strerror(EFBIG)));
    assert_int_equal(blocks_put(b, 9, other, NULL), -EFBIG);
    limit_files(RLIM_INFINITY);
    assert_int_equal(blocks_state(b, 8), BLOCK_CHECKSUM);
    assert_true(get_block(b, 1, 8));
    assert_int_equal(blocks_state(b, 9), BLOCK_ABSENT);
    blocks_close(b);
}

static void a_failed_sync_is_made_up_for(void **state)
{
    struct blocks *b = open_medium();
    struct err err = {""};

    (void)state;
    for (uint64_t n = 0; n <= LAST; n++)
        put_from(b, 1, n);
    limit_files(entry_at(20));
    assert_int_equal(blocks_sync(b, &err), -EFBIG);
    assert_non_null(strstr(err.text, "flash.state"));
    limit_files(RLIM_INFINITY);
    sync_close(b);
    b = open_medium();
    assert_true(get_right(b, 1, 0, SIZE));
    blocks_close(b);
}

static void a_medium_that_is_too_large_is_refused(void **state)
{
    struct blocks_spec spec = spec_of(SIZE);
    struct err err = {""};
    struct blocks *b = NULL;

    (void)state;
    limit_files(BLOCK_SIZE);
    assert_int_equal(blocks_open(&b, &spec, &err), 0);
    assert_int_equal(blocks_begin(b, &err), -EFBIG);
    limit_files(RLIM_INFINITY);
    assert_non_null(strstr(err.text, "another file system"));
    blocks_close(b);
    spec.key.size = 0;
    assert_int_equal(blocks_open(&b, &spec, &err), -EINVAL);
    spec.key.size = UINT64_MAX;
    assert_int_equal(blocks_open(&b, &spec, &err), -EINVAL);
}

static void odd_files_are_refused(void **state)
{
    static const char *const names[] = {"flash.data", "flash.state"};
    struct blocks_spec spec = spec_of(SIZE);
    struct err err;
    struct blocks *b = NULL;
    struct stat st;

    (void)state;
    close(openat(work_dir, "target", O_WRONLY | O_CREAT, 0600));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(symlinkat("target", work_dir, names[i]), 0);
        assert_int_equal(blocks_open(&b, &spec, &err), -ELOOP);
        assert_non_null(strstr(err.text, names[i]));
        assert_int_equal(unlinkat(work_dir, names[i], 0), 0);
        assert_int_equal(mkfifoat(work_dir, names[i], 0600), 0);
        assert_int_equal(blocks_open(&b, &spec, &err), -EINVAL);
        assert_int_equal(unlinkat(work_dir, names[i], 0), 0);
    }
    assert_int_equal(fstatat(work_dir, "target", &st, 0), 0);
    assert_int_equal(st.st_size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_flipped_bit_makes_absent),
        STORE_TEST(a_file_cut_while_open_makes_absent),
        STORE_TEST(a_damaged_entry_reads_as_absent),
        STORE_TEST(a_torn_entry_reads_as_absent),
        STORE_TEST(strayed_entries_read_as_absent),
        STORE_TEST(short_files_lose_only_their_tail),
        STORE_TEST(a_state_file_that_does_not_fit_is_left_alone),
        STORE_TEST(each_base_has_its_own),
        STORE_TEST(a_medium_grows_and_never_shrinks),
        STORE_TEST(too_many_are_refused),
        STORE_TEST(an_empty_state_file_is_a_fresh_one),
        STORE_TEST(states_load_without_hole_seeking),
        STORE_TEST(a_refused_put_leaves_the_block),
        STORE_TEST(a_failed_sync_is_made_up_for),
        STORE_TEST(a_medium_that_is_too_large_is_refused),
        STORE_TEST(odd_files_are_refused),
    };

    return cmocka_run_group_tests_name("blocks_damage", tests, NULL, NULL);
}
