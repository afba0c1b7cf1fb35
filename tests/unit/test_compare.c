// SPDX-License-Identifier: BSD-2-Clause
// Ranges are put together; differences are found by checksums alone.

#include "unit.h"

#include "base/digest.h"
#include "base/proof.h"
#include "compare.h"
#include "merge.h"

#include <errno.h>
#include <inttypes.h>

#define SIZE ((size_t)1 << 20)

static uint8_t ours[SIZE];
static uint8_t theirs[SIZE];
static char told[4096];
static unsigned sums;     /* asked for */
static unsigned lie_each; /* every n-th answer is wrong; 0: none */
static unsigned mute_each;
static int code;        /* of every answer */
static uint64_t at_end; /* passed last */
static struct merge merge;

static void tell(void *arg, const struct merge_range *r)
{
    size_t n = strlen(told);

    (void)arg;
    (void)snprintf(told + n, sizeof(told) - n, "%" PRIx64 "-%" PRIx64 "%c ",
                   r->from, r->end, "?dfc"[r->kind]);
}

static int sum(void *arg, uint64_t offset, size_t len, struct digest_value *out)
{
    (void)arg;
    sums++;
    if (code != 0)
        return code;
    if (mute_each != 0 && sums % mute_each == 0)
        return -EIO;
    assert_true(offset + len <= SIZE);
    digest_of(digest_find("crc32"), theirs + offset, len, out);
    if (lie_each != 0 && sums % lie_each == 0)
        out->bytes[sums % 4] ^= (uint8_t)(1 + sums % 255);
    return 0;
}

static int sum_of(void *arg, uint64_t offset, uint64_t len,
                  struct digest_value *out)
{
    int r = sum(arg, offset, (size_t)len, out);

    return r == -EIO ? -EBADMSG : r;
}

static int ask(void *arg, uint64_t offset, size_t len, bool sure, bool *partly)
{
    const struct proof_asker asker = {
        .sum = sum_of, .arg = arg, .unanswered_max = 2};
    const struct proof_means means = {.algorithm = digest_find("crc32")};
    const struct proof_step step = {PROOF_SUM, offset, len};
    int error;

    (void)partly;
    switch (proof_ask(&asker, &means, &step, ours + offset, sure, &error)) {
    case PROOF_SAME:
        return 1;
    case PROOF_DIFFERS:
        return 0;
    case PROOF_UNKNOWN:
        break;
    }
    return error == -EBADMSG ? sure : error;
}

static void found(void *arg, enum compare_kind kind, uint64_t offset,
                  size_t len)
{
    (void)arg;
    merge_add(&merge, (unsigned)kind, offset, len);
}

static void passed(void *arg, uint64_t end)
{
    (void)arg;
    assert_true(end >= at_end);
    at_end = end;
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        ours[i] = (uint8_t)(i * 7 + (i >> 8));
    memcpy(theirs, ours, SIZE);
    sums = lie_each = mute_each = 0;
    code = 0;
    at_end = 0;
    told[0] = '\0';
    merge = (struct merge){.emit = tell};
    return 0;
}

static int compare_some(uint64_t offset, size_t len, unsigned looks)
{
    struct compare c = {
        .ask = ask, .found = found, .passed = passed, .looks = looks};
    int r;

    at_end = 0;
    r = compare_piece(&c, offset, len);
    merge_end(&merge);
    return r;
}

static void merges(void **state)
{
    (void)state;
    merge_add(&merge, 1, 0, 0);
    merge_add(&merge, 1, 0, 0x10);
    merge_add(&merge, 1, 0x10, 0x10);
    merge_add(&merge, 1, 0x18, 4);
    merge_add(&merge, 1, 0x20, 0);
    merge_add(&merge, 2, 0x20, 0x10);
    merge_add(&merge, 2, 0x31, 1);
    merge_add(&merge, 2, 0x8, 8); /* goes back */
    merge_add(&merge, 3, UINT64_MAX - 1, 1);
    merge_end(&merge);
    merge_end(&merge);
    assert_string_equal(told, "0-20d 20-30f 31-32f 8-10f "
                              "fffffffffffffffe-ffffffffffffffffc ");
    assert_int_equal(merge.bytes[1], 0x20);
    assert_int_equal(merge.bytes[2], 0x19);
}

