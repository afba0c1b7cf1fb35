// SPDX-License-Identifier: BSD-2-Clause
// Tests of the table of states: against a plain array, with more chunks than
// stay in memory.

#include "unit.h"

#include "store/table.h"

#define CHUNK  ((uint64_t)TABLE_CHUNK)
#define CHUNKS 9000U /* more than stay in memory, and more than a group */
#define BLOCKS (CHUNK * CHUNKS - 5)

/* What the table reads, and what it should say. */
static struct table_entry *disk;
static struct table_entry *model;
static unsigned reads;

static void read_disk(void *arg, uint64_t n, struct table_entry *out,
                      size_t count)
{
    (void)arg;
    assert_int_equal(n % CHUNK, 0);
    assert_true(count == CHUNK || n + count == BLOCKS);
    reads++;
    memcpy(out, disk + n, count * sizeof(*out));
}

static struct table_entry made_up(uint64_t n)
{
    uint64_t x = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    struct table_entry e = {.state = BLOCK_ABSENT};

    /* Chunks that are empty, all alike, mixed; a group that is empty. */
    if (n / CHUNK % 3 == 0 || (n / CHUNK >= 2048 && n / CHUNK < 3072))
        return e;
    if (n / CHUNK % 3 == 1)
        e.state = BLOCK_IMAGE;
    else if (x >> 60 < 9)
        e.state = (enum block_state)(1 + (x >> 56 & 0xf) % 5);
    if (e.state == BLOCK_BAD) /* is never on disk */
        e.state = BLOCK_GOOD;
    if (e.state != BLOCK_ABSENT)
        e.crc = (uint32_t)(x >> 16);
    return e;
}

static struct table *make(void)
{
    struct table *t = table_new(BLOCKS, read_disk, NULL);

    assert_non_null(t);
    reads = 0;
    for (uint64_t n = 0; n < BLOCKS; n++)
        disk[n] = model[n] = made_up(n);
    for (uint64_t n = 0; n < BLOCKS; n += CHUNK) {
        uint32_t count[BLOCK_STATES] = {0};
        for (uint64_t i = n; i < n + CHUNK && i < BLOCKS; i++)
            count[disk[i].state]++;
        table_expect(t, n, count);
    }
    return t;
}

static void same_entry(struct table *t, uint64_t n)
{
    struct table_entry e = table_get(t, n);

    assert_int_equal(e.state, model[n].state);
    assert_int_equal(e.crc, model[n].crc);
}

static void same_tally(struct table *t, uint64_t first, uint64_t end)
{
    uint64_t count[BLOCK_STATES] = {0};
    uint64_t wanted[BLOCK_STATES] = {0};

    table_tally(t, first, end, count);
    for (uint64_t n = first; n < end; n++)
        wanted[model[n].state]++;
    assert_memory_equal(count, wanted, sizeof(count));
}

static void same_run(struct table *t, uint64_t n, uint64_t end)
{
    enum block_state state;
    uint64_t run = table_run(t, n, end, &state);

    assert_int_equal(state, model[n].state);
    assert_true(run > 0 && run <= end - n);
    for (uint64_t i = n; i < n + run; i++)
        if (model[i].state != state)
            fail_msg("block %llu", (unsigned long long)i);
    assert_true(n + run == end || model[n + run].state != state);
}

static void same_find(struct table *t, enum block_state state, uint64_t n)
{
    uint64_t found = n;
    bool any = table_find(t, state, &found);

    while (n < BLOCKS && model[n].state != state)
        n++;
    assert_int_equal(any, n < BLOCKS);
    if (any)
        assert_int_equal(found, n);
}

static uint64_t some(unsigned *seed, uint64_t below)
{
    uint64_t x = (uint64_t)rand_r(seed) << 31 ^ (uint64_t)rand_r(seed);

    return x % below;
}

static void says_what_is_on_disk(void **state)
{
    struct table *t = make();
    unsigned seed = 1;

    (void)state;
    same_tally(t, 0, BLOCKS);
    assert_int_equal(reads, 0);
    for (int i = 0; i < 300; i++) {
        uint64_t a = some(&seed, BLOCKS);
        uint64_t b = some(&seed, BLOCKS);
        uint64_t first = a < b ? a : b;
        uint64_t end = (a < b ? b : a) + 1;

        same_entry(t, a);
        same_tally(t, first, end);
        same_run(t, first, end);
        same_find(t, (enum block_state)(i % BLOCK_STATES), a);
    }
    table_check(t, BLOCKS - 1);
    table_free(t);
}

