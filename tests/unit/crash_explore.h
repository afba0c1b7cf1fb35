// SPDX-License-Identifier: BSD-2-Clause
// Which disks a loss of power may leave, after each operation that was noted.

#ifndef UNIT_CRASH_EXPLORE_H
#define UNIT_CRASH_EXPLORE_H

#include "crash_check.h"

#define SEEN (1U << 20)

struct effort {
    unsigned subsets; /* all of them for so many unsynced operations */
    unsigned drawn;   /* disks drawn besides, a cut */
    unsigned tears;   /* places to tear at, a write; drawn of more */
};

/* What is being looked at. */
static struct {
    struct effort effort;
    unsigned seed;
    size_t most;     /* unsynced at once */
    size_t complete; /* cuts of which all subsets were looked at */
    bool busy;       /* with the disk that fates make */
    size_t cut;
    struct expected expected;
    uint64_t expected_hash;
    bool unsynced[OPS];
    size_t count;
    size_t open[OPS];       /* the unsynced ones, but what is in the locks */
    struct fate fates[OPS]; /* of all */
    struct image disk;
    uint64_t seen[SEEN]; /* disks with what was expected: hashes */
    size_t seen_count;
} ex;

static bool is_new(uint64_t hash)
{
    size_t i = (size_t)hash % SEEN;

    hash |= 1;
    while (ex.seen[i] != 0 && ex.seen[i] != hash)
        i = (i + 1) % SEEN;
    if (ex.seen[i] == hash)
        return false;
    if (++ex.seen_count > SEEN / 2) {
        memset(ex.seen, 0, sizeof(ex.seen));
        ex.seen_count = 1;
        i = (size_t)hash % SEEN;
    }
    ex.seen[i] = hash;
    return true;
}

/* Looks at the disk that the fates make, if it is another one. */
static void look(void)
{
    image_make(&ex.disk, &oplog, ex.cut, ex.fates);
    if (!is_new(image_hash(&ex.disk, 0) ^ ex.expected_hash))
        return;
    ex.busy = true;
    check_state(&ex.disk, &ex.expected);
    ex.busy = false;
}

/* After a failure: which disk it was. */
static void describe(void)
{
    static const char *const kinds[] = {"make", "write", "size", "move",
                                        "remove"};
    static const char *const fates[] = {"kept", "lost", "head", "tail"};

    if (!ex.busy)
        return;
    ex.busy = false;
    print_error("after %zu of %zu operations, of these unsynced:\n", ex.cut,
                oplog.count);
    for (size_t i = 0; i < ex.cut; i++) {
        const struct op *op = &oplog.ops[i];
        if (ex.unsynced[i])
            print_error("  %zu: %s node %d %s %s at %llu, %zu bytes: %s %zu\n",
                        i, kinds[op->kind], op->node, op->name, op->to,
                        (unsigned long long)op->at, op->len,
                        fates[ex.fates[i].kind], ex.fates[i].len);
    }
}

static int end_work(void **state)
{
    describe();
    rec.on = false;
    return remove_work(state);
}

#define CRASH_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, make_work, end_work)

/* The pid in a lock is of no consequence: it is not worth all subsets. */
static bool is_in_lock(const struct op *op)
{
    if (op->kind != OP_WRITE && op->kind != OP_SIZE)
        return false;
    for (size_t i = 0; i < oplog.count; i++) {
        if (oplog.ops[i].kind == OP_MAKE && oplog.ops[i].node == op->node)
            return strcmp(oplog.ops[i].name, "lock") == 0;
    }
    return false;
}

static void set_all(enum fate_kind kind)
{
    for (size_t i = 0; i < ex.cut; i++)
        ex.fates[i] = (struct fate){ex.unsynced[i] ? kind : FATE_KEPT, 0};
}

static void draw_all(void)
{
    for (size_t i = 0; i < ex.cut; i++) {
        const struct op *op = &oplog.ops[i];
        unsigned dice = draw(&ex.seed, 6);
        struct fate *f = &ex.fates[i];

        *f = (struct fate){FATE_KEPT, 0};
        if (!ex.unsynced[i] || dice < 3)
            continue;
        f->kind = FATE_LOST;
        if (dice == 5 && op->kind == OP_WRITE) {
            f->kind = draw(&ex.seed, 2) == 0 ? FATE_HEAD : FATE_TAIL;
            f->len = draw(&ex.seed, (unsigned)op->len + 1);
        }
    }
}

