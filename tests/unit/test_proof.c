// SPDX-License-Identifier: BSD-2-Clause
// The questions that prove a guess: no record that changed stays unseen.

#include "unit.h"

#include "base/proof.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define SIZE  ((size_t)64 << 10)
#define BLOCK ((size_t)PROOF_BLOCK)

static uint8_t guess[SIZE];
static uint8_t truth[SIZE];
static struct proof proof;

static uint32_t seed;

static uint32_t next_random(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)(seed >> 4) * below) >> 28);
}

static int begin(void **state)
{
    (void)state;
    seed = 2;
    for (size_t i = 0; i < SIZE; i++)
        guess[i] = (uint8_t)next_random(256);
    memcpy(truth, guess, SIZE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    proof_free(&proof);
    return 0;
}

/* --- records --- */

enum kind { ZLIB, JAMCRC, RAW };

/* Data of len - 4 bytes, and their sum. */
static void seal(uint8_t *bytes, size_t at, size_t len, enum kind kind)
{
    uint32_t init = kind == RAW ? 0xffffffff : 0;
    uint32_t sum = (uint32_t)crc32_z(init, bytes + at, len - 4);

    sum ^= kind == ZLIB ? 0 : 0xffffffff;
    for (size_t i = 0; i < 4; i++)
        bytes[at + len - 4 + i] = (uint8_t)(sum >> 8 * i);
}

static void record(size_t at, size_t len, enum kind kind)
{
    seal(guess, at, len, kind);
    seal(truth, at, len, kind);
}

static void change(size_t at, size_t len, enum kind kind, size_t byte)
{
    truth[byte] ^= 0x21;
    seal(truth, at, len, kind);
}

/* --- a device that has truth --- */

static struct proof_means means = {.unit = 1, .uniform = true};

static bool is_uniform(size_t offset, size_t len)
{
    assert_int_equal(offset % PROOF_WORD, 0);
    assert_int_equal(len % PROOF_WORD, 0);
    assert_true(len >= (size_t)2 * PROOF_WORD);
    return memcmp(truth + offset, truth + offset + PROOF_WORD,
                  len - PROOF_WORD) == 0;
}

static bool agrees(const struct proof_step *s)
{
    struct digest_value ours;
    struct digest_value theirs;

    assert_true(s->len > 0 && s->offset + s->len <= SIZE);
    if (means.border != 0)
        assert_int_equal(s->offset / means.border,
                         (s->offset + s->len - 1) / means.border);
    if (s->kind == PROOF_UNIFORM)
        return is_uniform(s->offset, s->len);
    assert_int_equal(s->offset % means.unit, 0);
    digest_of(means.algorithm, guess + s->offset, s->len, &ours);
    digest_of(means.algorithm, truth + s->offset, s->len, &theirs);
    return digest_same(&ours, &theirs);
}

static size_t count(enum proof_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < proof.n; i++)
        n += proof.steps[i].kind == kind;
    return n;
}

static void make(size_t from, size_t to)
{
    const struct proof_guess g = {
        .bytes = guess,
        .before = from,
        .len = to - from,
        .behind = SIZE - to < SELFSUM_BEHIND ? SIZE - to : SELFSUM_BEHIND,
        .offset = from};

    if (means.algorithm == NULL)
        means.algorithm = digest_find("crc32");
    assert_int_equal(proof_make(&proof, &g, &means), 0);
}

/* What is asked of [from, to): every byte is in one sum, or is read. */
static void assert_covers(size_t from, size_t to)
{
    for (size_t i = 0; i < proof.n; i++) {
        if (proof.steps[i].kind == PROOF_UNIFORM)
            continue;
        assert_int_equal(proof.steps[i].offset, from);
        from += proof.steps[i].len;
    }
    assert_int_equal(from, to);
}

/* True: the device agrees with all that it is asked of [from, to). */
static bool proves(size_t from, size_t to)
{
    bool all = true;

    make(from, to);
    assert_covers(from, to);
    for (size_t i = 0; i < proof.n; i++)
        all = all &&
              (proof.steps[i].kind == PROOF_NONE || agrees(&proof.steps[i]));
    return all;
}

