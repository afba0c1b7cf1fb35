// SPDX-License-Identifier: BSD-2-Clause
// Records that carry their own CRC-32 and were changed since: one sum over them
// does not see it.

#include "record_scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];
static struct reference *reference;

/* --- who tells of it --- */

static void remember(void)
{
    struct blocks *b = cache_blocks(cache, 0);

    dev.has_sums = true;
    for (uint64_t n = 0; n < CHIP / BLOCK_SIZE; n++) {
        (void)blocks_put(b, n, before + AT(n), NULL);
        blocks_confirm(b, n, BLOCK_CHECKSUM);
    }
}

static void begin_with_cache(void (*scene)(void))
{
    make_scene(scene);
    mode = VERIFY_AUTO;
    rig_more.ask_first = AT(16);
    rig_more.revalidate = true;
    rig_before = remember;
    rig_border = AT(32);
    assert_int_equal(up(NULL), 0);
}

static void only_sums(void)
{
    dev.has_sums = true;
}

static void begin_with_reference(void (*scene)(void))
{
    static struct reference *const *list = &reference;
    int fd;

    make_scene(scene);
    (void)snprintf(path, sizeof(path), "/tmp/fwfs-records-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, before, CHIP), CHIP);
    (void)close(fd);
    assert_int_equal(reference_open(&reference, path, NULL), 0);
    mode = VERIFY_AUTO;
    rig_more.ask_first = AT(16);
    rig_more.references = list;
    rig_more.n_references = 1;
    rig_before = only_sums;
    rig_border = AT(32);
    assert_int_equal(up(NULL), 0);
}

static void end(void)
{
    assert_int_equal(down(NULL), 0);
    reference_close(reference);
    reference = NULL;
    if (path[0] != '\0')
        (void)unlink(path);
    path[0] = '\0';
}

static void read_all(void)
{
    for (uint64_t at = 0; at < CHIP; at += AT(8))
        assert_int_equal(read_now(at, AT(8)), 0);
}

/* --- with the cache of an earlier session --- */

static void an_old_cache_is_not_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        begin_with_cache(scenes[i]);
        read_all();
        assert_true(dev.brought < CHIP / 2);
        end();
    }
}

static void nor_while_nobody_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        begin_with_cache(scenes[i]);
        for (int n = 0; n < 60; n++) {
            atomic_fetch_add(&fake_ms, 500);
            device_wake(&dev);
            (void)usleep(1000);
        }
        read_all();
        end();
    }
}

/* Without a comparison blank blocks are read. */
static void nor_where_it_cannot_compare(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        rig_uniform = false;
        begin_with_cache(scenes[i]);
        read_all();
        end();
    }
}

/* A hash sees them all, and is asked once. */
static void one_hash_is_enough(void **state)
{
    (void)state;
    rig_algorithm = "sha256";
    begin_with_cache(boot_blocks);
    assert_int_equal(read_now(AT(16), AT(8)), 0);
    assert_int_equal(rig_comparisons, 0);
    end();
}

/* --- --verify --- */

static void verify_names_it(void **state)
{
    static struct fetch_finding findings[256];
    struct reader reader;

    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        begin_with_cache(scenes[i]);
        verify(&reader, findings, COUNT(findings));
        assert_named_right(&reader);
        read_all();
        end();
    }
}

static void no_change(void)
{
    jffs2();
    memset(before + AT(40), 0xff, AT(8));
    memcpy(flash, before, CHIP);
    flash[0] ^= 1;
    before[AT(50)] ^= 1;
    seal(before, 0, CHIP, ZLIB); /* for make_scene: one sum is the same */
    seal(flash, 0, CHIP, ZLIB);
}

/* What had to be read again because no question proves it. */
static void verify_names_nothing_that_is_the_same(void **state)
{
    static struct fetch_finding findings[256];
    struct reader reader;

    (void)state;
    begin_with_cache(no_change);
    verify(&reader, findings, COUNT(findings));
    assert_named_right(&reader);
    assert_true(is_named(&reader, 0));
    assert_true(dev.brought >= AT(15)); /* the nodes */
    end();
}

/* --- --reference --- */

static void nor_is_a_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        struct fetch_stats stats;
        begin_with_reference(scenes[i]);
        read_all();
        fetcher_get_stats(fetcher, &stats);
        assert_true(stats.referred + stats.blank > CHIP / 4);
        end();
    }
}

/* Blank flash that is not all blank. */
static void nor_is_blank_flash(void **state)
{
    (void)state;
    for (int uniform = 0; uniform < 2; uniform++) {
        make_scene(counter_in_blank_flash);
        mode = VERIFY_AUTO;
        rig_more.ask_first = AT(8);
        rig_before = only_sums;
        rig_uniform = uniform != 0;
        assert_int_equal(up(NULL), 0);
        read_all();
        end();
    }
}

