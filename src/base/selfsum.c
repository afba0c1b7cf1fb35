// SPDX-License-Identifier: BSD-2-Clause
// Records in bytes of ours that carry their own CRC-32.

/*
 * In linear time. All sums here are polynomials modulo the CRC's. With R(k) the
 * register after k bytes, from zero, a register that begins as `init` before
 * byte i is, before byte j,
 *
 *   (R(i) + init) * x^(8(j-i)) + R(j) - R(i) * x^(8(j-i))
 *
 * so that it is `want` there exactly if
 *
 *   (R(j) + want) * x^(-8j)  ==  (R(i) + init) * x^(-8i)
 *
 * The right side is the key of a start; each end is one look-up for each kind.
 * U(k) = R(k) * x^(-8k) is kept instead of R, since it grows by one term a
 * byte: U(k+1) = U(k) + byte * x^(-8k).
 *
 * Starts are kept as a compressor keeps its window: by grade a ring of the last
 * ones, and chains through it, the latest first. A chain ends at the first
 * entry that has left the ring. Most keys are nobody's: a bitmap tells that
 * before any chain is looked at. It has the bits of all that is in the rings
 * and is made anew now and then, to lose those of what has left them.
 */

#include "base/selfsum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define POLY      0xedb88320U
#define ONES      0xffffffffU
#define ZLIB_DONE 0xdebb20e3U /* the register behind data and zlib's sum */
#define RAW_MIN   12U         /* bytes of a span that starts from zeros */
#define WORD      4U /* what such a span, or one of the other order, begins at */
#define SPAN_MIN  5U /* of any other */
/* Farther before the range only multiples of STRIDE are starts. */
#define NEAR_RANGE  ((size_t)65536)
#define STRIDE      1024U
#define SIEVE_BITS  ((size_t)1 << 19)
#define SIEVE_BYTES 16384U /* gone over until it is made anew */

/* What a register can begin as. */
enum init { ZEROS, FULL, INITS };

struct grade {
    uint32_t step;  /* starts are multiples of it */
    uint32_t slots; /* in its ring; a power of two */
};

static const struct grade grades[] = {
    {1, 4096}, {4, 4096}, {64, 1024}, {STRIDE, 1024}};
#define GRADES    (sizeof(grades) / sizeof(grades[0]))
#define SLOTS_MAX 4096U

/* Positions are counted from the first byte looked at, plus 1; 0: none. */
struct ring {
    uint32_t head[INITS][SLOTS_MAX];
    uint32_t next[INITS][SLOTS_MAX];
    uint32_t key[INITS][SLOTS_MAX];
};

struct finder {
    struct ring rings[GRADES];
    uint8_t sieve[INITS][SIEVE_BITS / 8];
    size_t sieved;       /* position at which it was made */
    uint32_t table[256]; /* a byte forward */
    uint32_t back[256];  /* index by the top byte of table's entry */
    const uint8_t *bytes;
    size_t total;
    size_t first;    /* byte of the range */
    size_t end;      /* of it */
    uint64_t origin; /* offset of the first byte in its medium */
    /* All times x^(-8 at): */
    size_t at;
    uint32_t u;    /* the register, from zeros */
    uint32_t one;  /* 1 */
    uint32_t byte; /* x^24: what a byte is worth */
    uint32_t ones; /* ONES */
    uint32_t zlib; /* ZLIB_DONE */
};

static void make_tables(struct finder *f)
{
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t r = n;
        for (int bit = 0; bit < 8; bit++)
            r = r >> 1 ^ ((0U - (r & 1U)) & POLY);
        f->table[n] = r;
        f->back[r >> 24] = n;
    }
}

/* The product of a and b. All 64 bits of it first, in no order that one step
 * would have to wait for another in; then what is above x^31. */
static uint32_t gf_times(const struct finder *f, uint32_t a, uint32_t b)
{
    uint64_t wide = (uint64_t)b << 32;
    uint64_t product = 0;
    uint32_t high;

    for (unsigned bit = 0; bit < 32; bit++)
        product ^= (0U - (uint64_t)(a >> bit & 1U)) & wide >> (31 - bit);
    high = (uint32_t)product;
    for (unsigned i = 0; i < 4; i++)
        high = high >> 8 ^ f->table[high & 0xff];
    return (uint32_t)(product >> 32) ^ high;
}

