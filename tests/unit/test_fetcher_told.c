// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: what was told to who asks for confirmation is told again until
// somebody says that he has passed it on.

#include "fetch_rig.h"

static uint8_t flash[CHIP];
static struct fetch_finding findings[64];

/* One --verify: what it keeps of one question for the next. */
struct asker {
    struct reader r;
    uint32_t session;
};

static uint64_t told(struct asker *a, uint64_t offset, size_t len, size_t room)
{
    uint64_t bytes = 0;

    a->r = (struct reader){.r = {.kind = FETCH_CONFIRM,
                                 .offset = offset,
                                 .len = len,
                                 .session = a->session,
                                 .findings = findings,
                                 .max_findings = room,
                                 .done = on_done}};
    a->r.r.arg = &a->r;
    fetch_submit(fetcher, &a->r.r);
    assert_int_equal(wait_for(&a->r), 0);
    a->session = a->r.r.session;
    for (size_t i = 0; i < a->r.r.n_findings; i++)
        bytes += findings[i].len;
    return bytes;
}

static uint64_t told_all(struct asker *a)
{
    return told(a, 0, CHIP, COUNT(findings));
}

static void only_sums(void)
{
    dev.has_sums = true;
}

static int up_known(void **state)
{
    device_bytes(BOARD, 0, flash, CHIP);
    rig_flash = flash;
    mode = VERIFY_AUTO;
    rig_before = only_sums;
    if (up(state) != 0)
        return -1;
    return read_now(0, CHIP);
}

static void change(uint64_t offset)
{
    flash[offset] ^= 1;
}

/* --- one after the other --- */

static void who_is_killed_has_told_nobody(void **state)
{
    struct asker killed[3] = {0};
    struct asker a = {0};

    (void)state;
    change(AT(5));
    change(AT(40));
    for (size_t i = 0; i < COUNT(killed); i++)
        assert_int_equal(told(&killed[i], 0, AT(8), 64), DEVICE_ROW);
    assert_int_equal(told_all(&a), 2 * DEVICE_ROW);
    passed_on(&a.r);
    a.session = 0;
    assert_int_equal(told_all(&a), 0);
}

/* All the pieces of one who asks are one session. */
static void who_goes_on_is_told_once(void **state)
{
    struct asker a = {0};
    struct asker next = {0};

    (void)state;
    change(AT(5));
    change(AT(40));
    assert_int_equal(told(&a, 0, AT(8), 64), DEVICE_ROW);
    assert_int_equal(told(&a, 0, AT(8), 64), 0);
    assert_int_equal(told(&a, AT(8), CHIP - AT(8), 64), DEVICE_ROW);
    passed_on(&a.r);
    assert_int_equal(told_all(&next), 0);
}

static void what_there_was_no_room_for(void **state)
{
    struct asker killed = {0};
    struct asker a = {0};

    (void)state;
    change(AT(5));
    change(AT(9));
    assert_int_equal(told(&killed, 0, AT(16), 1), DEVICE_ROW);
    assert_int_equal(killed.r.r.more_findings, 1);
    assert_true(told_all(&a) >= UINT64_C(2) * DEVICE_ROW);
}

/* --- at the same time --- */

static void two_are_both_told(void **state)
{
    struct asker a = {0};
    struct asker b = {0};
    struct asker next = {0};

    (void)state;
    change(AT(5));
    assert_int_equal(told_all(&a), DEVICE_ROW);
    assert_int_equal(told_all(&b), DEVICE_ROW);
    passed_on(&b.r);
    assert_int_equal(told_all(&next), 0);
}

/* Who was told of the first change knows nothing of the second. */
static void what_changes_again_is_told_again(void **state)
{
    struct asker a = {0};
    struct asker b = {0};

    (void)state;
    change(AT(5));
    assert_int_equal(told_all(&a), DEVICE_ROW);
    change(AT(5));
    b.r.r = (struct fetch_request){.kind = FETCH_CONFIRM,
                                   .len = CHIP,
                                   .untold = true,
                                   .findings = findings,
                                   .max_findings = COUNT(findings),
                                   .done = on_done,
                                   .arg = &b.r};
    fetch_submit(fetcher, &b.r.r);
    assert_int_equal(wait_for(&b.r), 0);
    assert_int_equal(b.r.r.session, 0);
    passed_on(&a.r);
    assert_int_equal(told_all(&b), DEVICE_ROW);
}

/* Nobody is left out because many were killed. */
static void more_than_there_is_room_for(void **state)
{
    struct asker first = {0};
    struct asker killed[9] = {0};
    struct asker a = {0};

    (void)state;
    change(AT(5));
    assert_int_equal(told_all(&first), DEVICE_ROW);
    for (uint64_t i = 0; i < COUNT(killed); i++) {
        change(AT(20 + i));
        (void)told(&killed[i], AT(20 + i), AT(1), 64);
    }
    passed_on(&first.r); /* its place was taken, and so it is told again */
    assert_int_equal(told_all(&a), (1 + COUNT(killed)) * DEVICE_ROW);
    passed_on(&a.r);
    a.session = 0;
    assert_int_equal(told_all(&a), 0);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, up_known, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(who_is_killed_has_told_nobody),
        WITH(who_goes_on_is_told_once),
        WITH(what_there_was_no_room_for),
        WITH(two_are_both_told),
        WITH(what_changes_again_is_told_again),
        WITH(more_than_there_is_room_for),
    };

    return cmocka_run_group_tests_name("fetcher_told", tests, NULL, NULL);
}