static void same_costs_one_sum(void **state)
{
    (void)state;
    assert_int_equal(compare_some(0, SIZE, 64), 0);
    assert_string_equal(told, "");
    assert_int_equal(sums, 1);
    assert_int_equal(at_end, SIZE);
    assert_int_equal(compare_some(5, 0, 64), 0);
    assert_int_equal(sums, 1);
}

static void one_byte_is_found(void **state)
{
    (void)state;
    theirs[0x12345] ^= 1;
    assert_int_equal(compare_some(0, SIZE, 64), 0);
    assert_string_equal(told, "12340-12350d ");
    assert_true(sums < 40);
    assert_int_equal(at_end, SIZE);
}

static void edges_and_neighbours(void **state)
{
    (void)state;
    theirs[0] ^= 1;
    theirs[0x1ff] ^= 1;
    theirs[0x200] ^= 1;
    theirs[SIZE - 1] ^= 1;
    assert_int_equal(compare_some(0, SIZE, 64), 0);
    assert_string_equal(told, "0-10d 1f0-210d ffff0-100000d ");
}

static void odd_sizes(void **state)
{
    (void)state;
    theirs[1000 + 4294] ^= 1;
    assert_int_equal(compare_some(1000, 4295, 64), 0);
    /* 4096 + 199: 128 + 64 + 7 */
    assert_string_equal(told, "14a8-14afd ");
    told[0] = '\0';
    theirs[3] ^= 1;
    assert_int_equal(compare_some(3, 1, 64), 0);
    assert_string_equal(told, "3-4d ");
}

/* Each of 2048 pieces is told in pieces of 512 when there are too many. */
static void looks_closely_at_a_few(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4096; i += 512)
        theirs[i] ^= 1;
    assert_int_equal(compare_some(0, 4096, 3), 0);
    assert_string_equal(told, "0-10d 200-210d 400-410d 600-1000d ");
    assert_int_equal(set_up(state), 0);
    memset(theirs, 0, SIZE);
    assert_int_equal(compare_some(0, SIZE, 64), 0);
    assert_int_equal(merge.bytes[COMPARE_FAILED], 0);
    assert_true(merge.bytes[COMPARE_DIFFERS] > SIZE - SIZE / 16);
    assert_true(sums < 15000);
}

/* No difference is told that is not there, and each that is. */
static void answers_with_noise(void **state)
{
    (void)state;
    for (unsigned n = 2; n < 12; n++) {
        assert_int_equal(set_up(state), 0);
        lie_each = n;
        assert_int_equal(compare_some(0, SIZE, 64), 0);
        assert_string_equal(told, "");
        theirs[0x4242] ^= 1;
        assert_int_equal(compare_some(0, SIZE, 64), 0);
        if (n > 2) /* else the device never says one thing twice */
            assert_string_equal(told, "4240-4250d ");
    }
}

static void answers_that_do_not_come(void **state)
{
    (void)state;
    mute_each = 3;
    theirs[0x4242] ^= 1;
    assert_int_equal(compare_some(0, SIZE, 64), 0);
    assert_string_equal(told, "4240-4250d ");
    assert_int_equal(set_up(state), 0);
    code = -EOPNOTSUPP;
    assert_int_equal(compare_some(0, SIZE, 64), -EOPNOTSUPP);
    assert_int_equal(sums, 1);
    assert_string_equal(told, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(merges, set_up),
        cmocka_unit_test_setup(same_costs_one_sum, set_up),
        cmocka_unit_test_setup(one_byte_is_found, set_up),
        cmocka_unit_test_setup(edges_and_neighbours, set_up),
        cmocka_unit_test_setup(odd_sizes, set_up),
        cmocka_unit_test_setup(looks_closely_at_a_few, set_up),
        cmocka_unit_test_setup(answers_with_noise, set_up),
        cmocka_unit_test_setup(answers_that_do_not_come, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
