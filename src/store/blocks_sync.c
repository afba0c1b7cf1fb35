// SPDX-License-Identifier: BSD-2-Clause
// Makes durable what was put: bytes first, then the states that speak of them.

#include "store/blocks_open.h"

#include "base/cleanup.h"
#include "store/file.h"
#include "store/state_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SYNC_BLOCKS 512U /* entries written at once */

static size_t take_dirty(struct blocks *b, uint64_t *n,
                         struct table_entry *entries)
{
    LOCK_SCOPE(blocks_mutex(b));
    return table_take_dirty(b->table, n, entries, SYNC_BLOCKS);
}

static uint64_t next_dirty(const struct blocks *b, uint64_t n)
{
    LOCK_SCOPE(blocks_mutex(b));
    return table_next_dirty(b->table, n);
}

static void settle(struct blocks *b, bool written)
{
    LOCK_SCOPE(blocks_mutex(b));
    if (written)
        table_settle(b->table);
    else
        table_taint(b->table);
}

/* Writes again what an fdatasync that failed may have lost: the kernel calls
 * such pages clean, so that the next one would succeed without them. */
static int write_again(struct blocks *b)
{
    uint8_t bytes[BLOCK_SIZE];
    int rc = 0;

    for (uint64_t n = next_dirty(b, 0); rc == 0 && n < b->count;
         n = next_dirty(b, n + 1)) {
        size_t len = blocks_length(b, n);

        if (block_state_known(blocks_state(b, n)) &&
            blocks_get(b, n * BLOCK_SIZE, bytes, len) == 0)
            rc = file_write(b->data, bytes, len, n * BLOCK_SIZE);
    }
    return rc;
}

static int sync_bytes(struct blocks *b)
{
    int rc = b->lost ? write_again(b) : 0;

    if (rc == 0 && fdatasync(b->data) < 0)
        rc = -errno;
    b->lost = rc < 0;
    return rc;
}

static int sync_states(struct blocks *b)
{
    struct table_entry entries[SYNC_BLOCKS];
    uint64_t n = 0;
    size_t count;
    int rc = 0;

    while (rc == 0 && (count = take_dirty(b, &n, entries)) > 0) {
        rc = state_file_write(b->state, &b->key, n, entries, count);
        n += count;
    }
    if (rc == 0 && fdatasync(b->state) < 0)
        rc = -errno;
    settle(b, rc == 0);
    return rc;
}

int blocks_sync(struct blocks *b, struct err *err)
{
    const char *suffix = "data";
    int rc;

    if (b->state < 0 || b->read_only || next_dirty(b, 0) >= b->count)
        return 0;
    rc = sync_bytes(b);
    if (rc == 0) {
        suffix = "state";
        rc = sync_states(b);
    }
    if (rc == 0)
        return 0;
    return err_set(err, rc, "cannot make %s.%s durable: %s", b->where, suffix,
                   strerror(-rc));
}
