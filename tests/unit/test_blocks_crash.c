// SPDX-License-Identifier: BSD-2-Clause
// After a loss of power at any moment blocks are right or absent.

/*
 * pwrite and fdatasync of this program are the ones below, which note what is
 * done to the files. From the notes the files are made up as a disk may have
 * them after a loss of power: writes before the last fdatasync of their file
 * are there, of later ones some are, some are not, some are torn.
 */
#include "store_util.h"

#include <sys/syscall.h>

#define BLOCKS 24U
#define STEPS  400U

struct step {
    uint64_t at;
    size_t len;
    int fd;
    bool is_sync; /* fdatasync, else pwrite */
    bool entries; /* of the state file, else of the data file */
    uint8_t bytes[1024];
};

static struct step steps[STEPS];
static size_t step_count;
static bool noting;
static int state_fd;

/* What blocks_sync had promised after so many steps: block n holds board's
 * bytes; 0: nothing. */
struct promise {
    size_t after;
    unsigned board[BLOCKS];
};

static struct promise promises[STEPS];
static size_t promise_count;

static struct step *note(int fd)
{
    struct step *s = &steps[step_count];

    if (!noting)
        return NULL;
    assert_true(step_count < STEPS);
    step_count++;
    *s = (struct step){.fd = fd, .entries = fd == state_fd};
    return s;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    struct step *s = note(fd);

    if (s != NULL) {
        assert_true(len <= sizeof(s->bytes));
        s->at = (uint64_t)at;
        s->len = len;
        memcpy(s->bytes, bytes, len);
    }
    return syscall(SYS_pwrite64, fd, bytes, len, at);
}

int fdatasync(int fd)
{
    struct step *s = note(fd);

    if (s != NULL)
        s->is_sync = true;
    return (int)syscall(SYS_fdatasync, fd);
}

static void promise(const unsigned board[BLOCKS])
{
    struct promise *p = &promises[promise_count++];

    p->after = step_count;
    memcpy(p->board, board, sizeof(p->board));
}

/* Puts and syncs as a fetcher does, block 3 and 4 more than once. */
static void work_through(struct blocks *b)
{
    unsigned board[BLOCKS] = {0};

    for (unsigned i = 0; i < 120; i++) {
        uint64_t n = i % 9 == 8 ? 3 + i % 2 : i * 7 % BLOCKS;

        put_from(b, 1 + i % 3, n);
        board[n] = 1 + i % 3;
        if (i % 5 == 0)
            blocks_confirm(b, n, BLOCK_CHECKSUM);
        if (i % 4 == 3) {
            assert_int_equal(blocks_sync(b, NULL), 0);
            promise(board);
        }
    }
}

static bool durable(size_t i, size_t cut)
{
    for (size_t j = i + 1; j < cut; j++) {
        if (steps[j].is_sync && steps[j].fd == steps[i].fd)
            return true;
    }
    return false;
}

static void replay(size_t cut, unsigned luck, int data, int states)
{
    for (size_t i = 0; i < cut; i++) {
        const struct step *s = &steps[i];
        size_t len = s->len;
        unsigned dice = (unsigned)rand_r(&luck) % 4;

        if (s->is_sync)
            continue;
        if (!durable(i, cut) && dice < 2)
            len = dice == 0 ? 0 : (size_t)rand_r(&luck) % s->len;
        assert_int_equal(
            file_write(s->entries ? states : data, s->bytes, len, s->at), 0);
    }
}

/* The block is absent or has some board's bytes; returns which. */
static unsigned board_of(struct blocks *b, uint64_t n)
{
    uint8_t bytes[BLOCK_SIZE];
    uint8_t want[BLOCK_SIZE];

    if (blocks_get(b, AT(n), bytes, BLOCK_SIZE) < 0)
        return 0;
    for (unsigned board = 1; board <= 3; board++) {
        device_bytes(board, AT(n), want, BLOCK_SIZE);
        if (memcmp(bytes, want, BLOCK_SIZE) == 0)
            return board;
    }
    fail_msg("block %u has bytes that were never put", (unsigned)n);
    return 0;
}

/* Block n was put again, or partly so, by one of the steps [from, to). */
static bool touched(uint64_t n, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (!steps[i].is_sync && !steps[i].entries && steps[i].at == AT(n))
            return true;
    }
    return false;
}

static void check_promises(struct blocks *b, size_t cut)
{
    const struct promise *p = NULL;

    for (size_t i = 0; i < promise_count && promises[i].after <= cut; i++)
        p = &promises[i];
    for (uint64_t n = 0; n < BLOCKS; n++) {
        unsigned board = board_of(b, n);

        if (p != NULL && p->board[n] != 0 && !touched(n, p->after, cut))
            assert_int_equal(board, p->board[n]);
    }
}

static void a_loss_of_power_leaves_right_or_absent(void **state)
{
    struct blocks_spec spec = spec_of(AT(BLOCKS));
    struct blocks *b = open_spec(&spec);
    int data;
    int states;

    (void)state;
    state_fd = b->state;
    noting = true;
    work_through(b);
    noting = false;
    blocks_close(b);
    assert_true(promise_count > 20);
    data = openat(work_dir, "flash.data", O_RDWR);
    states = openat(work_dir, "flash.state", O_RDWR);
    for (unsigned round = 0; round < 4 * step_count; round++) {
        size_t cut = round / 4 + 1;

        assert_int_equal(ftruncate(data, 0), 0);
        assert_int_equal(ftruncate(data, AT(BLOCKS)), 0);
        assert_int_equal(ftruncate(states, STATE_HEADER_SIZE), 0);
        replay(cut, round, data, states);
        b = open_spec(&spec);
        check_promises(b, cut);
        blocks_close(b);
    }
    (void)close(data);
    (void)close(states);
}

/* No entry goes out before the bytes of its block are durable. */
static void entries_follow_durable_bytes(void **state)
{
    size_t entries = 0;

    (void)state;
    for (size_t i = 0; i < step_count; i++) {
        const struct step *s = &steps[i];
        uint64_t first = (s->at - STATE_HEADER_SIZE) / STATE_ENTRY_SIZE;

        if (!s->entries || s->is_sync)
            continue;
        for (uint64_t n = first; n < first + s->len / STATE_ENTRY_SIZE; n++) {
            entries++;
            for (size_t j = 0; j < i; j++) {
                if (touched(n, j, j + 1))
                    assert_true(durable(j, i));
            }
        }
    }
    assert_true(entries > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_loss_of_power_leaves_right_or_absent),
        STORE_TEST(entries_follow_durable_bytes),
    };

    return cmocka_run_group_tests_name("blocks_crash", tests, NULL, NULL);
}
