// SPDX-License-Identifier: BSD-2-Clause
// The fetcher asking for checksums instead of moving bytes.

#include "fetch_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uint8_t flash[CHIP];
static char path[] = "/tmp/fwfs-reference-XXXXXX";
static struct reference *reference;

static int up_known(void **state)
{
    mode = VERIFY_AUTO;
    rig_more.ask_first = AT(16);
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    return up(state);
}

static int has_sums(void **state)
{
    int ret = up_known(state);

    dev.has_sums = true;
    return ret;
}

static void blank_flash_is_not_moved(void **state)
{
    struct fetch_stats stats;

    (void)state;
    memset(flash + AT(16), 0xff, AT(32));
    memset(flash + AT(48), 0x00, AT(16));
    assert_int_equal(read_now(0, CHIP), 0);
    assert_true(dev.brought <= AT(17));
    fetcher_get_stats(fetcher, &stats);
    assert_int_equal(stats.blank, AT(48));
    for (unsigned n = 16; n < 64; n++)
        assert_int_equal(blocks_state(fetcher_blocks(fetcher, 0), n),
                         BLOCK_CHECKSUM);
}

static void nor_is_it_asked_about_twice(void **state)
{
    unsigned sums;

    (void)state;
    assert_int_equal(read_now(0, AT(1)), 0);
    assert_int_equal(read_now(AT(2), AT(1)), 0); /* asks for AT(1)..AT(16) */
    sums = dev.sums;
    assert_int_equal(read_now(AT(5), AT(1)), 0);
    assert_int_equal(dev.sums, sums + 1); /* to confirm it */
}

/* Rows of one kind tell that it is worth while to ask about the rest. */
static void a_blank_tail_is_noticed(void **state)
{
    (void)state;
    memset(flash + AT(4), 0xff, AT(12));
    assert_int_equal(read_now(0, AT(16)), 0);
    assert_true(dev.brought <= AT(9));
}

/* ... but nothing is broken off where there is nobody to ask. */
static void unless_nobody_can_be_asked(void **state)
{
    (void)state;
    memset(flash + AT(4), 0xff, AT(60));
    assert_int_equal(read_now(0, AT(2)), 0);
    dev.has_sums = false;
    assert_int_equal(read_now(AT(2), AT(60)), 0);
    assert_true(dev.reads <= 40);
}

static void a_lying_checksum_is_not_asked(void **state)
{
    (void)state;
    dev.sums_lie = true;
    memset(flash + AT(16), 0xff, AT(32));
    assert_int_equal(read_now(0, AT(32)), 0);
    assert_true(dev.brought >= AT(32));
}

static void without_one_all_is_moved(void **state)
{
    (void)state;
    dev.has_sums = false;
    memset(flash, 0xff, CHIP);
    assert_int_equal(read_now(0, CHIP), 0);
    assert_true(dev.brought >= CHIP);
}

/* --- references --- */

static int up_sibling(void **state)
{
    static struct reference *const *list = &reference;
    static uint8_t sibling[CHIP];
    int fd = mkstemp(path);

    if (fd < 0)
        return -1;
    device_bytes(BOARD, 0, sibling, CHIP);
    sibling[AT(20) + 7] ^= 1; /* and at AT(40) what the device has at AT(48) */
    memcpy(sibling + AT(40), sibling + AT(48), AT(8));
    memset(sibling + AT(48), 0xa5, AT(16));
    if (write(fd, sibling, CHIP) != (ssize_t)CHIP ||
        reference_open(&reference, path, NULL) < 0)
        return -1;
    (void)close(fd);
    rig_more.references = list;
    rig_more.n_references = 1;
    return has_sums(state);
}

static int down_sibling(void **state)
{
    int ret = down(state);

    reference_close(reference);
    (void)unlink(path);
    (void)snprintf(path, sizeof(path), "/tmp/fwfs-reference-XXXXXX");
    return ret;
}

static void a_sibling_has_most_of_it(void **state)
{
    struct fetch_stats stats;

    (void)state;
    assert_int_equal(read_now(0, AT(40)), 0);
    assert_in_range(dev.brought, AT(2),
                    AT(5)); /* the first, and what differs */
    fetcher_get_stats(fetcher, &stats);
    assert_in_range(stats.referred, AT(36), AT(40));
}

static void also_in_another_place(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(1)), 0);
    assert_int_equal(read_now(AT(48), AT(8)), 0);
    assert_true(dev.brought <= AT(2));
}

static void what_it_has_not_is_moved(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, CHIP), 0);
    assert_in_range(dev.brought, AT(16), AT(40));
}

/* --- who goes first --- */

static struct reader elsewhere;

static uint64_t asked_next; /* offset */

