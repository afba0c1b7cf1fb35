// SPDX-License-Identifier: BSD-2-Clause
// Block states on disk: loaded once, then kept up entry by entry.

#include "store/state_file.h"

#include "store/file.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#define BATCH 512U /* entries read or written at once */

static uint64_t entry_offset(uint64_t n)
{
    return STATE_HEADER_SIZE + n * STATE_ENTRY_SIZE;
}

static uint32_t seed_for(const struct state_key *key)
{
    uint8_t header[STATE_HEADER_SIZE];

    state_header_encode(header, key);
    return state_seed(header);
}

int state_file_init(int fd, const struct state_key *key)
{
    uint8_t header[STATE_HEADER_SIZE];
    int rc;

    state_header_encode(header, key);
    rc = file_write(fd, header, sizeof(header), 0);
    if (rc == 0 && fdatasync(fd) < 0)
        rc = -errno;
    /* What can be read may not be on the disk: the next one is to write it. */
    if (rc < 0 && ftruncate(fd, 0) < 0)
        rc = -errno;
    return rc;
}

int state_file_inspect(int fd, const struct state_key *key, const char **misfit)
{
    uint8_t header[STATE_HEADER_SIZE];
    size_t got;
    int rc = file_read(fd, header, sizeof(header), 0, &got);

    if (rc == 0)
        *misfit = state_header_misfit(header, got, key);
    return rc;
}

/* Takes over count entries from block n on. */
static int accept(struct table *t, const uint8_t *in, uint32_t seed, uint64_t n,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct table_entry entry = state_entry_decode(in + i * STATE_ENTRY_SIZE,
                                                      seed, n + i);

        if (entry.state != BLOCK_ABSENT && !table_set(t, n + i, entry))
            return -ENOMEM;
    }
    return 0;
}

/* The first block at n or behind whose entry may be other than zero. A large
 * medium of which little is known has a file that is nearly all hole. */
static uint64_t skip_hole(int fd, uint64_t n)
{
    off_t at = lseek(fd, (off_t)entry_offset(n), SEEK_DATA);

    if (at < 0)
        return errno == ENXIO ? UINT64_MAX : n;
    if ((uint64_t)at <= entry_offset(n))
        return n;
    return ((uint64_t)at - STATE_HEADER_SIZE) / STATE_ENTRY_SIZE;
}

/* The blocks from keep on are said to be good but have no bytes. */
static void drop_tail(struct table *t, uint64_t keep, uint64_t blocks)
{
    uint64_t n = keep;
    enum block_state state;

    while (n < blocks) {
        uint64_t run = table_run(t, n, blocks, &state);

        for (uint64_t i = 0; state != BLOCK_ABSENT && i < run; i++)
            (void)table_set(t, n + i, (struct table_entry){0});
        n += run;
    }
}

int state_file_load(int fd, const struct state_key *key, uint64_t data_size,
                    struct table *t)
{
    uint64_t blocks = (key->size + BLOCK_SIZE - 1) / BLOCK_SIZE;
    uint64_t keep = data_size >= key->size ? blocks : data_size / BLOCK_SIZE;
    uint32_t seed = seed_for(key);
    uint8_t batch[BATCH * STATE_ENTRY_SIZE];
    size_t got;
    int rc = 0;

    for (uint64_t n = skip_hole(fd, 0); n < blocks && rc == 0;
         n = skip_hole(fd, n + BATCH)) {
        size_t want = blocks - n < BATCH ? (size_t)(blocks - n) : BATCH;

        rc = file_read(fd, batch, want * STATE_ENTRY_SIZE, entry_offset(n),
                       &got);
        if (rc == 0)
            rc = accept(t, batch, seed, n, got / STATE_ENTRY_SIZE);
    }
    table_clean(t);
    if (rc == 0)
        drop_tail(t, keep, blocks);
    return rc;
}

int state_file_write(int fd, const struct state_key *key, uint64_t n,
                     const struct table_entry *entries, size_t count)
{
    uint32_t seed = seed_for(key);
    uint8_t batch[BATCH * STATE_ENTRY_SIZE];
    int rc = 0;

    while (count > 0 && rc == 0) {
        size_t some = count < BATCH ? count : BATCH;

        for (size_t i = 0; i < some; i++)
            state_entry_encode(batch + i * STATE_ENTRY_SIZE, seed, n + i,
                               entries[i]);
        rc = file_write(fd, batch, some * STATE_ENTRY_SIZE, entry_offset(n));
        n += some;
        entries += some;
        count -= some;
    }
    return rc;
}
