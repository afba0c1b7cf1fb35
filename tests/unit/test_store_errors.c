// SPDX-License-Identifier: BSD-2-Clause
// A full or failing disk: nothing wrong is given, nothing promised is lost.

/*
 * The play of test_crash_replay.c, once for each call that changes something,
 * which fails: alone, by half, for a while, or with all that follow. Each step
 * may fail then, with one sentence; what is known stays known; and as soon as
 * a sync succeeds, all is durable, as is seen after a loss of power.
 */
#include "crash_resume.h"

static char top[80];
static unsigned looks; /* after syncs that followed a fault */
static unsigned long runs;
static unsigned long failures;

static size_t open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(d);
    while (readdir(d) != NULL)
        count++;
    (void)closedir(d);
    return count;
}

/* The first two syncs after a fault: a loss of power takes nothing back. */
static void look_after_sync(void)
{
    unsigned warnings = warned.count;

    if (rec.faults == 0 || looks++ >= 2)
        return;
    look_at_the_end();
    warned.count = warnings;
}

/* The disk is as it was: all works, without a hand being laid on it. */
static void play_recovery(void)
{
    rec.fault_at = 0;
    rec.faults = 0;
    looks = 0;
    play_open(CONFIG_LONG);
    rec.faults = 1;
    play_sync();
    play_put(FLASH, 0, 1);
    play_put(FLASH, 55, 1);
    play_sync();
    play_close();
    rec.faults = 0;
    look_at_the_end();
}

static void begin(void)
{
    (void)snprintf(top, sizeof(top), "%s/r", work);
    assert_int_equal(mkdir(top, 0700), 0);
    play_begin(top, true);
    player.synced = look_after_sync;
    looks = 0;
}

static void end(void)
{
    record_compare();
    rec.on = false;
    assert_int_equal(remove_tree(top), 0);
}

static void set_fault(size_t at, size_t count, enum fault_mode mode, int code)
{
    rec.fault_at = at;
    rec.fault_count = count;
    rec.mode = mode;
    rec.code = code;
}

/* False: the play was over before it came to that call. */
static bool play_with_fault(size_t at, size_t count, enum fault_mode mode,
                            int code)
{
    size_t files = open_files();
    size_t faults;

    begin();
    set_fault(at, count, mode, code);
    play_all();
    faults = rec.faults;
    play_recovery();
    end();
    assert_int_equal(open_files(), files);
    runs++;
    failures += player.failures;
    return faults > 0;
}

static void play_with_each_fault(size_t count, enum fault_mode mode, int code)
{
    static const int codes[] = {ENOSPC, EIO, EDQUOT};
    size_t at = 1;

    runs = 0;
    failures = 0;
    under_test.states = 0;
    while (play_with_fault(at, count, mode, code != 0 ? code : codes[at % 3]))
        at++;
    print_message("%lu runs, %lu failures, %lu disks\n", runs, failures,
                  under_test.states);
    assert_true(runs > 150 && failures > 100);
}

static void one_call_fails(void **state)
{
    (void)state;
    play_with_each_fault(1, FAULT_CALLS, ENOSPC);
    play_with_each_fault(1, FAULT_CALLS, EIO);
    play_with_each_fault(1, FAULT_CALLS, EDQUOT);
}

static void a_write_is_done_by_half(void **state)
{
    (void)state;
    play_with_each_fault(1, FAULT_SHORT, 0);
}

static void all_fails_for_a_while(void **state)
{
    (void)state;
    play_with_each_fault(2, FAULT_CALLS, 0);
    play_with_each_fault(12, FAULT_CALLS, 0);
}

static void all_fails_for_good(void **state)
{
    (void)state;
    play_with_each_fault(SIZE_MAX, FAULT_CALLS, 0);
}

/* What is known can be had while nothing can be written. */
static void a_full_disk_gives_what_it_has(void **state)
{
    (void)state;
    begin();
    play_first_session();
    set_fault(rec.calls + 1, SIZE_MAX, FAULT_WRITES, ENOSPC);
    play_open(CONFIG_LONG);
    assert_int_equal(player.failures, 0);
    assert_true(rec.faults > 0); /* the pid */
    play_put(FLASH, 5, 1);
    play_put(FLASH, 55, 1);
    play_keep(2);
    play_confirm(FLASH, 57, BLOCK_IMAGE);
    play_sync();
    assert_int_equal(player.failures, 4);
    rec.fault_at = 0;
    play_put(FLASH, 5, 1);
    play_sync();
    play_keep(2);
    play_close();
    play_kept_session();
    assert_int_equal(player.failures, 4);
    end();
    look_at_the_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CRASH_TEST(one_call_fails),
        CRASH_TEST(a_write_is_done_by_half),
        CRASH_TEST(all_fails_for_a_while),
        CRASH_TEST(all_fails_for_good),
        CRASH_TEST(a_full_disk_gives_what_it_has),
    };

    return cmocka_run_group_tests_name("store_errors", tests, NULL, NULL);
}
