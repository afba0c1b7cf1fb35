// SPDX-License-Identifier: BSD-2-Clause
// Tests of large media: what they cost, and what is kept so that it is little.

#include "store_util.h"

#define LARGE  (UINT64_C(128) << 30)
#define COUNT  300U /* blocks put, each in a chunk of its own */
#define STEP   (LARGE / BLOCK_SIZE / COUNT)
#define KNOWN  ((uint64_t)COUNT * BLOCK_SIZE)
#define COUNTS "flash.counts"

static struct blocks *open_large(void)
{
    struct blocks_spec spec = spec_of(LARGE);

    return open_spec(&spec);
}

static struct blocks *look_at_large(void)
{
    struct blocks_spec spec = spec_of(LARGE);
    struct err err = {""};
    struct blocks *b = NULL;

    spec.read_only = true;
    if (blocks_open(&b, &spec, &err) < 0)
        fail_msg("%s", err.text);
    return b;
}

static void end_close(struct blocks *b)
{
    assert_int_equal(blocks_sync(b, NULL), 0);
    blocks_end(b);
    blocks_close(b);
}

static void fill_large(void)
{
    struct blocks *b = open_large();

    for (uint64_t i = 0; i < COUNT; i++) {
        put_from(b, 1, i * STEP);
        if (i % 2 == 0)
            blocks_confirm(b, i * STEP, BLOCK_CHECKSUM);
    }
    end_close(b);
}

static void all_there(struct blocks *b)
{
    uint64_t bytes[BLOCK_STATES];
    uint64_t n = 1;

    blocks_tally(b, 0, LARGE, bytes);
    assert_int_equal(bytes[BLOCK_GOOD], KNOWN / 2);
    assert_int_equal(bytes[BLOCK_CHECKSUM], KNOWN / 2);
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_true(get_block(b, 1, i * STEP));
        assert_false(get_block(b, 1, i * STEP + 1));
    }
    assert_true(blocks_find(b, BLOCK_CHECKSUM, &n));
    assert_int_equal(n, 2 * STEP);
    assert_true(blocks_nth_known(b, COUNT - 1, &n));
    assert_int_equal(n, (COUNT - 1) * STEP);
    assert_false(blocks_nth_known(b, COUNT, &n));
}

