// SPDX-License-Identifier: BSD-2-Clause
// Block states on disk: read in parts, kept up entry by entry.

#include "store/state_file.h"

#include "store/file.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
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

int state_file_inspect(int fd, struct state_key *key, const char **misfit)
{
    uint8_t header[STATE_HEADER_SIZE];
    size_t got;
    int rc = file_read(fd, header, sizeof(header), 0, &got);

    if (rc < 0)
        return rc;
    *misfit = state_header_misfit(header, got, key);
    if (*misfit == NULL)
        (void)state_header_decode(header, got, key);
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

int state_file_read(int fd, const struct state_key *key, uint64_t n,
                    struct table_entry *out, size_t count)
{
    uint32_t seed = seed_for(key);
    uint8_t batch[BATCH * STATE_ENTRY_SIZE];
    size_t got = 0;
    int rc = 0;

    memset(out, 0, count * sizeof(*out));
    while (count > 0 && rc == 0) {
        size_t some = count < BATCH ? count : BATCH;

        rc = file_read(fd, batch, some * STATE_ENTRY_SIZE, entry_offset(n),
                       &got);
        state_entries_decode(batch, seed, n, out, got / STATE_ENTRY_SIZE);
        n += some;
        out += some;
        count -= some;
    }
    return rc;
}

/* The blocks of one chunk from n on. */
static int survey_chunk(int fd, const struct state_key *key, uint64_t n,
                        size_t count, struct table *t)
{
    struct table_entry entries[TABLE_CHUNK];
    uint32_t states[BLOCK_STATES] = {0};
    int rc = state_file_read(fd, key, n, entries, count);

    for (size_t i = 0; i < count; i++)
        states[entries[i].state]++;
    if (rc == 0)
        table_expect(t, n, states);
    return rc;
}

int state_file_survey(int fd, const struct state_key *key, uint64_t end,
                      struct table *t)
{
    uint64_t next;
    int rc = 0;

    for (uint64_t n = skip_hole(fd, 0); n < end && rc == 0;
         n = skip_hole(fd, next)) {
        n = n / TABLE_CHUNK * TABLE_CHUNK;
        next = end - n < TABLE_CHUNK ? end : n + TABLE_CHUNK;
        rc = survey_chunk(fd, key, n, (size_t)(next - n), t);
    }
    return rc;
}

int state_file_cut(int fd, uint64_t end)
{
    if (ftruncate(fd, (off_t)entry_offset(end)) < 0 || fdatasync(fd) < 0)
        return -errno;
    return 0;
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