/* --- after a reset --- */

/* The samples are compared so that the change of a record is seen. */
static void a_reset_compares_records(void **state)
{
    (void)state;
    make_scene(boot_blocks);
    memcpy(flash, before, CHIP);
    mode = VERIFY_AUTO;
    rig_before = only_sums;
    assert_int_equal(up(NULL), 0);
    dev.unique = true;
    assert_int_equal(read_now(AT(16), AT(1)), 0);
    memcpy(before, flash, CHIP);
    changed(AT(16), AT(1), ZLIB, 500);
    dev.contact++;
    assert_int_equal(read_now(AT(60), AT(1)), 0);
    assert_int_equal(read_now(AT(16), AT(1)), 0); /* the new bytes */
    end();
}

static bool reset_done;
static bool sample_changes;

/* The device loses its power; it was started, wrote to its flash, and is at its
 * prompt again. */
static void reset(void)
{
    reset_done = true;
    changed(AT(16), AT(1), ZLIB, 500);
    flash[5] ^= sample_changes ? 0x40 : 0;
    dev.contact++;
}

/* All is as it was before; nothing is known. */
static void begin_unread(bool other_sample)
{
    make_scene(boot_blocks);
    memcpy(flash, before, CHIP);
    mode = VERIFY_AUTO;
    rig_before = only_sums;
    reset_done = false;
    sample_changes = other_sample;
    assert_int_equal(up(NULL), 0);
    dev.unique = true;
}

static void reset_in_a_sum(uint64_t offset)
{
    dev.mute = false;
    if (offset != AT(16) || reset_done)
        return;
    dev.mute = true;
    reset();
}

static void a_reset_within_a_sum(void **state)
{
    (void)state;
    begin_unread(true);
    assert_int_equal(read_now(0, AT(1)), 0);
    rig_at_sum = reset_in_a_sum;
    assert_int_equal(read_now(AT(16), AT(1)), 0); /* the new bytes */
    assert_true(reset_done);
    end();
}

/* Nothing was confirmed before: there is no sample. */
static void a_reset_within_the_first_sum(void **state)
{
    (void)state;
    begin_unread(false);
    rig_at_sum = reset_in_a_sum;
    assert_int_equal(read_now(AT(16), AT(1)), 0); /* the new bytes */
    assert_true(reset_done);
    end();
}

/* Its first row did not come with the others. */
static void reset_in_a_second_read(uint64_t offset)
{
    (void)offset;
    dev.answer = 0;
    if (dev.lost_times > 0 || reset_done)
        return;
    dev.answer = -ETIMEDOUT;
    reset();
}

static void a_reset_within_a_block(void **state)
{
    (void)state;
    begin_unread(false);
    assert_int_equal(read_now(0, AT(1)), 0);
    dev.lost_row = AT(16);
    dev.lost_times = 1;
    rig_at_read = reset_in_a_second_read;
    assert_int_equal(read_now(AT(16), AT(1)), 0); /* the new bytes */
    assert_true(reset_done);
    end();
}

/* A reference's bytes: the first sums before the reset, the last one after. */
static unsigned sums_seen;

static void reset_between_sums(uint64_t offset)
{
    if (offset >= AT(16) || reset_done || sums_seen++ != 1)
        return;
    reset_done = true;
    flash[AT(60)] ^= 0x40;     /* the sample */
    flash[AT(12) + 3] ^= 0x40; /* no record at all */
    dev.contact++;
}

static void a_reset_within_a_proof(void **state)
{
    (void)state;
    begin_with_reference(boot_blocks);
    memcpy(flash, before, CHIP); /* all is the reference's */
    dev.unique = true;
    assert_int_equal(read_now(AT(60), AT(1)), 0);
    reset_done = false;
    sums_seen = 0;
    rig_at_sum = reset_between_sums;
    assert_int_equal(read_now(AT(8), AT(8)), 0);
    assert_true(reset_done);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_cache_is_not_believed),
        cmocka_unit_test(nor_while_nobody_reads),
        cmocka_unit_test(nor_where_it_cannot_compare),
        cmocka_unit_test(one_hash_is_enough),
        cmocka_unit_test(verify_names_it),
        cmocka_unit_test(verify_names_nothing_that_is_the_same),
        cmocka_unit_test(nor_is_a_reference),
        cmocka_unit_test(nor_is_blank_flash),
        cmocka_unit_test(a_reset_compares_records),
        cmocka_unit_test(a_reset_within_a_sum),
        cmocka_unit_test(a_reset_within_the_first_sum),
        cmocka_unit_test(a_reset_within_a_block),
        cmocka_unit_test(a_reset_within_a_proof),
    };

    return cmocka_run_group_tests_name("fetcher_records", tests, NULL, NULL);
}
