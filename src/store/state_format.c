// SPDX-License-Identifier: BSD-2-Clause
// The bytes of a state file: header and entries, to and from memory.

/*
 * All numbers little-endian.
 *
 *   offset size
 *        0    8  magic "fwfsblk\n"
 *        8    4  version, 1
 *       12    4  block size
 *       16    8  base address of the medium
 *       24    8  size in bytes that the medium had when the file was made
 *       32    8  FNV-1a of the identity text
 *       40   20  zero
 *       60    4  CRC-32 of bytes 0 to 59
 *
 *   64 + 8n   8  entry of block n
 *              0  4  CRC-32 of the block's bytes
 *              4  1  'G' good; confirmed: 'C' by the device's checksum, 'I' by
 *                    the image's own, 'R' by a second reading; else absent
 *              5  3  low 24 bits of the CRC-32 of: header bytes 60 to 63, n as
 *                    8 bytes, entry bytes 0 to 4
 *
 * The size is told for people, and binds the entries with the rest of the
 * header. A medium may be larger now, or smaller: the file goes as far as it is
 * written.
 *
 * A bad block is absent here: after a restart it gets another chance. Holes
 * and bytes behind the end of the file are zero, which is absent. No entry
 * crosses a 512-byte sector, and one that is torn all the same fails its check.
 */
#include "store/state_format.h"

#include "store/le.h"

#include <pthread.h>
#include <string.h>
#include <zlib.h>

#define VERSION 1U

static const char magic[8] = {'f', 'w', 'f', 's', 'b', 'l', 'k', '\n'};

static const char letters[BLOCK_STATES] = {
    [BLOCK_GOOD] = 'G',
    [BLOCK_CHECKSUM] = 'C',
    [BLOCK_IMAGE] = 'I',
    [BLOCK_REREAD] = 'R',
};

static enum block_state state_of(uint8_t letter)
{
    int s = BLOCK_STATES - 1;

    while (s > BLOCK_ABSENT && letters[s] != (char)letter)
        s--;
    return (enum block_state)s;
}

uint64_t state_identity(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

void state_header_encode(uint8_t out[STATE_HEADER_SIZE],
                         const struct state_key *key)
{
    memset(out, 0, STATE_HEADER_SIZE);
    memcpy(out, magic, sizeof(magic));
    put_le(out + 8, VERSION, 4);
    put_le(out + 12, BLOCK_SIZE, 4);
    put_le(out + 16, key->base, 8);
    put_le(out + 24, key->size, 8);
    put_le(out + 32, key->identity, 8);
    put_le(out + 60, crc32(0, out, 60), 4);
}

const char *state_header_misfit(const uint8_t *in, size_t len,
                                const struct state_key *key)
{
    if (len < STATE_HEADER_SIZE || memcmp(in, magic, sizeof(magic)) != 0 ||
        get_le(in + 60, 4) != crc32(0, in, 60))
        return "it is damaged";
    if (get_le(in + 8, 4) != VERSION)
        return "it is of another version";
    if (get_le(in + 12, 4) != BLOCK_SIZE)
        return "it has another block size";
    if (get_le(in + 16, 8) != key->base)
        return "the medium had another address";
    if (get_le(in + 32, 8) != key->identity)
        return "it belongs to another device";
    return NULL;
}

bool state_header_decode(const uint8_t *in, size_t len, struct state_key *key)
{
    if (len < STATE_HEADER_SIZE)
        return false;
    key->base = get_le(in + 16, 8);
    key->size = get_le(in + 24, 8);
    key->identity = get_le(in + 32, 8);
    return state_header_misfit(in, len, key) == NULL;
}

uint32_t state_seed(const uint8_t header[STATE_HEADER_SIZE])
{
    return (uint32_t)get_le(header + 60, 4);
}

/*
 * An entry's check is the CRC-32 of 17 bytes, and a million of them are read at
 * once. A CRC is linear: that of so many zero bytes, and for each byte what it
 * adds where it stands.
 */
#define BOUND_SIZE 17U
static uint32_t zeros;
static uint32_t adds[BOUND_SIZE][256];

static void make_adds(void)
{
    const z_crc_t *one = get_crc_table();
    const uint8_t none[BOUND_SIZE] = {0};

    zeros = (uint32_t)crc32(0, none, sizeof(none));
    for (unsigned value = 0; value < 256; value++) {
        uint32_t crc = (uint32_t)one[value];

        for (unsigned at = BOUND_SIZE; at > 0; at--) {
            adds[at - 1][value] = crc;
            crc = (uint32_t)one[crc & 0xff] ^ crc >> 8;
        }
    }
}

/* What an entry is bound to; all of it but the low 16 bits of n is the same for
 * its neighbours. */
static uint32_t bind_to(uint32_t seed, uint64_t n)
{
    uint32_t crc = zeros;

    for (unsigned i = 0; i < 4; i++)
        crc ^= adds[i][seed >> (8 * i) & 0xff];
    for (unsigned i = 2; i < 8; i++)
        crc ^= adds[4 + i][n >> (8 * i) & 0xff];
    return crc;
}

static uint32_t entry_check(const uint8_t *entry, uint32_t bound, uint64_t n)
{
    uint32_t crc = bound ^ adds[4][n & 0xff] ^ adds[5][n >> 8 & 0xff];

    for (unsigned i = 0; i < 5; i++)
        crc ^= adds[12 + i][entry[i]];
    return crc & 0xffffffU;
}

static uint32_t bind_entry(uint32_t seed, uint64_t n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, make_adds);
    return bind_to(seed, n);
}

void state_entry_encode(uint8_t out[STATE_ENTRY_SIZE], uint32_t seed,
                        uint64_t n, struct table_entry entry)
{
    memset(out, 0, STATE_ENTRY_SIZE);
    if (!block_state_known(entry.state))
        return;
    put_le(out, entry.crc, 4);
    out[4] = (uint8_t)letters[entry.state];
    put_le(out + 5, entry_check(out, bind_entry(seed, n), n), 3);
}

static struct table_entry decode(const uint8_t in[STATE_ENTRY_SIZE],
                                 uint32_t bound, uint64_t n)
{
    struct table_entry entry = {.state = BLOCK_ABSENT};

    if (in[4] == '\0' || state_of(in[4]) == BLOCK_ABSENT)
        return entry;
    if (get_le(in + 5, 3) != entry_check(in, bound, n))
        return entry;
    entry.crc = (uint32_t)get_le(in, 4);
    entry.state = state_of(in[4]);
    return entry;
}

struct table_entry state_entry_decode(const uint8_t in[STATE_ENTRY_SIZE],
                                      uint32_t seed, uint64_t n)
{
    return decode(in, bind_entry(seed, n), n);
}

void state_entries_decode(const uint8_t *in, uint32_t seed, uint64_t n,
                          struct table_entry *out, size_t count)
{
    uint32_t bound = bind_entry(seed, n);

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (n + i) % 65536 == 0)
            bound = bind_entry(seed, n + i);
        out[i] = decode(in + i * STATE_ENTRY_SIZE, bound, n + i);
    }
}
