// SPDX-License-Identifier: BSD-2-Clause
// Where reading makes the device reset, and how often that is tried.

#include "device_rig.h"

#define MIB UINT64_C(0x100000)

static uint64_t bad_from;
static uint64_t bad_end;
static const char *words; /* that it says before it resets */
static unsigned resets;

static void reset_board(struct loader *l, char *out)
{
    resets++;
    (void)sprintf(out, "%s\r\n\r\nU-Boot 2013.07 (Jan 02 2020)\r\n\r\n=> ",
                  words);
    l->dumping = false;
}

static void reset_there(struct loader *l, char *row, uint64_t address)
{
    if (address >= bad_from && address < bad_end)
        reset_board(l, row);
}

/* The checksum of a range that reaches there, or a comparison of it. */
static const char *sum_there(struct loader *l, const char *command)
{
    static char text[200];
    char *end;
    unsigned long at;
    unsigned long len;

    if (strncmp(command, "crc32 ", 6) != 0 &&
        strncmp(command, "cmp.l ", 6) != 0)
        return uboot_answer(l, command);
    at = strtoul(command + 6, &end, 16);
    len = strtoul(end, &end, 16);
    if (command[1] == 'm') /* the other begins a word after it */
        len = len - at + strtoul(end, NULL, 16) * DEVICE_WORD;
    if (at >= bad_end || at + len <= bad_from)
        return uboot_answer(l, command);
    resets++;
    (void)sprintf(text, "%s\n\nU-Boot 2013.07 (Jan 02 2020)\n\n", words);
    return text;
}

static void up_edge(const char *said, uint64_t from, uint64_t len)
{
    up(false, false);
    assert_int_equal(read_at(NOR_BASE, 0x100), 0); /* words are proved */
    words = said;
    bad_from = NOR_BASE + from;
    bad_end = bad_from + len;
    resets = 0;
    rig.l.n_ran = 0;
    rig.l.mangle = reset_there;
    rig.l.answer = sum_there;
}

static void one_reset_is_enough(void **state)
{
    (void)state;
    up_edge("data abort", 0x1130, 4 * MIB);
    assert_int_equal(read_at(NOR_BASE + 0x1000, 0x1000), -EFAULT);
    assert_int_equal(rows, 19);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(read_at(NOR_BASE + 0x1130 + i * 0x200, 0x200),
                         -EFAULT);
        assert_says(err.text, "reading 0x9f001130 made the device reset");
    }
    assert_int_equal(ran("md"), 1);
    /* What lies before it is read up to there. */
    assert_int_equal(read_at(NOR_BASE + 0x1000, 0x1000), 0);
    assert_int_equal(rows, 19);
    assert_string_equal(rig.l.ran[rig.l.n_ran - 1], "md.l 9f001000 4c");
    assert_int_equal(resets, 1);
    down();
}

static void a_reset_without_a_word_must_come_twice(void **state)
{
    (void)state;
    up_edge("", 0x1130, 4 * MIB);
    assert_int_equal(read_at(NOR_BASE + 0x1000, 0x1000), -ETIMEDOUT);
    assert_int_equal(rows, 19);
    assert_int_equal(read_at(NOR_BASE + 0x1130, 0x1000), -EFAULT);
    assert_int_equal(read_at(NOR_BASE + 0x1130, 0x1000), -EFAULT);
    assert_int_equal(read_at(NOR_BASE + 0x4000, 0x1000), -EFAULT);
    assert_int_equal(resets, 2);
    down();
    /* Once was the mains. */
    up_edge("", 0x1130, 4 * MIB);
    assert_int_equal(read_at(NOR_BASE + 0x1000, 0x1000), -ETIMEDOUT);
    rig.l.mangle = NULL;
    assert_int_equal(read_at(NOR_BASE + 0x1130, 0x1000), 0);
    assert_int_equal(rows, 256);
    rig.l.mangle = reset_there;
    bad_from = NOR_BASE + 0x3000;
    assert_int_equal(read_at(NOR_BASE + 0x2000, 0x2000), -ETIMEDOUT);
    rig.l.mangle = NULL;
    assert_int_equal(read_at(NOR_BASE + 0x2000, 0x2000), 0);
    assert_int_equal(rows, 512);
    down();
}

/* A fault from which the device comes back costs nothing but a row. */
static void abort_there(struct loader *l, char *row, uint64_t address)
{
    if (address < bad_from)
        return;
    strcpy(row, "data abort\r\n");
    l->next = l->end;
}

static void a_fault_without_a_reset_is_no_edge(void **state)
{
    (void)state;
    up_edge("", 0x1130, 4 * MIB);
    rig.l.mangle = abort_there;
    assert_int_equal(read_at(NOR_BASE + 0x1000, 0x1000), -EFAULT);
    rig.l.mangle = NULL;
    assert_int_equal(read_at(NOR_BASE + 0x1130, 0x1000), 0);
    assert_int_equal(rows, 256);
    down();
}