static void read_elsewhere(uint64_t offset)
{
    if (dev.sums == 4)
        ask(&elsewhere, AT(50), AT(1));
    else if (dev.sums == 5)
        asked_next = offset;
}

/* A reference that has nothing of it: all is asked about, down to a KiB. */
static int up_stranger(void **state)
{
    static struct reference *const *list = &reference;
    static uint8_t stranger[CHIP];
    int fd = mkstemp(path);

    if (fd < 0)
        return -1;
    device_bytes(BOARD + 1, 0, stranger, CHIP);
    if (write(fd, stranger, CHIP) != (ssize_t)CHIP ||
        reference_open(&reference, path, NULL) < 0)
        return -1;
    (void)close(fd);
    rig_more.references = list;
    rig_more.n_references = 1;
    rig_at_sum = read_elsewhere;
    return has_sums(state);
}

static void questions_give_way(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, AT(24)), 0);
    assert_int_equal(wait_for(&elsewhere), 0);
    assert_int_equal(asked_next, AT(48));
    assert_true(dev.sums > 15);
}

/* --- what an earlier session left --- */

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);
    uint8_t bytes[BLOCK_SIZE];

    dev.has_sums = true;
    for (uint64_t n = 0; n < CHIP / BLOCK_SIZE; n++) {
        device_bytes(BOARD, n * BLOCK_SIZE, bytes, BLOCK_SIZE);
        (void)blocks_put(b, n, bytes, NULL);
        blocks_confirm(b, n, BLOCK_REREAD);
    }
}

static int up_again(void **state)
{
    rig_before = remember;
    rig_more.revalidate = true;
    return up_known(state);
}

/* Before the fetcher begins to compare. */
static void remember_and_change_one(void)
{
    remember();
    flash[AT(33) + 100] ^= 0x40;
}

static void remember_and_change_all(void)
{
    remember();
    for (size_t i = 0; i < CHIP; i++)
        flash[i] ^= 0x5a;
}

static int up_one_changed(void **state)
{
    rig_before = remember_and_change_one;
    rig_more.revalidate = true;
    return up_known(state);
}

static int up_all_changed(void **state)
{
    rig_before = remember_and_change_all;
    rig_more.revalidate = true;
    return up_known(state);
}

static void what_is_the_same_is_not_moved(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(dev.brought, 0);
    assert_in_range(dev.sums, 1, 4);
    assert_true(fetcher_is_fresh(fetcher, 0, 0, CHIP));
    assert_int_equal(read_now(AT(3), AT(3)), 0);
    assert_in_range(dev.sums, 1, 4);
}

static void what_was_changed_is_read_again(void **state)
{
    struct fetch_stats stats;

    (void)state;
    assert_int_equal(read_now(AT(30), AT(10)), 0);
    assert_true(dev.brought <= AT(2));
    fetcher_get_stats(fetcher, &stats);
    assert_int_equal(stats.stale, BLOCK_SIZE);
}

static void all_of_it_even(void **state)
{
    (void)state;
    assert_int_equal(read_now(0, CHIP), 0);
    assert_in_range(dev.brought, CHIP - AT(2), 2 * CHIP);
}

static void also_while_nobody_reads(void **state)
{
    (void)state;
    atomic_fetch_add(&fake_ms, 2000);
    while (!fetcher_is_fresh(fetcher, 0, 0, CHIP))
        device_wake(&dev);
    assert_int_equal(blocks_state(fetcher_blocks(fetcher, 0), 33),
                     BLOCK_ABSENT);
}

#define WITH(setup, name) cmocka_unit_test_setup_teardown(name, setup, down)
#define SIBLING(name)                                                          \
    cmocka_unit_test_setup_teardown(name, up_sibling, down_sibling)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(has_sums, blank_flash_is_not_moved),
        WITH(has_sums, nor_is_it_asked_about_twice),
        WITH(has_sums, a_blank_tail_is_noticed),
        WITH(has_sums, unless_nobody_can_be_asked),
        WITH(has_sums, a_lying_checksum_is_not_asked),
        WITH(has_sums, without_one_all_is_moved),
        SIBLING(a_sibling_has_most_of_it),
        SIBLING(also_in_another_place),
        SIBLING(what_it_has_not_is_moved),
        cmocka_unit_test_setup_teardown(questions_give_way, up_stranger,
                                        down_sibling),
        WITH(up_again, what_is_the_same_is_not_moved),
        WITH(up_one_changed, what_was_changed_is_read_again),
        WITH(up_all_changed, all_of_it_even),
        WITH(up_one_changed, also_while_nobody_reads),
    };

    return cmocka_run_group_tests_name("fetcher_known", tests, NULL, NULL);
}
