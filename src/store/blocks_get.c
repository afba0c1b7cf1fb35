// SPDX-License-Identifier: BSD-2-Clause
// Reading blocks back: nothing leaves without its checksum compared.

#include "store/blocks_open.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "store/crc.h"
#include "store/file.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define GET_BLOCKS 256U /* read and checked at once */

/* Copies the entries of count blocks; false when one of them is not enough. */
static bool expect(const struct blocks *b, uint64_t n, size_t count,
                   bool (*enough)(enum block_state), struct table_entry *out)
{
    LOCK_SCOPE(blocks_mutex(b));
    for (size_t i = 0; i < count; i++) {
        out[i] = table_get(b->table, n + i);
        if (!enough(out[i].state))
            return false;
    }
    return true;
}

enum verdict { DAMAGED, DAMAGED_FIRST, HIDDEN, PUT_AGAIN };

/* The bytes of block n do not have the CRC that entry had. That is no damage
 * when blocks_put is, or was, at work meanwhile. */
static enum verdict judge(struct blocks *b, uint64_t n,
                          struct table_entry entry)
{
    LOCK_SCOPE(blocks_mutex(b));
    struct table_entry now = table_get(b->table, n);
    bool warned = b->warned;

    if (!block_state_known(now.state))
        return HIDDEN;
    if (now.crc != entry.crc)
        return PUT_AGAIN;
    (void)table_set(b->table, n, (struct table_entry){0});
    table_check(b->table, n);
    b->warned = true;
    return warned ? DAMAGED : DAMAGED_FIRST;
}

/* -EAGAIN or -ENODATA, for one block whose check failed. */
static int reject(struct blocks *b, uint64_t n, struct table_entry entry)
{
    switch (judge(b, n, entry)) {
    case PUT_AGAIN:
        return -EAGAIN;
    case DAMAGED_FIRST:
        log_warn("%s.data is damaged at 0x%llx and perhaps elsewhere; such "
                 "blocks are read again from the device",
                 b->where, (unsigned long long)n * BLOCK_SIZE);
        break;
    case DAMAGED:
    case HIDDEN:
        break;
    }
    return -ENODATA;
}

static bool matches(const uint8_t *bytes, size_t len, uint32_t crc)
{
    return crc_of(bytes, len) == crc;
}

/* Reads count whole blocks and checks each. -EAGAIN: one was put meanwhile. */
static int get_blocks(struct blocks *b, uint64_t n, size_t count,
                      bool (*enough)(enum block_state), uint8_t *out)
{
    struct table_entry entries[GET_BLOCKS];
    size_t want = (count - 1) * BLOCK_SIZE + blocks_length(b, n + count - 1);
    size_t got;
    int rc = 0;

    if (!expect(b, n, count, enough, entries))
        return -ENODATA;
    /* An error here leaves blocks unread, which is as bad as damage. */
    (void)file_read(b->data, out, want, n * BLOCK_SIZE, &got);
    for (size_t i = 0; i < count; i++) {
        size_t at = i * BLOCK_SIZE;
        size_t len = blocks_length(b, n + i);

        if (at + len <= got && matches(out + at, len, entries[i].crc))
            continue;
        if (rc != -ENODATA)
            rc = reject(b, n + i, entries[i]);
        else
            (void)reject(b, n + i, entries[i]);
    }
    return rc;
}

/* How many whole blocks there are in [offset, offset+len). */
static size_t whole_blocks(const struct blocks *b, uint64_t offset, size_t len)
{
    size_t n = len / BLOCK_SIZE;

    if (offset % BLOCK_SIZE != 0)
        return 0;
    if (offset + len == b->size && len % BLOCK_SIZE != 0)
        n++;
    return n < GET_BLOCKS ? n : GET_BLOCKS;
}

/* Copies of [offset, offset+len) what is in its first block. */
static int get_part(struct blocks *b, uint64_t offset, size_t len,
                    bool (*enough)(enum block_state), uint8_t *out)
{
    uint8_t bytes[BLOCK_SIZE];
    int rc = get_blocks(b, offset / BLOCK_SIZE, 1, enough, bytes);

    if (rc == 0)
        memcpy(out, bytes + offset % BLOCK_SIZE, len);
    return rc;
}

static int get(struct blocks *b, uint64_t offset, size_t len,
               bool (*enough)(enum block_state), void *out)
{
    uint8_t *to = out;

    assert(offset <= b->size && len <= b->size - offset);
    while (len > 0) {
        size_t count = whole_blocks(b, offset, len);
        size_t room = BLOCK_SIZE - (size_t)(offset % BLOCK_SIZE);
        size_t some = count > 0 ? count * BLOCK_SIZE : room;
        int rc;

        if (some > len)
            some = len;
        rc = count > 0 ? get_blocks(b, offset / BLOCK_SIZE, count, enough, to)
                       : get_part(b, offset, some, enough, to);
        if (rc == -EAGAIN)
            continue;
        if (rc < 0)
            return rc;
        to += some;
        offset += some;
        len -= some;
    }
    return 0;
}

int blocks_get(struct blocks *b, uint64_t offset, void *out, size_t len)
{
    return get(b, offset, len, block_state_known, out);
}

int blocks_get_confirmed(struct blocks *b, uint64_t offset, void *out,
                         size_t len)
{
    return get(b, offset, len, block_state_confirmed, out);
}
