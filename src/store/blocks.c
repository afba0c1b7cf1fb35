// SPDX-License-Identifier: BSD-2-Clause
// The blocks of one medium that have been read: their bytes and states.

/*
 * The bytes of block n stand at n * BLOCK_SIZE in the data file, its state and
 * the CRC-32 of its bytes in the table, and what of that is durable in the
 * state file (state_format.c). For each block:
 *
 *   state      crc in table   data file            state file after a sync
 *   absent     0              anything             zero
 *   bad        0              anything             zero
 *   good       of the bytes   bytes with that CRC  'G', CRC
 *   confirmed  of the bytes   bytes with that CRC  'C', 'I' or 'R', CRC
 *
 *   blocks_put      any -> absent (bad stays bad), bytes written, -> good
 *   blocks_confirm  good, confirmed -> confirmed
 *   blocks_drop     good, confirmed, bad -> absent
 *   blocks_doubt    confirmed -> good, all of them
 *   blocks_mark_bad absent -> bad
 *   blocks_get      good, confirmed -> absent when the bytes do not match
 *                   (blocks_get.c)
 *
 * The table's own invariants are asserted after each change (table_check).
 * The data file cannot be trusted to hold what the third column says: the disk
 * may fail, the file be cut. So no byte leaves without its CRC checked, and
 * every order of writes and crashes is safe; the order in blocks_sync
 * (blocks_sync.c) is for not losing anything that was called durable.
 *
 * The mutex is held for the table only, never during I/O but when the table
 * reads states that it has not in memory, 4 KiB. A blocks_get beside
 * a blocks_put of the same block sees it absent, or finds a CRC mismatch and
 * then that the entry has changed meanwhile, and looks again.
 */
#include "store/blocks_open.h"

#include "base/cleanup.h"
#include "store/crc.h"
#include "store/file.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static struct table_entry get_entry(const struct blocks *b, uint64_t n)
{
    LOCK_SCOPE(blocks_mutex(b));
    return table_get(b->table, n);
}

static bool set_entry(struct blocks *b, uint64_t n, struct table_entry entry)
{
    LOCK_SCOPE(blocks_mutex(b));
    bool ok = table_set(b->table, n, entry);

    table_check(b->table, n);
    return ok;
}

uint64_t blocks_size(const struct blocks *b)
{
    return b->size;
}

uint64_t blocks_count(const struct blocks *b)
{
    return b->count;
}

size_t blocks_length(const struct blocks *b, uint64_t n)
{
    uint64_t left = b->size - n * BLOCK_SIZE;

    assert(n < b->count);
    return left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
}

enum block_state blocks_state(const struct blocks *b, uint64_t n)
{
    return get_entry(b, n).state;
}

uint64_t blocks_run(const struct blocks *b, uint64_t n, uint64_t end,
                    enum block_state *state)
{
    LOCK_SCOPE(blocks_mutex(b));
    return table_run(b->table, n, end, state);
}

bool blocks_nth_known(const struct blocks *b, uint64_t rank, uint64_t *n)
{
    LOCK_SCOPE(blocks_mutex(b));
    return table_nth_known(b->table, rank, n);
}

bool blocks_find(const struct blocks *b, enum block_state state, uint64_t *n)
{
    LOCK_SCOPE(blocks_mutex(b));
    return table_find(b->table, state, n);
}

bool blocks_have(const struct blocks *b, uint64_t offset, uint64_t len)
{
    return blocks_known(b, offset, len, NULL) == len;
}

/* How much of BLOCK_SIZE block n lacks because [offset, offset+len), which
 * meets it, or the medium ends within. */
static uint64_t cut(uint64_t n, uint64_t offset, uint64_t len)
{
    uint64_t start = n * BLOCK_SIZE;
    uint64_t end = start + BLOCK_SIZE;
    uint64_t front = start < offset ? offset - start : 0;

    return front + (end > offset + len ? end - (offset + len) : 0);
}

/* As blocks_tally for a range that is not empty; bytes starts zeroed. */
static void tally(const struct blocks *b, uint64_t offset, uint64_t len,
                  uint64_t bytes[BLOCK_STATES])
{
    uint64_t first = offset / BLOCK_SIZE;
    uint64_t last = (offset + len - 1) / BLOCK_SIZE;
    LOCK_SCOPE(blocks_mutex(b));

    table_tally(b->table, first, last + 1, bytes);
    for (int s = 0; s < BLOCK_STATES; s++)
        bytes[s] *= BLOCK_SIZE;
    bytes[table_get(b->table, first).state] -= cut(first, offset, len);
    if (last != first)
        bytes[table_get(b->table, last).state] -= cut(last, offset, len);
}

void blocks_tally(const struct blocks *b, uint64_t offset, uint64_t len,
                  uint64_t bytes[BLOCK_STATES])
{
    assert(offset <= b->size && len <= b->size - offset);
    memset(bytes, 0, BLOCK_STATES * sizeof(bytes[0]));
    if (len > 0)
        tally(b, offset, len, bytes);
}