/* r / x^8 */
static uint32_t gf_back(const struct finder *f, uint32_t r)
{
    uint32_t n = f->back[r >> 24];

    return (r ^ f->table[n]) << 8 | n;
}

/* A byte times f->byte. */
static uint32_t worth(const struct finder *f, uint8_t value)
{
    uint64_t w = (uint64_t)f->byte << 8;
    uint64_t sum = 0;

    for (unsigned bit = 0; bit < 8; bit++)
        sum ^= (0U - (uint64_t)(value >> bit & 1U)) & w >> (7 - bit);
    return (uint32_t)(sum >> 8) ^ f->table[sum & 0xff];
}

/* --- the bitmap --- */

static size_t sieve_bit(uint32_t key)
{
    return key * 0x85ebca6bU >> 13; /* SIEVE_BITS */
}

static void sieve_add(struct finder *f, int init, uint32_t key)
{
    size_t bit = sieve_bit(key);

    f->sieve[init][bit / 8] |= (uint8_t)(1U << bit % 8);
}

static bool sieve_has(const struct finder *f, int init, uint32_t key)
{
    size_t bit = sieve_bit(key);

    return (f->sieve[init][bit / 8] >> bit % 8 & 1U) != 0;
}

static void make_sieve(struct finder *f)
{
    memset(f->sieve, 0, sizeof(f->sieve));
    for (size_t g = 0; g < GRADES; g++)
        for (size_t slot = 0; slot < grades[g].slots; slot++)
            for (int i = 0; i < INITS; i++)
                sieve_add(f, i, f->rings[g].key[i][slot]);
    f->sieved = f->at;
}

/* --- starts --- */

static size_t hash_of(const struct grade *g, uint32_t key)
{
    return key * 0x9e3779b1U >> 16 & (g->slots - 1);
}

static void add_start(struct finder *f, size_t grade)
{
    const struct grade *g = &grades[grade];
    struct ring *r = &f->rings[grade];
    size_t slot = (f->origin + f->at) / g->step & (g->slots - 1);
    const uint32_t keys[INITS] = {f->u, f->u ^ f->ones};

    for (int i = 0; i < INITS; i++) {
        size_t h = hash_of(g, keys[i]);
        r->key[i][slot] = keys[i];
        r->next[i][slot] = r->head[i][h];
        r->head[i][h] = (uint32_t)f->at + 1;
        sieve_add(f, i, keys[i]);
    }
}

static void add_starts(struct finder *f)
{
    uint64_t place = f->origin + f->at;

    for (size_t i = 0; i < GRADES && place % grades[i].step == 0; i++)
        add_start(f, i);
}

/* A span of at least min bytes ends at `end`, if it starts with that key. */
static bool starts_in(const struct finder *f, size_t grade, enum init init,
                      uint32_t key, size_t end, bool words)
{
    size_t min = init == ZEROS ? RAW_MIN : SPAN_MIN;

    const struct grade *g = &grades[grade];
    const struct ring *r = &f->rings[grade];
    size_t reach = (size_t)g->step * g->slots;

    for (uint32_t p = r->head[init][hash_of(g, key)];
         p != 0 && f->at - (p - 1) < reach;) {
        size_t slot = (f->origin + p - 1) / g->step & (g->slots - 1);
        if (r->key[init][slot] == key && end - (p - 1) >= min &&
            (!words || (f->origin + p - 1) % WORD == 0))
            return true;
        p = r->next[init][slot];
    }
    return false;
}

/* words: at a multiple of WORD. */
static bool starts(const struct finder *f, enum init init, uint32_t key,
                   size_t end, bool words)
{
    if (!sieve_has(f, init, key))
        return false;
    for (size_t i = 0; i < GRADES; i++)
        if (starts_in(f, i, init, key, end, words))
            return true;
    return false;
}

/* --- ends --- */

/* The span's sum ends before f->at: the register has gone over it. */
static bool ends_here(const struct finder *f)
{
    return starts(f, FULL, f->u, f->at, false) ||
           starts(f, ZEROS, f->u, f->at, true) ||
           starts(f, FULL, f->u ^ f->zlib, f->at, false);
}

