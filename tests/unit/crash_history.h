// SPDX-License-Identifier: BSD-2-Clause
// What was done to the caches, and what a disk may have of it at a time.

#ifndef UNIT_CRASH_HISTORY_H
#define UNIT_CRASH_HISTORY_H

#include "crash_record.h"

#include "store/cache.h"

#define AT(n)  ((uint64_t)BLOCK_SIZE * (n))
#define BLOCKS 61U
#define BOARDS 3U /* contents that a block may have */
#define EVENTS 4000U

/* The media of all caches in one row. */
enum { FLASH, SF0, OTHER, MOVED, MEDIA };

/* What a block is: absent (board 0), or that board's bytes in that state. */
struct pair {
    uint8_t board;
    uint8_t state;
};

enum event_kind {
    EV_SET,        /* the block is pair */
    EV_TORN,       /* it is not, but its bytes may be */
    EV_UNSURE,     /* the medium is about to start anew */
    EV_RESET,      /* it has */
    EV_SYNCED,     /* the medium is durable, its first value blocks */
    EV_OPENING,    /* with configuration value */
    EV_OPENED,     /* and now with all that belongs to it */
    EV_KEEPING,    /* text value is about to be kept; block 1: aside */
    EV_KEPT,       /* it is, durably */
    EV_FORGETTING, /* the other cache is about to go */
    EV_FORGOTTEN   /* it has, durably */
};

struct event {
    size_t at; /* so many operations had been noted */
    enum event_kind kind;
    unsigned medium;
    unsigned block;
    struct pair pair;
    int value;
};

static struct history {
    size_t count;
    struct event events[EVENTS];
} history;

static inline void tell(struct event e)
{
    assert_true(history.count < EVENTS);
    e.at = oplog.count;
    history.events[history.count++] = e;
}

#define TELL(...) tell((struct event){__VA_ARGS__})

/* What must and what may be found. */
struct expected {
    uint16_t allowed[MEDIA][BLOCKS]; /* a bit for each pair but absent */
    bool must[MEDIA][BLOCKS];        /* absent is not allowed */
    struct pair now[MEDIA][BLOCKS];  /* in memory */
    bool torn[MEDIA][BLOCKS];        /* pair now, if its bytes are whole */
    int config;         /* that the device's cache is to be opened with */
    int before;         /* that it was last opened with; will do as well */
    bool identified[2]; /* device's, other: the identity is there */
    bool forgotten;     /* the other cache is not there */
    unsigned kept[2];   /* a bit for each text that may be found; 1: none;
                           the second: aside */
};

static inline uint16_t pair_bit(struct pair p)
{
    static const uint8_t row[BLOCK_STATES] = {
        [BLOCK_CHECKSUM] = 1, [BLOCK_IMAGE] = 2, [BLOCK_REREAD] = 3};

    if (p.board == 0)
        return 0;
    return (uint16_t)(1U << ((p.board - 1) * 4 + row[p.state]));
}

static inline void expect_block(struct expected *x, const struct event *e)
{
    x->must[e->medium][e->block] = false;
    x->torn[e->medium][e->block] = e->kind == EV_TORN;
    if (e->kind == EV_TORN)
        return;
    x->now[e->medium][e->block] = e->pair;
    x->allowed[e->medium][e->block] |= pair_bit(e->pair);
}

static inline void expect_medium(struct expected *x, const struct event *e)
{
    unsigned end = e->kind == EV_SYNCED ? (unsigned)e->value : BLOCKS;

    for (unsigned n = 0; n < end; n++) {
        struct pair *now = &x->now[e->medium][n];
        bool *must = &x->must[e->medium][n];

        if (e->kind == EV_RESET)
            *now = (struct pair){0, 0};
        if (e->kind == EV_RESET ||
            (e->kind == EV_SYNCED && !x->torn[e->medium][n]))
            x->allowed[e->medium][n] = pair_bit(*now);
        *must = e->kind == EV_SYNCED && now->board != 0 &&
                !x->torn[e->medium][n];
    }
}

static inline void expect_event(struct expected *x, const struct event *e)
{
    switch (e->kind) {
    case EV_SET:
    case EV_TORN:
        expect_block(x, e);
        break;
    case EV_UNSURE:
    case EV_RESET:
    case EV_SYNCED:
        expect_medium(x, e);
        break;
    case EV_OPENING:
        x->config = e->value;
        break;
    case EV_OPENED:
        x->before = x->config;
        x->identified[e->medium == OTHER] = true;
        if (e->medium == OTHER)
            x->forgotten = false;
        break;
    case EV_KEEPING:
        x->kept[e->block] |= 1U << e->value;
        break;
    case EV_KEPT:
        x->kept[e->block] = 1U << e->value;
        break;
    case EV_FORGETTING:
        x->identified[1] = false;
        break;
    case EV_FORGOTTEN:
        x->forgotten = true;
        break;
    }
}

/* After the first cut operations. */
static inline void expect_at(struct expected *x, size_t cut)
{
    memset(x, 0, sizeof(*x)); /* all of it: it is hashed */
    x->kept[0] = x->kept[1] = 1;
    for (size_t i = 0; i < history.count && history.events[i].at <= cut; i++)
        expect_event(x, &history.events[i]);
}

static inline void history_cut(size_t cut)
{
    while (history.count > 0 && history.events[history.count - 1].at > cut)
        history.count--;
}

/* The bytes of block n on board 1 to BOARDS. */
static inline const uint8_t *board_bytes(unsigned board, unsigned n)
{
    static uint8_t bytes[BOARDS][BLOCKS][BLOCK_SIZE];
    uint8_t *b = bytes[board - 1][n];

    for (unsigned i = 0; b[0] == 0 && i < BLOCK_SIZE; i++) {
        uint32_t x = (board * BLOCKS + n) * BLOCK_SIZE + i + 1;
        b[i] = i == 0 ? 0x80U | (uint8_t)board
                      : (uint8_t)(x * 0x9e3779b9U >> 19);
    }
    return b;
}

/* What can be had of block n; fails when that is what was never put. */
static inline struct pair observe(struct blocks *b, unsigned n)
{
    struct pair p = {0, (uint8_t)blocks_state(b, n)};
    size_t len = blocks_length(b, n);
    uint8_t bytes[BLOCK_SIZE];

    if (!block_state_known((enum block_state)p.state) ||
        blocks_get(b, AT(n), bytes, len) < 0)
        return (struct pair){0, 0};
    for (unsigned board = 1; board <= BOARDS; board++) {
        if (memcmp(bytes, board_bytes(board, n), len) == 0)
            p.board = (uint8_t)board;
    }
    if (p.board == 0)
        fail_msg("block %u has bytes that were never put", n);
    return p;
}

static inline void check_block(const struct expected *x, unsigned medium,
                               unsigned n, struct pair p)
{
    if (p.board == 0 && x->must[medium][n])
        fail_msg("block %u of medium %u, made durable, is absent", n, medium);
    if (p.board != 0 && (x->allowed[medium][n] & pair_bit(p)) == 0)
        fail_msg("block %u of medium %u has board %u, state %u; may be: %x", n,
                 medium, p.board, p.state, x->allowed[medium][n]);
}

static inline void check_medium(const struct expected *x, unsigned medium,
                                struct blocks *b)
{
    for (unsigned n = 0; n < blocks_count(b); n++)
        check_block(x, medium, n, observe(b, n));
}

#endif
