// SPDX-License-Identifier: BSD-2-Clause
// How many blocks of each chunk are known, kept beside a state file.

/*
 * All numbers little-endian.
 *
 *   offset size
 *        0    8  magic "fwfscnt\n"
 *        8    4  version, 2
 *       12    4  blocks a chunk
 *       16    4  of the state file: CRC of its header,
 *       20    4    blocks of the medium, modulo 2^32,
 *       24    8    length,
 *       32   16    time of its last change, seconds and nanoseconds
 *       48    8  number of records
 *       56    4  CRC-32 of all records
 *       60    4  CRC-32 of bytes 0 to 59
 *
 *  64 + 12i   4  number of a chunk, ascending; those left out know nothing
 *         4   8  how many of its blocks are good; confirmed by checksum, image,
 *                reread: 2 bytes each
 *
 * Nothing of it is believed that could do harm: no byte is answered because of
 * a count, and a chunk that is read is counted anew.
 */
#include "store/counts.h"

#include "base/cleanup.h"
#include "store/file.h"
#include "store/le.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define VERSION     2U
#define HEADER_SIZE 64U
#define RECORD_SIZE 12U
#define BATCH       512U /* records read or written at once */
#define CHUNKS_MIN  256U /* fewer are counted as fast */
#define NAME_SIZE   128

static const char magic[8] = {'f', 'w', 'f', 's', 'c', 'n', 't', '\n'};
static const enum block_state counted[] = {BLOCK_GOOD, BLOCK_CHECKSUM,
                                           BLOCK_IMAGE, BLOCK_REREAD};
#define COUNTED (sizeof(counted) / sizeof(counted[0]))

static const char *file_name(char out[NAME_SIZE], const char *medium,
                             const char *suffix)
{
    (void)snprintf(out, NAME_SIZE, "%s.counts%s", medium, suffix);
    return out;
}

/* All but the number of records and their sum. */
static bool begin_header(uint8_t out[HEADER_SIZE], int state,
                         const struct state_key *key, uint64_t blocks)
{
    uint8_t header[STATE_HEADER_SIZE];
    struct stat st;

    if (fstat(state, &st) < 0)
        return false;
    state_header_encode(header, key);
    memset(out, 0, HEADER_SIZE);
    memcpy(out, magic, sizeof(magic));
    put_le(out + 8, VERSION, 4);
    put_le(out + 12, TABLE_CHUNK, 4);
    put_le(out + 16, state_seed(header), 4);
    put_le(out + 20, blocks & UINT32_MAX, 4);
    put_le(out + 24, (uint64_t)st.st_size, 8);
    put_le(out + 32, (uint64_t)st.st_mtim.tv_sec, 8);
    put_le(out + 40, (uint64_t)st.st_mtim.tv_nsec, 8);
    return true;
}

static void end_header(uint8_t out[HEADER_SIZE], uint64_t records, uint32_t crc)
{
    put_le(out + 48, records, 8);
    put_le(out + 56, crc, 4);
    put_le(out + 60, crc32(0, out, 60), 4);
}

/* The records of a file, as it is gone through. */
struct walk {
    int fd;
    uint64_t blocks; /* of the medium */
    uint64_t next;   /* the lowest number the next record may have */
    uint32_t crc;
    struct table *t; /* NULL: they are only looked at */
};

/* False: it cannot be. */
static bool take_record(struct walk *w, const uint8_t *in)
{
    uint32_t count[BLOCK_STATES] = {0};
    uint64_t chunk = get_le(in, 4);
    uint32_t sum = 0;
    uint64_t left;

    if (chunk < w->next || chunk * TABLE_CHUNK >= w->blocks)
        return false;
    w->next = chunk + 1;
    for (size_t i = 0; i < COUNTED; i++) {
        count[counted[i]] = (uint32_t)get_le(in + 4 + 2 * i, 2);
        sum += count[counted[i]];
    }
    left = w->blocks - chunk * TABLE_CHUNK;
    if (sum > TABLE_CHUNK || sum > left)
        return false;
    if (w->t != NULL)
        table_expect(w->t, chunk * TABLE_CHUNK, count);
    return true;
}

static bool take_records(struct walk *w, uint64_t n)
{
    uint8_t batch[BATCH * RECORD_SIZE];
    uint64_t at = HEADER_SIZE;
    size_t got;

    while (n > 0) {
        size_t some = n < BATCH ? (size_t)n : BATCH;
        size_t len = some * RECORD_SIZE;

        if (file_read(w->fd, batch, len, at, &got) < 0 || got < len)
            return false;
        w->crc = (uint32_t)crc32(w->crc, batch, (uInt)len);
        for (size_t i = 0; i < some; i++)
            if (!take_record(w, batch + i * RECORD_SIZE))
                return false;
        at += len;
        n -= some;
    }
    return true;
}