static bool one_sum_agrees(size_t from, size_t to)
{
    const struct proof_step s = {PROOF_SUM, from, to - from};

    return agrees(&s);
}

/* A change that one sum does not see, and the proof does. */
static void assert_seen(size_t from, size_t to)
{
    make(from, to); /* sets the algorithm */
    assert_true(one_sum_agrees(from, to));
    assert_int_equal(count(PROOF_NONE), 0);
    assert_false(proves(from, to));
}

/* --- tests --- */

static void plain_bytes_cost_one_question(void **state)
{
    (void)state;
    assert_true(proves(0, SIZE));
    assert_int_equal(proof.n, 1);
    truth[300] ^= 1;
    assert_false(proves(0, SIZE));
}

static void records_of_all_kinds(void **state)
{
    (void)state;
    for (enum kind kind = ZLIB; kind <= RAW; kind++) {
        (void)begin(NULL);
        record(4096, 512, kind);  /* boot blocks A and B */
        record(4608, 512, kind);  /* adjacent */
        record(9000, 2052, kind); /* a blob */
        record(20000, 68, kind);  /* nested */
        record(19992, 400, kind);
        change(4096, 512, kind, 4100);
        assert_seen(0, SIZE);
        change(4608, 512, kind, 4700);
        assert_seen(0, SIZE);
        change(9000, 2052, kind, 9500);
        assert_seen(0, SIZE);
        (void)begin(NULL);
        record(20000, 68, kind);
        record(19992, 400, kind);
        change(20000, 68, kind, 20010); /* the outer one changes, too */
        seal(truth, 19992, 400, kind);
        assert_seen(0, SIZE);
    }
}

/* The record begins in front of the question; only what lies in it changed. */
static void across_the_front(void **state)
{
    (void)state;
    record(4090, 600, ZLIB);
    change(4090, 600, ZLIB, 4600);
    assert_seen(4096, 8192);
}

/* Its sum lies across the end: a part of the change is in the next question. */
static void across_the_end(void **state)
{
    (void)state;
    record(4000, 98, ZLIB); /* its sum is at 4094 */
    change(4000, 98, ZLIB, 4010);
    assert_true(!proves(0, 4096));
    (void)begin(NULL);
    record(4000, 98, ZLIB);
    for (unsigned i = 0; i < 65536; i++) { /* one that ends with the same two */
        truth[4010] = (uint8_t)i;
        truth[4011] = (uint8_t)(i >> 8);
        seal(truth, 4000, 98, ZLIB);
        if (i != (guess[4010] | (unsigned)guess[4011] << 8) &&
            memcmp(truth + 4096, guess + 4096, 2) == 0)
            break;
    }
    assert_seen(0, 4096);
}

static void cut_where_no_more_is_known(void **state)
{
    const struct proof_guess g = {
        .bytes = guess, .len = 4096, .end_unknown = true};

    (void)state;
    make(0, 4096);
    assert_int_equal(proof_make(&proof, &g, &means), 0);
    assert_int_equal(proof.n, 2);
    assert_int_equal(proof.steps[1].offset, 4093);
}

/* A word is no unit of the sums: the last block is read. */
static void read_where_no_more_is_known(void **state)
{
    const struct proof_guess g = {
        .bytes = guess, .len = 4096, .end_unknown = true};

    (void)state;
    make(0, 4096);
    means.unit = 512;
    means.uniform = false;
    assert_int_equal(proof_make(&proof, &g, &means), 0);
    means.unit = 1;
    means.uniform = true;
    assert_covers(0, 4096);
    assert_int_equal(proof.n, 2);
    assert_int_equal(proof.steps[0].kind, PROOF_SUM);
    assert_int_equal(proof.steps[1].kind, PROOF_NONE);
    assert_int_equal(proof.steps[1].offset, 4096 - PROOF_BLOCK);
}