/* Each reads a block in every 64 KiB, from low to high. */
static void try_all(uint64_t from, uint64_t end)
{
    for (uint64_t at = from; at < end; at += 0x10000) {
        int ret = read_at(NOR_BASE + at, 0x200);
        bool bad = NOR_BASE + at + 0x200 > bad_from && NOR_BASE + at < bad_end;
        if (bad)
            assert_int_equal(ret, -EFAULT);
    }
}

static void many_blocks_cost_few_resets(void **state)
{
    (void)state;
    up_edge("data abort", 0x8000, 4 * MIB);
    try_all(0, 4 * MIB);
    assert_int_equal(resets, 2); /* there, and 1 MiB behind it */
    try_all(0, 4 * MIB);
    assert_int_equal(resets, 2);
    down();
    /* A hole: what lies behind it is read, first or last. */
    up_edge("data abort", MIB, 0x10000);
    assert_int_equal(read_at(NOR_BASE + 3 * MIB, 0x200), 0);
    try_all(0, 4 * MIB);
    assert_int_equal(resets, 1);
    assert_int_equal(read_at(NOR_BASE + 3 * MIB, 0x200), 0);
    assert_int_equal(read_at(NOR_BASE + 2 * MIB, 0x200), 0);
    /* Another one behind it has an edge of its own. */
    bad_from = NOR_BASE + 3 * MIB;
    bad_end = bad_from + 0x10000;
    assert_int_equal(read_at(NOR_BASE + 3 * MIB, 0x200), -EFAULT);
    assert_int_equal(read_at(NOR_BASE + 2 * MIB, 0x200), 0);
    assert_int_equal(resets, 2);
    down();
}

static int sum_of(uint64_t at, uint64_t len)
{
    struct digest_value sum;

    return device_checksum(dev, NOR_BASE + at, len, &sum, NULL, &err);
}

static void checksums_keep_away(void **state)
{
    (void)state;
    up_edge("data abort", 0x8000, 0x100);
    assert_int_equal(sum_of(0, 0x10000), -ETIMEDOUT);
    assert_int_equal(sum_of(0x4000, 0x8000), -ETIMEDOUT);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(sum_of(0, 0x10000), -EBADMSG);
        assert_says(err.text, "made the device reset");
    }
    assert_int_equal(resets, 2);
    assert_int_equal(sum_of(0, 0x8000), 0);
    /* A dump tells where it is. */
    assert_int_equal(read_at(NOR_BASE + 0x7f00, 0x200), -EFAULT);
    assert_int_equal(sum_of(0x7000, 0x1000), 0);
    assert_int_equal(sum_of(0x7000, 0x1010), -EBADMSG);
    assert_int_equal(sum_of(0x9000, 0x100), -EBADMSG);
    assert_int_equal(resets, 3);
    down();
    /* It was the mains, twice. */
    up_edge("", 0x8000, 0x100);
    assert_int_equal(sum_of(0, 0x10000), -ETIMEDOUT);
    bad_from = bad_end = 0;
    assert_int_equal(sum_of(0, 0x10000), 0);
    bad_from = NOR_BASE + 0x8000;
    bad_end = bad_from + 0x100;
    assert_int_equal(sum_of(0, 0x10000), -ETIMEDOUT);
    bad_from = bad_end = 0;
    assert_int_equal(sum_of(0, 0x10000), 0);
    down();
}

static int uniform_of(uint64_t at, uint64_t len)
{
    bool uniform;

    return device_uniform(dev, NOR_BASE + at, len, &uniform, NULL, &err);
}

static void comparisons_keep_away(void **state)
{
    (void)state;
    up_edge("data abort", 0x1130, 4 * MIB);
    assert_int_equal(read_at(NOR_BASE + 0x1000, 0x1000), -EFAULT);
    assert_int_equal(resets, 1);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(uniform_of(0x1120, 64), -EBADMSG);
        assert_says(err.text, "made the device reset");
    }
    assert_int_equal(resets, 1);
    down();
    /* Two that end so are enough, too. */
    up_edge("data abort", 0x8000, 0x100);
    assert_int_equal(uniform_of(0, 0x10000), -ETIMEDOUT);
    assert_int_equal(uniform_of(0x4000, 0x8000), -ETIMEDOUT);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(uniform_of(0, 0x10000), -EBADMSG);
    assert_int_equal(resets, 2);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_reset_is_enough),
        cmocka_unit_test(a_reset_without_a_word_must_come_twice),
        cmocka_unit_test(a_fault_without_a_reset_is_no_edge),
        cmocka_unit_test(many_blocks_cost_few_resets),
        cmocka_unit_test(checksums_keep_away),
        cmocka_unit_test(comparisons_keep_away),
    };

    return cmocka_run_group_tests_name("device edge", tests, NULL, NULL);
}