bool counts_load(int dir, const char *name, int state,
                 const struct state_key *key, uint64_t blocks, struct table *t)
{
    char path[NAME_SIZE];
    CLEANUP_CLOSE int fd = file_open(dir, file_name(path, name, ""), O_RDONLY);
    uint8_t header[HEADER_SIZE];
    uint8_t wanted[HEADER_SIZE];
    struct walk w = {.fd = fd, .blocks = blocks};
    size_t got;
    uint64_t n;

    if (fd < 0 || !begin_header(wanted, state, key, blocks) ||
        file_read(fd, header, sizeof(header), 0, &got) < 0 ||
        got < sizeof(header))
        return false;
    n = get_le(header + 48, 8);
    end_header(wanted, n, (uint32_t)get_le(header + 56, 4));
    if (memcmp(header, wanted, sizeof(header)) != 0)
        return false;
    /* Once to see that it is whole, and again, as nobody else writes there. */
    if (!take_records(&w, n) || w.crc != get_le(header + 56, 4))
        return false;
    w = (struct walk){.fd = fd, .blocks = w.blocks, .t = t};
    return take_records(&w, n);
}

/* One being written. */
struct writer {
    int fd;
    uint8_t batch[BATCH * RECORD_SIZE];
    size_t fill; /* records in batch */
    uint64_t n;  /* records before those */
    uint32_t crc;
};

static int flush(struct writer *w)
{
    size_t len = w->fill * RECORD_SIZE;
    int rc = file_write(w->fd, w->batch, len, HEADER_SIZE + w->n * RECORD_SIZE);

    w->crc = (uint32_t)crc32(w->crc, w->batch, (uInt)len);
    w->n += w->fill;
    w->fill = 0;
    return rc;
}

static int add_record(struct writer *w, uint64_t chunk,
                      const uint32_t count[BLOCK_STATES])
{
    uint8_t *out = w->batch + w->fill * RECORD_SIZE;

    put_le(out, chunk, 4);
    for (size_t i = 0; i < COUNTED; i++)
        put_le(out + 4 + 2 * i, count[counted[i]], 2);
    return ++w->fill < BATCH ? 0 : flush(w);
}

static bool is_known(const uint32_t count[BLOCK_STATES])
{
    for (size_t i = 0; i < COUNTED; i++)
        if (count[counted[i]] > 0)
            return true;
    return false;
}

static int add_records(struct writer *w, uint64_t blocks, const struct table *t)
{
    uint32_t count[BLOCK_STATES];
    int rc = 0;

    for (uint64_t n = 0; n < blocks && rc == 0; n += TABLE_CHUNK) {
        table_counts(t, n, count);
        if (is_known(count))
            rc = add_record(w, n / TABLE_CHUNK, count);
    }
    return rc == 0 ? flush(w) : rc;
}

static int write_file(int fd, int state, const struct state_key *key,
                      uint64_t blocks, const struct table *t)
{
    struct writer w = {.fd = fd};
    uint8_t header[HEADER_SIZE];
    int rc = add_records(&w, blocks, t);

    if (rc < 0 || !begin_header(header, state, key, blocks))
        return rc < 0 ? rc : -EIO;
    end_header(header, w.n, w.crc);
    rc = file_write(fd, header, sizeof(header), 0);
    return rc == 0 && fdatasync(fd) < 0 ? -errno : rc;
}

static bool is_worth_it(uint64_t blocks, const struct table *t)
{
    uint32_t count[BLOCK_STATES];
    unsigned chunks = 0;

    for (uint64_t n = 0; n < blocks && chunks < CHUNKS_MIN; n += TABLE_CHUNK) {
        table_counts(t, n, count);
        chunks += is_known(count);
    }
    return chunks == CHUNKS_MIN;
}

void counts_keep(int dir, const char *name, int state,
                 const struct state_key *key, uint64_t blocks,
                 const struct table *t)
{
    char path[NAME_SIZE];
    char temp[NAME_SIZE];
    int rc;
    int fd;

    if (!is_worth_it(blocks, t))
        return;
    (void)file_name(path, name, "");
    (void)file_name(temp, name, ".tmp");
    (void)unlinkat(dir, temp, 0);
    fd = file_open(dir, temp, O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0)
        return;
    rc = write_file(fd, state, key, blocks, t);
    (void)close(fd);
    if (rc < 0 || renameat(dir, temp, dir, path) < 0)
        (void)unlinkat(dir, temp, 0);
}

int counts_forget(int dir, const char *name)
{
    char path[NAME_SIZE];

    if (unlinkat(dir, file_name(path, name, ""), 0) < 0 && errno != ENOENT)
        return -errno;
    return 0;
}