/* ... and read up to a round place where it is not known what is before. */
static void read_where_a_record_may_begin_before(void **state)
{
    struct proof_guess g = {
        .bytes = guess, .len = 8192, .offset = 5120, .front_unknown = true};

    (void)state;
    make(0, 4096);
    assert_int_equal(proof_make(&proof, &g, &means), 0);
    assert_int_equal(proof.steps[0].kind, PROOF_NONE);
    assert_int_equal(proof.steps[0].len, 8192 - 5120);
    assert_int_equal(proof.steps[1].kind, PROOF_SUM);
    g.offset = 8192;
    assert_int_equal(proof_make(&proof, &g, &means), 0);
    assert_int_equal(proof.n, 1);
    assert_int_equal(proof.steps[0].kind, PROOF_SUM);
}

/* A boot counter in blank flash. */
static void a_record_in_blank_flash(void **state)
{
    static const size_t places[] = {8192, 8193, 8200, 12000, 16376};

    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        memset(guess + 8192, 0xff, 8192);
        memcpy(truth, guess, SIZE);
        truth[places[i]] = 7;
        seal(truth, places[i], 8, ZLIB);
        assert_seen(0, SIZE);
        assert_in_range(proof.n, 2, 6);
        assert_seen(8192, 16384);
        assert_in_range(proof.n, 2, 2);
        for (size_t at = 8192; at < 16384; at += BLOCK) {
            bool same = memcmp(truth + at - 8, guess + at - 8, BLOCK + 16) == 0;
            assert_true(!same || proves(at, at + BLOCK));
            assert_int_equal(proof.n, 2);
            assert_int_equal(count(PROOF_NONE), 0);
        }
    }
}

/* A raw record among zeros: of any length. */
static void a_raw_record_in_zeros(void **state)
{
    static const size_t lengths[] = {12, 32, 500, 4000};

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(guess + 8192, 0, 8192);
        memcpy(truth, guess, SIZE);
        for (unsigned k = 0; k < 7; k++)
            truth[9001 + k] = (uint8_t)('a' + k);
        seal(truth, 9001, lengths[i], RAW);
        assert_seen(0, SIZE);
        assert_seen(8192, 16384);
        assert_int_equal(proof.n, 2);
    }
}

static void nothing_but_reading_without_comparison(void **state)
{
    (void)state;
    memset(guess + 8192, 0xff, 8192);
    means.uniform = false;
    assert_false(proves(4096, 20480) && false);
    assert_int_equal(count(PROOF_NONE), 1);
    assert_int_equal(proof.steps[1].offset, 8192);
    assert_int_equal(proof.steps[1].len, 8192);
    means.uniform = true;
}

/* Headers of 12 bytes every 60: reading costs less. */
static void dense_records_are_read(void **state)
{
    (void)state;
    for (size_t at = 8192; at < 12288; at += 60)
        record(at, 12, RAW);
    change(8192 + 600, 12, RAW, 8192 + 602);
    assert_true(proves(0, SIZE));
    assert_int_equal(count(PROOF_NONE), 1);
    assert_int_equal(proof.steps[1].offset, 8192);
    assert_in_range(proof.steps[1].len, 4096, 4096);
}

static void whole_sectors_alone(void **state)
{
    (void)state;
    record(4096, 512, ZLIB);
    record(8192, 516, ZLIB); /* its sum begins a sector */
    means.unit = 512;
    means.uniform = false;
    make(0, SIZE);
    assert_covers(0, SIZE);
    assert_int_equal(count(PROOF_NONE), 1);
    assert_int_equal(proof.steps[1].offset, 4096);
    assert_int_equal(count(PROOF_SUM), 3);
    means.unit = 1;
    means.uniform = true;
}

static void a_hash_is_asked_once(void **state)
{
    (void)state;
    record(4096, 512, ZLIB);
    memset(guess + 8192, 0xff, 8192);
    means.algorithm = digest_find("md5");
    make(0, SIZE);
    assert_int_equal(proof.n, 1);
    means.algorithm = NULL;
}

