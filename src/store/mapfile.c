// SPDX-License-Identifier: BSD-2-Clause
// What is known of a file, as a GNU ddrescue map.

#include "store/mapfile.h"

#include "base/cleanup.h"
#include "store/blocks_open.h"

#include <assert.h>

/* What goes above the block list, gathered while the list is written. */
struct summary {
    uint64_t known;
    uint64_t confirmed;
    uint64_t missing; /* first position that is not rescued */
    bool complete;
};

static char letter(enum block_state state)
{
    switch (state) {
    case BLOCK_GOOD:
    case BLOCK_CHECKSUM:
    case BLOCK_IMAGE:
    case BLOCK_REREAD:
        return '+';
    case BLOCK_BAD:
        return '-';
    case BLOCK_ABSENT:
        break;
    }
    return '?';
}

/* As "0x%08llX" has it: a map may have millions of lines. Returns the end. */
static char *put_hex(char *out, uint64_t value)
{
    unsigned digits = 8;

    while (digits < 16 && value >> (4 * digits) != 0)
        digits++;
    *out++ = '0';
    *out++ = 'x';
    while (digits-- > 0)
        *out++ = "0123456789ABCDEF"[value >> (4 * digits) & 0xf];
    return out;
}

static void add_line(struct buf *list, uint64_t from, uint64_t to, char status)
{
    char line[64];
    char *at = line;

    if (to <= from)
        return;
    at = put_hex(at, from);
    *at++ = ' ';
    *at++ = ' ';
    at = put_hex(at, to - from);
    *at++ = ' ';
    *at++ = ' ';
    *at++ = status;
    *at++ = '\n';
    (void)buf_add(list, line, (size_t)(at - line));
}

static void account(struct summary *sum, enum block_state state, uint64_t at,
                    uint64_t len)
{
    if (block_state_known(state)) {
        sum->known += len;
    } else if (sum->complete) {
        sum->complete = false;
        sum->missing = at;
    }
    if (block_state_confirmed(state))
        sum->confirmed += len;
}

static void write_list(struct buf *list, struct summary *sum,
                       const struct blocks *b, uint64_t offset, uint64_t size)
{
    uint64_t last = (offset + size - 1) / BLOCK_SIZE;
    uint64_t start = 0; /* of the line being gathered */
    char status = '?';
    uint64_t next;

    for (uint64_t at = 0; at < size; at = next) {
        uint64_t n = (offset + at) / BLOCK_SIZE;
        enum block_state state;
        uint64_t run = blocks_run(b, n, last + 1, &state);

        next = n + run > last ? size : (n + run) * BLOCK_SIZE - offset;
        account(sum, state, at, next - at);
        if (letter(state) == status)
            continue;
        add_line(list, start, at, status);
        start = at;
        status = letter(state);
    }
    add_line(list, start, size, status);
}

void mapfile_write(struct buf *out, const struct blocks *b, uint64_t offset,
                   uint64_t size)
{
    CLEANUP_BUF struct buf list = {0};
    struct summary sum = {.complete = true};

    assert(offset <= blocks_size(b) && size <= blocks_size(b) - offset);
    if (size > 0)
        write_list(&list, &sum, b, offset, size);
    (void)buf_printf(out,
                     "# Mapfile. Created by fwfs\n"
                     "# Confirmed by a second route: %llu of %llu rescued "
                     "bytes\n"
                     "# current_pos  current_status  current_pass\n"
                     "0x%08llX     %c               1\n"
                     "#      pos        size  status\n",
                     (unsigned long long)sum.confirmed,
                     (unsigned long long)sum.known,
                     (unsigned long long)sum.missing, sum.complete ? '+' : '?');
    if (list.failed)
        out->failed = true;
    else
        (void)buf_add(out, list.data, list.len);
}