static void draw_locks(void)
{
    for (size_t i = 0; i < ex.cut; i++) {
        if (ex.unsynced[i] && is_in_lock(&oplog.ops[i]))
            ex.fates[i].kind = draw(&ex.seed, 2) ? FATE_KEPT : FATE_LOST;
    }
}

static void look_at_every_subset(void)
{
    draw_locks();
    for (unsigned mask = 0; mask < 1U << ex.count; mask++) {
        for (size_t i = 0; i < ex.count; i++)
            ex.fates[ex.open[i]].kind = (mask >> i & 1U) != 0 ? FATE_LOST
                                                              : FATE_KEPT;
        look();
    }
}

/* One alone lost, one alone kept. */
static void look_at_single_ones(void)
{
    for (size_t i = 0; i < ex.count; i++) {
        for (int most = FATE_KEPT; most <= FATE_LOST; most++) {
            set_all((enum fate_kind)most);
            ex.fates[ex.open[i]].kind = most == FATE_KEPT ? FATE_LOST
                                                          : FATE_KEPT;
            look();
        }
    }
}

/* Lost and torn ones together. */
static void look_at_drawn(void)
{
    for (unsigned i = 0; i < ex.effort.drawn; i++) {
        draw_all();
        look();
    }
}

/* The others kept (as after kill -9), lost, or drawn. */
static void tear(size_t i, size_t len)
{
    for (unsigned others = 0; others < 2 + ex.effort.drawn / 16; others++) {
        for (int kind = FATE_HEAD; kind <= FATE_TAIL; kind++) {
            if (others < 2)
                set_all(others == 0 ? FATE_KEPT : FATE_LOST);
            else
                draw_all();
            ex.fates[i] = (struct fate){(enum fate_kind)kind, len};
            look();
        }
    }
}

static uint64_t sector_border(const struct op *op)
{
    return 512 - op->at % 512;
}

/* At every byte of a short write, else at the borders of its entries, of
 * sectors, and at drawn bytes. */
static void look_at_tears(size_t i)
{
    const struct op *op = &oplog.ops[i];

    if (op->kind != OP_WRITE || is_in_lock(op))
        return;
    if (sector_border(op) < op->len)
        tear(i, (size_t)sector_border(op));
    tear(i, op->len); /* it is longer, but by zeros */
    if (op->len - 1 <= ex.effort.tears) {
        for (size_t len = 1; len < op->len; len++)
            tear(i, len);
        return;
    }
    for (unsigned j = 0; j < ex.effort.tears / 8 + 1; j++)
        tear(i, 1 + draw(&ex.seed, (unsigned)op->len - 1));
}

/* All that a crash may leave after the first cut operations. */
static void look_after(size_t cut)
{
    ex.cut = cut;
    mark_unsynced(&oplog, cut, ex.unsynced);
    expect_at(&ex.expected, cut);
    ex.expected_hash = hash_bytes(1, &ex.expected, sizeof(ex.expected));
    ex.count = 0;
    for (size_t i = 0; i < cut; i++) {
        if (ex.unsynced[i] && !is_in_lock(&oplog.ops[i]))
            ex.open[ex.count++] = i;
    }
    set_all(FATE_KEPT);
    look();
    set_all(FATE_LOST);
    look();
    if (ex.count > ex.most)
        ex.most = ex.count;
    if (ex.count <= ex.effort.subsets) {
        ex.complete++;
        look_at_every_subset();
    } else {
        look_at_single_ones();
    }
    for (size_t i = 0; i < ex.count; i++)
        look_at_tears(ex.open[i]);
    look_at_drawn();
}

static inline void explore(struct effort effort, unsigned seed)
{
    ex.effort = effort;
    ex.seed = seed;
    ex.most = 0;
    ex.complete = 0;
    for (size_t cut = 0; cut <= oplog.count; cut++)
        look_after(cut);
}

#endif