/* Kilobytes that this process has in memory. */
static long resident(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    char line[128];
    const char *second;

    assert_non_null(f);
    assert_non_null(fgets(line, sizeof(line), f));
    (void)fclose(f);
    second = strchr(line, ' ');
    assert_non_null(second);
    return strtol(second, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static void costs_next_to_nothing(void **state)
{
    enum block_state s;
    struct blocks *b;
    long before;

    (void)state;
    fill_large();
    before = resident();
    b = open_large();
    all_there(b);
    /* A page of counts and 2.6 KiB of states for each block. */
    if (getenv("FWFS_SAN") == NULL && getenv("FWFS_PATIENCE") == NULL)
        assert_in_range(resident() - before, 0, COUNT * 8);
    assert_int_equal(blocks_run(b, 1, blocks_count(b), &s), STEP - 1);
    assert_int_equal(s, BLOCK_ABSENT);
    blocks_close(b);
}

static void counts_are_kept_while_nobody_writes(void **state)
{
    struct blocks *b;

    (void)state;
    fill_large();
    assert_true(exists(COUNTS));
    b = look_at_large();
    assert_true(exists(COUNTS));
    all_there(b);
    blocks_close(b);
    b = open_large();
    assert_false(exists(COUNTS));
    all_there(b);
    blocks_close(b); /* as after a crash */
    assert_false(exists(COUNTS));
    b = look_at_large();
    all_there(b);
    blocks_close(b);
    b = open_large();
    all_there(b);
    end_close(b);
    assert_true(exists(COUNTS));
}

static void counts_that_do_not_fit_are_of_no_use(void **state)
{
    uint64_t bytes[BLOCK_STATES];
    struct blocks *b;

    (void)state;
    fill_large();
    /* An entry of the state file is gone, and the file has another time. */
    flip("flash.state", 64 + 4, 'C');
    b = look_at_large();
    blocks_tally(b, 0, LARGE, bytes);
    assert_int_equal(bytes[BLOCK_CHECKSUM], KNOWN / 2 - BLOCK_SIZE);
    blocks_close(b);
    flip("flash.state", 64 + 4, 'C');
    b = look_at_large();
    all_there(b);
    blocks_close(b);
}

/* Where they fit they are used, and are put right by what is read. */
static void counts_are_believed_until_states_are_read(void **state)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
    uint64_t bytes[BLOCK_STATES];
    struct blocks *b;
    struct stat st;

    (void)state;
    fill_large();
    assert_int_equal(fstatat(work_dir, "flash.state", &st, 0), 0);
    flip("flash.state", 64 + 4, 'C');
    times[1] = st.st_mtim;
    assert_int_equal(utimensat(work_dir, "flash.state", times, 0), 0);
    b = look_at_large();
    assert_int_equal(blocks_known(b, 0, LARGE, NULL), KNOWN);
    assert_false(get_block(b, 1, 0));
    blocks_tally(b, 0, LARGE, bytes);
    assert_int_equal(bytes[BLOCK_GOOD], KNOWN / 2);
    assert_int_equal(bytes[BLOCK_CHECKSUM], KNOWN / 2 - BLOCK_SIZE);
    blocks_close(b);
}

/* Whatever is in there, nothing is lost and nothing is made up. */
static void damaged_counts_do_no_harm(void **state)
{
    struct stat st;
    struct blocks *b;

    (void)state;
    fill_large();
    assert_int_equal(fstatat(work_dir, COUNTS, &st, 0), 0);
    for (off_t at = 0; at < st.st_size; at += at < 64 ? 1 : 97) {
        flip(COUNTS, (uint64_t)at, (uint8_t)(1U << at % 8));
        b = look_at_large();
        all_there(b);
        blocks_close(b);
        flip(COUNTS, (uint64_t)at, (uint8_t)(1U << at % 8));
    }
    cut_file(COUNTS, st.st_size - 12);
    b = look_at_large();
    all_there(b);
    blocks_close(b);
}

static void counts_are_no_link(void **state)
{
    struct blocks *b;

    (void)state;
    fill_large();
    assert_int_equal(renameat(work_dir, COUNTS, work_dir, "elsewhere"), 0);
    assert_int_equal(symlinkat("elsewhere", work_dir, COUNTS), 0);
    assert_int_equal(symlinkat("elsewhere", work_dir, COUNTS ".tmp"), 0);
    b = open_large();
    all_there(b);
    end_close(b);
    assert_true(exists("elsewhere"));
    assert_true(exists(COUNTS));
    assert_int_equal(unlinkat(work_dir, "elsewhere", 0), 0);
    b = look_at_large();
    all_there(b);
    blocks_close(b);
}

/* The data file lost its end; what it had is absent for good, also when the
 * file is long again. */
static void bytes_that_are_gone(void **state)
{
    struct blocks *b;
    uint64_t known;

    (void)state;
    fill_large();
    cut_file("flash.data", (off_t)(AT(STEP) + 600));
    b = look_at_large();
    known = blocks_known(b, 0, LARGE, NULL);
    blocks_close(b);
    assert_int_equal(known, AT(2));
    b = open_large();
    assert_int_equal(blocks_known(b, 0, LARGE, NULL), AT(2));
    assert_true(get_block(b, 1, STEP));
    assert_false(get_block(b, 1, 2 * STEP));
    put_from(b, 1, 2 * STEP);
    end_close(b);
    b = open_large();
    assert_int_equal(blocks_known(b, 0, LARGE, NULL), AT(3));
    assert_int_equal(blocks_state(b, 3 * STEP), BLOCK_ABSENT);
    assert_true(get_block(b, 1, 2 * STEP));
    blocks_close(b);
}

static void all_is_doubted(void **state)
{
    uint64_t bytes[BLOCK_STATES];
    struct blocks *b;

    (void)state;
    fill_large();
    b = open_large();
    blocks_doubt(b);
    blocks_tally(b, 0, LARGE, bytes);
    assert_int_equal(bytes[BLOCK_GOOD], KNOWN);
    end_close(b);
    b = open_large();
    blocks_tally(b, 0, LARGE, bytes);
    assert_int_equal(bytes[BLOCK_GOOD], KNOWN);
    assert_true(get_block(b, 1, 0));
    blocks_close(b);
}

/* Counts of a part are none of the whole, nor the other way round. */
static void counts_are_of_a_size(void **state)
{
    struct blocks_spec part = spec_of(LARGE - STEP * BLOCK_SIZE * 2);
    struct blocks *b;

    (void)state;
    fill_large();
    for (int round = 0; round < 2; round++) {
        b = open_spec(&part);
        assert_int_equal(blocks_known(b, 0, part.key.size, NULL),
                         KNOWN - AT(1));
        end_close(b);
        assert_true(exists(COUNTS));
        b = open_large();
        all_there(b);
        end_close(b);
        assert_true(exists(COUNTS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(costs_next_to_nothing),
        STORE_TEST(counts_are_kept_while_nobody_writes),
        STORE_TEST(counts_are_of_a_size),
        STORE_TEST(counts_that_do_not_fit_are_of_no_use),
        STORE_TEST(counts_are_believed_until_states_are_read),
        STORE_TEST(damaged_counts_do_no_harm),
        STORE_TEST(counts_are_no_link),
        STORE_TEST(bytes_that_are_gone),
        STORE_TEST(all_is_doubted),
    };

    return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