/* cksum is blind to other records. */
static void the_other_order_of_bits(void **state)
{
    uint32_t r = 0xffffffff;

    (void)state;
    means.algorithm = digest_find("cksum");
    for (size_t i = 5000; i < 5100; i++) {
        r ^= (uint32_t)guess[i] << 24;
        for (int bit = 0; bit < 8; bit++)
            r = r << 1 ^ ((r >> 31) != 0 ? 0x04c11db7U : 0);
    }
    r = ~r;
    for (size_t i = 0; i < 4; i++)
        guess[5100 + i] = (uint8_t)(r >> (24 - 8 * i));
    make(0, SIZE);
    assert_int_equal(proof.n, 2);
    assert_int_equal(proof.steps[1].offset, 5100);
    means.algorithm = NULL;
}

/* --- at random --- */

static void seal_any(uint8_t *bytes, size_t at, size_t len)
{
    enum kind kind = (enum kind)next_random(3);

    if (kind == RAW) { /* at multiples of four alone */
        at -= at % 4;
        len -= len % 4;
    }
    seal(bytes, at, len, kind);
}

static void scatter(void)
{
    for (int i = 0; i < 6; i++) {
        size_t at = next_random(SIZE - 3000);
        size_t len = 12 + next_random(i % 2 != 0 ? 60 : 2500);
        switch (next_random(4)) {
        case 0:
            memset(guess + at, 0xff, len);
            break;
        case 1:
            memset(guess + at, 0, len);
            break;
        default:
            seal_any(guess, at, len);
        }
    }
    memcpy(truth, guess, SIZE);
}

/* A record is written over what is there, or changed in place. */
static void write_some(void)
{
    for (int i = 0; i < 3; i++) {
        size_t at = next_random(SIZE - 3000);
        size_t len = 12 + next_random(i == 0 ? 2500 : 40);
        for (size_t n = 0; n < 1 + next_random(6); n++)
            truth[at + next_random((uint32_t)len - 4)] ^=
                (uint8_t)(1 + next_random(255));
        seal_any(truth, at, len);
    }
}

/* Whatever is called proved is the same. */
static void assert_honest(size_t from, size_t to)
{
    if (!proves(from, to))
        return;
    for (size_t i = 0; i < proof.n; i++) {
        const struct proof_step *s = &proof.steps[i];
        if (s->kind == PROOF_SUM)
            assert_memory_equal(guess + s->offset, truth + s->offset, s->len);
    }
}

static void at_random(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 400; round++) {
        size_t from;
        size_t to;
        (void)begin(NULL);
        seed = round;
        means.uniform = round % 4 != 0;
        means.border = round % 3 == 0 ? 8192 : 0;
        scatter();
        write_some();
        from = next_random(SIZE / BLOCK - 16) * BLOCK;
        to = from + BLOCK * (1 + next_random(16));
        if (means.border != 0)
            to = from - from % 8192 + 8192;
        assert_honest(from, to);
    }
    means.uniform = true;
    means.border = 0;
}

#define PROOF_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROOF_TEST(plain_bytes_cost_one_question),
        PROOF_TEST(records_of_all_kinds),
        PROOF_TEST(across_the_front),
        PROOF_TEST(across_the_end),
        PROOF_TEST(cut_where_no_more_is_known),
        PROOF_TEST(read_where_no_more_is_known),
        PROOF_TEST(read_where_a_record_may_begin_before),
        PROOF_TEST(a_record_in_blank_flash),
        PROOF_TEST(a_raw_record_in_zeros),
        PROOF_TEST(nothing_but_reading_without_comparison),
        PROOF_TEST(dense_records_are_read),
        PROOF_TEST(whole_sectors_alone),
        PROOF_TEST(a_hash_is_asked_once),
        PROOF_TEST(the_other_order_of_bits),
        PROOF_TEST(at_random),
    };

    return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