bool blocks_have_confirmed(const struct blocks *b, uint64_t offset,
                           uint64_t len)
{
    uint64_t bytes[BLOCK_STATES];

    blocks_tally(b, offset, len, bytes);
    return bytes[BLOCK_CHECKSUM] + bytes[BLOCK_IMAGE] + bytes[BLOCK_REREAD] ==
           len;
}

uint64_t blocks_known(const struct blocks *b, uint64_t offset, uint64_t len,
                      uint64_t *bad)
{
    uint64_t bytes[BLOCK_STATES];

    blocks_tally(b, offset, len, bytes);
    if (bad != NULL)
        *bad = bytes[BLOCK_BAD];
    return len - bytes[BLOCK_BAD] - bytes[BLOCK_ABSENT];
}

/* Makes room for block n and hides it if it is known: readers must not take
 * half-written bytes for damage. */
static int hide(struct blocks *b, uint64_t n, struct table_entry *before)
{
    LOCK_SCOPE(blocks_mutex(b));
    if (!table_reserve(b->table, n))
        return -ENOMEM;
    *before = table_get(b->table, n);
    if (block_state_known(before->state))
        (void)table_set(b->table, n, (struct table_entry){0});
    table_check(b->table, n);
    return 0;
}

int blocks_put(struct blocks *b, uint64_t n, const void *bytes, struct err *err)
{
    size_t len = blocks_length(b, n);
    struct table_entry entry = {.state = BLOCK_GOOD};
    struct table_entry before;
    int rc = hide(b, n, &before);

    if (rc < 0)
        return err_set(err, rc, "no memory for what is known of %s", b->name);
    entry.crc = crc_of(bytes, len);
    rc = file_write(b->data, bytes, len, n * BLOCK_SIZE);
    if (rc < 0)
        entry = before;
    if ((rc == 0 || block_state_known(before.state)) &&
        !set_entry(b, n, entry) && rc == 0)
        rc = -ENOMEM;
    if (rc == 0)
        return 0;
    return err_set(err, rc, "cannot keep %s at 0x%llx in %s: %s", b->name,
                   (unsigned long long)n * BLOCK_SIZE,
                   b->dir < 0 ? "memory" : b->where, strerror(-rc));
}

void blocks_confirm(struct blocks *b, uint64_t n, enum block_state route)
{
    LOCK_SCOPE(blocks_mutex(b));
    struct table_entry entry = table_get(b->table, n);

    assert(block_state_confirmed(route));
    if (!block_state_known(entry.state) || entry.state == route)
        return;
    entry.state = route;
    (void)table_set(b->table, n, entry);
    table_check(b->table, n);
}

void blocks_drop(struct blocks *b, uint64_t n)
{
    LOCK_SCOPE(blocks_mutex(b));
    if (table_get(b->table, n).state == BLOCK_ABSENT)
        return;
    (void)table_set(b->table, n, (struct table_entry){.state = BLOCK_ABSENT});
    table_check(b->table, n);
}

/* Of the chunk of block n, from there on; returns where it ends. */
static uint64_t doubt_chunk(struct blocks *b, uint64_t n, bool *full)
{
    LOCK_SCOPE(blocks_mutex(b));
    uint64_t end = (n / TABLE_CHUNK + 1) * TABLE_CHUNK;
    struct table_entry entry;

    if (end > b->count)
        end = b->count;
    for (; n < end; n++) {
        entry = table_get(b->table, n);
        if (!block_state_confirmed(entry.state))
            continue;
        entry.state = BLOCK_GOOD;
        (void)table_set(b->table, n, entry);
    }
    *full = table_is_full(b->table);
    return end;
}

static void doubt_state(struct blocks *b, enum block_state state)
{
    uint64_t n = 0;
    bool full;

    while (blocks_find(b, state, &n)) {
        n = doubt_chunk(b, n, &full);
        /* One that fails is tried again by the next that is asked for. */
        if (full)
            (void)blocks_sync(b, NULL);
    }
}

void blocks_doubt(struct blocks *b)
{
    for (int s = 0; s < BLOCK_STATES; s++)
        if (block_state_confirmed((enum block_state)s))
            doubt_state(b, (enum block_state)s);
}

void blocks_doubt_one(struct blocks *b, uint64_t n)
{
    LOCK_SCOPE(blocks_mutex(b));
    struct table_entry entry = table_get(b->table, n);

    if (!block_state_confirmed(entry.state))
        return;
    entry.state = BLOCK_GOOD;
    (void)table_set(b->table, n, entry);
    table_check(b->table, n);
}

void blocks_mark_bad(struct blocks *b, uint64_t n)
{
    LOCK_SCOPE(blocks_mutex(b));
    if (table_get(b->table, n).state != BLOCK_ABSENT)
        return;
    /* Without memory for it the block stays absent and is tried again. */
    (void)table_set(b->table, n, (struct table_entry){.state = BLOCK_BAD});
    table_check(b->table, n);
}