/* The span's data ends before f->at; its sum follows, the wrong way round. */
static bool ends_with_other_order(const struct finder *f)
{
    const uint8_t *b = f->bytes + f->at;
    uint32_t sum = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
                   (uint32_t)b[2] << 8 | b[3];
    uint32_t key = f->u ^ gf_times(f, sum, f->one);
    size_t end = f->at + 4;

    return starts(f, FULL, key, end, true) ||
           starts(f, ZEROS, key, end, true) ||
           starts(f, FULL, key ^ f->ones, end, true);
}

static void set_cut(const struct finder *f, uint8_t *cuts, size_t at)
{
    at -= f->first;
    cuts[at / 8] |= (uint8_t)(1U << at % 8);
}

static void look_for_ends(const struct finder *f, uint8_t *cuts)
{
    if (f->at >= f->first + 4 && f->at - 4 < f->end && ends_here(f))
        set_cut(f, cuts, f->at - 4);
    if (f->at >= f->first && f->at < f->end && f->at + 4 <= f->total &&
        (f->origin + f->at) % WORD == 0 && ends_with_other_order(f))
        set_cut(f, cuts, f->at);
}

/* --- going over the bytes --- */

static void go_byte(struct finder *f)
{
    f->u ^= worth(f, f->bytes[f->at++]);
    f->one = gf_back(f, f->one);
    f->byte = gf_back(f, f->byte);
    f->ones = gf_back(f, f->ones);
    f->zlib = gf_back(f, f->zlib);
}

/* len bytes at once, among which nothing starts. shrink: x^(-8 len). */
static void go_far(struct finder *f, size_t len, uint32_t shrink)
{
    uint32_t r = ONES ^ (uint32_t)crc32_z(ONES, f->bytes + f->at, len);

    f->at += len;
    f->one = gf_times(f, f->one, shrink);
    f->byte = gf_times(f, f->byte, shrink);
    f->ones = gf_times(f, f->ones, shrink);
    f->zlib = gf_times(f, f->zlib, shrink);
    f->u ^= gf_times(f, r, f->one);
}

static void go_to_range(struct finder *f)
{
    uint32_t shrink = 0x80000000U; /* 1 */

    for (unsigned i = 0; i < STRIDE; i++)
        shrink = gf_back(f, shrink);
    while (f->at < f->first) {
        bool on = (f->origin + f->at) % STRIDE == 0;
        add_starts(f);
        if (on && f->first - f->at > NEAR_RANGE + STRIDE)
            go_far(f, STRIDE, shrink);
        else
            go_byte(f);
    }
}

static void find(struct finder *f, uint8_t *cuts)
{
    go_to_range(f);
    make_sieve(f);
    for (;;) {
        if (f->at - f->sieved >= SIEVE_BYTES)
            make_sieve(f);
        look_for_ends(f, cuts);
        if (f->at == f->total)
            return;
        add_starts(f);
        go_byte(f);
    }
}

/* --- both orders of bits --- */

static uint8_t turned(uint8_t b)
{
    b = (uint8_t)(b >> 4 | b << 4);
    b = (uint8_t)((b & 0xccU) >> 2 | (b & 0x33U) << 2);
    return (uint8_t)((b & 0xaaU) >> 1 | (b & 0x55U) << 1);
}

static uint8_t *turn_all(const uint8_t *bytes, size_t len)
{
    uint8_t *out = malloc(len + 1);

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++)
        out[i] = turned(bytes[i]);
    return out;
}

int selfsum_find(const struct selfsum_range *r, uint8_t *cuts)
{
    size_t before = r->before < SELFSUM_BEFORE ? r->before : SELFSUM_BEFORE;
    size_t behind = r->behind < SELFSUM_BEHIND ? r->behind : SELFSUM_BEHIND;
    const uint8_t *bytes = r->bytes + (r->before - before);
    size_t total = before + r->len + behind;
    struct finder *f = calloc(1, sizeof(*f));
    uint8_t *copy = r->msb_first ? turn_all(bytes, total) : NULL;
    bool room = f != NULL && (copy != NULL || !r->msb_first);

    memset(cuts, 0, (r->len + 7) / 8);
    if (room) {
        make_tables(f);
        f->bytes = copy != NULL ? copy : bytes;
        f->total = total;
        f->first = before;
        f->end = before + r->len;
        f->origin = r->offset - before;
        f->one = 0x80000000U;
        f->byte = 0x80U; /* x^24 */
        f->ones = ONES;
        f->zlib = ZLIB_DONE;
        find(f, cuts);
    }
    free(copy);
    free(f);
    return room ? 0 : -ENOMEM;
}
