// SPDX-License-Identifier: BSD-2-Clause
// Blocks keep what was put, over restarts too, and never give a wrong byte.

#include "store_util.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <zlib.h>

#define LAST 200U /* the short block */

static uint64_t entry_at(uint64_t n)
{
    return STATE_HEADER_SIZE + n * STATE_ENTRY_SIZE;
}

static void gives_back_what_was_put(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    assert_int_equal(blocks_size(b), SIZE);
    assert_int_equal(blocks_count(b), LAST + 1);
    assert_int_equal(blocks_length(b, 0), BLOCK_SIZE);
    assert_int_equal(blocks_length(b, LAST), 100);
    assert_false(get_block(b, 1, 0));
    for (uint64_t n = 0; n <= LAST; n++)
        put_from(b, 1, n);
    assert_true(get_right(b, 1, 0, SIZE));
    assert_true(get_right(b, 1, 0, 0));
    assert_true(get_right(b, 1, SIZE, 0));
    assert_true(get_right(b, 1, SIZE - 1, 1));
    assert_true(get_right(b, 1, 511, 2));
    assert_true(get_right(b, 1, 511, AT(32)));
    assert_true(get_right(b, 1, 700, 90000));
    put_from(b, 2, 5);
    assert_true(get_block(b, 2, 5));
    blocks_close(b);
}

static void an_absent_block_spoils_the_range(void **state)
{
    struct blocks *b = open_medium();
    uint8_t byte;

    (void)state;
    put_from(b, 1, 3);
    put_from(b, 1, 5);
    assert_int_equal(blocks_get(b, AT(3), &byte, 1), 0);
    assert_false(get_right(b, 1, AT(3), BLOCK_SIZE + 1));
    assert_false(get_right(b, 1, AT(4), 1));
    assert_false(get_right(b, 1, AT(3), AT(3)));
    blocks_close(b);
}