/* A chunk that all have one state, or none, is not read to be counted. */
static void reads_what_it_must(void **state)
{
    struct table *t = make();
    uint64_t count[BLOCK_STATES] = {0};
    enum block_state s;

    (void)state;
    same_entry(t, 5); /* an empty one */
    table_tally(t, CHUNK + 3, CHUNK + 7, count);
    assert_int_equal(reads, 0);
    assert_int_equal(count[BLOCK_IMAGE], 4);
    assert_int_equal(table_run(t, CHUNK * 2048, CHUNK * 3072, &s),
                     CHUNK * 1024);
    assert_int_equal(reads, 0);
    same_entry(t, CHUNK + 3);
    same_entry(t, CHUNK + 4);
    assert_int_equal(reads, 1);
    table_free(t);
}

static void finds_by_rank(void **state)
{
    struct table *t = make();
    uint64_t rank = 0;
    uint64_t n;

    (void)state;
    for (uint64_t i = 0; i < BLOCKS; i++) {
        if (!block_state_known(model[i].state))
            continue;
        if (rank % 9973 == 0) {
            assert_true(table_nth_known(t, rank, &n));
            assert_int_equal(n, i);
        }
        rank++;
    }
    assert_false(table_nth_known(t, rank, &n));
    assert_true(table_nth_known(t, rank - 1, &n));
    table_free(t);
}

/* What is dirty goes to the disk, as blocks_sync does it. */
static unsigned write_out(struct table *t)
{
    struct table_entry out[100];
    uint64_t n = 0;
    size_t count;
    unsigned written = 0;

    while ((count = table_take_dirty(t, &n, out, 100)) > 0) {
        for (size_t i = 0; i < count; i++) {
            disk[n + i] = out[i];
            if (out[i].state == BLOCK_BAD)
                disk[n + i].state = BLOCK_ABSENT;
        }
        n += count;
        written += (unsigned)count;
    }
    return written;
}

static void set(struct table *t, uint64_t n, enum block_state state)
{
    model[n] = (struct table_entry){block_state_known(state) ? (uint32_t)n : 0,
                                    state};
    assert_true(table_set(t, n, (struct table_entry){(uint32_t)n, state}));
    table_check(t, n);
}

/* So that what may be forgotten is. */
static void ask_for_all(struct table *t)
{
    for (int i = 0; i < 2; i++)
        for (uint64_t n = 9; n < BLOCKS; n += CHUNK)
            same_entry(t, n);
}

static void changes_stay(void **state)
{
    struct table *t = make();
    unsigned seed = 2;

    (void)state;
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 3000; i++)
            set(t, some(&seed, BLOCKS),
                (enum block_state)(some(&seed, BLOCK_STATES)));
        assert_true(write_out(t) > 0);
        if (round % 2 == 0)
            table_settle(t);
        ask_for_all(t);
    }
    table_settle(t);
    for (uint64_t n = 0; n < BLOCKS; n++)
        same_entry(t, n);
    same_tally(t, 0, BLOCKS);
    assert_int_equal(table_next_dirty(t, 0), BLOCKS);
    table_free(t);
}

static void what_was_not_written_is_dirty_again(void **state)
{
    struct table *t = make();
    struct table_entry out[4];
    uint64_t n = 0;

    (void)state;
    set(t, 7, BLOCK_GOOD);
    assert_int_equal(table_take_dirty(t, &n, out, 4), 1);
    assert_int_equal(table_next_dirty(t, 0), BLOCKS);
    ask_for_all(t);
    same_entry(t, 7); /* is on no disk yet */
    table_taint(t);
    assert_int_equal(table_next_dirty(t, 0), 0);
    assert_true(write_out(t) >= 1);
    table_settle(t);
    assert_int_equal(disk[7].state, BLOCK_GOOD);
    assert_int_equal(table_next_dirty(t, 0), BLOCKS);
    /* What is settled is not tainted. */
    table_taint(t);
    assert_int_equal(table_next_dirty(t, 0), BLOCKS);
    table_free(t);
}

/* Counts are what was said to be there; a chunk that is read tells better. */
static void wrong_counts_are_put_right(void **state)
{
    struct table *t = make();
    uint64_t count[BLOCK_STATES] = {0};

    (void)state;
    disk[CHUNK + 9] = model[CHUNK + 9] = (struct table_entry){0};
    table_tally(t, CHUNK, 2 * CHUNK, count);
    assert_int_equal(count[BLOCK_IMAGE], CHUNK);
    same_entry(t, CHUNK + 9);
    same_tally(t, 0, BLOCKS);
    same_run(t, CHUNK, BLOCKS);
    table_free(t);
}

static int set_up(void **state)
{
    (void)state;
    disk = calloc(BLOCKS, sizeof(*disk));
    model = calloc(BLOCKS, sizeof(*model));
    return disk != NULL && model != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(disk);
    free(model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_on_disk),
        cmocka_unit_test(reads_what_it_must),
        cmocka_unit_test(finds_by_rank),
        cmocka_unit_test(changes_stay),
        cmocka_unit_test(what_was_not_written_is_dirty_again),
        cmocka_unit_test(wrong_counts_are_put_right),
    };

    return cmocka_run_group_tests_name("table", tests, set_up, tear_down);
}
