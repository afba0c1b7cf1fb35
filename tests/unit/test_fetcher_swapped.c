// SPDX-License-Identifier: BSD-2-Clause
// A board is swapped for one that tells the same of itself, while what an
// earlier session left outnumbers what was read in this one.

#include "unit.h"

#define CHIP (4096 * (uint64_t)512)

#include "fetch_rig.h"

#include <time.h>

#define PIECE 32 /* blocks */

static uint8_t one[CHIP];
static uint8_t other[CHIP];

static const struct before {
    enum verify_mode mode;
    uint64_t known; /* blocks of the earlier session, from the first one on */
    bool good;      /* they are not confirmed */
    bool sums;
} befores[] = {
    {VERIFY_AUTO, 4096, false, true},
    {VERIFY_AUTO, 2048, false, true},
    {VERIFY_ROWS, 2048, true, false},
};
static const struct before *before;
static atomic_bool may_answer;

/* The first question of idle work takes until somebody reads. */
static void wait_for_reader(uint64_t offset)
{
    (void)offset;
    while (!may_answer)
        (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);

    may_answer = false;
    rig_at_sum = wait_for_reader;
    dev.has_sums = before->sums;
    for (uint64_t n = 0; n < before->known; n++) {
        assert_int_equal(blocks_put(b, n, one + AT(n), NULL), 0);
        if (!before->good)
            blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
}

static void copy_both(void)
{
    struct reader first = {.any = true};
    struct reader second = {.any = true};

    assert_false(dev.unique);
    first.r = (struct fetch_request){
        .offset = AT(3000), .len = AT(PIECE), .done = on_done, .arg = &first};
    second.r = (struct fetch_request){
        .offset = AT(3600), .len = AT(PIECE), .done = on_done, .arg = &second};
    fetch_submit(fetcher, &first.r);
    may_answer = true;
    assert_int_equal(wait_for(&first), 0);
    rig_flash = other;
    dev.contact++; /* a silence, or a banner */
    fetch_submit(fetcher, &second.r);
    assert_int_equal(wait_for(&second), -EIO);
}

static void another_board_in_a_copy(void **state)
{
    device_bytes(BOARD, 0, one, CHIP);
    device_bytes(BOARD + 1, 0, other, CHIP);
    for (size_t i = 0; i < COUNT(befores); i++) {
        before = &befores[i];
        mode = before->mode;
        rig_flash = one;
        rig_before = remember;
        rig_more.revalidate = true;
        assert_int_equal(up(state), 0);
        copy_both();
        assert_int_equal(down(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_board_in_a_copy),
    };

    return cmocka_run_group_tests_name("fetcher_swapped", tests, NULL, NULL);
}