static void states_move_as_told(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    blocks_confirm(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    blocks_mark_bad(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_BAD);
    blocks_confirm(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_BAD);
    assert_false(get_block(b, 1, 1));
    put_from(b, 1, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_GOOD);
    blocks_mark_bad(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_GOOD);
    blocks_confirm(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_CONFIRMED);
    blocks_mark_bad(b, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_CONFIRMED);
    put_from(b, 1, 1);
    assert_int_equal(blocks_state(b, 1), BLOCK_GOOD);
    blocks_close(b);
}

static uint64_t count_slowly(const struct blocks *b, uint64_t offset,
                             uint64_t len, uint64_t *bad)
{
    uint64_t known = 0;

    *bad = 0;
    for (uint64_t at = offset; at < offset + len; at++) {
        enum block_state s = blocks_state(b, at / BLOCK_SIZE);

        known += s == BLOCK_GOOD || s == BLOCK_CONFIRMED;
        *bad += s == BLOCK_BAD;
    }
    return known;
}

static void counts_bytes(void **state)
{
    /* Three chunks of the table, the middle one untouched. */
    uint64_t size = UINT64_C(2) * AT(4096) + 3000;
    struct blocks *b = open_memory_medium(size);
    unsigned seed = 1;

    (void)state;
    for (uint64_t n = 0; n < blocks_count(b); n++) {
        if (n >= 4096 && n < 8192)
            continue;
        if (n % 7 < 4)
            put_from(b, 1, n);
        if (n % 7 == 4)
            blocks_mark_bad(b, n);
        if (n % 5 == 0)
            blocks_confirm(b, n);
    }
    for (int i = 0; i < 300; i++) {
        uint64_t len = (uint64_t)rand_r(&seed) % (i % 2 ? 2000 : 60000);
        uint64_t room = (uint64_t)rand_r(&seed) % size;
        uint64_t offset = i % 3 ? size - len : (len < room ? room - len : 0);
        uint64_t bad;
        uint64_t bad_slowly;
        uint64_t known = count_slowly(b, offset, len, &bad_slowly);

        assert_int_equal(blocks_known(b, offset, len, &bad), known);
        assert_int_equal(bad, bad_slowly);
        assert_int_equal(blocks_have(b, offset, len), known == len);
    }
    assert_int_equal(blocks_known(b, size, 0, NULL), 0);
    assert_true(blocks_have(b, 0, AT(4)));
    assert_false(blocks_have(b, 0, AT(4) + 1));
    blocks_close(b);
}

static void survives_a_restart(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    for (uint64_t n = 0; n <= LAST; n += 2)
        put_from(b, 1, n);
    blocks_confirm(b, 8);
    blocks_mark_bad(b, 9);
    sync_close(b);
    b = open_medium();
    for (uint64_t n = 0; n <= LAST; n++)
        assert_int_equal(get_block(b, 1, n), n % 2 == 0);
    assert_int_equal(blocks_state(b, 8), BLOCK_CONFIRMED);
    assert_int_equal(blocks_state(b, 10), BLOCK_GOOD);
    assert_int_equal(blocks_state(b, 9), BLOCK_ABSENT);
    blocks_close(b);
}

static void is_absent_until_synced(void **state)
{
    struct blocks *b = open_medium();

    (void)state;
    put_from(b, 1, 1);
    assert_int_equal(blocks_sync(b, NULL), 0);
    put_from(b, 1, 2);
    put_from(b, 2, 1);
    blocks_close(b);
    b = open_medium();
    assert_false(get_block(b, 1, 2));
    /* Known by its old checksum, which its new bytes do not have. */
    assert_false(get_block(b, 1, 1));
    assert_int_equal(blocks_state(b, 1), BLOCK_ABSENT);
    blocks_close(b);
}

static void a_killed_writer_leaves_no_wrong_byte(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 20; round++) {
        struct blocks *b;
        pid_t pid = fork();
        int status;

        if (pid == 0) {
            b = open_medium();
            for (uint64_t n = 0; n < 10 * (round + 1); n++) {
                put_from(b, 1, n % LAST);
                if (n % 25 == 24)
                    (void)blocks_sync(b, NULL);
            }
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        b = open_medium();
        for (uint64_t n = 0; n <= LAST; n++) {
            bool synced = n < (10 * (round + 1)) / 25 * 25;

            assert_true(get_block(b, 1, n) || !synced);
        }
        blocks_close(b);
    }
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
    struct table_entry entry = {0x12345678, BLOCK_CONFIRMED};
    uint8_t whole[STATE_ENTRY_SIZE];
    uint8_t torn[STATE_ENTRY_SIZE];

    (void)state;
    state_entry_encode(whole, 99, 5, entry);
    assert_int_equal(state_entry_decode(whole, 99, 5).state, BLOCK_CONFIRMED);
    assert_int_equal(state_entry_decode(whole, 99, 5).crc, entry.crc);
    assert_int_equal(state_entry_decode(whole, 99, 6).state, BLOCK_ABSENT);
    assert_int_equal(state_entry_decode(whole, 98, 5).state, BLOCK_ABSENT);
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

static void expect_anew(const struct blocks_spec *spec)
{
    struct blocks *b = open_spec(spec);

    assert_int_equal(blocks_known(b, 0, blocks_size(b), NULL), 0);
    put_from(b, 1, 2);
    sync_close(b);
    b = open_spec(spec);
    assert_true(get_block(b, 1, 2));
    blocks_close(b);
    assert_true(exists("flash.state.old"));
    assert_int_equal(unlinkat(work_dir, "flash.state.old", 0), 0);
}

static void set_version(uint8_t version)
{
    uint8_t header[STATE_HEADER_SIZE];
    struct blocks_spec spec = spec_of(SIZE);
    int fd = openat(work_dir, "flash.state", O_RDWR);

    state_header_encode(header, &spec.key);
    header[8] = version;
    /* The checksum of bytes 0 to 59, so that only the version is odd. */
    for (int i = 0; i < 4; i++)
        header[60 + i] = (uint8_t)(crc32(0, header, 60) >> (8 * i));
    assert_int_equal(file_write(fd, header, sizeof(header), 0), 0);
    (void)close(fd);
}

static void a_state_file_that_does_not_fit_is_set_aside(void **state)
{
    struct blocks_spec spec = spec_of(SIZE);
    struct blocks *b = open_medium();

    (void)state;
    put_from(b, 1, 1);
    sync_close(b);
    spec.key.base++;
    expect_anew(&spec);
    spec.key.size -= BLOCK_SIZE;
    expect_anew(&spec);
    spec.key.identity++;
    expect_anew(&spec);
    flip("flash.state", 45, 1);
    expect_anew(&spec);
    cut_file("flash.state", STATE_HEADER_SIZE - 1);
    expect_anew(&spec);
    set_version(0);
    expect_anew(&spec);
    set_version(2);
    expect_anew(&spec);
}

static void an_empty_state_file_is_a_fresh_one(void **state)
{
    struct blocks *b;

    (void)state;
    close(openat(work_dir, "flash.state", O_WRONLY | O_CREAT, 0600));
    b = open_medium();
    put_from(b, 1, 1);
    sync_close(b);
    assert_false(exists("flash.state.old"));
    b = open_medium();
    assert_true(get_block(b, 1, 1));
    blocks_close(b);
}

static void looking_changes_nothing(void **state)
{
    struct blocks_spec spec = spec_of(SIZE);
    struct blocks *b = NULL;
    struct stat st;

    (void)state;
    assert_int_equal(blocks_open(&b, &spec, NULL), 0);
    blocks_close(b);
    assert_false(exists("flash.state"));
    assert_false(exists("flash.data"));
    b = open_medium();
    put_from(b, 1, 0);
    put_from(b, 1, 5);
    sync_close(b);
    cut_file("flash.data", BLOCK_SIZE);
    assert_int_equal(blocks_open(&b, &spec, NULL), 0);
    assert_true(get_block(b, 1, 0));
    assert_int_equal(blocks_state(b, 5), BLOCK_ABSENT);
    blocks_close(b);
    assert_int_equal(fstatat(work_dir, "flash.data", &st, 0), 0);
    assert_int_equal(st.st_size, BLOCK_SIZE);
    spec.key.base++;
    assert_int_equal(blocks_open(&b, &spec, NULL), 0);
    blocks_close(b);
    assert_false(exists("flash.state.old"));
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
    blocks_confirm(b, 8);
    limit_files(AT(2));
    assert_int_equal(blocks_put(b, 8, other, &err), -EFBIG);
    assert_non_null(strstr(err.text, "flash at 0x1000"));
    assert_non_null(strstr(err.text, strerror(EFBIG)));
    assert_int_equal(blocks_put(b, 9, other, NULL), -EFBIG);
    limit_files(RLIM_INFINITY);
    assert_int_equal(blocks_state(b, 8), BLOCK_CONFIRMED);
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

static void a_tebibyte_opens(void **state)
{
    struct blocks_spec spec = spec_of(UINT64_C(1) << 40);
    uint64_t last = (UINT64_C(1) << 31) - 1;
    struct blocks *b = open_spec(&spec);
    struct stat st;

    (void)state;
    put_from(b, 1, 0);
    put_from(b, 1, last);
    sync_close(b);
    assert_int_equal(fstatat(work_dir, "flash.data", &st, 0), 0);
    assert_int_equal(st.st_size, INT64_C(1) << 40);
    assert_true(st.st_blocks < 1000);
    b = open_spec(&spec);
    assert_true(get_block(b, 1, 0));
    assert_true(get_block(b, 1, last));
    assert_int_equal(blocks_known(b, 0, spec.key.size, NULL), AT(2));
    blocks_close(b);
}

static void memory_leaves_no_file(void **state)
{
    struct blocks *b = open_memory_medium(UINT64_C(1) << 40);

    (void)state;
    put_from(b, 1, 123456);
    assert_int_equal(blocks_sync(b, NULL), 0);
    assert_true(get_block(b, 1, 123456));
    assert_false(exists("flash.data"));
    assert_false(exists("flash.state"));
    blocks_close(b);
}

struct race {
    struct blocks *blocks;
    atomic_bool done;
    atomic_uint seen;
};

/* Each byte of a block is the same, so that a mixture shows. */
static void *read_along(void *arg)
{
    struct race *race = arg;
    uint8_t bytes[AT(2)];

    while (!atomic_load(&race->done)) {
        (void)blocks_known(race->blocks, 0, SIZE, NULL);
        if (blocks_get(race->blocks, 0, bytes, sizeof(bytes)) < 0)
            continue;
        atomic_fetch_add(&race->seen, 1);
        for (size_t i = 1; i < sizeof(bytes); i++) {
            if (i != BLOCK_SIZE && bytes[i] != bytes[i - 1])
                return "mixed";
        }
    }
    return NULL;
}

static void readers_beside_the_writer_see_whole_blocks(void **state)
{
    struct race race = {.blocks = open_medium()};
    pthread_t readers[2];
    uint8_t bytes[BLOCK_SIZE];
    void *result;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_along, &race),
                         0);
    for (unsigned i = 0; i < 5000 || atomic_load(&race.seen) < 10; i++) {
        memset(bytes, (int)(i % 200), sizeof(bytes));
        assert_int_equal(blocks_put(race.blocks, i % 2, bytes, NULL), 0);
        if (i % 500 == 0)
            assert_int_equal(blocks_sync(race.blocks, NULL), 0);
    }
    /* None of that was damage: both blocks are still known. */
    assert_true(blocks_have(race.blocks, 0, sizeof(bytes) * 2));
    atomic_store(&race.done, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(readers[i], &result), 0);
        assert_null(result);
    }
    blocks_close(race.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(gives_back_what_was_put),
        STORE_TEST(an_absent_block_spoils_the_range),
        STORE_TEST(states_move_as_told),
        STORE_TEST(counts_bytes),
        STORE_TEST(survives_a_restart),
        STORE_TEST(is_absent_until_synced),
        STORE_TEST(a_killed_writer_leaves_no_wrong_byte),
        STORE_TEST(a_flipped_bit_makes_absent),
        STORE_TEST(a_file_cut_while_open_makes_absent),
        STORE_TEST(a_damaged_entry_reads_as_absent),
        STORE_TEST(a_torn_entry_reads_as_absent),
        STORE_TEST(strayed_entries_read_as_absent),
        STORE_TEST(short_files_lose_only_their_tail),
        STORE_TEST(a_state_file_that_does_not_fit_is_set_aside),
        STORE_TEST(an_empty_state_file_is_a_fresh_one),
        STORE_TEST(looking_changes_nothing),
        STORE_TEST(a_refused_put_leaves_the_block),
        STORE_TEST(a_failed_sync_is_made_up_for),
        STORE_TEST(a_medium_that_is_too_large_is_refused),
        STORE_TEST(odd_files_are_refused),
        STORE_TEST(a_tebibyte_opens),
        STORE_TEST(memory_leaves_no_file),
        STORE_TEST(readers_beside_the_writer_see_whole_blocks),
    };

    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
