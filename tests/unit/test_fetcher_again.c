// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: the device was out of sight, and what it has now is asked. All
// was read and confirmed in this session before.

#include "record_scenes.h"

static struct fetch_finding findings[256];
static uint8_t later[CHIP];
static bool has_sums;

static void maybe_sums(void)
{
    dev.has_sums = has_sums;
}

/* All is known and confirmed; later is what will be there. */
static void begin(void (*scene)(void), bool with_sums)
{
    make_scene(scene);
    memcpy(later, flash, CHIP);
    memcpy(flash, before, CHIP);
    mode = VERIFY_AUTO;
    has_sums = with_sums;
    rig_before = maybe_sums;
    assert_int_equal(up(NULL), 0);
    dev.unique = true;
    assert_int_equal(read_now(0, CHIP), 0);
}

static void reset(void)
{
    memcpy(flash, later, CHIP);
    dev.contact++;
}

static void end(void)
{
    assert_int_equal(down(NULL), 0);
}

static void assert_verified(void)
{
    struct reader r;

    verify(&r, findings, COUNT(findings));
    assert_named_right(&r);
    assert_int_equal(read_now(0, CHIP), 0);
    verify(&r, findings, COUNT(findings));
    assert_int_equal(r.r.n_findings, 0);
}

static void what_changed_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        begin(scenes[i], true);
        reset();
        assert_verified();
        end();
    }
}

/* --against has it confirmed, and reads it. */
static void and_read_by_who_compares(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        struct reader r = {.r = {.kind = FETCH_CONFIRM,
                                 .len = CHIP,
                                 .untold = true,
                                 .findings = findings,
                                 .max_findings = COUNT(findings),
                                 .done = on_done}};
        begin(scenes[i], true);
        reset();
        r.r.arg = &r;
        fetch_submit(fetcher, &r.r);
        assert_int_equal(wait_for(&r), 0);
        assert_int_equal(read_now(0, CHIP), 0);
        assert_verified();
        end();
    }
}

/* There any change is one that no sum sees. */
static void also_without_a_checksum(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        begin(scenes[i], false);
        reset();
        assert_verified();
        end();
    }
}

/* All of it: the dense records of one scene are what asking does not prove. */
static void what_did_not_change_is_proved_once(void **state)
{
    unsigned sums;
    struct reader r;

    (void)state;
    begin(jffs2, true);
    memcpy(later, before, CHIP);
    reset();
    dev.brought = 0;
    verify(&r, findings, COUNT(findings));
    assert_int_equal(r.r.n_findings, 0);
    assert_in_range(dev.brought, AT(1), AT(20));
    dev.brought = 0;
    sums = dev.sums;
    verify(&r, findings, COUNT(findings));
    assert_int_equal(r.r.n_findings, 0);
    assert_int_equal(dev.brought, 0);
    assert_int_equal(dev.sums, sums + 1);
    end();
}

static void or_read_once(void **state)
{
    struct reader r;

    (void)state;
    begin(jffs2, false);
    memcpy(later, before, CHIP);
    reset();
    for (int i = 0; i < 2; i++) {
        dev.brought = 0;
        verify(&r, findings, COUNT(findings));
        assert_int_equal(r.r.n_findings, 0);
        if (i == 0) /* and the samples */
            assert_in_range(dev.brought, CHIP, CHIP + AT(1));
        else
            assert_int_equal(dev.brought, 0);
    }
    end();
}

/* What was confirmed is theirs. */
static void readers_wait_for_nothing(void **state)
{
    (void)state;
    begin(jffs2, true);
    memcpy(later, before, CHIP);
    reset();
    dev.brought = 0;
    assert_int_equal(read_now(0, CHIP), 0);
    assert_int_equal(dev.brought, 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changed_is_named),
        cmocka_unit_test(and_read_by_who_compares),
        cmocka_unit_test(also_without_a_checksum),
        cmocka_unit_test(what_did_not_change_is_proved_once),
        cmocka_unit_test(or_read_once),
        cmocka_unit_test(readers_wait_for_nothing),
    };

    return cmocka_run_group_tests_name("fetcher_again", tests, NULL, NULL);
}
