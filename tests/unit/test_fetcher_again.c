// SPDX-License-Identifier: BSD-2-Clause
// The fetcher: the device was out of sight, and what it has now is asked. All
// was read and confirmed in this session before.

#include "record_scenes.h"

static struct fetch_finding findings[256];
static uint8_t later[CHIP];

static void only_sums(void)
{
    dev.has_sums = true;
}

/* All is known and confirmed; later is what will be there. */
static void begin(void (*scene)(void))
{
    make_scene(scene);
    memcpy(later, flash, CHIP);
    memcpy(flash, before, CHIP);
    mode = VERIFY_AUTO;
    rig_before = only_sums;
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
        begin(scenes[i]);
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
        begin(scenes[i]);
        reset();
        r.r.arg = &r;
        fetch_submit(fetcher, &r.r);
        assert_int_equal(wait_for(&r), 0);
        assert_int_equal(read_now(0, CHIP), 0);
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
    begin(jffs2);
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

/* What was confirmed is theirs. */
static void readers_wait_for_nothing(void **state)
{
    (void)state;
    begin(jffs2);
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
        cmocka_unit_test(what_did_not_change_is_proved_once),
        cmocka_unit_test(readers_wait_for_nothing),
    };

    return cmocka_run_group_tests_name("fetcher_again", tests, NULL, NULL);
}
